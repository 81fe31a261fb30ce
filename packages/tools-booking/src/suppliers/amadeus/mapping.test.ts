import { describe, expect, it } from "vitest";
import type { SupplierRequest } from "../http/index.ts";
import { flightContent, namesFor } from "./map-flight.ts";
import { bookable, cancellationOf, commissionOf, hotelContent } from "./map-hotel.ts";
import { idInPath, orderOf } from "./map-order.ts";
import { priceOf } from "./map-price.ts";
import { problemIn } from "./problems.ts";
import { holdFor, ticketingEnd } from "./time-limit.ts";
import { phoneParts, recordName, seated } from "./travellers.ts";
import { flightOffer, flightOrderReply } from "./wire-flights.ts";
import { hotelRate } from "./wire-hotels.ts";

const now = Date.parse("2027-01-15T09:00:00Z");
const wire = (change: object = {}) =>
  flightOffer.parse({
    type: "flight-offer",
    id: "1",
    lastTicketingDate: "2027-01-20",
    numberOfBookableSeats: 4,
    itineraries: [
      {
        segments: [
          {
            id: "7",
            departure: { iataCode: "LIS", terminal: "1", at: "2027-03-28T00:30:00" },
            arrival: { iataCode: "FNC", at: "2027-03-28T03:15:00" },
            carrierCode: "TP",
            number: "1685",
            aircraft: { code: "32N" },
          },
        ],
      },
    ],
    price: { currency: "EUR", total: "90.00", base: "60.00", fees: [{ amount: "5", type: "SUPPLIER" }], grandTotal: "90.00" },
    validatingAirlineCodes: ["TP"],
    travelerPricings: [
      {
        travelerId: "1",
        fareOption: "STANDARD",
        travelerType: "ADULT",
        price: { currency: "EUR", total: "90.00" },
        fareDetailsBySegment: [{ segmentId: "7", cabin: "ECONOMY", fareBasis: "EBASIC", class: "E", includedCheckedBags: { quantity: 0 } }],
      },
    ],
    ...change,
  });
const content = (change: object = {}) => {
  const offer = wire(change);
  return flightContent(offer, namesFor(offer, { carriers: { TP: "TAP AIR PORTUGAL" }, aircraft: { "32N": "AIRBUS A320NEO" } }), {
    now,
    officeTimeZone: "Europe/Lisbon",
  });
};
const fare = (bags: object) => ({
  ...wire().travelerPricings[0]!,
  fareDetailsBySegment: [{ segmentId: "7", cabin: "BUSINESS", class: "C", fareBasis: "C", includedCheckedBags: bags }],
});

describe("flight offers", () => {
  it("local times get the zone of their airport, also where the clocks change on the way", () => {
    const [journey] = content().journeys;
    expect(journey!.segments[0]!.departure.time).toEqual({ local: "2027-03-28T00:30:00", timeZone: "Europe/Lisbon", utc: "2027-03-28T00:30:00Z" });
    expect(journey!.segments[0]!.arrival.time.utc).toBe("2027-03-28T02:15:00Z");
    // Neither itinerary nor segment has a duration after pricing.
    expect(journey!.duration).toBe(105);
  });

  it("names come from the dictionaries, in plain letters", () => {
    expect(content().journeys[0]!.segments[0]).toMatchObject({ carrierName: "Tap Air Portugal", equipment: "Airbus A320NEO", operatingCarrier: "TP" });
  });

  it("an airport that nobody knows leaves the offer out rather than inventing a time zone", () => {
    const itineraries = [{ segments: [{ ...wire().itineraries[0]!.segments[0]!, arrival: { iataCode: "QQQ", at: "2027-03-28T03:15:00" } }] }];
    expect(() => content({ itineraries })).toThrow(RangeError);
  });

  it("baggage counts pieces or weighs kilos, and pounds become kilos", () => {
    const baggage = (bags: object) => content({ travelerPricings: [fare(bags)] }).fareComponents[0]!.baggage;
    expect(baggage({ quantity: 2 }).checkedPieces).toBe(2);
    expect(baggage({ weight: 25, weightUnit: "KG" })).toMatchObject({ checkedPieces: null, checkedKg: 25 });
    expect(baggage({ weight: 50, weightUnit: "LB" })).toMatchObject({ checkedPieces: null, checkedKg: 23 });
    // As some real replies have it.
    expect(baggage({ quantity: 1, weight: 0, weightUnit: null })).toEqual({ carryOn: "cabin bags as the airline allows", checkedPieces: 1 });
  });

  it("an infant with a seat is nobody we sell to", () => {
    expect(() => content({ travelerPricings: [{ ...wire().travelerPricings[0]!, travelerType: "SEATED_INFANT" }] })).toThrow(RangeError);
  });
});

