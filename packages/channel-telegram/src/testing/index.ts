export { type BotApi, type BotApiFault, type Shown, startBotApi } from "./bot-api.ts";
