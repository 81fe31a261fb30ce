import type { Card } from "@travelagent/protocol/messages";
import { expect, it } from "vitest";
import { confirmationAnswers } from "./confirmations.ts";
import type { Entry } from "./state.ts";

const card = (confirmationId: string): Card => ({
  kind: "confirmation",
  confirmationId,
  title: "Confirm",
  lines: [],
  expiresAt: "2027-01-15T09:00:00Z",
  buttons: [],
});
const shown = (id: string): Entry => ({ key: `shown-${id}`, from: "agent", text: "", cards: [card(id)], at: 1 });
const said = (text: string, rest: Partial<Entry> = {}): Entry => ({ key: `said-${text}`, from: "customer", text, cards: [], at: 2, ...rest });
const answers = (...entries: Entry[]) => Object.fromEntries(confirmationAnswers(entries));

it("leaves a question open that was not answered", () => {
  expect(answers(shown("c1"), said("what about luggage?"))).toEqual({});
});

it("takes a button's answer for its own question only", () => {
  expect(answers(shown("c1"), said("Yes, confirm", { action: { type: "confirm", id: "c1" } }))).toEqual({ c1: "confirmed" });
  expect(answers(shown("c1"), said("No", { action: { type: "decline", id: "c0" } }))).toEqual({ c0: "declined" });
});

it("takes a plain yes or no for the last question", () => {
  expect(answers(shown("c1"), said("YES"))).toEqual({ c1: "confirmed" });
  expect(answers(shown("c1"), shown("c2"), said("no."))).toEqual({ c1: "replaced", c2: "declined" });
});

it("knows a button's words in a history without actions", () => {
  const buttons = [{ label: "Confirm", text: "Yes, confirm", action: { type: "confirm" as const, id: "c1" } }];
  const asked: Entry = { ...shown("c1"), cards: [{ ...card("c1"), buttons } as Card] };
  expect(answers(asked, said("Yes, confirm"))).toEqual({ c1: "confirmed" });
});

it("opens the buttons again when the answer could not be sent", () => {
  expect(answers(shown("c1"), said("Yes", { action: { type: "confirm", id: "c1" }, delivery: { status: "failed", reason: "no connection" } }))).toEqual({});
});