describe("prices", () => {
  const price = (given: object) => priceOf(wire({ price: { currency: "EUR", base: "60.00", ...given } }));

  it("fees within total and fees on top of it both add up", () => {
    expect(price({ total: "90.00", grandTotal: "90.00", fees: [{ amount: "5.00" }] })).toMatchObject({
      taxes: { amount: "25.00" },
      fees: { amount: "5.00" },
      total: { amount: "90.00" },
    });
    expect(price({ total: "90.00", grandTotal: "95.00", fees: [{ amount: "5.00" }] })).toMatchObject({
      taxes: { amount: "30.00" },
      fees: { amount: "5.00" },
      total: { amount: "95.00" },
    });
  });

  it("additional services of a search are no part of the price, chosen ones are in the grand total", () => {
    expect(price({ total: "90.00", grandTotal: "90.00", additionalServices: [{ amount: "35.00", type: "CHECKED_BAGS" }] }).total.amount).toBe("90.00");
    expect(price({ total: "90.00", grandTotal: "125.00", additionalServices: [{ amount: "35.00", type: "CHECKED_BAGS" }] })).toMatchObject({
      total: { amount: "125.00" },
      fees: { amount: "35.00" },
      perPassenger: [{ ptc: "ADT", count: 1, each: { amount: "125.00" } }],
    });
  });

  it("JSON numbers are amounts too", () => {
    expect(price({ total: 90.1, grandTotal: 90.1, base: 60 }).total.amount).toBe("90.10");
  });

  it("a price that does not add up is no offer", () => {
    expect(() => price({ total: "50.00", grandTotal: "50.00" })).toThrow(RangeError);
    expect(() => price({ total: "abc" })).toThrow(RangeError);
  });
});

describe("ticketing limits", () => {
  it("lastTicketingDate is a date that counts in full, at the office", () => {
    expect(new Date(ticketingEnd({ lastTicketingDate: "2027-01-20" }, "America/New_York")!).toISOString()).toBe("2027-01-21T05:00:00.000Z");
  });

  it("lastTicketingDateTime is often a date in spite of its name", () => {
    expect(ticketingEnd({ lastTicketingDate: "2027-01-20", lastTicketingDateTime: "2027-01-19" }, "UTC")).toBe(Date.parse("2027-01-20T00:00:00Z"));
    expect(ticketingEnd({ lastTicketingDateTime: "2027-01-19T18:00:00" }, "UTC")).toBe(Date.parse("2027-01-19T18:00:00Z"));
  });

  it("a hold never outlasts it, and there is none where Amadeus does not say", () => {
    expect(holdFor(Date.parse("2027-01-21T00:00:00Z"), now, "UTC")).toEqual({ delay: "2D", until: Date.parse("2027-01-17T00:00:00Z") });
    expect(holdFor(Date.parse("2027-01-16T00:00:00Z"), now, "UTC")).toEqual({ delay: "1D", until: Date.parse("2027-01-16T00:00:00Z") });
    expect(holdFor(Date.parse("2027-01-15T20:00:00Z"), now, "UTC")).toBe(undefined);
    expect(holdFor(undefined, now, "UTC")).toBe(undefined);
    expect(content({ lastTicketingDate: undefined }).paymentTimeLimit).toBe(undefined);
    expect(content({ instantTicketingRequired: true }).paymentTimeLimit).toBe(undefined);
  });
});

describe("travellers", () => {
  it("names become capitals A to Z", () => {
    expect(["João d'Ávila", "Anne-Marie", "Łukasz Groß", "Søren Æbelø", "  Ana  Silva "].map(recordName)).toEqual([
      "JOAO DAVILA",
      "ANNE MARIE",
      "LUKASZ GROSS",
      "SOREN AEBELO",
      "ANA SILVA",
    ]);
    expect(() => recordName("Анна")).toThrow("Latin letters");
  });

  it("telephone numbers are split after the country's code", () => {
    const codes = ["+12025550123", "+351910000000", "+34600000000", "+442071234567", "+4915112345678", "+97142000000", "+85221234567"].map(
      (phone) => phoneParts(phone).countryCallingCode,
    );
    expect(codes).toEqual(["1", "351", "34", "44", "49", "971", "852"]);
    expect(() => phoneParts("0800 123")).toThrow("international");
  });

  it("every traveller gets a place of their type, and their own id back", () => {
    const adult = { id: "9", givenName: "Ana", familyName: "Silva", ptc: "ADT" as const };
    const child = { ...adult, id: "8", ptc: "CHD" as const };
    const travelerPricings = [
      { ...wire().travelerPricings[0]!, travelerId: "1", travelerType: "CHILD" },
      { ...wire().travelerPricings[0]!, travelerId: "2", travelerType: "ADULT" },
    ];
    expect(seated({ travelerPricings }, [adult, child]).ours).toEqual({ "1": "8", "2": "9" });
  });
});

