import { randomUUID } from "node:crypto";
import { type Call, type ChatMessage, type GivenFile, type Handlers, joinJson, TravelAgentError } from "@travelagent/protocol";
import type { MessageAction, TranscriptEntry } from "@travelagent/protocol/messages";
import type { Clock, Work } from "@travelagent/protocol/ports";
import { cardFree } from "../card-free.ts";
import type { Inbox, InboxRow } from "../inbox.ts";
import { type Intake, queueFull } from "../intake.ts";
import { asChatMessage } from "../live.ts";
import { broughtFiles } from "../media/brought-files.ts";
import type { Files } from "../media/files.ts";
import type { Outbox } from "../outbox.ts";
import type { SessionPort } from "../ports.ts";
import type { Publisher } from "../publish.ts";
import { asWritten } from "../queue/as-written.ts";
import { saidByOperator } from "../said.ts";
import { asUserMessage } from "../turn/user-message.ts";
import type { Turns } from "../turns.ts";
import { carryOutDirective, type Directives, directiveOf } from "./directives.ts";
import { asPage } from "./history-page.ts";
import { sessionNames } from "./session-names.ts";
import { deliveryOf, messageShape } from "./shown-message.ts";

export interface ChatHandlersOptions {
  intake: Intake;
  inbox: Inbox;
  turns: Turns;
  outbox: Outbox;
  sessions: SessionPort;
  work: Work;
  clock: Clock;
  publisher: Publisher;
  /** Asked at every call. `agentIds`: every agent there is. */
  routing(): { defaultAgentId: string; agentIds: readonly string[] };
  /** What people of the agency may type in their own sessions. A customer's slash is a word like any other. */
  directives?: Directives;
  /** A session was stopped as a whole: whatever else works for it ends too. */
  onStop?(sessionKey: string): Promise<unknown>;
  /** Absent: messages come without files. */
  files?: Files | undefined;
}

/** Messages that were taken in and stand nowhere yet, as entries of a transcript. */
function waitingIn(rows: readonly InboxRow[], shown: readonly ChatMessage[]): TranscriptEntry[] {
  const known = new Set(shown.map(({ messageId }) => messageId));
  return rows
    .filter((row) => !known.has(row.id) && (row.message.text !== "" || row.message.action))
    .map((row) => ({
      type: "message",
      id: `${row.id}:user`,
      parentId: null,
      timestamp: new Date(row.receivedAt).toISOString(),
      message: asUserMessage(row),
    }));
}

/** Channel of conversations that are held over the gateway's own socket: the web page and the command line. */
export const webchatChannel = "webchat";

