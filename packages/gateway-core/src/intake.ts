import { randomUUID } from "node:crypto";
import type { Accepted } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { InboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Database, Logger, Tx, Work } from "@travelagent/protocol/ports";
import type { Admission, AdmissionRules } from "./admission.ts";
import { cardFreeMessage } from "./card-free.ts";
import type { Contact } from "./contact.ts";
import type { ConversationRow, Conversations } from "./conversations.ts";
import { type AtDoorOptions, createAtDoor } from "./door/at-door.ts";
import type { Door, Verdict } from "./door/door.ts";
import type { PairingEntry } from "./door/pairing-files.ts";
import type { Flow, Origin } from "./flow.ts";
import type { Inbox, MessageKind } from "./inbox.ts";
import { withFileLines } from "./media/file-lines.ts";
import type { Files } from "./media/files.ts";
import { createOptWords } from "./opt-words.ts";
import type { Outbox } from "./outbox.ts";
import type { SessionPort } from "./ports.ts";
import type { PrivateWords } from "./private-words.ts";
import { createInOrder } from "./queue/in-order.ts";
import { makeRoom, type Room } from "./queue/make-room.ts";
import { isPlain } from "./queue/mergeable.ts";
import type { Queue } from "./queue/queue.ts";
import { classOf, priorityOf } from "./queue/queue-metrics.ts";
import type { Route } from "./route.ts";
import type { Routes } from "./routing/routes.ts";
import { sessionMeta } from "./session-meta.ts";
import type { Tell } from "./tell.ts";
import { isOwnRun } from "./turn/run-ids.ts";
import { asUserMessage } from "./turn/user-message.ts";

export interface IntakeOptions {
  db: Database;
  work: Work;
  inbox: Inbox;
  conversations: Conversations;
  sessions: SessionPort;
  log: Logger;
  routes: Routes;
  /** By channel id. */
  admission(channel: string, accountId: string): AdmissionRules | undefined;
  turnTimeoutMs: number;
  onConversation(conversation: ConversationRow): void;
  flow: Flow;
  queue: Queue;
  /** Messages that ended because this one came: their turns are over. */
  drop(runIds: readonly string[], options?: { keep?: boolean }): Promise<void>;
  /** Ends what runs and waits in a session; returns the runs that were ended. */
  stop(sessionKey: string): Promise<string[]>;
  tell: Tell;
  outbox: Outbox;
  contact?: Contact | undefined;
  privateWords: PrivateWords;
  door: Door;
  clock: Clock;
  show: AtDoorOptions["show"];
  /** A stranger asks to be let in, for the first time. */
  onAsked(request: PairingEntry, message: InboundMessage): void;
  /** Absent: attachments are left out. */
  files?: Pick<Files, "own"> | undefined;
}

/** What the caller fixes instead of having it routed: an operator's chat into a session of its own. */
export interface Fixed {
  runId: string;
  route: Route;
}

export interface Intake {
  /**
   * Takes a message in: resolves when it is durable and its turn is queued, in one commit. A repeat of the same external id
   * resolves with the first run and starts nothing. Raises `FORBIDDEN` when it was not admitted (it is on record as ignored).
   * Raises `UNAVAILABLE` while too many turns wait, `RATE_LIMITED` when too many messages of this conversation do and its caller
   * hears of it; a customer on a channel is told once, and the message is on record as ignored (`queue-full`).
   * Card numbers are taken out before anything is kept. `agentId` in `origin`: that agent of a broadcast group.
   */
  receive(message: InboundMessage, fixed?: Fixed, origin?: Origin & { agentId?: string }): Promise<Accepted & { admission: Admission }>;
}

export const turnWork = "turn";
/** Why a message was not taken that came when too many waited. */
export const queueFull = "queue-full";
const tooMany = "too many messages of this conversation wait for an answer; wait for one, then send this again";
const notTaken = "You have written many messages that I have not answered yet, so I could not take this one. Please wait for my answer, then send it again.";
const stopCommand = "the customer stopped the agent";
const kindOf = (fixed: Fixed | undefined, peerId: string): MessageKind => (!fixed ? "customer" : peerId.startsWith("operator:") ? "operator" : "program");
const isStop = ({ address, text }: InboundMessage): boolean => address.chatType === "direct" && text.trim().toLowerCase() === "/stop";
/** What a conversation shows of a message. */
const saidBy = ({ address, senderName, senderId, text, sentAt, timeZone }: InboundMessage) => ({
  address,
  displayName: senderName ?? senderId,
  preview: text,
  at: sentAt,
  ...(timeZone ? { timeZone } : {}),
});
const stopped = (count: number): string =>
  count === 0 ? "There was nothing to stop." : `Stopped. ${count === 1 ? "One message" : `${count} messages`} will not be answered.`;

