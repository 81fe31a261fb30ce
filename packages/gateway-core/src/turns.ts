import { TravelAgentError } from "@travelagent/protocol";
import type { Address, UserMessage } from "@travelagent/protocol/messages";
import type { Clock, Database, Logger, Tx, Work, WorkContext } from "@travelagent/protocol/ports";
import type { AgentPort, TurnEvent, TurnOutcome, TurnRequest } from "@travelagent/protocol/turn";
import * as z from "zod";
import type { Announcer } from "./announce.ts";
import { cardNotice, hadCard, withCardNotice } from "./card-free.ts";
import { messagesTopic } from "./connections/topics.ts";
import type { ConversationRow, Conversations } from "./conversations.ts";
import type { Flow } from "./flow.ts";
import type { Inbox, InboxRow } from "./inbox.ts";
import { decisionPrefix, turnWork } from "./intake.ts";
import { liveRun } from "./live.ts";
import type { Outbox } from "./outbox.ts";
import type { SessionPort, SessionUse } from "./ports.ts";
import type { Publisher } from "./publish.ts";
import { saidByGateway } from "./said.ts";
import { sessionMeta } from "./session-meta.ts";
import { storeCannotWrite } from "./store-failure.ts";
import type { Tell } from "./tell.ts";
import { isTimeZone } from "./time-zone.ts";

export interface TurnsOptions {
  db: Database;
  work: Work;
  inbox: Inbox;
  outbox: Outbox;
  conversations: Conversations;
  sessions: SessionPort;
  agent: AgentPort;
  publisher: Publisher;
  announcer: Announcer;
  tell: Tell;
  /** Whoever waits for this run hears what it does. Must not throw. */
  listen(runId: string, event: TurnEvent): void;
  /** The agent is at work on an answer. Best effort; must not throw. */
  showTyping(to: Address): void;
  clock: Clock;
  log: Logger;
  /** IANA zone of customers whose platform does not tell. */
  timeZone: string;
  turnTimeoutMs: number;
  flow: Flow;
  /** Runs in the commit that puts a reply into the outbox: what the models used. */
  recordUsage?(tx: Tx, used: { runId: string; conversation: ConversationRow; outcome: TurnOutcome }): Promise<void>;
  /** A row of the index of sessions is other than it was. */
  onSession(sessionKey: string, reason: string): void;
}

const Input = z.union([
  z.strictObject({ inboxId: z.string(), traceparent: z.string().optional() }),
  z.strictObject({ decisionId: z.string(), sessionKey: z.string() }),
]);

const withPerson =
  "A colleague has taken over this conversation, so this button did nothing. Your colleague at the agency sees your answer and writes to you here.";
const sorry = "I am sorry, something went wrong on our side. I have kept your message, and a colleague will answer you here.";

/** Stands in the conversation, for people, where a turn ends with calls of the program's functions and no words. */
const calling = ({ clientCalls = [] }: TurnOutcome): string =>
  clientCalls.length > 0 ? `(asks the program for ${clientCalls.map(({ name }) => name).join(", ")})` : "";

/** What is kept of a turn for whoever asks how it ended. */
const resultOf = ({ kind, text, message, cards, clientCalls, usage = message.usage }: TurnOutcome): Record<string, unknown> & { outcome: string } => ({
  outcome: kind,
  text,
  provider: message.provider,
  model: message.model,
  stopReason: message.stopReason,
  ...(cards.length > 0 ? { cards } : {}),
  ...(clientCalls ? { clientCalls } : {}),
  ...(usage ? { usage } : {}),
});

const useOf = ({ address }: ConversationRow, { message, usage = message.usage }: TurnOutcome): SessionUse => ({
  lastChannel: address.channel,
  lastTo: address.peerId,
  model: `${message.provider}/${message.model}`,
  ...(message.usage ? { contextTokens: message.usage.input + message.usage.cacheRead + message.usage.cacheWrite } : {}),
  ...(usage ? { usage: { input: usage.input + usage.cacheRead + usage.cacheWrite, output: usage.output, totalTokens: usage.totalTokens } } : {}),
});

