import type { Booking } from "@travelagent/protocol";
import { expect, it } from "vitest";
import { furtherLines } from "./booking-lines.ts";

const time = { local: "2027-03-12T10:15:00", timeZone: "Europe/Madrid", utc: "2027-03-12T09:15:00Z" };
const booking: Booking = {
  id: "b1",
  reference: "K7Q2ZD",
  status: "ticketed",
  customerId: "c1",
  sessionKey: "s",
  items: [
    { kind: "flight", supplier: "sandbox", locators: [], status: "ticketed", summary: "LH1125 Barcelona → Frankfurt", start: time, end: time, sandbox: true },
  ],
  total: { amount: "1189.40", currency: "EUR" },
  balance: { amount: "0.00", currency: "EUR" },
  travellers: [{ id: "t1", name: "Ana Silva" }],
  createdAt: "2027-01-15T09:00:00Z",
  updatedAt: "2027-01-15T09:00:00Z",
  version: 1,
};
const further = (...lines: string[]) => furtherLines({ kind: "booking", title: "", booking, lines });

it("leaves out what the card shows in its own way, and nothing else", () => {
  const own = ["LH1125 Barcelona → Frankfurt (locator X1Y2Z3)", "Travellers: Ana Silva", "Total: 1,189.40 EUR", "Sandbox: no real travel"];
  expect(further(...own, "Ticket 0308206347353", "Total: 1,200.00 EUR")).toEqual(["Ticket 0308206347353", "Total: 1,200.00 EUR"]);
});
