import { createHash } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { chunkLines } from "./chunk.ts";
import type { Embeddings } from "./embeddings.ts";
import { type MemoryFiles, scopeOf } from "./memory-files.ts";
import type { Candidate, MemoryScope, RecallIndex } from "./recall-index.ts";

export interface Memory {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  /** 0 to 1. */
  readonly score: number;
  readonly snippet: string;
}

/** Who asks: without a customer only the agency's own memory is seen. */
export interface Rememberer {
  readonly customerId?: string | undefined;
}

/** What was written down, found again by words and by meaning, within the border of one customer. */
export interface Recall {
  /** Best first. The index is brought up to date before. */
  search(question: string, who: Rememberer, options?: { maxResults?: number; minScore?: number }): Promise<Memory[]>;
  /** Some lines of a file; 1 is the first. Raises `NOT_FOUND` for what is not there or belongs to somebody else. */
  get(path: string, who: Rememberer, options?: { from?: number; lines?: number }): Promise<{ path: string; text: string; from: number; to: number }>;
  /** Writes down. Durable and found from now on, by its words at least. Returns the path. */
  note(text: string, who: Rememberer): Promise<string>;
  /** Reads what changed in the files. Many who ask at once share one reading. */
  sync(): Promise<{ indexed: number; removed: number }>;
}

export interface RecallOptions {
  files: MemoryFiles;
  index: RecallIndex;
  embeddings: Embeddings;
  clock?: Clock;
  log?: Logger;
  /** Longest time a search waits for what changed to be read and for the meaning of its question; then it goes by words. Default 3 s. */
  patienceMs?: number;
  /** The day a note is filed under. IANA zone, default UTC. */
  timeZone?: string;
  /** Other ids under which notes about this customer were written: records that were merged into theirs. Default: none. */
  formerly?(customerId: string): Promise<readonly string[]>;
}

const snippetLength = 700;
/** Meaning counts more than words; a word that matches exactly still lifts what it stands in. */
const weights = { meaning: 0.7, words: 0.3 };

export function createRecall(options: RecallOptions): Recall {
  const { files, index, embeddings, clock = systemClock, log = silentLogger, patienceMs = 3_000, timeZone = "UTC", formerly = async () => [] } = options;
  let syncing: Promise<{ indexed: number; removed: number }> | undefined;
  // Made when it is needed: calendars are the largest thing a formatter loads.
  const today = (): string => new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(clock.now());
  const scopesOf = async ({ customerId }: Rememberer): Promise<MemoryScope[]> =>
    customerId === undefined ? ["agency"] : ["agency", ...[customerId, ...(await formerly(customerId))].map((id): MemoryScope => `customer:${id}`)];

  const hashOf = (...parts: string[]): string => createHash("sha256").update(parts.join("\n")).digest("hex");
  const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

  const read = async (): Promise<{ indexed: number; removed: number }> => {
    const known = new Map((await index.files()).map((file) => [file.path, file]));
    let indexed = 0;
    let failure: unknown;
    for (const { path, scope } of await files.list()) {
      const text = await files.read(path);
      const hash = hashOf(embeddings.id, scope, text);
      // Another hash than that of the whole: what has only its words is read again.
      const wordsOnly = hashOf("words only", hash);
      const before = known.get(path);
      known.delete(path);
      if (before?.hash === hash) continue;
      const chunks = chunkLines(text).map((chunk) => ({ ...chunk, hash: hashOf(embeddings.id, chunk.text) }));
      const vectors = new Map(await index.vectors(path));
      const put = (ofFile: string) =>
        index.put(
          { path, scope, hash: ofFile },
          chunks.map((chunk) => ({ ...chunk, vector: vectors.get(chunk.hash) })),
        );
      const fresh = chunks.filter((chunk) => !vectors.has(chunk.hash));
      // Found by its words at once, whatever becomes of the service.
      if (fresh.length > 0 && embeddings.remote && before?.hash !== wordsOnly) await put(wordsOnly);
      try {
        if (fresh.length > 0 && failure !== undefined) continue;
        const made = fresh.length === 0 ? [] : await embeddings.embed(fresh.map((chunk) => chunk.text));
        for (const [at, chunk] of fresh.entries()) vectors.set(chunk.hash, made[at]!);
      } catch (error) {
        failure = error;
        if (!embeddings.remote && before?.hash !== wordsOnly) await put(wordsOnly);
        continue;
      }
      await put(hash);
      indexed += 1;
    }
    for (const path of known.keys()) await index.remove(path);
    if (failure !== undefined) log.warn("some memory has no embeddings yet and is found by its words alone", { error: reasonOf(failure) });
    return { indexed, removed: known.size };
  };

  /** What `work` comes to, when it does so in time; what takes longer goes on by itself. */
  const inTime = <T>(work: Promise<T>): Promise<T> => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const disarm = clock.after(patienceMs, () => reject(new TravelAgentError("TIMEOUT", `it takes longer than ${patienceMs} ms`)));
    return Promise.race([work, late]).finally(disarm);
  };

  const sync = () => {
    syncing ??= read().finally(() => {
      syncing = undefined;
    });
    return syncing;
  };

  return {
    sync,
    async search(question, who, { maxResults = 6, minScore = 0.35 } = {}) {
      const [, [vector]] = await Promise.all([
        inTime(sync()).catch((error: unknown) => log.warn("the memory index is not up to date", { error: reasonOf(error) })),
        inTime(embeddings.embed([question])).catch((error: unknown): Float32Array[] => {
          log.warn("a search goes by words alone: its question could not be embedded", { error: reasonOf(error) });
          return [];
        }),
      ]);
      const candidates = await index.candidates({ scopes: await scopesOf(who), text: question, vector, limit: maxResults * 4 });
      return candidates
        .map((candidate) => ({ candidate, score: scoreOf(vector ? candidate : { ...candidate, wordsOnly: true }) }))
        .filter(({ score }) => score >= minScore)
        .sort((a, b) => b.score - a.score || a.candidate.path.localeCompare(b.candidate.path) || a.candidate.startLine - b.candidate.startLine)
        .slice(0, maxResults)
        .map(({ candidate: { path, startLine, endLine, text }, score }) => ({ path, startLine, endLine, score, snippet: text.slice(0, snippetLength) }));
    },
    async get(path, who, { from = 1, lines = 200 } = {}) {
      const scope = scopeOf(path);
      // What belongs to somebody else is not there for whoever asks.
      if (scope === undefined || !(await scopesOf(who)).includes(scope))
        throw new TravelAgentError("NOT_FOUND", `there is no memory ${path.slice(0, 120)} here`);
      const all = (await files.read(path)).split("\n");
      const taken = all.slice(from - 1, from - 1 + lines);
      return { path, text: taken.join("\n"), from, to: from + taken.length - 1 };
    },
    async note(text, who) {
      const path = await files.append(who.customerId === undefined ? "agency" : `customer:${who.customerId}`, today(), text);
      await inTime(sync()).catch((error: unknown) => log.warn("the memory index is not up to date", { error: reasonOf(error) }));
      return path;
    },
  };
}

/** A candidate that only words or only meaning brought is judged by that alone, a little more strictly; one that has only words, by those in full. */
function scoreOf({ words = 0, meaning = 0, wordsOnly = false }: Candidate): number {
  return wordsOnly ? words : weights.meaning * meaning + weights.words * words;
}
