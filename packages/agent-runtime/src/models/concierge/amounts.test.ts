import { expect, it } from "vitest";
import { justBelow, readBudget, toMoney } from "./amounts.ts";
import { normalise } from "./text.ts";

it.each([
  ["under 500 euros", "500 EUR total"],
  ["max $800", "800 USD total"],
  ["€1,200 total", "1200 EUR total"],
  ["1.200 € in total", "1200 EUR total"],
  ["up to 300 EUR per night", "300 EUR night"],
  ["£150 a night", "150 GBP night"],
  ["less than 99.50 pounds", "99.50 GBP total"],
  ["budget of 1000", "1000 ? total"],
  ["my budget is 2k euros", "2000 EUR total"],
  ["400 dollars each", "400 USD person"],
  ["below 250 pp", "250 ? person"],
  ["at most 60000 yen", "60000 JPY total"],
])("%s", (text, expected) => {
  const budget = readBudget(normalise(text))!;
  expect(`${budget.amount} ${budget.currency ?? "?"} ${budget.per}`).toBe(expected);
});

it.each(["for two", "under 2 stops", "12 March", "from 12 to 19 March", "option 3", "2 adults"])("%s is no budget", (text) =>
  expect(readBudget(normalise(text))).toBeUndefined(),
);

it("has the minor units of its currency and multiplies exactly", () => {
  expect(toMoney("1200", "EUR")).toEqual({ amount: "1200.00", currency: "EUR" });
  expect(toMoney("0.1", "EUR", 3)).toEqual({ amount: "0.30", currency: "EUR" });
  expect(toMoney("60000", "JPY", 2)).toEqual({ amount: "120000", currency: "JPY" });
  expect(toMoney("5", "KWD")).toEqual({ amount: "5.000", currency: "KWD" });
});

it("knows the sum just below another", () => {
  expect(justBelow({ amount: "189.40", currency: "EUR" })).toEqual({ amount: "189.39", currency: "EUR" });
  expect(justBelow({ amount: "0.01", currency: "EUR" })).toBeUndefined();
});
