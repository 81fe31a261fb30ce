import { TravelAgentError } from "@travelagent/protocol";
import type { Address } from "@travelagent/protocol/messages";
import type { Clock, Database, Logger, Tx, Work, WorkContext } from "@travelagent/protocol/ports";
import type { AgentPort, TurnEvent, TurnOutcome, TurnRequest } from "@travelagent/protocol/turn";
import * as z from "zod";
import type { Announcer } from "./announce.ts";
import { cardFree, hadCard, withCardNotice } from "./card-free.ts";
import { wasToldLately } from "./card-notice.ts";
import { type Contact, refusalOf } from "./contact.ts";
import type { ConversationRow, Conversations } from "./conversations.ts";
import type { AtWork } from "./delivery/at-work.ts";
import { blocksOf } from "./delivery/said-blocks.ts";
import { overheardNote } from "./door/overheard.ts";
import type { Flow } from "./flow.ts";
import type { Inbox, InboxRow } from "./inbox.ts";
import { turnWork } from "./intake.ts";
import { liveRun } from "./live.ts";
import type { Outbox } from "./outbox.ts";
import type { SessionFacts, SessionPort } from "./ports.ts";
import type { Publisher } from "./publish.ts";
import type { Gathered } from "./queue/gather.ts";
import type { Queue } from "./queue/queue.ts";
import { classOf, priorityOf, type TurnClass } from "./queue/queue-metrics.ts";
import { inboundDebounceMs } from "./queue/settings.ts";
import { backlogPrefix, createSteering } from "./queue/steering.ts";
import { sessionMeta } from "./session-meta.ts";
import { storeCannotWrite } from "./store-failure.ts";
import type { Tell } from "./tell.ts";
import { answeredAt } from "./turn/answered-at.ts";
import { disclosureFor, withDisclosure } from "./turn/disclosed.ts";
import { createFailure } from "./turn/failure.ts";
import { createReply, nothingToSay, resultOf } from "./turn/reply.ts";
import { decisionPrefix, notePrefix, retryPrefix } from "./turn/run-ids.ts";
import { createStopTurns, type StopTurns } from "./turn/stop-turns.ts";
import { createToPerson } from "./turn/to-person.ts";
import { requestOf } from "./turn/turn-request.ts";
import { publishUser } from "./turn/user-message.ts";

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
  /** The customer sees that the agent is at work on an answer. */
  atWork: AtWork;
  clock: Clock;
  log: Logger;
  /** IANA zone of customers whose platform does not tell. */
  timeZone: string;
  turnTimeoutMs: number;
  flow: Flow;
  queue: Queue;
  /** Runs in the commit that puts a reply into the outbox: what the models used. */
  recordUsage?(tx: Tx, used: { runId: string; conversation: ConversationRow; outcome: TurnOutcome }): Promise<void>;
  /** A row of the index of sessions is other than it was. */
  onSession(sessionKey: string, reason: string): void;
  contact?: Contact | undefined;
}

const Input = z.union([
  z.strictObject({ inboxId: z.string(), traceparent: z.string().optional() }),
  z.strictObject({ decisionId: z.string(), sessionKey: z.string() }),
  z.strictObject({ note: z.strictObject({ text: z.string(), tainted: z.boolean().optional() }), sessionKey: z.string() }),
  z.strictObject({ retryOf: z.string(), sessionKey: z.string() }),
]);
type Input = z.infer<typeof Input>;
type Ended = Record<string, unknown> & { outcome: string };

/** What the gateway itself has to tell an agent. */
export interface TurnNote {
  /** The same note again starts nothing. */
  id: string;
  sessionKey: string;
  text: string;
  /** It holds words of others. */
  tainted?: boolean;
  /** `background` gives way to people who wait. Default `interactive`. */
  class?: TurnClass;
}

export interface Turns extends StopTurns {
  /** Registers the durable function. Before the engine starts. */
  define(): void;
  /** An approval was decided: the conversation goes on without a new message. */
  resume(decisionId: string, sessionKey: string): Promise<void>;
  /** The agent is told something and may answer in that conversation. Resolves with the id of the run. Raises `NOT_FOUND` for a conversation that never was. */
  note(note: TurnNote): Promise<string>;
  /** Tries the turn of a dead letter again, as a run of its own, in the commit of `tx`. What it did is not done again: its writes count for the session, and no yes counts twice. */
  retry(tx: Tx, runId: string, sessionKey: string): Promise<string>;
  /**
   * After a start: messages whose turn was lost are queued again, those whose turn ended without an answer go to a person, and so do
   * conversations whose turn without a message ended so. A reply that went out is in the history.
   */
  sweep(): Promise<void>;
}

