import * as z from "zod";
import { baseUrl } from "./base-url.ts";
import { secret } from "./secret.ts";
import { thinking } from "./thinking.ts";

const model = z.union([
  z
    .string()
    .min(1)
    .transform((id) => ({ id })),
  z.strictObject({
    id: z.string().min(1),
    name: z.string().min(1).optional(),
    contextWindow: z.int().min(1).optional(),
    maxTokens: z.int().min(1).optional(),
    cost: z
      .strictObject({ input: z.number().min(0), output: z.number().min(0), cacheRead: z.number().min(0).optional(), cacheWrite: z.number().min(0).optional() })
      .optional()
      .describe("US dollars for a million tokens."),
    reasoning: z.boolean().optional().describe("Whether the model can think. Default: by its id, and no for an id nobody knows."),
    input: z
      .array(z.enum(["text", "image"]))
      .refine((kinds) => kinds.includes("text"), 'must have "text"; a model that sees pictures has ["text", "image"]')
      .optional()
      .describe("What the model takes. Default text alone."),
    thinking: thinking().optional().describe("How long it thinks where neither the session nor the agent says."),
  }),
]);

const keyId = z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'must be letters, digits, ".", "-" or "_", such as "work"');

export const models = z.strictObject({
  providers: z
    .record(
      z.string().min(1),
      z
        .strictObject({
          api: z.enum(["anthropic", "openai-responses", "openai-completions", "gemini", "concierge"]),
          baseUrl: baseUrl().optional(),
          apiKey: secret().optional().describe('One key; with several it is the one called "default".'),
          keys: z
            .array(z.strictObject({ id: keyId, apiKey: secret() }))
            .default([])
            .superRefine((keys, context) => {
              keys.forEach(({ id }, index) => {
                if (keys.findIndex((other) => other.id === id) !== index)
                  context.addIssue({ code: "custom", path: [index, "id"], message: `there are two keys "${id}"; give each its own id` });
              });
            })
            .describe("Several keys: when one is refused or used up, the next one is asked before the next model."),
          keyOrder: z
            .array(keyId)
            .min(1)
            .optional()
            .describe("Ids of keys in the order to ask them; others are not asked. Default: in turn, the one that rested longest first."),
          timeoutMs: z
            .int()
            .min(1)
            .max(600_000)
            .optional()
            .describe("Longest silence of the provider; then the next model answers. Default 25000, so that no customer waits half a minute without a word."),
          cooldown: z
            .boolean()
            .default(true)
            .describe("After a failure this provider is left in peace for 1, 5, 25, then 60 minutes. Turn it off for a model server of your own."),
          models: z.array(model).default([]),
        })
        .superRefine(({ apiKey, keys, keyOrder }, context) => {
          const known = [...(apiKey === undefined ? [] : ["default"]), ...keys.map(({ id }) => id)];
          if (apiKey !== undefined && keys.some(({ id }) => id === "default"))
            context.addIssue({ code: "custom", path: ["keys"], message: 'apiKey is the key called "default"; give the other one another id' });
          keyOrder?.forEach((id, index) => {
            if (!known.includes(id))
              context.addIssue({ code: "custom", path: ["keyOrder", index], message: `there is no key "${id}"; known: ${known.join(", ") || "none"}` });
          });
        }),
    )
    .default({}),
});
