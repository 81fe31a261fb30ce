import type { Locale } from "../locale.ts";

/** What is answered to an opt-out word, once, on that channel. */
export const stopped: Record<Locale, string> = {
  en: "You will get no more messages from us here. Write START to hear from us again.",
  de: "Sie erhalten hier keine Nachrichten mehr von uns. Schreiben Sie START, um wieder von uns zu hören.",
  es: "No recibirá más mensajes nuestros por aquí. Escriba START para volver a recibirlos.",
  fr: "Vous ne recevrez plus de messages de notre part ici. Écrivez START pour en recevoir à nouveau.",
  pt: "Não receberá mais mensagens nossas por aqui. Escreva START para voltar a recebê-las.",
  it: "Non riceverà più messaggi da noi qui. Scriva START per riceverli di nuovo.",
};

export const started: Record<Locale, string> = {
  en: "You will get our messages here again. Write STOP to end them.",
  de: "Sie erhalten hier wieder Nachrichten von uns. Schreiben Sie STOP, um sie zu beenden.",
  es: "Volverá a recibir nuestros mensajes por aquí. Escriba STOP para dejar de recibirlos.",
  fr: "Vous recevrez de nouveau nos messages ici. Écrivez STOP pour les arrêter.",
  pt: "Voltará a receber as nossas mensagens por aqui. Escreva STOP para deixar de as receber.",
  it: "Riceverà di nuovo i nostri messaggi qui. Scriva STOP per non riceverli più.",
};

/** Where what the person writes themselves is answered all the same. */
export const noAdvertising: Record<Locale, string> = {
  en: "You will get no more advertising from us. We still answer what you write, and tell you what concerns your bookings.",
  de: "Sie erhalten keine Werbung mehr von uns. Wir beantworten weiterhin, was Sie schreiben, und melden uns zu Ihren Buchungen.",
  es: "No recibirá más publicidad nuestra. Seguiremos respondiendo a lo que escriba y le avisaremos de lo que afecte a sus reservas.",
  fr: "Vous ne recevrez plus de publicité de notre part. Nous répondons toujours à vos messages et vous informons de vos réservations.",
  pt: "Não receberá mais publicidade nossa. Continuamos a responder ao que escrever e a avisar sobre as suas reservas.",
  it: "Non riceverà più pubblicità da noi. Continuiamo a rispondere a ciò che scrive e a informarla sulle sue prenotazioni.",
};
