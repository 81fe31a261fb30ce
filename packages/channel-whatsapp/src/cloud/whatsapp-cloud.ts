import { type ChannelAdapter, type ChannelHost, createPace, type Rate } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { phoneOf, waIdOf, whatsappChannel } from "../address.ts";
import { createSends } from "../sends.ts";
import { accountState } from "./account-state.ts";
import { takeChange } from "./changes.ts";
import { createGraph } from "./graph.ts";
import { inWords, meaningOf } from "./graph-error.ts";
import { type CloudNumber, type CloudNumbers, cloudNumbers } from "./numbers.ts";
import { maxRows, maxTextLength, mediaLimits } from "./parts.ts";
import { createSender, replyWindowMs } from "./sender.ts";
import { isSame, isSigned } from "./signature.ts";
import type { CloudTemplate } from "./templates.ts";
import { changesOf } from "./webhook.ts";

export interface WhatsAppCloudOptions {
  /** With the version: `https://graph.facebook.com/v24.0`. */
  graphUrl: string;
  /** Of the number, as the app's page shows it; not the number itself. */
  phoneNumberId: string;
  /** Of a system user, with `whatsapp_business_messaging`. */
  accessToken: string;
  /** Signs every post. */
  appSecret: string;
  /** What was typed beside the webhook's address, at least 16 characters. */
  verifyToken: string;
  /** Where what was given to WhatsApp is remembered. */
  db: Database;
  /** Default `default`. */
  accountId?: string;
  /** Where given, posts for another business account are passed over. */
  businessAccountId?: string;
  /** Approved templates, by our names. */
  templates?: Readonly<Record<string, CloudTemplate>>;
  /** What stands on the button that opens a list. Default `Choose`. */
  chooseLabel?: string;
  /** Hosts that files are fetched from beside Graph's own. Default `lookaside.fbsbx.com`. */
  mediaHosts?: readonly string[];
  /** The other numbers of this installation, so that a post with several finds each. Absent: it is alone. */
  numbers?: CloudNumbers;
  clock?: Clock;
  /** WhatsApp's limits: 80 messages a second in all; to one person one every 6 s, of which 45 may come at once. */
  pace?: { account: Rate; chat: Rate };
  /** How long WhatsApp's own word is waited for when its answer to a send was lost. Default 5 s. */
  statusPatienceMs?: number;
  /** An answer that takes longer is not waited for. Default 30 s. */
  timeoutMs?: number;
}

export interface WhatsAppCloud extends ChannelAdapter {
  /**
   * Takes a post of WhatsApp, for this number and others beside it. `body` is the bytes as they came. Resolves when all of it is durable:
   * answer 200 then. Raises `UNAUTHORIZED` for a wrong signature, `INVALID_REQUEST` for what is no post of WhatsApp, `UNAVAILABLE` when it
   * cannot be stored now.
   */
  receiveWebhook(headers: Readonly<Record<string, string | string[] | undefined>>, body: Uint8Array): Promise<void>;
  /** WhatsApp asks whether the address is ours: answer with this text. Raises `UNAUTHORIZED`. */
  verifyWebhook(query: URLSearchParams): string;
}

const defaultPace = { account: { burst: 40, everyMs: 13 }, chat: { burst: 40, everyMs: 6_000 } };
const askAgainMs = 3_600_000;
/** WhatsApp tells what became of a message within 30 days. */
const rememberMs = 31 * 24 * 3_600_000;
/** Of so many people the last message is known, for the signs of reading and writing. */
const maxRecent = 5_000;

