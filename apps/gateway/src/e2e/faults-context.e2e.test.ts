import { appendFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ModelServerOptions } from "@travelagent/agent-runtime/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Talk, talk } from "../testing/conversation.ts";
import { type ModelGateway, modelGateway } from "../testing/model-gateway.ts";
import { checkTranscripts } from "../testing/state-checks.ts";

type Request = Parameters<ModelServerOptions["reply"]>[0];
interface Sent {
  role: string;
  content?: string;
  tool_calls?: { id: string }[];
  tool_call_id?: string;
}

const sentIn = (request: Request): Sent[] => request.body.messages as Sent[];
const isSummary = (request: Request): boolean => (sentIn(request)[0]?.content ?? "").startsWith("You shorten the earlier part");
const entry = (id: string, message: unknown) => `${JSON.stringify({ type: "message", id, parentId: null, timestamp: "2026-01-01T00:00:00.000Z", message })}\n`;
const user = (content: string) => ({ role: "user", content, timestamp: 1 });
const says = (text: string) => ({ role: "assistant", content: [{ type: "text", text }], provider: "local", model: "m1", stopReason: "stop", timestamp: 2 });
const prose = "We talked about nice places, the weather there and what to pack for it. ";
const facts = ["XKCDQT", "125-4411223344", "12 May 2027", "EUR 1240.50", "Ana Silva", "7H2KQP"];

