import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { ModelEvent } from "../model.ts";
import { asFailure, modelFailure } from "./failures.ts";

export interface GuardOptions {
  provider: string;
  apiKey: string | undefined;
  clock: Clock;
  /** Longest silence of the provider, before its first event and between two. */
  timeoutMs: number;
  signal: AbortSignal;
}

const noLongerWanted = new TravelAgentError("CANCELLED", "nobody waits for this answer any more");

/**
 * The frame around every call of a provider: opens the vendor's stream, hands its events to `read`, and sees to it that the
 * stream ends with `end` or with one of the codes of `Model.stream`. Whoever stops listening ends the request too.
 */
export async function* guardedStream<Raw>(
  options: GuardOptions,
  open: (signal: AbortSignal) => Promise<AsyncIterable<Raw>>,
  read: (events: AsyncIterable<Raw>) => AsyncIterable<ModelEvent>,
): AsyncGenerator<ModelEvent, void, undefined> {
  const { provider, clock, timeoutMs, signal } = options;
  const request = new AbortController();
  // With a reason of our own: making the default one costs more than the rest of the frame.
  const cancel = () => request.abort(noLongerWanted);
  let begun = false;
  let silent = false;

  const watched = async <T>(wait: Promise<T>): Promise<T> => {
    const stop = clock.after(timeoutMs, () => {
      silent = true;
      request.abort(noLongerWanted);
    });
    try {
      return await wait;
    } finally {
      stop();
    }
  };

  async function* watchedEvents(): AsyncGenerator<Raw, void, undefined> {
    const events = (await watched(open(request.signal)))[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await watched(events.next());
        if (next.done) return;
        begun = true;
        yield next.value;
      }
    } finally {
      request.abort(noLongerWanted);
      await events.return?.();
    }
  }

  const failure = (thrown: unknown): TravelAgentError => {
    if (signal.aborted) return new TravelAgentError("CANCELLED", "the model call was cancelled");
    if (silent)
      return modelFailure(provider, begun ? "MODEL_INTERRUPTED" : "MODEL_OVERLOADED", { reason: `it said nothing for ${Math.round(timeoutMs / 1000)} s` });
    return asFailure(thrown, { ...options, begun });
  };

  if (signal.aborted) throw failure(undefined);
  signal.addEventListener("abort", cancel, { once: true });
  try {
    let ended = false;
    for await (const event of read(watchedEvents())) {
      if (signal.aborted) throw failure(undefined);
      ended = event.type === "end";
      yield event;
      if (ended) return;
    }
    // SDKs end quietly when they are aborted or the connection closes.
    begun = true;
    throw failure(undefined);
  } catch (thrown) {
    throw failure(thrown);
  } finally {
    signal.removeEventListener("abort", cancel);
    request.abort(noLongerWanted);
  }
}
