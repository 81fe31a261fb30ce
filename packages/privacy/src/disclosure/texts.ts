import type { Locale } from "../locale.ts";

/** What a machine says of itself before its first answer. `{agency}` is the name of the agency. */
export const disclosureTexts: Record<Locale, string> = {
  en: "You are chatting with the AI assistant of {agency}. You can ask for a person at any time.",
  de: "Sie schreiben mit dem KI-Assistenten von {agency}. Sie können jederzeit nach einem Menschen fragen.",
  es: "Está hablando con el asistente de inteligencia artificial de {agency}. Puede pedir que le atienda una persona en cualquier momento.",
  fr: "Vous échangez avec l'assistant d'intelligence artificielle de {agency}. Vous pouvez demander à parler à une personne à tout moment.",
  pt: "Está a falar com o assistente de inteligência artificial de {agency}. Pode pedir para falar com uma pessoa a qualquer momento.",
  it: "Sta scrivendo con l'assistente di intelligenza artificiale di {agency}. Può chiedere di parlare con una persona in qualsiasi momento.",
};
