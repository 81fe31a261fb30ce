import { once } from "node:events";
import { Ajv, type ValidateFunction } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createWebchat } from "../../packages/channel-webchat/src/index.ts";
import { openEngine } from "../../packages/engine/src/index.ts";
import { createAuth } from "../../packages/gateway-core/src/index.ts";
import { type StartedGateway, startGateway } from "../../packages/gateway-core/src/node.ts";
import { memorySessions, plainSessionKey, scriptedAgent } from "../../packages/gateway-core/src/testing/index.ts";
import { ownKeywords, protocolSchema } from "./json-schema.ts";
import { readProtocol } from "./read-protocol.ts";

/** What a real server sends, by the schema that outsiders get. */
describe("frames of a real gateway", () => {
  const token = "a-token-of-this-test-0123456789abcdef";
  const frames: { type: string; id?: string; ok?: boolean; event?: string; payload?: unknown; error?: unknown }[] = [];
  let gateway: StartedGateway;
  let socket: WebSocket;
  let schemaOf: (name: string) => ValidateFunction;
  let document: ReturnType<typeof protocolSchema>;

  const valid = (name: string, value: unknown) => {
    const validate = schemaOf(name);
    expect(validate(value) ? [] : [name, value, validate.errors]).toEqual([]);
  };
  const ask = async (method: string, params?: unknown) => {
    const id = `${method}-${frames.length}`;
    const request = { type: "req", id, method, ...(params === undefined ? {} : { params }) };
    valid("RequestFrame", request);
    socket.send(JSON.stringify(request));
    await expect.poll(() => frames.find((frame) => frame.type === "res" && frame.id === id), { interval: 5 }).toBeDefined();
    return frames.find((frame) => frame.id === id)!;
  };

  beforeAll(async () => {
    document = protocolSchema(await readProtocol());
    const ajv = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true, validateFormats: false });
    ajv.addVocabulary([...ownKeywords]);
    ajv.addSchema(document, "protocol");
    schemaOf = (name) => ajv.getSchema(name === "" ? "protocol" : `protocol#/definitions/${name}`)!;
    gateway = await startGateway({
      gateway: {
        engine: openEngine({ path: ":memory:" }),
        sessions: memorySessions(),
        sessionKeyOf: plainSessionKey,
        agent: scriptedAgent(({ message }) => `You said ${message?.text}.`),
        channels: [createWebchat({ hub: { deliver: async () => undefined, delivered: async () => true } })],
        admission: { webchat: { dmPolicy: "open" } },
      },
      control: { auth: createAuth({ mode: "token", token }), version: "1.0.0", handlers: { "models.list": () => ({ models: [] }) } },
      server: { port: 0 },
    });
    socket = new WebSocket(gateway.url.replace("http", "ws"));
    socket.on("message", (data: Buffer) => frames.push(JSON.parse(data.toString()) as (typeof frames)[number]));
    await once(socket, "open");
  });
  afterAll(async () => {
    socket?.terminate();
    await gateway?.stop();
  });

  const nameOf = (ref: { $ref?: string }) => ref.$ref!.replace("#/definitions/", "");

  it("fit: the handshake, results, refusals and the events of a turn", async () => {
    const connect = {
      minProtocol: 3,
      maxProtocol: 3,
      auth: { token },
      scopes: ["operator.admin"],
      client: { id: "test", version: "1", platform: "test", mode: "ui" },
    };
    valid("ConnectParams", connect);
    const hello = await ask("connect", connect);
    valid("HelloOk", hello.payload);

    const asked = new Map<string, string>();
    const result = async (method: string, params?: unknown) => {
      if (params !== undefined) valid(nameOf(document["x-methods"][method]!.params), params);
      const answer = await ask(method, params);
      expect([method, answer]).toMatchObject([method, { ok: true }]);
      valid(nameOf(document["x-methods"][method]!.result), answer.payload);
      asked.set(answer.id!, method);
      return answer.payload as Record<string, unknown>;
    };
    await result("chat.history", { sessionKey: "main" });
    await result("chat.send", { sessionKey: "main", message: "two seats to Lisbon", idempotencyKey: "k1" });
    const final = () => frames.find((frame) => frame.event === "chat" && (frame.payload as { state?: string }).state === "final");
    await expect.poll(final, { timeout: 5_000, interval: 10 }).toBeDefined();
    for (const method of ["health", "status", "system-presence", "models.list", "channels.status", "conversations.list", "deliveries.list"])
      await result(method);
    expect((await result("chat.history", { sessionKey: "main", limit: 10 })).messages).toMatchObject([{ role: "assistant" }]);
    for (const [method, params] of [
      ["no.such.method", {}],
      ["chat.send", { message: 7 }],
      ["conversations.takeOver", { conversationId: "none", idempotencyKey: "k2" }],
    ] as const) {
      const refusal = await ask(method, params);
      expect(refusal.ok).toBe(false);
      valid("ErrorShape", refusal.error);
    }

    // Told in batches, a moment after it happened.
    await expect.poll(() => frames.some(({ event }) => event === "conversation"), { timeout: 5_000, interval: 10 }).toBe(true);

    for (const frame of frames) valid("", frame);
    const events = new Set(frames.flatMap(({ event }) => event ?? []));
    expect([...events]).toEqual(expect.arrayContaining(["connect.challenge", "chat", "agent", "conversation"]));
    for (const { event, payload } of frames) if (event !== undefined) valid(nameOf(document["x-events"][event]!.payload), payload);
  });
});
