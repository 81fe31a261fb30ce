import { type ChannelAdapter, type ChannelHost, createPace, type DeskSurface, type Rate } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { InboundMessage } from "@travelagent/protocol/messages";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { commands, deskCommands } from "./commands.ts";
import { maxButtons } from "./components.ts";
import { createDeskRooms } from "./desk-surface.ts";
import { createDiscordApi, failureOf, isRevoked } from "./discord-api.ts";
import { createGatewaySocket, type DiscordSession, type GatewaySocket } from "./gateway-socket.ts";
import { type DiscordFileInfo, type DiscordInteraction, type DiscordMessage, discordChannel, inboundOf, interactionOf } from "./inbound.ts";
import { maxTextLength } from "./lines.ts";
import { createSender, maxFileBytes, placeOf } from "./outbound.ts";

export interface DiscordOptions {
  /** Of the bot, from the Developer Portal. Its Message Content intent has to be on. */
  botToken: string;
  /** Default `default`. */
  accountId?: string;
  /** Where the REST interface is; default Discord's own. */
  apiUrl?: string;
  /** Channels, by their ids, in which people of the agency work. What is said in them and in their threads reaches no agent. */
  deskRooms?: readonly string[];
  clock?: Clock;
  /** Discord's limits: five messages in five seconds to a channel, fifty calls a second in all. */
  pace?: { account: Rate; chat: Rate };
  /** Where the process before left off, so that what came meanwhile is not lost. Absent: a new session with each start. */
  sessions?: { load(): Promise<DiscordSession | undefined>; save(session: DiscordSession | undefined): Promise<void> };
}

export interface Discord extends ChannelAdapter {
  /** The rooms of `deskRooms`. */
  readonly desk: DeskSurface;
}

const defaultPace = { account: { burst: 20, everyMs: 25 }, chat: { burst: 5, everyMs: 1000 } };
/** Servers and their threads, messages there and in direct conversations, and what is in them. */
const intents = (1 << 0) | (1 << 9) | (1 << 12) | (1 << 15);
const isThread = (type: unknown): boolean => type === 10 || type === 11 || type === 12;
const maxThreads = 20_000;
/** Discord waits three seconds for an answer to a press. */
const deferAfterMs = 2000;
const onlyThem = 64;

