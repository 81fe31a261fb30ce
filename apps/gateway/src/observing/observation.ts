import type { Model } from "@travelagent/agent-runtime";
import type { Gate } from "@travelagent/agent-runtime/gate";
import { type ModelCall, type ToolCall, watchGate, watchModel } from "@travelagent/agent-runtime/watch";
import type { GatewayConfig } from "@travelagent/config";
import { createMetrics, type Metrics } from "@travelagent/gateway-core";
import { type Clock, type Engine, type Logger, silentTracer, type Tracer } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import { type EventLoopWatch, watchEventLoop } from "./event-loop.ts";
import { createModelHealth, type ModelHealth } from "./model-health.ts";

export interface Observation {
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly models: ModelHealth;
  readonly eventLoop: EventLoopWatch;
  /** The same model, its calls counted, traced, timed and remembered for health. */
  model(model: Model, turn?: TurnScope): Model;
  /** The same gate, its calls logged, counted and traced. */
  gate(gate: Gate, isTool: (name: string) => boolean): Gate;
  /** Numbers that somebody else keeps. */
  gauges(sources: { engine: Engine; sessions(): Promise<number> }): void;
  /** Sends the traces that wait. */
  stop(): Promise<void>;
}

export interface ObservationOptions {
  config: Pick<GatewayConfig, "telemetry" | "models">;
  version: string;
  clock: Clock;
  log: Logger;
  /** A model can be used again, or no longer. */
  onModelState(): void;
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Metrics, traces and health of what runs in this process. Traces go out only where `telemetry.otlp` names a collector. */
export async function observe({ config, version, clock, log, onModelState }: ObservationOptions): Promise<Observation> {
  const metrics = createMetrics();
  const models = createModelHealth({ now: clock.now, onChange: onModelState });
  const eventLoop = watchEventLoop();
  const scraped = watchEventLoop();
  const { otlp, serviceName } = config.telemetry;
  // OpenTelemetry is loaded by whoever uses it and by nobody else.
  const telemetry = otlp && (await import("@travelagent/telemetry")).createTelemetry({ ...otlp, serviceName, serviceVersion: version });
  const tracer = telemetry?.tracer ?? silentTracer;

  const modelCalls = metrics.counter("model_calls_total", "Calls of models by outcome.", ["provider", "model", "outcome"]);
  const modelSeconds = metrics.histogram("model_call_seconds", "Time of a model call.", seconds, ["provider"]);
  const firstSeconds = metrics.histogram("model_first_token_seconds", "Time until a model says its first word.", seconds, ["provider"]);
  const tokens = metrics.counter("model_tokens_total", "Tokens by kind: input, output, cache_read, cache_write.", ["provider", "model", "kind"]);
  const cost = metrics.counter("model_cost_usd_total", "Cost of model calls in US dollars, where prices are configured or told.", ["provider", "model"]);
  const toolCalls = metrics.counter("tool_calls_total", "Calls of tools by outcome.", ["tool", "outcome"]);
  const toolSeconds = metrics.histogram("tool_call_seconds", "Time of a tool call, with all that the gate decides.", seconds, ["tool"]);

  const priceOf = ({ provider, model, usage }: ModelCall): number | undefined => {
    if (usage?.costUsd !== undefined) return usage.costUsd;
    const entry = config.models.providers[provider]?.models.find(({ id }) => id === model);
    const price = entry && "cost" in entry ? entry.cost : undefined;
    if (!usage || !price) return undefined;
    const { input, output, cacheRead = input, cacheWrite = input } = price;
    return (usage.input * input + usage.output * output + usage.cacheRead * cacheRead + usage.cacheWrite * cacheWrite) / 1e6;
  };

  const onModelCall = (call: ModelCall): void => {
    const { provider, model, outcome, ms, firstMs, usage } = call;
    models.note(call);
    modelCalls.at(provider, model, outcome).inc();
    modelSeconds.at(provider).observe(ms / 1000);
    if (firstMs !== undefined) firstSeconds.at(provider).observe(firstMs / 1000);
    if (usage) {
      for (const [kind, count] of [
        ["input", usage.input],
        ["output", usage.output],
        ["cache_read", usage.cacheRead],
        ["cache_write", usage.cacheWrite],
      ] as const)
        if (count > 0) tokens.at(provider, model, kind).inc(count);
    }
    const usd = priceOf(call);
    if (usd !== undefined) cost.at(provider, model).inc(usd);
  };

  return {
    metrics,
    tracer,
    models,
    eventLoop,
    model: (model, turn) =>
      watchModel(model, {
        tracer,
        clock,
        parent: turn?.traceparent,
        onCall(call) {
          onModelCall(call);
          const { provider, outcome, ms } = call;
          log.debug("a model was called", {
            ...(turn ? { runId: turn.runId, "pii.sessionKey": turn.sessionKey } : {}),
            model: `${provider}/${call.model}`,
            outcome,
            ms,
          });
        },
      }),
    gate(gate, isTool) {
      const onCall = ({ tool, runId, sessionKey, outcome, code, ms }: ToolCall): void => {
        // A model may ask for names that nobody has; they are one series, and in the log they are words of a model.
        const name = isTool(tool) ? tool : "unknown";
        toolCalls.at(name, outcome).inc();
        toolSeconds.at(name).observe(ms / 1000);
        log.info("a tool was called", { runId, "pii.sessionKey": sessionKey, tool: name, outcome, ...(code === undefined ? {} : { code }), ms });
      };
      return watchGate(gate, { tracer, clock, onCall });
    },
    gauges({ engine: { work }, sessions }) {
      metrics.gauge("build_info", "Version of this gateway.", () => [{ labels: { version, node: process.version }, value: 1 }]);
      metrics.gauge("process_start_time_seconds", "Start of this process, Unix time.", () => Math.round(performance.timeOrigin) / 1000);
      metrics.gauge("process_heap_bytes", "Memory that JavaScript uses.", () => process.memoryUsage().heapUsed);
      metrics.total("process_cpu_seconds_total", "Processor time by kind.", () => {
        const { user, system } = process.cpuUsage();
        return [
          { labels: { kind: "user" }, value: user / 1e6 },
          { labels: { kind: "system" }, value: system / 1e6 },
        ];
      });
      let loop = scraped.read();
      metrics.gauge("event_loop_delay_seconds", "How late timers ran since the last scrape.", () => {
        loop = scraped.read();
        return [
          { labels: { kind: "mean" }, value: loop.delayMeanMs / 1000 },
          { labels: { kind: "p99" }, value: loop.delayP99Ms / 1000 },
          { labels: { kind: "max" }, value: loop.delayMaxMs / 1000 },
        ];
      });
      metrics.gauge("event_loop_utilization_ratio", "Share of time the event loop was at work since the last scrape.", () => loop.utilization);
      if (work.load) {
        const load = work.load;
        metrics.gauge("queue_depth", "Work that waits for its lane or for a slot.", () => load().waiting);
        metrics.gauge("work_running", "Work that runs.", () => load().running);
        metrics.gauge("work_slots", "Work that may run at the same time.", () => load().slots);
      }
      let count = 0;
      const recount = () =>
        sessions().then(
          (now) => {
            count = now;
          },
          () => undefined,
        );
      void recount();
      metrics.gauge("sessions", "Sessions there are, as of the scrape before.", () => {
        void recount();
        return count;
      });
    },
    async stop() {
      eventLoop.stop();
      scraped.stop();
      await telemetry?.stop();
    },
  };
}
