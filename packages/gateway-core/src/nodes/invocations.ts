import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Metrics } from "../metrics.ts";
import type { ConnectedNode } from "./registry.ts";

export interface Invocation {
  readonly node: ConnectedNode;
  readonly command: string;
  readonly params?: unknown;
  readonly timeoutMs: number;
  readonly idempotencyKey: string;
}

/** What a node answered, as its caller gets it. */
export interface Invoked {
  readonly payload: unknown;
  readonly payloadJSON: string | null;
}

export interface NodeAnswer {
  readonly id: string;
  readonly ok: boolean;
  readonly payload?: unknown;
  readonly payloadJSON?: string | null | undefined;
  readonly error?: { readonly code?: string | undefined; readonly message?: string | undefined } | null | undefined;
}

/** Commands on their way to nodes. */
export interface Invocations {
  /**
   * Sends a command and waits for the answer. Raises `UNAVAILABLE` with `details.code` `NOT_CONNECTED`, `TIMEOUT`,
   * `DISCONNECTED` or the node's own; `PAYLOAD_TOO_LARGE`; `RATE_LIMITED`; and `OUTCOME_UNKNOWN` for a key whose command
   * was sent and never answered: it may have run.
   */
  invoke(invocation: Invocation): Promise<Invoked>;
  /** False for an answer nobody waits for, which changes nothing. */
  answer(connectionId: string, answer: NodeAnswer): boolean;
  /** Ends what that connection owes. */
  gone(connectionId: string): void;
}

export interface InvocationsOptions {
  clock: Clock;
  metrics: Metrics;
  sendRequest(
    connectionId: string,
    request: { id: string; nodeId: string; command: string; paramsJSON?: string; timeoutMs: number; idempotencyKey: string },
  ): boolean;
  sendCancel(connectionId: string, cancel: { id: string; nodeId: string }): void;
  /** Characters of one answer. Default 400 000. */
  maxAnswer?: number;
  /** Commands of one node under way. Default 32. */
  maxPending?: number;
}

interface Pending {
  readonly invocation: Invocation;
  settle(outcome: Invoked | TravelAgentError): void;
}

const unansweredTtlMs = 10 * 60_000;
const maxUnanswered = 1000;

export function createInvocations({ clock, metrics, sendRequest, sendCancel, maxAnswer = 400_000, maxPending = 32 }: InvocationsOptions): Invocations {
  const pending = new Map<string, Pending>();
  const unanswered = new Map<string, number>();
  const outcomes = metrics.counter("node_invocations_total", "Commands sent to nodes, by outcome.", ["outcome"]);
  const late = metrics.counter("node_late_answers_total", "Answers of nodes that nobody waited for.");

  const keyOf = ({ node, idempotencyKey }: Invocation) => `${node.nodeId}\n${idempotencyKey}`;

  const neverAnswered = (invocation: Invocation) => {
    unanswered.set(keyOf(invocation), clock.now() + unansweredTtlMs);
    if (unanswered.size > maxUnanswered) for (const oldest of unanswered.keys()) if (unanswered.delete(oldest)) break;
  };

  const checkKey = (invocation: Invocation) => {
    if ((unanswered.get(keyOf(invocation)) ?? 0) > clock.now())
      throw new TravelAgentError(
        "OUTCOME_UNKNOWN",
        "this command was sent to the node before and never answered, so it may have run: look at the node, then send it with a new idempotencyKey",
      );
  };

  return {
    async invoke(invocation) {
      const { node, command, params, timeoutMs, idempotencyKey } = invocation;
      checkKey(invocation);
      if ([...pending.values()].filter((other) => other.invocation.node === node).length >= maxPending)
        throw new TravelAgentError("RATE_LIMITED", "this node has too many commands under way: wait for their answers", { retryAfterMs: 1000 });
      const id = randomUUID();
      const { promise, resolve, reject } = Promise.withResolvers<Invoked>();
      const cancelTimer = clock.after(timeoutMs, () => {
        neverAnswered(invocation);
        sendCancel(node.connectionId, { id, nodeId: node.nodeId });
        pending.get(id)?.settle(nodeError("TIMEOUT", `the node did not answer ${command} in ${timeoutMs} ms; it may have run`));
      });
      pending.set(id, {
        invocation,
        settle(outcome) {
          cancelTimer();
          pending.delete(id);
          const failed = TravelAgentError.is(outcome);
          outcomes.at(failed ? outcomeLabel(outcome) : "ok").inc();
          if (failed) reject(outcome);
          else resolve(outcome);
        },
      });
      const paramsJSON = params === undefined ? undefined : JSON.stringify(params);
      const request = { id, nodeId: node.nodeId, command, timeoutMs, idempotencyKey, ...(paramsJSON === undefined ? {} : { paramsJSON }) };
      if (!sendRequest(node.connectionId, request)) pending.get(id)?.settle(notConnected());
      return promise;
    },
    answer(connectionId, answer) {
      const waiting = pending.get(answer.id);
      if (waiting?.invocation.node.connectionId !== connectionId) {
        late.at().inc();
        return false;
      }
      waiting?.settle(outcomeOf(answer, maxAnswer));
      return true;
    },
    gone(connectionId) {
      for (const { invocation, settle } of [...pending.values()]) {
        if (invocation.node.connectionId !== connectionId) continue;
        neverAnswered(invocation);
        settle(nodeError("DISCONNECTED", `the node disconnected before it answered ${invocation.command}; it may have run`));
      }
    },
  };
}

export const notConnected = (): TravelAgentError =>
  new TravelAgentError("UNAVAILABLE", "node not connected: see node.list for those that are", { details: { code: "NOT_CONNECTED" } });

const nodeError = (code: string, message: string): TravelAgentError =>
  new TravelAgentError("UNAVAILABLE", message, { details: { code, nodeError: { code, message } } });

/** A node names its errors as it likes; a metric has few names. */
const outcomeLabel = ({ code, details }: TravelAgentError): string => {
  const own = (details as { code?: string } | undefined)?.code;
  return own === undefined ? code : ["NOT_CONNECTED", "TIMEOUT", "DISCONNECTED"].includes(own) ? own : "NODE_ERROR";
};

function outcomeOf({ ok, payload, payloadJSON, error }: NodeAnswer, maxAnswer: number): Invoked | TravelAgentError {
  if (!ok) return nodeError(error?.code ?? "NODE_ERROR", (error?.message ?? "the node could not do it").slice(0, 2000));
  const text = payloadJSON ?? (payload === undefined ? null : JSON.stringify(payload));
  if (text !== null && text.length > maxAnswer)
    return new TravelAgentError("PAYLOAD_TOO_LARGE", `the node's answer has ${text.length} characters, and ${maxAnswer} is the limit: ask it for less`);
  if (payloadJSON === undefined || payloadJSON === null) return { payload: payload ?? null, payloadJSON: text };
  try {
    return { payload: JSON.parse(payloadJSON) as unknown, payloadJSON };
  } catch {
    return nodeError("INVALID_ANSWER", "the node's answer is no JSON");
  }
}
