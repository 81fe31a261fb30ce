import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ModelServer, type ModelServerOptions, openAiServer } from "@travelagent/agent-runtime/testing";
import type { Booking, ChatMessage, Conversation } from "@travelagent/protocol";
import type { Card, MessageAction } from "@travelagent/protocol/messages";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Talk, talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { day } from "../testing/journeys.ts";
import { connectWire, openWire, type WireClient } from "../testing/wire-client.ts";

type CardOf<K extends Card["kind"]> = Extract<Card, { kind: K }>;

/** A customer on the web chat, known by their cookie. */
interface Visitor {
  readonly cookie: string;
  readonly sessionKey: string;
  say(message: string, action?: MessageAction): Promise<void>;
  /** The last card of that kind that is younger than the `after` ones before. */
  card<K extends Card["kind"]>(kind: K, after?: number): Promise<CardOf<K>>;
  /** What stands in the chat. */
  history(): Promise<ChatMessage[]>;
  end(): void;
}

const cookieFor = async (url: string): Promise<string> => (await fetch(`${url}/chat`)).headers.get("set-cookie")!.split(";")[0]!;

async function visit(url: string, cookie?: string): Promise<Visitor> {
  const own = cookie ?? (await cookieFor(url));
  const wire = await openWire(url, { headers: { cookie: own } });
  const hello = await wire.ask("connect", {
    minProtocol: 3,
    maxProtocol: 4,
    role: "visitor",
    client: { id: "webchat", version: "1", platform: "web", mode: "webchat" },
  });
  if (!hello.ok) throw new Error(`a visitor was refused: ${JSON.stringify(hello.error)}`);
  const { sessionDefaults } = hello.payload!.snapshot as { sessionDefaults: { mainSessionKey: string } };
  const sessionKey = sessionDefaults.mainSessionKey;
  const history = async () => ((await wire.ask("chat.history", { sessionKey })).payload!.messages ?? []) as ChatMessage[];
  return {
    cookie: own,
    sessionKey,
    history,
    async say(message, action) {
      const sent = await wire.ask("chat.send", { sessionKey, message, idempotencyKey: randomUUID(), ...(action ? { action } : {}) });
      if (!sent.ok) throw new Error(`"${message}" was refused: ${JSON.stringify(sent.error)}`);
    },
    async card(kind, after = 0) {
      const found = async () => (await history()).flatMap(({ cards = [] }) => cards).filter((one) => one.kind === kind);
      await expect.poll(async () => (await found()).length, { timeout: 15_000 }).toBeGreaterThan(after);
      return (await found()).at(-1) as never;
    },
    end: () => wire.end(),
  };
}

