import type { Booking } from "@travelagent/protocol";
import type { Card } from "@travelagent/protocol/messages";
import type { Reply, Talk } from "./conversation.ts";

/** What customers do, told by the cards they see and not by any wording of the agent. */

type CardOf<K extends Card["kind"]> = Extract<Card, { kind: K }>;

export function card<K extends Card["kind"]>(reply: Reply, kind: K): CardOf<K> {
  const found = reply.cards.find((candidate): candidate is CardOf<K> => candidate.kind === kind);
  if (!found) throw new Error(`there is no ${kind} card in: ${reply.text} ${JSON.stringify(reply.cards.map((candidate) => candidate.kind))}`);
  return found;
}

/** A day `days` from now as a customer writes it: "12 March 2027". */
export const day = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** From a wish to a booked flight for two. */
export async function bookFlight(
  talk: Talk,
  { from, to, date, email = "ana.silva@example.com" }: { from: string; to: string; date: string; email?: string },
): Promise<Booking> {
  const offers = card(await talk.say(`Flights from ${from} to ${to} on ${date} for two adults, one way`), "offers");
  await talk.say(String(offers.offers[0]!.number));
  return confirm(talk, await talk.say(`Ana Silva and Rui Costa, ${email}`));
}

/** Presses the button of the question in this reply. */
export async function confirm(talk: Talk, question: Reply): Promise<Booking> {
  const asked = card(question, "confirmation");
  return card(await talk.say("Yes, confirm", { action: { type: "confirm", id: asked.confirmationId } }), "booking").booking;
}
