import type { Booking } from "@travelagent/protocol";
import { Card } from "@travelagent/protocol/messages";
import { expect, it } from "vitest";
import { renderText } from "./render.ts";

const offers: Card = {
  kind: "offers",
  vertical: "flight",
  title: "Flights Barcelona to Frankfurt, 12 Mar 2027",
  offers: [
    {
      offerId: "o1",
      number: 1,
      title: "Lufthansa LH1123",
      lines: ["10:15 to 12:25, direct", "Hand baggage only"],
      price: { amount: "189.40", currency: "EUR" },
      tags: ["cheapest"],
      sandbox: true,
    },
    { offerId: "o2", number: 2, title: "Vueling VY1862", lines: [], price: { amount: "212.00", currency: "EUR" }, tags: [], sandbox: false },
  ],
  buttons: [{ label: "Choose 1", text: "1" }],
};

const confirmation: Card = {
  kind: "confirmation",
  confirmationId: "c1",
  title: "Please confirm this booking",
  lines: ["LH1123 Barcelona to Frankfurt, 12 Mar 2027 10:15", "Traveller: Ana Silva"],
  total: { amount: "378.80", currency: "EUR" },
  penalty: { amount: "70.00", currency: "EUR" },
  expiresAt: "2027-03-01T10:15:00Z",
  buttons: [],
};

const booking: Booking = {
  id: "b1",
  reference: "K7Q2ZD",
  status: "cancellation-pending",
  customerId: "c1",
  sessionKey: "agent:main:webchat:v1",
  items: [
    {
      kind: "flight",
      supplier: "sandbox",
      locators: ["X1Y2Z3"],
      status: "confirmed",
      summary: "LH1123 Barcelona BCN → Frankfurt FRA",
      start: { local: "2027-03-12T10:15:00", timeZone: "Europe/Madrid", utc: "2027-03-12T09:15:00Z" },
      end: { local: "2027-03-12T12:25:00", timeZone: "Europe/Berlin", utc: "2027-03-12T11:25:00Z" },
      sandbox: true,
    },
  ],
  total: { amount: "189.40", currency: "EUR" },
  balance: { amount: "189.40", currency: "EUR" },
  travellers: [{ id: "t1", name: "Ana Silva" }],
  paymentTimeLimit: "2027-03-02T18:00:00Z",
  createdAt: "2027-03-01T10:00:00Z",
  updatedAt: "2027-03-01T10:00:00Z",
  version: 1,
};

it("leaves a plain message alone", () => {
  expect(renderText({ text: "Good morning!" })).toBe("Good morning!");
});

it("numbers offers with price, tags, lines and the sandbox mark", () => {
  expect(renderText({ text: "I found two:", cards: [offers] })).toBe(
    [
      "I found two:",
      "Flights Barcelona to Frankfurt, 12 Mar 2027",
      "1. Lufthansa LH1123: 189.40 EUR (cheapest, sandbox, not real travel)\n   10:15 to 12:25, direct\n   Hand baggage only",
      "2. Vueling VY1862: 212.00 EUR",
      "Answer with the number of your choice.",
    ].join("\n\n"),
  );
});

it("shows exactly what a yes covers and how to say it", () => {
  expect(renderText({ text: "", cards: [confirmation] })).toBe(
    [
      "Please confirm this booking",
      "- LH1123 Barcelona to Frankfurt, 12 Mar 2027 10:15",
      "- Traveller: Ana Silva",
      "Total: 378.80 EUR",
      "Penalty: 70.00 EUR",
      "Valid until Mon, 1 Mar 2027 10:15 UTC.",
      "Answer YES to confirm or NO.",
    ].join("\n"),
  );
});

it("sums up a booking in the local times of its places", () => {
  expect(renderText({ text: "", cards: [{ kind: "booking", title: "Your booking", booking, lines: ["The airline was asked to cancel."] }] })).toBe(
    [
      "Your booking",
      "Booking K7Q2ZD: cancellation pending",
      "- LH1123 Barcelona BCN → Frankfurt FRA (sandbox, not real travel)",
      "  Fri, 12 Mar 2027 10:15 to Fri, 12 Mar 2027 12:25, code X1Y2Z3",
      "Travellers: Ana Silva",
      "Total: 189.40 EUR",
      "Still to pay: 189.40 EUR",
      "Pay before Tue, 2 Mar 2027 18:00 UTC.",
      "The airline was asked to cancel.",
    ].join("\n"),
  );
});

it("asks for no payment when nothing is owed, and its fixtures are valid cards", () => {
  const paid = { ...booking, balance: { amount: "0.00", currency: "EUR" } };
  const card: Card = { kind: "booking", title: "Your booking", booking: paid, lines: [] };
  expect(renderText({ text: "", cards: [card] })).not.toContain("Still to pay");
  for (const each of [offers, confirmation, card]) expect(Card.safeParse(each).success).toBe(true);
});

it("says once that nothing is real when every offer is of the sandbox", () => {
  const text = renderText({ text: "", cards: [{ ...offers, offers: offers.offers.map((offer) => ({ ...offer, sandbox: true })) } as Card] });
  expect(text.match(/sandbox/gi)).toHaveLength(1);
  expect(text.endsWith("Sandbox: no real travel.")).toBe(true);
});

it("says nothing twice that the lines of a card tell", () => {
  const asked = renderText({ text: "", cards: [{ ...confirmation, lines: ["Cancelling costs 70.00 EUR", "Total: 378.80 EUR"] } as Card] });
  expect(asked.match(/378\.80|70\.00/g)).toEqual(["70.00", "378.80"]);
  const lines = [
    "LH1123 Barcelona BCN → Frankfurt FRA (locator X1Y2Z3)",
    "Travellers: Ana Silva",
    "Total: 189.40 EUR",
    "To be paid by Tue 2 Mar 2027 18:00 UTC",
  ];
  const booked = renderText({ text: "", cards: [{ kind: "booking", title: "Held: K7Q2ZD", booking, lines }] });
  expect(booked.split("\n")).toEqual(["Held: K7Q2ZD", "Booking K7Q2ZD: cancellation pending", "Still to pay: 189.40 EUR", ...lines]);
});
