import { fileURLToPath } from "node:url";
import { evaluatePolicy, type PolicyDecision, parsePolicy } from "@travelagent/agent-runtime/gate";
import { describe, expect, it } from "vitest";
import { filesOfPacks } from "./policy-files.ts";

const root = fileURLToPath(new URL("../../policy", import.meta.url));
const files = filesOfPacks(root, ["agency-default", "traveller-rules"]);
const standard = parsePolicy(files);

/** A booking that nothing speaks against. */
const plain = {
  vertical: "flight",
  hasFlight: true,
  live: true,
  hoursToStart: 500,
  holdable: false,
  total: { amount: 400, currency: "EUR" },
  party: { size: 1, adults: 1, children: 0, infants: 0 },
  travellers: [{ ptc: "ADT", ageOnFirstDate: 40, ageOnLastDate: 40, birthDateKnown: true, genderKnown: true, nameComplete: true }],
  countries: ["ES", "DE"],
  connections: [],
  records: { cancelledSameFlight: 0, overlapping: 0 },
};
const ask = (tool: string, facts: Record<string, unknown>, params: Record<string, unknown> = {}, turn: Record<string, unknown> = {}): PolicyDecision => {
  const policy = Object.keys(params).length === 0 ? standard : parsePolicy(files, { params });
  return evaluatePolicy(
    policy,
    { tool, group: "booking", args: {}, facts: { ...plain, ...facts }, turn: { chatType: "direct", ...turn } },
    tool.startsWith("search") ? "allow" : "deny",
  );
};
const adult = plain.travellers[0]!;
const euro = (amount: number) => ({ amount, currency: "EUR" });

