import type { ChatMessage } from "@travelagent/protocol";
import { describe, expect, it } from "vitest";
import { emptyThread, isTyping, type ThreadEvent, type ThreadState, threadReducer } from "./state.ts";

const sessionKey = "agent:main:webchat:v1";
const run = (events: ThreadEvent[], from: ThreadState = emptyThread) => events.reduce(threadReducer, from);
const chat = (state: "delta" | "final" | "aborted" | "error" | "user", rest: object = {}, runId = "r1"): ThreadEvent => ({
  type: "chat",
  payload: { runId, sessionKey, seq: 1, state, ...rest },
  at: 1000,
});
const lifecycle = (phase: string, runId = "r1"): ThreadEvent => ({
  type: "agent",
  payload: { runId, sessionKey, seq: 1, stream: "lifecycle", ts: 1, data: { phase } },
});
const user = (text: string, timestamp: number, messageId?: string): ChatMessage => ({
  role: "user",
  content: text,
  timestamp,
  ...(messageId ? { messageId } : {}),
});
const assistant = (text: string, timestamp: number, rest: object = {}): ChatMessage => ({
  role: "assistant",
  content: [{ type: "text", text }],
  timestamp,
  ...rest,
});
const sending = (text: string, key = "k1"): ThreadEvent => ({ type: "sending", key, from: "customer", text, at: 900 });
const texts = (state: ThreadState) => state.entries.map((entry) => entry.text);

describe("an answer", () => {
  it("grows word by word and gives way to the final message", () => {
    const growing = run([lifecycle("start"), chat("delta", { deltaText: "Two " }), chat("delta", { deltaText: "seats" })]);
    expect(growing.entries).toMatchObject([{ text: "Two seats", streaming: true, from: "agent" }]);
    const done = run([chat("final", { message: assistant("Two seats found.", 1001) })], growing);
    expect(done.entries).toHaveLength(1);
    expect(done.entries[0]).toMatchObject({ text: "Two seats found.", at: 1001 });
    expect(done.entries[0]).not.toHaveProperty("streaming");
    expect(done.running).toEqual([]);
  });

  it("keeps the previews of two runs apart", () => {
    expect(texts(run([chat("delta", { deltaText: "a" }, "r1"), chat("delta", { deltaText: "b" }, "r2"), chat("delta", { deltaText: "c" }, "r1")]))).toEqual([
      "ac",
      "b",
    ]);
  });

  it("starts over when the model began anew", () => {
    const torn = run([lifecycle("start"), chat("delta", { deltaText: "One se" }), chat("delta", { deltaText: "", replace: true })]);
    expect(torn.entries).toEqual([]);
    expect(isTyping(torn)).toBe(true);
    expect(texts(run([chat("delta", { deltaText: "Two " }), chat("delta", { deltaText: "seats" })], torn))).toEqual(["Two seats"]);
  });

  it("shows typing from the start of the run until there is something to read", () => {
    expect(isTyping(run([lifecycle("start")]))).toBe(true);
    expect(isTyping(run([lifecycle("start"), chat("delta", { deltaText: "T" })]))).toBe(false);
    expect(isTyping(run([lifecycle("start"), lifecycle("end")]))).toBe(false);
    expect(isTyping(run([lifecycle("start"), chat("final")]))).toBe(false);
  });

  it("that broke off keeps its words and says what happened", () => {
    expect(run([chat("delta", { deltaText: "Two" }), chat("error", { errorMessage: "The model is busy." })]).entries).toMatchObject([
      { text: "Two", from: "agent" },
      { text: "The model is busy.", from: "notice" },
    ]);
    expect(run([chat("delta", { deltaText: "Two" }), chat("aborted")]).entries[0]).not.toHaveProperty("streaming");
  });

  it("is shown once, though it came twice", () => {
    const final = chat("final", { message: assistant("Hello", 1001, { messageId: "m1" }) });
    expect(run([final, final]).entries).toHaveLength(1);
  });

  it("of a person is told apart", () => {
    expect(run([chat("final", { message: assistant("Hello, Ana here", 1, { author: "operator" }) })]).entries[0]?.from).toBe("colleague");
  });
});

describe("what the customer writes", () => {
  it("is there at once and then marked as sent", () => {
    expect(run([sending("hello")]).entries).toMatchObject([{ text: "hello", delivery: { status: "sending" } }]);
    expect(run([sending("hello"), { type: "sent", key: "k1", id: "r1" }]).entries).toMatchObject([{ delivery: { status: "sent" }, runId: "r1" }]);
  });

  it("can fail and be sent again under the same key", () => {
    const failed = run([sending("hello"), { type: "failed", key: "k1", reason: "no connection" }]);
    expect(failed.entries).toMatchObject([{ delivery: { status: "failed", reason: "no connection" } }]);
    expect(run([sending("hello")], failed).entries).toMatchObject([{ key: "k1", delivery: { status: "sending" } }]);
  });

  it("is not doubled by its own echo, whichever comes first", () => {
    const byId = chat("user", { message: user("hello", 950, "k1") });
    expect(run([sending("hello"), byId, { type: "sent", key: "k1", id: "r1" }]).entries).toHaveLength(1);
    const byRun = chat("user", { message: user("hello", 950) });
    expect(run([sending("hello"), { type: "sent", key: "k1", id: "r1" }, byRun]).entries).toHaveLength(1);
  });

  it("is told apart when one run answers several messages", () => {
    const both = run([sending("one", "k1"), { type: "sent", key: "k1", id: "r1" }, chat("user", { message: user("two", 950, "other-tab") }, "r1")]);
    expect(texts(both)).toEqual(["one", "two"]);
  });

  it("in another tab appears here too", () => {
    expect(run([chat("user", { message: user("from the phone", 950, "k9") }, "r9")]).entries).toMatchObject([{ from: "customer", text: "from the phone" }]);
  });
});

