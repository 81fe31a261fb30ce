import { limits } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createAuth } from "../auth/auth.ts";
import { createVisitors } from "../auth/visitors.ts";
import { createControlPlane } from "../control-plane.ts";
import { connectTestClient, type TestClient } from "../testing/socket-pair.ts";

const token = "a-token-for-tests-0123456789abcdef";
const visitors = createVisitors({ secret: "s".repeat(32), sessionKeyOf: (id) => `agent:main:webchat:direct:${id}` });
const main = "agent:main:main";

function gateway() {
  const clock = fakeClock();
  const control = createControlPlane({
    clock,
    version: "1",
    visitors,
    validate: true,
    auth: createAuth({ mode: "token", token, clock }),
    handlers: {
      "chat.history": ({ sessionKey }, call) => {
        call.follow(sessionKey);
        return { sessionKey, messages: [] };
      },
    },
  });
  control.setReady();
  const delta = (sessionKey: string, seq: number, options?: { droppable?: boolean }) =>
    control.publish("chat", { runId: "r", sessionKey, seq, state: "delta", deltaText: "x" }, options);
  return { clock, control, delta };
}

const eventsOf = (client: TestClient, name?: string) =>
  client.frames.filter((frame) => frame.type === "event" && frame.event !== "connect.challenge" && (name === undefined || frame.event === name));
const approval = {
  id: "a",
  tool: "t",
  actionHash: "h",
  title: "t",
  lines: [],
  sessionKey: main,
  ruleId: "r",
  reason: "r",
  role: "r",
  status: "pending" as const,
  requestedAt: "2027-01-01",
  expiresAt: "2027-01-02",
};