describe("the packs for an agency", () => {
  it("ask the customer and an agent about an ordinary booking at a live supplier, and the customer alone in the sandbox", () => {
    expect(ask("create_booking", {}).needs).toMatchObject({ confirmation: true, approval: { role: "agent" } });
    expect(ask("create_booking", { live: false }).needs).toEqual({ confirmation: true });
  });

  it.each<[string, string, Record<string, unknown>, string, string, Record<string, unknown>]>([
    ["too dear", "create_booking", { total: euro(25_000.01) }, "escalate", "booking.amount-limit", { amount_limit: 30_000 }],
    ["a penalty", "cancel_booking", { penalty: euro(2501) }, "escalate", "booking.penalty-limit", { penalty_limit: 3000 }],
    ["a group", "create_booking", { party: { size: 10, adults: 10, infants: 0 } }, "escalate", "booking.group-size", { group_size: 12 }],
    ["a fare that can be held", "create_booking", { holdable: true, total: euro(10_001) }, "escalate", "booking.hold-first", { hold_first_above: 20_000 }],
    [
      "a ticketing limit that is near",
      "create_booking",
      { minutesToTicketingLimit: 19 },
      "escalate",
      "booking.ticketing-limit",
      { ticketing_limit_minutes: 10 },
    ],
    [
      "the fourth booking of a flight",
      "create_booking",
      { records: { cancelledSameFlight: 3, overlapping: 0 } },
      "escalate",
      "booking.churn",
      { churn_limit: 4 },
    ],
    ["more than the customer said", "create_booking", { budget: euro(399) }, "deny", "booking.budget", { budget_factor: "1.01" }],
    ["the last minute", "create_booking", { hoursToStart: 1.99 }, "deny", "booking.too-late", { booking_closes_hours: 1 }],
    [
      "two infants on one lap",
      "create_booking",
      { party: { size: 3, adults: 1, infants: 2 } },
      "deny",
      "traveller.infants-per-adult",
      { infants_per_adult: 2 },
    ],
    [
      "an infant that turns two on the way",
      "create_booking",
      { travellers: [adult, { ptc: "INF", ageOnFirstDate: 1, ageOnLastDate: 2 }] },
      "deny",
      "traveller.infant-too-old",
      { infant_below_age: 3 },
    ],
    ["a child alone", "create_booking", { travellers: [{ ...adult, ageOnFirstDate: 15 }] }, "escalate", "traveller.alone", { alone_from_age: 15 }],
    [
      "a short connection",
      "modify_booking",
      {
        connections: [
          { kind: "domestic", minutes: 90 },
          { kind: "international", minutes: 49 },
        ],
      },
      "deny",
      "traveller.connection",
      { minimum_connection: { domestic: 35, international: 45, "airport-change": 180, "separate-tickets": 150 } },
    ],
    [
      "a passport that runs out on the way",
      "create_booking",
      { travellers: [adult, { ...adult, passport: { known: true, valid: true, validMonthsAfterReturn: -1 } }] },
      "deny",
      "traveller.passport-after-return",
      { passport_months_after_return: -2 },
    ],
    [
      "too many days in the Schengen area",
      "create_booking",
      { travellers: [{ ...adult, schengen: { allowed: true, daysAfterTrip: 91 } }] },
      "escalate",
      "traveller.schengen-days",
      { schengen_days: 91 },
    ],
    [
      "a flight to the US without a gender",
      "create_booking",
      { hoursToStart: 71, countries: ["ES", "US"], travellers: [{ ...adult, genderKnown: false }] },
      "deny",
      "traveller.secure-flight",
      { secure_flight_hours: 24 },
    ],
  ])("see %s, and other parameters see it otherwise", (_, tool, facts, decision, ruleId, params) => {
    expect(ask(tool, facts)).toMatchObject({ decision, ruleId, denyCode: expect.any(String) });
    expect(ask(tool, facts).reason).not.toMatch(/[{}]/);
    expect(["needs-confirmation", "needs-approval", "allow"]).toContain(ask(tool, facts, params).decision);
  });

  it("refuse a second flight at the same time, bookings from groups and searches without end", () => {
    expect(ask("create_booking", { records: { cancelledSameFlight: 0, overlapping: 1 } })).toMatchObject({ decision: "deny", ruleId: "booking.duplicate" });
    expect(ask("create_booking", {}, {}, { chatType: "group" })).toMatchObject({ decision: "deny", ruleId: "booking.direct-chat-only" });
    expect(ask("search_flights", {}, {}, { calls: { hour: 59, day: 199 } })).toMatchObject({ decision: "allow" });
    expect(ask("search_flights", {}, {}, { calls: { hour: 60, day: 60 } })).toMatchObject({ decision: "deny", ruleId: "booking.search-budget" });
    expect(ask("search_hotels", {}, {}, { calls: { hour: 0, day: 200 } })).toMatchObject({ decision: "deny", denyCode: "search-budget" });
  });

  it.each<[string, Record<string, unknown>, string, Record<string, unknown>]>([
    ["create_booking", { total: euro(5001) }, "booking.amount-approval", { amount_approval_above: 5001 }],
    ["cancel_booking", { penalty: euro(251) }, "booking.penalty-approval", { penalty_approval_above: 251 }],
    ["cancel_booking", { refund: euro(1001) }, "booking.refund-approval", { refund_approval_above: 1001 }],
  ])("let a manager approve %s of %j", (tool, facts, ruleId, params) => {
    expect(ask(tool, facts).needs.approval).toMatchObject({ role: "manager", ruleId });
    expect(ask(tool, facts, params).needs.approval).toMatchObject({ role: "agent" });
  });

  it("refuse a passport that a country does not take, and say nothing about one that nobody knows", () => {
    const passport = (given: object) => ask("create_booking", { travellers: [{ ...adult, passport: { known: true, validMonthsAfterReturn: 3, ...given } }] });
    expect(passport({ valid: false })).toMatchObject({ decision: "deny", denyCode: "travel-document" });
    expect(passport({}).decision).toBe("needs-confirmation");
    expect(ask("create_booking", { travellers: [{ ...adult, passport: { known: false } }] }).decision).toBe("needs-confirmation");
  });

  it("hold what an agency wants held, whatever it costs", () => {
    expect(ask("create_booking", { holdable: true }).decision).toBe("needs-confirmation");
    expect(ask("create_booking", { holdable: true }, { hold_first_for: ["flight"] })).toMatchObject({ decision: "escalate", ruleId: "booking.hold-first" });
  });
});
