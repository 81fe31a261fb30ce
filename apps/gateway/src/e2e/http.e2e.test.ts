import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openAiServer } from "@travelagent/agent-runtime/testing";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { day } from "../testing/journeys.ts";

const hookToken = "hook-secret-0123456789abcdef";

describe("the HTTP surface of the real process", () => {
  const state = temporaryState();
  let gateway: GatewayProcess;

  beforeAll(async () => {
    const endpoints = { chatCompletions: { enabled: true }, responses: { enabled: true } };
    writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ gateway: { http: { endpoints } }, hooks: { enabled: true, token: hookToken } }), {
      mode: 0o600,
    });
    gateway = await startGateway({ stateDir: state.path });
  }, 30_000);
  afterAll(async () => {
    await gateway?.stop();
    state.remove();
  });

  it("answers the commands of docs/http.md", () => {
    const page = readFileSync(new URL("../../../../docs/http.md", import.meta.url), "utf8");
    const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, commands = ""]) => commands);
    expect(blocks.length).toBeGreaterThan(3);
    for (const commands of blocks) {
      const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", commands], {
        encoding: "utf8",
        env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, URL: gateway.url, TOKEN: gateway.token, HOOK_TOKEN: hookToken },
      });
      expect([status, stderr], `${commands}\n${stdout}`).toEqual([0, ""]);
    }
  });

  it("books for a user of the official client, once that user says yes", async () => {
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.token, maxRetries: 0 });
    const say = async (content: string): Promise<string> => {
      const stream = client.chat.completions.stream({ model: "travelagent", user: "customer-7", messages: [{ role: "user", content }] });
      return (await stream.finalContent()) ?? "";
    };
    expect(await say(`Flights from Madrid to Lisbon on ${day(40)} for one adult, one way`)).toMatch(/^1\. /m);
    await say("1");
    const question = await say("Ana Silva, ana.silva@example.com");
    expect(question).toMatch(/Answer YES to confirm or NO\./);
    expect(await say("yes")).toMatch(/Booking [A-Z0-9-]+: (confirmed|ticketed)/);
  });

  it("runs a tool for an operator, and none that needs somebody's yes", async () => {
    const invoke = async (body: unknown) => {
      const answer = await fetch(`${gateway.url}/tools/invoke`, {
        method: "POST",
        headers: { authorization: `Bearer ${gateway.token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const { result, error } = (await answer.json()) as { result?: { bookings: { reference: string; status: string }[] }; error?: { code: string } };
      return { status: answer.status, code: error?.code, bookings: result?.bookings };
    };
    const sessionKey = "agent:main:openai-user:customer-7";
    const history = { tool: "get_booking_history", args: {}, sessionKey };
    const before = (await invoke(history)).bookings!;
    expect(before).toHaveLength(1);
    const cancel = { tool: "cancel_booking", args: { bookingReference: before[0]!.reference }, sessionKey };
    expect(await invoke(cancel)).toMatchObject({ status: 409, code: "CONFIRMATION_REQUIRED" });
    // In another conversation it is nobody's.
    expect(await invoke({ ...cancel, sessionKey: undefined })).toMatchObject({ status: 403, code: "SCOPE_VIOLATION" });
    expect((await invoke(history)).bookings).toEqual(before);
    expect(await invoke({ tool: "no_such_tool", args: {} })).toMatchObject({ status: 404, code: "NOT_FOUND" });
    expect(await invoke({ ...history, sessionKey: "agent:main:openai-user:nobody" })).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });

  it("has the agents' card, and no secret in it", async () => {
    const card = await (await fetch(`${gateway.url}/.well-known/agent-card.json`)).text();
    expect(JSON.parse(card)).toMatchObject({
      name: "Travel Agent OS",
      url: `${gateway.url}/`,
      skills: expect.arrayContaining([expect.objectContaining({ id: "flight-booking" })]),
    });
    for (const secret of [gateway.token, hookToken, gateway.stateDir]) expect(card).not.toContain(secret);
  });

  it("ends a stream that is under way before it stops", async () => {
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.token, maxRetries: 0 });
    const stream = await client.chat.completions.create({ model: "travelagent", stream: true, messages: [{ role: "user", content: "hello" }] });
    const text = (async () => {
      let said = "";
      for await (const chunk of stream) said += chunk.choices[0]?.delta.content ?? "";
      return said;
    })();
    expect(await gateway.stop()).toBe(0);
    expect((await text).length).toBeGreaterThan(0);
  });
});

describe("a run over HTTP whose process dies", () => {
  it("goes on after the start, and a repeat with its key gets its answer", async () => {
    const state = temporaryState();
    let hang = true;
    const model = await openAiServer({ reply: () => (hang ? new Promise(() => undefined) : { text: "Here I am again.", usage: { input: 7, output: 4 } }) });
    const providers = { local: { api: "openai-completions", baseUrl: model.url, models: [{ id: "m1" }] } };
    const gatewayConfig = { http: { endpoints: { chatCompletions: { enabled: true } } } };
    const config = { models: { providers }, agents: { defaults: { model: { primary: "local/m1" } } }, gateway: gatewayConfig };
    writeFileSync(join(state.path, "travelagent.json"), JSON.stringify(config), { mode: 0o600 });
    let gateway = await startGateway({ stateDir: state.path });
    const ask = (content: string, key?: string) =>
      new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.token, maxRetries: 0 }).chat.completions.create(
        { model: "travelagent", user: "u-1", messages: [{ role: "user", content }] },
        key === undefined ? {} : { headers: { "idempotency-key": key } },
      );
    try {
      const lost = ask("Are you there?", "ask-1").catch((error: unknown) => error);
      await expect.poll(() => model.requests.length).toBe(1);
      await gateway.kill();
      expect(await lost).toBeInstanceOf(OpenAI.APIConnectionError);
      hang = false;
      gateway = await startGateway({ stateDir: state.path });
      const answer = await ask("Are you there?", "ask-1");
      expect(answer).toMatchObject({
        choices: [{ message: { content: "Here I am again." } }],
        usage: { prompt_tokens: 7, completion_tokens: 4, total_tokens: 11 },
      });
      await ask("And now?");
      const { messages } = model.requests.at(-1)!.body as { messages: { role: string }[] };
      expect(messages.map(({ role }) => role).filter((role) => role !== "system" && role !== "developer")).toEqual(["user", "assistant", "user"]);
    } finally {
      await gateway.kill();
      await model.close();
      state.remove();
    }
  }, 40_000);
});
