import { createHash } from "node:crypto";
import { type Pace, renderText, type SendContext } from "@travelagent/channel-kit";
import type { Address, OutboundMessage, Receipt } from "@travelagent/protocol/messages";
import type { Clock } from "@travelagent/protocol/ports";
import { type ActionRow, buttonRows } from "./components.ts";
import { codeOf, type DiscordApi, type DiscordFile, failureOf, unsent } from "./discord-api.ts";
import { messagesOf } from "./lines.ts";

/** Of one file, where a server has no better plan. */
export const maxFileBytes = 10_000_000;
const maxFiles = 10;
const patienceMs = 20_000;
/** Within the few minutes in which Discord knows a nonce again. */
const repeatAfterMs = [500, 2000];

export interface Sender {
  send(to: Address, message: OutboundMessage, context: SendContext): Promise<Receipt>;
  edit(externalId: string, message: OutboundMessage, signal: AbortSignal): Promise<Receipt>;
  /** The channel of an address. Raises what calls raise. */
  channelOf(to: Address, signal?: AbortSignal): Promise<string>;
  /** Writes to a channel, at most once for each nonce. Raises what calls raise; `unknown` only when nobody can say. */
  create(channel: string, nonce: string, body: Record<string, unknown>, options: { signal: AbortSignal; files?: readonly DiscordFile[] }): Promise<string>;
  /** Resolves with whether it is our turn to write there. */
  turn(channel: string, signal: AbortSignal): Promise<boolean>;
}

export function placeOf(externalId: string): { channel: string; id: string } | undefined {
  const [, channel, id] = /^(?:message:)?(\d+):(\d+)$/.exec(externalId) ?? [];
  return channel === undefined || id === undefined ? undefined : { channel, id };
}

/** At most 25 signs, the same whenever this part of this message is tried. */
export const nonceOf = (id: string, part: number): string => createHash("sha256").update(`${id}\n${part}`).digest("base64url").slice(0, 25);

/** Nobody is called by a text. */
const silent = { parse: [], replied_user: false };

export interface SenderOptions {
  api: DiscordApi;
  pace: Pace;
  clock: Clock;
  /** Whether a channel is one of the agency's own people: nothing for a customer goes there. */
  isRoom(channel: string): boolean;
}

