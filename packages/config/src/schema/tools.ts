import * as z from "zod";
import { browser, web } from "./web-tools.ts";

const names = z.array(z.string().min(1).max(200)).max(500);
const profile = z.enum(["minimal", "messaging", "coding", "booking", "full"]);
const senders = z.record(z.string().min(1), z.array(z.string().min(1)).max(500));

const rules = {
  allow: names.optional().describe("Tools an agent may use: names, group:<group>, or patterns with *."),
  alsoAllow: names.optional().describe("More than the profile and allow name."),
  deny: names.optional().describe("Tools that stay closed, whatever allows them."),
};

/** Where a sender can be forged, a message from somebody who may do more proves nothing. */
const forgeable = new Set(["email", "sms", "webchat", "api", "mcp"]);

const elevated = z.strictObject({
  enabled: z.boolean().optional(),
  allowFrom: senders.optional().describe("By channel, who may have a command run outside of the sandbox; * is every operator there."),
});

/** For all agents. */
export const tools = z.strictObject({
  profile: profile.optional().describe("A named set of tools to start from, for agents without one of their own."),
  ...rules,
  byChannel: z
    .record(z.string().min(1), z.strictObject({ allow: rules.allow, deny: rules.deny }))
    .default({})
    .describe("What a channel narrows further."),
  operators: senders
    .default({})
    .superRefine((given, context) => {
      for (const [channel, ids] of Object.entries(given)) {
        if (forgeable.has(channel))
          context.addIssue({ code: "custom", path: [channel], message: "a sender can be forged there, or is no person; use a channel that proves who writes" });
        if (ids.includes("*")) context.addIssue({ code: "custom", path: [channel], message: "name each person; * would be every stranger" });
      }
    })
    .describe("By channel, the ids of the agency's people: a direct chat with one is an operator's."),
  exec: z
    .strictObject({
      timeoutSeconds: z.int().min(1).max(86_400).default(1800).describe("Longest time of a command."),
      env: z
        .array(z.string().regex(/^[A-Za-z_]\w{0,99}$/, "must be the name of a variable"))
        .optional()
        .describe("Names of variables a command may be given, instead of language, time zone and terminal."),
    })
    .prefault({}),
  elevated: elevated.prefault({}),
  web: web.prefault({}),
  browser: browser.prefault({}),
  sandbox: z
    .strictObject({ tools: z.strictObject({ allow: rules.allow, deny: rules.deny }).optional() })
    .prefault({})
    .describe("What conversations have whose commands run in a sandbox."),
});

/** For one agent. */
export const agentTools = z.strictObject({
  profile: profile.optional().describe("A named set of tools to start from. Without one and without allow it is booking."),
  ...rules,
  withCustomers: names
    .optional()
    .describe("Opt-in tools this agent has in conversations with customers too. Files and programs of the machine are never among them."),
  elevated: elevated.optional(),
});

const docker = z.strictObject({
  image: z
    .string()
    .regex(/^[a-z0-9][\w./:@-]{0,200}$/i, 'must be an image, such as "debian:bookworm-slim"')
    .optional(),
  pidsLimit: z.int().min(1).max(100_000).optional(),
  memory: z
    .string()
    .regex(/^\d+[bkmg]?$/i, 'must be a size, such as "1g"')
    .optional(),
  cpus: z.number().min(0.01).max(1024).optional(),
});

export const sandbox = z.strictObject({
  mode: z
    .enum(["off", "non-main", "all", "always"])
    .transform((mode) => (mode === "always" ? "all" : mode))
    .optional()
    .describe('Which conversations have their commands run in a sandbox; "non-main" is all but the main one of the agent.'),
  scope: z.enum(["session", "agent", "shared"]).optional().describe("What shares one directory where the workspace is not seen."),
  workspaceAccess: z.enum(["none", "ro", "rw"]).optional().describe("What commands and file tools see of the agent's workspace."),
  backend: z.enum(["auto", "bubblewrap", "docker"]).optional(),
  docker: docker.optional(),
});
