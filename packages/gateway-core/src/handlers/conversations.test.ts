import type { AgentPort } from "@travelagent/protocol/turn";
import { afterEach, expect, it } from "vitest";
import { type QueueBench, queueBench, until } from "../testing/queue-bench.ts";

let bench: QueueBench;
afterEach(() => bench.close());

/** Waits for a model that does not come. */
const parking: AgentPort = {
  async run({ turn: { runId } }, work, emit) {
    emit({ type: "run-parked", runId, until: 60_000, reason: "no model can answer" });
    await work.sleep("park", 60_000);
    throw new Error("it was not waited for");
  },
};

it.each([
  ["conversations.takeOver", {}],
  ["conversations.reply", { message: "Ana here, how can I help?" }],
])("a turn that waits for a model ends when a person has the conversation: %s", async (method, params) => {
  bench = await queueBench(() => "", { agent: parking });
  const { runId } = await bench.phone.write("hello");
  await until(async () => (await bench.ask("queue.status")).parked === 1);
  await bench.ask(method, { conversationId: "agent:main:phone:dm:+34600111222", idempotencyKey: "k", ...params });
  expect(await bench.inbox(runId)).toMatchObject({ status: "handed-over" });
  const next = await bench.phone.write("are you there?");
  await until(async () => (await bench.inbox(next.runId))?.status === "handed-over");
});
