import * as z from "zod";
import { id, str1 } from "./common.ts";
import { method } from "./define.ts";

/** A plugin the configuration names, or that lies where plugins are looked for. */
export const PluginInfo = z.looseObject({
  id: str1,
  state: z.enum(["available", "disabled", "needs-approval", "loading", "loaded", "failed", "quarantined", "stopped"]),
  /** Why it is not loaded. */
  reason: z.string().optional(),
  /** The configuration names it and it is switched on. */
  enabled: z.boolean(),
  name: z.string().optional(),
  version: z.string().optional(),
  description: z.string().optional(),
  path: z.string().optional(),
  /** SHA-256 of its files as they were at the start. */
  sha256: z.string().optional(),
  /** What its manifest declares. */
  registers: z.looseObject({}).optional(),
});
export type PluginInfo = z.infer<typeof PluginInfo>;

export const pluginMethods = {
  "plugins.list": method({ scope: "operator.read", params: z.strictObject({}).optional(), result: z.looseObject({ plugins: z.array(PluginInfo) }) }),
  "plugins.inspect": method({ scope: "operator.read", params: z.strictObject({ id }), result: z.looseObject({ plugin: PluginInfo }) }),
  /** Runs a command that a plugin brought, in the gateway. */
  "plugins.command": method({
    scope: "operator.admin",
    params: z.strictObject({ command: str1.max(100), args: z.array(z.string().max(10_000)).max(100).optional() }),
    /** `text` is for people, `data` for programs. */
    result: z.looseObject({ text: z.string(), data: z.unknown() }),
  }),
} as const;
