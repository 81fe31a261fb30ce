import type { Booking } from "@travelagent/protocol";
import type { Card } from "@travelagent/protocol/messages";
import { expect, it } from "vitest";
import { openOffers } from "./open-offers.ts";
import type { Entry } from "./state.ts";

const offers: Card = { kind: "offers", vertical: "flight", title: "Flights", offers: [], buttons: [{ label: "Choose 1", text: "1" }] };
const booking: Card = { kind: "booking", title: "Booked", booking: {} as Booking, lines: [] };
const entry = (key: string, from: Entry["from"], text: string, ...cards: Card[]): Entry => ({ key, from, text, cards, at: 0 });

it("opens the newest list only", () => {
  expect(openOffers([])).toBe(undefined);
  const lists = [entry("a", "agent", "", offers), entry("b", "customer", "Earlier, please"), entry("c", "agent", "", offers)];
  expect(openOffers(lists)).toBe("c");
  expect(openOffers([...lists, entry("d", "customer", "Is there a meal?")])).toBe("c");
});

it("closes it while a choice waits, and for good once something is booked", () => {
  const list = entry("a", "agent", "", offers);
  const choice = entry("b", "customer", "1");
  expect(openOffers([list, choice])).toBe(undefined);
  expect(openOffers([list, { ...choice, delivery: { status: "failed", reason: "" } }])).toBe("a");
  expect(openOffers([list, choice, entry("c", "agent", "Who travels?")])).toBe("a");
  expect(openOffers([list, choice, entry("c", "agent", "", booking)])).toBe(undefined);
});
