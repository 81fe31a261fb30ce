import { describe, expect, it } from "vitest";
import { documentsNamed, findDocumentNumbers } from "./document-numbers.ts";

const numbers = (text: string, asked?: "passport") => findDocumentNumbers(text, asked ? { asked } : {}).map(({ kind, number }) => `${kind} ${number}`);

describe("numbers of papers", () => {
  it("are found beside their word, in six languages", () => {
    for (const [text, found] of [
      ["my passport is XK7319452, I am Ana Silva", "passport XK7319452"],
      ["Passport number: 561234789", "passport 561234789"],
      ["passport no. X 1234567 expires 2031-05-02", "passport X 1234567"],
      ["Mein Reisepass ist C01X00T47", "passport C01X00T47"],
      ["mi pasaporte es PAB123456 y caduca en 2031", "passport PAB123456"],
      ["mon passeport est le 12AB34567", "passport 12AB34567"],
      ["o meu passaporte é CA123456", "passport CA123456"],
      ["il mio passaporto è YA1234567", "passport YA1234567"],
      ["XK7319452 is my passport number", "passport XK7319452"],
      ["my DNI is 12345678Z", "identity-card 12345678Z"],
      ["Personalausweis: L01X00T471", "identity-card L01X00T471"],
      ["known traveler number 987654321", "known-traveller 987654321"],
      ["KTN: TT12345678", "known-traveller TT12345678"],
      ["frequent flyer number TP 123456789", "loyalty TP 123456789"],
      ["visa number 20231234567", "visa 20231234567"],
      ["driving licence MORGA657054SM9", "driving-licence MORGA657054SM9"],
    ] as const)
      expect([text, numbers(text)]).toEqual([text, [found]]);
    expect(numbers("passports XK7319452 and passport AB1234567")).toEqual(["passport XK7319452", "passport AB1234567"]);
  });

  it("are found in machine-readable lines, with what these say besides", () => {
    const [found] = findDocumentNumbers("here:\nP<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\nthanks");
    expect(found).toMatchObject({
      kind: "passport",
      number: "L898902C3",
      lines: { country: "UTO", surname: "ERIKSSON", givenNames: "ANNA MARIA", expiresOn: "2012-04-15" },
    });
    expect("here:\n".length).toBe(found!.start);
    expect(numbers("L898902C36UTO7408122F1204159ZE184226B<<<<<10")).toEqual(["passport L898902C3"]);
    expect(numbers("I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<")).toEqual(["identity-card D23145890"]);
  });

  it("are found alone where they were asked for", () => {
    expect(numbers("XK7319452", "passport")).toEqual(["passport XK7319452"]);
    expect(numbers("ok, XK 7319452 thanks", "passport")).toEqual(["passport XK 7319452"]);
    expect(numbers("XK7319452")).toEqual([]);
    expect(documentsNamed("Please tell me your passport number")).toEqual(["passport"]);
  });

  it("are none where something else has letters and digits", () => {
    for (const text of [
      "my booking is X7K2QP",
      "passport valid until 2031-05-02, born 1990-01-02",
      "I have a passport, call me at +34 600 111 222",
      "is a passport needed for TP1234 on 12 March 2027?",
      "the passport office opens 10 12 2027",
      "my visa card is declined",
      "two passports and 3 bags, 450 EUR",
      "ticket 047-2345678901 and booking reference ABC123",
      "passport and ticket for 2 adults",
      "do I need a visa? we are 12345 km away",
    ])
      expect([text, numbers(text)]).toEqual([text, []]);
    expect(numbers("I fly on 2027-03-12", "passport")).toEqual([]);
    expect(numbers("X7K2QP", "passport")).toEqual([]);
  });

  it("cost little in a long text", () => {
    const started = performance.now();
    for (const text of ["passport ".repeat(10_000), "1 ".repeat(50_000), "passport no no no no no no ".repeat(4_000), "A1".repeat(50_000), "<".repeat(100_000)])
      findDocumentNumbers(text);
    expect(performance.now() - started).toBeLessThan(4_000);
  });
});
