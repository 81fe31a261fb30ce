import { chunkText, type Pace, renderText, type SendContext } from "@travelagent/channel-kit";
import type { Address, Button, OutboundMessage, Receipt } from "@travelagent/protocol/messages";
import type { Clock } from "@travelagent/protocol/ports";
import { buttonsOf, maxButtons, messageBlocks } from "./blocks.ts";
import { metadataOf, partsOf } from "./history.ts";
import { mrkdwn } from "./mrkdwn.ts";
import { failureOf, type SlackApi, slackErrorOf, unsent } from "./slack-api.ts";

/** Slack's own advice; it takes ten times that and cuts. */
export const maxTextLength = 4000;
/** A gigabyte, of whatever kind. */
export const maxFileBytes = 1_000_000_000;
/** Longer than that nobody waits for the pace: it is tried again later. */
const patienceMs = 20_000;

/** Where an answer goes that answers a message of a channel: into the channel, its first part below that message, or all of it. */
export type ReplyToMode = "off" | "first" | "all";

export interface SenderOptions {
  api: SlackApi;
  pace: Pace;
  clock: Clock;
  replyToMode: ReplyToMode;
  /** Whether a channel is one of the agency's own people: nothing for a customer goes there. */
  isRoom(channel: string): boolean;
}

export interface Sender {
  send(to: Address, message: OutboundMessage, context: SendContext): Promise<Receipt>;
  edit(to: Address, externalId: string, message: OutboundMessage, signal: AbortSignal): Promise<Receipt>;
  reconcile(to: Address, id: string, signal: AbortSignal): Promise<Receipt | null>;
  /** The channel a person's or group's messages go to. Raises what calls raise. */
  channelOf(to: Address, signal?: AbortSignal): Promise<string>;
  /** Resolves with whether it is our turn to write there. */
  turn(channel: string, signal: AbortSignal): Promise<boolean>;
}

/** `channel` and `ts` of what a receipt or an inbound message named. */
export function placeOf(externalId: string): { channel: string; ts: string } | undefined {
  const [, channel, ts] = /^(?:message:)?([A-Z0-9]+):(\d+\.\d+)$/.exec(externalId) ?? [];
  return channel === undefined || ts === undefined ? undefined : { channel, ts };
}

const tooBusy: Receipt = { status: "failed", reason: "Slack's limit of messages is reached; it is tried again", retryable: true };

interface Plan {
  files: boolean;
  texts: string[];
  buttons: Button[];
}

function planOf(message: OutboundMessage, canRead: boolean): Plan {
  const { attachments = [] } = message;
  const files = attachments.length > 0 && canRead;
  const buttons = buttonsOf(message);
  const said = [renderText(message), ...buttons.slice(maxButtons).map(({ label }) => `- ${label}`)].filter((line) => line !== "").join("\n");
  // Words come last, and there are always some: only they carry the mark by which all of it is found again.
  const words = said === "" && files ? attachments.map(({ fileName, kind }) => fileName ?? kind).join(", ") : said;
  return { files, texts: chunkText(words, { maxLength: maxTextLength }), buttons };
}

