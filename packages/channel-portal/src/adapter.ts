import type { ChannelAdapter } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { Address, OutboundMessage } from "@travelagent/protocol/messages";

export const portalChannel = "portal";

/** Where the conversation of an account lives. */
export const portalAddress = (accountId: string): Address => ({ channel: portalChannel, accountId: "default", chatType: "direct", peerId: accountId });

/** The portal's platform is the gateway itself: it keeps the history, and pushes to the customer's open pages. */
export interface PortalHub {
  /** Called again with the same `id`: must not show it twice. A `TravelAgentError` says that it surely did not arrive; anything else leaves that open. */
  deliver(to: Address, id: string, message: OutboundMessage): Promise<void>;
  delivered(to: Address, id: string): Promise<boolean>;
}

/** Customers write through the page, so this adapter only sends. */
export function portalAdapter(hub: PortalHub): ChannelAdapter {
  let started = false;
  return {
    contract: 1,
    id: portalChannel,
    accountId: "default",
    features: { maxTextLength: 20_000, threads: false, cards: true },
    async start() {
      started = true;
    },
    async stop() {
      started = false;
    },
    // Who has no page open is reached where they write from, with a link to it.
    recipient: () => null,
    async send(to, message, { id, signal }) {
      if (!started) return { status: "failed", reason: "the portal is not running", retryable: true };
      if (signal.aborted) return { status: "failed", reason: "cancelled before it was sent", retryable: false };
      try {
        await hub.deliver(to, id, message);
        return { status: "sent", externalId: id };
      } catch (error) {
        if (TravelAgentError.is(error)) return { status: "failed", reason: error.message, retryable: error.retryable };
        return { status: "unknown", reason: "the portal broke while the message was on its way" };
      }
    },
    reconcile: async (to, id) => ((await hub.delivered(to, id)) ? { status: "sent", externalId: id } : null),
  };
}
