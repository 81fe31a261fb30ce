import { type ChannelAdapter, type OwnPlatform, ownPlatformChannel } from "@travelagent/channel-kit";
import type { Address } from "@travelagent/protocol/messages";

export const portalChannel = "portal";

/** Where the conversation of an account lives. */
export const portalAddress = (accountId: string): Address => ({ channel: portalChannel, accountId: "default", chatType: "direct", peerId: accountId });

/** The portal's platform is the gateway itself: it keeps the history, and pushes to the customer's open pages. */
export type PortalHub = OwnPlatform;

/** Customers write through the page. Who has none open is reached where they write from, with a link to it. */
export const portalAdapter = (hub: PortalHub): ChannelAdapter => ownPlatformChannel({ id: portalChannel, accountId: "default", hub, name: "portal" });
