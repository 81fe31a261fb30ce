import { serverSentData } from "../server-sent-events.ts";
import type { GenerateContentChunk, GenerateContentRequest } from "./wire.ts";

export interface GeminiCall {
  baseUrl: string;
  apiKey: string;
  model: string;
  body: GenerateContentRequest;
  signal: AbortSignal;
}

/** Ends without a word when it is left early: a call that was aborted cannot be closed once more. */
async function* bytesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<GenerateContentChunk, void, undefined> {
  for await (const data of serverSentData(bytesOf(body))) yield JSON.parse(data) as GenerateContentChunk;
}

/** One streamed call. What is no answer is thrown as SDKs throw it: `{status, headers, error}`. */
export async function callGemini({ baseUrl, apiKey, model, body, signal }: GeminiCall): Promise<AsyncIterable<GenerateContentChunk>> {
  const response = await fetch(`${baseUrl.replace(/\/+$/, "")}/models/${encodeURIComponent(model)}:streamGenerateContent?alt=sse`, {
    method: "POST",
    // The key belongs into a header: addresses are written down on the way.
    headers: { "content-type": "application/json", "x-goog-api-key": apiKey },
    body: JSON.stringify(body),
    // A redirect would carry the key to another host.
    redirect: "manual",
    signal,
  });
  if (response.ok && response.body) return chunksOf(response.body);
  const text = await response.text();
  let error: unknown;
  try {
    const parsed: unknown = JSON.parse(text);
    error = Array.isArray(parsed) ? parsed[0] : parsed;
  } catch {
    error = undefined;
  }
  throw Object.assign(new Error("the provider refused the call"), { status: response.status, headers: response.headers, error });
}
