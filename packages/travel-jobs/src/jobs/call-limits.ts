import * as z from "zod";

/** Params of every job that asks suppliers. */
export const callLimits = {
  /** Calls of one supplier in a minute, spread evenly. */
  callsPerMinute: z.number().min(0.1).max(60_000).default(30),
  /** Calls of one supplier in a day (UTC), over all jobs. */
  callsPerDay: z.int().min(0).default(2000),
};
