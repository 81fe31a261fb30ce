import type { Clock } from "@travelagent/protocol/ports";
import { postForEvents } from "../posted-events.ts";

export interface OpenAiCall {
  baseUrl: string;
  /** Below `baseUrl`. */
  path: "chat/completions" | "responses";
  apiKey: string | undefined;
  /** JSON. */
  body: string;
  signal: AbortSignal;
  clock: Clock;
}

/** The events of one streamed call. An error among them is thrown like one that came instead: `{headers, error}`. */
export async function callOpenAi<E>({ baseUrl, path, apiKey, body, signal, clock }: OpenAiCall): Promise<AsyncIterable<E>> {
  const { events, headers } = await postForEvents({
    url: `${baseUrl.replace(/\/+$/, "")}/${path}`,
    headers: { accept: "text/event-stream", ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
    body,
    signal,
    clock,
  });
  return checked<E>(events, headers);
}

async function* checked<E>(events: AsyncIterable<unknown>, headers: Headers): AsyncGenerator<E, void, undefined> {
  for await (const event of events) {
    const { error } = (event ?? {}) as { error?: unknown };
    if (error) throw Object.assign(new Error("the provider ended its answer with an error"), { headers, error });
    yield event as E;
  }
}
