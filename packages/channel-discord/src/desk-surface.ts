import type { DeskCard, DeskListener, DeskPostContext, DeskSurface } from "@travelagent/channel-kit";
import type { Receipt } from "@travelagent/protocol/messages";
import { deskContent, deskValue, plain } from "./components.ts";
import { codeOf, type DiscordApi, failureOf } from "./discord-api.ts";
import { actorOf, type DiscordInteraction, type DiscordMessage, discordChannel, messageId, plainOf } from "./inbound.ts";
import { nonceOf, placeOf, type Sender } from "./outbound.ts";

export interface DeskRooms {
  readonly surface: DeskSurface;
  /** Whether a channel is a room or a thread in one. */
  has(channel: string | undefined): boolean;
  wrote(message: DiscordMessage): Promise<void>;
  /** What is shown to whoever pressed or asked. */
  acted(interaction: DiscordInteraction): Promise<string | undefined>;
}

export interface DeskRoomsOptions {
  api: DiscordApi;
  sender: Sender;
  accountId: string;
  rooms: readonly string[];
  botId(): string | undefined;
  parentOf(channel: string): string | undefined;
}

interface Kept {
  id: string;
  embeds?: { footer?: { text?: string } }[];
}

/** Names below a card by which it is found again. */
const markOf = (id: string): string => `ref ${id}`;
const gone = new Set([10003, 10008]);
const threadName = (card: DeskCard): string => (card.title ?? card.lines[0] ?? "Conversation").slice(0, 90);

/** Channels in which people of the agency work. What stands below a card is in the thread that begins with it, which has the card's id. */
export function createDeskRooms({ api, sender, accountId, rooms, botId, parentOf }: DeskRoomsOptions): DeskRooms {
  const own = new Set(rooms);
  let listener: DeskListener | undefined;
  const threads = new Set<string>();
  const roomOf = (channel: string): string => (own.has(channel) ? channel : (parentOf(channel) ?? channel));
  const busy: Receipt = { status: "failed", reason: "Discord's limit of messages is reached; it is tried again", retryable: true };

  /** The thread below a card, begun when there is none. */
  async function threadOf(room: string, thread: string, card: DeskCard, signal: AbortSignal): Promise<string> {
    const id = placeOf(thread)?.id ?? "";
    if (threads.has(id)) return id;
    try {
      await api.call("POST", `/channels/${room}/messages/${id}/threads`, { body: { name: threadName(card), auto_archive_duration: 10080 }, signal });
    } catch (error) {
      // A thread has been created for this message already.
      if (codeOf(error) !== 160004) throw error;
    }
    threads.add(id);
    return id;
  }

  async function change(method: "PATCH" | "DELETE", externalId: string, body: Record<string, unknown> | undefined, signal: AbortSignal): Promise<Receipt> {
    const place = placeOf(externalId);
    if (!place) return { status: "failed", reason: "there is no such message in Discord", retryable: false, code: "no-such-recipient" };
    if (!(await sender.turn(place.channel, signal))) return busy;
    try {
      await api.call(method, `/channels/${place.channel}/messages/${place.id}`, { signal, ...(body === undefined ? {} : { body }) });
      return { status: "sent", externalId };
    } catch (error) {
      if (gone.has(codeOf(error) ?? 0)) return { status: "failed", reason: "it is not there any more", retryable: false, code: "no-such-recipient" };
      return failureOf(error);
    }
  }

  const surface: DeskSurface = {
    channel: discordChannel,
    accountId,
    rooms,
    listen(given) {
      listener = given;
    },
    async post(room, card, { id, thread, signal }: DeskPostContext) {
      if (!(await sender.turn(room, signal))) return busy;
      let channel = room;
      try {
        if (thread !== undefined) channel = await threadOf(room, thread, { lines: ["Conversation"] }, signal);
      } catch (error) {
        const failure = failureOf(error);
        return failure.status === "unknown" ? { ...busy, reason: failure.reason } : failure;
      }
      try {
        return { status: "sent", externalId: await sender.create(channel, nonceOf(id, 0), deskContent(card, markOf(id)), { signal }) };
      } catch (error) {
        return failureOf(error);
      }
    },
    async edit(_room, externalId, card, signal) {
      const place = placeOf(externalId);
      try {
        // The mark below it stays.
        const kept = place && (await api.call<Kept>("GET", `/channels/${place.channel}/messages/${place.id}`, { signal }));
        const mark = kept?.embeds?.[0]?.footer?.text ?? "";
        return await change("PATCH", externalId, { ...deskContent(card, mark), allowed_mentions: { parse: [] } }, signal);
      } catch (error) {
        if (gone.has(codeOf(error) ?? 0)) return { status: "failed", reason: "it is not there any more", retryable: false, code: "no-such-recipient" };
        const failure = failureOf(error);
        return failure.status === "unknown" ? { status: "failed", reason: failure.reason, retryable: true } : failure;
      }
    },
    async remove(_room, externalId, signal) {
      const receipt = await change("DELETE", externalId, undefined, signal);
      return receipt.status === "failed" && receipt.code === "no-such-recipient" ? { status: "sent" } : receipt;
    },
    async reconcile(room, { id, thread, signal }) {
      const channel = thread === undefined ? room : (placeOf(thread)?.id ?? room);
      try {
        const messages = await api.call<Kept[]>("GET", `/channels/${channel}/messages?limit=100`, { signal });
        const found = messages.find(({ embeds }) => embeds?.[0]?.footer?.text === markOf(id));
        return found ? { status: "sent", externalId: `${channel}:${found.id}` } : null;
      } catch (error) {
        // Where the thread is not there yet, nothing is in it.
        if (thread !== undefined && codeOf(error) === 10003) return null;
        return { status: "unknown", reason: failureOf(error).reason };
      }
    },
  };

  return {
    surface,
    has: (channel) => channel !== undefined && own.has(roomOf(channel)),

    async wrote({ id, channel_id, author, content, type, webhook_id, attachments = [] }) {
      if (!listener || (type !== 0 && type !== 19) || author.bot || webhook_id !== undefined || author.id === botId()) return;
      const room = roomOf(channel_id);
      const answer = await listener.wrote({
        room,
        user: author.id,
        externalId: messageId(channel_id, id),
        text: plainOf(content, botId() ?? "0"),
        files: attachments.length > 0,
        // A thread that begins with a message has its id.
        ...(channel_id === room ? {} : { thread: `${room}:${channel_id}` }),
      });
      if (answer === undefined) return;
      // Only presses and commands are answered in secret here: it is said below, to whom it concerns.
      await sender
        .create(
          channel_id,
          nonceOf(`answer ${id}`, 0),
          { content: plain(answer), message_reference: { message_id: id, channel_id, fail_if_not_exists: false } },
          { signal: AbortSignal.timeout(10_000) },
        )
        .catch(() => undefined);
    },

    async acted(interaction) {
      const user = actorOf(interaction)?.id;
      const { channel_id, id, data, type } = interaction;
      if (!listener || user === undefined || channel_id === undefined) return undefined;
      const room = roomOf(channel_id);
      const value = deskValue(data?.custom_id ?? "");
      const answer =
        type === 2
          ? await listener.asked({ room, user, command: data?.name ?? "" })
          : value === undefined
            ? undefined
            : await listener.pressed({ room, user, value, pressId: id });
      return answer === undefined ? undefined : plain(answer);
    },
  };
}
