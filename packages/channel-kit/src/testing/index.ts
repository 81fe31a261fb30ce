export { type ChannelBench, channelContract, type PlatformMessage } from "./contract.ts";
export { type DeskBench, deskContract } from "./desk-contract.ts";
export { type FakeDesk, type FakePost, fakeDesk } from "./fake-desk.ts";
export { type FakeHost, fakeHost } from "./fake-host.ts";
