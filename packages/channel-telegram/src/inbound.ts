import type { Address, InboundMessage } from "@travelagent/protocol/messages";
import type { CallbackQuery, Chat, Message, MessageEntity, Update, User } from "grammy/types";
import { pressed } from "./buttons.ts";

/** Who we are there. */
export type Bot = Pick<User, "id" | "username">;

export const telegramChannel = "telegram";

/**
 * What an update says to us; undefined for what is no message of a person: other bots, channels, service messages, edits (what was
 * answered was the message as it was), messages of our own.
 */
export function inboundOf(update: Update, { bot, accountId, now }: { bot: Bot; accountId: string; now: number }): InboundMessage | undefined {
  if (update.callback_query) return pressedButton(update.callback_query, accountId, now);
  const { message } = update;
  if (!message?.from || message.from.is_bot || message.sender_chat) return undefined;
  const words = wordsOf(message);
  if (words === undefined) return undefined;
  const { text, entities } = words;
  const group = message.chat.type !== "private";
  return {
    address: addressOf(message.chat, message, accountId),
    externalId: `message:${message.chat.id}:${message.message_id}`,
    senderId: String(message.from.id),
    senderName: nameOf(message.from),
    text: withoutMention(text, entities, bot),
    sentAt: message.date * 1000,
    // Somebody else's words, passed on.
    ...(message.forward_origin || message.via_bot ? { tainted: true } : {}),
    ...(group ? { mentioned: isMeant(message, text, entities, bot) } : {}),
  };
}

function pressedButton({ id, data, message, from }: CallbackQuery, accountId: string, now: number): InboundMessage | undefined {
  if (!message || data === undefined || from.is_bot) return undefined;
  const label = "reply_markup" in message ? labelOf(message, data) : undefined;
  const meaning = pressed(data, label ?? "");
  // Of a message that is too old Telegram does not tell the buttons any more; what it confirmed is over too.
  if (!meaning || meaning.text === "") return undefined;
  return {
    address: addressOf(message.chat, "message_thread_id" in message ? message : undefined, accountId),
    externalId: `button:${id}`,
    senderId: String(from.id),
    senderName: nameOf(from),
    sentAt: now,
    ...meaning,
    ...(message.chat.type === "private" ? {} : { mentioned: true }),
  };
}

const labelOf = ({ reply_markup }: Message, data: string): string | undefined =>
  reply_markup?.inline_keyboard.flat().find((button) => "callback_data" in button && button.callback_data === data)?.text;

export function addressOf(chat: Chat, message: Pick<Message, "message_thread_id" | "is_topic_message"> | undefined, accountId: string): Address {
  return {
    channel: telegramChannel,
    accountId,
    chatType: chat.type === "private" ? "direct" : "group",
    peerId: String(chat.id),
    ...(message?.is_topic_message && message.message_thread_id !== undefined ? { threadId: String(message.message_thread_id) } : {}),
  };
}

const nameOf = ({ first_name, last_name }: User): string => [first_name, last_name].filter(Boolean).join(" ");

/** What was written, or what was sent instead of words. */
function wordsOf(message: Message): { text: string; entities: readonly MessageEntity[] } | undefined {
  if (message.text !== undefined) return { text: message.text, entities: message.entities ?? [] };
  const sent = [
    message.photo && "a photo",
    message.video && "a video",
    (message.voice ?? message.video_note) && "a voice message",
    message.audio && "an audio file",
    message.document && "a file",
    message.sticker && "a sticker",
  ].find(Boolean);
  const place = message.venue?.location ?? message.location;
  if (place) return { text: `My location: ${place.latitude}, ${place.longitude}${message.venue ? ` (${message.venue.title})` : ""}`, entities: [] };
  if (message.contact) return { text: `Contact: ${message.contact.first_name} ${message.contact.phone_number}`, entities: [] };
  if (!sent) return undefined;
  return message.caption === undefined
    ? { text: `(sent ${sent} without words)`, entities: [] }
    : { text: message.caption, entities: message.caption_entities ?? [] };
}

const textOf = (text: string, { offset, length }: MessageEntity): string => text.slice(offset, offset + length);
const isOurs = (text: string, entity: MessageEntity, { id, username }: Bot): boolean =>
  (entity.type === "mention" && textOf(text, entity).toLowerCase() === `@${username?.toLowerCase()}`) ||
  (entity.type === "text_mention" && entity.user.id === id) ||
  (entity.type === "bot_command" && textOf(text, entity).toLowerCase().endsWith(`@${username?.toLowerCase()}`));

const isMeant = (message: Message, text: string, entities: readonly MessageEntity[], bot: Bot): boolean =>
  message.reply_to_message?.from?.id === bot.id || entities.some((entity) => isOurs(text, entity, bot));

/** Our own name at the beginning is how one is spoken to, and no part of what is said. */
function withoutMention(text: string, entities: readonly MessageEntity[], bot: Bot): string {
  const first = entities.find((entity) => entity.offset === 0 && entity.type === "mention" && isOurs(text, entity, bot));
  return first ? text.slice(first.length).replace(/^[\s,:]+/, "") : text;
}
