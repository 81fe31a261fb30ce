import { type ChannelAdapter, type ChannelHost, createPace, type DeskSurface, type Rate } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { maxButtons } from "./blocks.ts";
import { createDeskRooms } from "./desk-surface.ts";
import { emojiName } from "./emoji.ts";
import { type Bot, commandOf, inboundOf, pressOf, type SlackCommand, type SlackFile, type SlackMessage, type SlackPress, slackChannel } from "./inbound.ts";
import { createNames } from "./names.ts";
import { createSender, maxFileBytes, maxTextLength, placeOf, type ReplyToMode } from "./outbound.ts";
import { type PostedReply, readPost } from "./posted.ts";
import { checkSignature } from "./signature.ts";
import { createSlackApi, failureOf, isRevoked } from "./slack-api.ts";
import { createSocketMode, type Envelope, type SocketMode } from "./socket-mode.ts";

export interface SlackOptions {
  /** `xoxb-…` of the app in its workspace. */
  botToken: string;
  /** `xapp-…` with `connections:write`: Slack hands over by a socket that we open. */
  appToken?: string;
  /** Slack posts to us instead, signed with this. One of the two is needed; with both it is the socket. */
  signingSecret?: string;
  /** Default `default`. */
  accountId?: string;
  /** Where the Web API is; default Slack's own. */
  apiUrl?: string;
  /** Default `off`. */
  replyToMode?: ReplyToMode;
  /** Channels and direct conversations, by their ids, in which people of the agency work. What is said in them reaches no agent. */
  deskRooms?: readonly string[];
  clock?: Clock;
  /** Slack's limits: one message a second to a channel, and some hundred a minute in all. */
  pace?: { account: Rate; chat: Rate };
}

export interface Slack extends ChannelAdapter {
  /** The rooms of `deskRooms`. */
  readonly desk: DeskSurface;
  /**
   * Takes a post of Slack: an event, a press, a command. Resolves with the answer when it is durable. Raises `UNAUTHORIZED` for what Slack
   * did not sign or signed more than five minutes ago, `NOT_FOUND` without a signing secret, `INVALID_REQUEST` for what is none of these.
   */
  receivePost(headers: Readonly<Record<string, string | string[] | undefined>>, body: string): Promise<PostedReply>;
}

const defaultPace = { account: { burst: 20, everyMs: 200 }, chat: { burst: 3, everyMs: 1050 } };

