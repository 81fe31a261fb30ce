export { type Advertisement, type AdvertiseOptions, advertise } from "./advertise.ts";
export { type Beacon, wsUrl } from "./beacon.ts";
export { type BrowseOptions, browse } from "./browse.ts";
export type { MulticastOptions } from "./multicast.ts";
