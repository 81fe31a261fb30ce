import * as z from "zod";
import { manners } from "./manners.ts";

const group = z.strictObject({
  requireMention: z.boolean().optional().describe("Only messages that address the agent are answered. Default true."),
  agentId: z.string().min(1).optional().describe("The agent that answers in this group; bindings of the group go before it."),
  allowFrom: z.array(z.string().min(1)).optional().describe("Members who may write; * is everybody. Default groupAllowFrom."),
});

export const groupPolicy = z
  .enum(["open", "allowlist", "disabled"])
  .describe("allowlist: groups and people that are named; open: any group; disabled: none. Default allowlist.");

/** Who may write, the same on every channel. */
export const admission = {
  enabled: z.boolean().optional(),
  dmPolicy: z
    .enum(["pairing", "allowlist", "open", "disabled", "closed"])
    .optional()
    .describe("Who may start a direct conversation; closed is another word for disabled. Default pairing: strangers get a code for an operator to approve."),
  groupPolicy: groupPolicy.optional(),
  allowFrom: z.array(z.string().min(1)).optional().describe("Senders who may write; * is everybody."),
  groupAllowFrom: z.array(z.string().min(1)).optional().describe("Who may write in groups. Default allowFrom."),
  groups: z
    .union([z.array(z.string().min(1)), z.record(z.string(), group)])
    .optional()
    .describe("Groups the agent serves; * is any."),
  ...manners,
};

/** Further accounts of a channel by their id. What an account leaves out is as it stands beside `accounts`. */
export const withAccounts = <S extends z.ZodRawShape>(shape: S) =>
  z.strictObject({
    ...shape,
    accounts: z
      .record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "must be small letters, digits, - and _"), z.strictObject(shape).partial())
      .optional()
      .describe("Further accounts by id; each takes what it leaves out from here."),
  });
