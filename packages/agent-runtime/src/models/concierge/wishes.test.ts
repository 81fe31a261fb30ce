import { expect, it } from "vitest";
import { normalise } from "./text.ts";
import { readTimes } from "./times.ts";
import { readWishes } from "./wishes.ts";

it.each([
  ["premium economy", { cabin: "PREMIUM_ECONOMY" }],
  ["business class instead", { cabin: "BUSINESS" }],
  ["in first class", { cabin: "FIRST" }],
  ["economy is fine", { cabin: "ECONOMY" }],
  ["only direct ones", { direct: true }],
  ["non-stop please", { direct: true }],
  ["without stops", { direct: true }],
  ["stops are fine", { direct: false }],
  ["a 4-star hotel", { minStars: 4 }],
  ["at least four stars", { minStars: 4 }],
  ["5* please", { minStars: 5 }],
  ["with free cancellation", { refundable: true }],
  ["refundable only", { refundable: true }],
  ["2 rooms", { rooms: 2 }],
  ["an automatic suv", { automatic: true, category: "suv" }],
  ["a 7-seater", { category: "van" }],
  ["a small car", { category: "economy" }],
  ["an economy car", { category: "economy" }],
  ["the driver is 24", { driverAge: 24 }],
  ["I'm 27 years old", { driverAge: 27 }],
  ["round trip", { roundTrip: true }],
  ["one-way", { oneWay: true }],
  ["something cheaper", { cheaper: true }],
  ["that is too expensive", { cheaper: true }],
  ["show me more options", { moreOffers: true }],
  ["a business trip", {}],
  ["the price is non-refundable", {}],
])("%s", (text, expected) => {
  const { spans, ...wishes } = readWishes(normalise(text));
  expect(wishes).toEqual(expected);
  expect(spans.length > 0).toBe(Object.keys(expected).length > 0);
});

it.each([
  ["pick up at 9am, drop off at 18:30", "09:00, end 18:30"],
  ["at noon", "12:00"],
  ["at 10", "10:00"],
  ["from 08:15 to 17:00", "08:15, end 17:00"],
  ["12 am", "00:00"],
  ["5 pm until 9 pm", "17:00, end 21:00"],
  ["at 25:00", ""],
  ["at 10 people", ""],
])("%s", (text, expected) => {
  expect(
    readTimes(normalise(text))
      .map(({ time, role }) => `${role ? `${role} ` : ""}${time}`)
      .join(", "),
  ).toBe(expected);
});
