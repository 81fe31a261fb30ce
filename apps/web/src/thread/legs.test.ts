import { expect, it } from "vitest";
import { legsOf } from "./legs.ts";

it("parts journeys at their flight numbers and nothing else", () => {
  expect(legsOf("Book LO993/LO718 Lisbon LIS → Tokyo HND, Thu 31 Dec 2026 14:55; U22841 Tokyo NRT → Lisbon LIS, Sun 10 Jan 2027 13:50")).toEqual([
    "Book LO993/LO718 Lisbon LIS → Tokyo HND, Thu 31 Dec 2026 14:55",
    "U22841 Tokyo NRT → Lisbon LIS, Sun 10 Jan 2027 13:50",
  ]);
  for (const text of ["Travellers: Ana Silva; Rui Costa", "Hotel Sol; Mar, Lisbon", ""]) expect(legsOf(text)).toEqual([text]);
});
