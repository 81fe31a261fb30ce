import { type ChannelAdapter, type OwnPlatform, ownPlatformChannel } from "@travelagent/channel-kit";
import type { Address } from "@travelagent/protocol/messages";

/** The web chat's platform is the gateway itself: it keeps the history, and pushes to the visitor's open pages. */
export type WebchatHub = OwnPlatform;

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

/** Visitors write through the gateway's own `chat.send`, so this adapter only sends. A visitor is known by the cookie of a page they opened. */
export const createWebchat = ({ hub, accountId = defaultAccount, maxTextLength }: WebchatOptions): ChannelAdapter =>
  ownPlatformChannel({ id: channel, accountId, hub, name: "web chat", ...(maxTextLength === undefined ? {} : { maxTextLength }) });
