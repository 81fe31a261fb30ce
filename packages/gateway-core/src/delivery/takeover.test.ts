import type { AssistantMessage } from "@travelagent/protocol/messages";
import type { AgentPort, TurnEvent } from "@travelagent/protocol/turn";
import { afterEach, describe, expect, it } from "vitest";
import { memorySessions } from "../testing/index.ts";
import { type LedgerPlatform, ledgerPlatform } from "../testing/ledger-platform.ts";
import { latch, type QueueBench, queueBench, until } from "../testing/queue-bench.ts";

const session = "agent:main:phone:dm:+34600111222";
const words = "Here is what I found for you. It is a flight to Lisbon on Friday. ";

/** Where in a turn the operator presses the button. */
const points = [
  "before the turn began",
  "when it began",
  "with its first words",
  "while a draft is shown",
  "when a part of it is in the outbox",
  "while a tool works",
  "after a tool",
  "while no model can answer",
  "when the answer is finished",
  "when the reply is committed",
  "while the channel waits for its limit",
  "while the platform takes the message",
] as const;
type Point = (typeof points)[number];

const benches: QueueBench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});

/** A turn with every phase there is; it waits at one point until it is told to go on. */
async function scene(point: Point) {
  const phone: LedgerPlatform = ledgerPlatform();
  const [reached, goOn] = [latch(), latch()];
  const at = async (here: Point): Promise<void> => {
    if (here !== point) return;
    reached.open();
    await goOn.opened;
  };
  const long = words.repeat(8);
  const agent: AgentPort = {
    async run({ turn: { runId }, message: asked }, _work, emit) {
      const text = asked?.text === "once more" ? "The second answer." : long;
      const say = async (all: string): Promise<void> => {
        for (const delta of all.match(/[^.]*\. ?/g) ?? []) {
          emit({ type: "text-delta", runId, delta } satisfies TurnEvent);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      };
      await at("when it began");
      emit({ type: "run-start", runId, model: "scripted/script" });
      emit({ type: "text-delta", runId, delta: "Let me look. " });
      await at("with its first words");
      emit({ type: "tool-start", runId, toolCallId: "t", name: "search", args: {} });
      await at("while a tool works");
      emit({ type: "tool-end", runId, toolCallId: "t", name: "search", isError: false });
      await at("after a tool");
      if (point === "while no model can answer" && asked?.text !== "once more") {
        emit({ type: "run-parked", runId, until: Date.now() + 1_000, reason: "no model" });
        await at(point);
      }
      await say(text);
      await at("while a draft is shown");
      await new Promise((resolve) => setTimeout(resolve, 40));
      await at("when a part of it is in the outbox");
      await at("when the answer is finished");
      const message: AssistantMessage = {
        role: "assistant",
        content: [{ type: "text", text }],
        provider: "scripted",
        model: "script",
        stopReason: "stop",
        timestamp: 0,
      };
      return { kind: "replied", message, text, cards: [], commit: async () => undefined };
    },
  };
  const memory = memorySessions();
  const sessions: typeof memory = {
    ...memory,
    async append(key, entries, options) {
      // The first thing after the commit, before the outbox is told.
      if (entries.some(({ id }) => id.endsWith(":final") && !id.startsWith("reply-"))) await at("when the reply is committed");
      return memory.append(key, entries, options);
    },
  };
  const waits = new Set<Point>(["while the channel waits for its limit", "while the platform takes the message"]);
  let waited = false;
  phone.before(async (_to, _message, { signal, id }) => {
    if (!waits.has(point) || waited || id.startsWith("reply-")) return undefined;
    waited = true;
    reached.open();
    if (point === "while the channel waits for its limit") {
      await Promise.race([goOn.opened, new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }))]);
      return undefined;
    }
    // It is with the platform already; only the answer is still to come.
    phone.ledger.push({ what: "message", peer: "", text: "was on its way", id });
    return { status: "sent", externalId: "p-early" };
  });
  const blocks = point === "when a part of it is in the outbox";
  const bench = await queueBench(() => "", {
    channels: [phone.adapter],
    agent,
    sessions: sessions as never,
    manners: () => ({ typingEveryMs: 20, preview: true, ...(blocks ? { blocks: { minChars: 100, maxChars: 200, idleMs: 5 } } : {}) }),
    ...(point === "before the turn began" ? { queue: { debounceMs: 0 } } : {}),
  });
  benches.push(bench);
  return { bench, phone, reached, goOn };
}

