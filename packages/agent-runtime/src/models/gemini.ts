import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import type { Model, ThinkingLevel } from "../model.ts";
import { callGemini } from "./gemini/call.ts";
import { readGemini } from "./gemini/events.ts";
import { geminiRequest } from "./gemini/request.ts";
import { geminiThinks } from "./gemini/thinking.ts";
import { guardedStream } from "./guarded-stream.ts";
import { checkImages, type ImageLimits } from "./images.ts";

export { geminiThinks } from "./gemini/thinking.ts";

export interface GeminiOptions {
  apiKey: string;
  /** With its version path. Default: the vendor's own. */
  baseUrl?: string;
  /** The vendor's id of the model, such as `gemini-2.5-pro`. */
  model: string;
  /** Name in transcripts and errors. Default `gemini`. */
  provider?: string;
  /** Longest answer when the request names none. Default: the model's own limit. */
  maxTokens?: number;
  /** Default 1 048 576. */
  contextWindow?: number;
  /** 0 to 2. Default: the model's own. */
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

const limits: ImageLimits = { formats: ["image/png", "image/jpeg", "image/webp"] };

/**
 * Models behind `streamGenerateContent`. Spoken with `fetch`: the vendor's SDK brings its own library for signing in to its
 * cloud, protocol buffers and a WebSocket client, and reads the environment, for what is one POST and a stream of JSON here.
 */
export function gemini(options: GeminiOptions): Model {
  const {
    apiKey,
    baseUrl = "https://generativelanguage.googleapis.com/v1beta",
    model,
    provider = "gemini",
    maxTokens,
    contextWindow = 1_048_576,
    temperature,
    reasoning = geminiThinks(model),
    thinking,
    seesImages = false,
    timeoutMs = 120_000,
    clock = systemClock,
  } = options;
  const defaults = { provider, model, maxTokens, temperature, reasoning, thinking };
  const about = { provider, id: model, contextWindow, ...(seesImages ? { seesImages: true as const } : {}) };
  return {
    ...about,
    stream(request, signal) {
      const guard = { provider, apiKey, clock, timeoutMs, signal };
      return guardedStream(
        guard,
        (aborted) => {
          if (apiKey === "") throw new TravelAgentError("MODEL_AUTH", `${provider} needs an API key; set it for this provider`);
          checkImages(request, about, limits);
          return callGemini({ baseUrl, apiKey, model, body: geminiRequest(request, defaults), signal: aborted });
        },
        (chunks) => readGemini(chunks, guard),
      );
    },
  };
}
