import type { Chunk } from "./chunk.ts";

/**
 * Whose memory it is: `agency` is known to every conversation, `customer:<id>` only to those of that customer.
 */
export type MemoryScope = "agency" | `customer:${string}`;

export interface IndexedFile {
  readonly path: string;
  readonly scope: MemoryScope;
  /** Of the whole text and of the embeddings it was indexed with. */
  readonly hash: string;
}

export interface IndexedChunk extends Chunk {
  /** Of the text and of the embeddings that made its vector. */
  readonly hash: string;
  /** Absent while no embeddings could be had: then it is found by its words alone. */
  readonly vector?: Float32Array | undefined;
}

export interface Candidate {
  readonly path: string;
  readonly scope: MemoryScope;
  readonly text: string;
  readonly startLine: number;
  readonly endLine: number;
  /** 0 to 1: how well the words match. Absent when none does. */
  readonly words?: number;
  /** 0 to 1: how near the meaning is. Absent when it was not among the nearest. */
  readonly meaning?: number;
  /** It has no vector, so that only its words can say how well it fits. */
  readonly wordsOnly?: boolean;
}

export interface CandidateQuery {
  /** Nothing outside of these is ever returned. */
  readonly scopes: readonly MemoryScope[];
  readonly text: string;
  /** Absent: by words alone. */
  readonly vector?: Float32Array | undefined;
  /** Candidates by words and by meaning, this many of each. */
  readonly limit: number;
}

/** Where chunks are found again. Made anew from the files whenever it is lost. */
export interface RecallIndex {
  migrate(): Promise<void>;
  files(): Promise<IndexedFile[]>;
  /** The vectors of a file's chunks by their hashes, so that what did not change is not asked for again. */
  vectors(path: string): Promise<ReadonlyMap<string, Float32Array>>;
  /** The chunks of a file instead of those it had, in one commit. */
  put(file: IndexedFile, chunks: readonly IndexedChunk[]): Promise<void>;
  remove(path: string): Promise<void>;
  candidates(query: CandidateQuery): Promise<Candidate[]>;
}