describe("a person takes over", () => {
  it.each(points)("%s: nothing of the machine's is sent afterwards", async (point) => {
    const { bench, phone, reached, goOn } = await scene(point);
    const { runId } = await phone.write("two seats to Lisbon");
    if (point !== "before the turn began") await reached.opened;
    await bench.ask("conversations.takeOver", { conversationId: session, idempotencyKey: "k" });
    const seen = phone.ledger.length;
    goOn.open();
    await until(async () => (await bench.inbox(runId))?.status !== "accepted", "the end of the turn");
    await until(
      async () => (await bench.engine.db.get("select 1 as found from outbox where status in ('pending', 'attempting')")) === undefined,
      "an empty outbox",
    );
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(phone.ledger.slice(seen)).toEqual([]);
    const rows = await bench.engine.db.all("select status from outbox where author = 'agent'");
    expect(rows.every(({ status }) => status === "refused" || status === "sent")).toBe(true);

    // The person's words go out, and the agent answers again only when it is given back.
    await bench.ask("conversations.reply", { conversationId: session, message: "Carla here.", idempotencyKey: "r" });
    await until(() => phone.messages().at(-1) === "Carla here.");
    const silent = await phone.write("are you there?");
    await until(async () => (await bench.inbox(silent.runId))?.status === "handed-over");
    expect(phone.messages().at(-1)).toBe("Carla here.");
    await bench.ask("conversations.handBack", { conversationId: session, idempotencyKey: "h" });
    await phone.write("once more");
    await until(() => phone.messages().at(-1) === "The second answer.", "the agent's answer after the hand-back");
  });

  it("who owns a conversation and lets the customer wait is pointed out, once for each wait", async () => {
    const idle: unknown[] = [];
    let now = Date.parse("2027-01-15T09:00:00Z");
    const timers = new Set<() => void>();
    const clock = {
      now: () => now,
      after(ms: number, run: () => void) {
        if (ms === 30_000) {
          timers.add(run);
          return () => void timers.delete(run);
        }
        const timer = setTimeout(run, Math.min(ms, 1_000));
        return () => clearTimeout(timer);
      },
    };
    const look = async (): Promise<void> => {
      for (const run of [...timers]) {
        timers.delete(run);
        run();
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    };
    const phone = ledgerPlatform();
    const bench = await queueBench(() => "Hello.", { channels: [phone.adapter], clock, idleOwnerMs: () => 600_000, onIdleOwner: (row) => void idle.push(row) });
    benches.push(bench);
    await phone.write("hello", { sentAt: now });
    await until(() => phone.messages().length === 1);
    await bench.ask("conversations.takeOver", { conversationId: session, idempotencyKey: "k" });
    const { runId } = await phone.write("my flight was cancelled!", { sentAt: now });
    await until(async () => (await bench.inbox(runId))?.status === "handed-over");
    const listed = async () => ((await bench.ask("conversations.list", {})).conversations as { attention?: object }[])[0]?.attention;
    now += 500_000;
    await phone.write("hello??", { sentAt: now });
    await look();
    expect([idle, await listed()]).toEqual([[], undefined]);
    now += 200_000;
    await look();
    await look();
    expect(idle).toEqual([{ sessionKey: session, assignee: "ana", channel: "phone", displayName: "+34600111222" }]);
    expect(await listed()).toMatchObject({ reason: "owner-idle" });
    await until(() =>
      bench.events.some(({ event, payload }) => event === "conversation" && (payload.conversation as { attention?: unknown }).attention !== undefined),
    );
    await bench.ask("conversations.reply", { conversationId: session, message: "I am on it.", idempotencyKey: "r" });
    expect(await listed()).toBe(undefined);
  });
});