export function createSender({ api, pace, clock, replyToMode, isRoom }: SenderOptions): Sender {
  const direct = new Map<string, string>();
  /** Parts that went out before something failed, and where the last one is. */
  const progress = new Map<string, { files: boolean; texts: number; lastId: string }>();

  async function channelOf({ chatType, peerId }: Address, signal?: AbortSignal): Promise<string> {
    if (chatType === "group") return peerId;
    const known = direct.get(peerId);
    if (known !== undefined) return known;
    const { channel } = await api.call("conversations.open", { users: peerId }, signal ? { signal } : {});
    const { id } = channel as { id: string };
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

  /** What went wrong, with its wait kept for the channel. */
  function failed(error: unknown, channel: string | undefined): Exclude<Receipt, { status: "sent" }> {
    const failure = failureOf(error);
    if (failure.status === "failed" && failure.retryAfterMs !== undefined && channel !== undefined) pace.hold(failure.retryAfterMs, channel);
    return failure;
  }

  const threadFor = (to: Address, replyTo: string | undefined, part: number): string | undefined => {
    if (to.threadId !== undefined) return to.threadId;
    if (replyToMode === "off" || to.chatType === "direct" || replyTo === undefined || (replyToMode === "first" && part > 0)) return undefined;
    return placeOf(replyTo)?.ts;
  };

  /** Files come before the words about them, all in one message of Slack's. */
  async function files(channel: string, to: Address, { attachments = [], replyTo }: OutboundMessage, { read, signal }: SendContext): Promise<void> {
    const uploaded: { id: string; title: string }[] = [];
    for (const attachment of attachments) {
      const bytes = await read!(attachment).catch((error: unknown) => {
        throw unsent(`the file ${attachment.fileName ?? attachment.id} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      });
      const title = attachment.fileName ?? `${attachment.kind}-${attachment.id.slice(0, 8)}`;
      const { upload_url, file_id } = await api.call("files.getUploadURLExternal", { filename: title, length: bytes.length }, { signal });
      await api.upload(String(upload_url), bytes, signal);
      uploaded.push({ id: String(file_id), title });
    }
    // What was uploaded and not completed is shown to nobody.
    await api.call("files.completeUploadExternal", { files: uploaded, channel_id: channel, thread_ts: threadFor(to, replyTo, 0) }, { signal });
  }

  /** One part of what is said; the buttons are below the last one. */
  async function words(
    channel: string,
    to: Address,
    { texts, buttons }: Plan,
    part: number,
    replyTo: string | undefined,
    { id, signal }: SendContext,
  ): Promise<string> {
    const text = mrkdwn(texts[part]!);
    const sent = await api.call(
      "chat.postMessage",
      {
        channel,
        text,
        thread_ts: threadFor(to, replyTo, part),
        blocks: part === texts.length - 1 ? messageBlocks(text, buttons) : undefined,
        metadata: metadataOf({ id, part, of: texts.length }),
        unfurl_links: false,
        unfurl_media: false,
      },
      { signal },
    );
    return `${String(sent.channel ?? channel)}:${String(sent.ts)}`;
  }

  return {
    channelOf,
    turn,

    async send(to, message, context) {
      const { id, signal } = context;
      const never: Receipt = { status: "failed", reason: "cancelled before it was sent", retryable: false };
      if (signal.aborted) return never;
      const plan = planOf(message, context.read !== undefined);
      const at = progress.get(id) ?? { files: false, texts: 0, lastId: "" };
      const begun = () => at.files || at.texts > 0;
      let channel: string;
      try {
        channel = await channelOf(to, signal);
      } catch (error) {
        // Nothing was sent yet, whatever became of the question.
        const failure = failed(error, undefined);
        return failure.status === "unknown" ? { status: "failed", reason: failure.reason, retryable: true } : failure;
      }
      if (isRoom(channel)) return { status: "failed", reason: "this is a room of the agency's own people", retryable: false };
      while ((plan.files && !begun()) || at.texts < plan.texts.length) {
        if (!(await turn(channel, signal))) {
          if (begun()) progress.set(id, at);
          return signal.aborted && !begun() ? never : tooBusy;
        }
        try {
          if (plan.files && !begun()) {
            await files(channel, to, message, context);
            at.files = true;
          } else {
            at.lastId = await words(channel, to, plan, at.texts, message.replyTo, context);
            at.texts += 1;
          }
        } catch (error) {
          const failure = failed(error, channel);
          if (failure.status === "failed" && failure.retryable && begun()) progress.set(id, at);
          else progress.delete(id);
          return failure;
        }
      }
      progress.delete(id);
      return { status: "sent", ...(at.lastId === "" ? {} : { externalId: at.lastId }) };
    },

    async edit(_to, externalId, message, signal) {
      const place = placeOf(externalId);
      if (!place) return { status: "failed", reason: "there is no such message in Slack", retryable: false };
      const [text = ""] = chunkText(renderText(message), { maxLength: maxTextLength }).map(mrkdwn);
      try {
        // Without blocks those of before would stay.
        await api.call("chat.update", { ...place, text, blocks: messageBlocks(text, buttonsOf(message)) ?? [] }, { signal });
        return { status: "sent", externalId };
      } catch (error) {
        return slackErrorOf(error) === "message_not_found"
          ? { status: "failed", reason: "the message is not there any more", retryable: false, code: "no-such-recipient" }
          : failed(error, place.channel);
      }
    },

    async reconcile(to, id, signal) {
      try {
        const channel = await channelOf(to, signal);
        const found = await partsOf(api, { channel, threadTs: to.threadId, id, signal });
        const last = found.find(({ mark }) => mark.part === mark.of - 1);
        if (last) return { status: "sent", externalId: `${channel}:${last.ts}` };
        // Sent again, it goes on behind the parts that are there.
        const texts = 1 + Math.max(-1, ...found.map(({ mark }) => mark.part));
        if (texts > 0) progress.set(id, { files: true, texts, lastId: "" });
        return null;
      } catch (error) {
        return { status: "unknown", reason: failureOf(error).reason };
      }
    },
  };
}
