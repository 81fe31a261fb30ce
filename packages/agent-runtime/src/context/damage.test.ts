import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { AssistantMessage, TranscriptEntry, TranscriptMessage } from "@travelagent/protocol/messages";
import { fileTranscripts, type TranscriptStore } from "@travelagent/sessions";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ModelRequest } from "../model.ts";
import { anthropicMessages } from "../models/anthropic/messages.ts";
import { chatRequest } from "../models/openai/chat-request.ts";

const ref = { agentId: "main", sessionId: "s1" };
const assistant = (content: AssistantMessage["content"], stopReason: AssistantMessage["stopReason"]): AssistantMessage => ({
  role: "assistant",
  content,
  provider: "p",
  model: "m",
  stopReason,
  timestamp: 2,
});

/** What may stand in a line: few ids, so that they collide, go missing and are empty. */
const id = fc.constantFrom("", "a", "b", "c", "d", "e", "f", "g", "h");
const callId = fc.constantFrom("", "c1", "c2", "c3");
const message: fc.Arbitrary<TranscriptMessage> = fc.oneof(
  fc.constantFrom("hello", "two seats").map((content): TranscriptMessage => ({ role: "user", content, timestamp: 1 })),
  fc
    .tuple(fc.array(callId, { maxLength: 3 }), fc.boolean(), fc.constantFrom<AssistantMessage["stopReason"]>("stop", "toolUse", "aborted", "error"))
    .map(([calls, speaks, stopReason]) =>
      assistant(
        [
          ...(speaks ? [{ type: "text" as const, text: "let me look" }] : []),
          ...calls.map((each) => ({ type: "toolCall" as const, id: each, name: "look", arguments: {} })),
        ],
        stopReason,
      ),
    ),
  callId.map(
    (toolCallId): TranscriptMessage => ({
      role: "toolResult",
      toolCallId,
      toolName: "look",
      content: [{ type: "text", text: "found" }],
      isError: false,
      timestamp: 3,
    }),
  ),
);
const line = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .tuple(id, message)
      .map(([own, said]) => JSON.stringify({ type: "message", id: own, parentId: null, timestamp: "2026-01-01T00:00:00.000Z", message: said })),
  },
  { weight: 1, arbitrary: fc.constantFrom("", "not json", '{"type":"label","id":"l1"}', '{"type":"session","version":3,"id":"s1"}', "\0\0\0") },
);

const request = (messages: readonly TranscriptMessage[]): ModelRequest => ({ system: "s", messages, tools: [], now: 0, timeZone: "UTC" });

/** The rules of both vendors: each call has one result right behind it, no result is without its call. */
function checkRequests(messages: readonly TranscriptMessage[]): void {
  const theirs = anthropicMessages(request(messages), "p");
  for (const [index, each] of theirs.entries()) {
    const blocks = each.content as { type: string; id?: string; tool_use_id?: string }[];
    const uses = blocks.flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
    const next = (theirs[index + 1]?.content ?? []) as { type: string; tool_use_id?: string }[];
    const results = next.flatMap((block) => (block.type === "tool_result" ? [block.tool_use_id] : []));
    if (each.role === "assistant") expect(results.sort()).toEqual(uses.sort());
    expect(new Set(uses).size).toBe(uses.length);
    if (index > 0) expect(each.role).not.toBe(theirs[index - 1]!.role);
  }
  const asked = chatRequest(request(messages), { provider: "p", model: "m", maxTokens: 100 } as unknown as Parameters<typeof chatRequest>[1]);
  const chat = (JSON.parse(asked) as { messages: { role: string; tool_call_id?: string; tool_calls?: { id: string }[] }[] }).messages;
  let open: string[] = [];
  for (const each of chat) {
    if (each.role === "tool") {
      expect(open).toContain(each.tool_call_id);
      open = open.filter((call) => call !== each.tool_call_id);
    } else {
      expect(open).toEqual([]);
      if (each.role === "assistant") open = (each.tool_calls ?? []).map((call) => call.id);
    }
  }
  expect(open).toEqual([]);
}

/** The same rules for the file itself, for whoever reads it without us. */
function checkFile(path: string): void {
  const entries = readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((each) => JSON.parse(each) as TranscriptEntry)
    .filter(({ type }) => type === "message");
  const ids = entries.map((entry) => entry.id);
  expect(ids).not.toContain("");
  expect(new Set(ids).size).toBe(ids.length);
  const seen = new Set<string>();
  let open: string[] = [];
  for (const { message: said } of entries) {
    if (said.role === "toolResult") {
      expect(open).toContain(said.toolCallId);
      open = open.filter((call) => call !== said.toolCallId);
      continue;
    }
    expect(open).toEqual([]);
    if (said.role !== "assistant") continue;
    open = said.content.flatMap((block) => (block.type === "toolCall" ? [block.id] : []));
    for (const call of open) {
      expect(call).not.toBe("");
      expect(seen.has(call)).toBe(false);
      seen.add(call);
    }
    expect(said.stopReason === "toolUse").toBe(open.length > 0);
  }
  expect(open).toEqual([]);
}

describe("a transcript that a crash or a hand has damaged", () => {
  let directory: string;
  let path: string;
  const opened = (): TranscriptStore => fileTranscripts({ directory });
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "damage-"));
    path = join(directory, "agents", "main", "sessions", "s1.jsonl");
    mkdirSync(dirname(path), { recursive: true });
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it("is put right on disk when it is first opened, once and for all, and every provider takes the next turn", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 14 }), fc.nat(30), fc.boolean(), async (lines, torn, header) => {
        await opened().remove(ref);
        writeFileSync(path, header ? '{"type":"session","version":3,"id":"s1","timestamp":"2026-01-01T00:00:00.000Z"}\n' : "");
        for (const each of lines) appendFileSync(path, `${each}\n`);
        const bytes = readFileSync(path);
        if (torn < bytes.length / 2) writeFileSync(path, bytes.subarray(0, bytes.length - torn));
        const store = opened();
        await store.read(ref);
        const stands = readFileSync(path, "utf8");
        if (stands !== "") checkFile(path);
        // Again, as another process: nothing is left to be done.
        const again = opened();
        await again.read(ref);
        expect(readFileSync(path, "utf8")).toBe(stands);
        await again.append(ref, [{ id: "next", message: { role: "user", content: "and now?", timestamp: 9 } }]);
        checkFile(path);
        checkRequests((await again.read(ref)).map((entry) => entry.message));
      }),
      { numRuns: 150 },
    );
  });
});
