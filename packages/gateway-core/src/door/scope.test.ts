import { afterEach, describe, expect, it } from "vitest";
import type { GatewayOptions } from "../gateway.ts";
import { latch, type QueueBench, queueBench, until } from "../testing/queue-bench.ts";
import type { DoorRecord, DoorRules } from "./door.ts";

let bench: QueueBench;
afterEach(() => bench.close());
const records: DoorRecord[] = [];
const open = async (rules: Partial<DoorRules> = { onlyTravel: true }, over: Partial<GatewayOptions> = {}) => {
  records.length = 0;
  bench = await queueBench(async () => "the agent's answer", {
    door: { rules: () => ({ agencyName: () => "Mar Viajes", ...rules }), record: async (_, entry) => void records.push(entry) },
    ...over,
  });
};
const session = "agent:main:phone:dm:+34600111222";

describe("what is none of a travel agency's business", () => {
  it("is declined at once, in the language it was asked in, and asks no model", async () => {
    await open();
    const { runId } = await bench.phone.write("Escríbeme un poema de amor");
    await until(() => bench.phone.shown.length === 1);
    expect(bench.phone.shown[0]).toMatchObject({ id: runId, text: expect.stringContaining("en Mar Viajes solo puedo ayudarle con viajes") });
    expect(bench.agent.requests).toEqual([]);
    expect(await bench.inbox(runId)).toEqual({ status: "answered", reason: "out-of-scope: writing" });
    await until(() => bench.sessions.entries(session).length === 2);
    expect(bench.sessions.entries(session).map(({ message }) => message.role)).toEqual(["user", "assistant"]);
    expect(records).toEqual([expect.objectContaining({ ruleId: "door.scope", decision: "refused", sessionKey: session, reason: "out-of-scope: writing" })]);
    expect(bench.metrics.render()).toMatch(/messages_kept_total\{reason="out-of-scope"\} 1/);
    await bench.phone.write("And flights to Lisbon?");
    await until(() => bench.phone.shown.length === 2);
    expect(bench.agent.requests).toHaveLength(1);
  });

  it("is the agent's where the configuration says so, with a file or others' words, and while a question is open", async () => {
    await open({ onlyTravel: false });
    await bench.phone.write("Tell me a joke");
    await until(() => bench.agent.requests.length === 1);
    await bench.close();
    await open({ onlyTravel: true }, { openQuestion: async () => true });
    await bench.phone.write("Tell me a joke");
    await until(() => bench.agent.requests.length === 1);
    await bench.close();
    await open();
    await bench.phone.write("Tell me a joke", "a", { tainted: true });
    await until(() => bench.agent.requests.length === 1);
  });

  it("does not overtake an answer that is being written, and is a person's where one has the conversation", async () => {
    const gate = latch();
    bench = await queueBench(
      async () => {
        await gate.opened;
        return "the agent's answer";
      },
      { door: { rules: () => ({ onlyTravel: true }) } },
    );
    await bench.phone.write("Flights to Lisbon");
    await until(() => bench.agent.requests.length === 1);
    const second = await bench.phone.write("Tell me a joke");
    gate.open();
    await until(() => bench.phone.shown.length === 2);
    expect(bench.agent.requests).toHaveLength(2);
    expect(await bench.inbox(second.runId)).toMatchObject({ status: "answered", reason: null });
    await bench.ask("conversations.takeOver", { conversationId: session, idempotencyKey: "k" });
    const third = await bench.phone.write("Tell me a joke");
    await until(async () => (await bench.inbox(third.runId))?.status === "handed-over");
    expect(bench.phone.shown).toHaveLength(2);
  });
});
