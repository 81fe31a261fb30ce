import type { ModelServerRequest } from "@travelagent/agent-runtime/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { talk } from "../testing/conversation.ts";
import { type ModelGateway, modelGateway } from "../testing/model-gateway.ts";

interface Spoken {
  role: string;
  content?: unknown;
}

const messagesOf = ({ body }: ModelServerRequest): Spoken[] => body.messages as Spoken[];
const wordsOf = ({ content }: Spoken): string => (typeof content === "string" ? content : JSON.stringify(content ?? ""));
const lastUser = (request: ModelServerRequest): string => wordsOf(messagesOf(request).findLast(({ role }) => role === "user") ?? { role: "user" });
const hasResult = (request: ModelServerRequest): boolean => messagesOf(request).at(-1)?.role === "tool";
const isHelper = (request: ModelServerRequest): boolean => wordsOf(messagesOf(request)[0]!).includes("Another agent has given you one piece of work");
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe("helpers on the real process", () => {
  let bench: ModelGateway;
  const spans: { task: string; from: number; until: number }[] = [];

  /** A helper takes a moment and answers with its task. */
  const help = async (request: ModelServerRequest, ms = 400) => {
    const from = Date.now();
    await wait(ms);
    const task = lastUser(request);
    spans.push({ task, from, until: Date.now() });
    return { text: `Found out about ${/(flights|hotels|visa|trains)/.exec(task)?.[1]}.` };
  };

  beforeEach(async () => {
    spans.length = 0;
    bench = await modelGateway({ config: { tools: { alsoAllow: ["group:sessions"] } } });
  });
  afterEach(() => bench.close());

  it("look into the parts of one question at the same time, and the answer has all of them", async () => {
    bench.script = (request) => {
      if (isHelper(request)) return help(request);
      if (hasResult(request)) return { text: `All together: ${wordsOf(messagesOf(request).at(-1)!)}` };
      const questions = ["flights", "hotels", "visa"].map((label) => ({ label, task: `Look into ${label} for Rome in May.` }));
      return { toolCalls: [{ name: "ask_in_parallel", arguments: { questions } }] };
    };
    const customer = await talk({ url: bench.gateway.url, token: bench.gateway.token });
    const { text } = await customer.say("Flights, hotels and visa rules for Rome in May, please.");
    for (const label of ["flights", "hotels", "visa"]) expect(text).toContain(`Found out about ${label}.`);
    expect(spans).toHaveLength(3);
    expect(Math.max(...spans.map(({ from }) => from))).toBeLessThan(Math.min(...spans.map(({ until }) => until)));
    await customer.close();
  }, 40_000);

  it("finish after a kill -9 and tell the conversation once; a write of theirs is refused", async () => {
    let refused = "";
    bench.script = async (request) => {
      if (isHelper(request)) {
        if (hasResult(request)) {
          refused = wordsOf(messagesOf(request).at(-1)!);
          return { text: "Found out about trains." };
        }
        await wait(1_000);
        return { toolCalls: [{ name: "cancel_booking", arguments: { bookingReference: "ABC123" } }] };
      }
      if (hasResult(request)) return { text: "A helper is on it." };
      if (lastUser(request).includes("A helper has finished")) return { text: "My helper says: trains are fine." };
      return { toolCalls: [{ name: "sessions_spawn", arguments: { task: "Look into trains to Rome.", label: "trains" } }] };
    };
    const customer = await talk({ url: bench.gateway.url, token: bench.gateway.token });
    expect((await customer.say("Are there trains to Rome?")).text).toBe("A helper is on it.");
    await wait(300);
    await customer.close();
    await bench.gateway.kill();
    await bench.restart();
    const again = await talk({ url: bench.gateway.url, token: bench.gateway.token });
    const told = async () => (await again.history()).filter(({ content }) => JSON.stringify(content).includes("My helper says")).length;
    await expect.poll(told, { timeout: 15_000 }).toBe(1);
    expect(refused).toMatch(/SCOPE_VIOLATION|CONFIRMATION_REQUIRED|NOT_FOUND/);
    await wait(500);
    expect(await told()).toBe(1);
    await again.close();
  }, 40_000);

  it("obey directives of the agency's people, and end with /stop", async () => {
    bench.script = async (request) => {
      if (isHelper(request)) {
        await wait(3_000);
        return { text: "too late" };
      }
      if (hasResult(request)) return { text: "Sent." };
      return { toolCalls: [{ name: "sessions_spawn", arguments: { task: "Look into trains." } }] };
    };
    const customer = await talk({ url: bench.gateway.url, token: bench.gateway.token });
    const answers: string[] = [];
    customer.client.on("chat", ({ state, message }) => {
      if (state === "final" && message) answers.push(JSON.stringify(message.content));
    });
    await customer.say("Trains?");
    const type = (message: string) =>
      customer.client.call("chat.send", { sessionKey: customer.sessionKey, message, idempotencyKey: `${message}-${Date.now()}` });
    await type("/model nonsense");
    await expect.poll(() => answers.at(-1)).toContain("There is no model");
    await type("/think high");
    await expect.poll(() => answers.at(-1)).toContain("thinking is high");
    await type("/queue steer cap:3");
    await expect.poll(() => answers.at(-1)).toContain("mode steer, cap 3");
    const { sessions } = await customer.client.call("sessions.list", {});
    expect(sessions.find(({ key }) => key === customer.sessionKey)).toMatchObject({ thinkingLevel: "high", queue: { mode: "steer", cap: 3 } });
    expect((await customer.client.call("chat.history", { sessionKey: customer.sessionKey })).thinkingLevel).toBe("high");
    expect(JSON.stringify(await customer.history())).not.toContain("/think");
    await type("/stop");
    await wait(3_500);
    expect(JSON.stringify(await customer.history())).not.toMatch(/A helper|too late/);
    await customer.close();
  }, 40_000);
});
