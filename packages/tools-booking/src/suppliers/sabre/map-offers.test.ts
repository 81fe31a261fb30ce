import { describe, expect, it } from "vitest";
import { timeAt } from "./local-time.ts";
import { offersIn } from "./map-offers.ts";
import { ShopReply } from "./wire-shop.ts";

const schedule = (id: number, from: string, to: string, departs: string, arrives: string, more: object = {}) => ({
  id,
  elapsedTime: 120,
  departure: { airport: from, city: from, time: departs },
  arrival: { airport: to, city: to, time: arrives, ...more },
  carrier: { marketing: "LH", marketingFlightNumber: 1123, operating: "LH", equipment: { code: "32N" } },
});

const fare = (changes: { total?: object; passenger?: object; info?: object } = {}) => ({
  validatingCarrierCode: "LH",
  lastTicketDate: "2027-01-20",
  totalFare: {
    totalPrice: 189.4,
    totalTaxAmount: 70.1,
    currency: "EUR",
    baseFareAmount: 131,
    baseFareCurrency: "USD",
    equivalentAmount: 119.3,
    equivalentCurrency: "EUR",
    ...changes.total,
  },
  passengerInfoList: [
    {
      passengerInfo: {
        passengerType: "ADT",
        passengerNumber: 1,
        nonRefundable: false,
        taxes: [{ ref: 1 }],
        taxSummaries: [{ ref: 1 }],
        fareComponents: [1, 1].map((ref) => ({ ref, segments: [{ segment: { bookingCode: "K", cabinCode: "Y", seatsAvailable: 4 } }] })),
        baggageInformation: [{ provisionType: "A", segments: [{ id: 0 }], allowance: { ref: 1 } }],
        passengerTotalFare: { totalFare: 189.4, totalTaxAmount: 70.1, currency: "EUR", ...changes.passenger },
        penaltiesInfo: { penalties: [{ type: "Refund", applicability: "Before", refundable: true, amount: 50, currency: "EUR" }] },
        ...changes.info,
      },
    },
  ],
});

/** Out on the 12th, back on the 19th; the legs are numbered against the order of travel. */
const reply = (pricing: object) =>
  ShopReply.parse({
    groupedItineraryResponse: {
      scheduleDescs: [
        schedule(1, "FRA", "BCN", "18:00:00+01:00", "20:00:00+01:00"),
        schedule(2, "BCN", "FRA", "23:10:00+01:00", "01:10:00+01:00", { dateAdjustment: 1 }),
      ],
      legDescs: [
        { id: 1, elapsedTime: 120, schedules: [{ ref: 1 }] },
        { id: 2, elapsedTime: 120, schedules: [{ ref: 2 }] },
      ],
      fareComponentDescs: [{ id: 1, fareBasisCode: "KEUCLSP", cabinCode: "Y", brand: { code: "CLASSIC", brandName: "Classic" } }],
      baggageAllowanceDescs: [{ id: 1, pieceCount: 1 }],
      taxDescs: [{ id: 1, code: "YQI", amount: 70.1, currency: "EUR" }],
      taxSummaryDescs: [{ id: 1, code: "YQI", amount: 70.1, currency: "EUR" }],
      itineraryGroups: [
        {
          groupDescription: { legDescriptions: [{ departureDate: "2027-03-12" }, { departureDate: "2027-03-19" }] },
          itineraries: [{ legs: [{ ref: 2 }, { ref: 1 }], pricingInformation: [pricing] }],
        },
      ],
    },
  }).groupedItineraryResponse;

const context = { sandbox: true, now: Date.parse("2027-01-15T09:00:00Z"), timeZone: "UTC", requestId: "test", currency: "EUR" };
const standing = { offerId: "o", source: "ATPCO", timeToLive: 1200 };
const read = (pricing: object) => offersIn(reply(pricing), context);
const one = (pricing: object) => read(pricing).offers[0]!;

