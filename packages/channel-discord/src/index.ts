export { createDiscord, type Discord, type DiscordOptions } from "./discord.ts";
export type { DiscordSession } from "./gateway-socket.ts";
