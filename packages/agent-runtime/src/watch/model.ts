import { TravelAgentError } from "@travelagent/protocol";
import type { Usage } from "@travelagent/protocol/messages";
import { type Clock, silentTracer, systemClock, type Tracer } from "@travelagent/protocol/ports";
import type { Model, ModelEvent, ModelRequest } from "../model.ts";

/** One call of a model, when it is over. */
export interface ModelCall {
  provider: string;
  model: string;
  /** `ok`, or the code of its failure. */
  outcome: string;
  ms: number;
  /** Until the first word or tool call; absent when there was none. */
  firstMs?: number;
  usage?: Usage;
}

export interface WatchModelOptions {
  onCall(call: ModelCall): void;
  tracer?: Tracer;
  /** W3C trace context of the turn. */
  parent?: string | undefined;
  clock?: Clock;
}

/** The same model, each of its calls told and traced under the names that OpenTelemetry has for them. No words of anybody are in there. */
export function watchModel(model: Model, { onCall, tracer = silentTracer, parent, clock = systemClock }: WatchModelOptions): Model {
  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void, undefined> {
    const startedAt = clock.now();
    const span = tracer.startSpan(`chat ${model.id}`, {
      parent,
      attributes: { "gen_ai.operation.name": "chat", "gen_ai.provider.name": model.provider, "gen_ai.request.model": model.id },
    });
    let usage: Usage | undefined;
    let firstMs: number | undefined;
    let outcome = "CANCELLED";
    try {
      for await (const event of model.stream(request, signal)) {
        if (event.type === "usage") usage = event.usage;
        else if (event.type === "end") {
          outcome = "ok";
          span.setAttribute("gen_ai.response.finish_reason", event.reason);
        } else firstMs ??= clock.now() - startedAt;
        yield event;
      }
      if (outcome !== "ok") outcome = "MODEL_INTERRUPTED";
    } catch (error) {
      outcome = TravelAgentError.from(error).code;
      span.recordError(error);
      throw error;
    } finally {
      if (usage) {
        span.setAttribute("gen_ai.usage.input_tokens", usage.input);
        span.setAttribute("gen_ai.usage.output_tokens", usage.output);
        span.setAttribute("gen_ai.usage.cache_read.input_tokens", usage.cacheRead);
      }
      span.end();
      onCall({
        provider: model.provider,
        model: model.id,
        outcome,
        ms: clock.now() - startedAt,
        ...(firstMs === undefined ? {} : { firstMs }),
        ...(usage ? { usage } : {}),
      });
    }
  }
  return {
    provider: model.provider,
    id: model.id,
    contextWindow: model.contextWindow,
    ...(model.seesImages ? { seesImages: true } : {}),
    ...(model.accepts ? { accepts: (request: ModelRequest) => model.accepts!(request) } : {}),
    ...(model.restsUntil ? { restsUntil: () => model.restsUntil!() } : {}),
    stream,
  };
}
