export type { Accepted, ChannelAdapter, ChannelFeatures, ChannelHost, SendContext } from "./adapter.ts";
