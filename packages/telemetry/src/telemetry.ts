import { ROOT_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOnSampler, BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { TravelAgentError } from "@travelagent/protocol";
import type { Tracer } from "@travelagent/protocol/ports";
import { readTraceparent, writeTraceparent } from "./traceparent.ts";

export interface TelemetryOptions {
  /** Base address of an OTLP/HTTP collector; `/v1/traces` is added unless it is there. */
  endpoint: string;
  /** Sent with every export, such as a key of the collector's operator. */
  headers?: Readonly<Record<string, string>>;
  /** Default `travelagent-gateway`. */
  serviceName?: string;
  serviceVersion?: string;
  /** Longest wait of a span before it is sent. Default 5 s. */
  exportIntervalMs?: number;
  /** How long the collector may take. Default 10 s. */
  exportTimeoutMs?: number;
  /** Spans that wait; more are dropped. Default 2048. */
  maxQueued?: number;
}

export interface Telemetry {
  readonly tracer: Tracer;
  /** Sends what waits now. Resolves in any case; a collector that is away costs spans and nothing else. */
  flush(): Promise<void>;
  /** Sends what waits, then nothing more. Safe to call twice. */
  stop(): Promise<void>;
}

const addressOf = (endpoint: string): string => (/\/v1\/traces\/?$/.test(endpoint) ? endpoint : `${endpoint.replace(/\/+$/, "")}/v1/traces`);

/** The tracer port on OpenTelemetry, exporting over OTLP/HTTP with JSON. Registers nothing globally and patches no library. */
export function createTelemetry({
  endpoint,
  headers = {},
  serviceName = "travelagent-gateway",
  serviceVersion = "",
  exportIntervalMs = 5_000,
  exportTimeoutMs = 10_000,
  maxQueued = 2_048,
}: TelemetryOptions): Telemetry {
  const exporter = new OTLPTraceExporter({ url: addressOf(endpoint), headers: { ...headers }, timeoutMillis: exportTimeoutMs });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": serviceName, ...(serviceVersion === "" ? {} : { "service.version": serviceVersion }) }),
    sampler: new AlwaysOnSampler(),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        scheduledDelayMillis: exportIntervalMs,
        exportTimeoutMillis: exportTimeoutMs,
        maxQueueSize: maxQueued,
        maxExportBatchSize: Math.min(512, maxQueued),
      }),
    ],
  });
  const own = provider.getTracer("travelagent", serviceVersion);

  return {
    tracer: {
      startSpan(name, { attributes = {}, parent, startTime } = {}) {
        const above = readTraceparent(parent);
        const span = own.startSpan(
          name,
          { attributes: { ...attributes }, ...(startTime === undefined ? {} : { startTime }) },
          above ? trace.setSpanContext(ROOT_CONTEXT, above) : ROOT_CONTEXT,
        );
        return {
          traceparent: writeTraceparent(span.spanContext()),
          setAttribute: (key, value) => void span.setAttribute(key, value),
          recordError(error) {
            // Its words may be a customer's: the kind and the code say enough here, the log has the rest.
            const kind = TravelAgentError.is(error) ? error.code : error instanceof Error ? error.name : "Error";
            span.setAttribute("error.type", kind);
            span.setStatus({ code: SpanStatusCode.ERROR });
          },
          end: () => span.end(),
        };
      },
    },
    flush: () => provider.forceFlush().catch(() => undefined),
    stop: () => provider.shutdown().catch(() => undefined),
  };
}
