import { splitMerged } from "@travelagent/protocol";
import type { ToolCallBlock, TranscriptMessage } from "@travelagent/protocol/messages";
import { today } from "./calendar.ts";
import { decide } from "./decide.ts";
import type { Gazetteer } from "./gazetteer.ts";
import { hear } from "./hear.ts";
import { learn } from "./learn.ts";
import type { Move, Surroundings } from "./move.ts";
import { initialState, type State } from "./state.ts";

export interface FoldInput {
  messages: readonly TranscriptMessage[];
  now: number;
  timeZone: string;
  gazetteer: Gazetteer;
  tools: ReadonlySet<string>;
  agencyName?: string;
  currency: string;
}

/** Older messages no longer matter for what is being arranged; a bound on the work of one turn. */
const mostMessages = 300;
const plausibleAgeMs = 60 * 86_400_000;

/** Reads the whole conversation and decides the next move. */
export function nextMove(input: FoldInput): { move: Move; state: State } {
  const state = readConversation(input);
  const move = decide(state, surroundings(input, input.now));
  settle(state, move);
  return { move, state };
}

const surroundings = ({ timeZone, gazetteer, tools, agencyName, currency }: FoldInput, at: number): Surroundings => ({
  gazetteer,
  tools,
  today: today(at, timeZone),
  now: at,
  currency,
  ...(agencyName ? { agencyName } : {}),
});

const settle = (state: State, move: Move): void => {
  if ("text" in move && move.asked !== undefined) state.asked = move.asked;
};

/**
 * Where the conversation stands, up to and with its last message. Each answer given before is decided again on the way,
 * because a short reply such as "2" means something only next to the question it answers.
 */
export function readConversation(input: FoldInput): State {
  const { messages, now, timeZone, gazetteer } = input;
  const state = initialState();
  const calls = new Map<string, ToolCallBlock>();
  // "Tomorrow" counts from the day it was written.
  const writtenAt = (timestamp: number) => (timestamp <= now && timestamp > now - plausibleAgeMs ? timestamp : now);
  let at = now;
  const older = Math.max(0, messages.length - mostMessages);
  for (const [index, message] of messages.entries()) {
    if (message.role === "assistant") {
      if (state.last.kind === "taken-up") delete state.handedOff;
      for (const block of message.content) {
        if (block.type !== "toolCall") continue;
        state.calls++;
        state.callsInTurn++;
        calls.set(block.id, block);
      }
      continue;
    }
    if (index < older) continue;
    if (message.role === "user") {
      at = index === messages.length - 1 ? now : writtenAt(message.timestamp);
      const chosen = message.synthetic ? chosenOnQuote(state, textOf(message.content)) : undefined;
      if (chosen !== undefined) hear(state, chosen, { gazetteer, today: today(at, timeZone) });
      else if (message.synthetic) hearGateway(state);
      else hear(state, splitMerged(textOf(message.content)).join("\n"), { gazetteer, today: today(at, timeZone) });
    } else learn(state, message, calls.get(message.toolCallId));
    // Only where a model was asked: not between two messages of one turn, and not when the runtime acted by itself.
    const next = messages[index + 1];
    if (next?.role === "assistant" && next.provider !== "travelagent") settle(state, decide(state, surroundings(input, at)));
  }
  return state;
}

/** The customer pressed the button of an offer on a quote's page: as good as its number here, where that offer was shown. */
function chosenOnQuote(state: State, note: string): string | undefined {
  const id = /^\(?The customer accepted an offer on the page of the quote ".*": offer (\S+) \(.*Go on with booking it/s.exec(note)?.[1];
  for (const vertical of ["flight", "hotel", "car"] as const) {
    const shown = state.found[vertical]?.offers.find(({ offerId }) => offerId === id);
    if (!shown) continue;
    state.asked = { kind: "choice", vertical };
    return String(shown.number);
  }
  return undefined;
}

/** The gateway tells something: the agent the conversation was given to begins, else what was pending is decided. */
function hearGateway(state: State): void {
  if (!state.handedOff) {
    state.last = { kind: "decided" };
    return;
  }
  state.callsInTurn = 0;
  state.historyInTurn = false;
  state.last = { kind: "taken-up" };
}

const textOf = (content: string | { text: string }[]): string => (typeof content === "string" ? content : content.map(({ text }) => text).join("\n"));
