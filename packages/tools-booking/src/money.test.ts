import { Money, TravelAgentError } from "@travelagent/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, compare, currencyDigits, formatMoney, minorUnits, money, multiply, subtract, sum, zero } from "./money.ts";

const currency = fc.constantFrom("EUR", "JPY", "KWD", "CLF", "HUF", "USD");
const minor = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return TravelAgentError.is(error) ? error.code : String(error);
  }
};

describe("money", () => {
  it("has the minor units of ISO 4217, not of local habit", () => {
    expect(["EUR", "JPY", "KWD", "HUF", "IDR", "CLF", "XXX"].map(currencyDigits)).toEqual([2, 0, 3, 2, 2, 4, 2]);
    expect(money(18940n, "EUR")).toEqual({ amount: "189.40", currency: "EUR" });
    expect(money(-5n, "KWD")).toEqual({ amount: "-0.005", currency: "KWD" });
    expect(money(1240n, "JPY")).toEqual({ amount: "1240", currency: "JPY" });
  });

  it("survives the way there and back, in the form of the protocol", () => {
    fc.assert(
      fc.property(minor, currency, (amount, code) => {
        const value = money(amount, code);
        expect(minorUnits(value)).toBe(amount);
        expect(Money.parse(value)).toEqual(value);
      }),
    );
  });

  it("adds, subtracts and compares like whole numbers", () => {
    fc.assert(
      fc.property(minor, minor, currency, (a, b, code) => {
        const [x, y] = [money(a, code), money(b, code)];
        expect(minorUnits(add(x, y))).toBe(a + b);
        expect(subtract(add(x, y), y)).toEqual(x);
        expect(sum([x, y, x], code)).toEqual(money(a + b + a, code));
        expect(compare(x, y)).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
    expect(sum([], "JPY")).toEqual(zero("JPY"));
  });

  it("rounds half to even and never by more than half a unit", () => {
    const half = { numerator: 1n, denominator: 2n };
    expect([1n, 3n, 5n, -1n, -3n].map((amount) => minorUnits(multiply(money(amount, "EUR"), half)))).toEqual([0n, 2n, 2n, 0n, -2n]);
    fc.assert(
      fc.property(minor, fc.bigInt({ min: -1000n, max: 1000n }), fc.bigInt({ min: 1n, max: 1000n }), (amount, numerator, denominator) => {
        const result = minorUnits(multiply(money(amount, "EUR"), { numerator, denominator }));
        const error = 2n * (amount * numerator - result * denominator);
        expect(error <= denominator && error >= -denominator).toBe(true);
        expect(minorUnits(multiply(money(amount, "EUR"), { numerator: -numerator, denominator: -denominator }))).toBe(result);
      }),
    );
  });

  it("refuses to mix currencies, to lose decimals and to divide by zero", () => {
    const [euro, yen] = [money(100n, "EUR"), money(100n, "JPY")];
    for (const run of [() => add(euro, yen), () => subtract(euro, yen), () => compare(euro, yen), () => sum([euro], "JPY")])
      expect(codeOf(run)).toBe("INVALID_REQUEST");
    expect(codeOf(() => minorUnits({ amount: "1.005", currency: "EUR" }))).toBe("INVALID_REQUEST");
    expect(minorUnits({ amount: "1.500", currency: "EUR" })).toBe(150n);
    expect(codeOf(() => minorUnits({ amount: "1e3", currency: "EUR" }))).toBe("INVALID_REQUEST");
    expect(codeOf(() => multiply(euro, { numerator: 1n, denominator: 0n }))).toBe("INVALID_REQUEST");
    expect(codeOf(() => zero("euro"))).toBe("INVALID_REQUEST");
  });

  it("reads well", () => {
    expect([money(123456789n, "EUR"), money(-99n, "USD"), money(1240n, "JPY"), money(999n, "KWD")].map(formatMoney)).toEqual([
      "1,234,567.89 EUR",
      "-0.99 USD",
      "1,240 JPY",
      "0.999 KWD",
    ]);
  });
});
