import { TravelAgentError } from "@travelagent/protocol";
import type { ToolResultMessage, TranscriptMessage, UserMessage } from "@travelagent/protocol/messages";
import type { TurnScope } from "@travelagent/protocol/turn";
import { beforeEach, describe, expect, it } from "vitest";
import type { Gate, GateOutcome } from "../gate/gate.ts";
import type { ToolOutput } from "../tool.ts";
import type { KeptTranscript } from "../transcript.ts";
import { readResultTool } from "./read-result.ts";
import { spillingGate, spillingTranscript } from "./spill.ts";

const turn: TurnScope = {
  runId: "r1",
  agentId: "main",
  sessionKey: "agent:main:a",
  channel: "webchat",
  accountId: "default",
  chatType: "direct",
  peerId: "a",
  timeZone: "UTC",
};
const prose = "nothing of note in here at all, ".repeat(1_000);
const long = `${prose}the locator is QK4ZZ7 and${prose}`;

describe("long texts", () => {
  let files: Map<string, string>;
  let appended: TranscriptMessage[];
  let full: boolean;
  let transcript: KeptTranscript;
  beforeEach(() => {
    files = new Map();
    appended = [];
    full = false;
    transcript = {
      messages: async () => [],
      append: async (_, messages) => void appended.push(...messages.map(({ message }) => message)),
      context: async () => ({ entries: [], whole: true }),
      compact: async () => undefined,
      async spill(key, id, text) {
        if (full) throw new TravelAgentError("STORAGE_FULL", "no space");
        files.set(`${key} ${id}`, text);
        return true;
      },
      async readSpilled(key, id, { offset, limit }) {
        const text = files.get(`${key} ${id}`);
        if (text === undefined) throw new TravelAgentError("NOT_FOUND", "there is no such text");
        return { text: text.slice(offset, offset + limit), total: text.length };
      },
    };
  });
  const options = { spillChars: () => 50_000 };
  const gateWith = (output: ToolOutput): Gate =>
    spillingGate({ call: async (): Promise<GateOutcome> => ({ status: "done", output }) } as unknown as Gate, { transcript, ...options });
  const call = async (output: ToolOutput): Promise<ToolOutput> => {
    const outcome = await gateWith(output).call({ toolCallId: "0:0", name: "look", args: {}, tainted: false }, turn, new AbortController().signal);
    if (outcome.status !== "done") throw new Error("not done");
    return outcome.output;
  };
  const read = (id: string, scope: TurnScope = turn, rest: Record<string, number> = {}) =>
    readResultTool(transcript).execute({ id, ...rest }, { turn: scope, toolCallId: "1", idempotencyKey: "1", signal: new AbortController().signal, now: 0 });
  const idIn = (content: unknown): string => /"id":"([a-z0-9-]+)"/.exec((content as { shortened: string }).shortened)![1]!;

  it("of tools are shown in part, with the facts in them, and read on in by the same conversation alone", async () => {
    const { content, cards, details } = await call({ content: { text: long }, cards: [], details: { kept: true } });
    expect([cards, details]).toEqual([[], { kept: true }]);
    const shown = (content as { shortened: string }).shortened;
    expect(shown.length).toBeLessThan(13_000);
    expect(shown).toContain("QK4ZZ7");
    const id = idIn(content);
    expect(id).toMatch(/^own-/);
    const output = await read(id, turn, { offset: 31_990, limit: 60 });
    expect(output).not.toHaveProperty("tainted");
    expect(output.content).toMatchObject({
      total: JSON.stringify({ text: long }).length,
      nextOffset: 32_050,
      text: expect.stringContaining("the locator is QK4ZZ7"),
    });
    await expect(read(id, { ...turn, sessionKey: "agent:main:b" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("of third parties stay theirs, and no id makes them ours", async () => {
    const { content } = await call({ content: { text: long }, tainted: true });
    const id = idIn(content);
    expect(id).toMatch(/^ext-/);
    expect((await read(id)).tainted).toBe(true);
    await expect(read(id.replace("ext-", "own-"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("that cannot be kept are shown in part all the same", async () => {
    full = true;
    const { content } = await call({ content: { text: long } });
    expect((content as { shortened: string }).shortened).toContain("and not kept");
  });

  it("of customers and programs are shortened where they are written down, and nothing else is", async () => {
    const user: UserMessage = { role: "user", content: long, timestamp: 1, messageId: "m" };
    const result: ToolResultMessage = {
      role: "toolResult",
      toolCallId: "c",
      toolName: "t",
      content: [{ type: "text", text: long }],
      isError: false,
      tainted: true,
      timestamp: 1,
    };
    const small: UserMessage = { role: "user", content: "hello", timestamp: 2 };
    await spillingTranscript(transcript, options).append(
      turn.sessionKey,
      [user, result, small].map((message, index) => ({ id: `${index}`, message })),
    );
    expect(appended[2]).toBe(small);
    expect(JSON.stringify(appended.slice(0, 2)).length).toBeLessThan(30_000);
    expect(appended[0]).toMatchObject({ role: "user", messageId: "m", content: expect.stringContaining("QK4ZZ7") });
    expect([...files.values()]).toEqual([long, long]);
  });
});
