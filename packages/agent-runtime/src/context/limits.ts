/** What may be set about the size of a conversation. Tokens are estimates. */
export interface ContextLimits {
  compaction: {
    /** Kept free for the answer. */
    reserveTokens: number;
    /** The reserve is never less; 0 turns the floor off. */
    reserveTokensFloor: number;
    /** Of the newest messages, which are not summarised. */
    keepRecentTokens: number;
    /** Longest time for the summary of a conversation. */
    timeoutMs: number;
    memoryFlush: {
      enabled: boolean;
      timeoutMs: number;
    };
  };
  pruning: {
    /** `adaptive`: whenever the prompt is large. `cache-ttl`: only when a provider's cache has ended anyway. */
    mode: "off" | "adaptive" | "cache-ttl";
    ttlMs: number;
    keepLastAssistants: number;
    /** Parts of the window: above the first, long results are shortened; above the second, they are left out. */
    softTrimRatio: number;
    hardClearRatio: number;
    softTrim: { maxChars: number; headChars: number; tailChars: number };
    minPrunableToolChars: number;
  };
  /** A longer result, or a longer message of a customer, is kept in a file and shown in part. */
  spillChars: number;
}

export const defaultContextLimits: ContextLimits = {
  compaction: {
    reserveTokens: 16_384,
    reserveTokensFloor: 20_000,
    keepRecentTokens: 20_000,
    timeoutMs: 30_000,
    memoryFlush: { enabled: true, timeoutMs: 15_000 },
  },
  pruning: {
    mode: "adaptive",
    ttlMs: 5 * 60_000,
    keepLastAssistants: 3,
    softTrimRatio: 0.3,
    hardClearRatio: 0.5,
    softTrim: { maxChars: 4_000, headChars: 1_500, tailChars: 1_500 },
    minPrunableToolChars: 50_000,
  },
  spillChars: 50_000,
};

/** What one call has room for. */
export interface Budget {
  /** For the messages alone. */
  messages: number;
  keepRecent: number;
  window: number;
}

/** Of a small window no more than a quarter is kept free, and no more than a third is recent. */
export function budgetOf({ compaction }: ContextLimits, window: number, fixedTokens: number): Budget {
  const reserve = Math.min(Math.max(compaction.reserveTokens, compaction.reserveTokensFloor), Math.floor(window / 4));
  // A prompt that fills the window leaves nothing to save: then at least the last words go with it.
  const messages = Math.max(window - reserve - fixedTokens, Math.floor(window / 8));
  return { messages, keepRecent: Math.min(compaction.keepRecentTokens, Math.floor(messages / 3)), window };
}
