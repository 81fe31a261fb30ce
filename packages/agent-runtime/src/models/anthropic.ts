import type Anthropic from "@anthropic-ai/sdk";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import type { Model, ThinkingLevel } from "../model.ts";
import { readAnthropic } from "./anthropic/events.ts";
import { anthropicRequest } from "./anthropic/request.ts";
import { anthropicThinks } from "./anthropic/thinking.ts";
import { guardedStream } from "./guarded-stream.ts";
import { checkImages, type ImageLimits } from "./images.ts";

export { anthropicThinks } from "./anthropic/thinking.ts";

export interface AnthropicOptions {
  apiKey: string;
  /** Without `/v1`. Default: the vendor's own. */
  baseUrl?: string;
  /** The vendor's id of the model. */
  model: string;
  /** Name in transcripts and errors. Default `anthropic`. */
  provider?: string;
  /** Longest answer when the request names none. Default 4096. */
  maxTokens?: number;
  /** Default 200 000. */
  contextWindow?: number;
  /** 0 to 1. Not sent while the model thinks, nor to models that take none. Default: the model's own. */
  temperature?: number;
  /** Whether the model can think. Default: by its id, and no for an id nobody knows. */
  reasoning?: boolean;
  /** When the request names no level. Default: nothing is said about thinking. */
  thinking?: ThinkingLevel;
  /** Whether the model takes pictures. Default false. */
  seesImages?: boolean;
  /** Longest silence. Default 120 s. */
  timeoutMs?: number;
  clock?: Clock;
}

/** The vendor counts a picture as it is sent. */
const limits: ImageLimits = { maxEncodedBytes: 5 * 1024 * 1024 };

/** Models behind the Messages API. The vendor's SDK is loaded by the first call, never retries and is not configured by the environment. */
export function anthropic(options: AnthropicOptions): Model {
  const {
    apiKey,
    baseUrl,
    model,
    provider = "anthropic",
    maxTokens = 4096,
    contextWindow = 200_000,
    temperature,
    reasoning = anthropicThinks(model),
    thinking,
    seesImages = false,
    timeoutMs = 120_000,
    clock = systemClock,
  } = options;
  let client: Promise<Anthropic> | undefined;
  const connect = async (): Promise<Anthropic> => {
    const { default: Anthropic } = await import("@anthropic-ai/sdk");
    return new Anthropic({
      apiKey,
      authToken: null,
      webhookKey: null,
      baseURL: baseUrl ?? "https://api.anthropic.com",
      maxRetries: 0,
      timeout: timeoutMs,
      logLevel: "off",
      openTelemetry: false,
      // A redirect would carry the key to another host.
      fetchOptions: { redirect: "manual" },
    });
  };
  const about = { provider, id: model, contextWindow, ...(seesImages ? { seesImages: true as const } : {}) };
  return {
    ...about,
    stream(request, signal) {
      const body = anthropicRequest(request, { provider, model, maxTokens, temperature, reasoning, thinking });
      return guardedStream(
        { provider, apiKey, clock, timeoutMs, signal },
        async (aborted) => {
          checkImages(request, about, limits);
          client ??= connect();
          return (await client).messages.create(body, { signal: aborted });
        },
        readAnthropic,
      );
    },
  };
}
