import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { latch, type QueueBench, queueBench, until } from "../testing/queue-bench.ts";

let bench: QueueBench;
afterEach(() => bench.close());
const asked = () => bench.agent.requests.map(({ message }) => message?.text);

async function busy(options: Parameters<typeof queueBench>[1]) {
  const gate = latch();
  bench = await queueBench(async ({ message }) => {
    if (message?.text === "first") await gate.opened;
    return `re: ${message?.text}`;
  }, options);
  await bench.phone.write("first");
  await until(() => bench.agent.requests.length === 1, "the first turn");
  return gate;
}
const writeAll = async (count: number) => {
  const runs: string[] = [];
  for (let index = 1; index <= count; index++) runs.push((await bench.phone.write(`m${index}`)).runId);
  return runs;
};

describe("what gives way when too many wait", () => {
  for (const drop of ["old", "summarize"] as const)
    it(`${drop}: nothing while a question waits for its answer, since the oldest may be the yes`, async () => {
      let open = false;
      const gate = await busy({ queue: { cap: 2, drop }, rules: { laneCapacity: 5 }, openQuestion: async () => open });
      open = true;
      const runs = await writeAll(5);
      expect(await bench.open()).toBe(5);
      expect(await bench.inbox(runs[4]!)).toMatchObject({ status: "ignored", reason: "queue-full" });
      open = false;
      await bench.phone.write("one more");
      expect(await bench.inbox(runs[0]!)).toMatchObject({ status: "ignored" });
      gate.open();
      await until(async () => (await bench.open()) === 0);
    });

  it("summarize: the oldest, with a line about each in the next prompt", async () => {
    const gate = await busy({ queue: { cap: 20, drop: "summarize" } });
    const runs = await writeAll(25);
    gate.open();
    await until(async () => (await bench.open()) === 0);
    const prompt = asked()[1]!;
    expect(prompt).toContain("- m1\n- m2\n- m3\n- m4\n- m5\n");
    expect(prompt).toContain("1. m6\n");
    expect(prompt).toContain("20. m25");
    expect(asked()).toHaveLength(2);
    expect(await bench.inbox(runs[0]!)).toMatchObject({ status: "ignored" });
    await bench.phone.write("later");
    await until(() => bench.phone.shown.length === 3);
    expect(asked()[2]).toBe("later");
    expect(bench.metrics.render()).toContain('queue_dropped_total{policy="summarize"} 5');
  });

  it("summarize: no line of a third party's words among the customer's own", async () => {
    const gate = await busy({ queue: { cap: 1, drop: "summarize" } });
    await bench.phone.write("ORDER everything", "+34600111222", { tainted: true });
    await bench.phone.write("are you there?");
    gate.open();
    await until(async () => (await bench.open()) === 0);
    expect(bench.agent.requests[1]?.message).toMatchObject({ text: "are you there?" });
    expect(bench.agent.requests[1]?.message?.tainted).toBeUndefined();
    await bench.phone.write("another forwarded mail", "+34600111222", { tainted: true });
    await until(() => bench.agent.requests.length === 3);
    expect(bench.agent.requests[2]?.message).toMatchObject({ text: expect.stringContaining("ORDER everything"), tainted: true });
  });

  it("old: the oldest, without a word", async () => {
    const gate = await busy({ queue: { cap: 2, drop: "old" } });
    await writeAll(4);
    gate.open();
    await until(async () => (await bench.open()) === 0);
    expect(asked()[1]).toBe("(2 messages, one after the other. One answer to all of them.)\n\n1. m3\n2. m4");
  });

  it("new: the one that comes, and the customer is told once", async () => {
    const gate = await busy({ queue: { cap: 2, drop: "new" } });
    const runs = await writeAll(5);
    expect(await bench.inbox(runs[3]!)).toEqual({ status: "ignored", reason: "queue-full" });
    gate.open();
    await until(async () => (await bench.open()) === 0);
    await until(() => bench.phone.shown.length === 3);
    expect(asked()[1]).toContain("1. m1\n2. m2");
    expect(bench.phone.shown.filter(({ text }) => text.includes("could not take this one"))).toHaveLength(1);
  });

  it("holds at most so many in one conversation, whatever the mode, and says so to a program", async () => {
    const gate = await busy({ queue: { mode: "followup", cap: 1_000 }, rules: { laneCapacity: 100 } });
    const runs = await writeAll(105);
    for (const run of runs.slice(0, 99)) expect(await bench.inbox(run)).toMatchObject({ status: "accepted" });
    for (const run of runs.slice(99)) expect(await bench.inbox(run)).toMatchObject({ status: "ignored", reason: "queue-full" });
    gate.open();
    await until(async () => (await bench.open()) === 0);
  });

  it("refuses a program with a code when its conversation is full", async () => {
    const gate = latch();
    bench = await queueBench(() => gate.opened.then(() => "ok"), { rules: { laneCapacity: 3 } });
    const start = () => bench.gateway.runs.start({ agentId: "main", sessionKey: "agent:main:api", peerId: "p", senderName: "p", text: "hello" });
    const runs = [await start(), await start(), await start()];
    await expect(start()).rejects.toSatisfy((error) => TravelAgentError.is(error, "RATE_LIMITED"));
    gate.open();
    for (const { runId } of runs) expect(await bench.gateway.runs.result(runId, 3_000)).toMatchObject({ outcome: "replied", text: "ok" });
  });

  it("takes no more in anywhere when too many turns wait, so that platforms deliver later", async () => {
    const gate = await busy({ queue: { mode: "followup" }, rules: { maxWaiting: 2 } });
    await writeAll(2);
    await expect(bench.phone.write("m3", "somebody else")).rejects.toSatisfy((error) => TravelAgentError.is(error, "UNAVAILABLE"));
    gate.open();
    await until(async () => (await bench.open()) === 0);
    await bench.phone.write("m3", "somebody else");
    await until(() => bench.phone.shown.length === 4);
  });
});

