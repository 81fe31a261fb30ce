import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAgent, handOffTool, handOverTool } from "@travelagent/agent-runtime";
import { asApproval, createGate, gateHandlers } from "@travelagent/agent-runtime/gate";
import { createConcierge } from "@travelagent/agent-runtime/models/concierge";
import { readSkillTool } from "@travelagent/agent-runtime/skills";
import { createWebchat } from "@travelagent/channel-webchat";
import { agentSessionsPath, configHandlers, resolvePath } from "@travelagent/config";
import { openEngine } from "@travelagent/engine";
import {
  type ControlPlane,
  createControlPlane,
  createDevices,
  createGateway,
  createVisitors,
  mediaRoutes,
  type Publisher,
  route,
  type SessionKeyOf,
  subscriptionHandlers,
  usageHandlers,
} from "@travelagent/gateway-core";
import { serve } from "@travelagent/gateway-core/node";
import { TravelAgentError } from "@travelagent/protocol";
import { type Logger, systemClock } from "@travelagent/protocol/ports";
import { createSessions, fileTranscripts, sessionHandlers, sessionKey } from "@travelagent/sessions";
import { memoryTools } from "@travelagent/tools-automation";
import { notificationPersonalData } from "@travelagent/tools-automation/notifications";
import { createGazetteer } from "@travelagent/tools-booking/geography";
import { travelJobPersonalData } from "@travelagent/travel-jobs";
import { agentPrompts } from "./answering/agent-prompts.ts";
import { bookingNews } from "./answering/booking-news.ts";
import { catalogueHandlers, ownCommands } from "./answering/catalogue.ts";
import { openContext } from "./answering/context.ts";
import { chosenIn, chosenModel, directivesOf } from "./answering/directives.ts";
import { openHelpers } from "./answering/helpers.ts";
import { openImageTool } from "./answering/image-tool.ts";
import { livePolicy } from "./answering/live-policy.ts";
import { loopLimits } from "./answering/loop-limits.ts";
import { mcpServers } from "./answering/mcp-servers.ts";
import { openMemory } from "./answering/memory.ts";
import { openModelRests } from "./answering/model-rests.ts";
import { modelStatusHandlers } from "./answering/model-status.ts";
import { modelSet } from "./answering/models.ts";
import { openPlugins } from "./answering/plugins.ts";
import { warnOfToolLists } from "./answering/policy-check.ts";

import { pausedParts, queueing } from "./answering/queueing.ts";
import { agentWith, routingPorts } from "./answering/routing-ports.ts";
import { sessionLane } from "./answering/session-lane.ts";
import { sessionNews } from "./answering/session-news.ts";
import { openSkills } from "./answering/skills.ts";
import { systemTools } from "./answering/system-tools.ts";
import { openTravel } from "./answering/travel.ts";
import { webTools } from "./answering/web-tools.ts";
import { openWorkspaces } from "./answering/workspaces.ts";
import { callOf } from "./automation/heartbeat.ts";
import { openNotifications } from "./automation/notifications.ts";
import { openAutomation } from "./automation/scheduler.ts";
import { openTravelJobs } from "./automation/travel-jobs.ts";
import { openWebhooks } from "./automation/webhooks.ts";
import { configAccess } from "./configuration/config-access.ts";
import { credentialsOf } from "./configuration/credentials-of.ts";
import { checkExposedSecret } from "./configuration/exposed-secret.ts";
import { exposureOf } from "./configuration/exposure.ts";
import { checkPlaintext, networkOf } from "./configuration/network.ts";
import { ownDirectory, ownSecret } from "./configuration/own-file.ts";
import type { ConfigState, LiveParts } from "./configuration/reload.ts";
import { routingOf, withoutIdleHandoff } from "./configuration/routing.ts";
import type { Settings } from "./configuration/settings.ts";
import { openConversationMedia } from "./customers/media.ts";
import { openCustomers } from "./customers/open-customers.ts";
import { siteIdentityRoutes } from "./customers/site-identity.ts";
import { openDesk } from "./desk/open-desk.ts";
import { healthFacts, statusFacts } from "./observing/health-facts.ts";
import { logHandlers } from "./observing/log-tail.ts";
import { observe } from "./observing/observation.ts";
import { createStoreHealth } from "./observing/store-health.ts";
import { usageOf } from "./observing/usage.ts";
import { announceOnNetwork } from "./reaching/announcement.ts";
import { configuredChannels } from "./reaching/channels/configured-channels.ts";
import { deliveryOf } from "./reaching/delivery.ts";
import { openDoor } from "./reaching/door.ts";
import { gatewayAuth } from "./reaching/gateway-auth.ts";
import { apiChannels, httpSurface } from "./reaching/http-surface.ts";
import { legacyDoors } from "./reaching/legacy.ts";
import { listenAs } from "./reaching/listen.ts";
import { mcpSurface } from "./reaching/mcp.ts";
import { nodesOf } from "./reaching/nodes.ts";
import { paymentWebhooks } from "./reaching/payment-webhooks.ts";
import { checkPort, notePort } from "./reaching/port-holder.ts";
import { endSuperseded } from "./reaching/superseded.ts";
import { tailnetOf } from "./reaching/tailscale.ts";

