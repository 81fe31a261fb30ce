import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import type { ResponseStreamEvent } from "openai/resources/responses/responses";
import type { Model, ThinkingLevel } from "../model.ts";
import { guardedStream } from "./guarded-stream.ts";
import { checkImages } from "./images.ts";
import { callOpenAi } from "./openai/call.ts";
import { readChat } from "./openai/chat-events.ts";
import { chatRequest } from "./openai/chat-request.ts";
import { openAiReasons } from "./openai/effort.ts";
import { readResponses } from "./openai/responses-events.ts";
import { responsesRequest } from "./openai/responses-request.ts";

export { openAiReasons } from "./openai/effort.ts";

const vendorUrl = "https://api.openai.com/v1";

export interface OpenAiOptions {
  /** May be left out for a server of one's own that asks for none. */
  apiKey?: string;
  /** With its version path, as in `http://127.0.0.1:11434/v1`. Default: the vendor's own. */
  baseUrl?: string;
  model: string;
  /** `responses` is the vendor's own; `completions` (Chat Completions) is what compatible servers speak. */
  api: "responses" | "completions";
  /** Name in transcripts and errors. Default `openai`. */
  provider?: string;
  /** Longest answer when the request names none. Default: the provider's own limit. */
  maxTokens?: number;
  /** Default 128 000. */
  contextWindow?: number;
  /** 0 to 2. Not sent to models that reason. Default: the model's own. */
  temperature?: number;
  /** Whether the model can reason. Default: by its id, and no for an id nobody knows. */
  reasoning?: boolean;
  /** When the request names no level. Default: nothing is said about reasoning. */
  thinking?: ThinkingLevel;
  /** Whether the model takes pictures. Default false. */
  seesImages?: boolean;
  /** Longest silence. Default 120 s. */
  timeoutMs?: number;
  clock?: Clock;
}

/**
 * Models behind the Responses or the Chat Completions API. Spoken with `fetch`: of the vendor's SDK the types are used and no code, since
 * what is one POST and a stream of JSON here takes twice the time and several MiB of memory there.
 */
export function openai(options: OpenAiOptions): Model {
  const {
    apiKey,
    baseUrl,
    model,
    api,
    provider = "openai",
    maxTokens,
    contextWindow = 128_000,
    temperature,
    reasoning = openAiReasons(model),
    thinking,
    seesImages = false,
    timeoutMs = 120_000,
    clock = systemClock,
  } = options;
  const ownVendor = baseUrl === undefined || baseUrl.startsWith(vendorUrl);
  const defaults = { provider, model, maxTokens, temperature, reasoning, thinking, ownVendor };
  const about = { provider, id: model, contextWindow, ...(seesImages ? { seesImages: true as const } : {}) };
  return {
    ...about,
    stream(request, signal) {
      const guard = { provider, apiKey, clock, timeoutMs, signal };
      const checked = (): void => {
        if (!apiKey && baseUrl === undefined) throw new TravelAgentError("MODEL_AUTH", `${provider} needs an API key; set it for this provider`);
        checkImages(request, about);
      };
      const call = { baseUrl: baseUrl ?? vendorUrl, apiKey, clock };
      if (api === "responses")
        return guardedStream(
          guard,
          (aborted) => {
            checked();
            return callOpenAi<ResponseStreamEvent>({ ...call, path: "responses", body: responsesRequest(request, defaults), signal: aborted });
          },
          (events) => readResponses(events, guard),
        );
      return guardedStream(
        guard,
        (aborted) => {
          checked();
          return callOpenAi<ChatCompletionChunk>({ ...call, path: "chat/completions", body: chatRequest(request, defaults), signal: aborted });
        },
        readChat,
      );
    },
  };
}
