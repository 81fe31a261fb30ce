import { createHash } from "node:crypto";

/** Turns texts into vectors whose angle says how much two texts are about the same. */
export interface Embeddings {
  /** Vectors of another id cannot be compared with these: names the service, the model and the size. */
  readonly id: string;
  /** Asks a service, whose answer may take its time or not come. */
  readonly remote?: boolean;
  /** One vector of length 1 for each text, in order. Raises `UNAVAILABLE` when the service cannot be reached. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
}

const words = (text: string): string[] =>
  text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** What a word is made of: itself, and its parts of three letters, so that "flights" is near "flight" and a typing error is near the word. */
function* features(word: string): Generator<[feature: string, weight: number]> {
  yield [word, 1];
  const padded = `^${word}$`;
  for (let at = 0; at + 3 <= padded.length; at++) yield [padded.slice(at, at + 3), 0.4];
}

/**
 * Works without any service and gives the same vector for the same text everywhere: words and their parts, hashed into
 * `dimensions` numbers. It knows no synonyms.
 */
export function hashEmbeddings({ dimensions = 256 }: { dimensions?: number } = {}): Embeddings {
  const cells = new Map<string, { cell: number; sign: number }>();
  const place = (feature: string) => {
    const known = cells.get(feature);
    if (known) return known;
    const digest = createHash("sha256").update(feature).digest();
    const placed = { cell: digest.readUInt32LE(0) % dimensions, sign: digest[4]! % 2 === 0 ? 1 : -1 };
    if (cells.size < 50_000) cells.set(feature, placed);
    return placed;
  };
  const vectorOf = (text: string): Float32Array => {
    const counts = new Map<string, number>();
    for (const word of words(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
    const vector = new Float32Array(dimensions);
    for (const [word, count] of counts) {
      // A word that is said ten times is not ten times as important.
      for (const [feature, weight] of features(word)) {
        const { cell, sign } = place(feature);
        vector[cell] = vector[cell]! + sign * weight * (1 + Math.log(count));
      }
    }
    return unit(vector);
  };
  return { id: `hash-${dimensions}`, embed: async (texts) => texts.map(vectorOf) };
}

/** The vector with length 1; of a vector of nothing, nothing. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** Of two vectors of length 1: their cosine. */
export function similarity(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
