import * as z from "zod";
import { agentManners } from "./channels/manners.ts";
import { compaction, contextPruning } from "./context.ts";
import { heartbeat } from "./heartbeat.ts";
import { mentionPatterns } from "./session.ts";
import { thinking } from "./thinking.ts";
import { agentTools, sandbox } from "./tools.ts";

const modelRef = z.string().regex(/^[^/\s]+\/\S+$/, 'must be "provider/model", such as "concierge/concierge"');

const model = z.union([
  modelRef.transform((primary) => ({ primary, fallbacks: [] as string[] })),
  z.strictObject({ primary: modelRef, fallbacks: z.array(modelRef).default([]).describe("Tried in this order when the primary model fails.") }),
]);

const alias = z.string().regex(/^[^\s/@]{1,64}$/, 'must be one word without "/" or "@", such as "fast"');

/** Which models people may choose, what they call them, and how they are asked. */
const chosen = z
  .record(
    modelRef,
    z.strictObject({
      alias: alias.optional(),
      params: z
        .strictObject({ temperature: z.number().min(0).max(2).optional(), maxTokens: z.int().min(1).optional() })
        .optional()
        .describe("Go with every call of this model."),
    }),
  )
  .superRefine((models, context) => {
    const taken = new Map<string, string>();
    for (const [reference, { alias: name }] of Object.entries(models)) {
      if (name === undefined) continue;
      const other = taken.get(name.toLowerCase());
      if (other) context.addIssue({ code: "custom", path: [reference, "alias"], message: `${other} is called "${name}" too; give each its own alias` });
      taken.set(name.toLowerCase(), reference);
    }
  });

const agentId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be lower-case letters, digits, - or _, such as "booking"');

const usd = z.number().positive().optional();
const tokens = z.int().min(1).optional();

/** What models may cost before a person takes over. Days are those of UTC. */
const budget = z.strictObject({
  perRunUsd: usd.describe("US dollars of one turn."),
  perConversationPerDayUsd: usd.describe("US dollars of one conversation in a day."),
  perDayUsd: usd.describe("US dollars in a day: of all agents together, or of the one it stands at."),
  perRunTokens: tokens.describe("Tokens of one turn."),
  perConversationPerDayTokens: tokens.describe("Tokens of one conversation in a day."),
  perDayTokens: tokens.describe("Tokens in a day: of all agents together, or of the one it stands at."),
});

const identity = z.union([z.string().min(1), z.strictObject({ name: z.string().min(1), emoji: z.string().optional(), theme: z.string().optional() })]);

export const agents = z.strictObject({
  preset: z.enum(["agency"]).optional().describe("Agents that come along: agency is booking, service and sales. Entries of list with the same id change them."),
  defaults: z
    .strictObject({
      workspace: z.string().min(1).optional().describe("Folder of the agents' files; ~ is the home directory."),
      model: model.optional(),
      imageModel: model.optional().describe("Looks at pictures for the tool image. Default: the agent's own models that take them."),
      models: chosen.optional().describe("Where it is given, /model takes these and the configured ones alone. Aliases and parameters by reference."),
      thinking: thinking().optional().describe("How long models that can think do so. Default: as the model is configured."),
      bootstrapMaxChars: z.int().min(200).max(200_000).optional().describe("Longest text of one workspace file in the prompt. Default 20000."),
      skipBootstrap: z.boolean().optional().describe("Write no files into new workspaces."),
      sandbox: sandbox.optional(),
      compaction: compaction.optional(),
      contextPruning: contextPruning.optional(),
      subagents: z
        .strictObject({
          maxPerSession: z.int().min(1).max(50).default(5).describe("Helpers that may work for one conversation at the same time."),
          timeoutSeconds: z.int().min(1).max(86_400).default(600).describe("Longest time of a helper."),
          archiveAfterMinutes: z.int().min(0).max(525_600).default(60).describe("How long a helper's session stays listed after its end."),
        })
        .prefault({})
        .describe("Helpers that agents send."),
      heartbeat: heartbeat.prefault({}).describe("Of the default agent."),
      maxConcurrent: z.int().min(1).max(1000).optional().describe("Turns that may run at the same time."),
      timeoutSeconds: z.int().min(1).optional().describe("Longest time of one turn."),
      timeZone: z.string().min(1).optional().describe("IANA zone of the agency, such as Europe/Madrid."),
      maxParkedSeconds: z
        .int()
        .min(0)
        .max(86_400)
        .optional()
        .describe("How long a turn waits while no model can answer; then a person does. Default 7200, 0: not at all."),
      budget: budget.optional().describe("What models may cost. A turn that has used it up goes to a person."),
      ...agentManners,
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
        thinking: thinking().optional(),
        budget: budget.optional().describe("Of this agent. For a turn and a conversation it replaces the shared one; for a day both count."),
        skills: z.array(z.string().min(1)).optional(),
        tools: agentTools.optional(),
        sandbox: sandbox.optional(),
        prompt: z.string().min(1).max(20_000).optional().describe("Added to the agent's system prompt."),
        subagents: z
          .strictObject({ allowAgents: z.array(z.string().min(1)).default([]).describe("Other agents this one may send as helpers; * is any.") })
          .optional()
          .describe("Helpers this agent sends."),
        groupChat: z.strictObject({ mentionPatterns: mentionPatterns().optional() }).optional(),
        handoff: z
          .strictObject({ to: z.array(agentId).default([]).describe("Agents this one may hand a conversation to. Default: none.") })
          .optional()
          .describe("Who takes over from this agent."),
      }),
    )
    .default([]),
});

export const binding = z.strictObject({
  agentId,
  match: z
    .strictObject({
      channel: z.string().min(1).optional(),
      accountId: z.string().min(1).optional().describe("One account of the channel; * is any. Default: the account called default."),
      peer: z.strictObject({ kind: z.enum(["dm", "group", "channel"]), id: z.string().min(1) }).optional(),
      guildId: z.string().min(1).optional(),
      teamId: z.string().min(1).optional(),
      customerId: z.string().min(1).optional().describe("The customer of the conversation, as the records know them."),
      tag: z.string().min(1).optional().describe("A tag on the customer's record, such as vip."),
      booking: z.string().min(1).optional().describe("A booking of the customer's own that the message quotes; * is any of theirs."),
    })
    .superRefine(({ channel, accountId, peer, guildId, teamId, customerId, tag, booking }, context) => {
      const ofPlace = accountId !== undefined || peer !== undefined || guildId !== undefined || teamId !== undefined;
      if (channel === undefined && (ofPlace || (customerId === undefined && tag === undefined && booking === undefined)))
        context.addIssue({ code: "custom", path: ["channel"], message: "name the channel; only customerId, tag and booking go without one" });
    }),
});

/** `strategy` beside one entry per group: its id and the agents that answer there. */
export const broadcast = z.object({ strategy: z.enum(["parallel", "sequential"]).optional() }).catchall(z.array(agentId));
