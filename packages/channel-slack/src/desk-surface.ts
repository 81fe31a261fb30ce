import type { DeskCard, DeskListener, DeskPostContext, DeskSurface } from "@travelagent/channel-kit";
import type { Receipt } from "@travelagent/protocol/messages";
import { deskBlocks, deskText } from "./blocks.ts";
import { metadataOf, partsOf } from "./history.ts";
import { messageId, pressId, type SlackMessage, type SlackPress, slackChannel } from "./inbound.ts";
import { escaped, plainOf } from "./mrkdwn.ts";
import { placeOf } from "./outbound.ts";
import { failureOf, type SlackApi, slackErrorOf } from "./slack-api.ts";

export interface DeskRoomsOptions {
  api: SlackApi;
  accountId: string;
  rooms: readonly string[];
  isOurs(message: { user?: string; bot_id?: string }): boolean;
  /** Whether it is our turn to write there. */
  turn(channel: string, signal: AbortSignal): Promise<boolean>;
  holds(error: unknown, channel: string): void;
}

export interface DeskRooms {
  readonly surface: DeskSurface;
  has(channel: string | undefined): boolean;
  /** What comes from a room. Resolves when it is durable, and whoever did it has been told. */
  wrote(event: SlackMessage): Promise<void>;
  pressed(press: SlackPress): Promise<void>;
  /** The answer to a command. */
  asked(command: { room: string; user: string; command: string }): Promise<string | undefined>;
}

const gone = new Set(["message_not_found", "channel_not_found", "is_archived"]);

/** Channels and direct conversations in which people of the agency work. Nothing that is said in them is a customer's. */
export function createDeskRooms({ api, accountId, rooms, isOurs, turn, holds }: DeskRoomsOptions): DeskRooms {
  const own = new Set(rooms);
  let listener: DeskListener | undefined;

  const busy: Receipt = { status: "failed", reason: "Slack's limit of messages is reached; it is tried again", retryable: true };
  const content = (card: DeskCard) => ({ text: deskText(card), blocks: deskBlocks(card), unfurl_links: false, unfurl_media: false });

  async function change(externalId: string, method: string, params: Record<string, unknown>, signal: AbortSignal): Promise<Receipt> {
    const place = placeOf(externalId);
    if (!place) return { status: "failed", reason: "there is no such message in Slack", retryable: false, code: "no-such-recipient" };
    if (!(await turn(place.channel, signal))) return busy;
    try {
      await api.call(method, { ...place, ...params }, { signal });
      return { status: "sent", externalId };
    } catch (error) {
      holds(error, place.channel);
      if (gone.has(slackErrorOf(error) ?? "")) return { status: "failed", reason: "it is not there any more", retryable: false, code: "no-such-recipient" };
      return failureOf(error);
    }
  }

  const tell = async (channel: string, user: string, text: string | undefined, thread?: string): Promise<void> => {
    if (text === undefined) return;
    await api.call("chat.postEphemeral", { channel, user, text: escaped(text), thread_ts: thread }).catch(() => undefined);
  };

  const surface: DeskSurface = {
    channel: slackChannel,
    accountId,
    rooms,
    listen(given) {
      listener = given;
    },
    async post(room, card, { id, thread, signal }: DeskPostContext) {
      if (!(await turn(room, signal))) return busy;
      try {
        const { ts, channel } = await api.call(
          "chat.postMessage",
          {
            channel: room,
            ...content(card),
            metadata: metadataOf({ id, part: 0, of: 1 }),
            thread_ts: thread === undefined ? undefined : placeOf(thread)?.ts,
          },
          { signal },
        );
        return { status: "sent", externalId: `${String(channel ?? room)}:${String(ts)}` };
      } catch (error) {
        holds(error, room);
        return failureOf(error);
      }
    },
    edit: (_room, externalId, card, signal) => change(externalId, "chat.update", content(card), signal),
    async remove(_room, externalId, signal) {
      const receipt = await change(externalId, "chat.delete", {}, signal);
      return receipt.status === "failed" && receipt.code === "no-such-recipient" ? { status: "sent" } : receipt;
    },
    async reconcile(room, { id, thread, signal }) {
      try {
        const [found] = await partsOf(api, { channel: room, threadTs: thread === undefined ? undefined : placeOf(thread)?.ts, id, signal });
        return found ? { status: "sent", externalId: `${room}:${found.ts}` } : null;
      } catch (error) {
        return { status: "unknown", reason: failureOf(error).reason };
      }
    },
  };

  return {
    surface,
    has: (channel) => channel !== undefined && own.has(channel),

    async wrote({ subtype, channel, user, bot_id, text = "", ts, thread_ts, files = [] }) {
      // People only: not other apps, and nothing that was changed afterwards.
      const isWritten = subtype === undefined || subtype === "file_share" || subtype === "thread_broadcast" || subtype === "me_message";
      if (!listener || !isWritten || user === undefined || bot_id !== undefined || isOurs({ user })) return;
      const thread = thread_ts === undefined || thread_ts === ts ? undefined : `${channel}:${thread_ts}`;
      const answer = await listener.wrote({
        room: channel,
        user,
        externalId: messageId(channel, ts),
        text: plainOf(text),
        files: files.length > 0,
        ...(thread === undefined ? {} : { thread }),
      });
      await tell(channel, user, answer, thread_ts);
    },

    async pressed(press) {
      const room = press.channel?.id ?? "";
      const value = press.actions[0]?.value;
      if (!listener || value?.startsWith("desk:") !== true) return;
      const answer = await listener.pressed({ room, user: press.user.id, value: value.slice(5), pressId: pressId(press) });
      await tell(room, press.user.id, answer, press.message?.thread_ts);
    },

    async asked(command) {
      const answer = await listener?.asked(command);
      return answer === undefined ? undefined : escaped(answer);
    },
  };
}
