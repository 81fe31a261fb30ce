import { describe, expect, it } from "vitest";
import { promisesIn } from "./detect.ts";

/** Friday, 15 January 2027, 10:00 in Lisbon. */
const saidAt = Date.parse("2027-01-15T10:00:00Z");
const at = (text: string, timeZone = "Europe/Lisbon") =>
  promisesIn(text, { saidAt, timeZone }).map(({ deadline }) => `${new Date(deadline.at).toISOString().slice(0, 16)}${deadline.assumed ? " assumed" : ""}`);

const said: readonly [text: string, due: string][] = [
  // English
  ["I'll get back to you tomorrow.", "2027-01-16T18:00"],
  ["You’ll have the quote by Friday 5 pm.", "2027-01-15T17:00"],
  ["You will receive your itinerary by Wednesday at noon.", "2027-01-20T13:00"],
  ["We will send you the documents within 2 hours.", "2027-01-15T12:00"],
  ["I'll call you back at 5 p.m. today.", "2027-01-15T17:00"],
  ["We'll let you know.", "2027-01-18T10:00 assumed"],
  ["I will send it by end of day.", "2027-01-15T18:00"],
  ["A colleague will contact you within two business days.", "2027-01-19T18:00"],
  ["A colleague will answer you here by 5 pm.", "2027-01-15T17:00"],
  ["I will not send it twice, and you will hear from us as soon as we know.", "2027-01-18T10:00 assumed"],
  ["We'll be in touch next week.", "2027-01-22T18:00"],
  ["I'll check with the hotel and confirm by 20 January.", "2027-01-20T18:00"],
  ["I'll e-mail you before Wednesday.", "2027-01-19T18:00"],
  ["I'll call you right away.", "2027-01-15T11:00"],
  ["You'll hear from us tonight.", "2027-01-15T21:00"],
  ["I'll send you the documents for Monday's flight.", "2027-01-18T10:00 assumed"],
  // German
  ["Ich melde mich morgen bei Ihnen.", "2027-01-16T18:00"],
  ["Sie erhalten das Angebot bis Freitag 17 Uhr.", "2027-01-15T17:00"],
  ["Wir werden Ihnen die Unterlagen innerhalb von zwei Stunden schicken.", "2027-01-15T12:00"],
  ["Morgen früh rufe ich Sie an.", "2027-01-16T12:00"],
  ["Ich gebe Ihnen Bescheid.", "2027-01-18T10:00 assumed"],
  ["Ich schicke Ihnen das Angebot bis zum 20. Januar.", "2027-01-20T18:00"],
  ["Wir prüfen das bis übermorgen.", "2027-01-17T18:00"],
  // Spanish
  ["Le enviaré el presupuesto mañana.", "2027-01-16T18:00"],
  ["Te llamo el lunes a las 17:30.", "2027-01-18T17:30"],
  ["Nos pondremos en contacto con usted en 24 horas.", "2027-01-16T10:00"],
  ["Recibirá la confirmación antes del miércoles.", "2027-01-19T18:00"],
  ["Vamos a avisarle esta tarde.", "2027-01-15T18:00"],
  ["Le avisaremos.", "2027-01-18T10:00 assumed"],
  // French
  ["Je reviens vers vous demain.", "2027-01-16T18:00"],
  ["Vous recevrez le devis vendredi à 17 h.", "2027-01-15T17:00"],
  ["Nous vous rappellerons dans deux heures.", "2027-01-15T12:00"],
  ["Je vous envoie les documents après-demain.", "2027-01-17T18:00"],
  ["Nous vous tiendrons au courant.", "2027-01-18T10:00 assumed"],
  ["Je vous confirme le prix d'ici lundi midi.", "2027-01-18T13:00"],
  // Portuguese
  ["Envio-lhe o orçamento amanhã.", "2027-01-16T18:00"],
  ["Vou enviar a proposta até sexta às 17h.", "2027-01-15T17:00"],
  ["Entraremos em contacto dentro de duas horas.", "2027-01-15T12:00"],
  ["Vamos ligar-lhe na segunda-feira de manhã.", "2027-01-18T12:00"],
  ["Avisaremos.", "2027-01-18T10:00 assumed"],
  ["Receberá a confirmação depois de amanhã.", "2027-01-17T18:00"],
  // Italian
  ["Le invio il preventivo domani.", "2027-01-16T18:00"],
  ["Avrà la risposta entro venerdì alle 17.", "2027-01-15T17:00"],
  ["La richiameremo tra due ore.", "2027-01-15T12:00"],
  ["Ti faccio sapere dopodomani.", "2027-01-17T18:00"],
  ["Ci facciamo sentire.", "2027-01-18T10:00 assumed"],
  ["Verifico con l'hotel entro 3 giorni lavorativi.", "2027-01-20T18:00"],
];

