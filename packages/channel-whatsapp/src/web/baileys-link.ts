import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import type { AuthenticationCreds, AuthenticationState, SignalDataTypeMap, WAMessage, WAMessageKey, WASocket } from "@whiskeysockets/baileys";
import { inWords, jidOf, numberAmong } from "./jids.ts";
import type { Connection, LinkEvents, WebContent, WebLink, WebMessage, WebReceipt, WebSession } from "./link.ts";
import { isSignedBy } from "./signature-check.ts";

type Baileys = typeof import("@whiskeysockets/baileys");

export interface BaileysLinkOptions {
  /** Where WhatsApp is; default its own address. */
  url?: string;
  clock?: Clock;
  /** Asked for when WhatsApp does not take the version that came with the library. Default: WhatsApp's own page says it, where `url` is absent. */
  latestVersion?: () => Promise<[number, number, number] | undefined>;
}

async function library(): Promise<Baileys> {
  try {
    const baileys = await import("@whiskeysockets/baileys");
    // 7.0.0-rc14 takes every signature for a good one, since its libsignal answers where it expects an error: the certificate of the server and
    // the phone's word would be looked at by nobody.
    baileys.Curve.verify = isSignedBy;
    return baileys;
  } catch (error) {
    throw new TravelAgentError(
      "CONFIG_INVALID",
      "WhatsApp on a phone needs @whiskeysockets/baileys 7.0.0-rc14: install it beside this package; its libsignal is under GPL-3.0",
      { cause: error },
    );
  }
}

/** What the library has to say holds keys and numbers of people: nobody keeps it. */
const quiet = {
  level: "silent",
  child: () => quiet,
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
};

const states: Readonly<Record<number, WebReceipt["state"]>> = { 0: "failed", 2: "accepted", 3: "delivered", 4: "read", 5: "read" };

/** The web protocol of WhatsApp by Baileys, which is loaded with the first connection. */
export function baileysLink({ url, clock = systemClock, latestVersion }: BaileysLinkOptions = {}): WebLink {
  return {
    async connect(session, events, { refresh }) {
      const baileys = await library();
      const version = refresh ? await newest(baileys, url, latestVersion) : undefined;
      let ended = false;
      const auth = await authOf(baileys, session, () => !ended);
      const who = meOf(auth.creds);
      if (who && session.isConnected()) events.known(who);
      const socket = baileys.makeWASocket({
        auth: { creds: auth.creds, keys: baileys.makeCacheableSignalKeyStore(auth.keys, quiet) },
        logger: quiet,
        ...(url === undefined ? {} : { waWebSocketUrl: url }),
        ...(version ? { version } : {}),
        browser: baileys.Browsers.ubuntu("Chrome"),
        // The phone goes on telling its owner of messages.
        markOnlineOnConnect: false,
        syncFullHistory: false,
        // What we sent is proven by WhatsApp's word, not by our own.
        emitOwnEvents: false,
        keepAliveIntervalMs: 20_000,
      });
      const heard = { at: clock.now() };
      socket.ws.on("frame", () => {
        heard.at = clock.now();
      });
      listen(socket, auth.creds, session, events, () => !ended);
      return connectionOf(
        baileys,
        socket,
        () => heard.at,
        () => {
          ended = true;
        },
      );
    },
  };
}

async function newest(
  baileys: Baileys,
  url: string | undefined,
  latestVersion: BaileysLinkOptions["latestVersion"],
): Promise<[number, number, number] | undefined> {
  if (latestVersion) return latestVersion();
  if (url !== undefined) return undefined;
  const { version, isLatest } = await baileys.fetchLatestWaWebVersion();
  return isLatest ? (version as [number, number, number]) : undefined;
}

function meOf({ me }: AuthenticationCreds): { number: string; lid?: string } | undefined {
  const number = numberAmong(me?.id);
  const lid = jidOf(me?.lid);
  return number === undefined ? undefined : { number, ...(lid ? { lid: inWords(lid) } : {}) };
}

