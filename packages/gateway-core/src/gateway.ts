import type { ChannelAdapter } from "@travelagent/channel-kit";
import type { Handlers } from "@travelagent/protocol";
import type { MediaStore } from "@travelagent/protocol/media";
import { type Clock, type Engine, type Logger, silentLogger, systemClock, type Tracer } from "@travelagent/protocol/ports";
import type { AgentPort, TurnScope } from "@travelagent/protocol/turn";
import type { AdmissionRules } from "./admission.ts";
import { createAnnouncer } from "./announce.ts";
import { apiChannel } from "./api-channel.ts";
import { type ChannelStatus, createChannels } from "./channels.ts";
import { messagesTopic } from "./connections/topics.ts";
import type { Contact } from "./contact.ts";
import { createConversations } from "./conversations.ts";
import { type Correspondence, createCorrespondence } from "./correspondence.ts";
import { createAcks } from "./delivery/acks.ts";
import { createAtWork } from "./delivery/at-work.ts";
import { createIdleOwners } from "./delivery/idle-owners.ts";
import type { Manners } from "./delivery/manners.ts";
import { createPersonsMessages } from "./delivery/persons-message.ts";
import { createReports } from "./delivery/reports.ts";
import { isBlock } from "./delivery/said-blocks.ts";
import { createDoor, type DoorOptions } from "./door/door.ts";
import { pairingHandlers, pairingNews, tidyPairing } from "./door/pairing-handlers.ts";
import { createFlow, type FlowOptions } from "./flow.ts";
import { channelHandlers } from "./handlers/channels.ts";
import { chatHandlers, webchatChannel } from "./handlers/chat.ts";
import { conversationHandlers, type PlatformTemplate } from "./handlers/conversations.ts";
import type { Directives } from "./handlers/directives.ts";
import { sendHandlers } from "./handlers/send.ts";
import { sessionNames } from "./handlers/session-names.ts";
import { createInbox } from "./inbox.ts";
import { createIntake } from "./intake.ts";
import { finalOf } from "./live.ts";
import { createFiles, type Files } from "./media/files.ts";
import type { Metrics } from "./metrics.ts";
import { createOutbox } from "./outbox.ts";
import type { SessionPort } from "./ports.ts";
import { createPrivateWords, type PaperKeeper, type PartRemover } from "./private-words.ts";
import type { Publisher } from "./publish.ts";
import { type QueueHandlersOptions, queueHandlers } from "./queue/handlers.ts";
import { createQueue, type QueueOptions } from "./queue/queue.ts";
import { route, type SessionKeyOf } from "./route.ts";
import type { Binding } from "./routing/binding.ts";
import { broadcasting } from "./routing/broadcasting.ts";
import type { HandoffRequest } from "./routing/handoffs.ts";
import { openRouting, type RoutingPorts } from "./routing/open-routing.ts";
import { type Routing, warnOfUnknownAgents } from "./routing/routing.ts";
import { createRunListeners } from "./run-listeners.ts";
import { createRuns, type Runs } from "./runs.ts";
import { gatewayMigrations } from "./tables.ts";
import { createTell, type Tell } from "./tell.ts";
import { createParkedRuns } from "./turn/parked.ts";
import { publishUser } from "./turn/user-message.ts";
import { createTurns, type TurnNote, type TurnsOptions } from "./turns.ts";
import { createWriteTo, type WriteTo } from "./write-to.ts";

