import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { type Embeddings, unit } from "./embeddings.ts";

export interface HttpEmbeddingsOptions {
  /** With its version path, as in `http://127.0.0.1:11434/v1`. */
  baseUrl: string;
  /** May be left out for a server of one's own that asks for none. */
  apiKey?: string;
  model: string;
  /** Texts of one request. Default 64. */
  batchSize?: number;
  /** Longest wait for one request. Default 10 s. */
  timeoutMs?: number;
  /** After a failure nobody is asked for so long, so that no search waits for a service that is down. Default 30 s. */
  restMs?: number;
  clock?: Clock;
}

interface Answer {
  data?: { index?: unknown; embedding?: unknown }[];
}

/**
 * Embeddings of a service that speaks OpenAI's `/embeddings`. Fails with `UNAVAILABLE` whatever goes wrong, without the key and
 * without the texts.
 */
export function httpEmbeddings(options: HttpEmbeddingsOptions): Embeddings {
  const { baseUrl, apiKey, model, batchSize = 64, timeoutMs = 10_000, restMs = 30_000, clock = systemClock } = options;
  const base = baseUrl.replace(/\/+$/, "");
  let restsUntil = 0;

  const unavailable = (reason: string): TravelAgentError => {
    restsUntil = clock.now() + restMs;
    return new TravelAgentError("UNAVAILABLE", `the embeddings service at ${new URL(base).host} ${reason}; check memory.embeddings`);
  };

  const request = async (texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> => {
    const response = await fetch(`${base}/embeddings`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
      body: JSON.stringify({ model, input: texts, encoding_format: "float" }),
      // A redirect would carry the key and the agency's notes to another host.
      redirect: "manual",
      signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw unavailable(`answered with HTTP ${response.status}`);
    }
    const { data } = (await response.json()) as Answer;
    return vectorsOf(data, texts.length) ?? Promise.reject(unavailable("gave an answer that cannot be read"));
  };

  const batch = async (texts: readonly string[], signal: AbortSignal | undefined): Promise<Float32Array[]> => {
    const own = new AbortController();
    const cancel = () => own.abort();
    let late = false;
    const disarm = clock.after(timeoutMs, () => {
      late = true;
      own.abort();
    });
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return await request(texts, own.signal);
    } catch (error) {
      if (signal?.aborted) throw new TravelAgentError("CANCELLED", "the search was cancelled");
      if (TravelAgentError.is(error)) throw error;
      throw unavailable(late ? `said nothing for ${Math.round(timeoutMs / 1000)} s` : "cannot be reached");
    } finally {
      disarm();
      signal?.removeEventListener("abort", cancel);
    }
  };

  return {
    id: `openai ${base} ${model}`,
    remote: true,
    async embed(texts, signal) {
      if (signal?.aborted) throw new TravelAgentError("CANCELLED", "the search was cancelled");
      if (clock.now() < restsUntil)
        throw new TravelAgentError("UNAVAILABLE", `the embeddings service at ${new URL(base).host} failed a moment ago and is left in peace`);
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += batchSize) vectors.push(...(await batch(texts.slice(at, at + batchSize), signal)));
      return vectors;
    },
  };
}

/** The vectors in the order of the texts, each of length 1; undefined when there is not exactly one of one size for each. */
function vectorsOf(data: Answer["data"], count: number): Float32Array[] | undefined {
  if (!Array.isArray(data) || data.length !== count) return undefined;
  const vectors = new Array<Float32Array | undefined>(count).fill(undefined);
  for (const [place, { index, embedding }] of data.entries()) {
    if (!Array.isArray(embedding) || embedding.length === 0 || !embedding.every((value) => typeof value === "number" && Number.isFinite(value)))
      return undefined;
    const at = typeof index === "number" ? index : place;
    if (!(at in vectors)) return undefined;
    vectors[at] = unit(Float32Array.from(embedding as number[]));
  }
  const [first] = vectors;
  return vectors.every((vector) => vector !== undefined && vector.length === first?.length) ? (vectors as Float32Array[]) : undefined;
}
