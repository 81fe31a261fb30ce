import { createHash } from "node:crypto";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Invoked } from "./invocations.ts";

/** Answers of nodes by idempotency key. Unlike other answers they may be large, so their size is bounded and not only their number. */
export interface InvocationMemory {
  /**
   * Starts a command, or gives the answer of the one that this key started before. A failure that may pass is not remembered.
   * Raises `IDEMPOTENCY_MISMATCH` when the key stood for another command, `CONFLICT` when the answer was too large to keep.
   */
  once(key: string, params: unknown, start: () => Promise<Invoked>): Promise<Invoked>;
}

interface Entry {
  readonly hash: string;
  /** Undefined: it was answered, and the answer is no longer kept. */
  answer: Promise<Invoked> | undefined;
  size: number;
  /** Undefined while it is under way. */
  until: number | undefined;
}

const ttlMs = 300_000;

export function createInvocationMemory({ clock, maxKept = 4_000_000, maxKeys = 1000 }: { clock: Clock; maxKept?: number; maxKeys?: number }): InvocationMemory {
  const entries = new Map<string, Entry>();
  let kept = 0;

  const drop = (entry: Entry) => {
    kept -= entry.size;
    entry.size = 0;
    entry.answer = undefined;
  };
  const forget = () => {
    const now = clock.now();
    for (const [key, entry] of entries) {
      if (entry.until === undefined) continue;
      if (entry.until > now && entries.size <= maxKeys) break;
      drop(entry);
      entries.delete(key);
    }
    for (const entry of entries.values()) {
      if (kept <= maxKept) break;
      if (entry.size > 0) drop(entry);
    }
  };

  return {
    once(key, params, start) {
      forget();
      const hash = createHash("sha256").update(canonicalJson(params)).digest("base64url");
      const known = entries.get(key);
      if (known && known.hash !== hash)
        throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this idempotencyKey was used for another command: send the same parameters again, or a new key");
      if (known?.answer) return known.answer;
      if (known)
        throw new TravelAgentError("CONFLICT", "this command ran and was answered; the answer was too large to keep: use a new idempotencyKey to run it again");
      const entry: Entry = { hash, answer: start(), size: 0, until: undefined };
      entries.set(key, entry);
      const finished = (size: number) => {
        entry.until = clock.now() + ttlMs;
        entry.size = size;
        kept += size;
        // The oldest answer comes first.
        entries.delete(key);
        entries.set(key, entry);
        forget();
      };
      entry.answer?.then(
        ({ payloadJSON }) => finished(2 * (payloadJSON?.length ?? 0)),
        (error: unknown) => (TravelAgentError.from(error).retryable ? void entries.delete(key) : finished(0)),
      );
      return entry.answer as Promise<Invoked>;
    },
  };
}
