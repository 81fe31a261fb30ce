import { memoizeJson } from "@travelagent/protocol";
import type { HealthSnapshot } from "../health.ts";

/** What clients of protocol 4 know of health in a hello. The method `health` tells the rest. */
const known = ["ok", "ts", "durationMs", "channels", "channelOrder", "channelLabels", "heartbeatSeconds", "defaultAgentId", "agents", "sessions"] as const;
const knownOfLoop = ["degraded", "degradedSinceMs", "reasons", "intervalMs", "delayP99Ms", "delayMaxMs", "utilization", "cpuCoreRatio"] as const;

const pick = (value: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.flatMap((key) => (value[key] === undefined ? [] : [[key, value[key]]])));

const shortened = new WeakMap<HealthSnapshot, object>();

/** Kept by snapshot, which is the same object for every hello until the next reading. */
export function helloHealth(health: HealthSnapshot): object {
  const before = shortened.get(health);
  if (before) return before;
  const { eventLoop } = health;
  const loop = typeof eventLoop === "object" && eventLoop !== null ? { eventLoop: pick(eventLoop as Record<string, unknown>, knownOfLoop) } : {};
  const short = memoizeJson({ ...pick(health, known), ...loop });
  shortened.set(health, short);
  return short;
}
