import * as z from "zod";

/** How the agent behaves on a channel, the same on every one. */
export const manners = {
  textChunkLimit: z.int().min(100).max(100_000).optional().describe("Longest text of one message, in characters; never more than the platform takes."),
  maxLinesPerMessage: z.int().min(3).max(1_000).optional().describe("Most lines of one message. Default: as the platform likes it."),
  chunkMode: z.enum(["length", "newline"]).optional().describe("newline: each paragraph is a message of its own. Default length."),
  blockStreaming: z
    .boolean()
    .optional()
    .describe("Long answers come in several messages while they are written. Default agents.defaults.blockStreamingDefault."),
  streamMode: z.enum(["off", "partial"]).optional().describe("partial: what is written so far is shown, where the channel can. Default off."),
  typingMode: z.enum(["never", "instant", "thinking", "message"]).optional().describe("Instead of agents.defaults.typingMode."),
  sendReadReceipts: z.boolean().optional().describe("Messages that were taken in are marked as read, where the channel can. Default true."),
  ackReaction: z
    .strictObject({
      emoji: z.string().min(1).max(16).optional(),
      direct: z.boolean().optional().describe("In direct conversations. Default true."),
      group: z.enum(["always", "mentions", "never"]).optional().describe("In groups. Default mentions."),
    })
    .optional()
    .describe("A sign under messages that were taken in; replaces messages.ackReaction on this channel."),
};

/** The same for all channels, under `agents.defaults`. */
export const agentManners = {
  typingMode: z
    .enum(["never", "instant", "thinking", "message"])
    .optional()
    .describe("When customers see that an answer is being written. Default: at once, and with the first words in groups where nobody addressed the agent."),
  typingIntervalSeconds: z.int().min(1).max(60).optional().describe("How often that is shown again. Default 6."),
  blockStreamingDefault: z.enum(["off", "on"]).optional().describe("Whether long answers come in several messages while they are written. Default off."),
  blockStreamingChunk: z
    .strictObject({
      minChars: z.int().min(50).max(20_000).optional().describe("Default 800."),
      maxChars: z.int().min(100).max(20_000).optional().describe("Default 1200."),
      breakPreference: z.enum(["paragraph", "newline", "sentence"]).optional().describe("paragraph: a message ends with a paragraph alone. Default sentence."),
    })
    .optional(),
  blockStreamingCoalesce: z
    .strictObject({ idleMs: z.int().min(0).max(60_000).optional().describe("What is written within this time goes with the message before. Default 1000.") })
    .optional(),
  humanDelay: z
    .strictObject({
      mode: z.enum(["off", "natural", "custom"]).optional().describe("natural: 800 to 2500 ms between two messages of one answer. Default off."),
      minMs: z.int().min(0).max(60_000).optional(),
      maxMs: z.int().min(0).max(60_000).optional(),
    })
    .optional(),
};

/** The same for all channels, under `messages`. */
export const messageManners = {
  ackReaction: z
    .string()
    .max(16)
    .optional()
    .describe('The sign under messages that were taken in; "" is none. Default the emoji of the default agent, else 👀.'),
  ackReactionScope: z.enum(["group-mentions", "group-all", "direct", "all", "off"]).optional().describe("Where. Default group-mentions."),
  removeAckAfterReply: z.boolean().optional().describe("It is taken away when the answer is there. Default false."),
  idleOwnerMinutes: z
    .int()
    .min(0)
    .max(10_080)
    .optional()
    .describe("A customer who waits so long for the person who has their conversation is pointed out; 0 is never. Default 15."),
};
