import { memoizeJson } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger } from "@travelagent/protocol/ports";

/** Facts about the parts of the system; `degraded` names what works only in part or not at all. */
export interface HealthFacts {
  readonly ok?: boolean;
  readonly degraded?: readonly string[];
  readonly [fact: string]: unknown;
}

/** Called at most once at a time. With `probe` it may ask other machines, otherwise it only tells what is known. */
export type ReadHealth = (probe: boolean) => Promise<HealthFacts> | HealthFacts;

export interface HealthSnapshot extends HealthFacts {
  readonly ok: boolean;
  readonly ts: number;
  readonly durationMs: number;
  readonly degraded: readonly string[];
}

/** A cached snapshot. It is read when somebody asks and the last one is old: nobody asks, nothing happens. */
export interface Health {
  /** At once, perhaps `ttlMs` old; an older one starts a reading in the background. */
  snapshot(): HealthSnapshot;
  /** Reads anew. Many who ask at the same time share one reading. */
  refresh(probe?: boolean): Promise<HealthSnapshot>;
  /** Grows with every reading. */
  version(): number;
}

export interface HealthOptions {
  read?: ReadHealth;
  clock: Clock;
  log?: Logger;
  /** `ok` or `degraded` is another than in the reading before. Not told of the first. */
  onChange?: (snapshot: HealthSnapshot) => void;
  /** Default 60 s. */
  ttlMs?: number;
}

const verdict = ({ ok, degraded }: HealthSnapshot): string => [ok, ...[...degraded].sort()].join("\n");

export function createHealth({ read = () => ({}), clock, log = silentLogger, onChange, ttlMs = 60_000 }: HealthOptions): Health {
  const snapshotOf = (facts: HealthFacts, startedAt: number): HealthSnapshot =>
    memoizeJson({ ...facts, ok: facts.ok ?? true, ts: clock.now(), durationMs: clock.now() - startedAt, degraded: facts.degraded ?? [] });
  let current = snapshotOf({}, clock.now());
  let version = 0;
  let running: { probe: boolean; done: Promise<HealthSnapshot> } | undefined;

  const take = async (probe: boolean): Promise<HealthSnapshot> => {
    const startedAt = clock.now();
    const before = version === 0 ? undefined : current;
    try {
      current = snapshotOf(await read(probe), startedAt);
    } catch (error) {
      log.error("health could not be read", { "pii.error": error instanceof Error ? error.message : String(error) });
      current = snapshotOf({ ok: false, degraded: ["health"] }, startedAt);
    }
    version += 1;
    if (before && verdict(before) !== verdict(current)) {
      log[current.ok && current.degraded.length === 0 ? "info" : "warn"]("health changed", { ok: current.ok, degraded: current.degraded });
      onChange?.(current);
    }
    return current;
  };

  const refresh = (probe = false): Promise<HealthSnapshot> => {
    if (running && (running.probe || !probe)) return running.done;
    const before = running?.done;
    const own = {
      probe,
      done: Promise.resolve(before)
        .then(() => take(probe))
        .finally(() => {
          if (running === own) running = undefined;
        }),
    };
    running = own;
    return own.done;
  };

  return {
    refresh,
    version: () => version,
    snapshot() {
      if (version === 0 || clock.now() - current.ts >= ttlMs) void refresh();
      return current;
    },
  };
}
