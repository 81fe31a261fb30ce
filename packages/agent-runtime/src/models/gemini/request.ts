import type { ModelRequest, ThinkingLevel } from "../../model.ts";
import { geminiContents } from "./contents.ts";
import { geminiVersion, thinkingConfig } from "./thinking.ts";
import type { GenerateContentRequest } from "./wire.ts";

export interface GeminiDefaults {
  provider: string;
  model: string;
  maxTokens: number | undefined;
  temperature: number | undefined;
  /** False: no request says anything about thinking. */
  reasoning: boolean;
  thinking: ThinkingLevel | undefined;
}

/** The body of one call. */
export function geminiRequest(request: ModelRequest, { provider, model, maxTokens, temperature, reasoning, thinking }: GeminiDefaults): GenerateContentRequest {
  const level = request.thinking ?? thinking;
  const config = reasoning && level !== undefined ? thinkingConfig(model, level) : undefined;
  const answer = request.maxTokens ?? maxTokens;
  return {
    ...(request.system === "" ? {} : { systemInstruction: { parts: [{ text: request.system }] } }),
    contents: geminiContents(request, { provider, mustSign: (geminiVersion(model) ?? 0) >= 300 }),
    ...(request.tools.length === 0
      ? {}
      : {
          tools: [
            { functionDeclarations: request.tools.map(({ name, description, parameters }) => ({ name, description, parametersJsonSchema: parameters })) },
          ],
        }),
    generationConfig: {
      // What it thinks is counted among what it may write.
      ...(answer === undefined ? {} : { maxOutputTokens: answer + (config?.thinkingBudget ?? 0) }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(config ? { thinkingConfig: config } : {}),
    },
  };
}
