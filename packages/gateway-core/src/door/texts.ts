/** Languages in which the gateway itself speaks to strangers. */
export const doorLocales = ["en", "de", "es", "fr", "pt", "it"] as const;
export type DoorLocale = (typeof doorLocales)[number];
type Texts = Readonly<Record<DoorLocale, string>>;

/** The nearest of ours to a BCP 47 tag, else English. */
export const doorLocale = (tag: string | undefined): DoorLocale => doorLocales.find((locale) => locale === tag?.toLowerCase().split(/[-_]/)[0]) ?? "en";

/** To a stranger whose channel lets people in by code. */
const asked: Texts = {
  en: "Hello, this is {agency}. We do not know you here yet. Please give our team this code, and they will open this chat for you: {code} (valid for one hour).",
  de: "Guten Tag, hier ist {agency}. Wir kennen Sie hier noch nicht. Bitte nennen Sie unserem Team diesen Code, dann wird dieser Chat für Sie freigeschaltet: {code} (eine Stunde gültig).",
  es: "Hola, le escribe {agency}. Aquí todavía no le conocemos. Dé este código a nuestro equipo y le abrirán este chat: {code} (válido durante una hora).",
  fr: "Bonjour, ici {agency}. Nous ne vous connaissons pas encore ici. Donnez ce code à notre équipe, qui vous ouvrira cette conversation : {code} (valable une heure).",
  pt: "Olá, fala {agency}. Ainda não o conhecemos aqui. Indique este código à nossa equipa e este chat será aberto para si: {code} (válido durante uma hora).",
  it: "Salve, qui {agency}. Qui non la conosciamo ancora. Comunichi questo codice al nostro team, che le aprirà questa chat: {code} (valido per un'ora).",
};

/** To the same person, once somebody let them in. */
const letIn: Texts = {
  en: "You can write to {agency} here now. How can we help you?",
  de: "Sie können {agency} jetzt hier schreiben. Wie können wir Ihnen helfen?",
  es: "Ya puede escribir aquí a {agency}. ¿En qué podemos ayudarle?",
  fr: "Vous pouvez maintenant écrire ici à {agency}. Comment pouvons-nous vous aider ?",
  pt: "Já pode escrever aqui a {agency}. Em que podemos ajudar?",
  it: "Ora può scrivere qui a {agency}. Come possiamo aiutarla?",
};

/** To somebody who wants what no travel agency does. */
const onlyTravel: Texts = {
  en: "I am sorry, I can only help with travel here at {agency}: flights, hotels, cars and your bookings. Where would you like to go?",
  de: "Es tut mir leid, bei {agency} kann ich nur bei Reisen helfen: Flüge, Hotels, Mietwagen und Ihre Buchungen. Wohin möchten Sie reisen?",
  es: "Lo siento, en {agency} solo puedo ayudarle con viajes: vuelos, hoteles, coches y sus reservas. ¿Adónde le gustaría ir?",
  fr: "Je suis désolé, chez {agency} je ne peux vous aider que pour les voyages : vols, hôtels, voitures et vos réservations. Où souhaitez-vous aller ?",
  pt: "Lamento, na {agency} só posso ajudar com viagens: voos, hotéis, carros e as suas reservas. Para onde gostaria de ir?",
  it: "Mi dispiace, da {agency} posso aiutarla solo con i viaggi: voli, hotel, auto e le sue prenotazioni. Dove vorrebbe andare?",
};

const filled = (text: string, values: Readonly<Record<string, string>>): string => text.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);

export const pairingText = (locale: DoorLocale, values: { agency: string; code: string }): string => filled(asked[locale], values);
export const letInText = (locale: DoorLocale, values: { agency: string }): string => filled(letIn[locale], values);
export const onlyTravelText = (locale: DoorLocale, values: { agency: string }): string => filled(onlyTravel[locale], values);
