import type { OutboundMessage } from "@travelagent/protocol/messages";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { type QueueBench, queueBench, until } from "../testing/queue-bench.ts";
import type { DoorRecord } from "./door.ts";
import { defaultLoopLimits, loopIn, type Said } from "./loop-guard.ts";

let bench: QueueBench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

/** Something else with every number. */
const newWords = (n: number): string =>
  Array.from({ length: 8 }, (_, word) => `${"abcdefghijklmnopqrstuvwxyz"[(n * 7 + word) % 26]}${"aeiou"[(n + word) % 5]}nd`).join(" ");

/** A conversation in which each text came so long after the answer to the one before. */
function talk(turns: readonly [text: string, afterMs: number][]): { said: Said[]; answers: number[] } {
  const said: Said[] = [];
  const answers: number[] = [];
  let now = 0;
  for (const [index, [text, afterMs]] of turns.entries()) {
    now += afterMs;
    said.unshift({ text, at: now, senderId: "a", pressed: text.startsWith("[") });
    now += 500;
    // The newest has no answer yet.
    if (index < turns.length - 1) answers.unshift(now);
  }
  return { said, answers };
}
const judged = (turns: readonly [string, number][]) => {
  const { said, answers } = talk(turns);
  return loopIn(said, answers, defaultLoopLimits);
};
const times = (count: number, turn: (n: number) => [string, number]): [string, number][] => Array.from({ length: count }, (_, n) => turn(n));

describe("whether a machine writes", () => {
  it("is told by the same words over and over, whatever number stands in them", () => {
    const away = (n: number): [string, number] => [`I am out of office until 12 May. Ticket #${4711 + n}.`, 60_000];
    expect(judged(times(6, away))).toBeUndefined();
    expect(judged(times(7, away))).toBe("repeats");
  });

  it("is told by answers that come faster than people write", () => {
    const fast = (n: number): [string, number] => [`${newWords(n)}?`, 400];
    expect(judged(times(12, fast))).toBeUndefined();
    expect(judged(times(13, fast))).toBe("rapid");
  });

  it("is told by short words only when they come at once", () => {
    expect(judged(times(8, () => ["Thanks!", 1_000]))).toBe("repeats");
    expect(judged(times(30, () => ["more", 8_000]))).toBeUndefined();
  });

  it("is not people who book: choices, yes, the same question once more, buttons", () => {
    const booking: [string, number][] = [
      ["Flights from Madrid to Lisbon on 12 May for two", 0],
      ["1", 2_000],
      ["yes", 2_000],
      ["Ana Silva, born 3 March 1988", 9_000],
      ["yes", 1_500],
    ];
    expect(judged([...booking, ...booking, ...booking, ...booking, ...booking, ...booking])).toBeUndefined();
    expect(judged(times(40, (n) => [`[button ${n}]`, 300]))).toBeUndefined();
    expect(judged(times(20, (n) => [String((n % 3) + 1), 900]))).toBeUndefined();
    // A burst that nobody has answered yet is a person in a hurry.
    const { said } = talk(times(15, () => ["hello, is anybody there?", 300]));
    expect(loopIn(said, [], defaultLoopLimits)).toBeUndefined();
  });
});

describe("two machines that answer each other", () => {
  it.each([
    ["a note that is sent back to every message", () => "I am on holiday and will read your message later", 7],
    ["one that always has something to say", newWords, 13],
  ])("stop: %s", async (_, says, messages) => {
    const records: DoorRecord[] = [];
    const log = recordingLogger();
    bench = await queueBench(({ turn }) => `answer ${turn.runId}`, {
      log,
      queue: { debounceMs: 0 },
      door: { rules: () => ({ loop: defaultLoopLimits }), record: async (_tx, entry) => void records.push(entry) },
    });
    const { phone, engine, events, ask } = bench;
    let sent = 0;
    let most = 40;
    const post = () => phone.write((says as (n: number) => string)(sent++), "bot");
    // The other machine: answers whatever it gets, at once.
    const { send } = phone.adapter;
    phone.adapter.send = async (to, message: OutboundMessage, context) => {
      const receipt = await send(to, message, context);
      if (sent < most) setTimeout(() => void post(), 1);
      return receipt;
    };
    await post();
    await until(() => records.length === 1, "the guard");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sent).toBe(messages);
    expect(phone.shown).toHaveLength(messages - 1);
    expect(await engine.db.all("select status, count(*) as n from inbox group by status order by status")).toEqual([
      { status: "answered", n: messages - 1 },
      { status: "handed-over", n: 1 },
    ]);
    expect(records).toEqual([expect.objectContaining({ ruleId: "door.loop", decision: "refused", reason: expect.stringMatching(/^loop-guard: /) })]);
    expect(events.some(({ event, payload }) => event === "conversation" && (payload.conversation as { state: string }).state === "needs-person")).toBe(true);
    expect(log.lines.some(({ level, message }) => level === "warn" && message.includes("a machine seems to write"))).toBe(true);
    // What comes after is on record with the person, and nothing is asked of an agent.
    const later = await phone.write("anything else", "bot");
    await until(async () => (await bench!.inbox(later.runId))?.status === "handed-over");
    expect(phone.shown).toHaveLength(messages - 1);
    most = 0;
    // A person looked at it and gives it back: it begins anew.
    const { conversations } = (await ask("conversations.list", {})) as { conversations: { id: string }[] };
    await ask("conversations.handBack", { conversationId: conversations[0]!.id, idempotencyKey: "k" });
    const again = await phone.write("I am a person, and I would like two tickets", "bot");
    await until(async () => (await bench!.inbox(again.runId))?.status === "answered");
  });

  it("are left alone where the configuration says so, and forgotten after an hour", async () => {
    const clock = fakeClock();
    bench = await queueBench(() => "ok", {
      clock,
      queue: { mode: "followup", debounceMs: 0 },
      door: { rules: () => ({ loop: { repeats: 2, rapid: 3, windowMs: 3_600_000 } }) },
    });
    const statuses: (string | undefined)[] = [];
    for (let n = 0; n < 6; n++) {
      const { runId } = await bench.phone.write("the very same sentence", "a");
      await until(async () => (await bench!.inbox(runId))?.status !== "accepted");
      statuses.push((await bench.inbox(runId))?.status);
      await clock.advance(3_600_001);
    }
    expect(new Set(statuses)).toEqual(new Set(["answered"]));
  });
});
