import { TravelAgentError } from "@travelagent/protocol";
import type { Receipt } from "@travelagent/protocol/messages";
import { type Clock, type Logger, type Span, silentTracer, type Tracer } from "@travelagent/protocol/ports";
import { createMetrics, type Metrics } from "./metrics.ts";
import type { Delivery } from "./outbox.ts";

/** Where a message came from besides its channel. */
export interface Origin {
  /** Of the call over the wire. */
  requestId?: string;
  /** W3C trace context of whatever handed it in. */
  traceparent?: string;
}

/** What a message meets on its way from inbox to outbox, told to log, metrics and traces under the id of its run. */
export interface Flow {
  /** A message is taken in. Call `end` or `failed` once. */
  receiving(
    channel: string,
    origin: Origin,
  ): {
    readonly traceparent: string;
    end(received: { runId: string; sessionKey: string; duplicate: boolean; admitted: boolean }): void;
    failed(error: unknown): void;
  };
  /** A turn starts. Call `end` or `failed` once; until then `at` says more about it. */
  turn(
    runId: string,
    traceparent: string | undefined,
  ): {
    readonly traceparent: string;
    at(place: { sessionKey: string; channel: string; agentId: string; receivedAt?: number; class?: "interactive" | "background" }): void;
    end(outcome: string): void;
    failed(error: unknown): void;
  };
  /** An adapter is asked to send; the returned function is told what it said. */
  sending(delivery: Delivery): (receipt: Receipt) => void;
  /** A delivery changed its state. */
  delivery(delivery: Delivery): void;
}

export interface FlowOptions {
  clock: Clock;
  log: Logger;
  metrics?: Metrics;
  tracer?: Tracer;
  /** Channels there are; others count as `other`. */
  channels: readonly string[];
  onTurnEnd?(turn: { outcome: string; ms: number; channel: string }): void;
  /** A message was let in and is durable. Must not throw. */
  onReceived?(message: { runId: string; sessionKey: string; channel: string }): void;
  /** A message reached its channel. Must not throw. */
  onSent?(message: { deliveryId: string; runId?: string; sessionKey: string; channel: string; author: Delivery["author"] }): void;
}

const quick = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Traces of replies that are not sent yet. */
const maxRemembered = 10_000;
const codeOf = (error: unknown): string => TravelAgentError.from(error).code;

