import type { QueueSettings } from "../ports.ts";

/** What the configuration says about messages that come while others are answered. Asked for whenever it is needed. */
export interface QueueRules {
  /** For channels and sessions that say nothing else. */
  defaults: QueueSettings;
  byChannel: Readonly<Record<string, Partial<QueueSettings>>>;
  /** How long a sender must be quiet before their first words are answered, by channel. Default none. */
  inbound: { debounceMs: number; byChannel: Readonly<Record<string, number>> };
  /** A customer who heard nothing for so long is told that the answer takes longer. 0: never. */
  holdAfterMs: number;
  /** Messages of one session that may be open, whatever its mode. */
  laneCapacity: number;
  /** Turns that may wait in the whole gateway; further messages are refused. */
  maxWaiting: number;
  /** Turns that may wait for a model that can answer; a person answers instead of further ones. Each keeps its conversation in memory and its lane. */
  maxParked: number;
}

export const defaultQueueRules: QueueRules = {
  defaults: { mode: "collect", debounceMs: 1_000, cap: 20, drop: "summarize" },
  byChannel: {},
  inbound: { debounceMs: 0, byChannel: {} },
  holdAfterMs: 20_000,
  laneCapacity: 100,
  maxWaiting: 10_000,
  maxParked: 1_000,
};

const named = <T>(from: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(from, name) ? from[name] : undefined);

/** What counts in one session: its own wish, then its channel's, then the one for all. */
export const queueSettings = ({ defaults, byChannel }: QueueRules, channel: string, session: Partial<QueueSettings> = {}): QueueSettings => ({
  ...defaults,
  ...named(byChannel, channel),
  ...session,
});

export const inboundDebounceMs = ({ inbound }: QueueRules, channel: string): number => named(inbound.byChannel, channel) ?? inbound.debounceMs;
