import { postForEvents } from "../posted-events.ts";
import type { GenerateContentChunk, GenerateContentRequest } from "./wire.ts";

export interface GeminiCall {
  baseUrl: string;
  apiKey: string;
  model: string;
  body: GenerateContentRequest;
  signal: AbortSignal;
}

/** One streamed call. What is no answer is thrown as SDKs throw it: `{status, headers, error}`. */
export async function callGemini({ baseUrl, apiKey, model, body, signal }: GeminiCall): Promise<AsyncIterable<GenerateContentChunk>> {
  const { events } = await postForEvents({
    url: `${baseUrl.replace(/\/+$/, "")}/models/${encodeURIComponent(model)}:streamGenerateContent?alt=sse`,
    headers: { "x-goog-api-key": apiKey },
    body: JSON.stringify(body),
    signal,
  });
  return events as AsyncIterable<GenerateContentChunk>;
}