export function createFlow({ clock, log, metrics = createMetrics(), tracer = silentTracer, channels, onTurnEnd, onReceived, onSent }: FlowOptions): Flow {
  const known = new Set(channels);
  const named = (channel: string): string => (known.has(channel) ? channel : "other");
  const messagesIn = metrics.counter("messages_in_total", "Messages from customers by channel and outcome.", ["channel", "outcome"]);
  const messagesOut = metrics.counter("messages_out_total", "Messages that reached a channel, by channel and author.", ["channel", "author"]);
  const deliveries = metrics.counter("deliveries_total", "Ends of deliveries by channel and status.", ["channel", "status"]);
  const sendSeconds = metrics.histogram("delivery_seconds", "Time a channel takes to send, by channel.", quick, ["channel"]);
  const turns = metrics.counter("turns_total", "Turns by channel and outcome.", ["channel", "outcome"]);
  const turnSeconds = metrics.histogram("turn_seconds", "Time of a turn, from its start to its committed reply.", quick);
  const waitSeconds = metrics.histogram("queue_wait_seconds", "Time from a message being durable to the start of its turn, by class.", quick, ["class"]);
  /** By run: replies go out apart from their turn. */
  const traces = new Map<string, string>();
  const remember = (runId: string, { traceparent }: Span): void => {
    if (traceparent === "") return;
    traces.set(runId, traceparent);
    if (traces.size > maxRemembered) for (const oldest of traces.keys()) if (traces.delete(oldest)) break;
  };

  return {
    receiving(channel, { requestId, traceparent }) {
      const span = tracer.startSpan(`receive ${named(channel)}`, {
        parent: traceparent,
        attributes: { "messaging.operation.type": "receive", "travelagent.channel": named(channel) },
      });
      const from = { channel, ...(requestId === undefined ? {} : { requestId }) };
      return {
        traceparent: span.traceparent,
        end({ runId, sessionKey, duplicate, admitted }) {
          const outcome = duplicate ? "duplicate" : admitted ? "accepted" : "refused";
          messagesIn.at(named(channel), outcome).inc();
          log.info("a message came in", { ...from, runId, "pii.sessionKey": sessionKey, outcome });
          span.setAttribute("travelagent.run.id", runId);
          span.setAttribute("travelagent.outcome", outcome);
          span.end();
          if (outcome === "accepted") onReceived?.({ runId, sessionKey, channel });
        },
        failed(error) {
          messagesIn.at(named(channel), "failed").inc();
          log.warn("a message could not be taken in", { ...from, code: codeOf(error) });
          span.recordError(error);
          span.end();
        },
      };
    },

    turn(runId, parent) {
      const startedAt = clock.now();
      const span = tracer.startSpan("invoke_agent", { parent, attributes: { "gen_ai.operation.name": "invoke_agent", "travelagent.run.id": runId } });
      remember(runId, span);
      let where: { sessionKey?: string; channel: string } = { channel: "unknown" };
      const over = (outcome: string, fields: Record<string, unknown>, level: "info" | "warn") => {
        const ms = clock.now() - startedAt;
        const channel = where.channel === "unknown" ? "unknown" : named(where.channel);
        turns.at(channel, outcome).inc();
        turnSeconds.observe(ms / 1000);
        log[level]("a turn ended", {
          runId,
          ...(where.sessionKey === undefined ? {} : { "pii.sessionKey": where.sessionKey }),
          channel: where.channel,
          outcome,
          ms,
          ...fields,
        });
        span.setAttribute("travelagent.outcome", outcome);
        span.end();
        onTurnEnd?.({ outcome, ms, channel: where.channel });
      };
      return {
        traceparent: span.traceparent,
        at({ sessionKey, channel, agentId, receivedAt, class: turnClass = "interactive" }) {
          where = { sessionKey, channel };
          span.setAttribute("gen_ai.agent.id", agentId);
          span.setAttribute("travelagent.channel", named(channel));
          log.debug("a turn began", { runId, "pii.sessionKey": sessionKey, channel });
          if (receivedAt === undefined) return;
          const waitMs = Math.max(0, startedAt - receivedAt);
          waitSeconds.at(turnClass).observe(waitMs / 1000);
          span.setAttribute("travelagent.queue.wait_ms", waitMs);
        },
        end: (outcome) => over(outcome, {}, "info"),
        failed(error) {
          span.recordError(error);
          over("error", { code: codeOf(error) }, "warn");
        },
      };
    },

    sending(delivery) {
      const { id, address, attempts } = delivery;
      const runId = delivery.runId ?? id;
      const startedAt = clock.now();
      const span = tracer.startSpan(`send ${named(address.channel)}`, {
        parent: traces.get(runId),
        attributes: {
          "messaging.operation.type": "send",
          "travelagent.channel": named(address.channel),
          "travelagent.delivery.id": id,
          "travelagent.run.id": runId,
        },
      });
      return (receipt) => {
        const ms = clock.now() - startedAt;
        sendSeconds.at(named(address.channel)).observe(ms / 1000);
        span.setAttribute("travelagent.delivery.status", receipt.status);
        span.setAttribute("travelagent.delivery.attempt", attempts);
        if (receipt.status !== "sent") span.recordError(new TravelAgentError(receipt.status === "unknown" ? "OUTCOME_UNKNOWN" : "UNAVAILABLE", receipt.reason));
        span.end();
      };
    },

    delivery({ id, runId, sessionKey, address, author, status, attempts, reason }) {
      if (status === "attempting" || (status === "pending" && attempts === 0)) return;
      const fields = { deliveryId: id, runId: runId ?? id, "pii.sessionKey": sessionKey, channel: address.channel, status, attempts };
      if (status === "sent") log.info("a message went out", fields);
      else log.warn("a delivery did not go through", { ...fields, ...(reason === undefined ? {} : { "pii.reason": reason }) });
      if (status === "pending") return;
      traces.delete(runId ?? id);
      deliveries.at(named(address.channel), status).inc();
      if (status !== "sent") return;
      messagesOut.at(named(address.channel), author).inc();
      onSent?.({ deliveryId: id, ...(runId === undefined ? {} : { runId }), sessionKey, channel: address.channel, author });
    },
  };
}
