import { describe, expect, it } from "vitest";
import { airport } from "../../geography/index.ts";
import { carQuery } from "../../testing/simulator-bench.ts";
import { type AvisContext, avisOffer, priceOf } from "./map-car.ts";
import { avisProblem, isPartial } from "./problems.ts";
import { reservation, vehicle, vehicles } from "./wire.ts";

const now = Date.parse("2027-01-15T09:00:00Z");
const heathrow = airport("LHR")!;
const context: AvisContext = {
  query: { ...carQuery, pickUp: "LHR", dropOff: "LHR", currency: "GBP" },
  brand: "Avis",
  from: heathrow,
  to: heathrow,
  pickUp: { location: { name: "London Heathrow Airport T234" }, address: { address_line_1: "Central Heathrow Loc", city: "London" } },
  dropOff: undefined,
  voucher: false,
  sandbox: true,
  now,
};
/** As the vendor's own example has it: seats are text, and the model of a Fiat 500 is a number. */
const fiat = {
  category: { name: "Group A - Fiat 500 or similar", make: "Fiat", model: 500, sipp_code: "MBMR", vehicle_transmission: "Manual" },
  capacity: { doors: "3", seats: "4", luggage_capacity: { small_suitcase: "1" } },
  rate_totals: {
    rate: { currency: "GBP", rate_code: "7I" },
    pay_later: { rate_code: "7I", vehicle_total: 220.28, reservation_total: 264.33 },
    pay_now: { rate_code: "2X", vehicle_total: 200.26, reservation_total: 240.32 },
  },
};
const gbp = (amount: string) => ({ amount, currency: "GBP" });

describe("Avis's cars", () => {
  it("cost what is paid later: what is paid now is paid by card", () => {
    expect(avisOffer(vehicle.parse(fiat), context)).toMatchObject({
      price: { total: gbp("264.33"), base: gbp("220.28"), taxes: gbp("44.05"), fees: gbp("0.00") },
      paymentType: "PAY_AT_COUNTER",
      vendor: { code: "ZI", name: "Avis" },
      vehicle: { acriss: "MBMR", category: "mini", transmission: "manual", seats: 4, bags: 1, exampleModel: "Fiat 500" },
      pickUp: { locationCode: "LHR", address: "London Heathrow Airport T234, Central Heathrow Loc, London" },
    });
    const { pay_later: _, ...now } = fiat.rate_totals;
    expect(avisOffer(vehicle.parse({ ...fiat, rate_totals: now }), context)).toBe(undefined);
  });

  it("paid by the agency's voucher are prepaid", () => {
    expect(avisOffer(vehicle.parse(fiat), { ...context, voucher: true })?.paymentType).toBe("PREPAID");
  });

  it("priced in the currency of the point of sale are left out when another was asked for; the secondary rate is only a conversion", () => {
    const eur = { ...context, query: { ...context.query, currency: "EUR" } };
    expect(avisOffer(vehicle.parse({ ...fiat, secondary_rate_totals: { rate: { currency: "EUR" } } }), eur)).toBe(undefined);
  });

  it("can be cancelled for nothing until they should be picked up, in UTC", () => {
    expect(avisOffer(vehicle.parse(fiat), context)?.cancellation).toEqual([
      { from: "now", penalty: gbp("0.00") },
      { from: "2027-03-12T10:00:00.000Z", penalty: gbp("264.33") },
    ]);
    const summer = { ...context, query: { ...context.query, pickUpAt: "2027-07-12T10:00", dropOffAt: "2027-07-15T10:00" } };
    expect(avisOffer(vehicle.parse(fiat), summer)?.cancellation[1]?.from).toBe("2027-07-12T09:00:00.000Z");
  });

  it("have sums that add up, whichever parts are there", () => {
    expect(priceOf({ reservation_total: 622.1, vehicle_total: 276, taxes_fees_total: 145.74 }, "USD")).toMatchObject({
      taxes: { amount: "145.74" },
      base: { amount: "476.36" },
    });
    expect(priceOf({ reservation_total: 100, taxes_total: 10, fees_total: 5 }, "USD")).toMatchObject({
      taxes: { amount: "10.00" },
      fees: { amount: "5.00" },
      base: { amount: "85.00" },
    });
    expect(priceOf({ reservation_total: 100, vehicle_total: 120 }, "USD")).toMatchObject({ base: { amount: "100.00" }, taxes: { amount: "0.00" } });
  });

  it("that cannot be read are left out, and the others stay", () => {
    const found = vehicles.parse({ vehicles: [fiat, { category: {} }, "car"] });
    expect(found.vehicles.filter((one) => vehicle.safeParse(one).success)).toHaveLength(1);
  });
});

describe("Avis's replies", () => {
  const problem = (status: number, body: unknown) => avisProblem({ status, headers: new Headers(), body, readable: true });
  const errors = (...codes: string[]) => codes.map((code) => ({ code, message: "x", reason: "y", details: "Ana Silva" }));
  const success = [{ code: "201", message: "Created", details: "The reservation was successfully created." }];

  it.each([
    [404, ["404", "223"], "223", "SOLD_OUT"],
    [400, ["400", "14105"], "14105", "OFFER_EXPIRED"],
    [400, ["400", "212"], "212", undefined],
    [500, ["40018", "610"], "40018", undefined],
    [200, ["610"], "610", "SUPPLIER_REJECTED"],
  ])("%i with %j says why in the error that does not repeat the status", (status, codes, vendorCode, code) => {
    expect(problem(status, { status: { errors: errors(...codes) } })).toMatchObject({ vendorCode });
    expect(problem(status, { status: { errors: errors(...codes) } })?.code).toBe(code);
  });

  it("with a success and errors at once are no failure, but something to be looked at", () => {
    const body = { status: { success, errors: errors("14025") } };
    expect(problem(201, body)).toBe(undefined);
    expect(isPartial(body)).toBe(true);
    expect(isPartial({ status: { success } })).toBe(false);
  });

  it("of the gateway before it have another form", () => {
    expect(problem(401, { error: "invalid_grant", error_description: "token not found" })).toMatchObject({ vendorCode: "invalid_grant" });
  });

  it("never carry the vendor's own words about people into our errors", () => {
    expect(JSON.stringify(problem(400, { status: { errors: errors("212") } }))).not.toContain("Ana");
  });

  it("of a reservation are read as the vendor's example has them", () => {
    const body = {
      reservation: {
        confirmation: { number: "09449519US1", pickup_date: "2022-03-01T09:00:00" },
        rate_totals: { rate: { currency: "GBP", amount: 183.34 }, totals: { vehicle_total: 183.34, taxes_fees_total: 69.65, reservation_total: 252.99 } },
        vehicle: { category: { make: "Fiat", model: 500, sipp_code: "MBMR" } },
      },
    };
    expect(reservation.parse(body).reservation).toMatchObject({ confirmation: { number: "09449519US1" }, vehicle: { category: { model: "500" } } });
  });
});
