import type { ChannelAdapter } from "@travelagent/channel-kit";
import type { Handlers } from "@travelagent/protocol";
import { type Clock, type Engine, type Logger, silentLogger, systemClock, type Tracer } from "@travelagent/protocol/ports";
import type { AgentPort } from "@travelagent/protocol/turn";
import type { AdmissionRules } from "./admission.ts";
import { createAnnouncer } from "./announce.ts";
import { apiChannel } from "./api-channel.ts";
import { type ChannelStatus, createChannels } from "./channels.ts";
import { messagesTopic } from "./connections/topics.ts";
import { createConversations } from "./conversations.ts";
import { createFlow, type FlowOptions } from "./flow.ts";
import { channelHandlers } from "./handlers/channels.ts";
import { chatHandlers, webchatChannel } from "./handlers/chat.ts";
import { conversationHandlers } from "./handlers/conversations.ts";
import { sendHandlers } from "./handlers/send.ts";
import { sessionNames } from "./handlers/session-names.ts";
import { createInbox } from "./inbox.ts";
import { createIntake } from "./intake.ts";
import { finalOf } from "./live.ts";
import type { Metrics } from "./metrics.ts";
import { createOutbox } from "./outbox.ts";
import type { SessionPort } from "./ports.ts";
import type { Publisher } from "./publish.ts";
import type { Binding, SessionKeyOf } from "./route.ts";
import { createRunListeners } from "./run-listeners.ts";
import { createRuns, type Runs } from "./runs.ts";
import { gatewayMigrations } from "./tables.ts";
import { createTell, type Tell } from "./tell.ts";
import { createTurns, type TurnsOptions } from "./turns.ts";

export interface GatewayOptions {
  engine: Engine;
  sessions: SessionPort;
  sessionKeyOf: SessionKeyOf;
  agent: AgentPort;
  channels: readonly ChannelAdapter[];
  publisher: Publisher;
  /** Who may write, by channel. A channel that is not here is closed. */
  admission: Readonly<Record<string, AdmissionRules>>;
  bindings?: readonly Binding[];
  defaultAgentId?: string;
  /** Every agent there is. Default the default one and those of the bindings. */
  agentIds?: readonly string[];
  /** IANA zone of the agency. */
  timeZone?: string;
  turnTimeoutMs?: number;
  clock?: Clock;
  log?: Logger;
  /** Where messages, turns and deliveries are counted. */
  metrics?: Metrics;
  tracer?: Tracer;
  /** Told after each turn. */
  onTurnEnd?: FlowOptions["onTurnEnd"];
  /** Runs in the commit that puts a reply into the outbox; see `createUsageLedger`. */
  recordUsage?: TurnsOptions["recordUsage"];
  /** A row of the index of sessions is other than it was. */
  onSession?: TurnsOptions["onSession"];
}

/** The path of a message: inbox, admission, routing, lane, turn, outbox. */
export interface Gateway {
  /** Its methods for the control plane. */
  readonly handlers: Handlers;
  /** Creates tables and registers the durable functions. Before the engine starts. */
  prepare(): Promise<void>;
  /** After the engine started: takes up what was left, then opens the channels. */
  start(): Promise<void>;
  /** Closes the channels and lets sends end. The engine is stopped by its owner, before or after. */
  stop(): Promise<void>;
  /** An approval was decided: its conversation goes on. */
  resume(decisionId: string, sessionKey: string): Promise<void>;
  /** The customer hears something without having asked just now. */
  readonly tell: Tell;
  /** What programs start and wait for. Their channel (`createApiChannel`) must be among the channels. */
  readonly runs: Runs;
  /** The customer of a session became known. */
  bindCustomer(sessionKey: string, customerId: string, displayName?: string): Promise<void>;
  channelStatus(): ChannelStatus[];
  /** From now on messages are routed so; turns that were accepted keep their agent. */
  reroute(routing: Routing): void;
  /** The session a short key such as `main` names. */
  sessionKeyNamed(key: string, agentId?: string): string;
}

/** Which agents there are and who gets what. */
export interface Routing {
  bindings: readonly Binding[];
  defaultAgentId: string;
  agentIds: readonly string[];
}

