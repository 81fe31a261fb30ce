import { joinJson, memoizeJson, type PresenceEntry } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";

/** Who is here, and who was until a moment ago. */
export interface Presence {
  /** Ourselves first, then the newest. Frozen, and the same list while nothing changed. */
  list(): PresenceEntry[];
  /** `key` is what stays the same when a client comes back. Pushes out the oldest when there are too many. */
  arrived(key: string, entry: Omit<PresenceEntry, "ts" | "reason">): void;
  /** What somebody says about a machine or a person that holds no connection here. Stays for a while; of one who is connected only the text changes. */
  noted(key: string, entry: Omit<PresenceEntry, "ts">): void;
  /** Stays in the list for a while, as disconnected. */
  left(key: string): void;
  /** Grows with every change. */
  version(): number;
}

export interface PresenceOptions {
  clock: Clock;
  /** The gateway's own entry. */
  self: Omit<PresenceEntry, "ts" | "reason" | "mode">;
  /** Called after changes, many at once as one, `intervalMs` after the first. */
  onChange(): void;
  /** How long somebody who left stays in the list. Default 5 minutes. */
  ttlMs?: number;
  /** Default 200. */
  max?: number;
  /** Default 1000. Asked anew each time, so that it can grow with those who have to be told. */
  intervalMs?: () => number;
}

export function createPresence({ clock, self, onChange, ttlMs = 300_000, max = 200, intervalMs = () => 1000 }: PresenceOptions): Presence {
  const startedAt = clock.now();
  const entries = new Map<string, { entry: PresenceEntry; connections: number }>();
  const own: PresenceEntry = memoizeJson({ ...self, mode: "gateway", reason: "self", ts: startedAt });
  let listed: { version: number; size: number; list: PresenceEntry[] } | undefined;
  let version = 0;
  let announced = false;

  const changed = () => {
    version += 1;
    if (announced) return;
    announced = true;
    clock.after(intervalMs(), () => {
      announced = false;
      onChange();
    });
  };
  const prune = () => {
    const now = clock.now();
    for (const [key, { entry, connections }] of entries) if (connections <= 0 && now - entry.ts >= ttlMs) entries.delete(key);
  };
  const put = (key: string, entry: PresenceEntry, connections: number) => {
    entries.delete(key);
    entries.set(key, { entry: memoizeJson(entry), connections });
    prune();
    for (const oldest of entries.keys()) {
      if (entries.size <= max - 1) break;
      entries.delete(oldest);
    }
    changed();
  };

  return {
    version: () => version,
    list() {
      prune();
      if (listed?.version !== version || listed.size !== entries.size)
        listed = { version, size: entries.size, list: joinJson([own, ...[...entries.values()].map(({ entry }) => entry).reverse()]) };
      return listed.list;
    },
    arrived(key, entry) {
      put(key, { ...entry, reason: "connect", ts: clock.now() }, (entries.get(key)?.connections ?? 0) + 1);
    },
    noted(key, entry) {
      const known = entries.get(key);
      if (known && known.connections > 0) put(key, { ...known.entry, ...(entry.text === undefined ? {} : { text: entry.text }) }, known.connections);
      else put(key, { ...known?.entry, ...entry, ts: clock.now() }, 0);
    },
    left(key) {
      const known = entries.get(key);
      if (!known) return;
      const connections = known.connections - 1;
      put(key, connections > 0 ? known.entry : { ...known.entry, reason: "disconnect", ts: clock.now() }, connections);
    },
  };
}
