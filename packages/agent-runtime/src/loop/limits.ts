export interface LoopLimits {
  /** Model calls of one turn. */
  maxIterations: number;
  /** Times the same tool may be called with the same arguments in one turn. */
  maxSameCall: number;
  /** Tool calls of one turn. */
  maxToolCalls: number;
  /** Characters of one tool result; the rest is cut off with a note to the model. */
  maxToolResultChars: number;
  /** Shortest wait for a model that could not answer, in milliseconds. */
  minParkMs: number;
  /** Longest wait before the models are asked again, however long they are to be left in peace. */
  maxParkMs: number;
  /** Longest a turn waits for models in all; then a person answers. 0: it never waits. */
  maxParkedMs: number;
}

export const defaultLoopLimits: LoopLimits = {
  maxIterations: 12,
  maxSameCall: 3,
  maxToolCalls: 30,
  maxToolResultChars: 100_000,
  minParkMs: 5_000,
  maxParkMs: 15 * 60_000,
  maxParkedMs: 2 * 60 * 60_000,
};
