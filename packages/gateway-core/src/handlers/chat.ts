import { type Call, type ChatMessage, type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { MessageAction } from "@travelagent/protocol/messages";
import type { Clock, Work } from "@travelagent/protocol/ports";
import type { Intake } from "../intake.ts";
import { asChatMessage } from "../live.ts";
import type { Outbox } from "../outbox.ts";
import type { SessionPort } from "../ports.ts";
import type { Turns } from "../turns.ts";

export interface ChatHandlersOptions {
  intake: Intake;
  turns: Turns;
  outbox: Outbox;
  sessions: SessionPort;
  work: Work;
  clock: Clock;
  defaultAgentId: string;
  /** Every agent there is. */
  agentIds: readonly string[];
}

/** Channel of conversations that are held over the gateway's own socket: the web page and the command line. */
export const webchatChannel = "webchat";

const aliases = (sessionKey: string, agentId: string): string => {
  const key = sessionKey.toLowerCase();
  return key === "main" || key === `agent:${agentId}` ? `agent:${agentId}:main` : key;
};

export function chatHandlers({ intake, turns, outbox, sessions, work, clock, defaultAgentId, agentIds }: ChatHandlersOptions): Handlers {
  /** The session a call may use. A visitor has one; an operator any of the gateway's own, never a customer's on another channel. */
  const allowed = (call: Call, wanted: string, forWriting: boolean): string => {
    const sessionKey = aliases(wanted, defaultAgentId);
    if (call.role === "visitor") {
      if (sessionKey !== call.visitorSessionKey) throw new TravelAgentError("FORBIDDEN", "a visitor has one conversation: use the session key from hello-ok");
      return sessionKey;
    }
    if (forWriting && !/^agent:[a-z0-9_-]+:[a-z0-9_.@-]+$/.test(sessionKey))
      throw new TravelAgentError(
        "FORBIDDEN",
        `${sessionKey} belongs to a customer; write there with conversations.reply, or use agent:${defaultAgentId}:main or agent:${defaultAgentId}:<name>`,
      );
    if (forWriting && !agentIds.includes(sessionKey.split(":")[1] ?? ""))
      throw new TravelAgentError("NOT_FOUND", `there is no agent ${sessionKey.split(":")[1]}; known: ${agentIds.join(", ")}`);
    return sessionKey;
  };

  const send = async (call: Call, params: { sessionKey: string; message: string; action?: MessageAction | undefined; idempotencyKey: string }) => {
    const sessionKey = allowed(call, params.sessionKey, true);
    if (params.message.trim() === "" && !params.action) throw new TravelAgentError("INVALID_REQUEST", "the message is empty");
    const visitor = call.role === "visitor" ? call.visitorId! : undefined;
    const peerId = visitor ?? `operator:${sessionKey}`;
    call.follow(sessionKey);
    const agentId = sessionKey.split(":")[1] ?? defaultAgentId;
    return intake.receive(
      {
        address: { channel: webchatChannel, accountId: "default", chatType: "direct", peerId },
        externalId: `${peerId}:${params.idempotencyKey}`,
        senderId: peerId,
        ...(visitor ? { senderName: `Visitor ${visitor.replace(/[^a-z0-9]/gi, "").slice(0, 6)}` } : { senderName: sessionKey }),
        text: params.message,
        sentAt: clock.now(),
        ...(params.action ? { action: params.action } : {}),
        ...(call.timeZone ? { timeZone: call.timeZone } : {}),
      },
      visitor ? undefined : { runId: params.idempotencyKey, route: { agentId, sessionKey } },
    );
  };

  const abort = async (sessionKey: string, runId?: string) => {
    const runIds = await turns.abort(sessionKey, runId);
    return { ok: true, aborted: runIds.length > 0, runIds };
  };

  return {
    "chat.send": async (params, call) => {
      const sessionKey = allowed(call, params.sessionKey, true);
      if (params.message.trim() === "/stop") return { runId: params.idempotencyKey, status: "ok", ...(await abort(sessionKey)) };
      const accepted = await send(call, params);
      if (!accepted.admission.admitted) throw new TravelAgentError("FORBIDDEN", `this message was not accepted: ${accepted.admission.reason}`);
      const state = accepted.duplicate ? await work.state(accepted.runId) : null;
      return { runId: accepted.runId, status: !accepted.duplicate ? "started" : state === "queued" || state === "running" ? "in_flight" : "ok" };
    },

    "chat.history": async ({ sessionKey: wanted, limit = 200 }, call) => {
      const sessionKey = allowed(call, wanted, false);
      call.follow(sessionKey);
      const session = await sessions.get(sessionKey);
      const entries = session ? await sessions.history(sessionKey, { limit }) : [];
      const unseen = await outbox.refusedIn(sessionKey);
      const messages = entries.flatMap((entry): ChatMessage[] => {
        if (unseen.has(entry.id.replace(/:final$/, ""))) return [];
        const message = asChatMessage(entry.message, entry.id.replace(/:final$/, ""));
        if (!message) return [];
        // A customer sees what was said, not how it was found out.
        if (call.role === "visitor" && (entry.message.role === "toolResult" || (entry.message.role === "assistant" && entry.message.stopReason === "toolUse")))
          return [];
        if (call.role === "visitor") for (const ours of ["provider", "model", "usage"]) delete message[ours];
        return [message];
      });
      return { sessionKey, ...(session ? { sessionId: session.sessionId } : {}), messages };
    },

    "chat.abort": async ({ sessionKey: wanted, runId }, call) => abort(allowed(call, wanted, true), runId),

    agent: async (params, call) => {
      const accepted = await send(call, {
        sessionKey: params.sessionKey ?? `agent:${params.agentId ?? defaultAgentId}:main`,
        message: params.message,
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
        return state === "done" ? { runId, status: "ok" } : { runId, status: "error", error: error?.message ?? state };
      } catch (thrown) {
        if (TravelAgentError.is(thrown, "TIMEOUT")) return { runId, status: "timeout" };
        throw thrown;
      }
    },
  };
}
