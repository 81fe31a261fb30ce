import { describe, expect, it } from "vitest";
import { problemIn } from "./problems.ts";

const problem = (route: string, body: unknown, status = 200) =>
  problemIn({ status, headers: new Headers(), body, readable: true }, { method: "POST", path: "", route });
const errors = (type: string, category = "APPLICATION_ERROR", more: object = {}) => ({ errors: [{ type, category, description: "SILVA/ANA" }], ...more });

describe("an error of Sabre", () => {
  it("is in the body of a 200, while a warning is none", () => {
    expect(problem("createBooking", errors("UNABLE_TO_ADD_TRAVELER"))).toMatchObject({ code: "SUPPLIER_REJECTED", vendorCode: "UNABLE_TO_ADD_TRAVELER" });
    expect(problem("createBooking", errors("DOWNLINE_SERVICE_WARNING", "WARNING"))).toBeUndefined();
    expect(problem("createBooking", { confirmationId: "ABCDEF" })).toBeUndefined();
  });

  it.each(["PARTIAL_FULFILLMENT", "FULFILLMENT_NOT_CONFIRMED", "UNABLE_TO_RETRIEVE_TICKETS"])("hands the warning %s of a write to a person", (type) => {
    expect(problem("fulfillFlightTickets", errors(type, "WARNING"))).toMatchObject({
      code: "OUTCOME_UNKNOWN",
      vendorCode: type,
      details: { needsPerson: true },
    });
  });

  it("is no refusal when something was done all the same", () => {
    expect(problem("createBooking", errors("UNABLE_TO_ADD_REMARKS", "BAD_REQUEST", { confirmationId: "ABCDEF" }))).toMatchObject({
      code: "OUTCOME_UNKNOWN",
      details: { reference: "ABCDEF", needsPerson: true },
    });
    expect(problem("fulfillFlightTickets", errors("UNABLE_TO_FULFILL", "FULFILLMENT_ERROR", { tickets: [{ number: "1" }] }))).toMatchObject({
      code: "OUTCOME_UNKNOWN",
    });
    expect(problem("cancelBooking", errors("UNABLE_TO_REFUND", "CANCELLATION_ERROR", { voidedTickets: ["1"] }))).toMatchObject({ code: "OUTCOME_UNKNOWN" });
  });

  it("means what its type says", () => {
    expect(problem("fulfillFlightTickets", errors("PRICE_MISMATCH"))).toMatchObject({ code: "PRICE_CHANGED" });
    expect(problem("createBooking", errors("UNABLE_TO_BOOK_CAR_EXPIRED_BOOKING_KEY"))).toMatchObject({ code: "OFFER_EXPIRED" });
    expect(problem("createBooking", errors("UNABLE_TO_BOOK_FLIGHTS"))).toMatchObject({ code: "SOLD_OUT" });
    expect(problem("createBooking", errors("INTERNAL_SERVER_TIMEOUT"))).toMatchObject({ code: "OUTCOME_UNKNOWN" });
    expect(problem("getBooking", errors("INTERNAL_SERVER_TIMEOUT"))).toMatchObject({ code: "SUPPLIER_UNAVAILABLE" });
  });

  it("leaves open what a server did that broke", () => {
    expect(problem("createBooking", errors("UNABLE_TO_BOOK_FLIGHTS"), 500)).not.toHaveProperty("code");
  });

  it("is throttling by its code, whatever the status", () => {
    expect(problem("createBooking", { errorCode: "ERR.2SG.GATEWAY.REQUEST_THROTTLED" }, 503)).toMatchObject({ code: "RATE_LIMITED" });
  });

  it("repeats no words that may be a traveller's", () => {
    expect(JSON.stringify(problem("createBooking", errors("UNABLE_TO_ADD_TRAVELER")))).not.toMatch(/SILVA/i);
  });
});
