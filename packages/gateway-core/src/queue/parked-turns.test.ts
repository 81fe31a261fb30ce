import type { AgentPort } from "@travelagent/protocol/turn";
import { afterEach, expect, it } from "vitest";
import { type QueueBench, queueBench, until } from "../testing/queue-bench.ts";

let bench: QueueBench;
afterEach(() => bench.close());

/** Waits for a model whenever it may. */
function patientAgent(): AgentPort & { may: boolean[] } {
  const may: boolean[] = [];
  return {
    may,
    async run({ turn: { runId }, mayWait }, work, emit) {
      const waits = await work.step("may-wait", async () => mayWait?.() ?? true);
      may.push(waits);
      if (waits) {
        emit({ type: "run-parked", runId, until: Date.now() + 60_000, reason: "no model" });
        await work.sleep("park", 60_000);
      }
      const text = "sorry";
      const message = {
        role: "assistant" as const,
        content: [{ type: "text" as const, text }],
        provider: "p",
        model: "m",
        stopReason: "stop" as const,
        timestamp: 0,
      };
      return { kind: "failed", reason: "no model could answer: MODEL_OVERLOADED", message, text, cards: [], commit: async () => undefined };
    },
  };
}

it("turns that wait for a model are counted apart from those at work, and there are only so many", async () => {
  const agent = patientAgent();
  bench = await queueBench(() => "", { agent, rules: { maxParked: 2 } });
  for (const peer of ["+1", "+2"]) await bench.phone.write("hello", peer);
  await until(() => agent.may.length === 2);
  const status = () => bench.ask("queue.status");
  // Parked is told a moment before the slot is given back.
  await until(async () => (await status()).parked === 2 && ((await status()).work as { running: number }).running === 0);
  expect(await status()).toMatchObject({ waiting: 0, running: 0, parked: 2, work: { running: 0 } });
  await bench.phone.write("hello", "+3");
  await until(() => bench.phone.shown.some(({ peer }) => peer === "+3"));
  expect(agent.may).toEqual([true, true, false]);
  expect((await bench.ask("queue.dlq.list")).deadLetters).toEqual([expect.objectContaining({ code: "MODEL_OVERLOADED" })]);
});
