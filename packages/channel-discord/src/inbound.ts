import type { Address, InboundMessage } from "@travelagent/protocol/messages";
import { pressed } from "./components.ts";

export const discordChannel = "discord";

export interface DiscordUser {
  id: string;
  username?: string;
  global_name?: string | null;
  bot?: boolean;
}

export interface DiscordFileInfo {
  filename?: string;
  content_type?: string;
  url: string;
  /** Of what was recorded in Discord. */
  waveform?: string;
}

export interface DiscordMessage {
  id: string;
  channel_id: string;
  guild_id?: string;
  author: DiscordUser;
  member?: { nick?: string | null };
  content: string;
  timestamp: string;
  edited_timestamp?: string | null;
  /** 0 is a message, 19 an answer to one; others are Discord's own. */
  type: number;
  webhook_id?: string;
  mentions?: { id: string }[];
  attachments?: DiscordFileInfo[];
  referenced_message?: { id: string; author: DiscordUser } | null;
  message_reference?: { type?: number; message_id?: string };
  message_snapshots?: { message: { content: string } }[];
}

export interface DiscordInteraction {
  id: string;
  application_id: string;
  token: string;
  /** 2 a command, 3 a button. */
  type: number;
  channel_id?: string;
  guild_id?: string;
  user?: DiscordUser;
  member?: { user: DiscordUser; nick?: string | null };
  message?: { id: string; components?: { components?: { custom_id?: string; label?: string }[] }[] };
  data?: { name?: string; custom_id?: string };
}

export interface InboundContext {
  botId: string;
  accountId: string;
  /** The channel a thread belongs to; undefined for what is none. */
  parentOf(channelId: string): string | undefined;
}

export const messageId = (channel: string, id: string): string => `message:${channel}:${id}`;
const nameOf = (user: DiscordUser, nick: string | null | undefined): string => nick || user.global_name || user.username || user.id;

function addressOf(
  { channel_id, guild_id }: { channel_id: string; guild_id?: string | undefined },
  user: string,
  { accountId, parentOf }: InboundContext,
): Address {
  if (guild_id === undefined) return { channel: discordChannel, accountId, chatType: "direct", peerId: user };
  const parent = parentOf(channel_id);
  return { channel: discordChannel, accountId, chatType: "group", peerId: parent ?? channel_id, ...(parent === undefined ? {} : { threadId: channel_id }) };
}

/** What a message says to us; undefined for what Discord says itself and for our own. `edited`: it was written before and changed now. */
export function inboundOf(message: DiscordMessage, context: InboundContext, edited: boolean): InboundMessage | undefined {
  const { author, content, guild_id, type, webhook_id } = message;
  if (!author || author.id === context.botId || (type !== 0 && type !== 19)) return undefined;
  if (edited && !message.edited_timestamp) return undefined;
  const passedOn = (message.message_snapshots ?? []).map((one) => one.message.content).filter((text) => text !== "");
  const mentioned = message.mentions?.some(({ id }) => id === context.botId) === true || message.referenced_message?.author.id === context.botId;
  const id = messageId(message.channel_id, message.id);
  return {
    address: addressOf(message, author.id, context),
    externalId: edited ? `edit:${message.channel_id}:${message.id}:${message.edited_timestamp}` : id,
    senderId: author.id,
    senderName: nameOf(author, message.member?.nick),
    text: [plainOf(content, context.botId), ...passedOn].filter((text) => text !== "").join("\n\n"),
    sentAt: Date.parse(edited ? message.edited_timestamp! : message.timestamp),
    ...(passedOn.length > 0 ? { tainted: true } : {}),
    ...(guild_id === undefined ? {} : { mentioned, guildId: guild_id }),
    ...(edited ? { edits: id } : {}),
    ...(message.referenced_message ? { replyTo: messageId(message.channel_id, message.referenced_message.id) } : {}),
    ...(author.bot || webhook_id !== undefined ? { automated: "another bot or a webhook wrote it" } : {}),
  };
}

/** Who did it: in a server a member, elsewhere a user. */
export const actorOf = ({ user, member }: DiscordInteraction): DiscordUser | undefined => member?.user ?? user;

/** What a press or a command says. */
export function interactionOf(interaction: DiscordInteraction, context: InboundContext, now: number): InboundMessage | undefined {
  const user = actorOf(interaction);
  const { id, channel_id, guild_id, data, message, type } = interaction;
  if (!user || channel_id === undefined) return undefined;
  const label = message?.components?.flatMap(({ components = [] }) => components).find(({ custom_id }) => custom_id === data?.custom_id)?.label ?? "";
  const said = type === 3 ? pressed(data?.custom_id ?? "", label) : data?.name === undefined ? undefined : { text: `/${data.name}` };
  if (!said) return undefined;
  return {
    address: addressOf({ channel_id, guild_id }, user.id, context),
    externalId: `interaction:${id}`,
    senderId: user.id,
    senderName: nameOf(user, interaction.member?.nick),
    sentAt: now,
    ...said,
    ...(guild_id === undefined ? {} : { mentioned: true, guildId: guild_id }),
  };
}

/** Our own name at the beginning is how one is spoken to, and no part of what is said. */
export const plainOf = (content: string, botId: string): string =>
  content
    .replace(new RegExp(`^\\s*<@!?${botId}>[\\s,:]*`), "")
    .replace(/<a?(:\w+:)\d+>/g, "$1")
    .replace(/<(@[!&]?|#)(\d+)>/g, (_, sign: string, id: string) => `${sign[0]}${id}`)
    .trim();