export function createSender({ api, pace, clock, isRoom }: SenderOptions): Sender {
  const direct = new Map<string, string>();
  const progress = new Map<string, { sent: number; lastId: string }>();

  async function channelOf(to: Address, signal?: AbortSignal): Promise<string> {
    const channel = await idOf(to, signal);
    if (isRoom(channel) || isRoom(to.peerId)) throw unsent("this is a room of the agency's own people", false);
    return channel;
  }

  async function idOf({ chatType, peerId, threadId }: Address, signal?: AbortSignal): Promise<string> {
    if (threadId !== undefined) return threadId;
    if (chatType === "group") return peerId;
    const known = direct.get(peerId);
    if (known !== undefined) return known;
    const { id } = await api.call<{ id: string }>("POST", "/users/@me/channels", { body: { recipient_id: peerId }, ...(signal ? { signal } : {}) });
    direct.set(peerId, id);
    return id;
  }

  async function turn(channel: string, signal: AbortSignal): Promise<boolean> {
    const own = new AbortController();
    const disarm = clock.after(patienceMs, () => own.abort());
    try {
      await pace.turn(channel, AbortSignal.any([signal, own.signal]));
      return true;
    } catch {
      return false;
    } finally {
      disarm();
    }
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));

  async function create(
    channel: string,
    nonce: string,
    body: Record<string, unknown>,
    { signal, files = [] }: { signal: AbortSignal; files?: readonly DiscordFile[] },
  ): Promise<string> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const { id } = await api.call<{ id: string }>("POST", `/channels/${channel}/messages`, {
          body: { ...body, allowed_mentions: silent, nonce, enforce_nonce: true },
          files,
          signal,
        });
        return `${channel}:${id}`;
      } catch (error) {
        const wait = repeatAfterMs[attempt];
        // With the same nonce Discord gives the message it has instead of making another one.
        if (failureOf(error).status !== "unknown" || wait === undefined || signal.aborted) throw error;
        await pause(wait);
        if (signal.aborted) throw error;
      }
    }
  }

  async function filesOf({ attachments = [] }: OutboundMessage, { read }: SendContext): Promise<DiscordFile[]> {
    const found: DiscordFile[] = [];
    for (const one of read ? attachments : []) {
      const bytes = await read!(one).catch((error: unknown) => {
        throw unsent(`the file ${one.fileName ?? one.id} cannot be read: ${error instanceof Error ? error.message : String(error)}`, true);
      });
      found.push({ name: one.fileName ?? `${one.kind}-${one.id.slice(0, 8)}`, bytes });
    }
    return found;
  }

  const never: Receipt = { status: "failed", reason: "cancelled before it was sent", retryable: false };
  const busy: Receipt = { status: "failed", reason: "Discord's limit of messages is reached; it is tried again", retryable: true };

  return {
    channelOf,
    create,
    turn,

    async send(to, message, context) {
      const { id, signal } = context;
      if (signal.aborted) return never;
      let channel: string;
      let parts: Part[];
      try {
        channel = await channelOf(to, signal);
        parts = partsOf(message, await filesOf(message, context));
      } catch (error) {
        // Nothing was sent yet, whatever became of the question.
        const failure = failureOf(error);
        return failure.status === "unknown" ? { status: "failed", reason: failure.reason, retryable: true } : failure;
      }
      const at = progress.get(id) ?? { sent: 0, lastId: "" };
      for (; at.sent < parts.length; at.sent += 1) {
        if (!(await turn(channel, signal))) {
          if (at.sent > 0) progress.set(id, at);
          return signal.aborted && at.sent === 0 ? never : busy;
        }
        const { files, ...body } = parts[at.sent]!;
        try {
          at.lastId = await create(channel, nonceOf(id, at.sent), { ...body, ...(at.sent === 0 ? quoting(message, channel) : {}) }, { signal, files });
        } catch (error) {
          const failure = failureOf(error);
          if (failure.status === "failed" && failure.retryAfterMs !== undefined) pace.hold(failure.retryAfterMs, channel);
          if (failure.status === "failed" && failure.retryable && at.sent > 0) progress.set(id, at);
          else progress.delete(id);
          return failure;
        }
      }
      progress.delete(id);
      return { status: "sent", ...(at.lastId === "" ? {} : { externalId: at.lastId }) };
    },

    async edit(externalId, message, signal) {
      const place = placeOf(externalId);
      if (!place) return { status: "failed", reason: "there is no such message in Discord", retryable: false };
      const [content = ""] = messagesOf(renderText(message));
      try {
        await api.call("PATCH", `/channels/${place.channel}/messages/${place.id}`, {
          body: { content, components: buttonRows(message).components, allowed_mentions: silent },
          signal,
        });
        return { status: "sent", externalId };
      } catch (error) {
        return codeOf(error) === 10008
          ? { status: "failed", reason: "the message is not there any more", retryable: false, code: "no-such-recipient" }
          : failureOf(error);
      }
    },
  };
}

interface Part {
  content: string;
  files: readonly DiscordFile[];
  components?: ActionRow[];
}

/** Files come with the first words, the buttons with the last ones. */
function partsOf(message: OutboundMessage, files: readonly DiscordFile[]): Part[] {
  const { components, lines } = buttonRows(message);
  const texts = messagesOf([renderText(message), ...lines].filter((line) => line !== "").join("\n"));
  const count = Math.max(texts.length, Math.ceil(files.length / maxFiles), components.length > 0 ? 1 : 0);
  return Array.from({ length: count }, (_, at) => ({
    content: texts[at] ?? "",
    files: files.slice(at * maxFiles, (at + 1) * maxFiles),
    ...(at === count - 1 && components.length > 0 ? { components } : {}),
  }));
}

/** Where it answers a message that stands in the same channel. */
function quoting({ replyTo }: OutboundMessage, channel: string): Record<string, unknown> {
  const quoted = replyTo === undefined ? undefined : placeOf(replyTo);
  return quoted?.channel === channel ? { message_reference: { message_id: quoted.id, channel_id: channel, fail_if_not_exists: false } } : {};
}
