import * as z from "zod";

const tokens = z.int().min(0).max(10_000_000);
const ratio = z.number().min(0).max(1);
const chars = z.int().min(100).max(10_000_000);

/** When and how the older part of a conversation is summed up. */
export const compaction = z.strictObject({
  mode: z.enum(["default", "safeguard"]).optional().describe("Both sum up in parts; there is one way."),
  reserveTokens: tokens.optional().describe("Kept free for the answer. Default 16384."),
  reserveTokensFloor: tokens.optional().describe("The reserve is never less, but for small windows; 0 turns it off. Default 20000."),
  keepRecentTokens: tokens.optional().describe("Of the newest messages, which stay as they are. Default 20000."),
  timeoutSeconds: z.int().min(1).max(300).optional().describe("Longest time for a summary; then one is made without a model. Default 30."),
  memoryFlush: z
    .strictObject({
      enabled: z.boolean().optional().describe("Take notes about a known customer before summing up. Default true."),
      timeoutSeconds: z.int().min(1).max(300).optional().describe("Default 15."),
    })
    .optional(),
});

/** How long results of earlier turns are shortened in the prompt. The transcript keeps them. */
export const contextPruning = z.strictObject({
  mode: z
    .enum(["off", "adaptive", "cache-ttl"])
    .optional()
    .describe("adaptive: whenever the prompt is large. cache-ttl: only after a pause. Default adaptive."),
  ttl: z
    .string()
    .regex(/^\d{1,6}(?:s|m|h)$/, 'must be a time such as "5m"')
    .optional()
    .describe("The pause of cache-ttl. Default 5m."),
  keepLastAssistants: z.int().min(0).max(100).optional().describe("Results behind the last so many answers stay. Default 3."),
  softTrimRatio: ratio.optional().describe("Part of the window above which long results are shortened. Default 0.3."),
  hardClearRatio: ratio.optional().describe("Part of the window above which they are left out. Default 0.5."),
  softTrim: z
    .strictObject({ maxChars: chars.optional(), headChars: chars.optional(), tailChars: chars.optional() })
    .optional()
    .describe("Default 4000, 1500, 1500."),
  minPrunableToolChars: z.int().min(0).max(100_000_000).optional().describe("Less than this is not left out. Default 50000."),
  spillChars: z.int().min(10_000).max(10_000_000).optional().describe("A longer result or message is kept in a file and shown in part. Default 50000."),
});
