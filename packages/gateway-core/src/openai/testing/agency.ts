import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAgent, defineTool, type ModelRequest } from "@travelagent/agent-runtime";
import { createGate, type Gate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { type ScriptedStep, scriptedModel } from "@travelagent/agent-runtime/testing";
import { testEngine } from "@travelagent/engine/testing";
import type { Engine } from "@travelagent/protocol/ports";
import { createSessions, fileTranscripts, type Sessions, sessionKey } from "@travelagent/sessions";
import * as z from "zod";
import { createApiChannel } from "../../api-channel.ts";
import { createAuth } from "../../auth/auth.ts";
import type { Gateway } from "../../gateway.ts";
import type { HttpRoute } from "../../http/route.ts";
import { startGateway } from "../../node/start-gateway.ts";
import { openAiRoutes } from "../routes.ts";

const rules = `{ version: 1, rules: [
  { id: "sell.confirm", tools: ["sell"], then: { decision: "needs-confirmation", reason: "the customer says yes first" } },
  { id: "sell.dear", tools: ["sell"], when: { "args.item": { eq: "yacht" } }, then: { decision: "needs-approval", role: "manager", reason: "dear" } },
  { id: "sell.never", tools: ["sell"], when: { "args.item": { eq: "bridge" } }, then: { decision: "deny", reason: "we do not sell bridges" } },
  { id: "note", tools: ["note"], then: { decision: "allow" } },
] }`;

/** A small agency with a real gate, loop, sessions and server; only its model follows a script. */
export interface Agency {
  readonly url: string;
  readonly token: string;
  readonly gateway: Gateway;
  readonly gate: Gate;
  readonly sessions: Sessions;
  readonly engine: Engine;
  /** What was sold, as the outside world saw it. */
  readonly sold: string[];
  readonly notes: string[];
  /** Every request to the model. */
  readonly requests: readonly ModelRequest[];
  /** What the model says from now on. */
  script(answer: (request: ModelRequest) => ScriptedStep | Promise<ScriptedStep>): void;
  close(): Promise<void>;
}

export async function openAgency({
  enabled = true,
  routes = () => [],
}: {
  enabled?: boolean;
  routes?: (agency: { gateway: Gateway; gate: Gate }) => HttpRoute[];
} = {}): Promise<Agency> {
  const directory = await mkdtemp(join(tmpdir(), "agency-"));
  const engine = await testEngine();
  const sessions = createSessions({ db: engine.db, transcripts: fileTranscripts({ directory }) });
  await sessions.start();
  const sold: string[] = [];
  const notes: string[] = [];
  const gate = createGate({
    db: engine.db,
    exposure: { byAgent: { main: { deny: ["hidden"] } } },
    policy: () => parsePolicy([{ name: "test", text: rules }]),
    tools: [
      defineTool({
        name: "sell",
        description: "sells",
        group: "shop",
        args: z.strictObject({ item: z.string() }),
        effect: "write",
        writes: "money",
        describe: async ({ item }, { now }) => ({ title: `Sell ${item}`, lines: [`One ${item}`], expiresAt: now + 600_000, subject: { item }, facts: {} }),
        execute: async ({ item }) => {
          sold.push(item);
          return { content: { sold: item } };
        },
      }),
      defineTool({
        name: "note",
        description: "writes down",
        group: "desk",
        args: z.strictObject({ text: z.string(), action: z.enum(["add", "fail"]).optional() }),
        effect: "write",
        writes: "conversation",
        execute: async ({ text, action }) => {
          if (action === "fail") throw new Error("an internal detail");
          notes.push(text);
          return { content: { notes: notes.length } };
        },
      }),
      defineTool({ name: "hidden", description: "closed", group: "desk", args: z.strictObject({}), effect: "read", execute: async () => ({ content: {} }) }),
      defineTool({
        name: "look",
        description: "looks",
        group: "shop",
        args: z.strictObject({ item: z.string() }),
        effect: "read",
        execute: async ({ item }) => ({ content: { item, price: 7 } }),
      }),
    ],
  });
  await gate.migrate();
  let answer: (request: ModelRequest) => ScriptedStep | Promise<ScriptedStep> = () => "Hello.";
  const model = scriptedModel((request) => answer(request));
  const agent = createAgent({ gate, transcript: sessions, models: () => [model], prompt: { agencyName: "Silva Travel", agentName: "Sol" } });
  const token = "a-token-for-tests-0123456789abcdef";
  const openAi = ({ runs }: Gateway) =>
    openAiRoutes({
      runs,
      chatCompletions: enabled,
      responses: enabled,
      agents: () => ({ agentIds: ["main", "booking"], defaultAgentId: "main" }),
      waitingMs: 50,
      sessionKeyOf: (conversation) =>
        "user" in conversation
          ? sessionKey({ kind: "openai-user", agentId: conversation.agentId, user: conversation.user })
          : sessionKey({ kind: "openai", agentId: conversation.agentId, id: conversation.id }),
      ownTools: (agentId) => gate.specs({ agentId, channel: "api" }).map(({ name }) => name),
    });
  const started = await startGateway({
    gateway: { engine, sessions, sessionKeyOf: sessionKey, agent, channels: [createApiChannel()], admission: {} },
    control: { auth: createAuth({ mode: "token", token }), version: "1.0.0" },
    routes: (gateway) => [...openAi(gateway), ...routes({ gateway, gate })],
    server: { port: 0 },
  });
  return {
    url: started.url,
    token,
    gateway: started.gateway,
    gate,
    sessions,
    engine,
    sold,
    notes,
    requests: model.requests,
    script: (given) => {
      answer = given;
    },
    async close() {
      await started.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
