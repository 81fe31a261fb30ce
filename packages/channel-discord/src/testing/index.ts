export { type DiscordFault, type DiscordPlatform, type DiscordPost, startDiscord } from "./discord-platform.ts";
