import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { serverSentData } from "./server-sent-events.ts";

export interface EventsCall {
  url: string;
  /** Beside the content type. A key belongs here and not into the address, which is written down on the way. */
  headers: Readonly<Record<string, string>>;
  /** JSON. */
  body: string;
  signal: AbortSignal;
  clock?: Clock;
}

/** How long a server may take to end its answer after its last event: then the connection serves the next call too. */
const endsWithinMs = 100;

/** Ends without a word when it is left early: a call that was aborted cannot be closed once more. */
async function* bytesOf(body: ReadableStream<Uint8Array>, signal: AbortSignal, clock: Clock): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  let ended = false;
  try {
    for (;;) {
      const read = await reader.read();
      if (read.done) {
        ended = true;
        return;
      }
      yield read.value;
    }
  } finally {
    if (!ended && !signal.aborted) ended = await endsSoon(reader, clock);
    if (!ended) await reader.cancel().catch(() => {});
  }
}

async function endsSoon(reader: ReadableStreamDefaultReader<Uint8Array>, clock: Clock): Promise<boolean> {
  let disarm = () => {};
  const late = new Promise<false>((resolve) => {
    disarm = clock.after(endsWithinMs, () => resolve(false));
  });
  // What comes behind the end of the answer is nobody's.
  const ended = (async () => {
    while (!(await reader.read()).done);
    return true;
  })().catch(() => false);
  try {
    return await Promise.race([ended, late]);
  } finally {
    disarm();
  }
}

async function* dataOf(body: ReadableStream<Uint8Array>, signal: AbortSignal, clock: Clock): AsyncGenerator<unknown, void, undefined> {
  for await (const data of serverSentData(bytesOf(body, signal, clock))) {
    if (data === "[DONE]") return;
    yield JSON.parse(data);
  }
}

/**
 * One POST that is answered with a stream of events, each of them JSON, up to `[DONE]` or the end of the stream. What is no such answer
 * is thrown as SDKs throw it: `{status, headers, error}`. A redirect is no answer: it would carry key and conversation to another host.
 */
export async function postForEvents({
  url,
  headers,
  body,
  signal,
  clock = systemClock,
}: EventsCall): Promise<{ events: AsyncIterable<unknown>; headers: Headers }> {
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body, redirect: "manual", signal });
  if (response.ok && response.body) return { events: dataOf(response.body, signal, clock), headers: response.headers };
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