describe("a burst", () => {
  it("of 8 messages in 50 chats at once: all answered, one or two turns in each, nobody waits for another chat", async () => {
    const stuck = latch();
    bench = await queueBench(
      async ({ turn }) => {
        if (turn.peerId === "slow") await stuck.opened;
        await new Promise((resolve) => setTimeout(resolve, 5));
        return "done";
      },
      { queue: { debounceMs: 100 } },
    );
    void bench.phone.write("a question that takes long", "slow");
    const chats = Array.from({ length: 50 }, (_, index) => `chat-${index}`);
    const runs = await Promise.all(
      chats.flatMap((chat) => Array.from({ length: 8 }, (_, index) => bench.phone.write(`${chat} message ${index}`, chat).then(({ runId }) => runId))),
    );
    await until(async () => (await bench.open()) === 1, "the answers");
    const rows = await bench.engine.db.all("select status, count(*) as n from inbox where account_id = 'default' group by status");
    expect(rows.find(({ status }) => status === "answered")?.n).toBe(400);
    expect(new Set(runs).size).toBe(400);
    for (const chat of chats) {
      const turns = bench.agent.requests.filter(({ turn }) => turn.peerId === chat);
      expect(turns.length).toBeLessThanOrEqual(2);
      for (let index = 0; index < 8; index++) expect(turns.map(({ message }) => message!.text).join("\n")).toContain(`${chat} message ${index}`);
    }
    stuck.open();
    await until(async () => (await bench.open()) === 0);
  });
});

describe("classes of turns", () => {
  it("gives the next free slot to people before programs", async () => {
    const gate = latch();
    const order: string[] = [];
    const { openEngine } = await import("@travelagent/engine");
    const engine = openEngine({ path: ":memory:", concurrency: 1 });
    await engine.start();
    bench = await queueBench(
      async ({ turn }) => {
        if (order.length === 0) {
          order.push("first");
          await gate.opened;
        } else order.push(turn.channel);
        return "ok";
      },
      { engine },
    );
    const start = (sessionKey: string) => bench.gateway.runs.start({ agentId: "main", sessionKey, peerId: sessionKey, senderName: "p", text: "hello" });
    await start("agent:main:one");
    await until(() => order.length === 1);
    await start("agent:main:two");
    await start("agent:main:three");
    await bench.phone.write("hello");
    gate.open();
    await until(() => order.length === 4);
    expect(order).toEqual(["first", "phone", "api", "api"]);
    expect(await bench.ask("queue.status")).toMatchObject({ waiting: 0 });
  });
});
