import type { TranscriptRef } from "./transcript.ts";

/** Where the transcripts of the sessions used last are. */
export interface KeptRefs {
  get(key: string): TranscriptRef | undefined;
  load(key: string, read: () => Promise<TranscriptRef>): Promise<TranscriptRef>;
  /** The session has another transcript now, or is gone. To be called once that is committed. */
  forget(key: string): void;
}

const mostKept = 1_000;

export function createKeptRefs(): KeptRefs {
  const kept = new Map<string, TranscriptRef>();
  let changes = 0;
  return {
    get: (key) => kept.get(key),
    async load(key, read) {
      const before = changes;
      const ref = await read();
      // What was read while something changed may be what was before.
      if (changes !== before) return ref;
      kept.set(key, ref);
      if (kept.size > mostKept) for (const oldest of kept.keys()) if (kept.delete(oldest)) break;
      return ref;
    },
    forget(key) {
      changes += 1;
      kept.delete(key);
    },
  };
}
