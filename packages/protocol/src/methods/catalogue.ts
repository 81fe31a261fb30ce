import * as z from "zod";
import { open, str1 } from "./common.ts";
import { method } from "./define.ts";

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "a day, such as 2027-03-28");

/** What this gateway has: agents, models, skills, commands, channels, and what its models used. */
export const catalogueMethods = {
  "agents.list": method({
    scope: "operator.read",
    params: z.strictObject({}).optional(),
    result: z.looseObject({ defaultId: z.string(), mainKey: z.string(), scope: z.string(), agents: z.array(open) }),
  }),
  "agent.identity.get": method({
    scope: "operator.read",
    params: z.strictObject({ agentId: str1.max(64).optional(), sessionKey: z.string().max(300).optional() }).optional(),
    result: z.looseObject({ agentId: z.string(), name: z.string(), avatar: z.string() }),
  }),
  "models.list": method({
    scope: "operator.read",
    params: z
      .strictObject({
        agentId: str1.max(64).optional(),
        view: z.enum(["default", "configured", "provider-config", "all"]).optional(),
        includeProviderCapabilities: z.boolean().optional(),
        includeDetails: z.boolean().optional(),
        preparedOnly: z.boolean().optional(),
        refresh: z.boolean().optional(),
      })
      .optional(),
    result: z.looseObject({
      models: z.array(
        z.looseObject({ id: z.string(), name: z.string(), provider: z.string(), contextWindow: z.number().optional(), reasoning: z.boolean().optional() }),
      ),
    }),
  }),
  "skills.status": method({
    scope: "operator.read",
    params: z.strictObject({ agentId: str1.max(64).optional(), sessionKey: str1.max(300).optional() }).optional(),
    result: z.looseObject({ workspaceDir: z.string(), managedSkillsDir: z.string(), skills: z.array(open) }),
  }),
  /** Words that `chat.send` takes as a command instead of a message. */
  "commands.list": method({
    scope: "operator.read",
    params: z
      .strictObject({
        sessionKey: z.string().max(300).optional(),
        agentId: str1.max(64).optional(),
        provider: z.string().max(64).optional(),
        scope: z.enum(["text", "native", "both"]).optional(),
        includeArgs: z.boolean().optional(),
      })
      .optional(),
    result: z.looseObject({ commands: z.array(open) }),
  }),
  "channels.status": method({
    scope: "operator.read",
    params: z.strictObject({ probe: z.boolean().optional(), timeoutMs: z.int().min(0).max(120_000).optional(), channel: str1.max(64).optional() }).optional(),
    result: z.looseObject({
      ts: z.number(),
      channelOrder: z.array(z.string()),
      channelLabels: z.record(z.string(), z.string()),
      channels: z.record(z.string(), z.unknown()),
      channelAccounts: z.record(z.string(), z.array(z.looseObject({ accountId: z.string() }))),
      channelDefaultAccountId: z.record(z.string(), z.string()),
    }),
  }),
  /** What is left of subscriptions with providers; none of ours tells, so `providers` is empty, and `totals` says what was used since the start. */
  "usage.status": method({
    scope: "operator.read",
    params: z.strictObject({}).optional(),
    result: z.looseObject({ updatedAt: z.number(), providers: z.array(open) }),
  }),
  /** What models used, by UTC day, agent and model. `totalCost` in US dollars counts runs whose price is known; `missingCostEntries` the others. */
  "usage.cost": method({
    scope: "operator.read",
    params: z
      .strictObject({
        days: z.int().min(1).max(366).optional(),
        startDate: day.optional(),
        endDate: day.optional(),
        agentId: str1.max(64).optional(),
        agentScope: z.literal("all").optional(),
        mode: z.literal("utc").optional(),
      })
      .optional(),
    result: z.looseObject({ updatedAt: z.number(), days: z.number(), daily: z.array(open), totals: open }),
  }),
} as const;
