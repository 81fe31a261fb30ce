import * as z from "zod";

const modelRef = z.string().regex(/^[^/\s]+\/\S+$/, 'must be "provider/model", such as "concierge/concierge"');

const model = z.union([
  modelRef.transform((primary) => ({ primary, fallbacks: [] as string[] })),
  z.strictObject({ primary: modelRef, fallbacks: z.array(modelRef).default([]).describe("Tried in this order when the primary model fails.") }),
]);

const agentId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be lower-case letters, digits, - or _, such as "booking"');

export const tools = z.strictObject({
  profile: z.string().min(1).optional().describe("A named set of tools to start from."),
  allow: z.array(z.string().min(1)).optional().describe("Tools or groups an agent may use."),
  deny: z.array(z.string().min(1)).optional().describe("Tools or groups that stay closed, whatever allows them."),
});

const identity = z.union([z.string().min(1), z.strictObject({ name: z.string().min(1), emoji: z.string().optional(), theme: z.string().optional() })]);

export const agents = z.strictObject({
  defaults: z
    .strictObject({
      workspace: z.string().min(1).optional().describe("Folder of the agents' files; ~ is the home directory."),
      model: model.optional(),
      maxConcurrent: z.int().min(1).max(1000).optional().describe("Turns that may run at the same time."),
      timeoutSeconds: z.int().min(1).optional().describe("Longest time of one turn."),
      timeZone: z.string().min(1).optional().describe("IANA zone of the agency, such as Europe/Madrid."),
    })
    .prefault({}),
  list: z
    .array(
      z.strictObject({
        id: agentId,
        default: z.boolean().optional(),
        name: z.string().min(1).optional(),
        identity: identity.optional().describe("Who the agent is: one sentence, or a name with an emoji."),
        workspace: z.string().min(1).optional(),
        model: model.optional(),
        skills: z.array(z.string().min(1)).optional(),
        tools: tools.optional(),
      }),
    )
    .default([]),
});

export const binding = z.strictObject({
  agentId,
  match: z.strictObject({
    channel: z.string().min(1),
    accountId: z.string().min(1).optional().describe("One account of the channel; * is any."),
    peer: z.strictObject({ kind: z.enum(["dm", "group", "channel"]), id: z.string().min(1) }).optional(),
    guildId: z.string().min(1).optional(),
    teamId: z.string().min(1).optional(),
  }),
});

/** `strategy` beside one entry per group: its id and the agents that answer there. */
export const broadcast = z.object({ strategy: z.enum(["parallel", "sequential"]).optional() }).catchall(z.array(agentId));
