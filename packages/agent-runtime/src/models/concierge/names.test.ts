import { expect, it } from "vitest";
import { readIdentifiers } from "./identifiers.ts";
import { readTravellers } from "./names.ts";

const say = (text: string): string => {
  const { names, half, bornOn, unclearBirth } = readTravellers(text, readIdentifiers(text).spans, "2027-01-13");
  return [
    ...names.map(({ givenName, familyName, bornOn }) => `${givenName}|${familyName}${bornOn ? ` ${bornOn}` : ""}`),
    ...half.map((one) => `${one}|?`),
    ...bornOn,
    ...(unclearBirth ? [`unclear ${unclearBirth}`] : []),
  ].join("; ");
};

it.each([
  ["Ana Silva and Rui Costa, ana@example.com", "Ana|Silva; Rui|Costa"],
  ["names: Ana Silva, Rui Costa", "Ana|Silva; Rui|Costa"],
  ["1. Ana Silva\n2. Rui Costa\nana@example.com\n+351 912 345 678", "Ana|Silva; Rui|Costa"],
  ["it's just me, John Smith", "John|Smith"],
  ["My name is John Smith and my email is js@example.com", "John|Smith"],
  ["I'm John Smith", "John|Smith"],
  ["ana silva", "Ana|Silva"],
  ["ANA MARIA DA SILVA", "Ana Maria|da Silva"],
  ["Jan van der Berg", "Jan|van der Berg"],
  ["SILVA/ANA MRS", "Ana|Silva"],
  ["Mr. José Núñez-Ortiz & Mrs. Zoë O'Neil", "José|Núñez-Ortiz; Zoë|O'Neil"],
  ["the passengers are Ana Silva and Rui Costa", "Ana|Silva; Rui|Costa"],
  ["Bia Costa (born 3 May 2021)", "Bia|Costa 2021-05-03"],
  ["Leo Silva, 12/06/2019x", "Leo|Silva"],
  ["Ana Silva, Leo Silva dob 2019-06-12", "Ana|Silva; Leo|Silva 2019-06-12"],
  ["born on 3 May 2021", "2021-05-03"],
  ["Leo Silva 04/05/2019", "Leo|Silva; unclear 04/05/2019"],
  ["first name Ana, last name Silva", "Ana|Silva"],
  ["Ana", "Ana|?"],
  ["yes please", ""],
  ["what time does it land?", ""],
  ["one day later", ""],
])("%s", (text, expected) => expect(say(text)).toBe(expected));

it("finds e-mail, phone and references, and recognises card numbers without keeping them", () => {
  expect(readIdentifiers("ana@example.com, 0034 600 111 222")).toMatchObject({ email: "ana@example.com", phone: "+34600111222" });
  expect(readIdentifiers("call me on 912 345 678")).toMatchObject({ localPhone: true });
  expect(readIdentifiers("booking k7pq2m")).toMatchObject({ reference: "K7PQ2M" });
  expect(readIdentifiers("cancel ABCDEF please").reference).toBe("ABCDEF");
  expect(readIdentifiers("cancel booking please").reference).toBeUndefined();
  expect(readIdentifiers("CANCEL MY FLIGHT").reference).toBeUndefined();
  const card = readIdentifiers("my card is 4111 1111 1111 1111, exp 12/29");
  expect(card.cardNumber).toBe(true);
  expect(JSON.stringify(card)).not.toContain("4111");
});
