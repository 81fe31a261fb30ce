import { testEngine } from "@travelagent/engine/testing";
import type { Call } from "@travelagent/protocol";
import type { Engine } from "@travelagent/protocol/ports";
import { createApiChannel } from "../api-channel.ts";
import { createGateway, type Gateway, type GatewayOptions } from "../gateway.ts";
import { createMetrics, type Metrics } from "../metrics.ts";
import type { QueueSettings } from "../ports.ts";
import { defaultQueueRules, type QueueRules } from "../queue/settings.ts";
import { memorySessions, plainSessionKey, type ScriptedTurn, scriptedAgent, type TestPlatform, testPlatform } from "./index.ts";

/** A gateway with one platform and a scripted agent, on an engine in memory. */
export interface QueueBench {
  engine: Engine;
  gateway: Gateway;
  phone: TestPlatform;
  sessions: ReturnType<typeof memorySessions>;
  agent: ReturnType<typeof scriptedAgent>;
  metrics: Metrics;
  events: { event: string; payload: Record<string, unknown> }[];
  rules: QueueRules;
  inbox(runId: string): Promise<{ status: string; reason: string | null } | undefined>;
  /** Messages that have not ended. */
  open(): Promise<number>;
  ask(method: string, params?: unknown): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export const operator: Call = {
  requestId: "r",
  connectionId: "c",
  role: "operator",
  scopes: ["operator.admin"],
  actor: "ana",
  signal: new AbortController().signal,
  follow: () => undefined,
  unfollow: () => undefined,
  later: () => undefined,
};

export async function queueBench(
  answer: ScriptedTurn,
  { queue = {}, rules = {}, ...options }: { queue?: Partial<QueueSettings>; rules?: Partial<QueueRules> } & Partial<GatewayOptions> = {},
): Promise<QueueBench> {
  const engine = options.engine ?? (await testEngine());
  const phone = testPlatform();
  const sessions = memorySessions();
  const agent = scriptedAgent(answer);
  const metrics = createMetrics();
  const events: QueueBench["events"] = [];
  const current: QueueRules = { ...defaultQueueRules, ...rules, defaults: { ...defaultQueueRules.defaults, debounceMs: 40, ...queue } };
  const gateway = createGateway({
    sessions,
    sessionKeyOf: plainSessionKey,
    agent,
    channels: [phone.adapter, createApiChannel()],
    admission: { phone: { dmPolicy: "open", groups: { "*": { requireMention: false } } }, webchat: { dmPolicy: "open" } },
    publisher: { publish: (event, payload) => void events.push({ event, payload: payload as Record<string, unknown> }), isFollowed: () => true },
    metrics,
    queueRules: () => current,
    ...options,
    engine,
  });
  await gateway.prepare();
  await gateway.start();
  return {
    engine,
    gateway,
    phone,
    sessions,
    agent,
    metrics,
    events,
    rules: current,
    inbox: async (runId) => (await engine.db.get("select status, reason from inbox where id = ?", runId)) as never,
    open: async () => Number((await engine.db.get("select count(*) as n from inbox where status = 'accepted'"))?.n),
    ask: async (method, params) => (await (gateway.handlers as Record<string, (params: unknown, call: Call) => unknown>)[method]!(params, operator)) as never,
    async close() {
      await gateway.stop();
      await engine.stop();
    },
  };
}

export const until = async (holds: () => boolean | Promise<boolean>, what = "it"): Promise<void> => {
  for (let tries = 0; tries < 600; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${what} did not happen`);
};

/** Something to wait for, and how it comes about. */
export function latch(): { opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