describe("events", () => {
  it("of a session go to those who follow it", async () => {
    const { control, delta } = gateway();
    const [follower, other] = [await connectTestClient(control, { token }), await connectTestClient(control, { token })];
    await follower.call("chat.history", { sessionKey: main });
    expect(control.followers(main)).toBe(1);
    delta(main, 1);
    delta("agent:main:elsewhere", 1);
    expect(eventsOf(follower)).toMatchObject([{ event: "chat", seq: 1, payload: { sessionKey: main } }]);
    expect(eventsOf(other)).toEqual([]);
    follower.drop();
    expect(control.followers(main)).toBe(0);
  });

  it("about a run reach a visitor only as far as they are published for visitors", async () => {
    const { control } = gateway();
    const cookie = visitors.issue();
    const sessionKey = visitors.sessionKeyOf(visitors.verify(cookie) ?? "");
    const visitor = await connectTestClient(control, { role: "visitor", headers: { cookie: `ta_visitor=${cookie}` } });
    const operator = await connectTestClient(control, { token });
    await operator.call("chat.history", { sessionKey });
    const run = { runId: "r", sessionKey, seq: 1, ts: 1 };
    control.publish("agent", { ...run, stream: "tool", data: { phase: "start", name: "get_customer", args: { id: "secret" } } });
    control.publish("agent", { ...run, stream: "lifecycle", data: { phase: "start", model: "acme/m" } });
    control.publish("agent", { ...run, stream: "lifecycle", data: { phase: "start" } }, { roles: ["visitor"] });
    expect(eventsOf(visitor, "agent").map(({ payload }) => payload)).toEqual([{ ...run, stream: "lifecycle", data: { phase: "start" } }]);
    expect(eventsOf(operator, "agent")).toHaveLength(2);
  });

  it("for a scope go to those who have it", async () => {
    const { control } = gateway();
    const reader = await connectTestClient(control, { token, scopes: ["operator.read"] });
    const approver = await connectTestClient(control, { token, scopes: ["operator.approvals"] });
    const admin = await connectTestClient(control, { token });
    control.publish("approval", { approval });
    control.publish("delivery", { id: "d", status: "sent" });
    expect(eventsOf(reader).map(({ event }) => event)).toEqual(["delivery"]);
    expect(eventsOf(approver).map(({ event }) => event)).toEqual(["approval"]);
    expect(eventsOf(admin).map(({ event }) => event)).toEqual(["approval", "delivery"]);
  });

  it("reach a visitor only as the chat of their own session", async () => {
    const { control, delta } = gateway();
    const cookie = visitors.issue();
    const own = visitors.sessionKeyOf(visitors.verify(cookie) ?? "");
    const visitor = await connectTestClient(control, { role: "visitor", headers: { cookie: `ta_visitor=${cookie}` } });
    delta(own, 1);
    delta(main, 1);
    control.publish("agent", { runId: "r", sessionKey: own, seq: 1, stream: "tool", ts: 1, data: { args: "internal" } });
    control.publish("approval", { approval });
    control.publish("delivery", { id: "d", status: "sent" });
    expect(eventsOf(visitor)).toMatchObject([{ event: "chat", payload: { sessionKey: own } }]);
  });

  it("are numbered for each connection from 1 without a jump", async () => {
    const { control } = gateway();
    const reader = await connectTestClient(control, { token, scopes: ["operator.read"] });
    for (let i = 0; i < 3; i += 1) {
      control.publish("approval", { approval });
      control.publish("delivery", { id: `d${i}`, status: "sent" });
    }
    expect(eventsOf(reader).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it("that do not match the protocol are refused in tests", () => {
    const { control } = gateway();
    expect(() => control.publish("delivery", { id: 5 } as never)).toThrow("does not match the protocol");
  });
});

describe("a client that reads too slowly", () => {
  it("misses what may be dropped, and sees that it did", async () => {
    const { control, delta } = gateway();
    const client = await connectTestClient(control, { token });
    await client.call("chat.history", { sessionKey: main });
    delta(main, 1);
    client.unread = limits.maxBufferedBytes + 1;
    delta(main, 2, { droppable: true });
    client.unread = 0;
    delta(main, 3);
    expect(eventsOf(client).map(({ seq }) => seq)).toEqual([1, 3]);
    expect(client.closed).toBeUndefined();
  });

  it("is closed when it would miss something that matters, and nobody else is", async () => {
    const { control, delta } = gateway();
    const [slow, quick] = [await connectTestClient(control, { token }), await connectTestClient(control, { token })];
    for (const client of [slow, quick]) await client.call("chat.history", { sessionKey: main });
    slow.unread = limits.maxBufferedBytes + 1;
    delta(main, 1);
    expect(slow.closed).toEqual({ code: 1008, reason: "slow consumer" });
    expect(eventsOf(quick)).toHaveLength(1);
    expect(control.connections).toBe(1);
  });

  it("loses ticks without a gap", async () => {
    const { control, clock } = gateway();
    const client = await connectTestClient(control, { token, mode: "cli" });
    client.unread = limits.maxBufferedBytes + 1;
    await clock.advance(limits.tickIntervalMs);
    client.unread = 0;
    await clock.advance(limits.tickIntervalMs);
    expect(eventsOf(client, "tick").map(({ seq }) => seq)).toEqual([1]);
  });

  it("is closed when it asks for more than it reads", async () => {
    const { control } = gateway();
    const client = await connectTestClient(control, { token });
    client.unread = 17 * 1024 * 1024;
    await expect(client.call("health")).rejects.toThrow("slow consumer");
  });
});

describe("the life of the gateway", () => {
  it("ticks for all by the policy's interval", async () => {
    const { control, clock } = gateway();
    const client = await connectTestClient(control, { token, mode: "cli" });
    await clock.advance(limits.tickIntervalMs * 3);
    expect(eventsOf(client, "tick")).toHaveLength(3);
  });

  it("ends with a word to everyone, the reason to operators alone, and 1012", async () => {
    const { control } = gateway();
    const client = await connectTestClient(control, { token });
    const visitor = await connectTestClient(control, { role: "visitor", headers: { cookie: `ta_visitor=${visitors.issue()}` } });
    control.shutdown("update", { restartExpectedMs: 2000 });
    expect(eventsOf(client, "shutdown")).toMatchObject([{ payload: { reason: "update", restartExpectedMs: 2000 } }]);
    expect(eventsOf(visitor, "shutdown")).toEqual([expect.objectContaining({ payload: { reason: "the gateway is stopping", restartExpectedMs: 2000 } })]);
    expect(client.closed?.code).toBe(1012);
    expect(control.connections).toBe(0);
    await expect(connectTestClient(control, { token })).rejects.toThrow("1012");
  });
});
