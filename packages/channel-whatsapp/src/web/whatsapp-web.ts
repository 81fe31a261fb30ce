import { type ChannelAdapter, type ChannelHost, createPace, type Rate } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { InboundMessage } from "@travelagent/protocol/messages";
import { type Clock, type Database, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { phoneOf, whatsappChannel } from "../address.ts";
import { reconciled } from "../proof.ts";
import { createSends } from "../sends.ts";
import { isUnreadable, sentAt, type WebRead, webInbound } from "./inbound.ts";
import { jidOfPeer } from "./jids.ts";
import { createKeeper } from "./keeper.ts";
import type { WebLink, WebMessage, WebReceipt } from "./link.ts";
import { createLogin, type WebLogin } from "./login.ts";
import { createWebSender, maxTextLength, mediaLimits } from "./sender.ts";
import { createSessionStore } from "./session-store.ts";

export interface WhatsAppWebOptions {
  /** How WhatsApp is reached: `baileysLink()`. */
  link: WebLink;
  /** Where the session and what was sent are kept. */
  db: Database;
  /** The key of the session, 32 bytes, the same after a restart: of the agency's credentials. */
  secret(): Promise<Uint8Array>;
  /** A file outside of the database by which a database that was put back is noticed. */
  versionFile: string;
  /** Default `default`. */
  accountId?: string;
  clock?: Clock;
  /** Slow, as a person writes: the account is a phone's. */
  pace?: { account: Rate; chat: Rate };
  /** How long the server's word on a send is waited for. Default 10 s. */
  patienceMs?: number;
  /** In [0, 1); default chance. */
  random?(): number;
}

const defaultPace = { account: { burst: 5, everyMs: 500 }, chat: { burst: 3, everyMs: 1_500 } };
const rememberMs = 31 * 24 * 3_600_000;
/** What is older was not written to an agency that is there now. */
const tooOldMs = 14 * 24 * 3_600_000;
const maxRecent = 2_000;
const longestRetryMs = 60_000;
/** Whoever is not connected by then is so later, and says so. */
const startWithinMs = 20_000;

/** The WhatsApp of a phone as a channel, as one of its connected devices. Unofficial: Meta may lock numbers that are used so. */
export function createWhatsAppWeb(options: WhatsAppWebOptions): ChannelAdapter & { readonly login: NonNullable<ChannelAdapter["login"]> } {
  const { link, db, secret, versionFile, accountId = "default", clock = systemClock, random = Math.random } = options;
  let host: ChannelHost | undefined;
  const sends = createSends({ db, accountId, clock });
  const session = createSessionStore({ db, accountId, secret, versionFile });
  const recent = new Map<string, WebMessage>();
  const known = { sends, clock, patienceMs: options.patienceMs ?? 10_000 };
  /** By chat: what is being taken in. */
  const lines = new Map<string, Promise<unknown>>();

  let firstWord = (): void => undefined;
  const keeper = createKeeper({
    link,
    session,
    clock,
    random,
    log: () => host?.log ?? silentLogger,
    report(state, reason) {
      firstWord();
      // A start is over before anybody hears of a state.
      clock.after(0, () => host?.report?.(state, reason));
    },
    on: {
      qr: (text) => login.qr(text),
      open: ({ number }) => login.opened(number),
      notPaired: (reason) => login.notPaired(reason),
      messages: takeAll,
      receipts: (receipts) => {
        for (const receipt of receipts)
          void note(receipt).catch((error: unknown) => host?.log.error("a receipt of WhatsApp could not be stored", { error: String(error) }));
      },
    },
  });
  const login: WebLogin = createLogin({ keeper, session, clock });
  const send = createWebSender({
    accountId,
    sends,
    pace: createPace({ clock, ...(options.pace ?? defaultPace) }),
    clock,
    connection: keeper.open,
    recent: (id) => recent.get(id),
    patienceMs: known.patienceMs,
  });

  async function note({ id, state }: WebReceipt): Promise<void> {
    const sendId = await sends.withMessage(id);
    const rows = sendId === undefined ? [] : await sends.of(sendId);
    const row = rows.find(({ messageId }) => messageId === id);
    if (sendId === undefined || !row) return;
    if (state === "failed") await sends.failed(sendId, row.part, id, "WhatsApp refused it");
    else if (row.state !== "accepted") await sends.accepted(sendId, row.part, id);
    const last = rows.at(-1);
    if (state === "accepted" || (state !== "failed" && row !== last)) return;
    await host?.delivered?.({
      externalId: last?.messageId ?? id,
      state,
      at: clock.now(),
      sendId,
      ...(state === "failed" ? { reason: "WhatsApp refused it" } : {}),
    });
  }

  /** One chat's messages in their order, chats beside each other. */
  async function takeAll(messages: readonly WebMessage[]): Promise<void> {
    const outcomes = await Promise.allSettled(
      messages.map((message) => {
        const chat = message.key.remoteJid ?? "";
        const mine = (lines.get(chat) ?? Promise.resolve()).then(() => take(message));
        const settled = mine.catch(() => undefined);
        lines.set(chat, settled);
        void settled.then(() => {
          if (lines.get(chat) === settled) lines.delete(chat);
        });
        return mine;
      }),
    );
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  async function take(given: WebMessage): Promise<void> {
    const me = keeper.me();
    if (!host || !me) throw new TravelAgentError("UNAVAILABLE", "the channel is not running");
    if (isUnreadable(given)) return void host.log.warn("a message of WhatsApp could not be decrypted; the sender's phone is asked for it again", { accountId });
    const { id } = given.key;
    if (given.key.fromMe && id && (await sends.withMessage(id)) !== undefined) return note({ id, state: "accepted" });
    const read = await webInbound(given, { accountId, me, numberOf: async (lid) => keeper.current()?.numberOf(lid) });
    if (!read || clock.now() - sentAt(given) > tooOldMs) return;
    if (read.fromMe) return persons(read.message);
    remember(given);
    const message = await withFile(read, given);
    await hand(message, 0);
  }

  /** Somebody of the agency, on the phone. */
  async function persons({ address, externalId, text, sentAt: at, automated }: InboundMessage): Promise<void> {
    if (automated === undefined) await host?.personWrote?.({ address, externalId, text: text === "" ? "(sent a file)" : text, sentAt: at });
  }

  function remember(given: WebMessage): void {
    if (!given.key.id) return;
    recent.set(given.key.id, given);
    if (recent.size > maxRecent) recent.delete(recent.keys().next().value!);
  }

  async function withFile({ message, file }: WebRead, given: WebMessage): Promise<InboundMessage> {
    if (!file) return message;
    const named = file.fileName === undefined ? {} : { fileName: file.fileName };
    const instead = message.text === "" ? `(sent ${file.what})` : message.text;
    if (!host?.media) return { ...message, text: message.text === "" ? instead : `${message.text}\n(sent ${file.what})` };
    try {
      const open = keeper.current();
      if (!open) throw new TravelAgentError("UNAVAILABLE", "WhatsApp is not connected");
      const source = { bytes: await open.download(given), ...named, declaredType: file.declaredType, voice: file.voice };
      const { attachments, refused } = await host.media.save(message, [source]);
      return { ...message, text: attachments.length > 0 ? message.text : instead, attachments, ...(refused.length > 0 ? { refusedAttachments: refused } : {}) };
    } catch {
      return { ...message, text: instead, refusedAttachments: [{ ...named, reason: "it could not be fetched from WhatsApp" }] };
    }
  }

  /** WhatsApp has it acknowledged already: what cannot be stored now is tried until it can. Rejects the first time. */
  async function hand(message: InboundMessage, attempt: number): Promise<void> {
    try {
      await host?.receive(message);
    } catch (error) {
      if (TravelAgentError.is(error) && !error.retryable) return;
      clock.after(Math.min(longestRetryMs, 1_000 * 2 ** attempt), () => void hand(message, Math.min(attempt + 1, 6)).catch(() => undefined));
      throw error;
    }
  }

  return {
    contract: 1,
    id: whatsappChannel,
    accountId,
    // What came from a phone shows no buttons of others: they are lines of the text.
    features: { maxTextLength, threads: false, cards: false, media: mediaLimits, locations: true },

    async start(given) {
      await sends.migrate();
      await sends.prune(clock.now() - rememberMs);
      const broken = await session.open().then(
        () => undefined,
        (error: unknown) => {
          // Connecting anew mends it: the way to that stays open.
          if (TravelAgentError.is(error, "STORAGE_CORRUPT")) return error.message;
          throw error;
        },
      );
      host = given;
      if (broken !== undefined) {
        given.log.error("the session of WhatsApp cannot be used any more", { accountId, reason: broken });
        clock.after(0, () => host?.report?.("needs-pairing", broken));
        return;
      }
      const heard = new Promise<void>((resolve) => {
        const disarm = clock.after(startWithinMs, resolve);
        firstWord = () => {
          disarm();
          resolve();
        };
      });
      keeper.start();
      await heard;
    },

    async stop() {
      host = undefined;
      keeper.stop();
      await Promise.allSettled(lines.values());
    },

    recipient: (to, chatType) => (chatType === "direct" ? phoneOf(to) : null),

    async send(to, message, context) {
      if (!host) return { status: "failed", reason: "the WhatsApp channel is not running", retryable: true };
      try {
        return await send(to, message, context);
      } catch (error) {
        host?.log.error("what became of a message to WhatsApp could not be stored", { error: String(error) });
        return { status: "unknown", reason: "the store failed while this was being sent" };
      }
    },

    async reconcile(_to, id, signal) {
      await sends.migrate();
      return reconciled(known, id, signal);
    },

    async probe() {
      if (!keeper.open()) throw new TravelAgentError("UNAVAILABLE", "WhatsApp is not connected");
    },

    showTyping: (to) =>
      void keeper
        .open()
        ?.typing(jidOfPeer(to.peerId))
        .catch(() => undefined),

    markRead(_to, externalId) {
      const message = recent.get(externalId);
      if (message)
        void keeper
          .open()
          ?.read([message.key])
          .catch(() => undefined);
    },

    react(to, externalId, emoji) {
      const message = recent.get(externalId);
      if (message)
        void keeper
          .open()
          ?.send(jidOfPeer(to.peerId), { kind: "reaction", key: message.key, emoji: emoji ?? "" }, {})
          .catch(() => undefined);
    },

    login,
  };
}
