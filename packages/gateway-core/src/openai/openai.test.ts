import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Agency, openAgency } from "./testing/agency.ts";

let agency: Agency;
let client: OpenAI;
const model = "travelagent:main";
const weather = {
  type: "function" as const,
  function: { name: "weather", description: "of a city", parameters: { type: "object", properties: { city: { type: "string" } } } },
};

beforeAll(async () => {
  agency = await openAgency();
  client = new OpenAI({ baseURL: `${agency.url}/v1`, apiKey: agency.token, maxRetries: 0 });
});
afterAll(() => agency.close());
beforeEach(() => agency.script(() => "Hello."));

const lastRequest = () => agency.requests.at(-1)!;
const wordsOf = (messages: ReturnType<typeof lastRequest>["messages"]) =>
  messages.map(({ role, content }) => [
    role,
    typeof content === "string" ? content : content.map((block) => ("text" in block ? block.text : block.type)).join(" "),
  ]);

describe("chat completions", () => {
  it("answers with what the models really used, summed over the calls of the run", async () => {
    const usage = { input: 10, output: 5, cacheRead: 3, cacheWrite: 2 };
    agency.script(({ messages }) =>
      messages.at(-1)?.role === "toolResult"
        ? { text: "It costs 7.", usage }
        : { text: "Let me look.", toolCalls: [{ name: "look", arguments: { item: "bag" } }], usage },
    );
    const completion = await client.chat.completions.create({ model, messages: [{ role: "user", content: "What does a bag cost?" }] });
    expect(completion).toMatchObject({
      object: "chat.completion",
      model,
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "It costs 7." } }],
      usage: { prompt_tokens: 30, completion_tokens: 10, total_tokens: 40, prompt_tokens_details: { cached_tokens: 6 } },
    });
    expect(completion.id).toMatch(/^chatcmpl-/);
  });

  it("gives a user one conversation, and everybody else a new one", async () => {
    const say = (content: string, user?: string) => client.chat.completions.create({ model, messages: [{ role: "user", content }], ...(user ? { user } : {}) });
    await say("I am Ana", "ana-1");
    await say("who am I?", "ana-1");
    expect(wordsOf(lastRequest().messages)).toEqual([
      ["user", "I am Ana"],
      ["assistant", "Hello."],
      ["user", "who am I?"],
    ]);
    await say("who am I?", "Ana-1");
    expect(lastRequest().messages).toHaveLength(1);
    await say("who am I?");
    expect(lastRequest().messages).toHaveLength(1);
  });

  it("takes what was said before from the request only where nothing is kept, and system messages as instructions of this turn", async () => {
    const messages = [
      { role: "system" as const, content: "Speak like a pilot." },
      { role: "user" as const, content: "hi" },
      { role: "assistant" as const, content: "Good day." },
      { role: "user" as const, content: [{ type: "text" as const, text: "to Lisbon" }] },
    ];
    await client.chat.completions.create({ model, messages });
    expect(wordsOf(lastRequest().messages)).toEqual([
      ["user", "hi"],
      ["assistant", "Good day."],
      ["user", "to Lisbon"],
    ]);
    expect(lastRequest().system).toMatch(/Speak like a pilot\.$/);
    await client.chat.completions.create({ model, messages, user: "pilot" });
    expect(wordsOf(lastRequest().messages)).toEqual([["user", "to Lisbon"]]);
    await client.chat.completions.create({ model, messages: messages.slice(1), user: "pilot" });
    expect(lastRequest().system).not.toMatch(/pilot/);
  });

  it("streams words as they come, with usage at the end when asked", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    agency.script(async ({ messages }) => {
      if (messages.at(-1)?.role !== "toolResult") return { text: "One moment.", toolCalls: [{ name: "look", arguments: { item: "bag" } }] };
      await held;
      return { text: "It costs seven euros.", usage: { input: 4, output: 6 } };
    });
    const stream = await client.chat.completions.create({
      model,
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: "user", content: "What does a bag cost?" }],
    });
    let text = "";
    let usage: unknown;
    let finish: unknown;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      // The second half is not even thought of yet when the first is here.
      if (text === "One moment.") release();
      finish ??= chunk.choices[0]?.finish_reason;
      if (chunk.usage) usage = chunk.usage;
    }
    expect(text).toBe("One moment.\n\nIt costs seven euros.");
    expect(finish).toBe("stop");
    expect(usage).toMatchObject({ prompt_tokens: 4, completion_tokens: 6, total_tokens: 10 });
  });

  it("ends the stream with [DONE] and shows signs of life while it waits", async () => {
    agency.script(async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return "Done.";
    });
    const answer = await fetch(`${agency.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${agency.token}`, "content-type": "application/json" },
      body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "hi" }] }),
    });
    const body = await answer.text();
    expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(body).toContain(": waiting\n\n");
    expect(body.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("goes on with what was accepted when the caller goes away", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    agency.script(async () => {
      await held;
      return "The answer nobody waited for.";
    });
    const abort = new AbortController();
    const stream = await client.chat.completions.create(
      { model, user: "leaver", stream: true, messages: [{ role: "user", content: "hi" }] },
      { signal: abort.signal },
    );
    const reading = (async () => {
      for await (const _ of stream) abort.abort();
    })();
    await reading.catch(() => undefined);
    release();
    await expect
      .poll(async () => (await agency.sessions.history("agent:main:openai-user:leaver")).at(-1)?.message.content)
      .toEqual([{ type: "text", text: "The answer nobody waited for." }]);
  });

  it("shows a confirmation as text, and a plain yes carries out exactly what was shown", async () => {
    agency.script(({ messages }) => {
      const last = messages.at(-1);
      if (last?.role === "user" && last.content === "sell me a bag") return { toolCalls: [{ name: "sell", arguments: { item: "bag" } }] };
      return last?.role === "toolResult" && JSON.stringify(last.content).includes("sold") ? "It is yours." : "Please confirm.";
    });
    const say = async (content: string) =>
      (await client.chat.completions.create({ model, user: "buyer", messages: [{ role: "user", content }] })).choices[0]?.message.content;
    expect(await say("sell me a bag")).toMatch(/^Please confirm\.\n\nSell bag\n- One bag\n[\s\S]*Answer YES to confirm or NO\.$/);
    expect(agency.sold).toEqual([]);
    expect(await say("yes")).toBe("It is yours.");
    expect(agency.sold).toEqual(["bag"]);
  });

  it("leaves the caller's functions to the caller, and goes on with their results", async () => {
    agency.script(({ messages }) => {
      const last = messages.findLast(({ role }) => role === "toolResult");
      if (last?.role !== "toolResult") return { text: "I ask.", toolCalls: [{ name: "weather", arguments: { city: "Faro" } }] };
      return `It is ${last.content[0]?.text}.`;
    });
    for (const user of [undefined, "weather-fan"]) {
      const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "Weather in Faro?" }];
      const kept = user ? { user } : {};
      const first = await client.chat.completions.create({ model, messages, tools: [weather], ...kept });
      expect(lastRequest().tools.map(({ name }) => name)).toContain("weather");
      const choice = first.choices[0]!;
      expect(choice).toMatchObject({
        finish_reason: "tool_calls",
        message: { content: "I ask.", tool_calls: [{ type: "function", function: { name: "weather", arguments: '{"city":"Faro"}' } }] },
      });
      messages.push(choice.message);
      // A result for no call is refused before anything begins.
      await expect(
        client.chat.completions.create({
          model,
          messages: [...messages, { role: "tool", tool_call_id: "call_other", content: "rain" }],
          tools: [weather],
          ...kept,
        }),
      ).rejects.toBeInstanceOf(OpenAI.BadRequestError);
      messages.push({ role: "tool", tool_call_id: choice.message.tool_calls![0]!.id, content: "sunny" });
      const second = await client.chat.completions.create({ model, messages, tools: [weather], ...kept });
      expect(second.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "It is sunny." } });
    }
  });

  it("streams calls of the caller's functions, and the client's own runner comes through", async () => {
    agency.script(({ messages }) => {
      const last = messages.findLast(({ role }) => role === "toolResult");
      return last?.role === "toolResult" ? `It is ${last.content[0]?.text}.` : { toolCalls: [{ name: "weather", arguments: { city: "Faro" } }] };
    });
    const runner = client.chat.completions.runTools({
      model,
      stream: true,
      messages: [{ role: "user", content: "Weather in Faro?" }],
      tools: [{ type: "function", function: { ...weather.function, function: ({ city }: { city: string }) => `windy in ${city}`, parse: JSON.parse } }],
    });
    expect(await runner.finalContent()).toBe("It is windy in Faro.");
  });

  it("runs its own tools through the gate in the same breath as the caller's are asked for", async () => {
    agency.script(({ messages }) => {
      const weatherResult = messages.find((message) => message.role === "toolResult" && message.toolName === "weather");
      if (weatherResult) return "All known.";
      return {
        toolCalls: [
          { name: "look", arguments: { item: "bag" } },
          { name: "weather", arguments: { city: "Faro" } },
        ],
      };
    });
    const user = "both";
    const first = await client.chat.completions.create({ model, user, messages: [{ role: "user", content: "go" }], tools: [weather] });
    const calls = first.choices[0]!.message.tool_calls!;
    expect(calls).toHaveLength(1);
    const second = await client.chat.completions.create({
      model,
      user,
      tools: [weather],
      messages: [{ role: "tool", tool_call_id: calls[0]!.id, content: "sunny" }],
    });
    expect(second.choices[0]?.message.content).toBe("All known.");
    const results = lastRequest().messages.flatMap((message) => (message.role === "toolResult" ? [[message.toolName, message.content[0]?.text]] : []));
    expect(results).toEqual([
      ["look", '{"item":"bag","price":7}'],
      ["weather", "sunny"],
    ]);
  });

  it("gives a repeat under the same idempotency key the first answer, and refuses the key for other words", async () => {
    let asked = 0;
    agency.script(() => `Answer ${++asked}.`);
    const say = (content: string) =>
      client.chat.completions.create({ model, messages: [{ role: "user", content }] }, { headers: { "idempotency-key": "order-7" } });
    const first = await say("once");
    const again = await say("once");
    expect(again).toMatchObject({ id: first.id, choices: [{ message: { content: "Answer 1." } }] });
    await expect(say("twice")).rejects.toMatchObject({ status: 422, code: "IDEMPOTENCY_MISMATCH" });
  });

  it("keeps the keys of two users, and of two histories, apart", async () => {
    let asked = 0;
    agency.script(() => `Answer ${++asked}.`);
    const headers = { "idempotency-key": "shared-1" };
    const say = async (user: string | undefined, ...before: OpenAI.ChatCompletionMessageParam[]) =>
      (
        await client.chat.completions.create(
          { model, messages: [...before, { role: "user", content: "what is my name?" }], ...(user === undefined ? {} : { user }) },
          { headers },
        )
      ).choices[0]?.message.content;
    expect(await say("ana")).toBe("Answer 1.");
    expect(await say("ben")).toBe("Answer 2.");
    expect(await say("ana")).toBe("Answer 1.");
    expect(await say(undefined)).toBe("Answer 3.");
    const told = (name: string): OpenAI.ChatCompletionMessageParam[] => [
      { role: "user", content: `I am ${name}` },
      { role: "assistant", content: "Hello." },
    ];
    expect(await say(undefined, ...told("Ana"))).toBe("Answer 4.");
    expect(await say(undefined, ...told("Ben"))).toBe("Answer 5.");
  });

  it("makes no further conversation for a repeat", async () => {
    const sessions = async () => Number((await agency.engine.db.get("select count(*) as n from session"))?.n);
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: "user", content: "hi" },
      { role: "assistant", content: "Hello." },
      { role: "user", content: "again" },
    ];
    const ask = () => client.chat.completions.create({ model, messages }, { headers: { "idempotency-key": "retry-1" } });
    const first = await ask();
    const known = await sessions();
    expect((await ask()).id).toBe(first.id);
    expect(await sessions()).toBe(known);
  });

  it("refuses a key that is too long instead of taking a part of it", async () => {
    const ask = client.chat.completions.create({ model, messages: [{ role: "user", content: "hi" }] }, { headers: { "idempotency-key": "k".repeat(300) } });
    await expect(ask).rejects.toMatchObject({ status: 400, code: "INVALID_REQUEST" });
  });

  it("refuses JSON that is nested too deeply", async () => {
    const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
    for (const path of ["chat/completions", "responses"]) {
      const answer = await fetch(`${agency.url}/v1/${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${agency.token}`, "content-type": "application/json" },
        body: `{"model":"${model}","messages":[{"role":"user","content":"hi"}],"input":"hi","tools":[{"type":"function","name":"f","function":{"name":"f","parameters":{"x":${deep}}},"parameters":{"x":${deep}}}]}`,
      });
      expect([path, answer.status]).toEqual([path, 400]);
    }
  });

  it("takes no card number for the name of a user", async () => {
    const ask = client.chat.completions.create({ model, user: "4111 1111 1111 1111", messages: [{ role: "user", content: "hi" }] });
    await expect(ask).rejects.toMatchObject({ status: 400, message: expect.stringMatching(/user.*card number/) });
    const rows = await agency.engine.db.all("select * from session");
    expect(JSON.stringify(rows)).not.toMatch(/4111.{0,3}1111/);
  });

  it("keeps no card number that is written as a number or as a key", async () => {
    const call = { id: "c1", type: "function" as const, function: { name: "pay", arguments: '{"card":4111111111111111,"by":{"4111 1111 1111 1111":true}}' } };
    await client.chat.completions.create({
      model,
      messages: [
        { role: "user", content: "pay" },
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", tool_call_id: "c1", content: "ok" },
        { role: "assistant", content: "done" },
        { role: "user", content: "thanks" },
      ],
    });
    expect(JSON.stringify(lastRequest().messages)).toContain("pay");
    expect(JSON.stringify(lastRequest().messages)).not.toMatch(/4111 ?1111/);
  });

  it("keeps no card number, wherever in a request it stands", async () => {
    const number = "4111 1111 1111 1111";
    const messages = [
      { role: "system" as const, content: `The card is ${number}.` },
      { role: "user" as const, content: `My card: ${number}` },
      { role: "assistant" as const, content: `Noted ${number}.` },
      { role: "user" as const, content: `Again ${number}` },
    ];
    const ask = () => client.chat.completions.create({ model, messages }, { headers: { "idempotency-key": "card-1" } });
    const first = await ask();
    expect(JSON.stringify(lastRequest())).not.toContain("1111 1111");
    expect((await ask()).id).toBe(first.id);
    const rows = await agency.engine.db.all("select message from inbox");
    expect(JSON.stringify(rows)).not.toContain("1111 1111");
  });

  it("says so when a person has the conversation", async () => {
    const say = async () =>
      (await client.chat.completions.create({ model, user: "with-a-person", messages: [{ role: "user", content: "hi" }] })).choices[0]?.message.content;
    expect(await say()).toBe("Hello.");
    await agency.gateway.handlers["conversations.takeOver"]!({ conversationId: "agent:main:openai-user:with-a-person", idempotencyKey: "take-over-1" }, {
      actor: "ana",
    } as never);
    const asked = agency.requests.length;
    expect(await say()).toBe("A colleague of the agency has this conversation now and will answer.");
    expect(agency.requests).toHaveLength(asked);
  });

  it("ends a stream with an error when its run is ended", async () => {
    agency.script(() => new Promise(() => undefined));
    const stream = await client.chat.completions.create({ model, stream: true, messages: [{ role: "user", content: "hi" }] });
    const reading = (async () => {
      for await (const { id } of stream) await agency.engine.work.cancel(id.replace("chatcmpl-", ""));
    })();
    await expect(reading).rejects.toSatisfy((error) => error instanceof OpenAI.APIError && error.code === "CANCELLED");
    agency.script(() => new Promise(() => undefined));
    const response = client.responses.stream({ model, input: "hi" });
    response.on("response.created", ({ response: { id } }) => void agency.engine.work.cancel(id.replace("resp_", "")));
    await expect(response.finalResponse()).resolves.toMatchObject({ status: "failed", error: { message: expect.stringMatching(/^CANCELLED/) } });
  });

  it("raises the client's own errors", async () => {
    const messages = [{ role: "user" as const, content: "hi" }];
    const stranger = new OpenAI({ baseURL: `${agency.url}/v1`, apiKey: "wrong", maxRetries: 0 });
    await expect(stranger.chat.completions.create({ model, messages })).rejects.toSatisfy(
      (error) => error instanceof OpenAI.AuthenticationError && error.code === "invalid_api_key" && typeof error.requestID === "string",
    );
    await expect(client.chat.completions.create({ model: "gpt-5", messages })).rejects.toSatisfy(
      (error) => error instanceof OpenAI.NotFoundError && error.code === "model_not_found" && error.param === "model",
    );
    const bad: Record<string, unknown>[] = [
      { messages: [] },
      { messages: [{ role: "assistant", content: "only me" }] },
      { messages: [{ role: "user", content: "  " }] },
      { messages, n: 2 },
      { messages, response_format: { type: "json_object" } },
      { messages, tool_choice: "required", tools: [weather] },
      { messages, tools: [{ type: "function", function: { name: "sell", parameters: {} } }] },
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }] }] },
    ];
    for (const body of bad)
      await expect(client.chat.completions.create({ model, ...body } as never), JSON.stringify(body)).rejects.toSatisfy(
        (error) => error instanceof OpenAI.BadRequestError && error.type === "invalid_request_error",
      );
  });

  it("lists the agents as models", async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id);
    expect(ids).toEqual(["travelagent", "travelagent:main", "travelagent:booking"]);
    expect(await client.models.retrieve("travelagent:booking")).toMatchObject({ id: "travelagent:booking", object: "model", owned_by: "travelagent" });
    await expect(client.models.retrieve("gpt-5")).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });
});