/** A Discord bot as a channel. It talks to `apiUrl`, to the gateway and the files that Discord names, and to nobody else. */
export function createDiscord({
  botToken,
  accountId = "default",
  apiUrl = "https://discord.com/api/v10",
  deskRooms = [],
  clock = systemClock,
  pace,
  sessions,
}: DiscordOptions): Discord {
  if (!/^[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}$/.test(botToken))
    throw new TravelAgentError(
      "CONFIG_INVALID",
      "the Discord bot token has another form than three parts with dots; copy it from Bot in the Developer Portal once more",
    );
  const api = createDiscordApi({ root: `${apiUrl.replace(/\/$/, "")}/`, token: botToken, clock });
  const sender = createSender({ api, clock, pace: createPace({ clock, ...(pace ?? defaultPace) }), isRoom: (channel) => rooms.has(channel) });
  /** Threads we know, with the channel each belongs to; undefined for channels that are none. */
  const parents = new Map<string, string | undefined>();
  const parentOf = (channel: string): string | undefined => parents.get(channel);
  let host: ChannelHost | undefined;
  let botId: string | undefined;
  let socket: GatewaySocket | undefined;
  let saving: Promise<void> = Promise.resolve();
  const shownEmoji = new Map<string, string>();
  const rooms = createDeskRooms({ api, sender, accountId, rooms: deskRooms, botId: () => botId, parentOf });

  function noteChannel(channel: { id?: string; type?: number; parent_id?: string | null }): void {
    if (channel.id === undefined) return;
    parents.set(channel.id, isThread(channel.type) ? (channel.parent_id ?? undefined) : undefined);
    if (parents.size > maxThreads) parents.delete(parents.keys().next().value!);
  }

  /** Whether a channel is a thread decides whose conversation it is: asked where no event told it. */
  async function learn(channel: string | undefined, guild: string | undefined): Promise<void> {
    if (channel === undefined || guild === undefined || parents.has(channel) || deskRooms.includes(channel)) return;
    try {
      noteChannel(await api.call("GET", `/channels/${channel}`));
    } catch (error) {
      const failure = failureOf(error);
      // What may belong to a room of the agency is handed to nobody on a guess.
      const mayGoBetter = failure.status === "unknown" || failure.retryable;
      throw new TravelAgentError(mayGoBetter ? "UNAVAILABLE" : "FORBIDDEN", `Discord did not say what channel this is: ${failure.reason}`);
    }
  }

  function running(): ChannelHost {
    if (!host || botId === undefined) throw new TravelAgentError("UNAVAILABLE", "the channel is not running");
    return host;
  }

  async function withFiles(message: InboundMessage, files: readonly DiscordFileInfo[], to: ChannelHost): Promise<InboundMessage> {
    if (files.length === 0) return message;
    if (!to.media)
      return { ...message, text: [message.text, `(sent ${files.map(({ filename }) => filename ?? "a file").join(", ")})`].filter(Boolean).join("\n") };
    const refused: { fileName?: string; reason: string }[] = [];
    const sources = [];
    for (const { url, filename, content_type, waveform } of files) {
      try {
        const bytes = await api.download(url, AbortSignal.timeout(60_000));
        sources.push({ bytes, fileName: filename, declaredType: content_type, ...(waveform === undefined ? {} : { voice: true }) });
      } catch (error) {
        const failure = failureOf(error);
        if (failure.status === "unknown" || failure.retryable) throw new TravelAgentError("UNAVAILABLE", failure.reason);
        refused.push({ ...(filename === undefined ? {} : { fileName: filename }), reason: failure.reason });
      }
    }
    const kept = await to.media.save(message, sources);
    const all = [...refused, ...kept.refused];
    return { ...message, ...(kept.attachments.length > 0 ? { attachments: kept.attachments } : {}), ...(all.length > 0 ? { refusedAttachments: all } : {}) };
  }

  async function takeMessage(message: DiscordMessage, edited: boolean): Promise<void> {
    const to = running();
    if (message.author?.id === botId) return;
    await learn(message.channel_id, message.guild_id);
    if (rooms.has(message.channel_id)) return edited ? undefined : rooms.wrote(message);
    const found = inboundOf(message, { botId: botId!, accountId, parentOf }, edited);
    if (found) await to.receive(await withFiles(found, edited ? [] : (message.attachments ?? []), to)).catch(passOver);
  }

  const answer = (interaction: DiscordInteraction, type: number, data?: Record<string, unknown>): Promise<unknown> =>
    api
      .call("POST", `/interactions/${interaction.id}/${interaction.token}/callback`, { body: { type, ...(data ? { data } : {}) }, withoutToken: true })
      .catch(() => undefined);

  /** What people of the agency do: the answer is for them alone, and comes later where it takes a while. */
  async function takeDesk(interaction: DiscordInteraction): Promise<void> {
    let deferred: Promise<unknown> | undefined;
    const disarm = clock.after(deferAfterMs, () => {
      deferred = answer(interaction, 5, { flags: onlyThem });
    });
    const text = await rooms.acted(interaction).finally(disarm);
    if (!deferred) {
      await (text === undefined && interaction.type === 3 ? answer(interaction, 6) : answer(interaction, 4, { content: text ?? "Done.", flags: onlyThem }));
      return;
    }
    await deferred;
    const body = { content: text ?? "Done." };
    await api
      .call("PATCH", `/webhooks/${interaction.application_id}/${interaction.token}/messages/@original`, { body, withoutToken: true })
      .catch(() => undefined);
  }

  async function takeInteraction(interaction: DiscordInteraction): Promise<void> {
    const to = running();
    if (interaction.type !== 2 && interaction.type !== 3) return;
    await learn(interaction.channel_id, interaction.guild_id);
    if (rooms.has(interaction.channel_id)) return takeDesk(interaction);
    if (interaction.data?.name === "approvals")
      return void (await answer(interaction, 4, { content: "This is for people of the agency, in their own channels.", flags: onlyThem }));
    const message = interactionOf(interaction, { botId: botId!, accountId, parentOf }, clock.now());
    if (!message) return void (await answer(interaction, 6));
    await to.receive(message).catch(passOver);
    // A button that was pressed is gone; a command is acknowledged in secret, and its answer comes as a message.
    await (interaction.type === 3
      ? answer(interaction, 7, { components: [] })
      : answer(interaction, 4, { content: "Thank you, the answer follows.", flags: onlyThem }));
  }

  async function take(event: string, data: unknown): Promise<void> {
    if (event === "MESSAGE_CREATE") return takeMessage(data as DiscordMessage, false);
    if (event === "MESSAGE_UPDATE") return takeMessage(data as DiscordMessage, true);
    if (event === "INTERACTION_CREATE") return takeInteraction(data as DiscordInteraction);
    if (event === "CHANNEL_CREATE" || event === "CHANNEL_UPDATE" || event === "THREAD_CREATE" || event === "THREAD_UPDATE")
      return noteChannel(data as { id: string });
    if (event === "GUILD_CREATE") for (const one of [...listOf(data, "channels"), ...listOf(data, "threads")]) noteChannel(one);
  }

  return {
    contract: 1,
    id: discordChannel,
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
        const { id } = await api.call<{ id: string }>("GET", "/users/@me");
        const application = await api.call<{ id: string }>("GET", "/applications/@me");
        await api.call("PUT", `/applications/${application.id}/commands`, { body: deskRooms.length > 0 ? [...commands, ...deskCommands] : commands });
        botId = id;
        host = given;
        socket = createGatewaySocket({
          api,
          token: botToken,
          intents,
          take,
          orderOf: (data) => String((data as { channel_id?: unknown } | null)?.channel_id ?? ""),
          report: (state, reason) => given.report?.(state, reason),
          clock,
          log: given.log,
          session: await sessions?.load(),
          ...(sessions
            ? {
                onSession(session) {
                  // In order; one that cannot be kept only means that more comes again.
                  saving = saving
                    .then(() => sessions.save(session))
                    .catch((error: unknown) => given.log.warn("where Discord left off could not be kept", { error: String(error) }));
                },
              }
            : {}),
        });
        await socket.start();
      } catch (error) {
        await socket?.stop();
        host = undefined;
        if (isRevoked(error)) throw new TravelAgentError("CONFIG_INVALID", "Discord does not know this bot token; copy it from the Developer Portal once more");
        if (TravelAgentError.is(error) && error.code === "CONFIG_INVALID") throw error;
        throw new TravelAgentError("UNAVAILABLE", `Discord cannot be reached: ${failureOf(error).reason}`);
      }
    },

    async stop() {
      host = undefined;
      await socket?.stop();
      socket = undefined;
      await saving;
    },

    /** Who shares a server with the bot can be written to, by their id. */
    recipient: (to) => (/^\d{5,25}$/.test(to) && !rooms.has(to) ? to : null),

    async send(to, message, context) {
      if (!host) return { status: "failed", reason: "the Discord channel is not running", retryable: true };
      return sender.send(to, message, context);
    },

    edit: (_to, externalId, message, { signal }) => sender.edit(externalId, message, signal),

    showTyping(to) {
      void sender
        .channelOf(to)
        .then((channel) => api.call("POST", `/channels/${channel}/typing`))
        .catch(() => undefined);
    },

    react(to, externalId, emoji) {
      const place = placeOf(externalId);
      if (!place || rooms.has(to.threadId ?? to.peerId)) return;
      const path = `/channels/${place.channel}/messages/${place.id}/reactions`;
      const own = emoji === null ? shownEmoji.get(externalId) : emoji;
      if (own === undefined) return;
      if (emoji === null) shownEmoji.delete(externalId);
      else shownEmoji.set(externalId, emoji);
      if (shownEmoji.size > 1000) shownEmoji.delete(shownEmoji.keys().next().value!);
      void api.call(emoji === null ? "DELETE" : "PUT", `${path}/${encodeURIComponent(own)}/@me`).catch(() => undefined);
    },
  };
}

const listOf = (data: unknown, key: "channels" | "threads"): { id: string }[] => (data as Partial<Record<typeof key, { id: string }[]>> | null)?.[key] ?? [];

/** Who is not admitted is on record; nothing has to come again. */
function passOver(error: unknown): void {
  if (!TravelAgentError.is(error) || error.retryable) throw error;
}
