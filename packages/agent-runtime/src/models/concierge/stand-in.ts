import { type FoldInput, readConversation } from "./fold.ts";
import { type Act, inProgress, type State } from "./state.ts";

/** What the fixed rules answer as well as anybody would, whoever led the conversation before. */
const plain: ReadonlySet<Act> = new Set<Act>([
  "book",
  "cancel",
  "change",
  "status",
  "choose",
  "data",
  "details",
  "terms",
  "person",
  "returning",
  "emergency",
  "card",
  "declined",
  "kept",
  "abandoned",
  "restart",
  "ahead",
]);

/** Short words that answer a question: only whoever asked it knows what they mean. */
const replies: ReadonlySet<Act> = new Set<Act>(["yes", "no"]);

/**
 * Whether the concierge is of use where another model should have answered: it understands what is wanted of travel, or the
 * last message goes on with what it began. Small talk, advice and other languages wait for a model that is better at them.
 */
export function canStandIn(input: FoldInput): boolean {
  const { messages } = input;
  const last = messages.at(-1);
  const said = messages.findLast((message) => message.role === "assistant");
  const own = said?.provider === "concierge";
  if (last?.role === "user" && last.synthetic) return false;
  return fits(readConversation(input), own);
}

function fits(state: State, own: boolean): boolean {
  const { last } = state;
  switch (last.kind) {
    case "heard": {
      const { act, said } = last;
      if (act === "trip") return said.intents.search || said.intents.verticals.length > 0 || inProgress(state);
      if (replies.has(act)) return state.pending !== undefined || (own && state.asked !== null);
      return plain.has(act);
    }
    case "found":
    case "pending":
    case "outcome":
    case "history":
    case "handed":
    case "claimed":
    case "handed-off":
      return true;
    // Its own call, or one whose failure it has words for.
    case "failed":
      return own || travelTools.has(last.tool);
    case "other":
    case "decided":
    case "taken-up":
      return own;
    case "nothing":
      return false;
  }
}

const travelTools: ReadonlySet<string> = new Set([
  "search_flights",
  "search_hotels",
  "search_cars",
  "create_booking",
  "modify_booking",
  "cancel_booking",
  "get_booking_history",
  "hand_over_to_person",
]);
