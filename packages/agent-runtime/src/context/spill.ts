import { createHash } from "node:crypto";
import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { type Logger, silentLogger } from "@travelagent/protocol/ports";
import type { Gate, GateOutcome } from "../gate/gate.ts";
import type { KeptTranscript } from "../transcript.ts";
import { shortFacts } from "./facts/short-facts.ts";
import { readResultToolName } from "./read-result.ts";
import { headAndTail } from "./shorten.ts";

export interface SpillOptions {
  transcript: Pick<KeptTranscript, "spill">;
  /** Longer texts are kept in a file. */
  spillChars(): number;
  log?: Logger;
}

const head = 6_000;
const tail = 2_000;
const mostFacts = 4_000;

/** What a model sees of a long text: how it begins and ends, what is in it, and how to read the rest. */
async function shortened(
  { transcript, log = silentLogger }: SpillOptions,
  sessionKey: string,
  message: TranscriptMessage,
  id: string,
  text: string,
): Promise<string> {
  const kept = await transcript.spill(sessionKey, id, text).catch((error: unknown) => {
    log.warn("a long text could not be kept in a file", { error: error instanceof Error ? error.message : String(error) });
    return false;
  });
  const facts = shortFacts(message, mostFacts);
  const short = headAndTail(
    text,
    head,
    tail,
    (left) =>
      `[… ${left} of ${text.length} characters left out${kept ? `; read on with ${readResultToolName} {"id":"${id}","offset":${head},"limit":10000}` : " and not kept"} …]`,
  );
  return facts === "" ? short : `${short}\n[In all of it:]\n${facts}`;
}

const idOf = (tainted: boolean, ...parts: readonly string[]): string =>
  `${tainted ? "ext" : "own"}-${createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 24)}`;

/** The gate whose long results are kept in files: neither the transcript, nor the journal, nor a model gets all of them. */
export function spillingGate(gate: Gate, options: SpillOptions): Gate {
  return {
    ...gate,
    async call(request, turn, signal): Promise<GateOutcome> {
      const outcome = await gate.call(request, turn, signal);
      if (outcome.status !== "done" || request.name === readResultToolName) return outcome;
      const { output } = outcome;
      const text = JSON.stringify(output.content) ?? "";
      if (text.length <= options.spillChars()) return outcome;
      const message: TranscriptMessage = {
        role: "toolResult",
        toolCallId: request.toolCallId,
        toolName: request.name,
        content: [{ type: "text", text }],
        isError: false,
        timestamp: 0,
      };
      const id = idOf(output.tainted === true, turn.runId, request.toolCallId);
      return { ...outcome, output: { ...output, content: { shortened: await shortened(options, turn.sessionKey, message, id, text) } } };
    },
  };
}

/** The transcript whose long messages of customers and programs are kept in files. */
export function spillingTranscript<T extends KeptTranscript>(transcript: T, options: Omit<SpillOptions, "transcript">): T {
  const short = async (sessionKey: string, id: string, message: TranscriptMessage): Promise<TranscriptMessage> => {
    const most = options.spillChars();
    const own = { transcript, ...options };
    if (message.role === "user" && typeof message.content === "string" && message.content.length > most)
      return { ...message, content: await shortened(own, sessionKey, message, idOf(message.tainted === true, sessionKey, id), message.content) };
    if (message.role !== "toolResult") return message;
    const text = message.content.map((block) => block.text).join("\n");
    if (text.length <= most) return message;
    return { ...message, content: [{ type: "text", text: await shortened(own, sessionKey, message, idOf(message.tainted === true, sessionKey, id), text) }] };
  };
  return {
    ...transcript,
    async append(sessionKey, messages, appendOptions) {
      const kept = await Promise.all(messages.map(async ({ id, message }) => ({ id, message: await short(sessionKey, id, message) })));
      return transcript.append(sessionKey, kept, appendOptions);
    },
  };
}
