export { type SlackFault, type SlackPlatform, type SlackPost, type SlackSays, startSlack } from "./slack-platform.ts";