/** One turn, once it is clear that the agent answers it. */
interface Subject {
  input: Input;
  row: InboxRow | null;
  conversation: ConversationRow;
  session: SessionFacts;
  /** The conversation's owner epoch the turn answers under. */
  epoch: number;
  gathered: Gathered;
  traceparent: string;
}

/** Turns that ended badly, looked through after a start, newest first. */
const mostEnded = 500;
const nothing: Gathered = { batch: [], dropped: [], mode: "followup" };

export function createTurns(options: TurnsOptions): Turns {
  const { db, work, inbox, outbox, conversations, sessions, agent, publisher, announcer, tell, listen, atWork } = options;
  const { clock, log, timeZone, turnTimeoutMs, flow, queue, recordUsage, onSession, contact } = options;
  const failure = createFailure({ db, inbox, outbox, conversations, sessions, announcer, deadLetters: queue.deadLetters, clock });
  const toPerson = createToPerson({ db, inbox, outbox, conversations, sessions, announcer, publisher, tell, now: clock.now });
  const stop = createStopTurns({ db, work, inbox, conversations, announcer, publisher, queue, toPerson, sessions });
  const commitReply = createReply({ inbox, outbox, sessions, conversations, queue, clock, recordUsage, saidBefore: atWork.saidBefore });
  const steering = createSteering({ inbox, openQuestion: queue.openQuestion, onHeard: (row) => publishUser(publisher, row) });

  const announce = async (sessionKey: string): Promise<void> => {
    const conversation = await conversations.get(sessionKey);
    if (conversation) announcer.conversation(conversation);
  };
  /** True when this turn's reply is committed and only its tail is to be done again. */
  const replied = async (runId: string): Promise<boolean> => (await db.get("select 1 as found from outbox where id = ?", runId)) !== undefined;

  /** What a turn of an ended message comes to: that of the run that answered it, or its end. */
  const endedBefore = async (row: InboxRow): Promise<Ended> => {
    const { id, sessionKey, takenBy, status, reason } = row;
    if (takenBy === undefined || takenBy === id)
      return status === "ignored" && reason === nothingToSay ? { outcome: "silent", text: "" } : { outcome: status, reason };
    const known = await work.result(takenBy, 1_000).catch(() => undefined);
    const value = known?.state === "done" ? (known.value as Ended) : { outcome: status, reason };
    const kind = value.outcome as TurnOutcome["kind"];
    listen(id, { type: "run-end", runId: id, outcome: kind });
    if (publisher.isFollowed(sessionKey)) publisher.publish("chat", { runId: id, sessionKey, seq: 0, state: "final", answeredBy: takenBy });
    return { ...value, answeredBy: takenBy };
  };

  const declined = async ({ address, customerId }: ConversationRow, row: InboxRow | null): Promise<{ reason: string } | undefined> => {
    const reason = row?.kind === "customer" ? await contact?.declinesAgent(address, customerId) : undefined;
    return reason === undefined ? undefined : { reason };
  };

  /** The agent does not work now: nothing is asked of a model. */
  const stopped = async (context: WorkContext, conversation: ConversationRow, row: InboxRow | null): Promise<Ended | undefined> => {
    const pause = (await queue.pauses.of(conversation.agentId)) ?? (await declined(conversation, row));
    if (!pause || (await replied(context.id))) return undefined;
    if (row) await toPerson.handOver(conversation, row, pause);
    else await db.transaction((tx) => conversations.needPerson(tx, conversation.sessionKey));
    await announce(conversation.sessionKey);
    return { outcome: "handed-over", reason: `the agent is paused: ${pause.reason}` };
  };

  /** A person has the conversation, or the agent was silenced: nothing is answered. */
  const leftToPerson = async (
    context: WorkContext,
    input: Input,
    row: InboxRow | null,
    conversation: ConversationRow,
    session: SessionFacts,
  ): Promise<Ended | undefined> => {
    const isAgents = conversation.state === "agent" && session.sendPolicy !== "deny";
    if (isAgents || "decisionId" in input || (await replied(context.id))) return undefined;
    if (!row) {
      if ("note" in input) await keepNote(context, conversation, input.note);
      return { outcome: "handed-over", reason: "a person has the conversation" };
    }
    // Silenced by an operator, and nobody has it yet.
    if (conversation.state === "agent") await db.transaction((tx) => conversations.needPerson(tx, conversation.sessionKey));
    await toPerson.leave(context, conversation, row);
    return { outcome: "handed-over" };
  };

  /** What the turn answers. May wait for the customer to be done. */
  const gather = async (context: WorkContext, input: Input, row: InboxRow | null, { channel }: Address, session: SessionFacts): Promise<Gathered> => {
    if (row) return queue.gather(context, row, queue.settings(channel, session.queue), inboundDebounceMs(queue.rules(), channel));
    if (!("retryOf" in input)) return nothing;
    const taken = await inbox.takenBy(input.retryOf);
    // One that ended before it took any is tried again with its own message.
    const own = taken.length > 0 ? null : await inbox.get(input.retryOf);
    return { ...nothing, batch: own ? [own] : taken };
  };

  const run = async (context: WorkContext, input: Input, seen: ReturnType<Flow["turn"]>): Promise<Ended> => {
    const row = "inboxId" in input ? await inbox.get(input.inboxId) : null;
    const sessionKey = row?.sessionKey ?? ("sessionKey" in input ? input.sessionKey : undefined);
    const found = answeredAt(sessionKey ? await conversations.get(sessionKey) : null, row);
    if (!found) {
      await db.transaction((tx) => inbox.end(tx, context.id, "ignored", "the conversation is gone"));
      return { outcome: "ignored", reason: "the conversation is gone" };
    }
    const { agentId, address } = found;
    const place = { sessionKey: found.sessionKey, channel: address.channel, agentId };
    // Answered with another one, aborted, or dropped: nothing may be done for it any more.
    if (row && row.status !== "accepted" && !(await replied(context.id))) {
      seen.at(place);
      return endedBefore(row);
    }
    seen.at({ ...place, ...(row ? { receivedAt: row.receivedAt, class: classOf(row.kind) } : {}) });
    // The message was taken in under this epoch; what the gateway itself sets going speaks for whoever owns the conversation now.
    const epoch = row?.epoch ?? (await context.step("epoch", async () => found.epoch));
    // A session that was deleted while this message waited is begun anew.
    const session = (await sessions.get(found.sessionKey)) ?? (await sessions.ensure(found.sessionKey, sessionMeta(agentId, address)));
    const unanswered = async (conversation: ConversationRow): Promise<Ended | undefined> =>
      (await stopped(context, conversation, row)) ?? (await leftToPerson(context, input, row, conversation, session));
    const before = await unanswered(found);
    if (before) return before;
    const gathered = await gather(context, input, row, address, session);
    const subject = { input, row, session, epoch, gathered, traceparent: seen.traceparent };
    if (!gathered.waited) return reply(context, { ...subject, conversation: found });
    const conversation = answeredAt(await conversations.get(found.sessionKey), row) ?? found;
    return (await unanswered(conversation)) ?? reply(context, { ...subject, conversation });
  };

  /** Asks the agent, commits what it says, and sends it. */
  const reply = async (context: WorkContext, { input, row, conversation, session, epoch, gathered, traceparent }: Subject): Promise<Ended> => {
    const { sessionKey } = conversation;
    const live = liveRun({ publisher, clock, runId: context.id, sessionKey });
    const shown = atWork.begin({
      runId: context.id,
      sessionKey,
      address: conversation.address,
      epoch,
      awaited: row !== null || "decisionId" in input,
      mentioned: gathered.batch.some(({ message }) => message.mentioned === true),
      wholeOnly: () => isWholeOnly(context.id, { row, conversation, epoch, gathered }),
    });
    if (row) for (const taken of gathered.batch) publishUser(publisher, taken);
    if (gathered.overheard) await noteOverheard(context.id, sessionKey, gathered.overheard);
    const steer = row ? steering(gathered) : undefined;
    const lastShown = row ? await outbox.lastShown(sessionKey, row.receivedAt) : [];
    const request: TurnRequest = {
      ...requestOf({ runId: context.id, conversation, session, gathered, again: row === null, lastShown, traceparent, timeZone }),
      ...("decisionId" in input ? { decisionId: input.decisionId } : {}),
      ...("note" in input ? { note: { text: input.note.text, ...(input.note.tainted ? { tainted: true } : {}) } } : {}),
      ...(steer ? { steer } : {}),
      hold: (text) => queue.holding.hold(context.id, text),
      mayWait: () => queue.metrics.parkedNow < queue.rules().maxParked,
    };
    const answered = await answer(request, context, live, shown.hear).finally(shown.end);
    const tells = row && answered.kind !== "silent" && (await someHadCard(gathered, answered)) && !(await wasToldLately({ db, clock }, sessionKey));
    const cardFreed = tells ? withCardNotice(answered) : answered;
    const disclosure = await disclosureFor(contact, answered, { runId: context.id, row, conversation, epoch, customerId: request.turn.customerId });
    const outcome = withDisclosure(cardFreed, disclosure);
    const { sent } = await commitReply(context, { conversation, epoch, outcome, gathered, answers: row !== null, disclosure });
    if (!sent) {
      live.aborted();
      await keepSaid(context.id, conversation, outcome);
      await announce(sessionKey);
      return { outcome: "handed-over" };
    }
    try {
      await writeDown(conversation, `${context.id}:final`, outcome);
    } finally {
      // The reply is committed: it goes out even when the transcript cannot be written.
      outbox.kick(sessionKey);
    }
    live.done(outcome);
    if (outcome.kind === "silent" && publisher.isFollowed(sessionKey)) publisher.publish("chat", { runId: context.id, sessionKey, seq: 0, state: "final" });
    onSession(sessionKey, "message");
    await announce(sessionKey);
    return resultOf(outcome);
  };

  const noteOverheard = async (runId: string, sessionKey: string, ids: readonly string[]): Promise<void> => {
    const rows = (await Promise.all(ids.map((id) => inbox.get(id)))).filter((one) => one !== null);
    if (rows.length > 0) await sessions.append(sessionKey, [{ id: `${runId}:overheard`, message: overheardNote(rows, runId, rows.at(-1)!.receivedAt) }]);
  };

  /** Something has to stand before the answer, which is known only when it is finished; or the customer may hear nothing now. */
  const isWholeOnly = async (runId: string, { row, conversation, epoch, gathered }: Pick<Subject, "row" | "conversation" | "epoch" | "gathered">) => {
    if (gathered.batch.some(({ message }) => hadCard(message.text))) return true;
    if (!contact) return false;
    const { sessionKey, address, customerId } = conversation;
    const about = { address, author: "agent", sessionKey, purpose: "service", ...(customerId === undefined ? {} : { customerId }) } as const;
    if ((await refusalOf(db, contact, about, clock.now())) !== undefined) return true;
    return (await disclosureFor(contact, { kind: "replied" }, { runId, row, conversation, epoch, customerId })) !== undefined;
  };

  /** A person took over in the middle of an answer: what of it the customer got in blocks stands in the conversation. */
  const keepSaid = async (runId: string, { sessionKey }: ConversationRow, { message }: TurnOutcome): Promise<void> => {
    const said = await blocksOf(db, runId);
    if (said.length > 0)
      await sessions.append(sessionKey, [
        { id: `${runId}:said`, message: { ...message, content: [{ type: "text", text: said.join("\n\n") }], stopReason: "aborted" } },
      ]);
  };

  const someHadCard = async ({ batch }: Gathered, { heard = [] }: TurnOutcome): Promise<boolean> => {
    const rows = await Promise.all(heard.map((id) => inbox.get(id.replace(backlogPrefix, ""))));
    return [...batch, ...rows].some((one) => one !== null && hadCard(one.message.text));
  };

  /** A person has the conversation: the agent reads the note when it answers again. */
  const keepNote = (context: WorkContext, { sessionKey }: ConversationRow, { text, tainted }: { text: string; tainted?: boolean | undefined }) =>
    sessions.append(sessionKey, [
      { id: `${context.id}:user`, message: { role: "user", content: text, timestamp: clock.now(), synthetic: true, ...(tainted ? { tainted } : {}) } },
    ]);

  /** The answer into the transcript. After a crash it may be there already: then nothing is added. */
  const writeDown = async ({ sessionKey }: ConversationRow, id: string, { kind, message }: TurnOutcome): Promise<void> => {
    if (kind !== "silent") await sessions.append(sessionKey, [{ id, message }], { durable: true });
  };

  const answer = async (
    request: TurnRequest,
    context: WorkContext,
    live: ReturnType<typeof liveRun>,
    hear: (event: TurnEvent) => void,
  ): Promise<TurnOutcome> => {
    try {
      return await agent.run(request, context, (event) => {
        queue.tools.hear(context.id, event);
        queue.metrics.parked(context.id, event.type === "run-parked");
        live.hear(event);
        hear(event);
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
      return failure.apologise(error);
    } finally {
      queue.tools.over(context.id);
      queue.metrics.parked(context.id, false);
    }
  };

  const submit = (id: string, sessionKey: string, input: Input, turnClass: TurnClass, tx?: Tx): Promise<void> =>
    work.submit({ name: turnWork, id, lane: sessionKey, input, timeoutMs: turnTimeoutMs, priority: priorityOf(turnClass) }, tx);

  return {
    ...stop,
    define: () =>
      work.define(
        turnWork,
        async (context, rawInput) => {
          const input = Input.parse(rawInput);
          const seen = flow.turn(context.id, "traceparent" in input ? input.traceparent : undefined);
          try {
            const result = await run(context, input, seen);
            seen.end("answeredBy" in result ? "merged" : result.outcome);
            return result;
          } catch (thrown) {
            seen.failed(context.signal.aborted ? context.signal.reason : thrown);
            const reason = context.signal.aborted ? TravelAgentError.from(context.signal.reason) : TravelAgentError.from(thrown);
            // Cancelled by somebody, or the process is stopping: the first is answered for already, the second goes on after the start.
            if (reason.code === "CANCELLED" || (reason.code === "UNAVAILABLE" && context.signal.aborted)) throw thrown;
            // The engine runs the turn again when the store can write.
            if (storeCannotWrite(reason) && !context.signal.aborted) throw thrown;
            await failure.giveUpWhenPossible(context.id, context.lane, `the turn ended: ${reason.code}`, reason.code);
            throw thrown;
          }
        },
        { beginsWithFirstStep: true },
      ),
    resume: (decisionId, sessionKey) => submit(`${decisionPrefix}${decisionId}`, sessionKey, { decisionId, sessionKey }, "interactive"),
    async note({ id, sessionKey, text, tainted, class: turnClass = "interactive" }) {
      if (!(await conversations.get(sessionKey))) throw new TravelAgentError("NOT_FOUND", `there is no conversation ${sessionKey}`);
      const runId = `${notePrefix}${id}`;
      await submit(runId, sessionKey, { note: { text: cardFree(text), ...(tainted ? { tainted } : {}) }, sessionKey }, turnClass);
      return runId;
    },
    async retry(tx, runId, sessionKey) {
      const id = `${retryPrefix}${runId}`;
      // Of one that was tried again already, the messages are those of the first run.
      const first = runId.replace(/^(?:retry:)+/, "");
      if (first.startsWith(notePrefix))
        throw new TravelAgentError("CONFLICT", "what the gateway told the agent is told once; look at the conversation, then drop this");
      const again = first.startsWith(decisionPrefix) ? { decisionId: first.slice(decisionPrefix.length), sessionKey } : { retryOf: first, sessionKey };
      await submit(id, sessionKey, again, "interactive", tx);
      return id;
    },
    async sweep() {
      for (const row of await inbox.open()) {
        const state = await work.state(row.id);
        if (state === null) await submit(row.id, row.sessionKey, { inboxId: row.id }, classOf(row.kind));
        else if (state === "dead" || state === "failed") await failure.giveUp(row, `the turn ended as ${state}`, state === "dead" ? "INTERNAL" : "TIMEOUT");
        else if (state === "cancelled") await db.transaction((tx) => inbox.end(tx, row.id, "ignored", "aborted"));
      }
      for (const state of ["dead", "failed"] as const)
        for (const { id, lane, error } of await work.list({ name: turnWork, state, limit: mostEnded }))
          if (lane !== undefined) await failure.lost(id, lane, `the turn ended as ${state}`, error?.code ?? "INTERNAL");
    },
  };
}
