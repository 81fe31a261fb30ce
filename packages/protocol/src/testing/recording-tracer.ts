import type { SpanAttributes, Tracer } from "../ports.ts";

export interface RecordedSpan {
  name: string;
  parent: string | undefined;
  traceparent: string;
  attributes: Record<string, SpanAttributes[string]>;
  errors: unknown[];
  /** How often it was ended: once is right. */
  ended: number;
}

export interface RecordingTracer extends Tracer {
  /** In the order they were started. */
  readonly spans: RecordedSpan[];
}

const continued = /^00-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/;

/** Keeps every span for a test to look at. */
export function recordingTracer(): RecordingTracer {
  const spans: RecordedSpan[] = [];
  return {
    spans,
    startSpan(name, { attributes = {}, parent } = {}) {
      const number = (spans.length + 1).toString(16);
      const traceId = continued.exec(parent ?? "")?.[1] ?? number.padStart(32, "0");
      const span: RecordedSpan = {
        name,
        parent,
        traceparent: `00-${traceId}-${number.padStart(16, "0")}-01`,
        attributes: { ...attributes },
        errors: [],
        ended: 0,
      };
      spans.push(span);
      return {
        traceparent: span.traceparent,
        setAttribute(key, value) {
          span.attributes[key] = value;
        },
        recordError(error) {
          span.errors.push(error);
        },
        end() {
          span.ended += 1;
        },
      };
    },
  };
}
