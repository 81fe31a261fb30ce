import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openAiServer } from "@travelagent/agent-runtime/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { findNumbers, scanDirectory, type Wanted } from "../testing/number-scan.ts";
import { type Visitor, visit } from "../testing/visitor.ts";
import { connectWire, openWire, operator, type WireClient } from "../testing/wire-client.ts";

const brands: readonly (readonly [prefix: string, length: number])[] = [
  ["4", 16],
  ["51", 16],
  ["55", 16],
  ["2221", 16],
  ["37", 15],
  ["34", 15],
  ["6011", 16],
  ["62", 16],
  ["3530", 16],
  ["6759", 16],
];
let seed = 20_270_112;
const random = (below: number): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
  return Math.floor((seed / 2 ** 31) * below);
};
function card(index: number): string {
  const [prefix, length] = brands[index % brands.length]!;
  let body = prefix;
  while (body.length < length - 1) body += String(random(10));
  const sum = [...body].reverse().reduce((total, digit, at) => total + (at % 2 === 1 ? Number(digit) : Number(digit) * 2 - (Number(digit) > 4 ? 9 : 0)), 0);
  return body + String((10 - (sum % 10)) % 10);
}
const groups = (number: string, separator: string) =>
  (number.length === 15 ? [number.slice(0, 4), number.slice(4, 10), number.slice(10)] : (number.match(/.{4}/g) ?? [])).join(separator);
const names = "zero one two three four five six seven eight nine".split(" ");
const forms: readonly ((number: string) => string)[] = [
  (number) => number,
  (number) => groups(number, " "),
  (number) => groups(number, "-"),
  (number) => groups(number, "."),
  (number) => groups(number, "\u00a0"),
  (number) => [...number].join(" "),
  (number) => [...number].map((digit) => String.fromCharCode(0xff10 + Number(digit))).join(""),
  (number) => [...number].map((digit) => String.fromCharCode(0x0660 + Number(digit))).join(""),
  (number) => [...number].map((digit) => `${digit}\ufe0f\u20e3`).join(""),
  (number) => [...number].map((digit) => names[Number(digit)]).join(" "),
];
const cards = Array.from({ length: 200 }, (_, index) => card(index));
const codes = ["9871", "682", "407"];
const passports = Array.from({ length: 24 }, (_, index) => `X${"KLMNPR"[index % 6]}${7_319_000 + index * 37}`);
const token = "canary-token-6611";

