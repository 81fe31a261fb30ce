import * as z from "zod";
import { secret } from "./secret.ts";

export const hooks = z.strictObject({
  enabled: z.boolean().default(false),
  path: z.string().startsWith("/").default("/hooks"),
  token: secret().optional(),
});

export const skills = z.strictObject({
  extraDirs: z.array(z.string().min(1)).default([]),
  entries: z.record(z.string().min(1), z.strictObject({ enabled: z.boolean() })).default({}),
});

export const plugins = z.strictObject({
  entries: z
    .record(z.string().min(1), z.strictObject({ enabled: z.boolean().default(true), config: z.record(z.string(), z.unknown()).default({}) }))
    .default({}),
});

export const logging = z.strictObject({
  level: z.enum(["debug", "info", "warn", "error"]).default("info"),
  file: z.string().min(1).optional().describe("Instead of logs/ in the state directory."),
  redactPatterns: z.array(z.string().min(1)).default([]).describe("Further regular expressions whose matches are masked."),
});

export const metrics = z.strictObject({ enabled: z.boolean().default(true) });