export interface GatewayOptions {
  engine: Engine;
  sessions: SessionPort;
  sessionKeyOf: SessionKeyOf;
  agent: AgentPort;
  channels: readonly ChannelAdapter[];
  publisher: Publisher;
  /** Who may write, by channel, or by `channel/account` where an account has rules of its own. A channel that is not here is closed. */
  admission: Readonly<Record<string, AdmissionRules>>;
  /** What is asked of a message besides: who was let in by code, who is addressed in a group, machines, what is none of ours. */
  door?: DoorOptions;
  bindings?: readonly Binding[];
  broadcast?: Routing["broadcast"];
  handoff?: Routing["handoff"];
  identityLinks?: Routing["identityLinks"];
  agencyOf?: Routing["agencyOf"];
  /** What routing asks of whoever knows customers and bookings. */
  routingPorts?: RoutingPorts;
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
  /** What becomes of messages that come while others are answered. Default `collect`. Asked for whenever it is needed. */
  queueRules?: QueueOptions["rules"];
  /** A question waits for the customer's yes or no; see `decisions.awaiting` of the gate. */
  openQuestion?: QueueOptions["openQuestion"];
  /** Names of durable flows that are dead letters when they fail. */
  flows?: QueueOptions["flows"];
  onPause?: QueueHandlersOptions["onPause"];
  onReceived?: FlowOptions["onReceived"];
  onSent?: FlowOptions["onSent"];
  /** Runs in the commit that puts a reply into the outbox; see `createUsageLedger`. */
  recordUsage?: TurnsOptions["recordUsage"];
  /** What people of the agency may type in their chats instead of a message, by name. */
  directives?: Directives;
  /** A session was stopped as a whole: whatever else works for it ends too. */
  onStop?(sessionKey: string): Promise<unknown>;
  /** A row of the index of sessions is other than it was. */
  onSession?: TurnsOptions["onSession"];
  /** What people want to hear, and what they have to be told. Absent: everything may be sent, and nothing is disclosed. */
  contact?: Contact;
  /** Who keeps the numbers of papers that people type. Absent: they are taken out and kept nowhere. */
  papers?: PaperKeeper;
  /** Keeps files of conversations. Absent: none are taken, and adapters say in the text that something came. */
  media?: MediaStore;
  /** Takes parts of a card number out of everything that others keep of a conversation: transcripts, calls of tools, notes. */
  removeParts?: PartRemover;
  /** How the agent behaves on a channel while it works. Asked for whenever it is needed. Default: typing alone. */
  manners?(channel: string, accountId: string): Manners;
  /** How long a customer may wait for the person who has the conversation before somebody is told; 0: for ever. Asked at each look. Default 15 min. */
  idleOwnerMs?(): number;
  /** A conversation whose owner lets the customer wait. Must not throw. */
  onIdleOwner?(conversation: { sessionKey: string; assignee?: string; channel: string; displayName: string }): void;
  /** An account of a channel is otherwise than before. Must not throw. */
  onChannelState?(status: ChannelStatus): void;
  /** Texts a platform knows beforehand, which operators are offered when nothing else may be sent. */
  platformTemplates?(channel: string, accountId: string): readonly PlatformTemplate[];
  /** Makes a picture of a QR code, as a data URL. Absent: logins show it as text only. */
  qrPicture?(text: string): Promise<string>;
}

/** The path of a message: inbox, admission, routing, lane, turn, outbox. */
export interface Gateway {
  /** Its methods for the control plane. */
  readonly handlers: Handlers;
  /** Files that come in other ways than by a channel; absent where none are kept. */
  readonly files?: Files;
  /** Creates tables and registers the durable functions. Before the engine starts. */
  prepare(): Promise<void>;
  /** After the engine started: takes up what was left, then opens the channels. */
  start(): Promise<void>;
  /** Closes the channels and lets sends end. The engine is stopped by its owner, before or after. */
  stop(): Promise<void>;
  /** An approval was decided: its conversation goes on. */
  resume(decisionId: string, sessionKey: string): Promise<void>;
  /** An agent is told something and may answer in that conversation. Resolves with the id of the run. Raises `NOT_FOUND`. */
  note(note: TurnNote): Promise<string>;
  /** Agents that were stopped, as last known, at once; `*` stands for all. */
  pausedAgents(): string[];
  /** The customer hears something without having asked just now. */
  readonly tell: Tell;
  /** The same at an address that was not written from yet, such as the customer's mail. */
  readonly writeTo: WriteTo;
  readonly correspondence: Correspondence;
  /** What programs start and wait for. Their channel (`createApiChannel`) must be among the channels. */
  readonly runs: Runs;
  /** The customer of a session became known. */
  bindCustomer(sessionKey: string, customerId: string, displayName?: string): Promise<void>;
  channelStatus(): ChannelStatus[];
  /** From now on messages are routed so; turns that were accepted keep their agent. */
  reroute(routing: Routing): void;
  /** The agent of a turn hands its conversation to another one; see `Handoffs`. */
  handOff(turn: TurnScope, request: HandoffRequest): Promise<void>;
  /** The session a short key such as `main` names. */
  sessionKeyNamed(key: string, agentId?: string): string;
}