describe("two hundred card numbers and passports", () => {
  const state = temporaryState();
  let gateway: GatewayProcess;
  let client: WireClient;
  let model: Awaited<ReturnType<typeof openAiServer>>;
  const modelRequests: string[] = [];
  const answers: string[] = [];
  let used = 0;
  /** The next number, written in the next form. */
  const next = (): string => {
    const number = cards[used % cards.length]!;
    const written = forms[used % forms.length]!(number);
    used += 1;
    return written;
  };
  let keys = 0;
  const key = () => `cards-${++keys}`;
  const ask = async (method: string, params?: unknown) => {
    const answer = await client.ask(method, params);
    answers.push(JSON.stringify(answer));
    return answer;
  };
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(gateway.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    answers.push(text);
    return { status: response.status, text };
  };
  const start = async () => {
    gateway = await startGateway({ stateDir: state.path, args: ["--token", token], token });
    client = await connectWire(gateway);
  };
  const say = (sessionKey: string, message: string) => ask("chat.send", { sessionKey: `agent:main:${sessionKey}`, message, idempotencyKey: key() });
  const quiet = async () =>
    expect
      .poll(async () => ((await client.ask("queue.status", {})).payload as { running?: number; waiting?: number } | undefined) ?? {}, {
        timeout: 20_000,
        interval: 100,
      })
      .toMatchObject({ running: 0, waiting: 0 });

  beforeAll(async () => {
    model = await openAiServer({
      reply: (request) => {
        modelRequests.push(JSON.stringify(request.body));
        return { text: "Noted.", usage: { input: 12, output: 3 } };
      },
      apiKey: "sk-local",
    });
    writeFileSync(
      join(state.path, "travelagent.json"),
      JSON.stringify({
        models: { providers: { local: { api: "openai-completions", baseUrl: model.url, apiKey: "sk-local", cooldown: false, models: [{ id: "m1" }] } } },
        agents: { defaults: { model: { primary: "local/m1" } } },
        gateway: { http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: true }, mcp: { enabled: true } } } },
        hooks: { enabled: true, token: "hook-secret-token-0123456789" },
        logging: { level: "debug", consoleLevel: "debug" },
      }),
      { mode: 0o600 },
    );
    await start();
  });
  afterAll(async () => {
    client?.end();
    await gateway?.kill();
    await model?.close();
    state.remove();
  });

  it("has a scan that finds what is hidden", () => {
    const wanted: Wanted = { digits: new Set([cards[0]!, "41112222"]), texts: [passports[0]!] };
    for (const hidden of [
      Buffer.from(`a ${groups(cards[0]!, " ")} b`),
      Buffer.from(forms[7]!(cards[0]!)),
      Buffer.from(`x${cards[0]}`, "utf16le"),
      gzipSync(`deep ${cards[0]}`),
      Buffer.from(`{"b":"${Buffer.from(`pay ${cards[0]} now`).toString("base64")}"}`),
      Buffer.from("it is 4111 2222, then"),
      Buffer.from(`passport ${passports[0]}`),
    ])
      expect([hidden.toString("latin1"), findNumbers(hidden, wanted).length]).toEqual([hidden.toString("latin1"), 1]);
    expect(findNumbers(Buffer.from("1".repeat(100)), wanted)).toEqual([]);
  });

  it("takes them at every input, is killed in the middle, and goes on", async () => {
    const everywhere = async (round: number) => {
      const visitors: Visitor[] = [await visit(gateway.url), await visit(gateway.url)];
      for (let at = 0; at < 6; at += 1) {
        await Promise.all([0, 1, 2, 3].map((session) => say(`r${round}s${session}`, `please charge ${next()}, 12/28, cvv ${codes[at % 2]}`)));
        await Promise.all(
          visitors.map((visitor, index) =>
            visitor.wire.ask("chat.send", { sessionKey: visitor.sessionKey, message: `card ${next()}`, idempotencyKey: `${key()}-${index}` }),
          ),
        );
      }
      for (const visitor of visitors) visitor.wire.end();
      // Parts of a number, and its code alone.
      for (let at = 0; at < 4; at += 1) {
        const number = cards[used++ % cards.length]!;
        const half = number.length === 15 ? 10 : 8;
        await say(`split${round}${at}`, `my card is ${number.slice(0, 4)} ${number.slice(4, half)}`);
        await say(`split${round}${at}`, number.slice(half));
        await say(`split${round}${at}`, codes[2]!);
      }
      const named = `r${round}s0`;
      await ask("agent", { sessionKey: `agent:main:${named}`, message: `use ${next()}`, idempotencyKey: key() });
      await ask("wake", { mode: "now", text: `a mail says ${next()}`, sessionKey: `agent:main:${named}` });
      await ask("wake", { mode: "next-heartbeat", text: `a mail says ${next()}`, sessionKey: `agent:main:${named}` });
      await ask("chat.inject", { sessionKey: `agent:main:${named}`, message: `the card is ${next()}`, label: next() });
      await ask("conversations.reply", { conversationId: `agent:main:${named}`, message: `is it ${next()}?`, idempotencyKey: key() });
      await ask("sessions.patch", { key: `agent:main:${named}`, label: next() });
      await ask("customers.create", { name: `Ana ${next()}`, notes: next(), idempotencyKey: key() });
      const shown = (await client.ask("config.get")).payload as { hash: string };
      await ask("config.patch", { raw: JSON.stringify({ agency: { name: next() } }), baseHash: shown.hash });
      await ask("agents.files.set", { agentId: "main", name: "MEMORY.md", content: `remember ${next()}` });
      await ask("policy.evaluate", { tool: "add_note", args: { text: next() } });
      await ask("vault.add", {
        customerId: "cus_none",
        kind: "loyalty",
        number: next().slice(0, 40),
        holder: { givenName: "Ana", familyName: "Silva" },
        idempotencyKey: key(),
      });
      await ask("no.such.method", { text: next() });
      await post("/hooks/agent", { message: `booking form: ${next()}`, name: "form" }, { authorization: "Bearer hook-secret-token-0123456789" });
      await post("/hooks/wake", { text: `booking form: ${next()}`, mode: "now" }, { authorization: "Bearer hook-secret-token-0123456789" });
      await post("/v1/chat/completions", {
        model: "travelagent",
        messages: [
          { role: "user", content: `pay ${next()}` },
          { role: "assistant", content: "no" },
          { role: "user", content: next() },
        ],
      });
      await post("/v1/responses", { model: "travelagent", input: `pay ${next()}`, instructions: `the card is ${next()}` });
      await post("/tools/invoke", { tool: "add_note", args: { text: `card ${next()}` }, sessionKey: `agent:main:${named}` });
      await post(`/api/vault/customers/cus_none/files?name=${encodeURIComponent(next())}`, {});
      await post(
        "/mcp",
        { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "add_note", arguments: { text: next() } } },
        { accept: "application/json, text/event-stream" },
      );
      const stranger = await openWire(gateway.url);
      const hello = operator(token) as { client: object };
      answers.push(JSON.stringify(await stranger.ask("connect", { ...hello, client: { ...hello.client, displayName: `console ${next()}` } })));
      answers.push(JSON.stringify(await stranger.ask("system-presence", {})));
      stranger.end();
      // Passports, labelled, machine-readable, and alone after the word for it.
      for (let at = 0; at < 10; at += 1) {
        const number = passports[round * 12 + at]!;
        const words = [
          `my passport is ${number}`,
          `passport number: ${number}, I am Ana Silva`,
          `Reisepass ${number}`,
          `pasaporte: ${number}`,
          `${number} is my passport`,
        ];
        await say(`paper${round}`, words[at % words.length]!);
      }
      await say(`paper${round}b`, "here comes my passport number");
      await say(`paper${round}b`, passports[round * 12 + 10]!);
      await post("/v1/chat/completions", {
        model: "travelagent",
        messages: [
          { role: "user", content: `my passport is ${passports[round * 12 + 11]}` },
          { role: "assistant", content: "Thanks." },
          { role: "user", content: "and now?" },
        ],
      });
    };
    await everywhere(0);
    answers.push(JSON.stringify(client.frames));
    client.end();
    await gateway.kill();
    answers.push(gateway.output());
    await start();
    await everywhere(1);
    while (used < cards.length) await say(`rest${used % 5}`, `and ${next()}`);
    await quiet();
    // What can be taken out again.
    for (let at = 0; at < 4; at += 1) await ask("chat.history", { sessionKey: `agent:main:r1s${at}` });
    for (const method of ["conversations.list", "sessions.list", "logs.tail", "queue.status", "config.get", "health", "customers.list"]) await ask(method, {});
    answers.push(JSON.stringify(client.frames));
  });

  it("has kept and told none of them", async () => {
    const history = JSON.stringify((await client.ask("chat.history", { sessionKey: "agent:main:split10" })).payload);
    expect(history).toContain("[card number removed]");
    expect(history).toContain("[card code removed]");
    expect(history.match(/For your safety I have removed/g)).toHaveLength(1);
    const papers = JSON.stringify((await client.ask("chat.history", { sessionKey: "agent:main:paper1" })).payload);
    expect(papers).toMatch(/\[passport …\d{4} kept safely as PAPER-[A-Z2-9]{8}\]/);
    client.end();
    await gateway.stop();
    answers.push(gateway.output());
    const halves = cards.map((number) => number.slice(0, number.length === 15 ? 10 : 8));
    const wanted: Wanted = { digits: new Set(cards), texts: passports };
    const withHalves: Wanted = { digits: new Set([...cards, ...halves]), texts: [...passports, ...codes.slice(0, 2).map((code) => `cvv ${code}`)] };
    expect(scanDirectory(state.path, withHalves)).toEqual([]);
    expect(answers.flatMap((answer) => (findNumbers(Buffer.from(answer), wanted).length > 0 ? [answer.slice(0, 400)] : []))).toEqual([]);
    expect(findNumbers(Buffer.from(modelRequests.join("\n")), wanted)).toEqual([]);
    expect(modelRequests.join("\n")).not.toMatch(/cvv (?:9871|682)/);
    expect(modelRequests.length).toBeGreaterThan(20);
  });
});
