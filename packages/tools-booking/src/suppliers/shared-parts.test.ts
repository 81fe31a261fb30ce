import { describe, expect, it } from "vitest";
import { z } from "zod";
import { money } from "../money.ts";
import { sampleHotel } from "../testing/sample-offers.ts";
import { readAcriss } from "./acriss.ts";
import { bestOf } from "./best-of.ts";
import { cancellationSteps } from "./cancellation-steps.ts";
import { carVendorCode } from "./car-vendor.ts";
import { checkEnvironment } from "./environment.ts";
import { eachReadable, readable } from "./readable.ts";
import { partyOfRooms } from "./rooms.ts";

const eur = (minor: number) => money(BigInt(minor), "EUR");
const now = Date.parse("2027-01-15T09:00:00Z");

describe("cancellation steps", () => {
  const shown = (rules: Parameters<typeof cancellationSteps>[0]) =>
    cancellationSteps(rules, eur(30000), now).map(({ from, penalty }) => `${from} ${penalty.amount}`);

  it("are free now when nothing else is said", () => expect(shown([])).toEqual(["now 0.00"]));

  it("start with what holds now, in the order of time, and leave out what changes nothing", () => {
    const rules = [
      { at: now + 2000, penalty: eur(20000) },
      { at: now - 1000, penalty: eur(5000) },
      { at: now + 3000, penalty: eur(20000) },
    ];
    expect(shown(rules)).toEqual(["now 50.00", "2027-01-15T09:00:02.000Z 200.00"]);
  });

  it("are never above the price", () => expect(shown([{ at: Number.NEGATIVE_INFINITY, penalty: eur(99999) }])).toEqual(["now 300.00"]));

  it("take the last of two rules of the same moment", () => {
    expect(
      shown([
        { at: now, penalty: eur(100) },
        { at: now, penalty: eur(200) },
      ]),
    ).toEqual(["now 2.00"]);
  });
});

describe("the best of many offers", () => {
  const offer = (house: string, minor: number) => ({
    ...sampleHotel(),
    id: `${house}${minor}`,
    property: { ...sampleHotel().property, id: house },
    price: { ...sampleHotel().price, total: eur(minor) },
  });

  it("has every house at its lowest before one comes twice, cheapest first", () => {
    const offers = [offer("A", 100), offer("A", 110), offer("A", 120), offer("B", 300), offer("C", 400)];
    expect(bestOf(offers, 5, ({ property }) => property.id).map(({ id }) => id)).toEqual(["A100", "A110", "A120", "B300", "C400"]);
    expect(bestOf(offers, 3, ({ property }) => property.id).map(({ id }) => id)).toEqual(["A100", "A110", "B300"]);
  });
});

describe("the environment of a supplier", () => {
  const hosts = { supplier: "mine", production: ["api.example.com"], sandbox: ["test.example.com"] };
  it.each([
    ["https://api.example.com/v1", false],
    ["https://test.example.com/v1", true],
    ["api.example.com", true],
  ])("%s with live: %s is refused", (baseUrl, live) =>
    expect(() => checkEnvironment(hosts, baseUrl, live)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" })),
  );
  it.each([
    ["https://api.example.com/v1", true],
    ["https://test.example.com", false],
    ["http://127.0.0.1:4000", false],
    ["http://127.0.0.1:4000", true],
  ])("%s with live: %s is taken", (baseUrl, live) => expect(() => checkEnvironment(hosts, baseUrl, live)).not.toThrow());
});

it("knows rental companies by their names, and not by what only begins like them", () => {
  expect(["Hertz", "hertz", "Hertz Portugal", "Avis", "Aviser", "Sixt"].map((name) => carVendorCode(name, "77"))).toEqual(["ZE", "ZE", "ZE", "ZI", "77", "SX"]);
});

it("reads the four letters of a car", () => {
  expect(readAcriss("MDMR")).toEqual({ category: "mini", transmission: "manual" });
  expect(readAcriss("IFAR")).toEqual({ category: "suv", transmission: "automatic" });
  expect(readAcriss("SVAR").category).toBe("van");
  expect(readAcriss("")).toEqual({ category: "special", transmission: "manual" });
});

it("spreads a party over rooms, an adult in each", () => {
  expect(partyOfRooms({ rooms: 2, adults: 3, childrenAges: [9, 4, 2] })).toEqual([
    { adults: 2, childrenAges: [9, 2] },
    { adults: 1, childrenAges: [4] },
  ]);
  expect(() => partyOfRooms({ rooms: 2, adults: 1, childrenAges: [9] })).toThrow(/needs an adult/);
});

it("leaves out what cannot be read, and keeps the rest", () => {
  expect(eachReadable(z.looseObject({ id: z.number() }), [{ id: 1 }, null, { id: "2" }, { id: 3, more: true }]).map(({ id }) => id)).toEqual([1, 3]);
  expect(readable(() => money(1n, "EURO"))).toBe(undefined);
});
