import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createAuth } from "../auth/auth.ts";
import { createControlPlane } from "../control-plane.ts";
import { subscriptionHandlers } from "../handlers/subscriptions.ts";
import { connectTestClient } from "../testing/index.ts";

const token = "a-token-that-is-long-enough";

function bench() {
  const clock = fakeClock();
  const control = createControlPlane({
    auth: createAuth({ mode: "token", token, clock }),
    version: "1",
    clock,
    validate: true,
    handlers: subscriptionHandlers({
      list: () => ({
        ts: 1,
        path: "",
        count: 0,
        totalCount: 0,
        hasMore: false,
        defaults: { modelProvider: null, model: null, contextTokens: null },
        sessions: [],
      }),
      keyOf: (key) => (key === "main" ? "agent:main:main" : key),
    }),
  });
  control.setReady();
  return { clock, control };
}
const heard = (client: { frames: Record<string, unknown>[] }) =>
  client.frames
    .filter(({ type }) => type === "event")
    .map(({ event, payload }) => `${String(event)} ${String((payload as { sessionKey?: string }).sessionKey ?? "")}`);
const a = "agent:main:main";
const b = "agent:main:other";
const message = { role: "user", content: "hello", timestamp: 1 };

describe("what a connection asks to hear", () => {
  it("is the messages of the sessions it named, and of no other", async () => {
    const { control } = bench();
    const [client, other] = [await connectTestClient(control, { token }), await connectTestClient(control, { token })];
    expect((await client.call("sessions.messages.subscribe", { key: "main" })).payload).toEqual({ subscribed: true, key: a });
    for (const sessionKey of [a, b]) {
      control.publish("session.message", { sessionKey, messageId: "m", message });
      control.publish("chat", { runId: "r", sessionKey, seq: 0, state: "final" });
    }
    expect(heard(client)).toEqual(["connect.challenge ", `session.message ${a}`, `chat ${a}`]);
    expect(heard(other)).toEqual(["connect.challenge "]);

    expect((await client.call("sessions.messages.unsubscribe", { key: "main" })).payload).toEqual({ subscribed: false, key: a });
    control.publish("session.message", { sessionKey: a, messageId: "m", message });
    control.publish("chat", { runId: "r", sessionKey: a, seq: 0, state: "final" });
    expect(heard(client)).toHaveLength(3);
  });

  it("is the index of sessions, with the list when it asks for one", async () => {
    const { control } = bench();
    const client = await connectTestClient(control, { token });
    expect((await client.call("sessions.subscribe", {})).payload).toEqual({ subscribed: true });
    expect((await client.call("sessions.subscribe", { limit: 5 })).payload).toMatchObject({ subscribed: true, list: { count: 0 } });
    control.publish("sessions.changed", { sessionKey: b, reason: "message", ts: 1 });
    expect(heard(client)).toContain(`sessions.changed ${b}`);
    await client.call("sessions.unsubscribe");
    control.publish("sessions.changed", { sessionKey: a, reason: "message", ts: 1 });
    expect(heard(client)).not.toContain(`sessions.changed ${a}`);
  });

  it("leaves a note in the list of presence for five minutes, once for one device", async () => {
    const { clock, control } = bench();
    const client = await connectTestClient(control, { token, mode: "cli" });
    const present = async () => (await client.call("system-presence")).payload as { deviceId?: string; text?: string; mode?: string }[];
    expect((await client.call("system-event", { text: "Node: desk", deviceId: "d1", tags: ["office"], lastInputSeconds: 2.5 })).payload).toEqual({ ok: true });
    await client.call("system-event", { text: "Node: desk again", deviceId: "d1" });
    expect(await present()).toMatchObject([{ mode: "gateway" }, { deviceId: "d1", text: "Node: desk again", tags: ["office"], lastInputSeconds: 2 }]);
    await clock.advance(300_000);
    expect(await present()).toMatchObject([{ mode: "gateway" }]);
  });
});