describe("responses", () => {
  it("answers, and goes on from an answer", async () => {
    agency.script(({ messages }) => ({ text: `Message ${messages.length}.`, usage: { input: 3, output: 2 } }));
    const first = await client.responses.create({ model, input: "hi", instructions: "Be brief." });
    expect(first).toMatchObject({
      object: "response",
      status: "completed",
      output_text: "Message 1.",
      usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
    });
    expect(lastRequest().system).toMatch(/Be brief\.$/);
    const second = await client.responses.create({ model, input: "and now?", previous_response_id: first.id });
    expect(second).toMatchObject({ output_text: "Message 3.", previous_response_id: first.id });
    await expect(client.responses.create({ model, input: "hi", previous_response_id: "resp_none" })).rejects.toSatisfy(
      (error) => error instanceof OpenAI.NotFoundError && error.code === "previous_response_not_found",
    );
    await expect(client.responses.create({ model: "travelagent:booking", input: "hi", previous_response_id: first.id })).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    );
  });

  it("streams the events the client builds an answer from", async () => {
    agency.script(() => ({ text: "A fine day to travel.", usage: { input: 1, output: 6 } }));
    const stream = client.responses.stream({ model, input: "hi" });
    const types = new Set<string>();
    let text = "";
    for await (const event of stream) {
      types.add(event.type);
      if (event.type === "response.output_text.delta") text += event.delta;
    }
    expect(text).toBe("A fine day to travel.");
    expect(await stream.finalResponse()).toMatchObject({ status: "completed", output_text: "A fine day to travel.", usage: { output_tokens: 6 } });
    expect([...types]).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
  });

  it("leaves the caller's functions to the caller, streamed or not", async () => {
    agency.script(({ messages }) => {
      const last = messages.findLast(({ role }) => role === "toolResult");
      return last?.role === "toolResult" ? `It is ${last.content[0]?.text}.` : { toolCalls: [{ name: "weather", arguments: { city: "Faro" } }] };
    });
    const tools = [{ type: "function" as const, ...weather.function, strict: false }];
    const first = await client.responses.stream({ model, input: "Weather?", tools }).finalResponse();
    const call = first.output.find((item) => item.type === "function_call")!;
    expect(call).toMatchObject({ name: "weather", arguments: '{"city":"Faro"}' });
    const output = { type: "function_call_output" as const, call_id: call.call_id, output: "sunny" };
    expect((await client.responses.create({ model, tools, previous_response_id: first.id, input: [output] })).output_text).toBe("It is sunny.");
    // The same with the conversation kept by the caller.
    const input = [{ role: "user" as const, content: "Weather?" }, call, output];
    expect((await client.responses.create({ model, tools, input })).output_text).toBe("It is sunny.");
  });
});

it("has none of these addresses until they are turned on", async () => {
  const off = await openAgency({ enabled: false });
  try {
    const idle = new OpenAI({ baseURL: `${off.url}/v1`, apiKey: off.token, maxRetries: 0 });
    await expect(idle.chat.completions.create({ model, messages: [{ role: "user", content: "hi" }] })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(idle.responses.create({ model, input: "hi" })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(idle.models.list()).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  } finally {
    await off.close();
  }
});
