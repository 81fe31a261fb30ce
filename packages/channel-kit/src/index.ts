export type {
  Accepted,
  ChannelAdapter,
  ChannelFeatures,
  ChannelHost,
  ChannelLogin,
  HostMedia,
  LoginStep,
  PersonsMessage,
  SendContext,
} from "./adapter.ts";
export type { DeskButton, DeskCard, DeskCommand, DeskListener, DeskPostContext, DeskPress, DeskSurface, DeskWords } from "./desk.ts";
export { type OwnPlatform, type OwnPlatformOptions, ownPlatformChannel } from "./own-platform.ts";
export { createPace, type Pace, type PaceOptions, type Rate } from "./pace.ts";
export { renderText } from "./render.ts";
export { type PartsOptions, renderParts } from "./render-parts.ts";
export { type ChunkOptions, chunkText } from "./text.ts";