export interface Turns {
  /** Registers the durable function. Before the engine starts. */
  define(): void;
  /** An approval was decided: the conversation goes on without a new message. */
  resume(decisionId: string, sessionKey: string): Promise<void>;
  /** After a start: messages whose turn was lost are queued again, those whose turn ended without an answer go to a person. */
  sweep(): Promise<void>;
  /**
   * Ends what runs and waits in a session, or that one run, because the customer or an operator said so. Returns the runs that
   * were ended. `toPerson`: a person answers what they were to answer.
   */
  abort(sessionKey: string, runId?: string, options?: { toPerson?: boolean }): Promise<string[]>;
}

export function createTurns({
  db,
  work,
  inbox,
  outbox,
  conversations,
  sessions,
  agent,
  publisher,
  announcer,
  tell,
  listen,
  showTyping,
  clock,
  log,
  timeZone,
  turnTimeoutMs,
  flow,
  recordUsage,
  onSession,
}: TurnsOptions): Turns {
  const announce = async (sessionKey: string): Promise<void> => {
    const conversation = await conversations.get(sessionKey);
    if (conversation) announcer.conversation(conversation);
  };

  const requestOf = (
    runId: string,
    conversation: ConversationRow,
    customerId: string | undefined,
    row: InboxRow | null,
    lastShown: string[],
    traceparent: string,
    decisionId?: string,
  ): TurnRequest => ({
    turn: {
      runId,
      agentId: conversation.agentId,
      sessionKey: conversation.sessionKey,
      channel: conversation.address.channel,
      accountId: conversation.address.accountId,
      chatType: conversation.address.chatType,
      peerId: conversation.address.peerId,
      timeZone: [row?.message.timeZone, conversation.timeZone].find((zone) => zone !== undefined && isTimeZone(zone)) ?? timeZone,
      ...(customerId === undefined ? {} : { customerId }),
      ...(traceparent === "" ? {} : { traceparent }),
    },
    ...(row
      ? {
          message: {
            text: row.message.text,
            sentAt: row.message.sentAt,
            receivedAt: row.receivedAt,
            lastShown,
            ...(row.message.action ? { action: row.message.action } : {}),
            ...(row.message.tainted ? { tainted: true } : {}),
          },
        }
      : {}),
    ...(decisionId ? { decisionId } : {}),
    ...(row?.message.program ? { program: row.message.program } : {}),
  });

  /**
   * The reply, the end of the message and the agent's right to speak: one commit. Not sent when a person has taken over or the
   * customer said stop meanwhile.
   */
  const commitReply = (
    context: WorkContext,
    conversation: ConversationRow,
    epoch: number,
    outcome: TurnOutcome,
    answers: boolean,
  ): Promise<{ sent: boolean }> =>
    context.transaction("reply", async (tx) => {
      const { sessionKey, address } = conversation;
      const owner = await tx.get("select epoch from conversation where session_key = ?", sessionKey);
      if (Number(owner?.epoch) !== epoch) {
        await inbox.end(tx, context.id, "handed-over", "a person took over while the agent was answering");
        // Given back meanwhile: without this nobody would answer.
        if (answers) await conversations.needPerson(tx, sessionKey);
        return { sent: false };
      }
      const replied = outcome.kind === "replied";
      if (answers && !(await inbox.end(tx, context.id, replied ? "answered" : "handed-over", outcome.reason)))
        return { sent: (await tx.get("select 1 as found from outbox where id = ?", context.id)) !== undefined };
      await outbox.insert(tx, {
        id: context.id,
        runId: context.id,
        sessionKey,
        address,
        author: replied ? "agent" : "system",
        epoch,
        message: { text: outcome.text || calling(outcome), ...(outcome.cards.length > 0 ? { cards: outcome.cards } : {}) },
      });
      await outcome.commit(tx);
      await recordUsage?.(tx, { runId: context.id, conversation, outcome });
      await conversations.noteReply(tx, { sessionKey, preview: outcome.text || calling(outcome), at: clock.now() });
      if (!replied) await conversations.needPerson(tx, sessionKey);
      return { sent: true };
    });

  const run = async (
    context: WorkContext,
    input: z.infer<typeof Input>,
    seen: ReturnType<Flow["turn"]>,
  ): Promise<Record<string, unknown> & { outcome: string }> => {
    const row = "inboxId" in input ? await inbox.get(input.inboxId) : null;
    const sessionKey = row?.sessionKey ?? ("sessionKey" in input ? input.sessionKey : undefined);
    const conversation = sessionKey ? await conversations.get(sessionKey) : null;
    if (!conversation) {
      await db.transaction((tx) => inbox.end(tx, context.id, "ignored", "the conversation is gone"));
      return { outcome: "ignored", reason: "the conversation is gone" };
    }
    const { agentId, address } = conversation;
    seen.at({ sessionKey: conversation.sessionKey, channel: address.channel, agentId, ...(row ? { receivedAt: row.receivedAt } : {}) });
    // Aborted, and the process died before the work was cancelled: nothing may be done for it any more.
    if (row && row.status !== "accepted" && !(await replied(context.id))) return { outcome: row.status, reason: row.reason };
    // The message was taken in under this epoch; a decided approval speaks for whoever owns the conversation now.
    const epoch = row?.epoch ?? (await context.step("epoch", async () => conversation.epoch));
    const decisionId = "decisionId" in input ? input.decisionId : undefined;

    // A session that was deleted while this message waited is begun anew.
    const session = (await sessions.get(conversation.sessionKey)) ?? (await sessions.ensure(conversation.sessionKey, sessionMeta(agentId, address)));
    const isAgents = conversation.state === "agent" && session.sendPolicy !== "deny";
    if (row && !isAgents && !(await replied(context.id))) {
      // Silenced by an operator, and nobody has it yet.
      if (conversation.state === "agent") await db.transaction((tx) => conversations.needPerson(tx, conversation.sessionKey));
      await leaveToPerson(context, conversation, row);
      return { outcome: "handed-over" };
    }

    const live = liveRun({ publisher, clock, runId: context.id, sessionKey: conversation.sessionKey });
    showTyping(conversation.address);
    if (row) publishUser(conversation.sessionKey, row);
    const lastShown = row ? await outbox.lastShown(conversation.sessionKey, row.receivedAt) : [];
    const answered = await answer(
      requestOf(context.id, conversation, session.customerId ?? conversation.customerId, row, lastShown, seen.traceparent, decisionId),
      context,
      live,
    );
    const outcome = row && hadCard(row.message.text) ? withCardNotice(answered) : answered;
    const { sent } = await commitReply(context, conversation, epoch, outcome, row !== null);
    if (!sent) {
      live.aborted();
      await announce(conversation.sessionKey);
      return { outcome: "handed-over" };
    }
    try {
      await writeDown(conversation, `${context.id}:final`, outcome);
    } finally {
      // The reply is committed: it goes out even when the transcript cannot be written.
      outbox.kick(conversation.sessionKey);
    }
    live.done(outcome);
    onSession(conversation.sessionKey, "message");
    await announce(conversation.sessionKey);
    return resultOf(outcome);
  };

  /** The answer into the transcript. After a crash it may be there already: then its tokens are counted already. */
  const writeDown = async (conversation: ConversationRow, id: string, outcome: TurnOutcome): Promise<void> => {
    const added = await sessions.append(conversation.sessionKey, [{ id, message: outcome.message }], { durable: true });
    const { usage, ...use } = useOf(conversation, outcome);
    const again = Array.isArray(added) && added.length === 0;
    await sessions.touch(conversation.sessionKey, { ...use, ...(usage && !again ? { usage } : {}) });
  };

  const answer = async (request: TurnRequest, context: WorkContext, live: ReturnType<typeof liveRun>): Promise<TurnOutcome> => {
    try {
      return await agent.run(request, context, (event) => {
        live.hear(event);
        listen(context.id, event);
      });
    } catch (thrown) {
      if (context.signal.aborted) {
        live.aborted();
        throw context.signal.reason;
      }
      const error = TravelAgentError.from(thrown);
      // A store that fails is the engine's to retry: nothing may be concluded from it.
      if (storeCannotWrite(error)) throw error;
      log.error("a turn failed", { runId: request.turn.runId, code: error.code, cause: String(error.cause ?? error.message) });
      return apologise(error);
    }
  };

  const apologise = (error: TravelAgentError): TurnOutcome => {
    const message = saidByGateway(sorry, clock.now());
    return { kind: "failed", message, text: sorry, cards: [], reason: `the turn failed: ${error.code}`, commit: async () => undefined };
  };

  const publishUser = (sessionKey: string, row: InboxRow): void => {
    if (!publisher.isFollowed(sessionKey)) return;
    const message = {
      role: "user",
      content: row.message.text,
      timestamp: row.message.sentAt,
      messageId: row.id,
      ...(row.message.action ? { action: row.message.action } : {}),
    };
    publisher.publish("chat", { runId: row.id, sessionKey, seq: 0, state: "user", message });
    if (publisher.isFollowed(messagesTopic(sessionKey))) publisher.publish("session.message", { sessionKey, messageId: row.id, message });
  };

  /** As a turn writes it down: who wrote the words stays with them, whichever way the turn ends. */
  const asUserMessage = ({ id, message }: InboxRow): UserMessage => ({
    role: "user",
    content: message.text,
    timestamp: message.sentAt,
    messageId: id,
    ...(message.action ? { action: message.action } : {}),
    ...(message.tainted ? { tainted: true } : {}),
  });

  /** A person owns the conversation: the message is theirs, the agent only keeps it in the transcript. */
  const leaveToPerson = async (context: WorkContext, conversation: ConversationRow, row: InboxRow): Promise<void> => {
    await sessions.append(conversation.sessionKey, [{ id: `${row.id}:user`, message: asUserMessage(row) }], { durable: true });
    await context.transaction("to-person", (tx) => inbox.end(tx, row.id, "handed-over", `the conversation is with ${conversation.assignee ?? "a person"}`));
    publishUser(conversation.sessionKey, row);
    // A button of the agent's does nothing here: who pressed it must not believe that it did.
    if (row.message.action) await tell({ id: `${row.id}:with-person`, sessionKey: conversation.sessionKey, text: withPerson });
    if (hadCard(row.message.text)) await tell({ id: `${row.id}:card`, sessionKey: conversation.sessionKey, text: cardNotice });
    await announce(conversation.sessionKey);
  };

  /** True when this turn's reply is committed and only its tail is to be done again. */
  const replied = async (runId: string): Promise<boolean> => (await db.get("select 1 as found from outbox where id = ?", runId)) !== undefined;

  /** The turn of an open message is over without an answer: tell the customer, and a person. */
  const giveUp = async (row: InboxRow, reason: string): Promise<void> => {
    const conversation = await conversations.get(row.sessionKey);
    if (!conversation) return;
    const message = saidByGateway(sorry, clock.now());
    const first = await db.transaction(async (tx) => {
      if (!(await inbox.end(tx, row.id, "handed-over", reason))) return false;
      await outbox.insert(tx, {
        id: row.id,
        runId: row.id,
        sessionKey: row.sessionKey,
        address: conversation.address,
        author: "system",
        epoch: conversation.epoch,
        message: { text: sorry },
      });
      await conversations.needPerson(tx, row.sessionKey);
      return true;
    });
    if (!first) return;
    outbox.kick(row.sessionKey);
    await sessions.ensure(row.sessionKey, sessionMeta(conversation.agentId, conversation.address));
    await sessions.append(
      row.sessionKey,
      [
        { id: `${row.id}:user`, message: asUserMessage(row) },
        { id: `${row.id}:final`, message },
      ],
      { durable: true },
    );
    await announce(row.sessionKey);
  };

  /** A turn after an approval ended without a word: somebody of the agency has to look. */
  const callPerson = async (sessionKey: string): Promise<void> => {
    await db.transaction((tx) => conversations.needPerson(tx, sessionKey));
    await announce(sessionKey);
  };

  /** Nobody else would tell the customer before the next start, so a store that cannot write now is asked until it can. */
  const giveUpWhenPossible = async (runId: string, sessionKey: string | undefined, reason: string): Promise<void> => {
    for (;;) {
      try {
        const row = await inbox.get(runId);
        if (row?.status === "accepted") await giveUp(row, reason);
        else if (!row && sessionKey) await callPerson(sessionKey);
        return;
      } catch (error) {
        if (!storeCannotWrite(error)) throw error;
        await new Promise<void>((resolve) => void clock.after(2_000, resolve));
      }
    }
  };

  return {
    define: () =>
      work.define(turnWork, async (context, rawInput) => {
        const input = Input.parse(rawInput);
        const seen = flow.turn(context.id, "traceparent" in input ? input.traceparent : undefined);
        try {
          const result = await run(context, input, seen);
          seen.end(result.outcome);
          return result;
        } catch (thrown) {
          seen.failed(context.signal.aborted ? context.signal.reason : thrown);
          const reason = context.signal.aborted ? TravelAgentError.from(context.signal.reason) : TravelAgentError.from(thrown);
          // Cancelled by somebody, or the process is stopping: the first is answered for already, the second goes on after the start.
          if (reason.code === "CANCELLED" || (reason.code === "UNAVAILABLE" && context.signal.aborted)) throw thrown;
          // The engine runs the turn again when the store can write.
          if (storeCannotWrite(reason) && !context.signal.aborted) throw thrown;
          await giveUpWhenPossible(context.id, context.lane, `the turn ended: ${reason.code}`);
          throw thrown;
        }
      }),
    async resume(decisionId, sessionKey) {
      await work.submit({
        name: turnWork,
        id: `${decisionPrefix}${decisionId}`,
        lane: sessionKey,
        input: { decisionId, sessionKey },
        timeoutMs: turnTimeoutMs,
      });
    },
    async sweep() {
      for (const row of await inbox.open()) {
        const state = await work.state(row.id);
        if (state === null) await work.submit({ name: turnWork, id: row.id, lane: row.sessionKey, input: { inboxId: row.id }, timeoutMs: turnTimeoutMs });
        else if (state === "dead" || state === "failed") await giveUp(row, `the turn ended as ${state}`);
        else if (state === "cancelled") await db.transaction((tx) => inbox.end(tx, row.id, "ignored", "aborted"));
      }
    },
    async abort(sessionKey, runId, { toPerson = false } = {}) {
      const aborted: string[] = [];
      for (const row of await inbox.openOf(sessionKey)) {
        if (runId !== undefined && row.id !== runId) continue;
        // The end first: a turn that committed its reply meanwhile keeps its right to finish.
        const ended = await db.transaction(async (tx) => {
          if (!(await inbox.end(tx, row.id, toPerson ? "handed-over" : "ignored", toPerson ? "an operator stopped the agent" : "aborted"))) return false;
          if (toPerson) await conversations.needPerson(tx, sessionKey);
          return true;
        });
        if (!ended) continue;
        await work.cancel(row.id);
        aborted.push(row.id);
      }
      if (toPerson && aborted.length > 0) await announce(sessionKey);
      return aborted;
    },
  };
}
