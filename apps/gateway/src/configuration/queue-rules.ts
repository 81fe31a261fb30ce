import type { GatewayConfig } from "@travelagent/config";
import { defaultQueueRules, type QueueRules } from "@travelagent/gateway-core";

const given = <T extends object>(from: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined)) as never;

/** What a configuration says about messages that come while others are answered. */
export function queueRules({ messages: { queue = {}, inbound = {}, holdAfterSeconds } }: Pick<GatewayConfig, "messages">): QueueRules {
  const { byChannel = {}, laneCapacity, maxWaiting, maxParked, ...defaults } = queue;
  return {
    ...defaultQueueRules,
    ...given({ laneCapacity, maxWaiting, maxParked }),
    defaults: { ...defaultQueueRules.defaults, ...given(defaults) },
    byChannel: Object.fromEntries(Object.entries(byChannel).map(([channel, own]) => [channel, given(own)])),
    inbound: { debounceMs: inbound.debounceMs ?? 0, byChannel: inbound.byChannel ?? {} },
    ...(holdAfterSeconds === undefined ? {} : { holdAfterMs: holdAfterSeconds * 1_000 }),
  };
}