describe("conversations that are too long, hurt or cut off", { timeout: 60_000 }, () => {
  let bench: ModelGateway;
  const talks: Talk[] = [];
  const sessions = () => join(bench.gateway.stateDir, "agents", "main", "sessions");
  const customer = async (name: string): Promise<Talk> => {
    const opened = await talk({ url: bench.gateway.url, token: bench.gateway.token, sessionKey: `agent:main:${name}` });
    talks.push(opened);
    return opened;
  };
  const fileOf = async (own: Talk): Promise<string> => {
    const { sessions: rows } = await own.client.call("sessions.list", { limit: 500 });
    return join(sessions(), `${rows.find(({ key }) => key === own.sessionKey)!.sessionId}.jsonl`);
  };
  const restart = async (meanwhile: () => void) => {
    for (const opened of talks.splice(0)) await opened.close();
    await bench.gateway.kill();
    meanwhile();
    await bench.restart();
  };

  beforeAll(async () => {
    bench = await modelGateway({
      config: { gateway: { http: { endpoints: { chatCompletions: { enabled: true } } } } },
      contextWindow: 32_000,
      agentDefaults: { compaction: { timeoutSeconds: 4 } },
    });
  }, 30_000);
  beforeEach(() => {
    bench.server.requests.length = 0;
    bench.script = (request) => ({ text: isSummary(request) ? `They planned the trip ${facts.join(", ")}.` : "Hello." });
  });
  afterAll(async () => {
    for (const opened of talks) await opened.close();
    await bench?.close();
  });

  it("answers after 700 messages, with every fact word for word, and over a summary that hangs without a model", async () => {
    const ana = await customer("ana");
    const bea = await customer("bea");
    await ana.say("Hello");
    await bea.say("Hello");
    const paths = await Promise.all([ana, bea].map(fileOf));
    const said = [
      "Booking reference XKCDQT, ticket 125-4411223344, for the traveller Ana Silva on 12 May 2027: EUR 1240.50.",
      "The hotel's confirmation number is 7H2KQP.",
    ];
    await restart(() => {
      for (const path of paths) {
        let lines = "";
        for (let at = 0; at < 700; at++)
          lines += entry(`old${at}`, at % 2 === 0 ? user(`${at} ${prose.repeat(3)}`) : says(at < 4 ? said[(at - 1) / 2]! : `${at} ${prose.repeat(3)}`));
        appendFileSync(path, lines);
      }
    });
    const again = await customer("ana");
    expect((await again.say("Is my context overflow booked?")).text).toBe("Hello.");
    const prompt = (requests: readonly Request[]) => JSON.stringify(sentIn(requests.findLast((request) => !isSummary(request))!));
    for (const fact of facts) expect(prompt(bench.server.requests)).toContain(fact);
    expect(prompt(bench.server.requests)).toContain("context overflow");
    expect(bench.server.requests.filter(isSummary).length).toBeGreaterThan(0);
    expect((await again.history()).length).toBeGreaterThan(700);
    const stored = readFileSync(paths[0]!, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; details?: unknown });
    expect(stored.filter(({ type }) => type === "compaction")).toEqual([expect.objectContaining({ details: expect.objectContaining({ by: "local/m1" }) })]);

    bench.script = (request) => (isSummary(request) ? new Promise(() => undefined) : { text: "Hello again." });
    bench.server.requests.length = 0;
    const other = await customer("bea");
    const third = await customer("quick");
    const waiting = other.say("And mine?");
    const began = performance.now();
    expect((await third.say("Hello")).text).toBe("Hello again.");
    expect(performance.now() - began).toBeLessThan(1_500);
    expect((await waiting).text).toBe("Hello again.");
    expect(bench.server.requests.filter(isSummary).length).toBeLessThanOrEqual(2);
    for (const fact of facts) expect(JSON.stringify(bench.server.requests.filter((request) => !isSummary(request)).map(sentIn))).toContain(fact);
    // Once is enough: the next turn finds it done.
    bench.server.requests.length = 0;
    await other.say("Thanks");
    expect(bench.server.requests.filter(isSummary)).toEqual([]);
    checkTranscripts(sessions());
  });

  it("keeps a result of most of a megabyte in a file that this conversation alone reads on in", async () => {
    const big = Array.from({ length: 260 }, (_, at) => `${at} ${prose.repeat(50)}${at === 130 ? "Supplier reference QW9ZTX." : ""}`).join("\n");
    const idIn = (text: string): string | undefined => /"id":"((?:ext|own)-[0-9a-f]+)"/.exec(text)?.[1];
    bench.script = (request) => {
      const last = sentIn(request).at(-1)!;
      const content = String(last.content ?? "");
      if (content.includes("nextOffset")) return { text: "I have read it." };
      const id = sentIn(request).flatMap((message) => (message.role === "tool" ? (idIn(String(message.content)) ?? []) : []))[0];
      return { toolCalls: [id ? { name: "read_result", arguments: { id, offset: 500_000, limit: 1000 } } : { id: "big1", name: "archive", arguments: {} }] };
    };
    const ask = async (messages: unknown[]) => {
      const response = await fetch(`${bench.gateway.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${bench.gateway.token}`, "content-type": "application/json" },
        body: JSON.stringify({
          model: "travelagent",
          user: "big",
          messages,
          tools: [{ type: "function", function: { name: "archive", parameters: { type: "object" } } }],
        }),
      });
      return ((await response.json()) as { choices: { message: { content: string; tool_calls?: { id: string }[] } }[] }).choices[0]!.message;
    };
    const question = { role: "user", content: "What does the archive say?" };
    const called = await ask([question]);
    expect(called.tool_calls).toHaveLength(1);
    expect((await ask([question, called, { role: "tool", tool_call_id: called.tool_calls![0]!.id, content: big }])).content).toBe("I have read it.");
    const results = bench.server.requests.flatMap(sentIn).filter(({ role }) => role === "tool");
    expect(results.every(({ content }) => content!.length < 60_000)).toBe(true);
    expect(results[0]!.content).toContain("QW9ZTX");
    const own = await talk({ url: bench.gateway.url, token: bench.gateway.token, sessionKey: "agent:main:openai-user:big" });
    talks.push(own);
    const path = await fileOf(own);
    const [spilled] = readdirSync(path.replace(".jsonl", ".spill"));
    const kept = join(path.replace(".jsonl", ".spill"), spilled!);
    expect([statSync(kept).mode & 0o777, readFileSync(kept, "utf8")]).toEqual([0o600, big]);
    expect(statSync(path).size).toBeLessThan(60_000);
    // Another conversation does not get at it.
    bench.script = (request) =>
      sentIn(request).at(-1)!.role === "tool"
        ? { text: sentIn(request).at(-1)!.content! }
        : { toolCalls: [{ name: "read_result", arguments: { id: spilled!.replace(".txt", "") } }] };
    expect((await (await customer("thief")).say("Read it")).text).toContain("NOT_FOUND");
  });

  it("tries once more with less when the model takes less than its window is said to hold", async () => {
    const own = await customer("less");
    await own.say("My booking reference is LMN4PQ");
    const size = (request: Request) => JSON.stringify(sentIn(request)).length;
    const most = size(bench.server.requests.at(-1)!) + 15_000;
    await own.say(prose.repeat(400));
    bench.server.requests.length = 0;
    bench.script = (request) =>
      isSummary(request)
        ? { text: "They spoke of LMN4PQ." }
        : size(request) > most
          ? { status: 400, type: "invalid_request_error", message: "This model's maximum context length is 8192 tokens" }
          : { text: "Still here." };
    expect((await own.say("And now?")).text).toBe("Still here.");
    const asked = bench.server.requests.filter((request) => !isSummary(request));
    expect(asked).toHaveLength(2);
    expect(JSON.stringify(sentIn(asked[1]!))).toContain("LMN4PQ");
  });

  it("sums up by hand", async () => {
    const own = await customer("hand");
    await own.say("My booking reference is LMN4PQ");
    await own.say("And what about the hotel?");
    expect(await own.client.call("sessions.compact", { key: own.sessionKey, instructions: "the hotel" })).toMatchObject({ ok: true, compacted: true });
    await own.say("Thanks");
    expect(JSON.stringify(sentIn(bench.server.requests.at(-1)!))).toContain("LMN4PQ");
    expect((await own.client.call("sessions.compact", { key: own.sessionKey, maxLines: 2 })).compacted).toBe(true);
  });

  it("goes on after a crash in the middle of a tool call, and sets aside what nobody can read, with a notice", async () => {
    const cut = await customer("cut");
    const hurt = await customer("hurt");
    const well = await customer("well");
    for (const each of [cut, hurt, well]) await each.say("Hello");
    const [cutPath, hurtPath] = await Promise.all([cut, hurt].map(fileOf));
    await restart(() => {
      const calls = {
        ...says(""),
        content: [1, 2].map((at) => ({ type: "toolCall", id: `c${at}`, name: "search_flights", arguments: {} })),
        stopReason: "toolUse",
      };
      const result = {
        role: "toolResult",
        toolCallId: "c1",
        toolName: "search_flights",
        content: [{ type: "text", text: "{}" }],
        isError: false,
        timestamp: 3,
      };
      appendFileSync(cutPath!, entry("half:0", calls) + entry("half:1", result) + entry("half:2", result).slice(0, 60));
      appendFileSync(hurtPath!, 'nothing but rubbish\n{"type":"message","id":"huge","message":{"role":"user","content":"');
      const block = "x".repeat(4 * 1024 * 1024);
      for (let at = 0; at < 25; at++) appendFileSync(hurtPath!, block);
      appendFileSync(hurtPath!, '"}}\n');
    });
    const replies = await Promise.all(["cut", "hurt", "well"].map(async (name) => (await (await customer(name)).say("Are you there?")).text));
    expect(replies).toEqual(["Hello.", "Hello.", "Hello."]);
    for (const request of bench.server.requests) {
      const asked = sentIn(request).flatMap(({ tool_calls }) => tool_calls?.map(({ id }) => id) ?? []);
      expect(sentIn(request).flatMap(({ tool_call_id }) => tool_call_id ?? [])).toEqual(asked);
    }
    checkTranscripts(sessions());
    const again = await customer("hurt");
    const rows = (await again.client.call("sessions.list", { limit: 500 })).sessions;
    expect(rows.filter(({ damagedAt }) => damagedAt !== undefined).map(({ key }) => key)).toEqual([again.sessionKey]);
    const degraded = async () => (await again.client.call("health", {})).degraded;
    await expect.poll(degraded, { timeout: 5_000 }).toContain("transcripts");
    expect(bench.gateway.output()).toContain("set aside");
    expect(readdirSync(sessions()).filter((name) => name.includes(".quarantined."))).toHaveLength(1);
    expect((await again.history()).length).toBeGreaterThanOrEqual(3);
    // A person looked at it and begins it anew.
    await again.client.call("sessions.reset", { key: again.sessionKey });
    await expect.poll(degraded, { timeout: 5_000 }).not.toContain("transcripts");
  });
});
