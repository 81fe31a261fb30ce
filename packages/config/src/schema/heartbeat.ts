import * as z from "zod";

const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time of day, such as "08:00"');

/** How often the agency's agent looks at its main session by itself. Nothing is asked of a model when there is nothing to look at. */
export const heartbeat = z.strictObject({
  every: z
    .string()
    .regex(/^\d+(?:s|m|h)$/, 'must be a time such as "30m"; "0m" is never')
    .default("30m")
    .describe('How often, such as "30m"; "0m" is never.'),
  prompt: z.string().min(1).max(8_000).optional().describe("What the agent is told. Default: to read HEARTBEAT.md and the notes since its last look."),
  ackMaxChars: z.int().min(0).max(8_000).default(300).describe("An answer that says HEARTBEAT_OK and no more than this beside it is kept back."),
  activeHours: z
    .strictObject({
      start: clockTime,
      end: clockTime,
      timezone: z.string().min(1).optional().describe('"local" or "user" is the agency\'s, else an IANA zone.'),
    })
    .optional()
    .describe("When it looks. An end before the start is the next day."),
  channel: z.string().min(1).optional().describe("Where else an answer goes. Default: the main session alone."),
  to: z.string().min(1).optional().describe("Who gets it there."),
});
