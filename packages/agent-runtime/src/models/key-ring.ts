import { createHash } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger } from "@travelagent/protocol/ports";
import { createPauses, type Pauses } from "../pauses.ts";

/** One key of a provider, by the id it has in configuration, sessions and logs: `<provider>:<name>`. Never the key itself. */
export interface KeyRef {
  readonly id: string;
  /** `keyMark` of the key: when the key behind an id is exchanged, the new one begins afresh. */
  readonly mark: string;
}

/** Tells two keys apart and gives neither away. */
export const keyMark = (apiKey: string): string => createHash("sha256").update(`model key\n${apiKey}`).digest("hex").slice(0, 12);

export interface KeyStatus {
  id: string;
  /** Milliseconds since the epoch. */
  until: number;
  failures: number;
  code: string;
  /** The provider says that nobody pays for it. */
  billing: boolean;
}

/** Which keys may be asked, and whose turn it is. Shared by all models of all providers. */
export interface KeyRing {
  /** In which order to ask: those that may be asked, and those that cool down, soonest first. `fixed` keeps the given order, else the one that rested longest is first. */
  order(keys: readonly KeyRef[], options?: { fixed?: boolean }): { ready: KeyRef[]; cooling: KeyRef[] };
  /** Milliseconds since the epoch; not after now for a key that may be asked. */
  until(key: KeyRef): number;
  /** Cools the key for what is a key's fault: `MODEL_AUTH` and `MODEL_RATE_LIMITED`. Anything else leaves it as it is. */
  failed(key: KeyRef, error: unknown): void;
  succeeded(key: KeyRef): void;
  /** Those that cool down now. */
  status(): KeyStatus[];
}

/** Whether another key of the same provider may do better. */
export const isFaultOfKey = (error: unknown): error is TravelAgentError =>
  TravelAgentError.is(error, "MODEL_AUTH") || TravelAgentError.is(error, "MODEL_RATE_LIMITED");

export interface KeyRingOptions {
  clock: Clock;
  /** Default: in memory. */
  pauses?: Pauses;
  /** Whether this key is left in peace after a failure. Default: each. */
  applies?(key: KeyRef): boolean;
  log?: Logger;
}

export function createKeyRing({ clock, pauses = createPauses({ clock }), applies = () => true, log = silentLogger }: KeyRingOptions): KeyRing {
  // Whose turn it is needs no memory over a restart.
  const lastUsed = new Map<string, number>();
  let uses = 0;
  const until = ({ id, mark }: KeyRef) => (applies({ id, mark }) ? pauses.until("key", id, mark) : 0);
  return {
    until,
    order(keys, { fixed = false } = {}) {
      const now = clock.now();
      const ready = keys.filter((key) => until(key) <= now);
      const cooling = keys.filter((key) => until(key) > now).sort((a, b) => until(a) - until(b));
      if (!fixed) ready.sort((a, b) => (lastUsed.get(a.id) ?? 0) - (lastUsed.get(b.id) ?? 0));
      return { ready, cooling };
    },
    failed(key, thrown) {
      lastUsed.set(key.id, ++uses);
      if (!isFaultOfKey(thrown) || !applies(key)) return;
      const billing = (thrown.details as { billing?: boolean } | undefined)?.billing === true;
      const pause = pauses.failed("key", key.id, { code: thrown.code, billing, retryAfterMs: thrown.retryAfterMs, mark: key.mark });
      log.warn("a key of a model provider is left in peace", { profile: key.id, code: thrown.code, billing, until: pause.until });
    },
    succeeded(key) {
      lastUsed.set(key.id, ++uses);
      pauses.succeeded("key", key.id);
    },
    status: () => pauses.status("key").map(({ id, until: end, failures, code, billing }) => ({ id, until: end, failures, code, billing })),
  };
}