describe("orders", () => {
  const order = (change: object) =>
    orderOf(
      flightOrderReply.parse({ data: { id: "x", associatedRecords: [{ reference: "2ZYVAL" }], flightOffers: [wire()], ...change } }).data,
      "key-1",
      { travellers: { "1": "5" }, names: { carriers: {}, aircraft: {} } },
      "Europe/Lisbon",
    );

  it("the ticketing agreement is read in both spellings, its time as the office's", () => {
    for (const name of ["ticketingAgreement", "ticketingAggreement"])
      expect(order({ [name]: { option: "DELAY_TO_CANCEL", dateTime: "2027-07-16T00:00:00.000" } })).toMatchObject({
        status: "held",
        paymentTimeLimit: "2027-07-15T23:00:00.000Z",
      });
    expect(order({ ticketingAgreement: { option: "DELAY_TO_QUEUE", dateTime: "2027-07-16" } }).status).toBe("confirmed");
  });

  it("an airport that nobody knows leaves the journeys out, not the order", () => {
    const [segment] = wire().itineraries[0]!.segments;
    const moved = wire({ itineraries: [{ segments: [{ ...segment, arrival: { iataCode: "QQQ", at: "2027-03-28T03:15:00" } }] }] });
    const read = order({ flightOffers: [moved] });
    expect(read).toMatchObject({ status: "confirmed", total: { amount: "90.00" } });
    expect(read).not.toHaveProperty("journeys");
  });

  it("void and refunded documents are no tickets", () => {
    const ticket = { documentType: "ETICKET", documentNumber: "047-1234567890", documentStatus: "ISSUED", travelerId: "1" };
    expect(order({ tickets: [ticket, { ...ticket, documentStatus: "VOID" }, { ...ticket, documentType: "EMD" }] })).toMatchObject({
      status: "ticketed",
      documents: [{ type: "ETKT", number: "0471234567890", travellerId: "5" }],
    });
  });

  it("ids are encoded once, whether they come encoded or not", () => {
    expect(idInPath("eJzTd9f/AiY=")).toBe("eJzTd9f%2FAiY%3D");
    expect(idInPath("eJzTd9f%2fAiY%3D")).toBe("eJzTd9f%2FAiY%3D");
    expect(idInPath("100%")).toBe("100%25");
  });
});

describe("errors", () => {
  const create: SupplierRequest = { method: "POST", path: "v1/booking/flight-orders", route: "flight-orders" };
  const read: SupplierRequest = { method: "GET", path: "v1/booking/flight-orders/x", route: "flight-orders/{id}" };
  const problem = (status: number, code: number, request = create, more: object = {}) =>
    problemIn({ status, headers: new Headers(), body: { errors: [{ status, code, title: "T", ...more }] }, readable: true }, request);

  it("404 of the gateway is no news about an order, 404 of the application is", () => {
    expect(problem(404, 38196, read)).toMatchObject({ code: "SUPPLIER_UNAVAILABLE" });
    expect(problem(404, 1797, read)).toMatchObject({ vendorCode: "1797" });
    expect(problem(404, 1797, read)?.code).toBe(undefined);
  });

  it("a system error of a write leaves the outcome open, whatever its status", () => {
    expect(problem(400, 141)?.code).toBe("OUTCOME_UNKNOWN");
    expect(problem(400, 141, read)?.code).toBe("SUPPLIER_UNAVAILABLE");
    expect(problem(400, 25860)?.code).toBe("OUTCOME_UNKNOWN");
  });

  it("sold out has many words", () => {
    expect(problem(400, 34651)?.code).toBe("SOLD_OUT");
    expect(problem(400, 4926, create, { detail: "No fare applicable" })?.code).toBe("SOLD_OUT");
    expect(problem(400, 38034, create, { detail: "UNABLE TO SATISFY, NEED CONFIRMED FLIGHT STATUS" })?.code).toBe("SOLD_OUT");
    expect(problem(400, 4926, create, { detail: "Itinerary schedule change detected between segments requested and actual segment sell" })?.code).toBe(
      "OFFER_EXPIRED",
    );
  });

  it("a used-up quota is not tried again, a crowded second is", () => {
    expect(problem(429, 38194)?.code).toBe("RATE_LIMITED");
    expect(problem(429, 38195)?.code).toBe("SUPPLIER_REJECTED");
  });

  it("what was sent does not come back in a message", () => {
    const found = problem(400, 477, create, { detail: "name ANA SILVA is invalid", source: { pointer: "/data/travelers[0]/name" } });
    expect(found?.message).toBe("Amadeus says T at /data/travelers[0]/name");
    expect(JSON.stringify(found)).not.toContain("SILVA");
  });

  it("warnings beside data are no error", () => {
    expect(
      problemIn({ status: 201, headers: new Headers(), body: { data: {}, warnings: [{ code: 1 }], errors: [{ code: 141 }] }, readable: true }, create),
    ).toBe(undefined);
    expect(problemIn({ status: 200, headers: new Headers(), body: { errors: [{ code: 141 }] }, readable: true }, create)?.code).toBe("OUTCOME_UNKNOWN");
  });
});

