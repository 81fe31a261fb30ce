import type { ContactPurpose } from "@travelagent/protocol";
import type { Locale } from "../locale.ts";

/** What somebody says yes to, word for word. `{agency}` is who asks, `{channel}` where it counts. */
const consentTexts: Record<ContactPurpose, Record<Locale, string>> = {
  marketing: {
    en: "I agree that {agency} sends me offers and travel ideas on {channel}. I can take this back at any time.",
    de: "Ich bin einverstanden, dass {agency} mir über {channel} Angebote und Reiseideen schickt. Das kann ich jederzeit widerrufen.",
    es: "Acepto que {agency} me envíe ofertas e ideas de viaje por {channel}. Puedo retirar este consentimiento en cualquier momento.",
    fr: "J'accepte que {agency} m'envoie des offres et des idées de voyage par {channel}. Je peux retirer cet accord à tout moment.",
    pt: "Aceito que {agency} me envie ofertas e ideias de viagem por {channel}. Posso retirar este consentimento a qualquer momento.",
    it: "Accetto che {agency} mi invii offerte e idee di viaggio su {channel}. Posso ritirare il consenso in qualsiasi momento.",
  },
  service: {
    en: "I agree that {agency} writes to me on {channel} about my requests and bookings.",
    de: "Ich bin einverstanden, dass {agency} mir über {channel} zu meinen Anfragen und Buchungen schreibt.",
    es: "Acepto que {agency} me escriba por {channel} sobre mis consultas y reservas.",
    fr: "J'accepte que {agency} m'écrive par {channel} au sujet de mes demandes et réservations.",
    pt: "Aceito que {agency} me escreva por {channel} sobre os meus pedidos e reservas.",
    it: "Accetto che {agency} mi scriva su {channel} in merito alle mie richieste e prenotazioni.",
  },
  reminders: {
    en: "I agree that {agency} reminds me on {channel} of payments, documents and departures of my trips.",
    de: "Ich bin einverstanden, dass {agency} mich über {channel} an Zahlungen, Dokumente und Abreisen meiner Reisen erinnert.",
    es: "Acepto que {agency} me recuerde por {channel} los pagos, documentos y salidas de mis viajes.",
    fr: "J'accepte que {agency} me rappelle par {channel} les paiements, documents et départs de mes voyages.",
    pt: "Aceito que {agency} me lembre por {channel} dos pagamentos, documentos e partidas das minhas viagens.",
    it: "Accetto che {agency} mi ricordi su {channel} pagamenti, documenti e partenze dei miei viaggi.",
  },
  profiling: {
    en: "I agree that {agency} uses my trips and preferences to choose what it suggests to me.",
    de: "Ich bin einverstanden, dass {agency} meine Reisen und Vorlieben nutzt, um Vorschläge für mich auszuwählen.",
    es: "Acepto que {agency} use mis viajes y preferencias para elegir lo que me propone.",
    fr: "J'accepte que {agency} utilise mes voyages et préférences pour choisir ce qui m'est proposé.",
    pt: "Aceito que {agency} use as minhas viagens e preferências para escolher o que me sugere.",
    it: "Accetto che {agency} usi i miei viaggi e le mie preferenze per scegliere cosa propormi.",
  },
  "ai-assistance": {
    en: "I agree that an AI assistant of {agency} answers me on {channel}. I can ask for a person at any time.",
    de: "Ich bin einverstanden, dass mir ein KI-Assistent von {agency} über {channel} antwortet. Ich kann jederzeit nach einem Menschen fragen.",
    es: "Acepto que un asistente de inteligencia artificial de {agency} me responda por {channel}. Puedo pedir una persona en cualquier momento.",
    fr: "J'accepte qu'un assistant d'intelligence artificielle de {agency} me réponde par {channel}. Je peux demander une personne à tout moment.",
    pt: "Aceito que um assistente de inteligência artificial de {agency} me responda por {channel}. Posso pedir uma pessoa a qualquer momento.",
    it: "Accetto che un assistente di intelligenza artificiale di {agency} mi risponda su {channel}. Posso chiedere una persona in qualsiasi momento.",
  },
};

/** The text for that purpose, as it is shown and kept. */
export const consentText = (purpose: ContactPurpose, locale: Locale, { agency, channel }: { agency: string; channel: string }): string =>
  consentTexts[purpose][locale].replaceAll("{agency}", agency).replaceAll("{channel}", channel);
