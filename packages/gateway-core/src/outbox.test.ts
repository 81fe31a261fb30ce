import type { ChannelAdapter } from "@travelagent/channel-kit";
import { testEngine } from "@travelagent/engine/testing";
import { type Engine, silentLogger } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createOutbox, type OutboxOptions } from "./outbox.ts";
import { gatewayMigrations } from "./tables.ts";

const address = { channel: "phone", accountId: "default", chatType: "direct" as const, peerId: "a" };
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("it did not happen");
};

describe("outbox", () => {
  let engine: Engine;
  const clock = fakeClock();
  const signals: AbortSignal[] = [];

  const outboxWith = (adapter: Partial<ChannelAdapter>, options: Partial<OutboxOptions> = {}) => {
    const channel: ChannelAdapter = {
      contract: 1,
      id: "phone",
      accountId: "default",
      features: { maxTextLength: 1000, threads: false, cards: true },
      start: async () => undefined,
      stop: async () => undefined,
      send: (_to, _message, { signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
      ...adapter,
    };
    return createOutbox({ db: engine.db, clock, log: silentLogger, adapter: () => channel, onChange: () => undefined, ...options });
  };
  type Subject = ReturnType<typeof outboxWith>;
  const put = (outbox: Subject, id: string) =>
    engine.db.transaction((tx) => outbox.insert(tx, { id, sessionKey: "s", address, author: "system", epoch: 1, message: { text: id } }));
  const statusOf = async (id: string) => (await engine.db.get("select status from outbox where id = ?", id))?.status;

  beforeEach(async () => {
    signals.length = 0;
    engine = await testEngine();
    await engine.db.migrate("gateway", gatewayMigrations);
  });
  afterEach(() => engine.stop());

  describe("what is claimed in the commit that inserts it", () => {
    const sent: string[] = [];
    const asking = (over: Partial<ChannelAdapter> = {}) => {
      sent.length = 0;
      return outboxWith({
        send: async (_to, { text }) => {
          sent.push(text);
          return { status: "sent" };
        },
        reconcile: async () => null,
        ...over,
      });
    };
    const say = (outbox: Subject, id: string, fails = false) =>
      engine.db.transaction(async (tx) => {
        await outbox.insert(tx, { id, sessionKey: "s", address, author: "agent", epoch: 1, message: { text: id }, claims: true });
        if (fails) throw new Error("rolled back");
      });

    it("goes out once, without a commit of its own, and what follows it after it", async () => {
      const outbox = asking();
      await outbox.start();
      await say(outbox, "one");
      expect(await statusOf("one")).toBe("attempting");
      await say(outbox, "two");
      expect(await statusOf("two")).toBe("pending");
      outbox.kick("s");
      outbox.kick("s");
      await until(async () => (await statusOf("two")) === "sent");
      expect(sent).toEqual(["one", "two"]);
      await outbox.stop();
    });

    it("is claimed apart where the adapter could not tell after a crash what went out, and before the start", async () => {
      const { reconcile: _, ...mute } = { reconcile: undefined };
      const outbox = outboxWith(mute);
      await outbox.start();
      await say(outbox, "one");
      expect(await statusOf("one")).toBe("pending");
      await outbox.stop();
      const later = asking();
      await say(later, "two");
      expect(await statusOf("two")).toBe("pending");
    });

    it("is not sent when its commit fails, and is when it is inserted again", async () => {
      const outbox = asking();
      await outbox.start();
      await say(outbox, "one", true).catch(() => undefined);
      outbox.kick("s");
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(sent).toEqual([]);
      await say(outbox, "one");
      outbox.kick("s");
      await until(async () => (await statusOf("one")) === "sent");
      outbox.kick("s");
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(sent).toEqual(["one"]);
      await outbox.stop();
    });

    it("waits like any other when the gateway stops before it was sent", async () => {
      const outbox = asking();
      await outbox.start();
      await say(outbox, "one");
      await outbox.stop();
      outbox.kick("s");
      expect(await engine.db.get("select status, attempts from outbox where id = 'one'")).toEqual({ status: "pending", attempts: 0 });
      expect(sent).toEqual([]);
    });

    it("is asked after at the start when the process died before it was sent", async () => {
      const first = asking();
      await first.start();
      await say(first, "one");
      const second = asking();
      await second.start();
      await until(async () => (await statusOf("one")) === "sent");
      expect(sent).toEqual(["one"]);
      await first.stop();
      await second.stop();
    });
  });

  it("does not wait for ever for an adapter that hangs: the outcome is unknown and the next message goes out", async () => {
    const outbox = outboxWith({
      send: async (_to, { text }, { signal }) => {
        signals.push(signal);
        return text === "one" ? new Promise(() => undefined) : { status: "sent" };
      },
    });
    await put(outbox, "one");
    await clock.advance(1);
    await put(outbox, "two");
    await outbox.start();
    await until(() => signals.length === 1);
    await clock.advance(60_001);
    await until(async () => (await statusOf("two")) === "sent");
    expect(await statusOf("one")).toBe("unknown");
    expect(signals[0]!.aborted).toBe(true);
    await outbox.stop();
  });

  it("stops although an adapter hangs, and asks it after the start what became of the message", async () => {
    const first = outboxWith({});
    await put(first, "one");
    await first.start();
    await until(() => signals.length === 1);
    const stopped = first.stop();
    await clock.advance(2_001);
    await stopped;
    expect(signals[0]!.aborted).toBe(true);
    expect(await statusOf("one")).toBe("attempting");
    const asked: string[] = [];
    const second = outboxWith({
      reconcile: async (_to, id) => {
        asked.push(id);
        return { status: "sent" };
      },
    });
    await second.start();
    expect(asked).toEqual(["one"]);
    expect(await statusOf("one")).toBe("sent");
    await second.stop();
  });

  it("asks only after what an earlier process was sending, and sends nothing that follows it before it knows", async () => {
    const sent: string[] = [];
    const asked: string[] = [];
    let answer = (): void => undefined;
    const outbox = outboxWith({
      send: async (_to, { text }) => {
        sent.push(text);
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { status: "sent" };
      },
      reconcile: (_to, id) => {
        asked.push(id);
        return new Promise((resolve) => (answer = () => resolve(null)));
      },
    });
    await put(outbox, "one");
    await engine.db.transaction((tx) => tx.run("update outbox set status = 'attempting'"));
    await clock.advance(1);
    await put(outbox, "two");
    const elsewhere = { id: "other", sessionKey: "t", address, author: "system" as const, epoch: 1, message: { text: "other" } };
    await engine.db.transaction((tx) => outbox.insert(tx, elsewhere));
    // Turns run before the outbox has begun.
    outbox.kick("s");
    outbox.kick("t");
    const started = outbox.start();
    await until(() => asked.length === 1);
    outbox.kick("s");
    await until(async () => (await statusOf("other")) === "sent");
    expect(sent).toEqual(["other"]);
    answer();
    await started;
    await until(async () => (await statusOf("two")) === "sent");
    expect(sent).toEqual(["other", "one", "two"]);
    expect(asked).toEqual(["one"]);
    await outbox.stop();
  });

  it("asks again at the next start when it stops while it asks", async () => {
    const outbox = outboxWith({ reconcile: () => new Promise(() => undefined) });
    await put(outbox, "one");
    await engine.db.transaction((tx) => tx.run("update outbox set status = 'attempting'"));
    const started = outbox.start();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const stopped = outbox.stop();
    await clock.advance(2_001);
    await Promise.all([started, stopped]);
    expect(await statusOf("one")).toBe("attempting");
  });

  it("starts although a platform does not say what became of a message", async () => {
    const outbox = outboxWith({ reconcile: () => new Promise(() => undefined) });
    await put(outbox, "one");
    await engine.db.transaction((tx) => tx.run("update outbox set status = 'attempting'"));
    const started = outbox.start();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await clock.advance(60_001);
    await started;
    expect(await statusOf("one")).toBe("unknown");
    await outbox.stop();
  });

  it("records an adapter that throws at once as unknown", async () => {
    const outbox = outboxWith({
      send: () => {
        throw new TypeError("a bug in the adapter");
      },
    });
    await put(outbox, "one");
    await outbox.start();
    await until(async () => (await statusOf("one")) === "unknown");
    await outbox.stop();
  });
});
