import * as z from "zod";
import { baseUrl } from "./base-url.ts";
import { secret } from "./secret.ts";
import { privateHost } from "./web-tools.ts";

const hookMapping = z.strictObject({
  match: z
    .strictObject({
      path: z
        .string()
        .regex(/^[\w.-]+(\/[\w.-]+)*$/, "must be what stands behind the hooks' path, such as crm/deals")
        .refine((path) => path !== "wake" && path !== "agent", "wake and agent are there already")
        .optional(),
      source: z.string().min(1).max(200).optional(),
    })
    .refine(({ path, source }) => path !== undefined || source !== undefined, "needs path or source"),
  action: z.enum(["wake", "agent"]).default("agent"),
  message: z.string().min(1).max(20_000).optional().describe("What the agent is told; {{a.b[0].c}} stands for a value. Default the body as it is."),
  name: z.string().min(1).max(200).optional().describe("Of the conversation, with the same placeholders. Default the path."),
  agentId: z.string().min(1).optional(),
  mode: z.enum(["now", "next-heartbeat"]).optional().describe("Of action wake."),
  transform: z
    .strictObject({
      module: z.string().regex(/^[\w-]+\.m?js$/, "must be a file of transformsDir, such as crm.mjs"),
      export: z.string().min(1).max(64).optional(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/, "must be the SHA-256 of the file in lower-case hex"),
    })
    .optional()
    .describe("A function that looks at each one first; null means that nothing is to be done."),
  allowUnsafeExternalContent: z.boolean().optional(),
});

export const hooks = z.strictObject({
  enabled: z.boolean().default(false),
  path: z
    .string()
    .regex(/^\/[\w.-]+(\/[\w.-]+)*$/, 'must be a path of its own, such as "/hooks"')
    .default("/hooks"),
  token: secret().optional(),
  requireSignature: z.boolean().default(false).describe("Only deliveries signed by Standard Webhooks are taken; a token alone is not enough."),
  allowUnsafeExternalContent: z.boolean().default(false).describe("What hooks bring stands without marks. It counts as others' words all the same."),
  presets: z
    .array(z.enum(["gmail"]))
    .default([])
    .describe("Mappings that come along."),
  transformsDir: z.string().min(1).optional().describe("Folder of transforms, relative to the state directory. Default hooks/transforms."),
  mappings: z.array(hookMapping).max(200).default([]).describe("What becomes of posts to other names; the first that fits counts."),
});

export const webhooks = z.strictObject({
  allowPrivateHosts: z
    .array(privateHost)
    .max(100)
    .default([])
    .describe("Hosts of a private network that events may be sent to, also without https. All others are closed."),
});

export const notifications = z.strictObject({
  perCustomerPerDay: z.int().min(0).max(1000).default(10).describe("E-mails and text messages that agents may write to one customer within 24 hours."),
  perDay: z.int().min(0).max(1_000_000).default(500).describe("The same for all customers together."),
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
