import type { Move, Surroundings } from "./move.ts";
import { reminder } from "./reminder.ts";
import type { State } from "./state.ts";
import type { Understanding } from "./understanding.ts";

const returning =
  /\b(?:already|i\s+am|i'm|as)\s+(?:a\s+|an\s+|your\s+|one\s+of\s+your\s+)?(?:existing\s+|returning\s+|regular\s+|registered\s+)?(?:customers?|clients?)\b|\byou\s+(?:already\s+)?have\s+me\s+on\s+(?:file|record)\b/;

/** What somebody who says that they are a customer already is known by: one of the three. */
export function claimOf({ text, ids }: Understanding): Record<string, string> | undefined {
  if (!returning.test(text)) return undefined;
  if (ids.email) return { email: ids.email };
  if (ids.phone) return { phone: ids.phone };
  return ids.reference ? { bookingReference: ids.reference } : undefined;
}

/** The claim goes to the tool, which tells nobody whether there is such a customer. */
export function decideReturning(state: State, said: Understanding, { tools }: Surroundings): Move {
  const claim = claimOf(said);
  if (!claim || !tools.has("link_customer")) return { text: `Welcome back!${reminder(state, " ") || " What can I do for you?"}` };
  return { call: { name: "link_customer", arguments: claim } };
}

export const claimAsked = (state: State): Move => ({
  text: `Thank you. If that is on record here, a code of six digits is on its way to you in a conversation you had with us before. Please write it here within ten minutes. Where that is not possible, a colleague takes a look.${reminder(state, "\n")}`,
});
