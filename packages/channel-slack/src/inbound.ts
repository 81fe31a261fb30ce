import type { Address, InboundMessage } from "@travelagent/protocol/messages";
import { pressed } from "./blocks.ts";
import { plainOf } from "./mrkdwn.ts";

export const slackChannel = "slack";

/** Who we are there. */
export interface Bot {
  userId: string;
  botId?: string;
  teamId: string;
}

export interface SlackFile {
  name?: string;
  mimetype?: string;
  url_private_download?: string;
  url_private?: string;
  /** `slack_audio` for what was recorded in Slack. */
  subtype?: string;
}

/** A message event, as far as we read it. */
export interface SlackMessage {
  type: string;
  subtype?: string;
  channel: string;
  channel_type?: string;
  user?: string;
  bot_id?: string;
  text?: string;
  ts: string;
  thread_ts?: string;
  parent_user_id?: string;
  files?: SlackFile[];
  edited?: { ts: string };
  message?: Omit<SlackMessage, "channel">;
  previous_message?: Omit<SlackMessage, "channel">;
  attachments?: { is_share?: boolean; is_msg_unfurl?: boolean; text?: string; fallback?: string }[];
}

export interface SlackPress {
  type: "block_actions";
  user: { id: string; name?: string; username?: string };
  channel?: { id: string };
  team?: { id: string };
  container?: { thread_ts?: string };
  message?: { ts: string; thread_ts?: string; text?: string; blocks?: { type: string }[] };
  actions: { action_id: string; action_ts: string; value?: string; text?: { text: string } }[];
}

export interface SlackCommand {
  command: string;
  text?: string;
  user_id: string;
  user_name?: string;
  channel_id: string;
  channel_name?: string;
  team_id?: string;
  trigger_id: string;
}

const timeOf = (ts: string): number => Math.round(Number(ts) * 1000);
/** Of Slack's ids those of direct conversations begin so. */
const isDirect = (channel: string): boolean => channel.startsWith("D");
export const messageId = (channel: string, ts: string): string => `message:${channel}:${ts}`;

export interface InboundContext {
  bot: Bot;
  accountId: string;
  /** Name to show; undefined where Slack does not tell. */
  nameOf(user: string): string | undefined;
}

function addressOf(channel: string, user: string, threadTs: string | undefined, accountId: string): Address {
  return {
    channel: slackChannel,
    accountId,
    chatType: isDirect(channel) ? "direct" : "group",
    peerId: isDirect(channel) ? user : channel,
    ...(threadTs === undefined ? {} : { threadId: threadTs }),
  };
}

/** Ours, or of nobody who speaks: joins, topics, pins, deletions. */
const spoken: ReadonlySet<string | undefined> = new Set([undefined, "file_share", "thread_broadcast", "me_message", "bot_message", "message_changed"]);

/** What an event says to us, and the files that came with it; undefined for what is no message or our own. */
export function inboundOf(event: SlackMessage, { bot, accountId, nameOf }: InboundContext): { message: InboundMessage; files: SlackFile[] } | undefined {
  if ((event.type !== "message" && event.type !== "app_mention") || !spoken.has(event.subtype)) return undefined;
  const changed = event.subtype === "message_changed";
  const said = changed ? event.message : event;
  if (!said) return undefined;
  const isOurs = said.user === bot.userId || (said.bot_id !== undefined && said.bot_id === bot.botId);
  const sender = said.user ?? said.bot_id;
  if (isOurs || sender === undefined) return undefined;
  // Slack changes messages by itself, to show what a link leads to: nobody said anything then.
  if (changed && (!said.edited || said.text === event.previous_message?.text)) return undefined;
  const shared = said.attachments?.filter(({ is_share, is_msg_unfurl }) => is_share || is_msg_unfurl) ?? [];
  const own = said.text ?? "";
  const text = [withoutMention(own, bot), ...shared.map(({ text: words, fallback }) => plainOf(words ?? fallback ?? ""))]
    .filter((part) => part !== "")
    .join("\n\n");
  const address = addressOf(event.channel, sender, said.thread_ts === said.ts ? undefined : said.thread_ts, accountId);
  const name = nameOf(sender);
  return {
    message: {
      address,
      externalId: changed ? `edit:${event.channel}:${said.ts}:${said.edited!.ts}` : messageId(event.channel, said.ts),
      senderId: sender,
      ...(name === undefined ? {} : { senderName: name }),
      text,
      sentAt: timeOf(changed ? said.edited!.ts : said.ts),
      ...(shared.length > 0 ? { tainted: true } : {}),
      ...(address.chatType === "group"
        ? { mentioned: event.type === "app_mention" || own.includes(`<@${bot.userId}>`) || said.parent_user_id === bot.userId, teamId: bot.teamId }
        : {}),
      ...(changed ? { edits: messageId(event.channel, said.ts) } : {}),
      ...(said.bot_id !== undefined || said.subtype === "bot_message" ? { automated: "another app of the workspace wrote it" } : {}),
    },
    files: changed ? [] : (said.files ?? []),
  };
}

/** What a press under a message of ours says. */
export function pressOf(press: SlackPress, { bot, accountId, nameOf }: InboundContext): InboundMessage | undefined {
  const [action] = press.actions;
  const channel = press.channel?.id;
  const meaning = action?.value === undefined ? undefined : pressed(action.value);
  if (!action || channel === undefined || !meaning) return undefined;
  const thread = press.message?.thread_ts ?? press.container?.thread_ts;
  const address = addressOf(channel, press.user.id, thread === press.message?.ts ? undefined : thread, accountId);
  return {
    address,
    externalId: pressId(press),
    senderId: press.user.id,
    senderName: nameOf(press.user.id) ?? press.user.name ?? press.user.username ?? press.user.id,
    sentAt: timeOf(action.action_ts),
    ...meaning,
    ...(address.chatType === "group" ? { mentioned: true, teamId: bot.teamId } : {}),
  };
}

export const pressId = ({ user, channel, actions: [action] }: SlackPress): string => `press:${channel?.id ?? ""}:${action?.action_ts ?? ""}:${user.id}`;

/** A command is said in the conversation it was typed in. */
export function commandOf(command: SlackCommand, { bot, accountId, nameOf }: InboundContext, now: number): InboundMessage {
  const address = addressOf(command.channel_id, command.user_id, undefined, accountId);
  return {
    address,
    externalId: `command:${command.trigger_id}`,
    senderId: command.user_id,
    senderName: nameOf(command.user_id) ?? command.user_name ?? command.user_id,
    text: [command.command, command.text ?? ""].join(" ").trim(),
    sentAt: now,
    ...(address.chatType === "group" ? { mentioned: true, teamId: bot.teamId } : {}),
  };
}

/** Our own name at the beginning is how one is spoken to, and no part of what is said. */
function withoutMention(text: string, { userId }: Bot): string {
  const mention = `<@${userId}>`;
  return plainOf(text.startsWith(mention) ? text.slice(mention.length).replace(/^[\s,:]+/, "") : text);
}
