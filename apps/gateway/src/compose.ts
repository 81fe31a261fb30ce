import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAgent, handOverTool } from "@travelagent/agent-runtime";
import { asApproval, createGate, gateHandlers } from "@travelagent/agent-runtime/gate";
import { createConcierge } from "@travelagent/agent-runtime/models/concierge";
import { createWebchat } from "@travelagent/channel-webchat";
import { configHandlers, resolvePath } from "@travelagent/config";
import { openDatabase, openEngine } from "@travelagent/engine";
import {
  type Binding,
  createAuth,
  createControlPlane,
  createGateway,
  createMetrics,
  createVisitors,
  type Publisher,
  route,
  type SessionKeyOf,
} from "@travelagent/gateway-core";
import { serve } from "@travelagent/gateway-core/node";
import { TravelAgentError } from "@travelagent/protocol";
import { type Logger, systemClock } from "@travelagent/protocol/ports";
import { createSessions, fileTranscripts, sessionHandlers, sessionKey } from "@travelagent/sessions";
import { bookingHandlers, bookingTools, createBookings } from "@travelagent/tools-booking";
import { createGazetteer } from "@travelagent/tools-booking/geography";
import { createSandbox } from "@travelagent/tools-booking/suppliers/sandbox";
import { type BookingHistory, crmTools, customerHandlers, databaseCrm } from "@travelagent/tools-crm";
import { bookingNews } from "./booking-news.ts";
import { modelSet } from "./models.ts";
import { ownDirectory, ownSecret } from "./own-file.ts";
import { policyFiles } from "./policy-files.ts";
import type { Settings } from "./settings.ts";
import { skillFiles } from "./skill-files.ts";

export const version: string = (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }).version;

const dayMs = 86_400_000;

export interface Running {
  url: string;
  /** Path that signs a browser in once, within ten minutes. */
  loginPath: string;
  stop(): Promise<void>;
}

