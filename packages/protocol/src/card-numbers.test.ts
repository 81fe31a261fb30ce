import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cardCodeMarker, cardMarker, findCardNumbers, findSplitCard, removeCardNumbers, removeCodeAlone, removeSpan } from "./card-numbers.ts";

const clean = (text: string): string => removeCardNumbers(text).text;

/** Numbers that card brands publish for tests. */
const cards = {
  visa: "4111111111111111",
  visa19: "4000000000000000006",
  mastercard: "5555555555554444",
  mastercard2: "2223003122003222",
  amex: "378282246310005",
  diners: "30569309025904",
  diners16: "3056930009020004",
  discover: "6011111111111117",
  jcb: "3566002020360505",
  unionPay: "6200000000000005",
  maestro: "6759649826438453",
  mir: "2201382000000013",
  uatp: "135410014004955",
};

describe("card numbers", () => {
  it.each(Object.entries(cards))("of %s are removed however they are written", (_, number) => {
    const grouped = (separator: string) => (number.match(/.{1,4}/g) ?? []).join(separator);
    const alone = [number, ...(number.length === 14 ? [] : [grouped(" "), grouped("-")])];
    for (const written of alone) {
      expect(clean(`Take ${written}, please.`)).toBe(`Take ${cardMarker}, please.`);
      expect(clean(written)).toBe(cardMarker);
    }
    for (const separator of [" ", "-", ".", "\u00a0", "–", "\u200b", "  "])
      expect(clean(`my card is ${grouped(separator)} thanks`), separator).toBe(`my card is ${cardMarker} thanks`);
  });

  it("are seen in other digits, in letters around them and in more than one place", () => {
    expect(clean("４１１１１１１１１１１１１１１１")).toBe(cardMarker);
    expect(clean("٤١١١١١١١١١١١١١١١")).toBe(cardMarker);
    expect(clean("visa:4111111111111111")).toBe(`visa:${cardMarker}`);
    expect(clean("visa4111111111111111")).toBe(`visa${cardMarker}`);
    expect(clean("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1")).toBe(cardMarker);
    expect(clean("3782 822463 10005")).toBe(cardMarker);
    expect(clean("4111 1111 1111 1111 or 5555555555554444")).toBe(`${cardMarker} or ${cardMarker}`);
    expect(clean("4111 1111\n1111 1111")).toBe(cardMarker);
    expect(clean("Visa 4222222222222")).toBe(`Visa ${cardMarker}`);
    expect(clean('{"number":"4111111111111111"}')).toBe(`{"number":"${cardMarker}"}`);
  });

  it("go with their security codes", () => {
    for (const [written, kept] of [
      ["4111 1111 1111 1111 123", `${cardMarker} ${cardCodeMarker}`],
      ["4111111111111111 12/27 123", `${cardMarker} 12/27 ${cardCodeMarker}`],
      ["4111111111111111, exp 12/2027, 123", `${cardMarker}, exp 12/2027, ${cardCodeMarker}`],
      ["4111111111111111 12/27 cvv 123", `${cardMarker} 12/27 cvv ${cardCodeMarker}`],
      ["CVC: 9876, 378282246310005", `CVC: ${cardCodeMarker}, ${cardMarker}`],
      ["the security code is 123", `the security code is ${cardCodeMarker}`],
      ["Prüfziffer 123", `Prüfziffer ${cardCodeMarker}`],
    ])
      expect(clean(written!)).toBe(kept);
    expect(clean("4111111111111111 2027-03-12 to Lisbon")).toBe(`${cardMarker} 2027-03-12 to Lisbon`);
    expect(clean("4111111111111111, 200 EUR at most")).toBe(`${cardMarker}, 200 EUR at most`);
  });

  it("are none where something else has as many digits", () => {
    for (const text of [
      "Two seats to Lisbon on 2027-03-12, back 2027-03-19, please",
      "my ticket is 125-2345678901 and 1252345678901",
      // Luhn-valid by chance, of airlines whose numbers begin with 4.
      "4592345678908",
      "459-2345678908",
      "tickets: 4212345678900 4212345678918 4212345678926",
      "e-ticket list\n421-2345678900\n421-2345678918",
      "ticket 3902345678909 5",
      "call +34 600 111 222 or +44 20 7946 0958",
      "+34600111222 +34600111223",
      "booking X7K2QP and reference 20270312-4111-0001",
      "550e8400-e29b-4111-8111-446655440000",
      "DE89 3704 0044 0532 0130 00",
      "ES91 2100 0418 4502 0005 1332",
      "passport X1234567, born 1990-01-02",
      "1789999999999",
      "order 4111111111111112",
      "tracking 9999999999999995",
      "40.7127837,-74.0059413",
      "imei 490154203237518",
      "4 adults 12 27 2026 11 28 2026 5 rooms 2 nights 110 20 30",
    ])
      expect([text, clean(text)]).toEqual([text, text]);
  });

  it("are told from airline tickets, telephone numbers, dates and references of every kind", () => {
    const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
    const airline = fc.integer({ min: 1, max: 999 }).map((code) => String(code).padStart(3, "0"));
    const day = fc.date({ min: new Date("1930-01-01"), max: new Date("2035-12-31"), noInvalidDate: true });
    const harmless = fc.oneof(
      fc.tuple(airline, digits(10)).map(([code, serial]) => `${code}-${serial}`),
      fc.tuple(airline, digits(10)).map(([code, serial]) => code + serial),
      fc.tuple(airline, digits(10), digits(1)).map(([code, serial, check]) => `${code}-${serial}-${check}`),
      fc.tuple(fc.integer({ min: 1, max: 999 }), digits(9)).map(([country, rest]) => `+${country} ${rest.slice(0, 3)} ${rest.slice(3, 6)} ${rest.slice(6)}`),
      digits(11).map((number) => `+${number}`),
      day.map((date) => date.toISOString().slice(0, 10)),
      day.map((date) => date.toISOString()),
      fc.stringMatching(/^[A-Z0-9]{6}$/).filter((text) => /[A-Z]/.test(text)),
      fc.uuid(),
      day.map((date) => String(date.getTime())),
    );
    fc.assert(
      fc.property(fc.array(harmless, { minLength: 1, maxLength: 6 }), fc.constantFrom(", ", "\n", " and ", "; "), (parts, separator) => {
        const text = parts.join(separator);
        expect(clean(text)).toBe(text);
      }),
      { numRuns: 3_000 },
    );
  });

  it("with a valid check digit are found among any words", () => {
    const issued = fc.constantFrom(["4", 16], ["51", 16], ["2221", 16], ["37", 15], ["6011", 16], ["62", 19], ["3530", 16]) as fc.Arbitrary<[string, number]>;
    const number = fc.tuple(issued, fc.stringMatching(/^[0-9]{20}$/)).map(([[prefix, length], more]) => {
      const body = (prefix + more).slice(0, length - 1);
      const sum = [...body]
        .reverse()
        .reduce((total, digit, index) => total + (index % 2 === 1 ? Number(digit) : Number(digit) * 2 - (Number(digit) > 4 ? 9 : 0)), 0);
      return body + String((10 - (sum % 10)) % 10);
    });
    fc.assert(
      fc.property(number, fc.constantFrom("", " ", "-"), fc.lorem(), fc.lorem(), (card, separator, before, after) => {
        const written = (card.match(/.{1,4}/g) ?? []).join(separator);
        expect(clean(`${before} ${written} ${after}`)).toBe(`${before} ${cardMarker} ${after}`);
      }),
      { numRuns: 2_000 },
    );
  });

  it("are seen in digits of every script, in circles, in faces and in words", () => {
    const written = (zero: number) => [...cards.visa].map((digit) => String.fromCodePoint(zero + Number(digit))).join("");
    for (const zero of [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50, 0x1040, 0xff10, 0x1d7ce, 0x1d7f6])
      expect(clean(`take ${written(zero)} now`)).toBe(`take ${cardMarker} now`);
    expect(clean("④①①① ①①①① ①①①① ①①①①")).toBe(cardMarker);
    expect(clean([...cards.visa].map((digit) => `${digit}\ufe0f\u20e3`).join(""))).toBe(`${cardMarker}\ufe0f\u20e3`);
    const words = {
      en: "zero one two three four five six seven eight nine",
      de: "null eins zwei drei vier fünf sechs sieben acht neun",
      es: "cero uno dos tres cuatro cinco seis siete ocho nueve",
      fr: "zéro un deux trois quatre cinq six sept huit neuf",
      pt: "zero um dois três quatro cinco seis sete oito nove",
      it: "zero uno due tre quattro cinque sei sette otto nove",
    };
    for (const [language, names] of Object.entries(words))
      for (const separator of [" ", ", ", " - "]) {
        if (separator === ", ") continue;
        const said = [...cards.mastercard].map((digit) => names.split(" ")[Number(digit)]).join(separator);
        expect([language, clean(`pay with ${said} please`)]).toEqual([language, `pay with ${cardMarker} please`]);
      }
    expect(clean("cvv one two three, four five six seven eight nine")).toBe(`cvv ${cardCodeMarker}, four five six seven eight nine`);
    for (const text of ["one two three four five six seven adults, eight nine ten bags", "uno dos tres cuatro cinco seis siete ocho"])
      expect(clean(text)).toBe(text);
  });

  it("are seen when they come in several messages", () => {
    const split = (...messages: string[]) => findSplitCard(messages)?.map(({ message, start, end }) => `${message} ${messages[message]!.slice(start, end)}`);
    expect(split("my card is 4111 1111", "1111 1111")).toEqual(["0 4111 1111", "1 1111 1111"]);
    expect(split("4111", "1111", "1111", "1111")).toEqual(["0 4111", "1 1111", "2 1111", "3 1111"]);
    expect(split("3782", "822463", "10005")).toEqual(["0 3782", "1 822463", "2 10005"]);
    expect(split("hello", "it is 4111 1111 1111", "one moment", "and 1111, exp 12/28 123")).toEqual(["1 4111 1111 1111", "3 1111"]);
    expect(removeSpan("and 1111, exp 12/28 123", { start: 4, end: 8 })).toBe(`and ${cardMarker}, exp 12/28 ${cardCodeMarker}`);
    expect(split("card four one one one one one one one", "1111 1111")).toEqual(["0 four one one one one one one one", "1 1111 1111"]);
    for (const messages of [
      ["4111 1111", "1111 1112"],
      ["2 adults", "450 EUR", "12 March 2027", "14:30"],
      ["4111 1111 1111 1111"],
      ["flight 4111", "1111", "1111", "1111 eur"],
      ["+34600111222", "+34600111223"],
      ["4111 1111", "and then we fly"],
    ])
      expect([messages, split(...messages)]).toEqual([messages, undefined]);
  });

  it("leave codes behind that are all a message says", () => {
    for (const [written, kept] of [
      ["123", cardCodeMarker],
      ["it is 9871", `it is ${cardCodeMarker}`],
      ["12/28 682", `12/28 ${cardCodeMarker}`],
      ["exp 12/28, code 682", `exp 12/28, code ${cardCodeMarker}`],
    ])
      expect(removeCodeAlone(written!)).toEqual({ text: kept, removed: true });
    for (const text of ["2027", "450 EUR", "€450", "120 nights", "12", "see you on 12/28", "flight 682", "two of us, 3 bags", "12345"])
      expect([text, removeCodeAlone(text).removed]).toEqual([text, false]);
  });

  it("cost little in a long text", () => {
    const text = "1 ".repeat(50_000);
    const started = performance.now();
    expect(findCardNumbers(text)).toEqual([]);
    expect(clean(`${"9".repeat(100_000)} ${"cvv ".repeat(20_000)}`)).toHaveLength(180_001);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
