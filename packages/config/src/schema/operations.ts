import * as z from "zod";
import { baseUrl } from "./base-url.ts";
import { secret } from "./secret.ts";

export const hooks = z.strictObject({
  enabled: z.boolean().default(false),
  path: z
    .string()
    .regex(/^\/[\w.-]+(\/[\w.-]+)*$/, 'must be a path of its own, such as "/hooks"')
    .default("/hooks"),
  token: secret().optional(),
});

export const skills = z.strictObject({
  extraDirs: z.array(z.string().min(1)).default([]).describe("Further folders of skills; skills from anywhere else with the same name win."),
  entries: z
    .record(z.string().min(1), z.strictObject({ enabled: z.boolean() }))
    .default({})
    .describe("By the key of a skill: false switches it off."),
  pinned: z
    .record(z.string().min(1), z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hex, as skills.status shows it"))
    .default({})
    .describe("By the name of a skill: the only hash that is loaded."),
});

export const logging = z.strictObject({
  level: z.enum(["debug", "info", "warn", "error"]).default("info"),
  consoleLevel: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .default("warn")
    .describe("Least level of lines on standard error, whatever the file holds."),
  keepDays: z.int().min(1).max(3650).default(30).describe("Days of log files that are kept."),
  file: z.string().min(1).optional().describe("Instead of logs/ in the state directory."),
  redactPatterns: z.array(z.string().min(1)).default([]).describe("Further regular expressions whose matches are masked."),
});

export const telemetry = z.strictObject({
  otlp: z
    .strictObject({
      endpoint: baseUrl().describe("OTLP/HTTP collector that gets traces; /v1/traces is added."),
      headers: z.record(z.string().min(1), secret()).default({}).describe("Sent with every export."),
    })
    .optional()
    .describe("Traces are sent when this is there, and to nobody else."),
  serviceName: z.string().min(1).default("travelagent-gateway"),
});

export const metrics = z.strictObject({ enabled: z.boolean().default(true) });