export function createGateway({
  engine,
  sessions,
  sessionKeyOf,
  agent,
  channels: adapters,
  publisher,
  admission,
  door: doorOptions = {},
  bindings = [],
  broadcast,
  handoff,
  identityLinks,
  agencyOf,
  routingPorts = {},
  defaultAgentId = "main",
  agentIds = [...new Set([defaultAgentId, ...bindings.map(({ agentId }) => agentId)])],
  timeZone = "UTC",
  turnTimeoutMs = 600_000,
  clock = systemClock,
  log = silentLogger,
  metrics,
  tracer,
  onTurnEnd,
  queueRules,
  openQuestion,
  flows,
  onPause,
  onReceived,
  onSent,
  recordUsage,
  directives,
  onStop,
  onSession = () => undefined,
  contact,
  papers,
  removeParts,
  media,
  manners = () => ({}),
  idleOwnerMs = () => 15 * 60_000,
  onIdleOwner,
  onChannelState,
  qrPicture,
  platformTemplates = () => [],
}: GatewayOptions): Gateway {
  const { db, work } = engine;
  const privateWords = createPrivateWords({ db, work, clock, log, papers, removeParts });
  let routing: Routing = {
    bindings,
    defaultAgentId,
    agentIds,
    ...(broadcast ? { broadcast } : {}),
    ...(handoff ? { handoff } : {}),
    ...(identityLinks ? { identityLinks } : {}),
    ...(agencyOf ? { agencyOf } : {}),
  };
  warnOfUnknownAgents(routing, log);
  const routed = openRouting({
    db,
    clock,
    log,
    sessions,
    sessionKeyOf,
    routing: () => routing,
    begin: (note) => turns.note(note),
    running: async (runId) => (await work.state(runId)) === "running",
    waiting: async (sessionKey) => (await inbox.openOf(sessionKey)).length,
    ...routingPorts,
  });
  const listeners = createRunListeners();
  const parked = createParkedRuns();
  const flow = createFlow({
    clock,
    log,
    channels: [...adapters.map((adapter) => adapter.id), webchatChannel],
    ...(metrics ? { metrics } : {}),
    ...(tracer ? { tracer } : {}),
    ...(onTurnEnd ? { onTurnEnd } : {}),
    ...(onReceived ? { onReceived } : {}),
    ...(onSent ? { onSent } : {}),
  });
  const announcer = createAnnouncer({ publisher, clock });
  const inbox = createInbox({ db, clock });
  const conversations = createConversations({ db });
  const door = createDoor({ options: doorOptions, inbox, clock, log, metrics });
  const adapterOf = (channel: string, accountId: string) => channels.adapter(channel, accountId);
  const acks = createAcks({ adapter: adapterOf, manners, inbox, log });
  const reports = createReports({
    db,
    clock,
    async onReport({ id, sessionKey, report: { externalId: _, ...told } }) {
      await db.transaction((tx) => conversations.noteReport(tx, sessionKey, { id, ...told }));
      publisher.publish("delivery", { id, sessionKey, status: told.state === "failed" ? "failed" : "sent", ...told });
      if (told.state === "failed") log.warn("a message did not reach its customer", { deliveryId: id, "pii.sessionKey": sessionKey, code: told.code });
      const row = await conversations.get(sessionKey);
      if (row) announcer.conversation(row);
    },
  });
  const outbox = createOutbox({
    ...(contact ? { contact } : {}),
    db,
    clock,
    log,
    adapter: adapterOf,
    ready: (channel, accountId) => channels.ready(channel, accountId),
    limits: (channel, accountId) => manners(channel, accountId).text ?? {},
    ...(media ? { media } : {}),
    onSend: flow.sending,
    onChange: (delivery) => {
      flow.delivery(delivery);
      acks.delivery(delivery);
      const { sessionKey, status, code } = delivery;
      if (status === "sent") reports.sent(delivery);
      else publisher.publish("delivery", { id: delivery.id, status, sessionKey, ...(code === undefined ? {} : { code }) });
      // The answer as a whole comes with its last message.
      if (isBlock(delivery.id)) return;
      if (!publisher.isFollowed(sessionKey) || status === "pending" || status === "attempting") return;
      const runId = delivery.runId ?? delivery.id;
      if (status === "refused") publisher.publish("chat", { runId, sessionKey, seq: 0, state: "aborted" });
      else publisher.publish("chat", { runId, sessionKey, seq: 0, state: "final", message: finalOf(delivery) });
      if (status !== "refused" && publisher.isFollowed(messagesTopic(sessionKey)))
        publisher.publish("session.message", { sessionKey, messageId: delivery.id, message: finalOf(delivery) });
    },
  });
  const atWork = createAtWork({ db, outbox, adapter: adapterOf, manners, clock, log });
  const idleOwners = createIdleOwners({
    conversations,
    announcer,
    clock,
    log,
    idleMs: idleOwnerMs,
    onIdle: ({ sessionKey, assignee, address: { channel }, displayName }) =>
      onIdleOwner?.({ sessionKey, channel, displayName, ...(assignee === undefined ? {} : { assignee }) }),
  });
  const tell = createTell({ db, conversations, outbox, sessions, clock });
  const queue = createQueue({
    db,
    work,
    inbox,
    outbox,
    conversations,
    sessions,
    clock,
    log,
    ...(metrics ? { metrics } : {}),
    ...(queueRules ? { rules: queueRules } : {}),
    ...(openQuestion ? { openQuestion } : {}),
    ...(flows ? { flows } : {}),
    overheardLimit: () => door.rules().overheard,
  });
  const turns = createTurns({
    queue,
    tell,
    listen: (runId, event) => {
      parked.hear(runId, event);
      listeners.tell(runId, event);
    },
    atWork,
    db,
    work,
    inbox,
    outbox,
    conversations,
    sessions,
    agent: routed.around(agent, inbox),
    publisher,
    announcer,
    clock,
    log,
    timeZone,
    turnTimeoutMs,
    flow,
    ...(recordUsage ? { recordUsage } : {}),
    onSession,
    contact,
  });
  /** A turn that waits for a model would keep the person waiting for what the customer writes next. */
  const onTakenOver = async (sessionKey: string): Promise<void> => {
    atWork.takenOver(sessionKey);
    await outbox.fence(sessionKey);
    for (const runId of parked.ids()) if ((await inbox.get(runId))?.sessionKey === sessionKey) await turns.abort(sessionKey, runId, { toPerson: true });
  };
  const admissionTo = (channel: string, accountId: string): AdmissionRules | undefined => admission[`${channel}/${accountId}`] ?? admission[channel];
  const files = media && createFiles({ media, log, sessionKeyOf: async (message) => (await routed.routes.explain(message)).sessionKey });
  const news = pairingNews({ publisher, clock });
  const intake = createIntake({
    db,
    files,
    work,
    inbox,
    conversations,
    sessions,
    log,
    routes: routed.routes,
    turnTimeoutMs,
    admission: admissionTo,
    onConversation: announcer.conversation,
    flow,
    queue,
    drop: turns.drop,
    async stop(sessionKey) {
      const runIds = await turns.abort(sessionKey);
      await onStop?.(sessionKey);
      return runIds;
    },
    tell,
    outbox,
    contact,
    privateWords,
    door,
    clock,
    show: (row) => publishUser(publisher, row),
    onAsked: news.requested,
  });
  const everybody = broadcasting(intake, () => routing);
  const personWrote = createPersonsMessages({
    db,
    conversations,
    outbox,
    sessions,
    announcer,
    clock,
    routeOf: async (address) => routed.routes.explain({ address }),
    onTakenOver,
  });
  const channels = createChannels({
    adapters,
    clock,
    log,
    onState: (status) => {
      onChannelState?.(status);
      if (status.state !== "running") return;
      outbox.wake(status.id, status.accountId).catch((error: unknown) => log.warn("what waited for a channel could not be taken up", { error: String(error) }));
    },
    host: (adapter) => ({
      log: log.child({ channel: adapter.id, account: adapter.accountId }),
      async receive(message) {
        const received = await everybody.receive(message);
        if (received.admission.admitted && !received.duplicate) acks.received(message);
        return received;
      },
      delivered: (report) => reports.delivered(adapter.id, adapter.accountId, report),
      personWrote: (message) => personWrote(message),
      ...(files ? { media: files.host } : {}),
    }),
  });

  async function bindCustomer(sessionKey: string, customerId: string, displayName?: string): Promise<void> {
    await conversations.bindCustomer(sessionKey, customerId, displayName);
    const conversation = await conversations.get(sessionKey);
    if (conversation?.customerId === customerId && conversation.address.chatType === "direct") await contact?.known(conversation.address, customerId);
  }

  return {
    handlers: {
      ...chatHandlers({
        intake,
        files,
        inbox,
        turns,
        outbox,
        sessions,
        work,
        clock,
        publisher,
        routing: () => routing,
        ...(directives ? { directives } : {}),
        ...(onStop ? { onStop } : {}),
      }),
      ...conversationHandlers({
        db,
        files,
        conversations,
        outbox,
        sessions,
        announcer,
        clock,
        onTakenOver,
        templatesOf: platformTemplates,
        shapes: routed.assignedBy,
      }),
      ...queueHandlers({ db, work, clock, inbox, conversations, sessions, announcer, turns, queue, agentIds: () => routing.agentIds, onPause }),
      ...routed.handlers({ conversations, announce: announcer.conversation }),
      ...(doorOptions.pairing
        ? pairingHandlers({
            db,
            pairing: doorOptions.pairing,
            door,
            outbox,
            adapters,
            admission: admissionTo,
            news,
            keyOf: (address) => route(address, { ...routing, sessionKeyOf }).sessionKey,
          })
        : {}),
      ...channelHandlers({
        adapters,
        status: () => channels.status(),
        restart: (channel, accountId) => channels.restart(channel, accountId),
        clock,
        qrPicture,
      }),
      ...sendHandlers({
        db,
        conversations,
        outbox,
        sessions,
        announcer,
        clock,
        adapters,
        admission: admissionTo,
        isPaired: async (address) =>
          address.chatType === "direct" &&
          admissionTo(address.channel, address.accountId)?.dmPolicy === "pairing" &&
          (await doorOptions.pairing?.isAllowed(address, address.peerId)) === true,
        routing: () => ({ ...routing, sessionKeyOf }),
        internal: new Set([apiChannel]),
      }),
    },
    async prepare() {
      await db.migrate("gateway", gatewayMigrations);
      await routed.migrate();
      // What the engine takes up when it starts has to know who may not work.
      await queue.pauses.list();
      turns.define();
      privateWords.define();
    },
    async start() {
      if (doorOptions.pairing) await tidyPairing({ pairing: doorOptions.pairing, adapters, admission: admissionTo, log });
      channels.start();
      await turns.sweep();
      await routed.handoffs.sweep();
      queue.holding.start();
      await outbox.start();
      idleOwners.start();
    },
    async stop() {
      queue.holding.stop();
      idleOwners.stop();
      atWork.stop();
      // What is being sent gets its time while the adapters are still up.
      await outbox.stop();
      await channels.stop();
      announcer.stop();
    },
    tell,
    writeTo: createWriteTo({
      db,
      conversations,
      outbox,
      sessions,
      announcer,
      clock,
      media,
      hasChannel: (channel, accountId) => channels.adapter(channel, accountId) !== undefined,
      admission: admissionTo,
      routing: () => ({ ...routing, sessionKeyOf }),
      bindCustomer,
    }),
    ...(files ? { files } : {}),
    correspondence: createCorrespondence({ db, conversations }),
    runs: createRuns({
      intake,
      inbox,
      outbox,
      sessions,
      work,
      clock,
      listeners,
      turnTimeoutMs,
      cleanText: privateWords.cleanText,
      agentIdOf: async (sessionKey) => (await conversations.get(sessionKey))?.agentId,
    }),
    resume: (decisionId, sessionKey) => turns.resume(decisionId, sessionKey),
    note: turns.note,
    pausedAgents: () => queue.pauses.known().map(({ agentId }) => agentId),
    bindCustomer,
    channelStatus: () => channels.status(),
    reroute(next) {
      routing = next;
      warnOfUnknownAgents(routing, log);
    },
    handOff: (turn, request) => routed.handoffs.request(turn, request),
    sessionKeyNamed: sessionNames(() => routing).keyOf,
  };
}