/** What a connection learns after it was ended is of no session any more. */
async function authOf({ initAuthCreds, proto }: Baileys, session: WebSession, isWanted: () => boolean): Promise<AuthenticationState> {
  const creds = ((await session.creds()) as AuthenticationCreds | undefined) ?? initAuthCreds();
  return {
    creds,
    keys: {
      async get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]) {
        const found = await session.get(type, ids);
        if (type === "app-state-sync-key")
          for (const [id, value] of Object.entries(found)) found[id] = proto.Message.AppStateSyncKeyData.fromObject(value as object);
        return found as { [id: string]: SignalDataTypeMap[T] };
      },
      async set(data) {
        if (isWanted()) await session.set(data as Record<string, Record<string, unknown>>);
      },
    },
  };
}

function listen(socket: WASocket, creds: AuthenticationCreds, session: WebSession, events: LinkEvents, isWanted: () => boolean): void {
  let saving: Promise<unknown> = Promise.resolve();
  socket.ev.on("creds.update", () => {
    // Connected is who was let in by the phone, not who asked for it.
    if (!isWanted()) return;
    saving = saving.then(() => session.saveCreds(creds, creds.account !== undefined && creds.account !== null)).catch(() => undefined);
  });
  socket.ev.on("connection.update", ({ connection, qr, lastDisconnect }) => {
    if (qr !== undefined) events.qr(qr);
    if (connection === "open") events.open(meOf(creds) ?? { number: "" });
    if (connection === "close") {
      const code = (lastDisconnect?.error as { output?: { statusCode?: number } } | undefined)?.output?.statusCode;
      // A new connection begins with what this one has learned.
      void saving.then(() => events.closed(code));
    }
  });
  socket.ev.on("messages.upsert", ({ messages }) => void events.messages(messages as unknown as WebMessage[]).catch(() => undefined));
  socket.ev.on("messages.update", (updates) =>
    events.receipts(
      updates.flatMap(({ key, update }) => {
        const state = typeof update.status === "number" ? states[update.status] : undefined;
        return key.fromMe && key.id && state ? [{ id: key.id, state }] : [];
      }),
    ),
  );
  socket.ev.on("message-receipt.update", (updates) =>
    events.receipts(
      updates.flatMap(({ key, receipt }) =>
        key.fromMe && key.id ? [{ id: key.id, state: receipt.readTimestamp ? ("read" as const) : ("delivered" as const) }] : [],
      ),
    ),
  );
  socket.ws.on("CB:ack,class:message", ({ attrs: { id, error } }: { attrs: { id?: string; error?: string } }) => {
    if (id !== undefined) events.receipts([{ id, state: error === undefined ? "accepted" : "failed" }]);
  });
}

function connectionOf(baileys: Baileys, socket: WASocket, lastHeardAt: () => number, onEnd: () => void): Connection {
  return {
    lastHeardAt,
    async send(jid, content, { messageId, quoted }) {
      await socket.sendMessage(jid, contentOf(content) as never, {
        ...(messageId === undefined ? {} : { messageId }),
        ...(quoted ? { quoted: quoted as unknown as WAMessage } : {}),
      });
    },
    read: (keys) => socket.readMessages(keys as WAMessageKey[]),
    typing: (jid) => socket.sendPresenceUpdate("composing", jid),
    async download(message) {
      const stream = await baileys.downloadMediaMessage(
        message as unknown as WAMessage,
        "stream",
        {},
        { logger: quiet, reuploadRequest: socket.updateMediaMessage },
      );
      return stream as AsyncIterable<Uint8Array>;
    },
    numberOf: async (lid) => numberAmong(await socket.signalRepository.lidMapping.getPNForLID(lid)),
    pairingCode: (number) => socket.requestPairingCode(number),
    logout: () => socket.logout(),
    end() {
      onEnd();
      socket.ev.removeAllListeners("connection.update");
      socket.end(undefined);
    },
  };
}

function contentOf(content: WebContent): Record<string, unknown> {
  switch (content.kind) {
    case "text":
      return { text: content.text };
    case "location":
      return {
        location: { degreesLatitude: content.latitude, degreesLongitude: content.longitude, ...(content.name === undefined ? {} : { name: content.name }) },
      };
    case "reaction":
      return { react: { key: content.key, text: content.emoji } };
    case "file": {
      const { as, bytes, mimeType, fileName, caption, voice } = content;
      return {
        [as]: Buffer.from(bytes),
        mimetype: mimeType,
        ...(caption === undefined ? {} : { caption }),
        ...(as === "document" ? { fileName: fileName ?? "file" } : {}),
        ...(voice ? { ptt: true } : {}),
      };
    }
  }
}
