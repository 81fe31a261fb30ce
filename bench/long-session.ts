import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TranscriptMessage } from "../packages/protocol/src/messages.ts";
import { fileTranscripts } from "../packages/sessions/src/file-transcripts.ts";
import { median, timed } from "./figures.ts";

const ref = { agentId: "main", sessionId: "long" };
const messageAt = (at: number): TranscriptMessage =>
  at % 2 === 0
    ? {
        role: "user",
        content: `Is there a later train on day ${at} than the one at nine? ${"And a window seat. ".repeat(8)}`,
        timestamp: at,
        messageId: `in-${at}`,
      }
    : {
        role: "assistant",
        content: [{ type: "text", text: `Yes: on day ${at} one leaves at 11:40. ${"Shall I hold two seats? ".repeat(8)}` }],
        provider: "local",
        model: "zero",
        stopReason: "stop",
        timestamp: at,
      };

/** Opening a session of many messages as a process that has never seen it: a page of its history, and the context of a turn. */
export async function openLongSession(messages: number, rounds: number): Promise<{ historyMs: number; contextMs: number; rawMs: number; bytes: number }> {
  const directory = mkdtempSync(join(tmpdir(), "bench-long-"));
  try {
    const store = fileTranscripts({ directory });
    for (let at = 0; at < messages; at += 500)
      await store.append(
        ref,
        Array.from({ length: Math.min(500, messages - at) }, (_, index) => ({ id: `m${at + index}`, message: messageAt(at + index) })),
      );
    const path = join(directory, "agents", "main", "sessions", "long.jsonl");
    const history: number[] = [];
    const context: number[] = [];
    const raw: number[] = [];
    for (let round = 0; round < rounds; round++) {
      history.push(await timed(async () => fileTranscripts({ directory }).last!(ref, 50)));
      context.push(await timed(async () => fileTranscripts({ directory }).context!(ref, { maxBytes: 1.5 * 1024 * 1024 })));
      raw.push(
        await timed(async () => {
          for (const line of readFileSync(path, "utf8").split("\n")) if (line !== "") JSON.parse(line);
        }),
      );
    }
    return { historyMs: median(history), contextMs: median(context), rawMs: median(raw), bytes: readFileSync(path).length };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
