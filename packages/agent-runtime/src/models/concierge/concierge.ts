import { TravelAgentError } from "@travelagent/protocol";
import type { Model, ModelEvent, ModelRequest } from "../../model.ts";
import { checkImages } from "../images.ts";
import { type FoldInput, nextMove } from "./fold.ts";
import type { Gazetteer } from "./gazetteer.ts";
import { canStandIn } from "./stand-in.ts";

export interface ConciergeOptions {
  /** What it knows of places; a function is called once, with the first request. */
  places: Gazetteer | (() => Gazetteer);
  /** Named in greetings. */
  agencyName?: string;
  /** ISO 4217, for a budget without a currency, before offers have shown one. Default EUR. */
  currency?: string;
}

/**
 * The built-in offline model: finds, books, changes and cancels travel in English by fixed rules, over the same port as any
 * other model. It keeps nothing between calls: what it knows stands in `request.messages`. It calls only tools that the
 * request offers, and never repeats a write by itself. The same request gives the same events.
 *
 * `stream` raises `CANCELLED` when its signal is aborted, `MODEL_REJECTED` for pictures, and nothing else.
 */
export function createConcierge({ places, agencyName, currency = "EUR" }: ConciergeOptions): Model {
  let gazetteer: Gazetteer | undefined;
  const inputOf = ({ messages, tools, now, timeZone }: ModelRequest): FoldInput => {
    gazetteer ??= typeof places === "function" ? places() : places;
    return { messages, now, timeZone, gazetteer, tools: new Set(tools.map(({ name }) => name)), currency, ...(agencyName ? { agencyName } : {}) };
  };
  const about = { provider: "concierge", id: "concierge" };
  return {
    ...about,
    contextWindow: 1_000_000,
    accepts: (request) => canStandIn(inputOf(request)),
    async *stream(request, signal) {
      checkImages(request, about);
      for (const event of respond(inputOf(request))) {
        if (signal.aborted) throw new TravelAgentError("CANCELLED", "the turn was cancelled", { cause: signal.reason });
        yield event;
      }
    },
  };
}

const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: 0, costUsd: 0 };

function* respond(input: FoldInput): Generator<ModelEvent> {
  const { move, state } = nextMove(input);
  if ("call" in move) {
    yield { type: "toolCall", id: freeId(input.messages, state.calls), name: move.call.name, arguments: move.call.arguments };
    yield { type: "usage", usage };
    yield { type: "end", reason: "toolUse" };
    return;
  }
  for (const delta of wordGroups(move.text)) yield { type: "text", delta };
  yield { type: "usage", usage };
  yield { type: "end", reason: "stop" };
}

/** Counted on from the calls before; other models' ids are stepped over. */
function freeId(messages: ModelRequest["messages"], calls: number): string {
  const taken = new Set(
    messages.flatMap((message) => (message.role === "assistant" ? message.content.flatMap((block) => (block.type === "toolCall" ? [block.id] : [])) : [])),
  );
  let n = calls + 1;
  while (taken.has(`call_${n}`)) n++;
  return `call_${n}`;
}

const wordsPerDelta = 3;

/** The text in pieces of a few words; joined they are the text. */
export function* wordGroups(text: string): Generator<string> {
  const words = text.match(/\s*\S+|\s+$/g) ?? [];
  for (let at = 0; at < words.length; at += wordsPerDelta) yield words.slice(at, at + wordsPerDelta).join("");
}
