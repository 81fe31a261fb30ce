import type { TurnEvent } from "@travelagent/protocol/turn";
import { describe, expect, it } from "vitest";
import { createLiveText } from "./live-text.ts";

const runId = "r";
const say = (delta: string): TurnEvent => ({ type: "text-delta", runId, delta });
const tool: TurnEvent = { type: "tool-start", runId, toolCallId: "c", name: "look", args: {} };
const reset: TurnEvent = { type: "text-reset", runId };

/** All that a reader is given. */
function given(events: readonly TurnEvent[], reply: string): string {
  const live = createLiveText();
  return events.map((event) => live.hear(event)).join("") + live.rest(reply);
}

describe("a reply as a stream", () => {
  it.each<[what: string, events: TurnEvent[], reply: string, text: string]>([
    ["is the reply when it was heard whole", [say("Good "), say("day.")], "Good day.", "Good day."],
    ["is the reply when nothing was heard", [], "Good day.", "Good day."],
    ["gets the cards behind the words", [say("Two offers.\n")], "Two offers.\n\n1. Iberia", "Two offers.\n\n\n1. Iberia"],
    ["keeps words before a tool call", [say("Let me look."), tool, say("Found.")], "Found.", "Let me look.\n\nFound."],
    ["has no gap before its first words", [tool, say("Found.")], "Found.", "Found."],
    ["begins anew after a model that failed", [say("Half an"), reset, say("Whole.")], "Whole.", "Half an\n\nWhole."],
    ["adds what came instead of what was heard", [say("I will"), reset], "I am sorry.", "I will\n\nI am sorry."],
    ["adds a notice that was put before it", [say("Good day.")], "Careful!\n\nGood day.\n\n1. Iberia", "Good day.\n\nCareful!\n\n1. Iberia"],
    ["adds nothing to nothing", [say("I ask."), tool], "", "I ask."],
  ])("%s", (_, events, reply, text) => expect(given(events, reply)).toBe(text));
});