/** A Slack app as a channel. It talks to `apiUrl`, to the sockets and to the files that Slack names, and to nobody else. */
export function createSlack(options: SlackOptions): Slack {
  const { botToken, appToken, signingSecret, accountId = "default", apiUrl = "https://slack.com/api", clock = systemClock, deskRooms = [] } = options;
  if (!/^xoxb-[\w-]{10,}$/.test(botToken))
    throw new TravelAgentError("CONFIG_INVALID", "the Slack bot token has another form than xoxb-…; copy it from OAuth & Permissions of the app");
  if (appToken !== undefined && !/^xapp-[\w-]{10,}$/.test(appToken))
    throw new TravelAgentError(
      "CONFIG_INVALID",
      "the Slack app token has another form than xapp-…; make one with connections:write under Basic Information of the app",
    );
  if (appToken === undefined && (signingSecret ?? "").length < 16)
    throw new TravelAgentError(
      "CONFIG_INVALID",
      "Slack needs appToken (Socket Mode) or signingSecret (posts to us); copy it from Basic Information of the app",
    );

  const api = createSlackApi({ root: `${apiUrl.replace(/\/$/, "")}/`, token: botToken });
  const pace = createPace({ clock, ...(options.pace ?? defaultPace) });
  const sender = createSender({ api, clock, pace, replyToMode: options.replyToMode ?? "off", isRoom: (channel) => deskRooms.includes(channel) });
  const names = createNames({ api, clock });
  let host: ChannelHost | undefined;
  let bot: Bot | undefined;
  let socket: SocketMode | undefined;
  const rooms = createDeskRooms({
    api,
    accountId,
    rooms: deskRooms,
    isOurs: ({ user }) => user === bot?.userId,
    turn: sender.turn,
    holds(error, channel) {
      const failure = failureOf(error);
      if (failure.status === "failed" && failure.retryAfterMs !== undefined) pace.hold(failure.retryAfterMs, channel);
    },
  });

  function running(): { host: ChannelHost; context: Parameters<typeof inboundOf>[1] } {
    if (!host || !bot) throw new TravelAgentError("UNAVAILABLE", "the channel is not running");
    return { host, context: { bot, accountId, nameOf: names.known } };
  }

  async function withFiles(message: Parameters<ChannelHost["receive"]>[0], files: readonly SlackFile[], to: ChannelHost): Promise<typeof message> {
    if (files.length === 0) return message;
    const told = files.map(({ name }) => name ?? "a file");
    if (!to.media) return { ...message, text: [message.text, `(sent ${told.join(", ")})`].filter(Boolean).join("\n") };
    const refused: { fileName?: string; reason: string }[] = [];
    const sources = [];
    for (const { name, mimetype, url_private_download, url_private, subtype } of files) {
      try {
        const bytes = await api.download(url_private_download ?? url_private ?? "", AbortSignal.timeout(60_000));
        sources.push({ bytes, fileName: name, declaredType: mimetype, ...(subtype === "slack_audio" ? { voice: true } : {}) });
      } catch (error) {
        const failure = failureOf(error);
        // It may be there in a moment: Slack delivers the message again.
        if (failure.status === "unknown" || failure.retryable) throw new TravelAgentError("UNAVAILABLE", failure.reason);
        refused.push({ ...(name === undefined ? {} : { fileName: name }), reason: failure.reason });
      }
    }
    const kept = await to.media.save(message, sources);
    const all = [...refused, ...kept.refused];
    return {
      ...message,
      ...(kept.attachments.length > 0 ? { attachments: kept.attachments } : {}),
      ...(all.length > 0 ? { refusedAttachments: all } : {}),
    };
  }

  async function takeEvent(payload: { event?: SlackMessage }): Promise<void> {
    const { event } = payload;
    if (!event || (event.type !== "message" && event.type !== "app_mention")) return;
    const { host: to, context } = running();
    if (rooms.has(event.channel)) return event.type === "message" ? rooms.wrote(event) : undefined;
    const sender = (event.message ?? event).user;
    if (sender !== undefined && sender !== context.bot.userId) await names.learn(sender);
    const found = inboundOf(event, context);
    if (found) await to.receive(await withFiles(found.message, found.files, to)).catch(passOver);
  }

  async function takePress(press: SlackPress): Promise<void> {
    if (press.type !== "block_actions") return;
    const { host: to, context } = running();
    if (rooms.has(press.channel?.id)) return rooms.pressed(press);
    const message = pressOf(press, context);
    if (!message) return;
    await to.receive(message).catch(passOver);
    // A button that was pressed is gone. Best effort.
    const blocks = press.message?.blocks?.filter(({ type }) => type !== "actions");
    if (press.message && blocks)
      void api.call("chat.update", { channel: press.channel!.id, ts: press.message.ts, text: press.message.text ?? "", blocks }).catch(() => undefined);
  }

  /** With what is said to whoever typed it. */
  async function takeCommand(command: SlackCommand): Promise<string | undefined> {
    const { host: to, context } = running();
    if (rooms.has(command.channel_id)) return rooms.asked({ room: command.channel_id, user: command.user_id, command: command.command.replace(/^\//, "") });
    await to.receive(commandOf(command, context, clock.now())).catch(passOver);
    return undefined;
  }

  async function take({ type, payload }: Pick<Envelope, "type" | "payload">): Promise<unknown> {
    if (type === "events_api") await takeEvent(payload as { event?: SlackMessage });
    else if (type === "interactive") await takePress(payload as unknown as SlackPress);
    else if (type === "slash_commands") {
      const text = await takeCommand(payload as unknown as SlackCommand);
      return text === undefined ? undefined : { response_type: "ephemeral", text };
    }
    return undefined;
  }

  const shownEmoji = new Map<string, string>();

  return {
    contract: 1,
    id: slackChannel,
    accountId,
    desk: rooms.surface,
    features: {
      maxTextLength,
      threads: true,
      cards: true,
      buttons: maxButtons,
      media: { image: maxFileBytes, audio: maxFileBytes, video: maxFileBytes, document: maxFileBytes },
    },

    async start(given) {
      try {
        const { user_id, bot_id, team_id } = await api.call("auth.test");
        bot = { userId: String(user_id), teamId: String(team_id), ...(bot_id === undefined ? {} : { botId: String(bot_id) }) };
        host = given;
        if (appToken === undefined) return;
        socket = createSocketMode({
          api,
          appToken,
          take,
          orderOf: ({ payload }) =>
            String((payload.event as { channel?: unknown } | undefined)?.channel ?? (payload.channel as { id?: unknown } | undefined)?.id ?? ""),
          report: (state, reason) => given.report?.(state, reason),
          clock,
          log: given.log,
        });
        await socket.start();
      } catch (error) {
        await socket?.stop();
        host = undefined;
        if (isRevoked(error)) throw new TravelAgentError("CONFIG_INVALID", "Slack does not know these tokens; copy them from the pages of the app once more");
        throw new TravelAgentError("UNAVAILABLE", `Slack cannot be reached: ${failureOf(error).reason}`);
      }
    },

    async stop() {
      host = undefined;
      await socket?.stop();
      socket = undefined;
    },

    /** Members of the workspace can be written to: by their id. */
    recipient: (to, chatType) =>
      chatType === "direct" ? (/^[UW][A-Z0-9]{5,}$/.test(to) ? to : null) : /^[CG][A-Z0-9]{5,}$/.test(to) && !rooms.has(to) ? to : null,

    async send(to, message, context) {
      if (!host) return { status: "failed", reason: "the Slack channel is not running", retryable: true };
      if (rooms.has(to.peerId)) return { status: "failed", reason: "this is a room of the agency's own people", retryable: false };
      return sender.send(to, message, context);
    },

    edit: (to, externalId, message, { signal }) => sender.edit(to, externalId, message, signal),
    reconcile: (to, id, signal) => sender.reconcile(to, id, signal),

    react(to, externalId, emoji) {
      const place = placeOf(externalId);
      const name = emoji === null ? shownEmoji.get(externalId) : emojiName(emoji);
      if (!place || name === undefined || rooms.has(to.peerId)) return;
      if (emoji === null) shownEmoji.delete(externalId);
      else shownEmoji.set(externalId, name);
      if (shownEmoji.size > 1000) shownEmoji.delete(shownEmoji.keys().next().value!);
      void api.call(emoji === null ? "reactions.remove" : "reactions.add", { channel: place.channel, timestamp: place.ts, name }).catch(() => undefined);
    },

    async receivePost(headers, body) {
      if (signingSecret === undefined) throw new TravelAgentError("NOT_FOUND", "this app gets no posts");
      checkSignature(headers, body, { signingSecret, now: clock.now() });
      const post = readPost(headers, body);
      if (post.type === "url_verification") return { challenge: post.challenge };
      return ((await take(post)) as PostedReply | undefined) ?? {};
    },
  };
}

/** Who is not admitted is on record; Slack need not send it again. */
function passOver(error: unknown): void {
  if (!TravelAgentError.is(error) || error.retryable) throw error;
}
