import * as z from "zod";

const group = z.strictObject({ requireMention: z.boolean().optional(), agentId: z.string().min(1).optional(), allowFrom: z.array(z.string()).optional() });

/** Who may write, the same on every channel. */
export const admission = {
  enabled: z.boolean().optional(),
  dmPolicy: z.enum(["pairing", "allowlist", "open", "disabled"]).optional().describe("Who may start a direct conversation."),
  groupPolicy: z.enum(["open", "allowlist", "disabled"]).optional(),
  allowFrom: z.array(z.string().min(1)).optional().describe("Senders who may write; * is everybody."),
  groupAllowFrom: z.array(z.string().min(1)).optional(),
  groups: z
    .union([z.array(z.string().min(1)), z.record(z.string(), group)])
    .optional()
    .describe("Groups the agent serves; * is any."),
  textChunkLimit: z.int().min(100).max(100_000).optional(),
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
