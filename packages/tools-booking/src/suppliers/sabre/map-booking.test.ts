import { TravelAgentError } from "@travelagent/protocol";
import { describe, expect, it } from "vitest";
import { money } from "../../money.ts";
import { flightOrder, type OrderNote } from "./map-booking.ts";
import { Booking } from "./wire-booking.ts";

const flight = (flightStatusCode: string) => ({
  confirmationId: "LHXYZ1",
  flightNumber: 1123,
  airlineCode: "LH",
  fromAirportCode: "BCN",
  toAirportCode: "FRA",
  departureDate: "2027-03-12",
  departureTime: "10:15",
  arrivalDate: "2027-03-12",
  arrivalTime: "12:25",
  departureTerminalName: "TERMINAL 1",
  flightStatusCode,
});
const note: OrderNote = { key: "key-1", total: money(18940n, "EUR") };
const order = (changes: object, own: OrderNote | null = note) =>
  flightOrder(
    Booking.parse({
      bookingId: "GLEBNY",
      isTicketed: true,
      travelers: [{ givenName: "ANA", surname: "SILVA" }],
      flights: [flight("HK")],
      flightTickets: [{ number: "2201234567890", travelerIndex: 1, ticketStatusCode: "TE" }],
      payments: { flightTotals: [{ total: "189.40", currencyCode: "EUR" }] },
      ...changes,
    }),
    own,
    "UTC",
  );
const raises = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return TravelAgentError.from(error).details;
  }
  throw new Error("it was understood");
};

describe("a record of Sabre", () => {
  it("is ticketed with a ticket for each traveller", () => {
    expect(order({})).toMatchObject({
      reference: "GLEBNY",
      status: "ticketed",
      locators: ["GLEBNY", "LHXYZ1"],
      total: { amount: "189.40", currency: "EUR" },
      documents: [{ type: "ETKT", number: "2201234567890", travellerId: "1" }],
      journeys: [{ origin: "BCN", destination: "FRA", segments: [{ departure: { terminal: "1" } }] }],
    });
  });

  it("is not called cancelled for a status nobody here knows, nor after a schedule change", () => {
    expect(order({ flights: [flight("TK")] }).status).toBe("ticketed");
    expect(order({ flights: [flight("ZZ")] }).status).toBe("ticketed");
  });

  it("is cancelled when no flight is left and no ticket stands", () => {
    const gone = { flights: [flight("HX")], isTicketed: false, flightTickets: [], payments: undefined };
    expect(order(gone)).toMatchObject({ status: "cancelled", total: note.total, refund: { amount: "0.00" }, penalty: { amount: "0.00" } });
    expect(order({ ...gone, flights: [] })).toMatchObject({ status: "cancelled" });
  });

  it("is nothing a program can name when tickets stand and flights are gone, unless we cancelled it", () => {
    expect(raises(() => order({ flights: [] }))).toMatchObject({ code: "TICKETS_WITHOUT_FLIGHTS", needsPerson: true });
    const cancelling = { penalty: money(18940n, "EUR"), refund: money(0n, "EUR") };
    expect(order({ flights: [] }, { ...note, cancelling })).toMatchObject({ status: "cancelled", ...cancelling });
  });

  it("does not count voided and refunded tickets, nor other documents", () => {
    const documents = ["TV", "TR", "ME"].map((ticketStatusCode, i) => ({ number: `220000000000${i}`, travelerIndex: 1, ticketStatusCode }));
    expect(order({ flightTickets: [...documents, { number: "2201234567890", travelerIndex: 1, ticketStatusCode: "TO" }] }).documents.length).toBe(1);
    expect(raises(() => order({ flightTickets: documents }))).toMatchObject({ code: "PARTIAL_FULFILLMENT" });
  });

  it("leaves the flights out when the zone of an airport is not known", () => {
    expect(order({ flights: [{ ...flight("HK"), toAirportCode: "XQX" }] })).not.toHaveProperty("journeys");
  });

  it("cannot be understood in two currencies", () => {
    const flightTotals = [
      { total: "100.00", currencyCode: "EUR" },
      { total: "100.00", currencyCode: "USD" },
    ];
    expect(() => order({ payments: { flightTotals } })).toThrow(RangeError);
  });
});
