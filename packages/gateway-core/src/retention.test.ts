import { afterEach, expect, it } from "vitest";
import { messageRetention, unansweredSessions } from "./retention.ts";
import { type QueueBench, queueBench, until } from "./testing/queue-bench.ts";

let bench: QueueBench;
afterEach(() => bench.close());

it("removes texts that were answered and sent, and none that wait for an answer or that somebody needs", async () => {
  bench = await queueBench(({ message }) => (message?.text === "a person!" ? { kind: "handed-over", text: "one moment", reason: "asked" } : "an answer"));
  const peers = { done: "+1", waits: "+2", booked: "+3" };
  await bench.phone.write("hello", peers.done);
  await bench.phone.write("a person!", peers.waits);
  await bench.phone.write("hello", peers.booked);
  await until(async () => bench.phone.shown.length === 3 && (await bench.open()) === 0);
  await until(async () => Number((await bench.engine.db.get("select count(*) as n from outbox where status = 'sent'"))?.n) === 3);
  const { db } = bench.engine;
  const unanswered = unansweredSessions(db);
  const booked = "agent:main:phone:dm:+3";
  const store = messageRetention({ db, inUse: async (keys) => new Set([...(await unanswered(keys)), ...keys.filter((key) => key === booked)]) });
  const prune = (before: number, dryRun: boolean) => store.prune(before, { dryRun, signal: new AbortController().signal });
  const later = Date.now() + 60_000;
  const left = async () =>
    (await db.all("select session_key from inbox union all select session_key from outbox")).map((row) => String(row.session_key).slice(-2)).sort();

  expect(await prune(Date.now() - 60_000, false)).toEqual({ removed: 0, kept: 0 });
  expect(await prune(later, true)).toMatchObject({ kept: 4 });
  expect(await left()).toHaveLength(6);
  expect(await prune(later, false)).toMatchObject({ kept: 4 });
  expect(await left()).toEqual(["+2", "+2", "+3", "+3"]);
  expect(await prune(later, false)).toMatchObject({ removed: 0, kept: 4 });
  // Where the person is reached stays known.
  expect(await db.get("select preview, channel from conversation where session_key = 'agent:main:phone:dm:+1'")).toEqual({ preview: null, channel: "phone" });
});
