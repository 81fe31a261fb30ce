import type { Address, InboundMessage } from "@travelagent/protocol/messages";
import type { CallbackQuery, Chat, Message, MessageEntity, Update, User } from "grammy/types";
import { pressed } from "./buttons.ts";
import { fileOf, type SentFile } from "./files-in.ts";

/** Who we are there. */
export type Bot = Pick<User, "id" | "username">;

export const telegramChannel = "telegram";

/** A message, and the file that has to be fetched before it is handed over. */
export interface Inbound {
  message: InboundMessage;
  file?: SentFile;
}

/**
 * What an update says to us; undefined for what is no message of a person: channels, service messages, messages of our own. `keeps`: files
 * are kept, so that none has to be told in words.
 */
export function inboundOf(update: Update, { bot, accountId, now, keeps }: { bot: Bot; accountId: string; now: number; keeps: boolean }): Inbound | undefined {
  if (update.callback_query) {
    const message = pressedButton(update.callback_query, accountId, now);
    return message && { message };
  }
  const message = update.message ?? update.edited_message;
  if (!message?.from || message.sender_chat || message.from.id === bot.id) return undefined;
  const file = fileOf(message);
  const words = wordsOf(message, file, keeps);
  if (words === undefined) return undefined;
  const { text, entities } = words;
  const group = message.chat.type !== "private";
  const externalId = `message:${message.chat.id}:${message.message_id}`;
  const edited = update.edited_message?.edit_date;
  return {
    message: {
      address: addressOf(message.chat, message, accountId),
      externalId: edited === undefined ? externalId : `${externalId}:${edited}`,
      senderId: String(message.from.id),
      senderName: nameOf(message.from),
      text: withoutMention(text, entities, bot),
      sentAt: (edited ?? message.date) * 1000,
      ...(edited === undefined ? {} : { edits: externalId }),
      ...placeOf(message),
      ...(message.reply_to_message ? { replyTo: `message:${message.chat.id}:${message.reply_to_message.message_id}` } : {}),
      ...(message.from.is_bot ? { automated: "another bot wrote it" } : {}),
      // Somebody else's words, passed on.
      ...(message.forward_origin || message.via_bot ? { tainted: true } : {}),
      ...(group ? { mentioned: isMeant(message, text, entities, bot) } : {}),
    },
    // The file of a message whose words were changed came before.
    ...(file && edited === undefined ? { file } : {}),
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

/** What was written, or what was sent instead of words. Words of ours only where nothing else would say that something came. */
function wordsOf(message: Message, file: SentFile | undefined, keeps: boolean): { text: string; entities: readonly MessageEntity[] } | undefined {
  if (message.text !== undefined) return { text: message.text, entities: message.entities ?? [] };
  if (message.caption !== undefined) return { text: message.caption, entities: message.caption_entities ?? [] };
  if (message.contact) return { text: `Contact: ${message.contact.first_name} ${message.contact.phone_number}`, entities: [] };
  if (message.sticker) return { text: `(sent a sticker${message.sticker.emoji === undefined ? "" : ` ${message.sticker.emoji}`})`, entities: [] };
  if (file) return { text: keeps ? "" : `(sent ${file.what} without words)`, entities: [] };
  return message.location || message.venue ? { text: "", entities: [] } : undefined;
}

const placeOf = ({ venue, location }: Message): Pick<InboundMessage, "location"> => {
  const place = venue?.location ?? location;
  return place ? { location: { latitude: place.latitude, longitude: place.longitude, ...(venue ? { name: venue.title } : {}) } } : {};
};

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
