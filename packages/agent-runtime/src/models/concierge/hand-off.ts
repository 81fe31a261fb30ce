import type { Move, Surroundings } from "./move.ts";
import type { State } from "./state.ts";

const wish: Record<"create_booking" | "modify_booking" | "cancel_booking", string> = {
  create_booking: "the customer wants to book what they chose",
  modify_booking: "the customer wants to change a booking",
  cancel_booking: "the customer wants to cancel a booking",
};

/** For work that needs a tool this agent does not have: another agent's, where there is one; else the words. */
export function elsewhere(needs: keyof typeof wish, around: Surroundings, state: State, otherwise: Move): Move {
  if (!around.tools.has("hand_off_to_agent")) return otherwise;
  const said = state.last.kind === "heard" ? state.last.said.raw.trim().slice(0, 500) : "";
  return { call: { name: "hand_off_to_agent", arguments: { needs, reason: wish[needs], summary: said === "" ? wish[needs] : `they wrote: ${said}` } } };
}

export const handedOff: Move = { text: "A colleague who looks after this goes on here in a moment; you need not repeat anything." };
export const handOffFailed = "I am sorry, I cannot do that in this chat. A colleague can help you.";
