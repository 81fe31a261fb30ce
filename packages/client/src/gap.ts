/** Events that were sent to this connection and did not arrive, because it read too slowly. */
export interface Gap {
  expected: number;
  received: number;
}

export interface GapDetector {
  /** Returns the gap that `seq` reveals. Events without a number reveal nothing. */
  see(seq: unknown): Gap | null;
  /** For a new connection: its events count from 1 again. */
  reset(): void;
}

export function createGapDetector(): GapDetector {
  let last = 0;
  return {
    see(seq) {
      if (typeof seq !== "number" || seq <= last) return null;
      const expected = last + 1;
      last = seq;
      return seq === expected ? null : { expected, received: seq };
    },
    reset() {
      last = 0;
    },
  };
}
