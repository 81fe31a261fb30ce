import type { AssistantMessage, ToolResultMessage, TranscriptMessage, UserMessage } from "@travelagent/protocol/messages";
import type { Runner } from "@travelagent/protocol/testing";
import type { TranscriptStore } from "../transcript.ts";

const user = (content: string): UserMessage => ({ role: "user", content, timestamp: 1 });
const assistant = (...content: AssistantMessage["content"]): AssistantMessage => ({
  role: "assistant",
  content,
  provider: "concierge",
  model: "concierge",
  stopReason: content.some(({ type }) => type === "toolCall") ? "toolUse" : "stop",
  timestamp: 2,
});
const call = (id: string): AssistantMessage => assistant({ type: "toolCall", id, name: "offers_search", arguments: { to: "LIS" } });
const result = (toolCallId: string, text = "3 offers"): ToolResultMessage => ({
  role: "toolResult",
  toolCallId,
  toolName: "offers_search",
  content: [{ type: "text", text }],
  isError: false,
  timestamp: 3,
});

/** The rules every store of transcripts keeps. `open` gives an empty one; `reopen` the same one as a new process sees it. */
export function transcriptStoreContract(
  { describe, it, expect }: Runner,
  name: string,
  open: () => Promise<{ store: TranscriptStore; reopen(): Promise<TranscriptStore>; dispose(): Promise<void> }>,
): void {
  const a = { agentId: "main", sessionId: "session-a" };
  const b = { agentId: "main", sessionId: "session-b" };
  const check = (rule: string, body: (store: TranscriptStore, reopen: () => Promise<TranscriptStore>) => Promise<void>) =>
    it(rule, async () => {
      const { store, reopen, dispose } = await open();
      try {
        await body(store, reopen);
      } finally {
        await dispose();
      }
    });
  const roles = async (store: TranscriptStore) => (await store.read(a)).map(({ message }) => message.role);
  const entries = (...messages: TranscriptMessage[]) => messages.map((message, at) => ({ id: `e${at}`, message }));

  describe(`transcript store contract: ${name}`, () => {
    check("is empty for a session nobody wrote to", async (store) => {
      expect(await store.read(a)).toEqual([]);
    });

    check("gives back what was appended, in order, each entry after its parent, also after a restart", async (store, reopen) => {
      await store.append(a, entries(user("two seats to Lisbon"), assistant({ type: "text", text: "When?" })));
      await store.append(a, [{ id: "later", message: user("in May, ça va? 🌍\nplease") }], { durable: true });
      for (const each of [store, await reopen()]) {
        const read = await each.read(a);
        expect(read.map(({ id, parentId }) => [id, parentId])).toEqual([
          ["e0", null],
          ["e1", "e0"],
          ["later", "e1"],
        ]);
        expect(read[2]?.message).toEqual(user("in May, ça va? 🌍\nplease"));
      }
    });

    check("skips an entry whose id is there already", async (store, reopen) => {
      const turn = entries(user("hello"), assistant({ type: "text", text: "hi" }));
      expect((await store.append(a, turn)).length).toBe(2);
      expect(await store.append(a, turn)).toEqual([]);
      const later = await reopen();
      expect((await later.append(a, [...turn, { id: "new", message: user("more") }])).map(({ id }) => id)).toEqual(["new"]);
      expect((await later.read(a)).length).toBe(3);
    });

    check("keeps concurrent appends whole and in one chain", async (store) => {
      await Promise.all(Array.from({ length: 50 }, (_, at) => store.append(a, [{ id: `u${at}`, message: user(`message ${at}`) }])));
      const read = await store.read(a);
      expect(read.length).toBe(50);
      expect(read.slice(1).every(({ parentId }, at) => parentId === read[at]?.id)).toBe(true);
    });

    check("answers an open tool call before the next user message", async (store, reopen) => {
      await store.append(a, entries(user("search"), call("c1")));
      const later = await reopen();
      await later.append(a, [{ id: "next", message: user("are you there?") }]);
      const read = await later.read(a);
      expect(read.map(({ message }) => message.role)).toEqual(["user", "assistant", "toolResult", "user"]);
      expect(read[2]?.message).toMatchObject({ toolCallId: "c1", toolName: "offers_search", isError: true });
    });

    check("leaves an open tool call open for a turn that goes on", async (store, reopen) => {
      const turn = entries(user("search"), call("c1"));
      await store.append(a, turn);
      const later = await reopen();
      await later.append(a, [...turn, { id: "r", message: result("c1") }]);
      expect(await roles(later)).toEqual(["user", "assistant", "toolResult"]);
    });

    check("takes the result of an interrupted call after all, when its turn goes on", async (store, reopen) => {
      await store.append(a, entries(user("search"), call("c1")));
      const later = await reopen();
      await later.read(a);
      await later.append(a, [{ id: "r", message: result("c1", "it went through") }]);
      await later.append(a, [{ id: "r", message: result("c1", "it went through") }]);
      for (const each of [later, await reopen()]) {
        const read = await each.read(a);
        expect(read.map(({ message }) => message.role)).toEqual(["user", "assistant", "toolResult"]);
        expect(read[2]?.message).toEqual(result("c1", "it went through"));
        expect(read[2]?.parentId).toBe("e1");
      }
    });

    check("gives the last messages, and the last summary with what came after what it covers, if it can", async (store, reopen) => {
      if (!store.last || !store.context || !store.compact) return;
      expect(await store.context(a)).toEqual({ entries: [], whole: true });
      await store.append(a, entries(user("one"), assistant({ type: "text", text: "two" }), user("three"), assistant({ type: "text", text: "four" })));
      expect((await store.last(a, 2)).map(({ id }) => id)).toEqual(["e2", "e3"]);
      const summary = { id: "s1", summary: "one and two", firstKeptEntryId: "e2", tokensBefore: 9, details: { story: "so far" } };
      await store.compact(a, summary);
      await store.compact(a, summary);
      await store.append(a, [{ id: "e4", message: user("five") }]);
      for (const each of [store, await reopen()]) {
        const { compaction, entries: left, whole } = await each.context!(a);
        expect(whole).toBe(true);
        expect(compaction).toMatchObject({ type: "compaction", parentId: "e3", ...summary });
        expect(left.map(({ id, parentId }) => [id, parentId])).toEqual([
          ["e2", "e1"],
          ["e3", "e2"],
          ["e4", "s1"],
        ]);
        expect((await each.read(a)).map(({ id }) => id)).toEqual(["e0", "e1", "e2", "e3", "e4"]);
        expect((await each.last!(a, 3)).map(({ id }) => id)).toEqual(["e2", "e3", "e4"]);
      }
      await store.compact(a, { ...summary, id: "s2", firstKeptEntryId: "e3" });
      expect((await store.context(a)).entries.map(({ id }) => id)).toEqual(["e3", "e4"]);
    });

    check("leaves out a result that nobody waits for", async (store) => {
      await store.append(a, entries(user("search"), call("c1"), user("forget it"), result("c1", "late"), result("never")));
      expect(await roles(store)).toEqual(["user", "assistant", "toolResult", "user"]);
    });

    check("lets the same call id be used again in a later message", async (store) => {
      await store.append(a, entries(user("a"), call("c1"), result("c1"), call("c1"), result("c1", "again")));
      expect(await roles(store)).toEqual(["user", "assistant", "toolResult", "assistant", "toolResult"]);
    });

    check("keeps sessions and agents apart, and forgets only what it is told to", async (store) => {
      await store.append(a, entries(user("for a")));
      await store.append(b, entries(user("for b")));
      await store.append({ ...a, agentId: "service" }, entries(user("for another agent")));
      await store.remove(a);
      await store.remove(a);
      expect(await store.read(a)).toEqual([]);
      expect((await store.read(b)).map(({ message }) => message)).toEqual([user("for b")]);
      expect((await store.read({ ...a, agentId: "service" })).length).toBe(1);
    });

    check("sets a transcript aside under another name, if it can", async (store) => {
      if (!store.archive) return;
      expect(await store.archive(a)).toBe(undefined);
      await store.append(a, entries(user("for a")));
      await store.append(b, entries(user("for b")));
      expect(typeof (await store.archive(a))).toBe("string");
      expect(await store.read(a)).toEqual([]);
      expect((await store.read(b)).length).toBe(1);
      await store.append(a, entries(user("begun anew")));
      expect((await store.read(a)).length).toBe(1);
    });
  });
}