describe("several agents", () => {
  const state = temporaryState();
  let gateway: GatewayProcess;
  let desk: WireClient;
  const config = (more: object = {}) =>
    writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ agents: { preset: "agency" }, ...more }), { mode: 0o600 });
  const start = async () => {
    gateway = await startGateway({ stateDir: state.path });
    desk = await connectWire(gateway);
  };
  const ask = async <T>(method: string, params: object): Promise<T> => {
    const { ok, payload, error } = await desk.ask(method, params);
    if (!ok) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return payload as T;
  };
  const conversation = async (sessionKey: string): Promise<Conversation | undefined> =>
    (await ask<{ conversations: Conversation[] }>("conversations.list", {})).conversations.find(({ id }) => id === sessionKey);

  beforeAll(async () => {
    config();
    await start();
  });
  afterAll(async () => {
    desk.end();
    await gateway.kill();
    state.remove();
  });

  it("come with the preset, each with files of its own", async () => {
    const { agents, defaultId } = await ask<{ defaultId: string; agents: { id: string; workspace: string; identity: { theme: string } }[] }>("agents.list", {});
    expect(defaultId).toBe("booking");
    expect(agents.map(({ id }) => id)).toEqual(["booking", "service", "sales"]);
    expect(new Set(agents.map(({ workspace }) => readFileSync(join(workspace, "AGENTS.md"), "utf8").split("\n")[0]))).toEqual(
      new Set(["# Booking desk", "# Customer service", "# Sales"]),
    );
  });

  it("hand a customer from one to the other over a kill -9, in one conversation on the customer's page", async () => {
    let ana = await visit(gateway.url);
    expect(ana.sessionKey).toMatch(/^agent:booking:webchat:dm:/);
    await ana.say(`Flights from Barcelona to Frankfurt on ${day(60)} for one adult, one way`);
    await ana.card("offers");
    await ana.say("1");
    await ana.say("Ana Silva, ana.silva@example.com");
    const question = await ana.card("confirmation");
    await ana.say("Yes, confirm", { type: "confirm", id: question.confirmationId });
    const { booking } = await ana.card("booking");
    expect(await conversation(ana.sessionKey)).toMatchObject({ agentId: "booking" });

    await ana.say("Please cancel my booking");
    const cancelling = await ana.card("confirmation", 1);
    expect(cancelling.title).toMatch(/cancel/i);
    expect(await conversation(ana.sessionKey)).toMatchObject({ agentId: "service", assigned: { by: "handoff", from: "booking" } });
    const { entries } = await ask<{ entries: { tool: string; actor: string; evidence?: object }[] }>("audit.list", {
      sessionKey: ana.sessionKey,
      tool: "hand_off_to_agent",
    });
    expect(entries.find(({ evidence }) => evidence)).toMatchObject({ actor: "agent:booking", evidence: { from: "booking", to: "service" } });

    const sessions = join(state.path, "agents", "booking", "sessions");
    const written = readdirSync(sessions)
      .map((name) => readFileSync(join(sessions, name), "utf8"))
      .join("");
    expect(written).toMatch(
      new RegExp(`On record about this customer:\\\\n- name: Ana Silva\\\\n- booking ${(booking as Booking).reference}, ticketed: flight \\d{4}-`),
    );

    await gateway.kill();
    await start();
    ana = await visit(gateway.url, ana.cookie);
    await ana.say("Yes, confirm", { type: "confirm", id: cancelling.confirmationId });
    const after = await ana.card("booking", 1);
    expect(["cancelled", "voided", "refunded"]).toContain(after.booking.status);
    expect(await conversation(ana.sessionKey)).toMatchObject({ agentId: "service" });
    // What the gateway told the next agent is no part of the customer's chat.
    expect(JSON.stringify(await ana.history())).not.toContain("You have this conversation now");

    // Back to the bindings; then her own booking's reference takes her to service again, and nobody else there.
    const peer = ana.sessionKey.split(":dm:")[1]!;
    const back = await ask<{ conversation: Conversation }>("conversations.assignAgent", {
      conversationId: ana.sessionKey,
      agentId: null,
      idempotencyKey: "back",
    });
    expect(back.conversation).toMatchObject({ agentId: "booking" });
    const explain = (params: object) => ask<{ agentId: string; matchedBy: string; sessionKey: string }>("routing.explain", { channel: "webchat", ...params });
    expect(await explain({ peer, text: `what about ${(booking as Booking).reference}?` })).toEqual(
      expect.objectContaining({ agentId: "service", matchedBy: "binding.booking", sessionKey: ana.sessionKey }),
    );
    expect(await explain({ peer: "a-stranger", text: `what about ${(booking as Booking).reference}?` })).toMatchObject({
      agentId: "booking",
      matchedBy: "default",
    });

    // A tag on her record counts for her next message, in the same session.
    const { customers } = await ask<{ customers: { id: string }[] }>("customers.list", { query: "Ana" });
    await ask("customers.update", { id: customers[0]!.id, tags: ["VIP"], idempotencyKey: "tag" });
    config({ bindings: [{ agentId: "sales", match: { tag: "vip" } }] });
    await expect
      .poll(async () => await explain({ peer }), { timeout: 10_000 })
      .toMatchObject({ agentId: "sales", matchedBy: "binding.tag", sessionKey: ana.sessionKey });
    expect(await explain({ peer: "a-stranger" })).toMatchObject({ agentId: "booking", matchedBy: "default" });
    await ana.say("hello again");
    await expect.poll(async () => (await conversation(ana.sessionKey))?.agentId).toBe("sales");
    ana.end();
  }, 30_000);

  it("are bound to channels without a restart; a broadcast group goes before that", async () => {
    config({
      bindings: [{ agentId: "sales", match: { channel: "webchat", accountId: "*" } }],
      broadcast: { strategy: "sequential", team: ["sales", "service"] },
    });
    const explain = (params: object) => ask<{ agentId: string; matchedBy: string; agents?: object[] }>("routing.explain", { channel: "webchat", ...params });
    await expect.poll(async () => (await explain({ peer: "somebody" })).agentId, { timeout: 10_000 }).toBe("sales");
    expect(await explain({ peer: "team", chatType: "group" })).toMatchObject({
      matchedBy: "broadcast",
      agents: [{ agentId: "sales" }, { agentId: "service" }],
    });
    const other = await visit(gateway.url);
    await other.say("hello");
    await expect.poll(async () => (await other.history()).length).toBeGreaterThan(1);
    expect(await conversation(other.sessionKey)).toMatchObject({ agentId: "sales" });
    other.end();
  });
});

