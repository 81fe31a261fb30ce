import type { ChannelAdapter } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { Address, OutboundMessage } from "@travelagent/protocol/messages";

/** The web chat's platform is the gateway itself: it keeps the history, and pushes to the visitor's open pages. */
export interface WebchatHub {
  /**
   * The message is in the visitor's history and goes to the pages that are open now. Called again with the same `id`:
   * must not show it twice. Rejects with a `TravelAgentError` when it is not in the history and never will be by this
   * call; any other rejection leaves the outcome unknown.
   */
  deliver(to: Address, id: string, message: OutboundMessage): Promise<void>;
  /** Whether the message of this id is in the visitor's history. Absent when the hub cannot tell. */
  delivered?(to: Address, id: string): Promise<boolean>;
  /** The visitor's open pages show that an answer is being written. Best effort; absent when nothing shows it. */
  typing?(to: Address): void;
}

export interface WebchatOptions {
  hub: WebchatHub;
  /** Default `default`. */
  accountId?: string;
  /** Longest text of one message, UTF-16 units. Default 20 000. */
  maxTextLength?: number;
}

const channel = "webchat";
const defaultAccount = "default";

/** Where a visitor's conversation lives. */
export const webchatAddress = (visitorId: string, accountId: string = defaultAccount): Address => ({
  channel,
  accountId,
  chatType: "direct",
  peerId: visitorId,
});

/** Visitors write through the gateway's own `chat.send`, so this adapter only sends. */
export function createWebchat({ hub, accountId = defaultAccount, maxTextLength = 20_000 }: WebchatOptions): ChannelAdapter {
  let started = false;
  return {
    contract: 1,
    id: channel,
    accountId,
    features: { maxTextLength, threads: false, cards: true },
    async start() {
      started = true;
    },
    async stop() {
      started = false;
    },
    // A visitor is known by the cookie of a page they opened: nobody else can be written to.
    recipient: () => null,
    async send(to, message, { id, signal }) {
      if (!started) return { status: "failed", reason: "the web chat is not running", retryable: true };
      if (signal.aborted) return { status: "failed", reason: "cancelled before it was sent", retryable: false };
      try {
        await hub.deliver(to, id, message);
        return { status: "sent", externalId: id };
      } catch (error) {
        if (TravelAgentError.is(error)) return { status: "failed", reason: error.message, retryable: error.retryable };
        return { status: "unknown", reason: "the web chat broke while the message was on its way" };
      }
    },
    ...(hub.delivered
      ? { reconcile: async (to: Address, id: string) => ((await hub.delivered?.(to, id)) ? { status: "sent" as const, externalId: id } : null) }
      : {}),
    ...(hub.typing ? { showTyping: (to: Address) => hub.typing?.(to) } : {}),
  };
}