export function createIntake({
  db,
  work,
  inbox,
  conversations,
  sessions,
  log,
  routes,
  admission,
  turnTimeoutMs,
  onConversation,
  flow,
  queue,
  drop,
  stop,
  tell,
  outbox,
  contact,
  privateWords,
  files,
  door,
  clock,
  show,
  onAsked,
}: IntakeOptions): Intake {
  const arriving = createInOrder();
  const optWords = createOptWords({ contact, inbox, outbox, conversations, sessions, log, endOpen, drop, stop, onConversation });
  const atDoor = createAtDoor({ door, inbox, outbox, conversations, sessions, clock, log, show, onConversation });
  return {
    async receive(given, fixed, origin = {}) {
      const seen = flow.receiving(given.address.channel, origin);
      try {
        const { channel, accountId, peerId, threadId } = given.address;
        const conversation = JSON.stringify([fixed?.route.sessionKey, channel, accountId, peerId, threadId, origin.agentId]);
        // Whoever writes faster than messages are stored is answered in the order they wrote.
        const received = await arriving.run(conversation, () => receive(given, fixed, seen.traceparent, origin.agentId));
        seen.end({ ...received, admitted: received.admission.admitted });
        return received;
      } catch (error) {
        seen.failed(error);
        throw error;
      }
    },
  };

  async function receive(
    given: InboundMessage,
    fixed: Fixed | undefined,
    traceparent: string,
    oneOf: string | undefined,
  ): Promise<Accepted & { admission: Admission }> {
    // What only programs may add never comes from a channel.
    const { program, ...delivered } = given;
    const written = cardFreeMessage(fixed && program ? given : delivered);
    const { address } = written;
    const routed = fixed ? undefined : await routes.of(written, oneOf);
    const { agentId, sessionKey } = (fixed?.route ?? routed)!;
    const kind = kindOf(fixed, address.peerId);
    const mayAsk = wordIn(kind, written) === undefined;
    const verdict: Verdict = fixed ? { admitted: true } : await door.judge(written, admission(address.channel, address.accountId), { agentId, mayAsk });
    const { message: cleaned, parts } = await privateWords.clean(written, sessionKey);
    const came = withFileLines(await withOwnFiles(cleaned, sessionKey));
    if (parts.length > 0) await privateWords.takeOutNow(sessionKey, parts);
    const rules = queue.rules();
    const word = wordIn(kind, came);
    if (verdict.admitted && !word) refuseWhenBusy(rules.maxWaiting);
    const session = verdict.admitted ? await sessions.ensure(sessionKey, sessionMeta(agentId, address)) : undefined;
    const settings = queue.settings(address.channel, session?.queue);
    const openQuestion = kind === "customer" && door.decline(came) !== undefined && (await queue.openQuestion(sessionKey));
    const mayDrop = settings.drop === "new" || (await openIn(sessionKey)) < settings.cap || !(await queue.openQuestion(sessionKey));
    const mayInterrupt = settings.mode === "interrupt" && isPlain({ kind, message: came }) && (await isInterruptible(sessionKey));
    const runId = fixed?.runId ?? randomUUID();
    // An id that a caller chose must not be that of other work, which would then stand for this message.
    const foreign = fixed !== undefined && (isOwnRun(runId) || (await work.state(runId)) !== null);
    const received = await db.transaction(async (tx) => {
      const before = await inbox.find(tx, came);
      if (before) return { runId: before.id, sessionKey: before.sessionKey, duplicate: true };
      if (foreign || (fixed && (await tx.get("select 1 as found from inbox where id = ?", runId))))
        throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this key is the id of another run; use a new one");
      if (parts.length > 0) await privateWords.takeOut(tx, runId, sessionKey, parts);
      const heard = word && (await optWords.hear(tx, word, { runId, sessionKey, message: came, admitted: verdict.admitted, agentId }));
      if (heard) return heard;
      const note = async (): Promise<ConversationRow> =>
        conversations.noteInbound(tx, {
          sessionKey,
          ...(routed ? { agentId: (await routes.settle(tx, routed)).agentId, reassign: true } : { agentId }),
          ...saidBy(came),
          customerId: session?.customerId,
        });
      const steers = settings.mode.startsWith("steer");
      const passed = await atDoor.pass(tx, { runId, kind, sessionKey, agentId, message: came, verdict, steers, openQuestion, note });
      if ("ended" in passed) return passed.ended;
      const { message } = passed;
      if (!verdict.admitted) {
        await atDoor.answer(tx, { sessionKey, message, verdict });
        await inbox.insert(tx, { id: runId, sessionKey, kind, message, epoch: 0, status: "ignored", reason: verdict.reason });
        return { runId, sessionKey, duplicate: false };
      }
      if (kind === "customer" && isStop(message)) {
        await inbox.insert(tx, { id: runId, sessionKey, kind, message, epoch: 0, status: "ignored", reason: stopCommand });
        return { runId, sessionKey, duplicate: false, stops: await endOpen(tx, sessionKey) };
      }
      const room = await makeRoom(tx, {
        inbox,
        coming: { kind, message },
        runId,
        sessionKey,
        settings,
        capacity: rules.laneCapacity,
        mayInterrupt,
        mayDrop,
      });
      if (room.full) {
        // Whoever calls hears of it and can wait; on a channel nobody would.
        if (fixed) throw new TravelAgentError("RATE_LIMITED", tooMany, { retryAfterMs: 5_000, details: { waiting: room.full } });
        await inbox.insert(tx, { id: runId, sessionKey, kind, message, epoch: 0, status: "ignored", reason: queueFull });
        return { runId, sessionKey, duplicate: false, ...room };
      }
      const conversation = await note();
      await inbox.insert(tx, { id: runId, sessionKey, kind, message, epoch: conversation.epoch, status: "accepted" });
      const input = { inboxId: runId, ...(traceparent === "" ? {} : { traceparent }) };
      await work.submit({ name: turnWork, id: runId, lane: sessionKey, input, timeoutMs: turnTimeoutMs, priority: priorityOf(classOf(kind)) }, tx);
      return { runId, sessionKey, duplicate: false, conversation, ...room };
    });
    if ("conversation" in received && received.conversation) onConversation(received.conversation);
    if ("atDoor" in received) await atDoor.after(received);
    else if ("word" in received) await optWords.after(received);
    else if (received.stops) await stoppedAll({ runId, sessionKey, stops: received.stops }, came);
    else if (!verdict.admitted && !received.duplicate) notAdmitted(verdict, came, sessionKey);
    const admitted = "gone" in received ? await makeWay(received) : verdict;
    if (verdict.admitted && !received.duplicate) queue.holding.watch();
    // A platform's repeat may be routed elsewhere by now: the first routing counts.
    return { runId: received.runId, sessionKey: received.sessionKey, duplicate: received.duplicate, admission: admitted };
  }

  async function stoppedAll({ runId, sessionKey, stops }: { runId: string; sessionKey: string; stops: string[] }, message: InboundMessage): Promise<void> {
    await drop(stops, { keep: true });
    const count = stops.length + (await stop(sessionKey)).length;
    await sessions.append(sessionKey, [{ id: `${runId}:user`, message: asUserMessage({ id: runId, message }) }], { durable: true });
    if (await conversations.get(sessionKey)) await tell({ id: `${runId}:stopped`, sessionKey, text: stopped(count) });
  }

  function notAdmitted(verdict: Verdict & { admitted: false }, message: InboundMessage, sessionKey: string): void {
    log.info("a message was not admitted", { channel: message.address.channel, reason: verdict.reason });
    door.count(verdict.reason);
    if (verdict.answer) outbox.kick(sessionKey);
    if (verdict.asked) onAsked(verdict.asked, message);
  }

  /** Files of another conversation do not come with a message, whoever names them. */
  async function withOwnFiles({ attachments: named, ...message }: InboundMessage, sessionKey: string): Promise<InboundMessage> {
    const attachments = named?.length ? ((await files?.own(sessionKey, named)) ?? []) : [];
    return attachments.length > 0 ? { ...message, attachments } : message;
  }

  /** A machine that sends our words back to us wants nothing. */
  function wordIn(kind: MessageKind, message: InboundMessage): ReturnType<typeof optWords.in> {
    return message.automated === undefined ? optWords.in(kind, message) : undefined;
  }

  function refuseWhenBusy(most: number): void {
    const waiting = work.load?.().waiting ?? 0;
    if (waiting < most) return;
    queue.metrics.dropped("busy");
    throw new TravelAgentError("UNAVAILABLE", `${waiting} turns wait already; hand the message in again later`, { retryAfterMs: 5_000 });
  }

  async function isInterruptible(sessionKey: string): Promise<boolean> {
    return (await conversations.get(sessionKey))?.state === "agent" && !(await queue.openQuestion(sessionKey));
  }

  async function openIn(sessionKey: string): Promise<number> {
    return Number((await db.get("select count(*) as n from inbox where session_key = ? and status = 'accepted'", sessionKey))?.n ?? 0);
  }

  /** In the commit of a stop: whatever becomes of this process then, what was stopped is not answered any more. */
  async function endOpen(tx: Tx, sessionKey: string): Promise<string[]> {
    const ended: string[] = [];
    for (const { id } of await inbox.openOf(sessionKey, tx)) if (await inbox.end(tx, id, "ignored", "aborted")) ended.push(id);
    return ended;
  }

  /** What a message that came does to others, and others to it, once that is committed. */
  async function makeWay({ sessionKey, runId, full, gone }: Room & { sessionKey: string; runId: string }): Promise<Admission> {
    for (const { policy } of gone) queue.metrics.dropped(policy);
    if (gone.length > 0) {
      log.info("messages ended unanswered because others came", { "pii.sessionKey": sessionKey, runId, count: gone.length, policy: gone[0]!.policy });
      await drop(gone.map(({ id }) => id));
    }
    if (!full) return { admitted: true };
    queue.metrics.dropped(full === "cap" ? "new" : "capacity");
    log.warn("a message was refused because too many wait in its conversation", { "pii.sessionKey": sessionKey, runId });
    const [oldest] = await inbox.openOf(sessionKey);
    await tell({ id: `${oldest?.id ?? runId}:full`, sessionKey, text: notTaken });
    return { admitted: false, reason: queueFull };
  }
}
