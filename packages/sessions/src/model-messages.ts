import type { TranscriptMessage, UserMessage } from "@travelagent/protocol/messages";
import { pairToolCalls } from "./repair.ts";
import type { TranscriptContext } from "./transcript.ts";

/** A context as a model gets it: the summary first, then the messages, each tool call followed by its result. */
export function modelMessages({ compaction, entries }: TranscriptContext): TranscriptMessage[] {
  const messages = pairToolCalls(entries.map(({ message }) => message));
  if (!compaction) return messages;
  const summary: UserMessage = {
    role: "user",
    content: compaction.summary,
    timestamp: Date.parse(compaction.timestamp) || 0,
    synthetic: true,
    ...(compaction.details?.tainted ? { tainted: true } : {}),
  };
  return [summary, ...messages];
}