/** A number of WhatsApp on Meta's Cloud API as a channel. It calls the host of `graphUrl` and nobody else. */
export function createWhatsAppCloud(options: WhatsAppCloudOptions): WhatsAppCloud {
  const { graphUrl, phoneNumberId, accessToken, appSecret, verifyToken, db, businessAccountId } = options;
  const { accountId = "default", clock = systemClock, templates = {}, numbers = cloudNumbers(), chooseLabel = "Choose" } = options;
  if (!/\/v\d+\.\d+\/?$/.test(graphUrl))
    throw new TravelAgentError("CONFIG_INVALID", "graphUrl must end with the version of Graph, such as https://graph.facebook.com/v24.0");
  if (!/^\d{5,20}$/.test(phoneNumberId))
    throw new TravelAgentError("CONFIG_INVALID", "phoneNumberId is the id that the app's page shows beside the number, digits only; it is not the number");
  if (verifyToken.length < 16) throw new TravelAgentError("CONFIG_INVALID", "the verifyToken of a WhatsApp webhook needs at least 16 characters");

  const patienceMs = options.statusPatienceMs ?? 5_000;
  let host: ChannelHost | undefined;
  const waiting = new Set<() => void>();
  let displayNumber: string | undefined;
  let stopAsking = (): void => undefined;
  const state = accountState((now, reason) => host?.report?.(now, reason));
  const graph = createGraph({
    graphUrl,
    accessToken,
    mediaHosts: options.mediaHosts ?? ["lookaside.fbsbx.com"],
    clock,
    timeoutMs: options.timeoutMs ?? 30_000,
  });
  const sends = createSends({ db, accountId, clock });
  const sender = createSender({
    graph,
    phoneNumberId,
    sends,
    pace: createPace({ clock, ...(options.pace ?? defaultPace) }),
    state,
    clock,
    templates,
    chooseLabel,
    statusPatienceMs: patienceMs,
    log: () => host?.log ?? silentLogger,
  });
  const recent = new Map<string, string>();

  const number: CloudNumber = {
    phoneNumberId,
    accountId,
    appSecret,
    ...(businessAccountId === undefined ? {} : { businessAccountId }),
    displayNumber: () => displayNumber,
    isRunning: () => host !== undefined,
    async take(change) {
      if (!host) throw new TravelAgentError("UNAVAILABLE", "the channel is not running");
      await takeChange(change, host, {
        accountId,
        phoneNumberId,
        graph,
        sends,
        state,
        templates: new Set(Object.values(templates).map(({ name }) => name)),
        onMessage(peerId, messageId) {
          recent.delete(peerId);
          recent.set(peerId, messageId);
          if (recent.size > maxRecent) recent.delete(recent.keys().next().value!);
        },
      });
    },
    warn: (message, fields) => host?.log.warn(message, fields),
  };

  /** How the number is, by Graph. */
  async function ask(signal?: AbortSignal): Promise<Awaited<ReturnType<typeof graph.get>>> {
    const about = await graph.get(`${phoneNumberId}?fields=display_phone_number,verified_name,quality_rating`, signal);
    if (about.kind === "refused" && meaningOf(about.error).loggedOut)
      state.raise("token", { state: "logged-out", reason: "WhatsApp does not take the access token any more" });
    if (about.kind !== "done") return about;
    if (typeof about.body.display_phone_number === "string") displayNumber = about.body.display_phone_number;
    state.clear("token");
    if (about.body.quality_rating === "RED") state.raise("quality", { state: "degraded", reason: "WhatsApp rates the quality of this number as low" });
    if (about.body.quality_rating === "GREEN") state.clear("quality");
    return about;
  }

  /** Resolves when posts can be taken, or when the time is over. */
  function listening(withinMs: number, signal: AbortSignal): Promise<void> {
    if (host || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        disarm();
        signal.removeEventListener("abort", end);
        waiting.delete(end);
        resolve();
      };
      const disarm = clock.after(withinMs, end);
      waiting.add(end);
      signal.addEventListener("abort", end, { once: true });
    });
  }

  function keepAsking(): void {
    stopAsking = clock.after(askAgainMs, () => {
      if (!host) return;
      keepAsking();
      void ask();
      void sends.prune(clock.now() - rememberMs).catch((error: unknown) => host?.log.warn("old sends could not be forgotten", { error: String(error) }));
    });
  }

  /** Best effort: nobody waits for it, and nobody hears of it. */
  const hint = (body: Record<string, unknown>): void => {
    if (host) void graph.post(`${phoneNumberId}/messages`, { messaging_product: "whatsapp", ...body });
  };

  return {
    contract: 1,
    id: whatsappChannel,
    accountId,
    // Cards are text with buttons here; that is done in one place, when they are sent.
    features: { maxTextLength, threads: false, cards: true, buttons: maxRows, media: mediaLimits, locations: true, templates: true, replyWindowMs },

    async start(given) {
      await sends.migrate();
      const about = await ask();
      if (about.kind === "refused") {
        const broken = about.httpStatus >= 500 || about.httpStatus === 429 || (meaningOf(about.error).retryable && !meaningOf(about.error).loggedOut);
        if (broken) throw new TravelAgentError("UNAVAILABLE", `WhatsApp does not answer: ${inWords(about.error)}`);
        throw new TravelAgentError("CONFIG_INVALID", `WhatsApp refuses this access token for this phoneNumberId: ${inWords(about.error)}`);
      }
      if (about.kind !== "done") throw new TravelAgentError("UNAVAILABLE", about.reason);
      numbers.join(number);
      await sends.prune(clock.now() - rememberMs);
      host = given;
      for (const wake of waiting) wake();
      keepAsking();
      // People hear of a low quality once the channel runs.
      if (about.body.quality_rating === "RED") clock.after(0, () => host?.report?.("degraded", "WhatsApp rates the quality of this number as low"));
    },

    async stop() {
      stopAsking();
      host = undefined;
    },

    recipient: (to, chatType) => (chatType === "direct" ? phoneOf(to) : null),

    async send(to, message, context) {
      if (!host) return { status: "failed", reason: "the WhatsApp channel is not running", retryable: true };
      try {
        return await sender.send(to, message, context);
      } catch (error) {
        host?.log.error("what became of a message to WhatsApp could not be stored", { error: String(error) });
        return { status: "unknown", reason: "the store failed while this was being sent" };
      }
    },

    async reconcile(_to, id, signal) {
      // Asked for before the channel runs, too: what is known is in the store.
      await sends.migrate();
      // WhatsApp's word cannot come before somebody listens.
      if ((await sends.of(id)).some(({ state: one }) => one === "attempting")) await listening(4 * patienceMs, signal);
      return sender.reconcile(id, signal);
    },

    async probe(signal) {
      const about = await ask(signal);
      if (about.kind === "done") return;
      throw new TravelAgentError("UNAVAILABLE", about.kind === "refused" ? `WhatsApp refuses: ${inWords(about.error)}` : about.reason);
    },

    showTyping(to) {
      const last = recent.get(to.peerId);
      if (last !== undefined) hint({ status: "read", message_id: last, typing_indicator: { type: "text" } });
    },

    markRead: (_to, externalId) => hint({ status: "read", message_id: externalId }),

    react: (to, externalId, emoji) =>
      hint({ recipient_type: "individual", to: waIdOf(to.peerId), type: "reaction", reaction: { message_id: externalId, emoji: emoji ?? "" } }),

    async receiveWebhook(headers, body) {
      if (!isSigned(body, headers["x-hub-signature-256"], appSecret)) throw new TravelAgentError("UNAUTHORIZED", "the signature of the post is wrong");
      await numbers.route(changesOf(body), number);
    },

    verifyWebhook(query) {
      const challenge = query.get("hub.challenge") ?? "";
      if (query.get("hub.mode") !== "subscribe" || !isSame(query.get("hub.verify_token") ?? "", verifyToken) || !/^[\w-]{1,200}$/.test(challenge))
        throw new TravelAgentError("UNAUTHORIZED", "the verify token of the webhook is wrong");
      return challenge;
    },
  };
}
