import * as z from "zod";
import { baseUrl } from "./base-url.ts";
import { secret } from "./secret.ts";

export const memory = z.strictObject({
  embeddings: z
    .strictObject({
      provider: z
        .enum(["local", "openai"])
        .default("local")
        .describe('"local" asks nobody; "openai" is the vendor, or any server that speaks its /embeddings.'),
      baseUrl: baseUrl().optional().describe("Default: the vendor's own."),
      apiKey: secret().optional(),
      model: z.string().min(1).optional().describe("Default text-embedding-3-small. Another model means that all notes are read anew."),
      timeoutMs: z.int().min(1).max(600_000).optional().describe("Longest wait for one request. Default 10000."),
    })
    .superRefine(({ provider, ...rest }, context) => {
      for (const key of Object.keys(rest))
        if (provider === "local")
          context.addIssue({ code: "custom", path: [key], message: 'has no use for "local"; set provider to "openai", or leave it out' });
    })
    .prefault({})
    .describe("What makes notes findable by their meaning."),
});
