import * as z from "zod";
import { messageManners } from "./channels/manners.ts";

const reset = z.strictObject({
  mode: z.enum(["daily", "idle"]).optional(),
  atHour: z.int().min(0).max(23).optional(),
  idleMinutes: z.int().min(1).optional(),
});

export const session = z.strictObject({
  mainKey: z.string().min(1).optional(),
  dmScope: z.enum(["main", "per-peer", "per-channel-peer", "per-account-channel-peer"]).optional().describe("What tells one direct conversation from another."),
  identityLinks: z
    .record(z.string().min(1).max(64), z.array(z.string().regex(/^[^:\s]+:\S/, 'must be "channel:peer", such as "telegram:123"')).min(1))
    .optional()
    .describe("Addresses of one person, by a name of your choice: they share a conversation."),
  reset: reset.optional().describe("When a conversation starts afresh."),
  resetByType: z.strictObject({ dm: reset.optional(), group: reset.optional(), thread: reset.optional() }).optional(),
  resetByChannel: z.record(z.string().min(1), reset).optional(),
  resetTriggers: z.array(z.string().min(1)).optional(),
});

/** Other names of the modes. */
const modeAliases = { "steer+backlog": "steer-backlog", coalesce: "collect", queue: "steer", abort: "interrupt" } as const;
const isAlias = (mode: string): mode is keyof typeof modeAliases => Object.hasOwn(modeAliases, mode);

const queueMode = z
  .enum(["collect", "followup", "steer", "steer-backlog", "interrupt", "steer+backlog", "coalesce", "queue", "abort"])
  .transform((mode) => (isAlias(mode) ? modeAliases[mode] : mode));

const queueOptions = {
  mode: queueMode.optional().describe("What happens to a message that arrives while the agent works. Default collect."),
  debounceMs: z.int().min(0).max(60_000).optional().describe("Quiet time before messages that waited are answered together. Default 1000."),
  cap: z.int().min(1).max(1000).optional().describe("Messages that may wait in one session. Default 20."),
  drop: z.enum(["summarize", "old", "new"]).optional().describe("What gives way when more come. Default summarize."),
};

/** Regular expressions in any case of letters. */
export const mentionPatterns = () =>
  z
    .array(
      z
        .string()
        .min(1)
        .max(500)
        .refine((text) => isPattern(text), "must be a regular expression"),
    )
    .max(50)
    .describe("What addresses the agent in a group besides a mention of the platform: regular expressions, in any case of letters. Default its name.");

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "iu") !== undefined;
  } catch {
    return false;
  }
}

export const messages = z.strictObject({
  ...messageManners,
  groupChat: z
    .strictObject({
      mentionPatterns: mentionPatterns().optional(),
      historyLimit: z.int().min(0).max(500).optional().describe("Messages of a group that the agent is told of when it is addressed; 0 is none. Default 50."),
    })
    .optional(),
  scope: z
    .enum(["travel", "off"])
    .optional()
    .describe('"travel": requests that are clearly none of a travel agency\'s are declined without a model; "off": the agent answers all. Default travel.'),
  loopGuard: z
    .strictObject({
      enabled: z.boolean().optional().describe("Default true."),
      repeats: z.int().min(2).max(100).optional().describe("Answers to messages that say the same over and over, before a person is asked. Default 6."),
      rapid: z.int().min(3).max(200).optional().describe("Answers to messages that repeat themselves or come faster than people write. Default 12."),
      windowMinutes: z.int().min(1).max(1_440).optional().describe("How far back is looked. Default 60."),
    })
    .optional()
    .describe("When a machine seems to write to the machine."),
  queue: z
    .strictObject({
      ...queueOptions,
      byChannel: z
        .record(z.string().min(1), z.union([queueMode.transform((mode) => ({ mode })), z.strictObject(queueOptions)]))
        .optional()
        .describe("A mode, or several of these settings, for one channel."),
      laneCapacity: z.int().min(1).max(10_000).optional().describe("Messages of one session that may be open, whatever its mode. Default 100."),
      maxWaiting: z.int().min(1).max(1_000_000).optional().describe("Turns that may wait in the whole gateway; further messages are refused. Default 10000."),
      maxParked: z
        .int()
        .min(0)
        .max(100_000)
        .optional()
        .describe("Turns that may wait for a model that can answer; a person answers instead of further ones. Default 1000."),
    })
    .optional(),
  inbound: z
    .strictObject({
      debounceMs: z.int().min(0).max(60_000).optional().describe("How long a sender must be quiet before their words are answered. Default 0."),
      byChannel: z.record(z.string().min(1), z.int().min(0).max(60_000)).optional(),
    })
    .optional(),
  holdAfterSeconds: z
    .int()
    .min(0)
    .max(3600)
    .optional()
    .describe("A customer who heard nothing for so long is told that the answer takes longer; 0 is never. Default 20."),
});
