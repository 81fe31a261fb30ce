import { describe, expect, it } from "vitest";
import { assent } from "./assent.ts";

describe("a plain yes or no in another language", () => {
  it("is one with and without accents, as the whole message", () => {
    for (const text of [
      "Sí",
      "si!",
      "Sí, por favor",
      "De acuerdo.",
      "Ja, bitte",
      "Ja, ich bestätige",
      "Oui",
      "Oui, s'il vous plaît",
      "D’accord",
      "Sim",
      "Sì, grazie",
      "Va bene",
    ])
      expect([text, assent(text)]).toEqual([text, "yes"]);
    for (const text of ["Nein danke", "Non merci", "Não", "No, gracias", "No grazie"]) expect([text, assent(text)]).toEqual([text, "no"]);
  });

  it("is none with a condition, a question or a further wish", () => {
    for (const text of ["Sí, pero más barato", "¿Sí?", "Ja, aber mit Gepäck", "Oui mais demain", "Sim, e um hotel", "Si può?", "Ja ja ja", "Sí?"])
      expect([text, assent(text)]).toEqual([text, null]);
  });
});
