import type { ChannelAdapter } from "@travelagent/channel-kit";
import type { Handlers } from "@travelagent/protocol";
import { type Clock, type Engine, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { AgentPort } from "@travelagent/protocol/turn";
import type { AdmissionRules } from "./admission.ts";
import { createAnnouncer } from "./announce.ts";
import { type ChannelStatus, createChannels } from "./channels.ts";
import { createConversations } from "./conversations.ts";
import { chatHandlers } from "./handlers/chat.ts";
import { conversationHandlers } from "./handlers/conversations.ts";
import { createInbox } from "./inbox.ts";
import { createIntake } from "./intake.ts";
import { finalOf } from "./live.ts";
import { createOutbox } from "./outbox.ts";
import type { SessionPort } from "./ports.ts";
import type { Publisher } from "./publish.ts";
import type { Binding, SessionKeyOf } from "./route.ts";
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
  onTurnEnd?: TurnsOptions["onEnd"];
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
  /** The customer of a session became known. */
  bindCustomer(sessionKey: string, customerId: string, displayName?: string): Promise<void>;
  channelStatus(): ChannelStatus[];
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
  onTurnEnd,
}: GatewayOptions): Gateway {
  const { db, work } = engine;
  const announcer = createAnnouncer({ publisher, clock });
  const inbox = createInbox({ db, clock });
  const conversations = createConversations({ db });
  const outbox = createOutbox({
    db,
    clock,
    log,
    adapter: (channel, accountId) => channels.adapter(channel, accountId),
    onChange: (delivery) => {
      const { sessionKey, status } = delivery;
      if (status !== "sent") publisher.publish("delivery", { id: delivery.id, status, sessionKey });
      if (!publisher.isFollowed(sessionKey) || status === "pending" || status === "attempting") return;
      const runId = delivery.runId ?? delivery.id;
      if (status === "refused") publisher.publish("chat", { runId, sessionKey, seq: 0, state: "aborted" });
      else publisher.publish("chat", { runId, sessionKey, seq: 0, state: "final", message: finalOf(delivery) });
    },
  });
  const tell = createTell({ db, conversations, outbox, sessions, clock });
  const turns = createTurns({
    tell,
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
    ...(onTurnEnd ? { onEnd: onTurnEnd } : {}),
  });
  const intake = createIntake({
    db,
    work,
    inbox,
    conversations,
    sessions,
    log,
    routing: { bindings, defaultAgentId, sessionKeyOf },
    turnTimeoutMs,
    admission: (channel) => admission[channel],
    onConversation: announcer.conversation,
  });
  const channels = createChannels({
    adapters,
    clock,
    log,
    host: (adapter) => ({ log: log.child({ channel: adapter.id, account: adapter.accountId }), receive: (message) => intake.receive(message) }),
  });

  return {
    handlers: {
      ...chatHandlers({ intake, turns, outbox, sessions, work, clock, defaultAgentId, agentIds }),
      ...conversationHandlers({ db, conversations, outbox, sessions, announcer, clock }),
      "channels.status": async () => ({
        ts: clock.now(),
        channelOrder: adapters.map((adapter) => adapter.id),
        channels: Object.fromEntries(channels.status().map((status) => [status.id, status])),
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
    resume: (decisionId, sessionKey) => turns.resume(decisionId, sessionKey),
    bindCustomer: (sessionKey, customerId, displayName) => conversations.bindCustomer(sessionKey, customerId, displayName),
    channelStatus: () => channels.status(),
  };
}
