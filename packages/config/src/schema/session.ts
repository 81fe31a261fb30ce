import * as z from "zod";

const reset = z.strictObject({
  mode: z.enum(["daily", "idle"]).optional(),
  atHour: z.int().min(0).max(23).optional(),
  idleMinutes: z.int().min(1).optional(),
});

export const session = z.strictObject({
  mainKey: z.string().min(1).optional(),
  dmScope: z.enum(["main", "per-peer", "per-channel-peer", "per-account-channel-peer"]).optional().describe("What tells one direct conversation from another."),
  reset: reset.optional().describe("When a conversation starts afresh."),
  resetByType: z.strictObject({ dm: reset.optional(), group: reset.optional(), thread: reset.optional() }).optional(),
  resetByChannel: z.record(z.string().min(1), reset).optional(),
  resetTriggers: z.array(z.string().min(1)).optional(),
});

const queueMode = z.enum(["steer", "followup", "collect", "interrupt"]);

export const messages = z.strictObject({
  queue: z
    .strictObject({
      mode: queueMode.optional().describe("What happens to a message that arrives while the agent works."),
      byChannel: z.record(z.string().min(1), queueMode).optional(),
      debounceMs: z.int().min(0).optional(),
      cap: z.int().min(1).optional(),
      drop: z.enum(["summarize", "old", "new"]).optional(),
    })
    .optional(),
  inbound: z.strictObject({ debounceMs: z.int().min(0).optional(), byChannel: z.record(z.string().min(1), z.int().min(0)).optional() }).optional(),
});
