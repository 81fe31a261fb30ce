import type { TranscriptMessage } from "@travelagent/protocol/messages";
import type { Tool, WriteClass } from "../tool.ts";

/** What a model may not do on the word of a third party. A note in our own conversation is harmless, the rest is not. */
const guarded: ReadonlySet<WriteClass> = new Set<WriteClass>(["money", "personal-data", "configuration", "memory", "third-party-message", "system"]);

/** Whether anything the model has read was written by somebody other than the customer and us. */
export const isTainted = (context: readonly TranscriptMessage[]): boolean =>
  context.some((message) => message.role !== "assistant" && message.tainted === true);

/**
 * Where the words of others came from, for the audit: `message <id>`, `tool <name>`, `summary`, each once, the newest first and no
 * more than ten.
 */
export function taintSources(context: readonly TranscriptMessage[]): string[] {
  const sources = new Set<string>();
  for (const message of [...context].reverse()) {
    if (message.role === "assistant" || message.tainted !== true) continue;
    sources.add(message.role === "toolResult" ? `tool ${message.toolName}` : message.synthetic ? "note" : `message ${message.messageId ?? "unknown"}`);
    if (sources.size === 10) break;
  }
  return [...sources];
}

/** Step 4: true when a fresh yes is needed because the model may be acting on somebody else's words. */
export const needsFreshYes = (tool: Tool, tainted: boolean): boolean =>
  tainted && (tool.egress === true || (tool.effect === "write" && guarded.has(tool.writes ?? "configuration")));
