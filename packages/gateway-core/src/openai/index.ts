export { type OpenAiOptions, openAiRoutes } from "./routes.ts";
export type { ApiConversation } from "./start-ask.ts";
