import type { ChannelAdapter, ChannelHost, SendContext } from "@travelagent/channel-kit";
import type { Address, InboundMessage, OutboundMessage, Receipt } from "@travelagent/protocol/messages";

export interface LedgerEntry {
  what: "message" | "typing" | "preview" | "reaction" | "read";
  peer: string;
  text: string;
  id?: string;
  message?: OutboundMessage;
}

/** A platform that can do everything and keeps one ledger of all that customers got to see. */
export interface LedgerPlatform {
  readonly adapter: ChannelAdapter;
  readonly ledger: LedgerEntry[];
  readonly host: ChannelHost;
  readonly contexts: SendContext[];
  messages(): string[];
  /** Asked before each message goes out: what it returns instead of sending; it may take its time. */
  before(hook: ((to: Address, message: OutboundMessage, context: SendContext) => Promise<Receipt | undefined> | Receipt | undefined) | undefined): void;
  write(text: string, over?: Partial<InboundMessage>): ReturnType<ChannelHost["receive"]>;
}

export function ledgerPlatform(over: Partial<ChannelAdapter> = {}): LedgerPlatform {
  const ledger: LedgerEntry[] = [];
  const contexts: SendContext[] = [];
  const sentIds = new Map<string, string>();
  const peerId = "+34600111222";
  let host: ChannelHost | undefined;
  let hook: Parameters<LedgerPlatform["before"]>[0];
  let count = 0;
  const add = (what: LedgerEntry["what"], to: Address, text: string): void => void ledger.push({ what, peer: to.peerId, text });
  const running = (): ChannelHost => {
    if (!host) throw new Error("the platform is not started");
    return host;
  };
  return {
    ledger,
    contexts,
    get host() {
      return running();
    },
    messages: () => ledger.filter(({ what }) => what === "message").map(({ text }) => text),
    before(given) {
      hook = given;
    },
    adapter: {
      contract: 1,
      id: "phone",
      accountId: "default",
      features: { maxTextLength: 4000, threads: false, cards: false },
      async start(given) {
        host = given;
      },
      async stop() {
        host = undefined;
      },
      async send(to, message, context) {
        contexts.push(context);
        const instead = await hook?.(to, message, context);
        if (instead) return instead;
        // As adapters do that wait for a limit: what was called off is not sent.
        if (context.signal.aborted) return { status: "failed", reason: "called off", retryable: false };
        const externalId = `p-${sentIds.size + 1}`;
        sentIds.set(context.id, externalId);
        ledger.push({ what: "message", peer: to.peerId, text: message.text, id: context.id, message });
        return { status: "sent", externalId };
      },
      reconcile: async (_to, id) => (sentIds.has(id) ? { status: "sent", externalId: sentIds.get(id)! } : null),
      showTyping: (to) => add("typing", to, ""),
      preview: (to, text) => add("preview", to, text),
      react: (to, externalId, emoji) => add("reaction", to, `${externalId} ${emoji}`),
      markRead: (to, externalId) => add("read", to, externalId),
      ...over,
    },
    write(text, given = {}) {
      return running().receive({
        address: { channel: "phone", accountId: "default", chatType: "direct", peerId },
        externalId: `m-${++count}`,
        senderId: peerId,
        text,
        sentAt: Date.now(),
        ...given,
      });
    },
  };
}
