import type { Address, OutboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Tx, WorkContext } from "@travelagent/protocol/ports";
import type { TurnOutcome } from "@travelagent/protocol/turn";
import type { Disclosure } from "../contact.ts";
import type { ConversationRow, Conversations } from "../conversations.ts";
import type { Inbox, InboxRow } from "../inbox.ts";
import type { Outbox } from "../outbox.ts";
import type { SessionPort, SessionUse } from "../ports.ts";
import type { Gathered } from "../queue/gather.ts";
import type { Queue } from "../queue/queue.ts";

/** Why a message that a silent turn heard ended. */
export const nothingToSay = "the agent had nothing to say";

/** Stands in the conversation, for people, where a turn ends with calls of the program's functions and no words. */
const calling = ({ clientCalls = [] }: TurnOutcome): string =>
  clientCalls.length > 0 ? `(asks the program for ${clientCalls.map(({ name }) => name).join(", ")})` : "";

/** What is kept of a turn for whoever asks how it ended. */
export const resultOf = ({ kind, text, message, cards, clientCalls, usage = message.usage }: TurnOutcome): Record<string, unknown> & { outcome: string } => ({
  outcome: kind,
  text: kind === "silent" ? "" : text,
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

export interface ReplyOptions {
  inbox: Inbox;
  outbox: Outbox;
  sessions: Pick<SessionPort, "noteUse">;
  conversations: Conversations;
  queue: Queue;
  clock: Clock;
  /** What of a text the customer has already, in messages that came while it was written. */
  saidBefore(tx: Tx, runId: string, to: Address, text: string): Promise<{ saidBefore?: number; notBefore?: number }>;
  recordUsage?: ((tx: Tx, used: { runId: string; conversation: ConversationRow; outcome: TurnOutcome }) => Promise<void>) | undefined;
}

export interface Ending {
  conversation: ConversationRow;
  /** The conversation's owner epoch the turn answers under. */
  epoch: number;
  outcome: TurnOutcome;
  gathered: Gathered;
  /** The messages end with this reply; false for a turn without any, and for one that is tried again. */
  answers: boolean;
  /** Stands before the answer already. */
  disclosure?: Disclosure | undefined;
}

/**
 * The reply, the end of its messages and the agent's right to speak: one commit. Not sent when a person has taken over or the
 * customer said stop meanwhile.
 */
export function createReply({ inbox, outbox, sessions, conversations, queue, clock, recordUsage, saidBefore }: ReplyOptions) {
  /** Ends the messages of the turn and those it heard; false when its own has ended already. */
  const endAll = async (tx: Tx, runId: string, { outcome, gathered, answers, conversation }: Ending): Promise<boolean> => {
    const status = { replied: "answered", silent: "ignored", "handed-over": "handed-over", failed: "handed-over" } as const;
    const end = (id: string): Promise<boolean> => {
      const own = outcome.kind === "silent" ? nothingToSay : outcome.reason;
      return inbox.end(tx, id, status[outcome.kind], id === runId ? own : `with the run ${runId}${own === undefined ? "" : `: ${own}`}`);
    };
    if (answers && !(await end(runId))) return false;
    if (answers) for (const { id } of gathered.batch) if (id !== runId) await end(id);
    const heard = gathered.mode === "steer" ? (outcome.heard ?? []) : [];
    for (const id of heard) {
      const theirs = await tx.get("select 1 as found from inbox where id = ? and session_key = ? and status = 'accepted'", id, conversation.sessionKey);
      if (!theirs) continue;
      await inbox.take(tx, id, runId);
      await end(id);
    }
    queue.metrics.merged(Math.max(0, gathered.batch.length - 1) + heard.length);
    return true;
  };

  /** The message that is quoted: the newest that is answered, or another one of this conversation. */
  const quoted = async (tx: Tx, { outcome, gathered, conversation }: Ending): Promise<Pick<OutboundMessage, "replyTo">> => {
    const { replyTo } = outcome;
    if (replyTo === undefined) return {};
    const last: InboxRow | undefined = gathered.batch.at(-1);
    if (replyTo === "current") return last ? { replyTo: last.message.externalId } : {};
    const known = await tx.get("select 1 as found from inbox where session_key = ? and external_id = ? limit 1", conversation.sessionKey, replyTo.externalId);
    return known ? { replyTo: replyTo.externalId } : {};
  };

  const letter = (
    tx: Tx,
    runId: string,
    { conversation: { sessionKey, agentId, address }, outcome: { reason = "the turn failed" }, gathered: { batch } }: Ending,
  ) =>
    queue.deadLetters.add(tx, {
      runId,
      sessionKey,
      agentId,
      channel: address.channel,
      code: /\b[A-Z]{3,}(?:_[A-Z]+)*\b/.exec(reason)?.[0] ?? "INTERNAL",
      reason,
      text: batch.map(({ message }) => message.text).join(" · "),
    });

  /** A person took over while the agent was answering. */
  const fenced = async (tx: Tx, { conversation, gathered, answers }: Ending): Promise<{ sent: boolean }> => {
    if (!answers) return { sent: false };
    for (const { id } of gathered.batch) await inbox.end(tx, id, "handed-over", "a person took over while the agent was answering");
    // Given back meanwhile: without this nobody would answer.
    await conversations.needPerson(tx, conversation.sessionKey);
    return { sent: false };
  };

  return (context: WorkContext, ending: Ending): Promise<{ sent: boolean }> =>
    context.transaction("reply", async (tx) => {
      const { conversation, epoch, outcome, gathered } = ending;
      const { sessionKey, address } = conversation;
      const owner = await tx.get("select epoch from conversation where session_key = ?", sessionKey);
      if (Number(owner?.epoch) !== epoch) return fenced(tx, ending);
      if (!(await endAll(tx, context.id, ending))) return { sent: (await tx.get("select 1 as found from outbox where id = ?", context.id)) !== undefined };
      const { kind, cards, attachments } = outcome;
      const text = outcome.text || calling(outcome);
      const message = { text, ...(cards.length > 0 ? { cards } : {}), ...(attachments?.length ? { attachments } : {}), ...(await quoted(tx, ending)) };
      const author = kind === "replied" ? "agent" : "system";
      if (kind === "silent") await conversations.noteSilence(tx, sessionKey);
      else
        await outbox.insert(tx, {
          id: context.id,
          runId: context.id,
          sessionKey,
          address,
          author,
          epoch,
          message,
          claims: true,
          ...(await saidBefore(tx, context.id, address, text)),
        });
      if (kind !== "silent") await ending.disclosure?.shown(tx);
      await outcome.commit(tx);
      await recordUsage?.(tx, { runId: context.id, conversation, outcome });
      // Here, so that the tokens of a turn are counted once whatever becomes of it.
      await sessions.noteUse(tx, sessionKey, useOf(conversation, outcome));
      if (kind === "silent") return { sent: true };
      await conversations.noteReply(tx, { sessionKey, preview: text, at: clock.now() });
      if (kind !== "replied") await conversations.needPerson(tx, sessionKey);
      if (kind === "failed" && gathered.batch.length > 0) await letter(tx, context.id, ending);
      return { sent: true };
    });
}
