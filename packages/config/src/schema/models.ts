import * as z from "zod";
import { baseUrl } from "./base-url.ts";
import { secret } from "./secret.ts";

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
  }),
]);

export const models = z.strictObject({
  providers: z
    .record(
      z.string().min(1),
      z.strictObject({
        api: z.enum(["anthropic", "openai-responses", "openai-completions", "concierge"]),
        baseUrl: baseUrl().optional(),
        apiKey: secret().optional(),
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
      }),
    )
    .default({}),
});