export const version: string = (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }).version;

const dayMs = 86_400_000;

export interface Running {
  url: string;
  /** SHA-256 of the certificate, with TLS. */
  tlsFingerprint?: string;
  /** Path that signs a browser in once, within ten minutes. */
  loginPath: string;
  port: number;
  control: ControlPlane;
  /** Everything but the log, which is its owner's. */
  live: Omit<LiveParts, "logging">;
  /** `reason` and the time until clients may come back are told to them. */
  stop(reason?: string, restartExpectedMs?: number): Promise<void>;
}

/** Beside the bundle where it was built, at the top of the checkout when run from source. */
function bundledSkills(): string {
  const built = new URL("./skills", import.meta.url);
  return fileURLToPath(existsSync(built) ? built : new URL("../../../skills", import.meta.url));
}

/** The whole system, wired: the only place that knows everybody. What was opened is closed again when it does not start. */
export async function compose(settings: Settings, log: Logger, state: ConfigState): Promise<Running> {
  const opened: (() => unknown)[] = [];
  try {
    return await wire(settings, log, state, (close) => void opened.push(close));
  } catch (error) {
    for (const close of opened.reverse()) await Promise.resolve(close()).catch(() => {});
    throw error;
  }
}

async function wire(settings: Settings, log: Logger, state: ConfigState, onFailure: (close: () => unknown) => void): Promise<Running> {
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
  /** What live parts read: a change of the configuration puts another one here. */
  let routing = routingOf(config);
  let exposure = withoutIdleHandoff(exposureOf(config), config);

  const listen = await listenAs(settings, clock.now());
  checkExposedSecret(config, listen, paths.token);
  await checkPort(settings.port, listen.host);
  const tailnet = await tailnetOf(config, listen, part("tailscale"));
  const fingerprint = listen.tls ? { tlsFingerprint: listen.tls.fingerprint } : {};

  // What is seen of all this from outside.
  const observed = await observe({ config, version, clock, log: part("agent"), onModelState: () => control.healthChanged() });
  onFailure(() => observed.stop());
  const { metrics, tracer } = observed;

  // What is durable.
  const engine = openEngine({
    path: paths.database,
    log: part("engine"),
    onSuperseded: endSuperseded,
    ...(config.agents.defaults.maxConcurrent ? { concurrency: config.agents.defaults.maxConcurrent } : {}),
  });
  onFailure(() => engine.stop());
  const { db, work } = engine;
  const sessions = createSessions({
    db,
    transcripts: fileTranscripts({ directory: paths.base, log: part("transcripts") }),
    onDamaged: () => control.healthChanged(),
    log: part("sessions"),
  });
  await sessions.start();
  observed.gauges({ engine, sessions: () => sessions.count() });
  const stores = createStoreHealth({ db, directory: paths.data, clock });
  await stores.migrate();

  const deskParts = await openDesk(db);
  const webhooks = await openWebhooks({ config, db, credentials: credentialsOf(paths, env, clock), clock, log: part("webhooks") });

  // What live clients hear. The control plane comes last, since it needs everybody's handlers.
  const publisher: Publisher = {
    publish(event, payload, options) {
      deskParts.hear(event);
      webhooks.hear(event, payload);
      control.publish(event, payload, options);
    },
    isFollowed: (sessionKey) => control.followers(sessionKey) > 0,
  };
  const sessionChanged = sessionNews({ sessions, publisher, clock });
  const usage = await usageOf({ db, clock, log: part("usage"), config: () => state.running(), onExhausted: () => control.healthChanged() });

  // Customers, travel, rules.
  const publicUrl = () => (config.gateway.publicUrl ?? server.url).replace(/\/$/, "");
  const credentials = credentialsOf(paths, env, clock);
  const reached = await configuredChannels(config, { publicUrl, db, paths, credentials, clock, log: part("channels") });
  const conversationMedia = await openConversationMedia({ config, paths, db, credentials, clock });
  const door = openDoor({ config: () => state.running(), paths, clock });
  const customers = await openCustomers({
    config: () => state.running(),
    media: conversationMedia,
    channelData: [
      ...reached.personalData,
      deskParts.personalData,
      travelJobPersonalData({ db }),
      door.personalData,
      notificationPersonalData({ db }),
      webhooks.personalData,
    ],
    env,
    paths,
    db,
    work,
    sessions,
    clock,
    log: part("customers"),
    publicUrl,
    bookings: () => bookings,
    papers: () => travel.papers,
    gateway: () => gateway,
    routing: () => routing,
    sessionKeyOf,
    timeZone,
    publish: (event, payload, options) => publisher.publish(event, payload, options),
  });
  onFailure(() => customers.close());
  const travel = await openTravel({
    config,
    env,
    directory: paths.data,
    db,
    work,
    crm: customers.crm,
    papersOf: customers.vault,
    agencyOf: customers.records.agencyOf,
    sessions,
    clock,
    log: part("bookings"),
    onBooking: (booking) => {
      publisher.publish("booking", { booking });
      customers.records.onBooking(booking);
      customers.sales.onBooking(booking);
      void news(booking);
    },
    onCustomerKnown: (sessionKey, customerId, name) => gateway.bindCustomer(sessionKey, customerId, name),
    chatUrl: `${(config.gateway.publicUrl ?? `http://127.0.0.1:${settings.port}`).replace(/\/$/, "")}/chat`,
    publicUrl,
    note: (note) => gateway.note(note),
    tell: (said) => gateway.tell(said),
    media: conversationMedia.media,
    onQuote: customers.sales.onQuote,
  });
  onFailure(() => travel.close());
  const { bookings, suppliers } = travel;
  const jobs = await openTravelJobs({
    config: () => state.running(),
    ...{ db, work, paths, clock, log: part("jobs"), timeZone, bookings, suppliers, papers: travel.papers },
    ...{ templates: customers.templates, obligations: customers.sales.obligations, vault: customers.vault.vault },
    chatUrl: () => `${publicUrl()}/chat`,
    customerOf: async (key) => sessions.get(key),
  });
  const notifications = await openNotifications({
    config: () => state.running(),
    ...{ db, work, clock, log: part("notifications"), bookings, papers: travel.papers, crm: customers.crm, contact: customers.contact },
    ...{ channels: reached.adapters, templates: customers.templates, agencyOf: customers.records.agencyOf, gateway: () => gateway },
  });
  const automation = openAutomation({
    config: () => state.running(),
    ...{ env, paths, db, work, sessions, publisher, timeZone, clock, log: part("cron"), workflows: jobs.workflows, seeds: jobs.seeds },
    gateway: () => gateway,
    ...{ defaultAgentId: () => routing.defaultAgentId, agents: () => routing.agentIds },
    workspaceOf: (agentId) => workspaces.of(agentId),
    canLook: (agentId) => models.forAgent(agentId).some(({ provider }) => provider !== "concierge"),
    reset: (key) => lane.reset(key),
    patchSession: async (patch) => sessionMethods["sessions.patch"]!(patch as never, callOf("cron")),
  });
  const policy = livePolicy(config, {
    root: fileURLToPath(new URL("../policy", import.meta.url)),
    directoryOf: ({ policy: { dir } }) => (dir === undefined ? paths.policy : configured("policy.dir", dir)),
    log: part("policy"),
    onRead: () => control.healthChanged(),
  });
  onFailure(() => policy.close());
  const memory = await openMemory({ config, env, db, directory: paths.workspace, clock, log: part("memory"), timeZone });
  const context = openContext({ config: () => state.running(), sessions, work, memory, clock, log: part("context") });
  const handOff = handOffTool({
    handOff: (turn, request) => gateway.handOff(turn, request),
    agentWith: agentWith(
      () => gate,
      () => routing,
    ),
  });
  const helpers = openHelpers({ sessions, config: () => state.running(), agents: () => routing.agents });
  const tools = [
    ...travel.tools,
    ...jobs.tools,
    ...automation.tools,
    ...webhooks.tools,
    ...notifications.tools,
    ...customers.tools,
    ...memoryTools(memory),
    handOverTool(),
    handOff,
    readSkillTool((turn) => skills.forAgent(turn.agentId).skills),
    ...helpers.tools,
  ];
  const web = await webTools(settings, { clock, log: part("web") });
  onFailure(() => web.stop());
  const offered = await mcpServers(settings, {
    own: [...tools, context.tool, ...web.tools],
    db,
    clock,
    log: part("mcp"),
    onState: () => control.healthChanged(),
  });
  const apis = apiChannels(config);
  const system = await systemTools(settings, { permit: (action, who) => nodes.permit(action, who), clock, log: part("tools") });
  onFailure(() => system.stop());
  const images = openImageTool(config, { config: () => state.running(), workplace: system.workplace, clock, log: part("tools") });
  const ownTools = () => images.beside(system.beside(offered.tools()));
  const plugins = await openPlugins(settings, {
    clock,
    log: part("plugins"),
    tools: ownTools,
    channels: apis,
    onState: () => control.healthChanged(),
  });
  onFailure(() => plugins.stop());
  const allTools = () => plugins.tools(ownTools());
  policy.checkAgainst(allTools);
  warnOfToolLists(config, allTools(), part("tools"));
  const ownGate = createGate({
    db,
    clock,
    log: part("gate"),
    policy: () => policy.policy(),
    tools: allTools,
    exposure: () => exposure,
    onApprovalRequested: (decision) => publisher.publish("approval", { approval: asApproval(decision) }),
  });
  await ownGate.migrate();
  const gate = customers.vault.gate(plugins.gate(observed.gate(ownGate, (name) => allTools().some((tool) => tool.name === name))));

  // Who answers.
  const concierge = createConcierge({ places: createGazetteer });
  const rests = await openModelRests({ db, clock, log: part("models"), coolsDown: (provider) => models.coolsDown(provider) });
  let models = modelSet(config, env, concierge, rests.ring);
  await images.begin(() => models, { observed: observed.model, cooldowns: rests.cooldowns, usage: usage.ledger, db });
  const skillsOfAgency = join(paths.workspace, "skills");
  ownDirectory(skillsOfAgency);
  const skills = openSkills({
    config,
    directoriesOf: (given) => [
      { path: skillsOfAgency, source: "workspace" },
      { path: paths.skills, source: "managed" },
      { path: bundledSkills(), source: "bundled" },
      ...plugins.skills,
      ...given.skills.extraDirs.map((path) => ({ path: configured("skills.extraDirs", path), source: "extra" as const })),
    ],
    env,
    takenCommands: ownCommands,
    clock,
    log: part("skills"),
  });
  onFailure(() => skills.close());
  const workspaces = openWorkspaces(config, { directory: paths.workspace, configPath: settings.configPath, clock, log: part("agent") });
  const agent = createAgent({
    gate: context.gate(gate),
    transcript: context.transcript,
    context: context.keeper,
    clock,
    log: part("agent"),
    models: (turn, choice) => models.forSession(turn.agentId, chosenIn(choice)).map((one) => customers.vault.model(observed.model(one, turn), turn)),
    cooldowns: rests.cooldowns,
    price: usage.price,
    budget: usage.budgets,
    limits: () => loopLimits(state.running()),
    prompt: agentPrompts({ config: () => state.running(), gate, skills, workspaces, agencyName: "Travel Agent OS", timeZone }),
  });

  // The path of a message.
  const gateway = createGateway({
    engine,
    sessions,
    sessionKeyOf,
    agent: automation.heartbeat.around(customers.records.around(agent)),
    publisher,
    clock,
    log: part("gateway"),
    timeZone,
    ...routing,
    routingPorts: routingPorts({ bookings, crm: customers.crm, agencyOf: customers.records.agencyOf }, sessions, ownGate.audit),
    // A reply is in the history of the chat by the commit that put it into the outbox; the outbox tells the open pages.
    channels: [
      createWebchat({ hub: { deliver: async () => undefined, delivered: async () => true } }),
      ...(customers.portal ? [customers.portal.portal.adapter] : []),
      ...reached.adapters,
      ...apis,
      ...plugins.channels,
    ],
    door: door.options(ownGate.audit),
    admission: { ...plugins.admission, ...reached.admission, webchat: { dmPolicy: "open" }, portal: { dmPolicy: "open" } },
    ...(config.agents.defaults.timeoutSeconds ? { turnTimeoutMs: config.agents.defaults.timeoutSeconds * 1000 } : {}),
    metrics,
    tracer,
    recordUsage: usage.recordUsage,
    contact: customers.contact,
    papers: customers.vault.papers,
    removeParts: customers.vault.removeParts,
    ...deliveryOf({ config: () => state.running(), onChannelState: () => control.healthChanged() }),
    media: conversationMedia.media,
    ...queueing({ config: () => state.running(), gate: ownGate, db, onPause: () => helpers.stopPaused().finally(() => control.healthChanged()) }),
    onStop: helpers.stop,
    directives: directivesOf({ handlers: () => sessionMethods, session: sessions.get, models: () => models }),
    onSession: sessionChanged,
    ...plugins.listeners,
    onSent(message) {
      customers.sales.onSent(message);
      plugins.listeners.onSent?.(message);
    },
  });
  const news = bookingNews({ gate, tell: gateway.tell, log: part("news") });
  await gateway.prepare();
  await automation.prepare();
  await helpers.begin({ engine, agent, gateway, usage: usage.ledger, clock, log: part("helpers") });
  const lane = sessionLane({
    work,
    sessions,
    decisions: gate.decisions,
    bookings,
    onWithdrawn: (decision) => decision.kind === "approval" && publisher.publish("approval", { approval: asApproval(decision) }),
  });
  const sessionMethods = {
    ...sessionHandlers(sessions, {
      reset: lane.reset,
      archive: lane.archive,
      keyOf: gateway.sessionKeyNamed,
      onChange: plugins.onSession(sessionChanged),
      resolveModel: chosenModel(() => models),
      clock,
      defaults: () => {
        const [first] = models.forAgent(routing.defaultAgentId);
        return { modelProvider: first?.provider ?? null, model: first?.id ?? null, contextTokens: first?.contextWindow ?? null };
      },
    }),
    ...context.handlers({
      modelOf: (agentId, preferred) => models.forSession(agentId, preferred).map((model) => observed.model(model))[0],
      timeZone,
      keyOf: gateway.sessionKeyNamed,
      onChange: plugins.onSession(sessionChanged),
    }),
  };
  const surface = await httpSurface(config, {
    gateway,
    gate,
    sessions,
    db,
    clock,
    log: part("http"),
    version,
    agents: () => routing,
    skills: () => skills.forAgent(routing.defaultAgentId).skills,
    timeZone,
    ...{ directory: paths.base, triggers: webhooks.triggers, wake: automation.heartbeat.wake },
  });

  const gateMethods = gateHandlers(gate, {
    onDecided: async (decision) => {
      publisher.publish("approval", { approval: asApproval(decision) });
      await gateway.resume(decision.id, decision.turn.sessionKey);
    },
    roles: () => state.running().approvals.roles,
  });
  const desk = deskParts.connect({
    db,
    clock,
    log: part("desk"),
    config: () => state.running(),
    surfaces: reached.desks,
    handlers: () => ({ ...gateway.handlers, ...gateMethods }),
    decisions: gate.decisions,
    correspondence: gateway.correspondence,
    crm: customers.crm,
  });

  // Who may connect.
  const { auth, take: takeAuth } = gatewayAuth(config, paths, { clock, log: part("control") });
  const mcp = await mcpSurface(config, { gate, tools, db, sessions, auth, version, agents: () => routing, timeZone, clock, log: part("mcp") });
  onFailure(() => mcp.close());
  const devices = createDevices({ db, clock, log: part("devices") });
  await devices.start();
  const nodes = await nodesOf(config, paths.database, devices, { db, clock, metrics, log: part("nodes"), control: () => control });
  const visitors = createVisitors({
    secret: ownSecret(join(paths.credentials, "visitors.key")),
    sessionKeyOf: (visitorId) =>
      route({ channel: "webchat", accountId: "default", chatType: "direct", peerId: visitorId }, { ...routing, sessionKeyOf }).sessionKey,
  });
  const control = createControlPlane({
    auth,
    devices,
    observe: nodes.observer,
    version,
    clock,
    metrics,
    ...(config.telemetry.otlp ? { tracer } : {}),
    log: part("control"),
    staticDir: join(dirname(createRequire(import.meta.url).resolve("@travelagent/web/package.json")), "dist"),
    visitors,
    ...(customers.portal ? { guests: customers.portal.guests } : {}),
    sessionDefaults: {
      get defaultAgentId() {
        return routing.defaultAgentId;
      },
      mainKey: "main",
      get mainSessionKey() {
        return `agent:${routing.defaultAgentId}:main`;
      },
    },
    network: networkOf(config, tailnet),
    routes: [
      ...surface.routes,
      ...siteIdentityRoutes({
        config: () => state.running(),
        visitors,
        vouch: customers.records.vouch,
        addressOf: (peerId) => ({ channel: "webchat", accountId: "default", chatType: "direct", peerId }),
        agencyOf: customers.records.agencyOf,
        clock,
      }),
      ...mediaRoutes({
        media: conversationMedia.media,
        files: gateway.files!,
        visitors,
        ...(customers.portal ? { guests: customers.portal.guests } : {}),
        clock,
      }),
      ...travel.routes,
      ...customers.routes,
      ...reached.routes,
      ...paymentWebhooks(bookings, part("bookings")),
      ...mcp.routes,
      ...plugins.routes,
    ],
    extraMethods: plugins.methods,
    ...(surface.widget ? { widget: surface.widget } : {}),
    status: (health) => ({ ...statusFacts(health, models.forAgent(routing.defaultAgentId)[0]), config: state.status(), ...fingerprint }),
    health: plugins.health(
      healthFacts({
        clock,
        channels: () => gateway.channelStatus(),
        agents: () => routing,
        sessions,
        sessionsPath: (agentId) => agentSessionsPath(paths.base, agentId),
        suppliers,
        searches: () => bookings.suppliers(),
        modelsOf: (agentId) => models.forAgent(agentId).map((model) => observed.model(model)),
        models: observed.models,
        stores,
        eventLoop: observed.eventLoop,
        mcpServers: offered.status,
        alsoDegraded: () => [
          ...state.degraded(),
          ...pausedParts(gateway.pausedAgents()),
          ...(policy.problem() === undefined ? [] : ["policy"]),
          ...(sessions.damaged() > 0 ? ["transcripts"] : []),
          ...(usage.budgets.isExhausted() ? ["budget"] : []),
          ...customers.crmSync.degraded(),
        ],
      }),
    ),
    handlers: {
      ...gateway.handlers,
      ...gateMethods,
      ...travel.handlers,
      ...webhooks.handlers,
      ...jobs.handlers,
      ...customers.handlers,
      ...nodes.handlers,
      ...offered.handlers,
      ...plugins.handlers,
      ...sessionMethods,
      ...subscriptionHandlers({ list: sessionMethods["sessions.list"]!, keyOf: gateway.sessionKeyNamed }),
      ...usageHandlers(usage.ledger, { clock }),
      ...automation.handlers,
      ...configHandlers({ ...configAccess(settings, state), version, clock }),
      ...logHandlers({ directory: paths.logs }),
      ...modelStatusHandlers({ models: () => models, rests, health: observed.models, clock }),
      ...catalogueHandlers({
        config: () => state.running(),
        routing: () => routing,
        models: () => models,
        skills,
        workspaceDir: paths.workspace,
        workspaceOf: workspaces.of,
        managedSkillsDir: paths.skills,
      }),
    },
  });

  await engine.start();
  onFailure(() => automation.stop());
  await helpers.sweep();
  const server = await serve({
    control,
    port: settings.port,
    ...listen,
    clock,
    log: part("http"),
  });
  onFailure(() => server.close());
  const forgetPort = notePort(server.port, { pid: process.pid, since: clock.now(), stateDir: paths.base });
  await plugins.start();
  await desk.start();
  await gateway.start();
  onFailure(() => gateway.stop());
  onFailure(() => tailnet?.stop());
  await tailnet?.publish(server.port);
  const announcement = await announceOnNetwork(config, { host: listen.host, port: server.port, ...fingerprint }, { clock, log: part("discovery") });
  onFailure(() => announcement.stop());
  const legacy = await legacyDoors(config, { control, nodes, clock, log: part("legacy") });
  onFailure(() => legacy.close());
  await travel.resume();
  await customers.resume();
  await notifications.resume();
  webhooks.start();
  // An approval is decided in one commit and its conversation set going in the next: this finds one that a crash left between.
  for (const decision of await gate.decisions.decidedSince(clock.now() - dayMs)) await gateway.resume(decision.id, decision.turn.sessionKey);
  await automation.start();
  control.setReady();
  plugins.ready();
  offered.start();

  return {
    url: server.url,
    ...fingerprint,
    loginPath: `/login#${auth.sessions.issueCode("operator")}`,
    port: server.port,
    control,
    live: {
      agents(next) {
        const wanted = routingOf(next);
        return () => {
          routing = wanted;
          gateway.reroute(wanted);
          skills.take(next);
          workspaces.take(next);
        };
      },
      skills(next) {
        for (const path of next.skills.extraDirs) configured("skills.extraDirs", path);
        return () => skills.take(next);
      },
      tools(next) {
        const wanted = withoutIdleHandoff(exposureOf(next), next);
        warnOfToolLists(next, allTools(), part("tools"));
        const takeSystem = system.take(next);
        return () => {
          exposure = wanted;
          takeSystem();
        };
      },
      models(next) {
        const wanted = modelSet(next, env, concierge, rests.ring);
        return () => {
          models = wanted;
        };
      },
      policy: policy.take,
      network(next) {
        checkPlaintext(next, listen);
        return control.prepareNetwork(networkOf(next, tailnet));
      },
      auth(next) {
        checkExposedSecret(next, listen, paths.token);
        return takeAuth(next);
      },
    },
    async stop(reason = "the gateway is stopping", restartExpectedMs = 5_000) {
      control.shutdown(reason, { restartExpectedMs });
      bookings.stop();
      await automation.stop();
      mcp.close();
      await announcement.stop();
      await tailnet?.stop();
      await legacy.close();
      await server.close();
      forgetPort();
      await desk.stop();
      await Promise.all([gateway.stop(), offered.stop(), system.stop(), web.stop(), customers.crmSync.close()]);
      await plugins.stop(reason);
      await webhooks.stop();
      await engine.stop();
      await travel.close();
      await customers.close();
      policy.close();
      skills.close();
      await observed.stop();
    },
  };
}
