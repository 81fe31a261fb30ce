import { describe, expect, it } from "vitest";
import { problemIn } from "./problems.ts";

const reply = (message: string, { status = 200, code = 400 }: { status?: number; code?: number } = {}) => ({
  status,
  headers: new Headers({ e2etrackingid: "e2e-1" }),
  body: { AnyResponse: { Result: { Error: [{ StatusCode: code, Message: message }] } } },
  readable: true,
});
const problem = (route: string, ...given: Parameters<typeof reply>) => problemIn(reply(...given), { method: "POST", path: "", route });

describe("an error of Travelport", () => {
  it("is found inside of an answer of any name, with status 200", () => {
    expect(problem("commit", "TELEPHONE IS A REQUIRED FIELD")).toMatchObject({
      code: "SUPPLIER_REJECTED",
      vendorCode: "TELEPHONE_REQUIRED",
      details: { e2eTrackingId: "e2e-1" },
    });
  });

  it("leaves open what a server did that broke, and knows of a read that it did nothing", () => {
    expect(problem("commit", "BACKEND FAILURE", { code: 500 })).toMatchObject({ code: "OUTCOME_UNKNOWN" });
    expect(problem("search", "BACKEND FAILURE", { code: 500 })).toMatchObject({ code: "SUPPLIER_UNAVAILABLE" });
    expect(problem("retrieve", "HOST TIMED OUT")).toMatchObject({ code: "SUPPLIER_UNAVAILABLE" });
    expect(problem("commit", "OFFER PRICE HAS CHANGED", { status: 500 })).not.toHaveProperty("code");
  });

  it("repeats no words that may be a traveller's", () => {
    expect(JSON.stringify(problem("add-traveler", "NAME SILVA/ANA IS INVALID"))).not.toMatch(/SILVA/i);
  });

  it("is none where nothing failed", () => {
    expect(
      problemIn(
        { status: 200, headers: new Headers(), body: { ReservationResponse: { Result: {} } }, readable: true },
        { method: "GET", path: "", route: "retrieve" },
      ),
    ).toBeUndefined();
  });
});
