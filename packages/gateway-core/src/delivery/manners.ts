import type { PartsOptions } from "@travelagent/channel-kit";

/** How the agent behaves on an account while it works. Nothing here changes what it says. */
export interface Manners {
  /**
   * When customers see that an answer is being written. `instant`: at once. `thinking`: when the model works. `message`: with its first
   * words. Default: at once where somebody wrote to us, with the first words in groups where nobody addressed us.
   */
  typing?: "never" | "instant" | "thinking" | "message";
  /** How often that is shown again, in milliseconds. Default 6 s. */
  typingEveryMs?: number;
  /** A sign under a message that was taken in. Absent: none. */
  ack?: { emoji: string; direct: boolean; group: "always" | "mentions" | "never"; removeAfterReply?: boolean };
  /** The customer's message is marked as read when it was taken in. */
  markRead?: boolean;
  /** What is written so far is shown where the channel can. */
  preview?: boolean;
  /** Long answers come in several messages while they are written. Where that is so, there is no preview. */
  blocks?: BlockManners;
  /** How texts are cut. */
  text?: Omit<PartsOptions, "files">;
}

export interface BlockManners {
  /** A block has at least so many characters. Default 800. */
  minChars?: number;
  /** At most so many. Default 1200. */
  maxChars?: number;
  /** What is written within so many milliseconds after a block was ready goes with it. Default 1000. */
  idleMs?: number;
  /** Blocks only at the end of paragraphs. Default false: wherever `minChars` is reached and a sentence ends. */
  paragraphs?: boolean;
  /** A pause between two blocks, as people make one; in milliseconds. Absent: none. */
  humanDelay?: { minMs: number; maxMs: number };
}

export type MannersOf = (channel: string, accountId: string) => Manners;
