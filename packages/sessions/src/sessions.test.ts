import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OpenDatabase, openDatabase } from "@travelagent/engine";
import { testDatabase } from "@travelagent/engine/testing";
import type { AssistantMessage, UserMessage } from "@travelagent/protocol/messages";
import { type FakeClock, fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pairToolCalls } from "./repair.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { memoryTranscripts } from "./testing/index.ts";
import type { TranscriptStore } from "./transcript.ts";

const user = (content: string): UserMessage => ({ role: "user", content, timestamp: 1 });
const calling = (...ids: string[]): AssistantMessage => ({
  role: "assistant",
  content: ids.map((id) => ({ type: "toolCall", id, name: "offers_search", arguments: {} })),
  provider: "concierge",
  model: "concierge",
  stopReason: "toolUse",
  timestamp: 2,
});

describe("sessions", () => {
  let db: OpenDatabase;
  let clock: FakeClock;
  let transcripts: TranscriptStore;
  let sessions: Sessions;
  beforeEach(async () => {
    db = await testDatabase();
    clock = fakeClock();
    transcripts = memoryTranscripts({ clock });
    sessions = createSessions({ db, transcripts, clock });
  });
  afterEach(() => db.close());
  const key = "agent:main:whatsapp:dm:351910000001";
  const code = (expected: string) => expect.objectContaining({ code: expected });

  it("lists and counts what is there now, also where reads are kept between writes", async () => {
    const directory = await mkdtemp(join(tmpdir(), "sessions-"));
    const file = openDatabase({ path: join(directory, "test.db") });
    const kept = createSessions({ db: file, transcripts, clock });
    const seen = async () => [(await kept.list()).sessions.map(({ label }) => label), await kept.count(), await kept.count({ label: "b" })];
    expect(await seen()).toEqual([[], 0, 0]);
    await kept.ensure("agent:main:one", { label: "a" });
    expect(await seen()).toEqual([["a"], 1, 0]);
    await kept.touch("agent:main:one", { label: "b" });
    expect(await seen()).toEqual([["b"], 1, 1]);
    expect(await kept.list()).toBe(await kept.list());
    await kept.ensure("agent:main:two");
    expect(await kept.count()).toBe(2);
    await kept.archive("agent:main:two");
    await kept.remove("agent:main:one");
    expect(await seen()).toEqual([[], 0, 0]);
    await file.close();
    await rm(directory, { recursive: true });
  });

  it("makes one session however many ask for it at once", async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, () => sessions.ensure(key.toUpperCase(), { channel: "whatsapp", chatType: "direct", displayName: "Ana Silva" })),
    );
    expect(new Set(made.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(made[0]).toMatchObject({ key, agentId: "main", channel: "whatsapp", displayName: "Ana Silva", totalTokens: 0, createdAt: clock.now() });
    expect((await sessions.list()).sessions).toHaveLength(1);
    expect(await sessions.get("agent:main:main")).toBe(undefined);
  });

  it("belongs to one customer, and says no to another", async () => {
    await sessions.ensure(key);
    expect((await sessions.bindCustomer(key, "cus_1")).customerId).toBe("cus_1");
    await sessions.bindCustomer(key, "cus_1");
    await expect(sessions.bindCustomer(key, "cus_2")).rejects.toEqual(code("SCOPE_VIOLATION"));
    await expect(sessions.bindCustomer(key, "cus_2", { replaces: "cus_9" })).rejects.toEqual(code("SCOPE_VIOLATION"));
    await expect(sessions.ensure(key, { customerId: "cus_2" })).rejects.toEqual(code("SCOPE_VIOLATION"));
    expect((await sessions.bindCustomer(key, "cus_2", { replaces: "cus_1" })).customerId).toBe("cus_2");
    expect((await sessions.list({ customerId: "cus_2" })).sessions).toHaveLength(1);
  });

  it("notes what a turn used in the commit of its reply: all of it or nothing, and nothing for a session that is gone", async () => {
    await sessions.ensure(key);
    const used = { lastChannel: "whatsapp", lastTo: "351910000001", model: "local/zero", contextTokens: 12, usage: { input: 10, output: 5, totalTokens: 15 } };
    await clock.advance(1_000);
    await db.transaction(async (tx) => sessions.noteUse(tx, key, used));
    await expect(
      db.transaction(async (tx) => {
        await sessions.noteUse(tx, key, used);
        throw new Error("no reply");
      }),
    ).rejects.toThrow("no reply");
    await db.transaction(async (tx) => sessions.noteUse(tx, key, {}));
    await db.transaction(async (tx) => sessions.noteUse(tx, "agent:main:nobody", used));
    const { usage: _, ...rest } = used;
    expect(await sessions.get(key)).toMatchObject({ ...rest, inputTokens: 10, outputTokens: 5, totalTokens: 15, updatedAt: clock.now() });
    expect(await sessions.get("agent:main:nobody")).toBe(undefined);
  });

  it("keeps a transcript, and begins a new one under the same key after a reset", async () => {
    const before = await sessions.ensure(key);
    await sessions.append(key, [{ id: "m1", message: user("hello") }]);
    await sessions.append(key, [{ id: "m1", message: user("hello") }]);
    await sessions.touch(key, { usage: { input: 10, output: 5, totalTokens: 15 }, contextTokens: 12, model: "concierge" });
    expect(await sessions.messages(key)).toEqual([user("hello")]);
    expect(await sessions.touch(key, { usage: { input: 1, output: 1, totalTokens: 2 } })).toMatchObject({
      inputTokens: 11,
      totalTokens: 17,
      contextTokens: 12,
    });
    const after = await sessions.reset(key);
    expect(after.sessionId).not.toBe(before.sessionId);
    expect(after).toMatchObject({ key, totalTokens: 0, model: "concierge" });
    expect(await sessions.history(key)).toEqual([]);
    expect(await transcripts.read(before)).toHaveLength(1);
  });

  it("erases every transcript a key ever had", async () => {
    const first = await sessions.ensure(key);
    await sessions.append(key, [{ id: "m1", message: user("hello") }]);
    const second = await sessions.reset(key);
    await sessions.append(key, [{ id: "m2", message: user("again") }]);
    expect(await sessions.remove(key)).toBe(true);
    expect([await transcripts.read(first), await transcripts.read(second)]).toEqual([[], []]);
    expect(await sessions.get(key)).toBe(undefined);
    expect(await sessions.remove(key)).toBe(false);
  });

  it("gives the last entries as history", async () => {
    await sessions.ensure(key);
    await sessions.append(
      key,
      Array.from({ length: 80 }, (_, at) => ({ id: `m${at}`, message: user(`${at}`) })),
    );
    expect((await sessions.history(key)).map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, at) => `m${at + 30}`));
    expect((await sessions.history(key, { limit: 2 })).map(({ id }) => id)).toEqual(["m78", "m79"]);
    expect(await sessions.history(key, { limit: 0 })).toEqual([]);
  });

  it("raises NOT_FOUND where a session is needed", async () => {
    for (const use of [sessions.messages(key), sessions.append(key, []), sessions.reset(key), sessions.touch(key), sessions.bindCustomer(key, "c")]) {
      await expect(use).rejects.toEqual(code("NOT_FOUND"));
    }
  });

  it("lists newest first, page by page, each once", async () => {
    for (let at = 0; at < 25; at++) {
      if (at % 3 === 0) await clock.advance(1000);
      await sessions.ensure(`agent:${at % 2 ? "sales" : "main"}:customer:c${String(at).padStart(2, "0")}`, at === 7 ? { displayName: "Ana 100% Silva" } : {});
    }
    await sessions.ensure("global");
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await sessions.list({ limit: 10, ...(cursor ? { cursor } : {}) });
      seen.push(...page.sessions.map((session) => `${session.updatedAt} ${session.key}`));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toHaveLength(25);
    expect(seen).toEqual([...seen].sort().reverse());
    expect((await sessions.list({ agentId: "sales" })).sessions).toHaveLength(12);
    expect((await sessions.list({ search: "SILVA" })).sessions.map(({ key: found }) => found)).toEqual(["agent:sales:customer:c07"]);
    expect((await sessions.list({ search: "100%" })).sessions).toHaveLength(1);
    expect((await sessions.list({ search: "_na" })).sessions).toHaveLength(0);
    expect((await sessions.list({ search: "agent:main:customer:c0" })).sessions).toHaveLength(5);
    expect((await sessions.list({ activeSince: clock.now() })).sessions).toHaveLength(1);
    await expect(sessions.list({ cursor: "nonsense" })).rejects.toEqual(code("INVALID_REQUEST"));
  });

  it("finds a session by a new label, and not by the old one", async () => {
    await sessions.ensure(key, { label: "honeymoon" });
    await sessions.touch(key, { label: "anniversary" });
    expect((await sessions.list({ search: "honey" })).sessions).toHaveLength(0);
    expect((await sessions.list({ search: "anni" })).sessions).toHaveLength(1);
    expect((await sessions.touch(key, { label: null })).label).toBe(undefined);
  });

  it("answers a page from an index, however many sessions there are", async () => {
    await sessions.start();
    for (const filter of ["", "where agent_id = 'main'", "where customer_id = 'c'"]) {
      const plan = await db.all<{ detail: string }>(`explain query plan select * from session ${filter} order by updated_at desc, key desc limit 50`);
      expect(plan.map(({ detail }) => detail).join(" ")).toMatch(/USING INDEX session_by_/);
      expect(plan.map(({ detail }) => detail).join(" ")).not.toMatch(/TEMP B-TREE/);
    }
  });
});

describe("messages for a model", () => {
  const result = (toolCallId: string, text: string) => ({
    role: "toolResult" as const,
    toolCallId,
    toolName: "offers_search",
    content: [{ type: "text" as const, text }],
    isError: false,
    timestamp: 3,
  });

  it("put every result behind its call, with an error result where there is none", () => {
    const aside: AssistantMessage = { ...calling(), content: [{ type: "text", text: "a colleague writes" }], stopReason: "stop" };
    const paired = pairToolCalls([user("hi"), calling("a", "b"), aside, result("b", "late"), result("nobody", "lost"), calling("a"), result("a", "second")]);
    expect(paired.map((message) => (message.role === "toolResult" ? `${message.toolCallId}:${message.isError}` : message.role))).toEqual([
      "user",
      "assistant",
      "a:true",
      "b:false",
      "assistant",
      "assistant",
      "a:false",
    ]);
  });
});
