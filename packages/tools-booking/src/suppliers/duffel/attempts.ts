import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { SupplierMemory } from "../http/index.ts";

/** What is on record before an order is sent, and what the webhook said of it. */
interface Attempt {
  /** The offer or quote that was ordered: how Duffel's events name an order that has no id yet. */
  of: string;
  at: number;
  /** Duffel said 202: it will tell. */
  accepted?: boolean;
  /** What it was to cost. */
  total?: Money;
  /** Our numbers of Duffel's passengers, by their ids. */
  travellers?: Record<string, string>;
}

type Told = { reference: string } | { failed: true };

/** An order whose making broke off may appear at Duffel for "a couple of hours". */
const appearsWithinMs = 2 * 3_600_000;

/** Orders that may or may not exist, so that none of them is ever made twice or given up too early. */
export interface Attempts {
  begin(key: string, attempt: Omit<Attempt, "at">): Promise<void>;
  accepted(key: string): Promise<void>;
  get(key: string): Promise<Attempt | null>;
  /** Our key of what was ordered from this offer or quote. */
  keyFor(of: string): Promise<string | null>;
  /** A webhook told what became of it. */
  tell(of: string, told: Told): Promise<void>;
  /**
   * The order's reference by our key; null when there surely is none. `list` looks for it at Duffel. Raises `OUTCOME_UNKNOWN`
   * while it may still appear.
   */
  resolve(key: string, list: (of: string) => Promise<string | undefined>): Promise<string | null>;
}

export function createAttempts(memory: SupplierMemory, kind: string, clock: Clock): Attempts {
  const attempts = `${kind} attempt`;
  const keys = `${kind} attempt of`;
  const news = `${kind} news`;
  const get = (key: string) => memory.get<Attempt>(attempts, key);
  return {
    get,
    async begin(key, attempt) {
      // What was told of an earlier attempt on the same offer says nothing of this one.
      await memory.remove(news, attempt.of);
      await memory.put(keys, attempt.of, key);
      await memory.put(attempts, key, { ...attempt, at: clock.now() } satisfies Attempt);
    },
    async accepted(key) {
      const attempt = await get(key);
      if (attempt) await memory.put(attempts, key, { ...attempt, accepted: true });
    },
    keyFor: (of) => memory.get<string>(keys, of),
    tell: (of, told) => memory.put(news, of, told),
    async resolve(key, list) {
      const attempt = await get(key);
      // Noted right before anything is sent: without it nothing was.
      if (!attempt) return null;
      const told = await memory.get<Told>(news, attempt.of);
      if (told && "reference" in told) return told.reference;
      const listed = await list(attempt.of);
      if (listed !== undefined) return listed;
      if (told) return null;
      if (attempt.accepted || clock.now() - attempt.at < appearsWithinMs)
        throw new TravelAgentError("OUTCOME_UNKNOWN", "duffel has no such order yet, and it may still appear; ask again later", {
          details: { code: attempt.accepted ? "accepted" : "not_listed_yet" },
        });
      return null;
    },
  };
}
