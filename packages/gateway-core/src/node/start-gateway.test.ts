import type { ChannelAdapter, ChannelHost } from "@travelagent/channel-kit";
import { openEngine } from "@travelagent/engine";
import { TravelAgentError } from "@travelagent/protocol";
import type { Engine } from "@travelagent/protocol/ports";
import { afterEach, describe, expect, it } from "vitest";
import { createAuth } from "../auth/auth.ts";
import { json } from "../http/route.ts";
import { connectTestClient, memorySessions, plainSessionKey, scriptedAgent } from "../testing/index.ts";
import { type StartedGateway, startGateway } from "./start-gateway.ts";

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const running of open.splice(0)) await running.stop();
});

function desk() {
  const shown: string[] = [];
  let host: ChannelHost | undefined;
  const adapter: ChannelAdapter = {
    contract: 1,
    id: "desk",
    accountId: "default",
    features: { maxTextLength: 4000, threads: false, cards: false },
    start: async (given) => {
      host = given;
    },
    stop: async () => {
      host = undefined;
    },
    send: async (_to, { text }) => {
      shown.push(text);
      return { status: "sent" };
    },
  };
  const receive = (text: string) =>
    host!.receive({
      address: { channel: "desk", accountId: "default", chatType: "direct", peerId: "ana" },
      externalId: text,
      senderId: "ana",
      text,
      sentAt: Date.now(),
    });
  return { adapter, shown, receive };
}

async function start(adapter: ChannelAdapter, engine: Engine = openEngine({ path: ":memory:" }), port = 0): Promise<StartedGateway> {
  const started = await startGateway({
    gateway: {
      engine,
      sessions: memorySessions(),
      sessionKeyOf: plainSessionKey,
      agent: scriptedAgent(({ message }) => `You said ${message?.text}.`),
      channels: [adapter],
      admission: { desk: { dmPolicy: "open" } },
    },
    control: {
      auth: createAuth({ mode: "token", token: "t0" }),
      version: "1.0.0",
      handlers: { "models.list": () => ({ models: [] }) },
      routes: [{ method: "GET", path: "/hello", auth: "none", handle: () => json({ hello: true }) }],
    },
    server: { port },
  });
  open.push(started);
  return started;
}

describe("startGateway", () => {
  it("answers a channel, tells a client that follows, and serves what else it was given", async () => {
    const { adapter, shown, receive } = desk();
    const { url, control } = await start(adapter);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${url}/hello`)).json()).toEqual({ hello: true });
    const client = await connectTestClient(control, { token: "t0", scopes: ["operator.admin"] });
    expect(await client.call("models.list", {})).toMatchObject({ ok: true, payload: { models: [] } });
    await client.call("chat.history", { sessionKey: "agent:main:desk:dm:ana" });
    await receive("two seats to Lisbon");
    const final = await client.next(({ event, payload }) => event === "chat" && (payload as { state: string }).state === "final");
    expect(JSON.stringify(final)).toContain("You said two seats to Lisbon.");
    expect(shown).toEqual(["You said two seats to Lisbon."]);
    client.drop();
  });

  it("names a channel that does not run as degraded", async () => {
    const { adapter } = desk();
    const { url } = await start({ ...adapter, start: () => Promise.reject(new TravelAgentError("UNAUTHORIZED", "the token was revoked")) });
    const readyz = async () => (await (await fetch(`${url}/readyz`)).json()) as { degraded: string[] };
    await expect.poll(async () => (await readyz()).degraded).toEqual(["channel:desk"]);
  });

  it("stops the engine when the port is taken, and stops twice", async () => {
    const first = await start(desk().adapter);
    const engine = openEngine({ path: ":memory:" });
    await expect(start(desk().adapter, engine, first.port)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(engine.db.get("select 1")).rejects.toThrow();
    await first.stop();
    await first.stop();
    await expect(fetch(first.url)).rejects.toThrow();
  });
});