describe("an itinerary of Sabre", () => {
  it("has its dates by position, not by the number of the leg, and over midnight", () => {
    const { journeys } = one({ offer: standing, fare: fare() });
    expect(journeys.map(({ segments }) => [segments[0]!.departure.time.local, segments[0]!.arrival.time.local])).toEqual([
      ["2027-03-12T23:10:00", "2027-03-13T01:10:00"],
      ["2027-03-19T18:00:00", "2027-03-19T20:00:00"],
    ]);
  });

  it("counts taxes once, though they are told in two lists and a total", () => {
    const { price } = one({ offer: standing, fare: fare() });
    expect(price).toMatchObject({ total: { amount: "189.40" }, base: { amount: "119.30" }, taxes: { amount: "70.10" }, fees: { amount: "0.00" } });
  });

  it("does not take the base as filed for the base to be paid", () => {
    expect(one({ offer: standing, fare: fare() }).price.base).toEqual({ amount: "119.30", currency: "EUR" });
    const filedAlone = fare({ total: { equivalentAmount: undefined, equivalentCurrency: undefined } });
    expect(read({ offer: standing, fare: filedAlone })).toEqual({ offers: [], leftOut: 1 });
  });

  it("reads prices that are JSON numbers exactly", () => {
    const tricky = fare({ total: { totalPrice: 1234567.1, totalTaxAmount: 0.3, equivalentAmount: 1234566.8 }, passenger: { totalFare: 1234567.1 } });
    expect(one({ offer: standing, fare: tricky }).price).toMatchObject({
      total: { amount: "1234567.10" },
      base: { amount: "1234566.80" },
      taxes: { amount: "0.30" },
    });
  });

  it("is left out when the sums do not agree", () => {
    expect(read({ offer: standing, fare: fare({ passenger: { totalFare: 189.39 } }) }).offers).toEqual([]);
    expect(read({ offer: standing, fare: fare({ total: { totalTaxAmount: 170.1 } }) }).offers).toEqual([]);
  });

  it("is left out without a timeToLive, since nobody knows how long it stands", () => {
    expect(read({ offer: { source: "ATPCO" }, fare: fare() })).toEqual({ offers: [], leftOut: 1 });
    expect(one({ offer: standing, fare: fare() }).offerExpiresAt).toBe("2027-01-15T09:20:00.000Z");
  });

  it("is left out when the airline keeps the order itself", () => {
    expect(read({ offer: { ...standing, source: "NDC" }, fare: fare() }).offers).toEqual([]);
    expect(read({ offer: { ...standing, source: "LCC" }, fare: fare() }).offers).toEqual([]);
  });

  it("takes a last day of ticketing to its end, in the office's zone", () => {
    expect(one({ offer: standing, fare: fare() }).paymentTimeLimit).toBe("2027-01-20T23:59:00.000Z");
    const { offers } = offersIn(reply({ offer: standing, fare: fare() }), { ...context, timeZone: "Asia/Tokyo" });
    expect(offers[0]!.paymentTimeLimit).toBe("2027-01-20T14:59:00.000Z");
    expect(one({ offer: standing, fare: { ...fare(), lastTicketDate: "2027-01-14" } }).paymentTimeLimit).toBeUndefined();
  });

  it("promises no refund that only the text of the rules may promise", () => {
    const rule = { type: "Refund", applicability: "Before", refundable: true, amount: 50, currency: "EUR" };
    const refund = (penalty: object) => one({ offer: standing, fare: fare({ info: { penaltiesInfo: { penalties: [penalty] } } }) }).conditions.refund;
    expect(refund(rule)).toEqual({ allowed: true, penalty: { amount: "50.00", currency: "EUR" } });
    expect(refund({ ...rule, cat16Info: true })).toEqual({ allowed: null });
    expect(refund({ ...rule, refundable: false })).toEqual({ allowed: false });
    expect(one({ offer: standing, fare: fare() }).conditions.change).toEqual({ allowed: null });
  });

  it("says of bags what is said: by segment, counted from 0, else nothing", () => {
    expect(one({ offer: standing, fare: fare() }).fareComponents.map(({ baggage }) => baggage.checkedPieces)).toEqual([1, null]);
  });

  it("knows children by CNN and by their age", () => {
    const party = (passengerType: string) => read({ offer: standing, fare: fare({ info: { passengerType } }) }).offers[0]?.passengers;
    expect(party("CNN")).toEqual([{ ptc: "CHD", count: 1 }]);
    expect(party("C09")).toEqual([{ ptc: "CHD", count: 1 }]);
    expect(party("MIL")).toBeUndefined();
  });
});

describe("a time with an offset", () => {
  it("is the wall clock of the place and an instant", () => {
    expect(timeAt("JFK", "2027-03-12", "08:15:00-05:00")).toEqual({ local: "2027-03-12T08:15:00", timeZone: "America/New_York", utc: "2027-03-12T13:15:00Z" });
  });

  it("tells the two hours of a change of clocks apart", () => {
    expect(timeAt("FRA", "2027-10-31", "02:30:00+02:00")?.utc).toBe("2027-10-31T00:30:00Z");
    expect(timeAt("FRA", "2027-10-31", "02:30:00+01:00")?.utc).toBe("2027-10-31T01:30:00Z");
  });

  it("stands in for the zone of an airport nobody knows, and no zone is invented", () => {
    expect(timeAt("XQX", "2027-03-12", "08:15:00-05:00")).toEqual({ local: "2027-03-12T08:15:00", timeZone: "Etc/GMT+5", utc: "2027-03-12T13:15:00Z" });
    expect(timeAt("XQX", "2027-03-12", "08:15:00+05:30")).toBe(null);
    expect(timeAt("XQX", "2027-03-12", "08:15")).toBe(null);
    expect(() => timeAt("FRA", "2027-03-12", "noon")).toThrow(RangeError);
  });
});
