import { TravelAgentError } from "@travelagent/protocol";
import type { Address, OutboundMessage } from "@travelagent/protocol/messages";
import type { ChannelAdapter } from "./adapter.ts";

/** The platform of a channel whose pages the gateway serves itself: it keeps the history, and pushes to the pages that are open. */
export interface OwnPlatform {
  /**
   * The message is in the history and goes to the pages that are open now. Called again with the same `id`: must not show it twice.
   * Rejects with a `TravelAgentError` when it is not in the history and never will be by this call; any other rejection leaves the
   * outcome unknown.
   */
  deliver(to: Address, id: string, message: OutboundMessage): Promise<void>;
  /** Whether the message of this id is in the history. Absent when it cannot tell. */
  delivered?(to: Address, id: string): Promise<boolean>;
  /** The open pages show that an answer is being written. Best effort; absent when nothing shows it. */
  typing?(to: Address): void;
}

export interface OwnPlatformOptions {
  /** Of the channel. */
  id: string;
  accountId: string;
  hub: OwnPlatform;
  /** How it is called in reasons: `web chat`. */
  name: string;
  /** Longest text of one message, UTF-16 units. Default 20 000. */
  maxTextLength?: number;
}

/** An adapter that only sends: people write through the gateway's own `chat.send`. Nobody can be written to who has no page. */
export function ownPlatformChannel({ id: channel, accountId, hub, name, maxTextLength = 20_000 }: OwnPlatformOptions): ChannelAdapter {
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
    recipient: () => null,
    async send(to, message, { id, signal }) {
      if (!started) return { status: "failed", reason: `the ${name} is not running`, retryable: true };
      if (signal.aborted) return { status: "failed", reason: "cancelled before it was sent", retryable: false };
      try {
        await hub.deliver(to, id, message);
        return { status: "sent", externalId: id };
      } catch (error) {
        if (TravelAgentError.is(error)) return { status: "failed", reason: error.message, retryable: error.retryable };
        return { status: "unknown", reason: `the ${name} broke while the message was on its way` };
      }
    },
    ...(hub.delivered
      ? { reconcile: async (to: Address, id: string) => ((await hub.delivered?.(to, id)) ? { status: "sent" as const, externalId: id } : null) }
      : {}),
    ...(hub.typing ? { showTyping: (to: Address) => hub.typing?.(to) } : {}),
  };
}