describe("agents of a preset at a model of a provider", () => {
  interface Asked {
    messages: { role: string; content: string }[];
    tools: { function: { name: string } }[];
  }
  const state = temporaryState();
  let server: ModelServer;
  let gateway: GatewayProcess;
  const opened: Talk[] = [];
  let reply: ModelServerOptions["reply"] = () => ({ text: "Hello." });
  beforeAll(async () => {
    server = await openAiServer({ reply: (request) => reply(request) });
    const provider = { api: "openai-completions", baseUrl: server.url, timeoutMs: 3_000, cooldown: false, models: [{ id: "m1" }] };
    const agents = { preset: "agency", defaults: { model: { primary: "local/m1" } }, list: [{ id: "sales", prompt: "Ask who decides." }] };
    writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ models: { providers: { local: provider } }, agents }), { mode: 0o600 });
    gateway = await startGateway({ stateDir: state.path });
  });
  afterAll(async () => {
    for (const one of opened) await one.close();
    await gateway.kill();
    await server.close();
    state.remove();
  });
  const talkTo = async (sessionKey: string): Promise<Talk> => {
    opened.push(await talk({ ...gateway, sessionKey }));
    return opened.at(-1)!;
  };
  const asked = () => server.requests.map(({ body }) => body as unknown as Asked);
  const systemOf = ({ messages }: Asked): string => messages.find(({ role }) => role === "system" || role === "developer")!.content;

  it("have prompts, files and tools of their own, the same to the byte from turn to turn", async () => {
    const seen = new Map<string, Asked>();
    for (const id of ["booking", "service", "sales"]) {
      const own = await talkTo(`agent:${id}:main`);
      await own.say("hello");
      const first = asked().at(-1)!;
      // The files are read again by new sessions only.
      writeFileSync(join(state.path, id === "booking" ? "workspace" : `workspace-${id}`, "TOOLS.md"), "Changed meanwhile.");
      await own.say("hello again");
      expect(systemOf(asked().at(-1)!)).toBe(systemOf(first));
      seen.set(id, first);
    }
    const of = (id: string) => ({ system: systemOf(seen.get(id)!), tools: seen.get(id)!.tools.map(({ function: { name } }) => name) });
    expect(of("booking").system).toMatch(
      /^You are the booking desk[\s\S]*\n- service \(Customer service\): looks after[\s\S]*## AGENTS\.md\n# Booking desk[\s\S]*\(TOOLS\.md is missing\.\)/,
    );
    expect(of("service").system).toContain("# Customer service");
    expect(of("sales").system).toContain("Ask who decides.");
    expect(of("booking").tools).toEqual(expect.arrayContaining(["create_booking", "hand_off_to_agent"]));
    expect(of("booking").tools).not.toContain("cancel_booking");
    expect(of("service").tools).toContain("cancel_booking");
    expect(of("service").tools).not.toContain("create_booking");
    for (const name of ["create_booking", "modify_booking", "cancel_booking"]) expect(of("sales").tools).not.toContain(name);
    await (await talkTo("agent:sales:later")).say("hello");
    expect(systemOf(asked().at(-1)!)).toContain("## TOOLS.md\nChanged meanwhile.");
  });

  it("hand over by the model's own call; the next one has the history, the note and its own prompt", async () => {
    reply = (request) => {
      const body = request.body as unknown as Asked;
      const last = JSON.stringify(body.messages.slice(-2));
      if (systemOf(body).startsWith("You are the booking desk") && !last.includes("handed-off"))
        return { toolCalls: [{ name: "hand_off_to_agent", arguments: { agent: "service", reason: "a refund", summary: "wants the money for LX1 back" } }] };
      return { text: systemOf(body).startsWith("You are customer service") ? "Service here." : "A colleague goes on here." };
    };
    const own = await talkTo("agent:booking:refunds");
    expect((await own.say("I want my money back")).text).toBe("A colleague goes on here.");
    await expect.poll(async () => JSON.stringify(await own.history())).toContain("Service here.");
    const context = JSON.stringify(asked().at(-1)!.messages);
    for (const words of [
      "I want my money back",
      "wants the money for LX1 back",
      "Nothing is on record about this customer yet",
      "You have this conversation now",
    ])
      expect(context).toContain(words);
    expect((await own.say("thanks")).text).toBe("Service here.");
  });
});
