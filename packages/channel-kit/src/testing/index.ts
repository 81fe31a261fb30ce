export { type ChannelBench, channelContract, type PlatformMessage } from "./contract.ts";
export { type FakeHost, fakeHost } from "./fake-host.ts";
