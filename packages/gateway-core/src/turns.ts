import { TravelAgentError } from "@travelagent/protocol";
import type { Address, AssistantMessage, UserMessage } from "@travelagent/protocol/messages";
import type { Clock, Database, Logger, Work, WorkContext } from "@travelagent/protocol/ports";
import type { AgentPort, TurnOutcome, TurnRequest } from "@travelagent/protocol/turn";
import * as z from "zod";
import type { Announcer } from "./announce.ts";
import type { ConversationRow, Conversations } from "./conversations.ts";
import type { Inbox, InboxRow } from "./inbox.ts";
import { decisionPrefix, turnWork } from "./intake.ts";
import { liveRun } from "./live.ts";
import type { Outbox } from "./outbox.ts";
import type { SessionPort } from "./ports.ts";
import type { Publisher } from "./publish.ts";
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
  /** The agent is at work on an answer. Best effort; must not throw. */
  showTyping(to: Address): void;
  clock: Clock;
  log: Logger;
  /** IANA zone of customers whose platform does not tell. */
  timeZone: string;
  turnTimeoutMs: number;
  /** Told after each turn, for metrics. */
  onEnd?(turn: { outcome: string; ms: number; channel: string }): void;
}

const Input = z.union([z.strictObject({ inboxId: z.string() }), z.strictObject({ decisionId: z.string(), sessionKey: z.string() })]);

const withPerson =
  "A colleague has taken over this conversation, so this button did nothing. Your colleague at the agency sees your answer and writes to you here.";
const sorry = "I am sorry, something went wrong on our side. I have kept your message, and a colleague will answer you here.";

export interface Turns {
  /** Registers the durable function. Before the engine starts. */
  define(): void;
  /** An approval was decided: the conversation goes on without a new message. */
  resume(decisionId: string, sessionKey: string): Promise<void>;
  /** After a start: messages whose turn was lost are queued again, those whose turn ended without an answer go to a person. */
  sweep(): Promise<void>;
  /** Ends what runs and waits in a session, or that one run, because the customer or an operator said so. Returns the runs that were ended. */
  abort(sessionKey: string, runId?: string): Promise<string[]>;
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
  showTyping,
  clock,
  log,
  timeZone,
  turnTimeoutMs,
  onEnd,
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
        message: { text: outcome.text, ...(outcome.cards.length > 0 ? { cards: outcome.cards } : {}) },
      });
      await outcome.commit(tx);
      await conversations.noteReply(tx, { sessionKey, preview: outcome.text, at: clock.now() });
      if (!replied) await conversations.needPerson(tx, sessionKey);
      return { sent: true };
    });

  const run = async (context: WorkContext, rawInput: unknown): Promise<unknown> => {
    const started = clock.now();
    const input = Input.parse(rawInput);
    const row = "inboxId" in input ? await inbox.get(input.inboxId) : null;
    const sessionKey = row?.sessionKey ?? ("sessionKey" in input ? input.sessionKey : undefined);
    const conversation = sessionKey ? await conversations.get(sessionKey) : null;
    if (!conversation) {
      await db.transaction((tx) => inbox.end(tx, context.id, "ignored", "the conversation is gone"));
      return { outcome: "ignored", reason: "the conversation is gone" };
    }
    // Aborted, and the process died before the work was cancelled: nothing may be done for it any more.
    if (row && row.status !== "accepted" && !(await replied(context.id))) return { outcome: row.status, reason: row.reason };
    // The message was taken in under this epoch; a decided approval speaks for whoever owns the conversation now.
    const epoch = row?.epoch ?? (await context.step("epoch", async () => conversation.epoch));
    const decisionId = "decisionId" in input ? input.decisionId : undefined;

    if (row && conversation.state !== "agent" && !(await replied(context.id))) {
      await leaveToPerson(context, conversation, row);
      return { outcome: "handed-over" };
    }

    const live = liveRun({ publisher, clock, runId: context.id, sessionKey: conversation.sessionKey });
    showTyping(conversation.address);
    if (row) publishUser(conversation.sessionKey, row);
    const session = await sessions.get(conversation.sessionKey);
    const lastShown = row ? await outbox.lastShown(conversation.sessionKey, row.receivedAt) : [];
    const outcome = await answer(
      requestOf(context.id, conversation, session?.customerId ?? conversation.customerId, row, lastShown, decisionId),
      context,
      live,
    );
    const { sent } = await commitReply(context, conversation, epoch, outcome, row !== null);
    if (!sent) {
      live.aborted();
      await announce(conversation.sessionKey);
      return { outcome: "handed-over" };
    }
    try {
      await sessions.append(conversation.sessionKey, [{ id: `${context.id}:final`, message: outcome.message }], { durable: true });
      await sessions.touch(conversation.sessionKey);
    } finally {
      // The reply is committed: it goes out even when the transcript cannot be written.
      outbox.kick(conversation.sessionKey);
    }
    live.done();
    await announce(conversation.sessionKey);
    onEnd?.({ outcome: outcome.kind, ms: clock.now() - started, channel: conversation.address.channel });
    return {
      outcome: outcome.kind,
      text: outcome.text,
      provider: outcome.message.provider,
      model: outcome.message.model,
      ...(outcome.message.usage ? { usage: outcome.message.usage } : {}),
    };
  };

  const answer = async (request: TurnRequest, context: WorkContext, live: ReturnType<typeof liveRun>): Promise<TurnOutcome> => {
    try {
      return await agent.run(request, context, live.hear);
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
    const message: AssistantMessage = {
      role: "assistant",
      content: [{ type: "text", text: sorry }],
      provider: "travelagent",
      model: "gateway",
      stopReason: "stop",
      timestamp: clock.now(),
    };
    return { kind: "failed", message, text: sorry, cards: [], reason: `the turn failed: ${error.code}`, commit: async () => undefined };
  };

  const publishUser = (sessionKey: string, row: InboxRow): void => {
    if (!publisher.isFollowed(sessionKey)) return;
    publisher.publish("chat", {
      runId: row.id,
      sessionKey,
      seq: 0,
      state: "user",
      message: {
        role: "user",
        content: row.message.text,
        timestamp: row.message.sentAt,
        messageId: row.id,
        ...(row.message.action ? { action: row.message.action } : {}),
      },
    });
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
    await announce(conversation.sessionKey);
  };

  /** True when this turn's reply is committed and only its tail is to be done again. */
  const replied = async (runId: string): Promise<boolean> => (await db.get("select 1 as found from outbox where id = ?", runId)) !== undefined;

  /** The turn of an open message is over without an answer: tell the customer, and a person. */
  const giveUp = async (row: InboxRow, reason: string): Promise<void> => {
    const conversation = await conversations.get(row.sessionKey);
    if (!conversation) return;
    const message: AssistantMessage = {
      role: "assistant",
      content: [{ type: "text", text: sorry }],
      provider: "travelagent",
      model: "gateway",
      stopReason: "stop",
      timestamp: clock.now(),
    };
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
      work.define(turnWork, async (context, input) => {
        try {
          return await run(context, input);
        } catch (thrown) {
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
    async abort(sessionKey, runId) {
      const aborted: string[] = [];
      for (const row of await inbox.openOf(sessionKey)) {
        if (runId !== undefined && row.id !== runId) continue;
        // The end first: a turn that committed its reply meanwhile keeps its right to finish.
        if (!(await db.transaction((tx) => inbox.end(tx, row.id, "ignored", "aborted")))) continue;
        await work.cancel(row.id);
        aborted.push(row.id);
      }
      return aborted;
    },
  };
}
