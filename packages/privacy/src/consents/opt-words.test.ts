import { describe, expect, it } from "vitest";
import { optWordOf } from "./opt-words.ts";

describe("words that end messages", () => {
  it.each([
    "STOP",
    "stop",
    "Stop.",
    " stop! ",
    "«STOP»",
    "¡Stop!",
    "STOP 🛑",
    "stopp",
    "STOPALL",
    "Arrêt",
    "ARRET",
    "Arrêtez",
    "baja",
    "BAJA.",
    "PARAR",
    "Fermati!",
    "basta",
    "Sair",
  ])("%s ends", (text) => expect(optWordOf(text)?.kind).toBe("stop"));
  it.each([
    ["Unsubscribe", "en"],
    ["UNSUBSCRIBE ME", "en"],
    ["opt-out", "en"],
    ["Abmelden", "de"],
    ["darme de baja", "es"],
    ["Se désabonner", "fr"],
    ["cancelar inscrição", "pt"],
    ["Disiscrivimi", "it"],
  ])("%s unsubscribes in %s", (text, locale) => expect(optWordOf(text)).toEqual({ kind: "unsubscribe", locale }));
  it.each(["START", "/start", "unstop", "Alta", "começar", "Démarrer"])("%s begins again", (text) => expect(optWordOf(text)?.kind).toBe("start"));
  it.each([
    "stop in Rome",
    "one stop please",
    "non-stop",
    "I want to go to Baja California",
    "please stop",
    "cancel",
    "cancelar",
    "end",
    "alto",
    "",
    "...",
    "st op",
    "unsubscribe from the newsletter of the airline, will you",
    "constructor",
    "sto p",
  ])("%j is a message like any other", (text) => expect(optWordOf(text)).toBeUndefined());
  it("an agency adds its own", () => {
    expect(optWordOf("Ende Gelände")).toBeUndefined();
    expect(optWordOf("ende gelande!", ["Ende Gelände"])).toEqual({ kind: "stop" });
  });
});
