import * as z from "zod";

const names = z.array(z.string().min(1).max(200)).default([]);

/** Who may write to a channel that a plugin brings. */
const admission = z.strictObject({
  dmPolicy: z.enum(["open", "allowlist", "disabled"]).default("disabled").describe("Who may start a direct conversation."),
  allowFrom: z.array(z.string().min(1)).default([]).describe("With allowlist: these senders, or * for all."),
});

const entry = z.strictObject({
  enabled: z.boolean().default(true),
  path: z.string().min(1).optional().describe("Folder of the plugin; ~ is the home directory. Absent: it is looked for in load.paths."),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hex, as travelagent plugins info shows it")
    .optional()
    .describe("The files that were read and approved. Others are not loaded."),
  publicRoutes: z.boolean().default(false).describe("HTTP routes that the plugin declares as public ask nobody for a secret."),
  channels: z.record(z.string().min(1), admission).default({}).describe("By the id of a channel the plugin brings."),
  config: z.record(z.string(), z.unknown()).default({}).describe("Checked by the plugin's own schema before its code is loaded."),
});

export const plugins = z.strictObject({
  load: z
    .strictObject({
      paths: z.array(z.string().min(1)).default([]).describe("Folders in which plugins are looked for. Nothing is loaded because it lies there."),
    })
    .prefault({}),
  allow: names.describe("When there are any, only these plugins are loaded."),
  deny: names.describe("These plugins are never loaded."),
  entries: z.record(z.string().min(1), entry).default({}).describe("By id: the plugins that are loaded."),
});