describe("hotel rates", () => {
  const rate = (change: object = {}) =>
    hotelRate.parse({
      id: "TSXOJ6LFQ2",
      checkInDate: "2027-07-10",
      checkOutDate: "2027-07-13",
      price: { currency: "EUR", base: "270.00", total: "300.00" },
      policies: { paymentType: "GUARANTEE" },
      ...change,
    });
  const steps = (policies: object) => cancellationOf(rate({ policies }), { amount: "300.00", currency: "EUR" }, { timeZone: "Europe/Paris", nights: 3, now });

  it("penalties by sum, nights, per cent and full stay", () => {
    expect(steps({ cancellations: [{ amount: "50.5", deadline: "2027-07-08T18:00:00+02:00" }] })).toEqual([
      { from: "now", penalty: { amount: "0.00", currency: "EUR" } },
      { from: "2027-07-08T16:00:00.000Z", penalty: { amount: "50.50", currency: "EUR" } },
    ]);
    expect(steps({ cancellations: [{ numberOfNights: 1, deadline: "2027-07-08T16:00:00Z" }] })![1]!.penalty.amount).toBe("100.00");
    expect(steps({ cancellations: [{ percentage: "33.33", deadline: "2027-07-08T16:00:00Z" }] })![1]!.penalty.amount).toBe("99.99");
    expect(steps({ cancellation: { type: "FULL_STAY" } })).toEqual([{ from: "now", penalty: { amount: "300.00", currency: "EUR" } }]);
  });

  it("a deadline without offset is local to the property", () => {
    expect(steps({ cancellations: [{ amount: "50", deadline: "2027-07-08T18:00:00" }] })![1]!.from).toBe("2027-07-08T16:00:00.000Z");
  });

  it("a rule without a sum costs everything, no rules at all say nothing", () => {
    expect(steps({ cancellations: [{ deadline: "2027-07-08T18:00:00" }] })![1]!.penalty.amount).toBe("300.00");
    expect(steps({})).toBe(undefined);
    const facts = { hotel: { hotelId: "ACPAR001", cityCode: "PAR" }, listed: undefined, place: "PAR" };
    const silent = hotelContent(rate(), facts, { rooms: 1, adults: 2, childrenAges: [] }, now);
    expect(silent).toMatchObject({ cancellation: [], conditions: { refund: { allowed: null } } });
  });

  it("what is paid is the selling total where there is one", () => {
    const facts = { hotel: { hotelId: "ACPAR001" }, listed: undefined, place: "PAR" };
    const { price } = hotelContent(
      rate({ price: { currency: "EUR", base: "270.00", total: "300.00", sellingTotal: "312.00" } }),
      facts,
      { rooms: 1, adults: 2, childrenAges: [] },
      now,
    );
    expect(price).toMatchObject({ base: { amount: "270.00" }, taxes: { amount: "30.00" }, fees: { amount: "12.00" }, total: { amount: "312.00" } });
  });

  it("payment types in small and capital letters", () => {
    const facts = { hotel: { hotelId: "ACPAR001" }, listed: undefined, place: "PAR" };
    const paid = (paymentType: string) =>
      hotelContent(rate({ policies: { paymentType } }), facts, { rooms: 1, adults: 2, childrenAges: [] }, now).ratePlan.paymentType;
    expect(["guarantee", "HOLDTIME", "deposit", "PREPAY"].map(paid)).toEqual(["PAY_AT_PROPERTY", "PAY_AT_PROPERTY", "PREPAID", "PREPAID"]);
  });

  it("card-only rates cannot be booked by us", () => {
    const accepting = (methods: string[]) => bookable(rate({ policies: { paymentType: "PREPAY", prepay: { acceptedPayments: { methods } } } }));
    expect(accepting(["CREDIT_CARD"])).toBe(false);
    expect(accepting(["CREDIT_CARD", "TRAVEL_AGENT_ID"])).toBe(true);
    expect(bookable(rate())).toBe(true);
  });

  it("commission as a sum or per cent of the price without taxes", () => {
    expect(commissionOf(rate({ commission: { amount: "12.5" } }))?.amount).toBe("12.50");
    expect(commissionOf(rate({ commission: { percentage: 10 } }))?.amount).toBe("27.00");
    expect(commissionOf(rate())).toBe(undefined);
  });
});
