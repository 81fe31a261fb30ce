import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "@travelagent/engine";
import type { InboundMessage } from "@travelagent/protocol/messages";
import { afterEach, describe, expect, it } from "vitest";
import { latch, type QueueBench, queueBench, until } from "../testing/queue-bench.ts";

const session = "agent:main:phone:dm:+34600111222";
let bench: QueueBench;
afterEach(() => bench.close());

const asked = () => bench.agent.requests.map(({ message }) => message?.text);
const write = (over: Partial<InboundMessage> & { text: string }) => bench.phone.write(over.text, "+34600111222", over);

/** The first message is being answered until `gate` opens, the others wait. */
async function busy(options: Parameters<typeof queueBench>[1], answer: (text: string) => string = (text) => `re: ${text}`) {
  const gate = latch();
  bench = await queueBench(async ({ message }) => {
    if (message?.text === "first") await gate.opened;
    return answer(message?.text ?? "");
  }, options);
  const first = await bench.phone.write("first");
  await until(() => bench.agent.requests.length === 1, "the first turn");
  return { first, gate };
}

describe("mode collect", () => {
  it("answers all that waited in one turn, and every message ends once, naming the run", async () => {
    const { gate } = await busy({});
    const waiting = await Promise.all(["two", "three", "four"].map((text) => bench.phone.write(text)));
    gate.open();
    await until(() => bench.phone.shown.length === 2);
    await until(async () => (await bench.open()) === 0);
    expect(asked()).toEqual(["first", "(3 messages, one after the other. One answer to all of them.)\n\n1. two\n2. three\n3. four"]);
    const [head, ...others] = waiting.map(({ runId }) => runId);
    expect(await bench.inbox(head!)).toEqual({ status: "answered", reason: null });
    for (const id of others) expect(await bench.inbox(id)).toEqual({ status: "answered", reason: `with the run ${head}` });
    for (const id of others) expect((await bench.engine.work.result(id, 2_000)).value).toMatchObject({ outcome: "replied", answeredBy: head });
    expect(await bench.ask("agent.wait", { runId: others[0], timeoutMs: 1000 })).toMatchObject({ status: "ok" });
    const finals = bench.events.filter(({ event, payload }) => event === "chat" && payload.state === "final").map(({ payload }) => payload.runId);
    for (const id of waiting) expect(finals).toContain(id.runId);
  });

  it("shows what waits, before any turn has begun with it", async () => {
    const { gate } = await busy({});
    const { runId } = await bench.phone.write("two");
    const seen = async () => {
      const { messages } = JSON.parse(JSON.stringify(await bench.ask("chat.history", { sessionKey: session }))) as { messages: Record<string, unknown>[] };
      return messages.filter(({ role, messageId }) => role === "user" && messageId === runId).length;
    };
    expect(await seen()).toBe(1);
    gate.open();
    await until(async () => (await bench.open()) === 0);
  });

  it("shows people each message as it was written", async () => {
    bench = await queueBench(async ({ turn, message }) => {
      await bench.sessions.append(turn.sessionKey, [
        { id: `${turn.runId}:user`, message: { role: "user", content: message!.text, timestamp: 1, messageId: turn.runId } },
      ]);
      return "both";
    });
    const runs = await Promise.all([bench.phone.write("one"), bench.phone.write("two")]);
    await until(() => bench.phone.shown.length === 1);
    expect(asked()[0]).toContain("1. one\n2. two");
    await until(() => bench.sessions.entries(session).length === 2);
    const { messages } = JSON.parse(JSON.stringify(await bench.ask("chat.history", { sessionKey: session }))) as { messages: Record<string, unknown>[] };
    expect(messages.map(({ content, messageId }) => [JSON.stringify(content), messageId])).toEqual([
      [expect.stringContaining("one"), runs[0]!.runId],
      [expect.stringContaining("two"), runs[1]!.runId],
      [expect.stringContaining("both"), runs[0]!.runId],
    ]);
  });

  it("keeps what is no plain word by itself and in its place", async () => {
    const { gate } = await busy({});
    await write({ text: "two" });
    await write({ text: "Yes", action: { type: "confirm", id: "q" } });
    await write({ text: "three" });
    await write({ text: "from a mail", tainted: true });
    await write({ text: "/help" });
    gate.open();
    await until(() => bench.phone.shown.length === 6);
    expect(asked()).toEqual(["first", "two", "Yes", "three", "from a mail", "/help"]);
  });

  it("merges nothing while a question is open", async () => {
    const { gate } = await busy({ openQuestion: async () => true });
    await bench.phone.write("is it refundable?");
    await bench.phone.write("yes");
    gate.open();
    await until(() => bench.phone.shown.length === 3);
    expect(asked()).toEqual(["first", "is it refundable?", "yes"]);
  });

  it("waits for a session whose customer writes on, and for no longer than ten quiet times", async () => {
    const { gate } = await busy({ queue: { debounceMs: 60 } });
    await bench.phone.write("0");
    await bench.phone.write("1");
    gate.open();
    let written = 2;
    const writing = setInterval(() => void bench.phone.write(String(written++)), 25);
    await until(() => bench.agent.requests.length === 2, "the turn of those that waited");
    clearInterval(writing);
    expect(asked()[1]!.split("\n").length).toBeGreaterThan(10);
  });

  it("says who wrote what in a group", async () => {
    bench = await queueBench(({ message }) => String(message?.text), { queue: { debounceMs: 80 } });
    const address = { channel: "phone", accountId: "default", chatType: "group" as const, peerId: "g1" };
    await Promise.all([
      write({ text: "to Lisbon", address, senderId: "a", senderName: "Ana" }),
      write({ text: "or Porto", address, senderId: "b", senderName: "Rui" }),
    ]);
    await until(() => bench.phone.shown.length === 1);
    expect(asked()[0]).toContain("1. Ana: to Lisbon\n2. Rui: or Porto");
  });

  it("is stopped as a whole by any of its messages", async () => {
    const gate = latch();
    bench = await queueBench(async ({ message }) => {
      if (message?.text === "k0") await gate.opened;
      else await new Promise(() => {});
      return "";
    });
    const send = (idempotencyKey: string) => bench.ask("chat.send", { sessionKey: "main", message: idempotencyKey, idempotencyKey });
    await send("k0");
    await until(() => bench.agent.requests.length === 1);
    await Promise.all([send("k1"), send("k2"), send("k3")]);
    gate.open();
    await until(() => bench.agent.requests.length === 2);
    await send("k4");
    expect(await bench.ask("chat.abort", { sessionKey: "main", runId: "k2" })).toMatchObject({ aborted: true, runIds: ["k1", "k2", "k3"] });
    await until(() => bench.agent.requests.length === 3);
    expect(asked()[2]).toBe("k4");
  });

  it("answers the same messages after a restart in the middle, and those that came later after them", async () => {
    const directory = mkdtempSync(join(tmpdir(), "queue-"));
    try {
      let hang = true;
      const open = async () => {
        const engine = openEngine({ path: join(directory, "test.db"), abandonAfterMs: 20 });
        const opened = await queueBench(({ message }) => (hang ? new Promise(() => {}) : `re: ${message?.text}`), { engine });
        await engine.start();
        return { opened, engine };
      };
      const before = await open();
      bench = before.opened;
      await Promise.all([bench.phone.write("one"), bench.phone.write("two")]);
      await until(() => bench.agent.requests.length === 1);
      const later = await bench.phone.write("three");
      await before.engine.stop({ drainMs: 0 });
      await bench.gateway.stop();
      hang = false;
      bench = (await open()).opened;
      await until(async () => (await bench.open()) === 0);
      expect(asked()).toEqual([expect.stringMatching(/1\. one\n2\. two$/), "three"]);
      expect(await bench.inbox(later.runId)).toEqual({ status: "answered", reason: null });
    } finally {
      await bench.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it("gives a person every message when one takes over meanwhile", async () => {
    const { gate } = await busy({});
    const waiting = await Promise.all(["two", "three"].map((text) => bench.phone.write(text)));
    await bench.ask("conversations.takeOver", { conversationId: session, idempotencyKey: "k" });
    gate.open();
    await until(async () => (await bench.open()) === 0);
    for (const { runId } of waiting) expect(await bench.inbox(runId)).toMatchObject({ status: "handed-over" });
    expect(bench.phone.shown).toEqual([]);
  });
});

describe("messages that are handed in at once", () => {
  it("keep their order, also when the first is slow to be taken in", async () => {
    bench = await queueBench(({ message }) => String(message?.text));
    const { ensure } = bench.sessions;
    let first = true;
    bench.sessions.ensure = async (...given) => {
      const slow = first;
      first = false;
      if (slow) await new Promise((resolve) => setTimeout(resolve, 30));
      return ensure(...given);
    };
    await Promise.all(["one", "two", "three"].map((text) => bench.phone.write(text)));
    await until(async () => (await bench.open()) === 0);
    expect(asked().join("\n")).toMatch(/one[\s\S]*two[\s\S]*three/);
    const rows = await bench.engine.db.all("select message from inbox order by received_at, seq");
    expect(rows.map(({ message }) => (JSON.parse(message as string) as InboundMessage).text)).toEqual(["one", "two", "three"]);
  });
});

describe("mode followup", () => {
  it("answers each message by itself, strictly one after the other, however many come at once", async () => {
    let running = 0;
    let most = 0;
    bench = await queueBench(
      async ({ message }) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
        return String(message?.text);
      },
      { queue: { mode: "followup", cap: 50 } },
    );
    const texts = Array.from({ length: 50 }, (_, index) => `m${index}`);
    for (const text of texts) void bench.phone.write(text);
    await until(() => bench.phone.shown.length === 50);
    expect(most).toBe(1);
    expect(asked()).toEqual(texts);
  });

  it("is what a session wants over its channel, and a channel over the rest", async () => {
    const { gate } = await busy({ rules: { byChannel: { phone: { mode: "followup" } } } });
    bench.sessions.set(session, { queue: { mode: "collect" } });
    await bench.phone.write("two");
    await bench.phone.write("three");
    gate.open();
    await until(() => bench.phone.shown.length === 2);
    bench.sessions.set(session, {});
    await Promise.all([bench.phone.write("four"), bench.phone.write("five")]);
    await until(() => bench.phone.shown.length === 4);
    expect(asked()).toEqual(["first", expect.stringContaining("1. two\n2. three"), "four", "five"]);
  });
});

describe("modes steer and steer-backlog", () => {
  const steered = async (mode: "steer" | "steer-backlog", hears = true) => {
    const gate = latch();
    const heard: string[] = [];
    bench = await queueBench(
      async ({ message, steer }) => {
        if (message?.text !== "first") return `re: ${message?.text}`;
        await gate.opened;
        const given = (await steer!()).slice();
        heard.push(...given.map(({ text }) => text));
        expect(await steer!()).toEqual(given);
        return { text: "both", ...(hears ? { heard: given.map(({ id }) => id) } : {}) };
      },
      { queue: { mode } },
    );
    const first = await bench.phone.write("first");
    await until(() => bench.agent.requests.length === 1);
    const second = await bench.phone.write("make it business");
    gate.open();
    return { first, second, heard };
  };

  it("lets a turn hear what came since, and that message ends with the turn's reply", async () => {
    const { first, second, heard } = await steered("steer");
    await until(async () => (await bench.open()) === 0);
    expect(heard).toEqual(["make it business"]);
    expect(await bench.inbox(second.runId)).toEqual({ status: "answered", reason: `with the run ${first.runId}` });
    await bench.engine.work.result(second.runId, 2_000);
    expect(bench.phone.shown.map(({ text }) => text)).toEqual(["both"]);
  });

  it("gives a turn of its own to what was not heard", async () => {
    await steered("steer", false);
    await until(() => bench.phone.shown.length === 2);
    expect(bench.phone.shown.map(({ text }) => text)).toEqual(["both", "re: make it business"]);
  });

  it("answers what was heard once more when the backlog is kept", async () => {
    const { second } = await steered("steer-backlog");
    await until(() => bench.phone.shown.length === 2);
    expect(bench.phone.shown.map(({ text }) => text)).toEqual(["both", "re: make it business"]);
    expect(await bench.inbox(second.runId)).toEqual({ status: "answered", reason: null });
  });

  it("never lets a turn hear buttons, commands, tainted words, or anything while a question is open", async () => {
    let open = false;
    const gate = latch();
    const heard: unknown[] = [];
    bench = await queueBench(
      async ({ message, steer }) => {
        if (message?.text !== "first") return "ok";
        await gate.opened;
        heard.push(await steer!());
        open = true;
        heard.push(await steer!());
        open = false;
        return "ok";
      },
      { queue: { mode: "steer" }, openQuestion: async () => open },
    );
    await bench.phone.write("first");
    await until(() => bench.agent.requests.length === 1);
    await write({ text: "and a window seat" });
    await write({ text: "Yes", action: { type: "confirm", id: "q" } });
    await write({ text: "too late to be heard before the button" });
    gate.open();
    await until(() => bench.phone.shown.length === 4);
    expect(heard).toEqual([[expect.objectContaining({ text: "and a window seat" })], []]);
  });
});

describe("mode interrupt", () => {
  it("ends what runs and waits, and answers the newest", async () => {
    const { first, gate } = await busy({ queue: { mode: "interrupt" } });
    const newest = await bench.phone.write("forget it, trains please");
    await until(() => bench.phone.shown.length === 1);
    gate.open();
    expect(await bench.inbox(first.runId)).toEqual({ status: "ignored", reason: `a newer message took its place: ${newest.runId}` });
    expect(await bench.engine.work.state(first.runId)).toBe("cancelled");
    expect(bench.phone.shown.map(({ text }) => text)).toEqual(["re: forget it, trains please"]);
    expect(bench.metrics.render()).toContain('queue_dropped_total{policy="interrupt"} 1');
  });

  it("lets a tool that is at work end first", async () => {
    const tool = latch();
    const steps: string[] = [];
    bench = await queueBench(() => "newest", {
      queue: { mode: "interrupt" },
      agent: {
        async run({ turn, message }, work, emit) {
          const said = { role: "assistant" as const, content: [], provider: "p", model: "m", stopReason: "stop" as const, timestamp: 0 };
          if (message?.text === "book it") {
            await work.step("book", async () => {
              emit({ type: "tool-start", runId: turn.runId, toolCallId: "c1", name: "booking_create", args: {} });
              await tool.opened;
              steps.push(work.signal.aborted ? "cut off" : "booked");
              emit({ type: "tool-end", runId: turn.runId, toolCallId: "c1", name: "booking_create", isError: false });
            });
            await work.step("think", () => new Promise((resolve) => setTimeout(resolve, 5_000)));
          }
          return { kind: "replied", message: said, text: String(message?.text), cards: [], commit: async () => undefined };
        },
      },
    });
    await bench.phone.write("book it");
    await new Promise((resolve) => setTimeout(resolve, 50));
    await bench.phone.write("wait");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(steps).toEqual([]);
    tool.open();
    await until(() => bench.phone.shown.length === 1);
    expect(steps).toEqual(["booked"]);
    expect(bench.phone.shown[0]!.text).toBe("wait");
  });
});

describe("a quiet time of a channel", () => {
  it("makes one turn of what one sender writes in a row, whatever the mode, and lets a button through at once", async () => {
    bench = await queueBench(({ message }) => String(message?.text), {
      queue: { mode: "followup" },
      rules: { inbound: { debounceMs: 0, byChannel: { phone: 150 } } },
    });
    await bench.phone.write("two seats");
    await new Promise((resolve) => setTimeout(resolve, 40));
    await bench.phone.write("to Lisbon");
    await until(() => bench.phone.shown.length === 1);
    expect(asked()).toEqual([expect.stringContaining("1. two seats\n2. to Lisbon")]);
    const before = Date.now();
    await write({ text: "Yes", action: { type: "confirm", id: "q" } });
    await until(() => bench.phone.shown.length === 2);
    expect(Date.now() - before).toBeLessThan(120);
  });
});
