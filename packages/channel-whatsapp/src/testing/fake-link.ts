import type { Connection, LinkEvents, WebContent, WebLink, WebMessage, WebReceipt, WebSession } from "../web/link.ts";

export interface FakeWebLink extends WebLink {
  /** Connections that were begun, with the time of each. */
  readonly attempts: { at: number; refresh: boolean }[];
  /** What people got to see, in order. */
  readonly shown: { jid: string; content: WebContent; messageId?: string; quoted?: WebMessage }[];
  readonly read: string[];
  readonly typing: string[];
  /** What the next sends come to: refused by the server, or given to it with no word back. */
  failNext(how: "refused" | "lost"): void;
  /** Files, by the id of their message. */
  readonly files: Map<string, Uint8Array>;
  /** Numbers behind names that hide them. */
  readonly numbers: Map<string, string>;
  /** Connections open by themselves where a phone has let us in. Default true. */
  opens: boolean;
  /** The other side says nothing any more. */
  isSilent: boolean;
  qr(text: string): void;
  /** The phone lets us in: WhatsApp asks for a restart. */
  scan(): Promise<void>;
  close(code: number): void;
  deliver(...messages: WebMessage[]): Promise<void>;
  receipts(...receipts: WebReceipt[]): void;
}

/** WhatsApp's web protocol without a network. */
export function fakeWebLink({ now = Date.now, number = "+34910000001" }: { now?: () => number; number?: string } = {}): FakeWebLink {
  let live: { events: LinkEvents; session: WebSession } | undefined;
  let failure: "refused" | "lost" | undefined;
  const link: FakeWebLink = {
    attempts: [],
    shown: [],
    read: [],
    typing: [],
    files: new Map(),
    numbers: new Map(),
    opens: true,
    isSilent: false,
    failNext(how) {
      failure = how;
    },
    async connect(session, events, { refresh }) {
      link.attempts.push({ at: now(), refresh });
      const mine = { events, session };
      live = mine;
      const openedAt = now();
      if (session.isConnected()) events.known({ number, lid: "900@lid" });
      if (link.opens && session.isConnected()) queueMicrotask(() => live === mine && events.open({ number, lid: "900@lid" }));
      const connection: Connection = {
        lastHeardAt: () => (link.isSilent ? openedAt : now()),
        async send(jid, content, options) {
          if (live !== mine) throw new Error("Connection Closed");
          const how = failure;
          failure = undefined;
          if (how !== "refused") link.shown.push({ jid, content, ...options });
          const { messageId } = options;
          if (messageId !== undefined && how !== "lost")
            queueMicrotask(() => events.receipts([{ id: messageId, state: how === "refused" ? "failed" : "accepted" }]));
        },
        async read(keys) {
          link.read.push(...keys.map(({ id }) => id ?? ""));
        },
        async typing(jid) {
          link.typing.push(jid);
        },
        async download({ key }) {
          const bytes = link.files.get(key.id ?? "");
          if (!bytes) throw new Error("there is no such file");
          return (async function* () {
            yield bytes;
          })();
        },
        numberOf: async (lid) => link.numbers.get(lid),
        pairingCode: async () => "ABCD1234",
        async logout() {},
        end() {
          if (live === mine) live = undefined;
        },
      };
      return connection;
    },
    qr: (text) => live?.events.qr(text),
    async scan() {
      await live?.session.saveCreds({ me: number }, true);
      link.close(515);
    },
    close(code) {
      const closed = live;
      live = undefined;
      closed?.events.closed(code);
    },
    async deliver(...messages) {
      if (!live) throw new Error("nobody is connected");
      await live.events.messages(messages);
    },
    receipts: (...receipts) => live?.events.receipts(receipts),
  };
  return link;
}
