import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import type OpenAI from "openai";
import type { Model, ModelRequest, ThinkingLevel } from "../model.ts";
import { guardedStream } from "./guarded-stream.ts";
import { checkImages } from "./images.ts";
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

/** Models behind the Responses or the Chat Completions API. The SDK is loaded by the first call, never retries and is not configured by the environment. */
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
  let client: Promise<OpenAI> | undefined;
  const connect = async (): Promise<OpenAI> => {
    if (!apiKey && baseUrl === undefined) throw new TravelAgentError("MODEL_AUTH", `${provider} needs an API key; set it for this provider`);
    const { default: OpenAI } = await import("openai");
    return new OpenAI({
      apiKey: apiKey || "none",
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      baseURL: baseUrl ?? vendorUrl,
      maxRetries: 0,
      timeout: timeoutMs,
      logLevel: "off",
      ...(apiKey ? {} : { defaultHeaders: { authorization: null } }),
      // A redirect would carry the conversation to another host.
      fetchOptions: { redirect: "manual" },
    });
  };
  const connected = (request: ModelRequest): Promise<OpenAI> => {
    checkImages(request, about);
    client ??= connect();
    return client;
  };
  const about = { provider, id: model, contextWindow, ...(seesImages ? { seesImages: true as const } : {}) };
  return {
    ...about,
    stream(request, signal) {
      const guard = { provider, apiKey, clock, timeoutMs, signal };
      if (api === "responses") {
        const body = responsesRequest(request, defaults);
        return guardedStream(
          guard,
          async (aborted) => (await connected(request)).responses.create(body, { signal: aborted }),
          (events) => readResponses(events, guard),
        );
      }
      const body = chatRequest(request, defaults);
      return guardedStream(guard, async (aborted) => (await connected(request)).chat.completions.create(body, { signal: aborted }), readChat);
    },
  };
}