const nothing: readonly string[] = [
  "Shall I send you the quote tomorrow?",
  "If you tell me the dates, I'll send you offers.",
  "I'll book it once you confirm.",
  "We sent you the itinerary yesterday.",
  "You'll have 2 hours in Frankfurt.",
  "The flight will be delayed until tomorrow.",
  "I'll check.",
  "I won't get back to you before Monday.",
  "Your booking K7QPLM is confirmed.",
  "Ich melde mich nicht vor Montag.",
  "Wir werden Ihnen keine Werbung schicken.",
  "No le enviaremos más mensajes.",
  "No vamos a llamarle mañana.",
  "Nous ne vous enverrons pas de messages.",
  "Não lhe enviaremos mais mensagens.",
  "Non le invieremo altri messaggi domani.",
  "Soll ich Ihnen morgen ein Angebot schicken?",
  "Wenn Sie zusagen, schicke ich Ihnen die Rechnung.",
  "Anbei schicke ich Ihnen das Angebot.",
  "Le confirmo que su reserva está lista.",
  "Si me confirma, le enviaré la factura.",
  "Je vous confirme que le vol est à l'heure.",
  "O envio é gratuito.",
  "Le confermo che la prenotazione è attiva.",
  // Whoever waits for an answer stands in the inbox.
  "A colleague will take over and answer you here.",
  "I am sorry, something went wrong on our side. I have kept your message, and a colleague will answer you here.",
  "Tell me which flight, hotel or car you need and I will look for it.",
  "Your booking K7QPLM needs a colleague's eye. We look at it and write to you here.",
  "Here are three flights to Lisbon. The first leaves tomorrow at 10:15.",
];

describe("promises in a message", () => {
  it.each(said)("%s → %s", (text, due) => expect(at(text)).toEqual([due]));
  it.each(nothing)("no promise: %s", (text) => expect(at(text)).toEqual([]));

  it("quotes the sentence as it stands, and finds each once", () => {
    const text = "Thank you, Ana! I'll call you at 5 p.m. on Monday about the hotel. Have a nice day.\nIch melde mich am 5. Mai bei Ihnen.";
    const found = promisesIn(text, { saidAt, timeZone: "Europe/Lisbon" });
    expect(found.map(({ quote, language }) => [quote, language])).toEqual([
      ["I'll call you at 5 p.m. on Monday about the hotel.", "en"],
      ["Ich melde mich am 5. Mai bei Ihnen.", "de"],
    ]);
    for (const { quote } of found) expect(text).toContain(quote);
    expect(found.map(({ deadline }) => new Date(deadline.at).toISOString())).toEqual(["2027-01-18T17:00:00.000Z", "2027-05-05T17:00:00.000Z"]);
  });

  it("goes by the customer's clock, also over a change of time", () => {
    expect(at("I'll get back to you by 5 pm.", "America/New_York")).toEqual(["2027-01-15T22:00"]);
    expect(at("I'll get back to you tomorrow.", "Pacific/Auckland")).toEqual(["2027-01-16T05:00"]);
    const friday = promisesIn("You'll hear from us on Monday at 9:00.", { saidAt: Date.parse("2027-03-26T12:00:00Z"), timeZone: "Europe/Madrid" });
    // Spain changes to summer time on 28 March 2027.
    expect(new Date(friday[0]!.deadline.at).toISOString()).toBe("2027-03-29T07:00:00.000Z");
  });

  it("never names a time that is over", () => {
    const words = ["today", "by 9:00", "this morning", "by Friday", "on 15 January", "by end of day", "by 2027-01-01", "tonight", "by end of week"];
    for (const timeZone of ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
      for (let hour = 0; hour < 24 * 8; hour += 5)
        for (const word of words) {
          const now = saidAt + hour * 3_600_000;
          const [found] = promisesIn(`I'll call you ${word}.`, { saidAt: now, timeZone });
          expect([word, found !== undefined && found.deadline.at > now]).toEqual([word, true]);
        }
  });

  it("stays quick on long and hostile text", () => {
    const started = performance.now();
    const hostile = ["I will ", "ich werde ", "you will have the ", "vous aurez ", "recibira ", "a", "within in ", "le ", "1:"];
    for (const piece of hostile) at(Array.from({ length: 40 }, () => `${piece.repeat(Math.floor(590 / piece.length))}x.`).join(" "));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