export function createGateway({
  engine,
  sessions,
  sessionKeyOf,
  agent,
  channels: adapters,
  publisher,
  admission,
  bindings = [],
  defaultAgentId = "main",
  agentIds = [...new Set([defaultAgentId, ...bindings.map(({ agentId }) => agentId)])],
  timeZone = "UTC",
  turnTimeoutMs = 600_000,
  clock = systemClock,
  log = silentLogger,
  metrics,
  tracer,
  onTurnEnd,
  recordUsage,
  onSession = () => undefined,
}: GatewayOptions): Gateway {
  const { db, work } = engine;
  let routing: Routing = { bindings, defaultAgentId, agentIds };
  const listeners = createRunListeners();
  const flow = createFlow({
    clock,
    log,
    channels: [...adapters.map((adapter) => adapter.id), webchatChannel],
    ...(metrics ? { metrics } : {}),
    ...(tracer ? { tracer } : {}),
    ...(onTurnEnd ? { onTurnEnd } : {}),
  });
  const announcer = createAnnouncer({ publisher, clock });
  const inbox = createInbox({ db, clock });
  const conversations = createConversations({ db });
  const outbox = createOutbox({
    db,
    clock,
    log,
    adapter: (channel, accountId) => channels.adapter(channel, accountId),
    onSend: flow.sending,
    onChange: (delivery) => {
      flow.delivery(delivery);
      const { sessionKey, status } = delivery;
      if (status !== "sent") publisher.publish("delivery", { id: delivery.id, status, sessionKey });
      if (!publisher.isFollowed(sessionKey) || status === "pending" || status === "attempting") return;
      const runId = delivery.runId ?? delivery.id;
      if (status === "refused") publisher.publish("chat", { runId, sessionKey, seq: 0, state: "aborted" });
      else publisher.publish("chat", { runId, sessionKey, seq: 0, state: "final", message: finalOf(delivery) });
      if (status !== "refused" && publisher.isFollowed(messagesTopic(sessionKey)))
        publisher.publish("session.message", { sessionKey, messageId: delivery.id, message: finalOf(delivery) });
    },
  });
  const tell = createTell({ db, conversations, outbox, sessions, clock });
  const turns = createTurns({
    tell,
    listen: listeners.tell,
    showTyping: (to) => {
      try {
        channels.adapter(to.channel, to.accountId)?.showTyping?.(to);
      } catch (error) {
        log.warn("a channel could not show that an answer is being written", { channel: to.channel, error });
      }
    },
    db,
    work,
    inbox,
    outbox,
    conversations,
    sessions,
    agent,
    publisher,
    announcer,
    clock,
    log,
    timeZone,
    turnTimeoutMs,
    flow,
    ...(recordUsage ? { recordUsage } : {}),
    onSession,
  });
  const intake = createIntake({
    db,
    work,
    inbox,
    conversations,
    sessions,
    log,
    routing: () => ({ ...routing, sessionKeyOf }),
    turnTimeoutMs,
    admission: (channel) => admission[channel],
    onConversation: announcer.conversation,
    flow,
  });
  const channels = createChannels({
    adapters,
    clock,
    log,
    host: (adapter) => ({ log: log.child({ channel: adapter.id, account: adapter.accountId }), receive: (message) => intake.receive(message) }),
  });

  return {
    handlers: {
      ...chatHandlers({ intake, inbox, turns, outbox, sessions, work, clock, publisher, routing: () => routing }),
      ...conversationHandlers({ db, conversations, outbox, sessions, announcer, clock }),
      ...channelHandlers({ adapters, status: () => channels.status(), clock }),
      ...sendHandlers({
        db,
        conversations,
        outbox,
        sessions,
        announcer,
        clock,
        adapters,
        admission: (channel) => admission[channel],
        routing: () => ({ ...routing, sessionKeyOf }),
        internal: new Set([apiChannel]),
      }),
    },
    async prepare() {
      await db.migrate("gateway", gatewayMigrations);
      turns.define();
    },
    async start() {
      channels.start();
      await turns.sweep();
      await outbox.start();
    },
    async stop() {
      // What is being sent gets its time while the adapters are still up.
      await outbox.stop();
      await channels.stop();
      announcer.stop();
    },
    tell,
    runs: createRuns({
      intake,
      inbox,
      outbox,
      sessions,
      work,
      clock,
      listeners,
      turnTimeoutMs,
      agentIdOf: async (sessionKey) => (await conversations.get(sessionKey))?.agentId,
    }),
    resume: (decisionId, sessionKey) => turns.resume(decisionId, sessionKey),
    bindCustomer: (sessionKey, customerId, displayName) => conversations.bindCustomer(sessionKey, customerId, displayName),
    channelStatus: () => channels.status(),
    reroute(next) {
      routing = next;
    },
    sessionKeyNamed: sessionNames(() => routing).keyOf,
  };
}
