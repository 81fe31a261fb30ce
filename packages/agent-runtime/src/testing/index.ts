export { anthropicServer } from "./anthropic-server.ts";
export { geminiServer } from "./gemini-server.ts";
export { type ModelBench, modelContract } from "./model-contract.ts";
export type { ModelServer, ModelServerOptions, ModelServerRequest } from "./model-server.ts";
export { openAiServer } from "./openai-server.ts";
export { type ProviderBench, providerContract } from "./provider-contract.ts";
export type { ScriptedAnswer, ScriptedCall, ScriptedReply } from "./scripted-answer.ts";
export { type ScriptedModel, type ScriptedStep, scriptedModel } from "./scripted-model.ts";
