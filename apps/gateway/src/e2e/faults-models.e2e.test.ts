import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { ModelServerOptions } from "@travelagent/agent-runtime/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Talk, talk } from "../testing/conversation.ts";
import { card, day } from "../testing/journeys.ts";
import { type ModelGateway, modelGateway } from "../testing/model-gateway.ts";
import { checkState } from "../testing/state-checks.ts";
import { visit } from "../testing/visitor.ts";
import { connectWire } from "../testing/wire-client.ts";

type Reply = ModelServerOptions["reply"];
const apiKey = "sk-test-4711-do-not-write-this-down";
const cardNumber = "4111 1111 1111 1111";
const date = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const search = (days = 35) => ({ name: "search_flights", arguments: { origin: "BCN", destination: "FRA", departureDate: date(days), adults: 1 } });
const lastMessage = (request: Parameters<Reply>[0]): string => JSON.stringify((request.body.messages as unknown[]).at(-1));

describe("models that misbehave", () => {
  let bench: ModelGateway;
  const talks: Talk[] = [];
  const customer = async (name: string): Promise<Talk> => {
    const opened = await talk({ url: bench.gateway.url, token: bench.gateway.token, sessionKey: `agent:main:${name}` });
    talks.push(opened);
    return opened;
  };
  const needsPerson = async (own: Talk): Promise<boolean> =>
    (await own.client.call("conversations.list", { state: "needs-person" })).conversations.some(({ id }) => id === own.sessionKey);
  const bookingsOf = async (own: Talk) => (await own.client.call("bookings.list", {})).bookings.filter(({ sessionKey }) => sessionKey === own.sessionKey);
  /** How many times the model was asked while `work` ran. */
  const asked = async (work: () => Promise<unknown>): Promise<number> => {
    const before = bench.server.requests.length;
    await work();
    return bench.server.requests.length - before;
  };

  beforeAll(async () => {
    bench = await modelGateway({ apiKey, env: { TRAVELAGENT_LOG_LEVEL: "debug" } });
  }, 30_000);
  beforeEach(() => {
    bench.script = () => ({ text: "Hello." });
  });
  afterAll(async () => {
    for (const opened of talks) await opened.close();
    await bench?.close();
  });

  it.each<[string, Reply, number]>([
    ["the same tool call for ever", () => ({ toolCalls: [search()] }), 6],
    ["another search each time, for ever", (request) => ({ toolCalls: [search(20 + (request.body.messages as unknown[]).length)] }), 12],
    ["a tool that does not exist, for ever", () => ({ toolCalls: [{ name: "delete_everything", arguments: {} }] }), 6],
  ])("stops %s by the default cap, tells the customer and asks for a person", async (_, script, calls) => {
    const ana = await customer(randomUUID());
    bench.script = script;
    let text = "";
    expect(await asked(async () => (text = (await ana.say("Find me a flight")).text))).toBeLessThanOrEqual(calls);
    expect(text).toContain("A colleague will take over");
    expect(await needsPerson(ana)).toBe(true);
  });

  it("answers with the concierge when the model hangs", async () => {
    const ana = await customer("hang");
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    bench.script = async () => {
      await held;
      return { text: "far too late" };
    };
    const offers = card(await ana.say(`Flights from Barcelona to Frankfurt on ${day(40)} for one adult, one way`), "offers");
    release();
    expect(offers.offers.length).toBeGreaterThan(0);
    expect(JSON.stringify(await ana.history())).not.toContain("far too late");
    expect(await needsPerson(ana)).toBe(false);
  });

  it("replaces the preview of an answer that breaks off, and shows one final", async () => {
    const sessionKey = "agent:main:cut";
    const client = await connectWire(bench.gateway);
    bench.script = () => ({ text: ["Half an ", "answer, ", "never ", "ended"], pauseMs: 100, cutAfter: 4 });
    const { payload } = await client.ask("chat.send", { sessionKey, message: "I need a flight", idempotencyKey: randomUUID() });
    const chats = () =>
      client.frames
        .filter(({ event }) => event === "chat")
        .map((frame) => frame.payload as { runId: string; state: string; deltaText?: string; replace?: boolean; message?: unknown });
    await client.heard(({ event, payload: about }) => event === "chat" && about?.state === "final");
    const own = chats().filter(({ runId }) => runId === payload!.runId);
    const preview = own.reduce((shown, { state, deltaText = "", replace }) => (state === "delta" ? (replace ? deltaText : shown + deltaText) : shown), "");
    expect(own.some(({ deltaText }) => deltaText?.includes("Half an"))).toBe(true);
    expect(own.filter(({ replace }) => replace)).toHaveLength(1);
    expect(preview).not.toContain("Half an");
    expect(own.filter(({ state }) => state === "final")).toHaveLength(1);
    const { payload: history } = await client.ask("chat.history", { sessionKey });
    const answers = (history!.messages as { role: string; content: unknown }[]).filter(({ role }) => role === "assistant");
    expect(answers).toHaveLength(1);
    expect(JSON.stringify(own.at(-1)!.message)).toContain(preview.trim().slice(0, 40));
    expect(JSON.stringify(answers)).not.toContain("Half an");
    client.end();
  });

  it.each<[string, ReturnType<Reply>]>([
    ["400", { status: 400 }],
    ["arguments that are no JSON", { toolCalls: [{ name: "search_flights", arguments: "{origin: BCN" }] }],
    ["no answer at all", { text: "" }],
  ])("a model that says %s leaves no customer without an answer", async (_, answer) => {
    const ana = await customer(randomUUID());
    bench.script = () => answer;
    const started = performance.now();
    expect((await ana.say("hello")).text).not.toBe("");
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("no model answers, whatever the reason: the customer hears so, the turn waits through a kill and answers by itself", async () => {
    const faults: Record<string, ReturnType<Reply>> = {
      "too many": { status: 429, headers: { "retry-after": "2" } },
      "no room": { status: 503 },
      "no key": { status: 401 },
      silence: new Promise<never>(() => {}),
    };
    let away = true;
    bench.script = (request) => {
      const asked = Object.keys(faults).find((name) => lastMessage(request).includes(name));
      return away && asked ? faults[asked]! : { text: "Here I am again." };
    };
    const names = Object.keys(faults);
    let visitors = await Promise.all(names.map(() => visit(bench.gateway.url)));
    const desk = await connectWire(bench.gateway);
    await desk.ask("sessions.messages.subscribe", { key: visitors[0]!.sessionKey });
    const impatient = await visit(bench.gateway.url);
    await impatient.say("hello, no room for me", "parked-impatient");
    const sentAt = performance.now();
    await Promise.all(visitors.map((own, at) => own.say(`hello, ${names[at]}`, `parked-${at}`)));
    const [told, answer] = [expect.stringContaining("takes a little longer"), "Here I am again."];
    const disclosed = "You are chatting with the AI assistant of Travel agency. You can ask for a person at any time.";
    for (const own of visitors) await expect.poll(() => own.heard(), { timeout: 5_000 }).toEqual([told]);
    expect(performance.now() - sentAt).toBeLessThan(6_000);

    // Who supervises sees it: in the live view, in the health of the models, in the log.
    const parked = await desk.heard(({ event, payload }) => event === "agent" && (payload as { data?: { phase?: string } }).data?.phase === "parked");
    expect(parked.payload).toMatchObject({ data: { until: expect.any(Number), reason: expect.stringContaining("no model can answer") } });
    const { payload: health } = await desk.ask("health", {});
    expect(JSON.stringify(health)).toMatch(/overloaded|rate-limited|auth-error/);
    expect(bench.gateway.output()).toContain("a turn waits, since no model can answer");
    // Who is taken over by a person waits for no model, and what they write next is there at once.
    await expect.poll(() => impatient.heard(), { timeout: 5_000 }).toEqual([told]);
    await desk.ask("conversations.takeOver", { conversationId: impatient.sessionKey, idempotencyKey: randomUUID() });
    await impatient.say("is anybody there?", "parked-impatient-2");
    const written = async () => JSON.stringify((await desk.ask("chat.history", { sessionKey: impatient.sessionKey })).payload);
    await expect.poll(written, { timeout: 2_000 }).toContain("is anybody there?");
    desk.end();
    impatient.wire.end();

    for (const { wire } of visitors) wire.end();
    for (const opened of talks.splice(0)) await opened.close();
    await bench.gateway.kill();
    away = false;
    await bench.restart();
    visitors = await Promise.all(visitors.map(({ cookie }) => visit(bench.gateway.url, cookie)));
    for (const own of visitors) await expect.poll(() => own.heard(), { timeout: 15_000 }).toEqual([told, `${disclosed}\n${answer}`]);
    const helper = await customer("helper");
    const { conversations } = await helper.client.call("conversations.list", { state: "needs-person" });
    for (const { sessionKey, wire } of visitors) {
      expect(conversations.map(({ id }) => id)).not.toContain(sessionKey);
      wire.end();
    }
  }, 40_000);

  it("asks no model while nobody writes, and none once the budget of a conversation is used up", async () => {
    const idle = await asked(() => new Promise((resolve) => setTimeout(resolve, 1_000)));
    expect(idle).toBe(0);
    const ana = await customer("spender");
    bench.script = () => ({ text: "Hello.", usage: { input: 900, output: 200 } });
    const set = async (budget: unknown) => {
      const { hash } = await ana.client.call("config.get", {});
      await ana.client.call("config.patch", { raw: JSON.stringify({ agents: { defaults: { budget } } }), ...(hash ? { baseHash: hash } : {}) });
    };
    await set({ perConversationPerDayTokens: 2_000 });
    let last = { calls: 0, text: "" };
    const say = async () => {
      const calls = await asked(async () => (last.text = (await ana.say("hello")).text));
      last = { ...last, calls };
      return last;
    };
    expect([(await say()).text, (await say()).text]).toEqual(["Hello.", "Hello."]);
    // A change of the file counts a moment later.
    await expect.poll(say, { timeout: 5_000 }).toEqual({ calls: 0, text: expect.stringContaining("A colleague will take over") });
    expect(await needsPerson(ana)).toBe(true);
    expect((await (await customer("thrifty")).say("hello")).text).toBe("Hello.");
    await set(null);
  });

  it("tells the model what is wrong with its arguments, and does nothing", async () => {
    const ana = await customer("garbage");
    const results: string[] = [];
    const tries = [
      { name: "search_flights", arguments: { origin: 7, destination: ["FRA"], departureDate: "soon", adults: -1 } },
      { name: "search_flights", arguments: { ...search().arguments, evil: true } },
      { name: "create_booking", arguments: { offerIds: [], travellers: "all" } },
      { name: "__proto__", arguments: {} },
    ];
    bench.script = (request) => {
      results.push(lastMessage(request));
      const next = tries[results.length - 1];
      return next ? { toolCalls: [next] } : { text: "I could not do that." };
    };
    expect((await ana.say("Do something odd")).text).toBe("I could not do that.");
    expect(results).toHaveLength(5);
    for (const result of results.slice(1, 4)) expect(result).toContain("INVALID_REQUEST");
    expect(results[4]).toContain("TOOL_NOT_ALLOWED");
    expect(await bookingsOf(ana)).toEqual([]);
  });

  it("books neither with somebody else's offer nor with a yes that only the model gave", async () => {
    const [ana, mallory] = [await customer("ana"), await customer("mallory")];
    let offerId = "";
    bench.script = (request) => {
      offerId = /offerId\\*":\s*\\*"([^"\\]+)/.exec(lastMessage(request))?.[1] ?? offerId;
      return offerId ? { text: "Here you are." } : { toolCalls: [search(45)] };
    };
    await ana.say("Flights to Frankfurt");
    expect(offerId).not.toBe("");
    const book = { offerIds: [offerId], travellers: [{ givenName: "Eve", familyName: "Mallory" }], contact: { email: "eve@example.com" } };
    const attempt = async (who: Talk, args: Record<string, unknown>): Promise<string> => {
      let result = "";
      bench.script = (request) => {
        if (lastMessage(request).includes('"role":"tool"')) {
          result = lastMessage(request);
          return { text: "Done." };
        }
        return { toolCalls: [{ name: "create_booking", arguments: args }] };
      };
      const reply = await who.say("Book it");
      expect(reply.cards.filter(({ kind }) => kind === "booking")).toEqual([]);
      return result;
    };
    expect(await attempt(mallory, book)).toMatch(/OFFER_NOT_FOUND|SCOPE_VIOLATION/);
    expect(await attempt(ana, { ...book, confirmed: true })).toContain("INVALID_REQUEST");
    expect(await attempt(ana, book)).toContain("confirmation-required");
    expect([await bookingsOf(ana), await bookingsOf(mallory)]).toEqual([[], []]);
  });

  it("survives fifty calls in one answer, and asks the customer at most one question", async () => {
    const ana = await customer("fifty");
    let offerId = "";
    bench.script = (request) => {
      offerId = /offerId\\*":\s*\\*"([^"\\]+)/.exec(lastMessage(request))?.[1] ?? offerId;
      return offerId ? { text: "Enough." } : { toolCalls: Array.from({ length: 50 }, (_, at) => search(30 + at)) };
    };
    const other = await customer("beside");
    const [reply] = await Promise.all([ana.say("Search everything"), other.say("hello")]);
    expect(reply.text).not.toBe("");
    const eva = await customer("fifty-bookings");
    offerId = "";
    bench.script = (request) => {
      offerId = /offerId\\*":\s*\\*"([^"\\]+)/.exec(lastMessage(request))?.[1] ?? offerId;
      if (!offerId) return { toolCalls: [search(60)] };
      const args = { offerIds: [offerId], travellers: [{ givenName: "Eva", familyName: "Moreno" }], contact: { email: "eva@example.com" } };
      return lastMessage(request).includes("confirmation-required")
        ? { text: "Please confirm." }
        : { toolCalls: Array.from({ length: 50 }, () => ({ name: "create_booking", arguments: args })) };
    };
    const asks = await eva.say("Book fifty times");
    expect(asks.cards.filter(({ kind }) => kind === "confirmation").length).toBeLessThanOrEqual(1);
    expect(await bookingsOf(eva)).toEqual([]);
  });

  it("takes an answer of 2 MB without harm to anybody", async () => {
    const [ana, other] = [await customer("huge"), await customer("huge-beside")];
    bench.script = (request) => (lastMessage(request).includes("everything") ? { text: "word ".repeat(400_000) } : { text: "Hello." });
    const [reply, beside] = await Promise.all([ana.say("Tell me everything"), other.say("hello")]);
    expect(reply.text.length).toBeGreaterThan(1_000);
    expect(beside.text).toBe("Hello.");
    expect((await ana.say("thank you")).text).toBe("Hello.");
  });

  it("SIGTERM ends running turns and bookings within ten seconds, and the next start finishes each once", async () => {
    const names = Array.from({ length: 4 }, (_, at) => `stop${at}`);
    const bookers = await Promise.all(names.map(customer));
    // The concierge books; the model is away.
    bench.script = () => ({ status: 503 });
    const questions = await Promise.all(
      bookers.map(async (own, at) => {
        await own.say(`Flights from Barcelona to Frankfurt on ${day(50 + at)} for one adult, one way`);
        await own.say("1");
        return card(await own.say(`Ana Silva, ana${at}@example.com`), "confirmation").confirmationId;
      }),
    );
    const thinker = await customer("thinker");
    let thinking = false;
    bench.script = (request) => {
      if (!lastMessage(request).includes("think")) return { status: 503 };
      thinking = true;
      return { text: Array.from({ length: 200 }, (_, at) => `${at} `), pauseMs: 100 };
    };
    const send = (own: Talk, message: string, key: string, action?: { type: "confirm"; id: string }) =>
      own.client.call("chat.send", { sessionKey: own.sessionKey, message, idempotencyKey: key, ...(action ? { action } : {}) });
    await send(thinker, "think long", "thinker-1");
    await expect.poll(() => thinking, { timeout: 5_000 }).toBe(true);
    await Promise.all(bookers.map((own, at) => send(own, "Yes, confirm", `confirm-${names[at]}`, { type: "confirm", id: questions[at]! })));

    const started = performance.now();
    expect(await bench.gateway.stop()).toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
    for (const opened of talks.splice(0)) await opened.close();
    bench.script = (request) => (lastMessage(request).includes("think") ? { text: "Thought." } : { status: 503 });
    await bench.restart();

    const again = await Promise.all([...names, "thinker"].map(customer));
    for (const [at, own] of again.entries()) {
      const key = at < names.length ? `confirm-${names[at]}` : "thinker-1";
      const answers = async () => (await own.history()).filter(({ role, messageId }) => role === "assistant" && messageId === key).length;
      await expect.poll(answers, { timeout: 10_000 }).toBe(1);
      if (at < names.length) expect((await bookingsOf(own)).map(({ status }) => status)).toEqual(["ticketed"]);
    }
  }, 40_000);

  it("writes no secret and no card number into its logs", async () => {
    const { gateway } = bench;
    const ana = await customer("secrets");
    bench.script = () => ({ status: 401, message: `Incorrect API key provided: ${apiKey}` });
    await ana.say(`Book me a flight, my card is ${cardNumber}, code 123`);
    await ana.say(`A flight to Lisbon, again without spaces: ${cardNumber.replaceAll(" ", "")}`);
    const cookie = (await fetch(`${gateway.url}/chat`)).headers.get("set-cookie")!.split(";")[0]!.split("=")[1]!;
    await fetch(`${gateway.url}/status?token=${gateway.token}`, { headers: { authorization: `Bearer ${gateway.token}x`, cookie: `ta_visitor=${cookie}` } });
    await fetch(`${gateway.url}/login`, {
      method: "POST",
      body: JSON.stringify({ token: gateway.token, evil: cardNumber }),
      headers: { "content-type": "application/json", "x-travelagent-csrf": "1" },
    });
    const wire = await connectWire(gateway);
    await wire.ask("chat.send", { sessionKey: "main", message: cardNumber, token: gateway.token });
    wire.end();
    const visitors = readFileSync(join(gateway.stateDir, "credentials", "visitors.key"), "utf8").trim();
    const logs = readdirSync(join(gateway.stateDir, "logs")).map((name) => readFileSync(join(gateway.stateDir, "logs", name), "utf8"));
    expect(logs.join("").length).toBeGreaterThan(100);
    const written = [...logs, gateway.output()].join("\n");
    for (const secret of [gateway.token, visitors, cookie, apiKey, cardNumber, cardNumber.replaceAll(" ", "")]) expect(written.includes(secret)).toBe(false);
  });

  it("has a whole state at the end: valid transcripts, every message ended, our books as the supplier's", async () => {
    const { stateDir } = bench.gateway;
    expect(await bench.gateway.stop()).toBe(0);
    checkState(stateDir);
    const sandbox = new DatabaseSync(join(stateDir, "data", "sandbox.db"), { readOnly: true });
    expect(sandbox.prepare("select count(*) as bought from sandbox_orders").get()).toEqual({ bought: 4 });
    sandbox.close();
  });
});