/** The whole system, wired: the only place that knows everybody. */
export async function compose(settings: Settings, log: Logger): Promise<Running> {
  const { config, paths, env } = settings;
  for (const directory of [paths.base, paths.data, paths.credentials, paths.policy, paths.skills, paths.workspace, paths.logs]) ownDirectory(directory);
  const clock = systemClock;
  /** A directory the configuration names must be there: rules that silently do not count are worse than no start. */
  const configured = (key: string, path: string): string => {
    const resolved = resolvePath(path, { home: homedir(), base: dirname(settings.configPath) });
    if (!existsSync(resolved)) throw new TravelAgentError("CONFIG_INVALID", `${key}: there is no directory ${resolved}`);
    return resolved;
  };
  const part = (subsystem: string) => log.child({ subsystem });
  const sessionKeyOf: SessionKeyOf = (conversation) => sessionKey(conversation);
  const timeZone = config.agents.defaults.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const defaultAgentId = config.agents.list.find((agent) => agent.default)?.id ?? config.agents.list[0]?.id ?? "main";

  const bindings = config.bindings.map(
    ({ agentId, match }): Binding => ({
      agentId,
      match: {
        channel: match.channel,
        ...(match.accountId ? { accountId: match.accountId } : {}),
        ...(match.peer ? { peer: { kind: match.peer.kind === "dm" ? "dm" : "group", id: match.peer.id } } : {}),
      },
    }),
  );

  const agents =
    config.agents.list.length > 0 ? config.agents.list.map((entry) => ({ id: entry.id, ...(entry.name ? { name: entry.name } : {}) })) : [{ id: "main" }];

  // What is durable.
  const engine = openEngine({
    path: paths.database,
    log: part("engine"),
    ...(config.agents.defaults.maxConcurrent ? { concurrency: config.agents.defaults.maxConcurrent } : {}),
  });
  const { db, work } = engine;
  const sessions = createSessions({ db, transcripts: fileTranscripts({ directory: paths.base, log: part("transcripts") }), log: part("sessions") });
  await sessions.start();

  const resetWork = "session.reset";
  work.define(resetWork, async (_, key) => void (await sessions.reset(String(key))));
  const resetInLane = async (given: string): Promise<void> => {
    // As keys are stored, since the lane of a session has the name of its key.
    const key = given.trim().toLowerCase();
    const id = `${resetWork}:${randomUUID()}`;
    await work.submit({ name: resetWork, id, lane: key, input: key });
    const { error } = await work.result(id, 30_000);
    if (error) throw TravelAgentError.fromShape(error);
  };

  // What live clients hear. The control plane comes last, since it needs everybody's handlers.
  const publisher: Publisher = {
    publish: (event, payload, options) => control.publish(event, payload, options),
    isFollowed: (sessionKey) => control.followers(sessionKey) > 0,
  };

  // Customers, travel, rules.
  const crm = await databaseCrm({ db, clock });
  const sandboxBooks = openDatabase({ path: join(paths.data, "sandbox.db") });
  const sandbox = createSandbox({ db: sandboxBooks, clock, ...(env.SANDBOX_SEED ? { seed: env.SANDBOX_SEED } : {}) });
  const known = async (sessionKey: string, customerId: string): Promise<void> => {
    await sessions.bindCustomer(sessionKey, customerId);
    await gateway.bindCustomer(sessionKey, customerId, (await crm.get(customerId))?.name);
  };
  const bookings = createBookings({
    db,
    work,
    clock,
    log: part("bookings"),
    suppliers: config.suppliers.sandbox?.enabled === false ? [] : [sandbox.supplier],
    payments: sandbox.payments,
    customers: {
      async ensure(person) {
        const { customerId } = await crm.ensureCustomer(person);
        await known(person.sessionKey, customerId);
        return { customerId };
      },
    },
    onChange: (booking) => {
      publisher.publish("booking", { booking });
      void news(booking);
    },
  });
  await bookings.migrate();
  const bookingsOf = async (customerId: string) => (await bookings.list({ customerId, limit: 50 })).bookings;
  const history: BookingHistory = {
    forCustomer: bookingsOf,
    async forSession(sessionKey) {
      const customerId = (await sessions.get(sessionKey))?.customerId;
      return customerId === undefined ? [] : bookingsOf(customerId);
    },
  };
  const policy = policyFiles({
    pack: fileURLToPath(new URL("../policy", import.meta.url)),
    directory: config.policy.dir === undefined ? paths.policy : configured("policy.dir", config.policy.dir),
    log: part("policy"),
  });
  const gate = createGate({
    db,
    clock,
    log: part("gate"),
    policy: policy.policy,
    tools: [...bookingTools(bookings), ...crmTools({ crm, bookings: history, onCustomerKnown: known }), handOverTool()],
    exposure: {
      ...(config.tools.allow ? { allow: config.tools.allow } : {}),
      ...(config.tools.deny ? { deny: config.tools.deny } : {}),
      byAgent: Object.fromEntries(config.agents.list.flatMap(({ id, tools }) => (tools ? [[id, { allow: tools.allow ?? [], deny: tools.deny ?? [] }]] : []))),
    },
    onApprovalRequested: (decision) => publisher.publish("approval", { approval: asApproval(decision) }),
  });
  await gate.migrate();

  // Who answers.
  const models = modelSet(config, env, createConcierge({ places: createGazetteer }));
  // Beside the bundle where it was built, at the top of the checkout when run from source.
  const skillsDirectory = fileURLToPath(
    [new URL("./skills", import.meta.url), new URL("../../../skills", import.meta.url)].find((url) => existsSync(url)) ?? new URL("./skills", import.meta.url),
  );
  const agent = createAgent({
    gate,
    transcript: sessions,
    clock,
    log: part("agent"),
    models: (turn) => models.forAgent(turn.agentId),
    prompt: {
      agencyName: "Travel Agent OS",
      agentName: "the travel assistant",
      skills: skillFiles([skillsDirectory, ...config.skills.extraDirs.map((path) => configured("skills.extraDirs", path)), paths.skills], part("skills")),
    },
  });

  // The path of a message.
  const metrics = createMetrics();
  const turnSeconds = metrics.histogram(
    "turn_seconds",
    "Time of a turn, from its start to its committed reply.",
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  );
  const turnsTotal = metrics.counter("turns_total", "Turns by channel and outcome.", ["channel", "outcome"]);
  const gateway = createGateway({
    engine,
    sessions,
    sessionKeyOf,
    agent,
    publisher,
    clock,
    log: part("gateway"),
    timeZone,
    defaultAgentId,
    agentIds: agents.map(({ id }) => id),
    // A reply is in the history of the chat by the commit that put it into the outbox; the outbox tells the open pages.
    channels: [createWebchat({ hub: { deliver: async () => undefined, delivered: async () => true } })],
    admission: { webchat: { dmPolicy: "open" } },
    bindings,
    ...(config.agents.defaults.timeoutSeconds ? { turnTimeoutMs: config.agents.defaults.timeoutSeconds * 1000 } : {}),
    onTurnEnd: ({ channel, outcome, ms }) => {
      turnSeconds.observe(ms / 1000);
      turnsTotal.at(channel, outcome).inc();
    },
  });
  const news = bookingNews({ gate, tell: gateway.tell, log: part("news") });
  await gateway.prepare();

  // Who may connect.
  const secret = settings.config.gateway.auth.mode === "password" ? settings.password : (settings.token ?? ownSecret(paths.token));
  const auth = createAuth({
    mode: config.gateway.auth.mode,
    clock,
    ...(config.gateway.auth.mode === "password" ? { password: secret ?? "" } : { token: secret ?? "" }),
  });
  const control = createControlPlane({
    auth,
    version,
    clock,
    metrics,
    log: part("control"),
    staticDir: join(dirname(createRequire(import.meta.url).resolve("@travelagent/web/package.json")), "dist"),
    visitors: createVisitors({
      secret: ownSecret(join(paths.credentials, "visitors.key")),
      sessionKeyOf: (visitorId) =>
        route({ channel: "webchat", accountId: "default", chatType: "direct", peerId: visitorId }, { bindings, defaultAgentId, sessionKeyOf }).sessionKey,
    }),
    sessionDefaults: { defaultAgentId, mainKey: "main", mainSessionKey: `agent:${defaultAgentId}:main` },
    network: {
      allowedOrigins: config.gateway.http.allowedOrigins,
      allowedHosts: config.gateway.http.allowedHosts,
      trustedProxies: config.gateway.trustedProxies,
    },
    health: () => {
      const channels = gateway.channelStatus();
      return {
        degraded: channels.filter((channel) => channel.state !== "running").map((channel) => `channel:${channel.id}`),
        channels: Object.fromEntries(channels.map((channel) => [channel.id, channel.state])),
        defaultAgentId,
      };
    },
    handlers: {
      ...gateway.handlers,
      ...gateHandlers(gate, {
        onDecided: async (decision) => {
          publisher.publish("approval", { approval: asApproval(decision) });
          await gateway.resume(decision.id, decision.turn.sessionKey);
        },
      }),
      ...bookingHandlers(bookings),
      ...customerHandlers(crm),
      ...sessionHandlers(sessions, { reset: resetInLane, clock }),
      ...configHandlers({ path: settings.configPath, env, version, clock }),
      "agents.list": () => ({ defaultId: defaultAgentId, mainKey: "main", scope: "per-sender", agents }),
      "models.list": () => ({ models: models.list() }),
    },
  });

  await engine.start();
  const server = await serve({
    control,
    port: settings.port,
    host: settings.host,
    clock,
    log: part("http"),
    ...(config.gateway.tls ? { tls: { cert: readFileSync(config.gateway.tls.cert), key: readFileSync(config.gateway.tls.key) } } : {}),
  });
  await gateway.start();
  await bookings.resume();
  // An approval is decided in one commit and its conversation set going in the next: this finds one that a crash left between.
  for (const decision of await gate.decisions.decidedSince(clock.now() - dayMs)) await gateway.resume(decision.id, decision.turn.sessionKey);
  control.setReady();

  return {
    url: server.url,
    loginPath: `/login#${auth.sessions.issueCode("operator")}`,
    async stop() {
      control.shutdown("the gateway is stopping", { restartExpectedMs: 5_000 });
      await server.close();
      await gateway.stop();
      await engine.stop();
      await sandboxBooks.close();
      policy.close();
    },
  };
}