describe("the history", () => {
  it("shows talk and cards, not the machinery", () => {
    const state = run([
      {
        type: "history",
        messages: [
          user("flights", 1),
          { role: "assistant", content: [{ type: "toolCall", id: "t", name: "search", arguments: {} }], timestamp: 2 },
          { role: "toolResult", content: [{ type: "text", text: "{}" }], timestamp: 3 },
          assistant("Here they are", 4),
        ],
      },
    ]);
    expect(texts(state)).toEqual(["flights", "Here they are"]);
    expect(state.loaded).toBe(true);
  });

  it("takes the place of what was on the screen, without doubles, and keeps what is not sent yet", () => {
    const before = run([
      sending("one", "k1"),
      { type: "sent", key: "k1", id: "r1" },
      chat("final", { message: assistant("answer", 1000, { messageId: "m1" }) }),
      sending("two", "k2"),
    ]);
    const after = run([{ type: "history", messages: [user("one", 905, "k1"), assistant("answer", 1000, { messageId: "m1" })] }], before);
    expect(texts(after)).toEqual(["one", "answer", "two"]);
    expect(after.entries[2]?.delivery).toEqual({ status: "sending" });
  });

  it("knows our message under an extended id", () => {
    const key = "3d0e8f5e-0000-4000-8000-000000000001";
    const after = run([sending("one", key), { type: "history", messages: [user("one", 905, `webchat:${key}`)] }]);
    expect(after.entries).toHaveLength(1);
  });

  it("knows our messages by their words when it has no ids, each one once", () => {
    const sent = run([sending("yes", "k1"), { type: "sent", key: "k1" }, sending("yes", "k2"), { type: "sent", key: "k2" }]);
    expect(texts(run([{ type: "history", messages: [user("yes", 905)] }], sent))).toEqual(["yes", "yes"]);
    expect(texts(run([{ type: "history", messages: [user("yes", 905), user("yes", 990)] }], sent))).toEqual(["yes", "yes"]);
  });

  it("keeps what was sent and still waits in the queue", () => {
    const queued = run([sending("and a hotel", "k1"), { type: "sent", key: "k1", id: "r1" }]);
    expect(texts(run([{ type: "history", messages: [assistant("One moment", 5000)] }], queued))).toEqual(["One moment", "and a hotel"]);
  });

  it("tells a message from its answer, though both have the id of the run", () => {
    const messages = [user("one", 905, "r1"), assistant("answer", 1000, { messageId: "r1" })];
    const live = run([
      sending("one", "k1"),
      chat("user", { message: messages[0] }),
      { type: "sent", key: "k1", id: "r1" },
      chat("final", { message: messages[1] }),
    ]);
    expect(texts(live)).toEqual(["one", "answer"]);
    const after = run([{ type: "history", messages }], live);
    expect(texts(after)).toEqual(["one", "answer"]);
    expect(new Set(after.entries.map((entry) => entry.key)).size).toBe(2);
  });

  it("read a moment too early does not swallow a newer event", () => {
    const after = run([chat("final", { message: assistant("newest", 2000, { messageId: "m2" }) }), { type: "history", messages: [user("old", 100, "k0")] }]);
    expect(texts(after)).toEqual(["old", "newest"]);
  });
});

describe("a broken connection", () => {
  it("drops half an answer and shows only its end, not its middle", () => {
    const broken = run([lifecycle("start"), chat("delta", { deltaText: "Two sea" }), { type: "disconnected" }]);
    expect(broken.entries).toEqual([]);
    const back = run([chat("delta", { deltaText: "ts found" })], broken);
    expect(back.entries).toEqual([]);
    expect(texts(run([chat("final", { message: assistant("Two seats found", 1) })], back))).toEqual(["Two seats found"]);
  });
});

describe("what a colleague replies", () => {
  it("is not doubled by the event that comes before the answer to the call", () => {
    const reply: ThreadEvent = { type: "sending", key: "k1", from: "colleague", text: "Hello, Ana here", at: 900 };
    const event = chat("final", { message: assistant("Hello, Ana here", 950, { author: "operator", messageId: "m1" }) }, "other");
    expect(run([reply, event, { type: "sent", key: "k1", id: "m1" }]).entries).toHaveLength(1);
    expect(run([reply, { type: "sent", key: "k1", id: "m1" }, event]).entries).toHaveLength(1);
  });
});