export function chatHandlers({
  intake,
  inbox,
  turns,
  outbox,
  sessions,
  work,
  clock,
  publisher,
  routing,
  directives = {},
  onStop,
  files,
}: ChatHandlersOptions): Handlers {
  const { readable, writable, isOwn } = sessionNames(routing);

  const send = async (
    call: Call,
    params: {
      sessionKey: string;
      agentId?: string | undefined;
      tainted?: boolean;
      message: string;
      action?: MessageAction | undefined;
      attachments?: readonly GivenFile[] | undefined;
      idempotencyKey: string;
    },
  ) => {
    const sessionKey = writable(call, params.sessionKey, params.agentId);
    if (params.message.trim() === "" && !params.action && !params.attachments?.length) throw new TravelAgentError("INVALID_REQUEST", "the message is empty");
    const visitor = call.role === "visitor" ? call.visitorId! : undefined;
    if (visitor === undefined && (await sessions.get(sessionKey))?.sendPolicy === "deny")
      throw new TravelAgentError("INVALID_REQUEST", "send blocked by session policy; allow it with sessions.patch");
    const came = await broughtFiles(files, sessionKey, params.attachments);
    const peerId = call.guest?.address.peerId ?? visitor ?? `operator:${sessionKey}`;
    call.follow(sessionKey);
    const agentId = sessionKey.split(":")[1] ?? routing().defaultAgentId;
    return intake.receive(
      {
        address: call.guest?.address ?? { channel: webchatChannel, accountId: "default", chatType: "direct", peerId },
        externalId: `${peerId}:${params.idempotencyKey}`,
        senderId: peerId,
        senderName: call.guest?.name ?? (visitor ? `Visitor ${visitor.replace(/[^a-z0-9]/gi, "").slice(0, 6)}` : sessionKey),
        text: params.message,
        sentAt: clock.now(),
        ...(params.action ? { action: params.action } : {}),
        ...came,
        ...(params.tainted ? { tainted: true } : {}),
        ...(call.timeZone ? { timeZone: call.timeZone } : {}),
      },
      visitor ? undefined : { runId: params.idempotencyKey, route: { agentId, sessionKey } },
      { requestId: call.requestId, ...(call.traceparent === undefined ? {} : { traceparent: call.traceparent }) },
    );
  };

  /** Of a customer's message that an operator stopped, a person takes care: nobody else would answer it. */
  const abort = async (call: Call, sessionKey: string, runId?: string) => {
    const runIds = await turns.abort(sessionKey, runId, { toPerson: call.role === "operator" && !isOwn(sessionKey) });
    if (runId === undefined) await onStop?.(sessionKey);
    return { ok: true, aborted: runIds.length > 0, runIds };
  };

  return {
    "chat.send": async (params, call) => {
      const sessionKey = writable(call, params.sessionKey, params.agentId);
      if (params.message.trim() === "/stop") {
        const stopped = await abort(call, sessionKey);
        return { runId: params.idempotencyKey, status: "ok", ...stopped, cleared: stopped.runIds.length };
      }
      const directive = call.role === "operator" && !params.action ? directiveOf(params.message, directives) : undefined;
      if (directive) {
        call.follow(sessionKey);
        const agentId = sessionKey.split(":")[1] ?? routing().defaultAgentId;
        await carryOutDirective(directives, directive, { runId: params.idempotencyKey, sessionKey, agentId, call }, { publisher, clock });
        return { runId: params.idempotencyKey, status: "ok" };
      }
      const accepted = await send(call, params);
      if (!accepted.admission.admitted && accepted.admission.reason === queueFull)
        throw new TravelAgentError("RATE_LIMITED", "your messages before this one are not answered yet; wait for an answer, then send it again", {
          retryAfterMs: 5_000,
        });
      if (!accepted.admission.admitted) throw new TravelAgentError("FORBIDDEN", `this message was not accepted: ${accepted.admission.reason}`);
      const state = accepted.duplicate ? await work.state(accepted.runId) : null;
      return { runId: accepted.runId, status: !accepted.duplicate ? "started" : state === "queued" || state === "running" ? "in_flight" : "ok" };
    },

    "chat.history": async ({ sessionKey: wanted, agentId, limit = 200, offset = 0, maxChars }, call) => {
      const sessionKey = readable(call, wanted, agentId);
      call.follow(sessionKey);
      const session = await sessions.get(sessionKey);
      // One more than asked for tells whether there is more.
      const read = session ? await sessions.history(sessionKey, { limit: offset + limit + 1 }) : [];
      const known = read.length;
      const entries = read.slice(Math.max(0, known - offset - limit), Math.max(0, known - offset));
      const unseen = await outbox.refusedIn(sessionKey);
      const show = messageShape({ visitor: call.role === "visitor", protocol: call.protocol, maxChars });
      const messages = entries.flatMap((entry): ChatMessage[] => {
        const message = unseen.has(deliveryOf(entry)) ? null : show(entry);
        return message ? [message] : [];
      });
      const written = await asWritten(messages, inbox, maxChars);
      // What waits for its turn is not in the transcript yet; whoever looks in must see it all the same.
      const waiting = offset === 0 ? waitingIn(await inbox.openOf(sessionKey), written).flatMap((entry) => show(entry) ?? []) : [];
      const page = asPage([...written, ...waiting]);
      return joinJson({
        sessionKey,
        ...(session ? { sessionId: session.sessionId } : {}),
        messages: joinJson(page.messages),
        thinkingLevel: session?.prefer?.thinking ?? "off",
        hasMore: page.cut || known > offset + limit,
      });
    },

    "chat.abort": async ({ sessionKey: wanted, agentId, runId }, call) => abort(call, readable(call, wanted, agentId), runId),

    "chat.inject": async ({ sessionKey: wanted, agentId, message: words, label }, call) => {
      const sessionKey = writable(call, wanted, agentId);
      if (!(await sessions.get(sessionKey))) throw new TravelAgentError("INVALID_REQUEST", `session not found: ${sessionKey}`);
      const id = randomUUID();
      const text = cardFree(label ? `[${label}]\n\n${words}` : words);
      const message = saidByOperator(text, call.actor, clock.now());
      await sessions.append(sessionKey, [{ id: `${id}:final`, message }], { durable: true });
      await sessions.touch(sessionKey);
      const shown = asChatMessage(message, id);
      if (shown) publisher.publish("chat", { runId: `inject-${id}`, sessionKey, seq: 0, state: "final", message: shown });
      return { ok: true, messageId: id };
    },

    wake: async ({ mode, text, sessionKey: wanted, agentId }, call) => {
      const sessionKey = writable(call, wanted ?? "main", agentId);
      if (mode === "now") {
        // What wakes is often written by a program or a stranger: nothing in it counts as a yes.
        const { runId } = await send(call, { sessionKey, message: text, tainted: true, idempotencyKey: randomUUID() });
        return { ok: true, runId };
      }
      await sessions.ensure(sessionKey, {
        agentId: sessionKey.split(":")[1] ?? routing().defaultAgentId,
        channel: webchatChannel,
        accountId: "default",
        chatType: "direct",
        peerId: `operator:${sessionKey}`,
      });
      const id = randomUUID();
      const note = {
        role: "user" as const,
        content: `(Note from the gateway: ${cardFree(text)})`,
        timestamp: clock.now(),
        synthetic: true as const,
        tainted: true,
      };
      await sessions.append(sessionKey, [{ id: `${id}:note`, message: note }], { durable: true });
      return { ok: true };
    },

    agent: async (params, call) => {
      const startedAt = clock.now();
      const accepted = await send(call, {
        sessionKey: params.sessionKey ?? "main",
        agentId: params.agentId,
        message: params.message,
        attachments: params.attachments,
        idempotencyKey: params.idempotencyKey,
      });
      const { runId } = accepted;
      call.later(
        work.result(runId, params.timeout === undefined ? 600_000 : Math.max(1_000, params.timeout * 1_000)).then(async ({ state, value, error }) => {
          if (state !== "done") throw TravelAgentError.fromShape(error ?? { code: "UNAVAILABLE", message: `the run ended as ${state}` });
          const result = value as { text?: string; outcome?: string; provider?: string; model?: string; usage?: unknown };
          const session = await sessions.get(accepted.sessionKey);
          return {
            runId,
            status: "ok",
            summary: "completed",
            result: {
              payloads: [{ text: result.text ?? "", mediaUrl: null }],
              meta: {
                durationMs: clock.now() - startedAt,
                outcome: result.outcome,
                agentMeta: { sessionId: session?.sessionId, provider: result.provider, model: result.model, usage: result.usage },
              },
            },
          };
        }),
      );
      return { runId, status: "accepted", acceptedAt: clock.now() };
    },

    "agent.wait": async ({ runId, timeoutMs = 30_000 }) => {
      try {
        const { state, error } = await work.result(runId, timeoutMs);
        const row = await inbox.get(runId);
        const times = row ? { startedAt: row.receivedAt, ...(row.endedAt === undefined ? {} : { endedAt: row.endedAt }) } : {};
        return state === "done" ? { runId, status: "ok", ...times } : { runId, status: "error", ...times, error: error?.message ?? state };
      } catch (thrown) {
        if (TravelAgentError.is(thrown, "TIMEOUT")) return { runId, status: "timeout" };
        throw thrown;
      }
    },
  };
}
