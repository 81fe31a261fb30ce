export { createSlack, type Slack, type SlackOptions } from "./slack.ts";
