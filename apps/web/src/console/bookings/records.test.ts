import { expect, it } from "vitest";
import { recordLine, statusChanges } from "./records.ts";

it("reads a change of status", () => {
  expect(recordLine({ at: "2027-01-15T09:00:00Z", type: "order.status", from: "held", to: "needs-human", reason: "the supplier did not answer" })).toEqual({
    at: "2027-01-15T09:00:00Z",
    title: "Order status: needs human",
    detail: "the supplier did not answer",
  });
});

it("reads payments with either form of amount", () => {
  expect(recordLine({ kind: "capture", status: "captured", amount: { amount: "189.40", currency: "EUR" }, timestamp: 0 })).toEqual({
    at: "1970-01-01T00:00:00.000Z",
    title: "Capture: captured",
    amount: { amount: "189.40", currency: "EUR" },
  });
  expect(recordLine({ kind: "refund", amount: "10.00", currency: "EUR" }).amount).toEqual({ amount: "10.00", currency: "EUR" });
});

it("makes a line of anything", () => {
  expect(recordLine({})).toEqual({ title: "Entry" });
  expect(recordLine({ status: "held", at: "not a time" })).toEqual({ title: "Held" });
});

it("says what the gateway's words mean, and a status when it changes", () => {
  const timeline = [
    { type: "created", status: "pending" },
    { type: "attempt", status: "pending", what: "book" },
    { type: "outcome", status: "ticketed" },
  ];
  expect(statusChanges(timeline).map(recordLine)).toEqual([
    { title: "Created: pending" },
    { title: "Asked the supplier", detail: "book" },
    { title: "Supplier answered: ticketed" },
  ]);
});
