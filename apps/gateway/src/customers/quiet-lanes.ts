import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Work } from "@travelagent/protocol/ports";
import type { Sessions } from "@travelagent/sessions";

export interface QuietLanesOptions {
  work: Work;
  sessions: Pick<Sessions, "list">;
  clock: Clock;
  /** How long a turn that runs may take to its end before this is given up. Default 15 s. */
  patienceMs?: number;
}

/** `run` does something while nobody is being answered in any conversation of these customers. */
export interface QuietLanes {
  /**
   * Takes the lanes of all their conversations, and of `sessions`: waits for turns that run, keeps later ones waiting, and lets go at the
   * end. `within` is a conversation whose lane the caller is in already. Raises `UNAVAILABLE` when a turn does not end in time.
   */
  run<T>(customerIds: readonly string[], work: () => Promise<T>, options?: { within?: string; sessions?: readonly string[] }): Promise<T>;
}

const name = "customers.hold";
/** No lane is held for longer, whatever becomes of whoever holds it. */
const longestMs = 60_000;

/** Lanes that stand still for a moment. Before the engine starts. */
export function quietLanes({ work, sessions, clock, patienceMs = 15_000 }: QuietLanesOptions): QuietLanes {
  const arrivals = new Map<string, () => void>();
  /** One at a time: two that wait for each other's lanes would never end. */
  let tail: Promise<unknown> = Promise.resolve();

  work.define(name, async (context) => {
    const arrived = arrivals.get(context.id);
    // After a restart nobody waits for this any more.
    if (!arrived) return;
    arrived();
    // Asleep it takes no slot from others; its lane waits all the same.
    await context.sleep("held", longestMs);
  });

  async function keysOf(customerIds: readonly string[]): Promise<string[]> {
    const keys: string[] = [];
    for (const customerId of customerIds) {
      let cursor: string | undefined;
      do {
        const page = await sessions.list({ customerId, limit: 200, ...(cursor === undefined ? {} : { cursor }) });
        keys.push(...page.sessions.map(({ key }) => key));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
    }
    return keys;
  }

  /** Resolves when the lane is ours; `late` when that took too long. */
  async function hold(lane: string, late: Promise<void>): Promise<{ id: string; ours: boolean }> {
    const id = `${name}:${randomUUID()}`;
    const arrived = new Promise<boolean>((resolve) => arrivals.set(id, () => resolve(true)));
    await work.submit({ name, id, lane, timeoutMs: 2 * longestMs, priority: 1 });
    return { id, ours: await Promise.race([arrived, late.then(() => false)]) };
  }

  async function held<T>(lanes: readonly string[], body: () => Promise<T>): Promise<T> {
    if (lanes.length === 0) return body();
    let cancelTimer = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancelTimer = clock.after(patienceMs, resolve);
    });
    const holds = await Promise.all(lanes.map((lane) => hold(lane, late)));
    try {
      if (holds.some(({ ours }) => !ours))
        throw new TravelAgentError("UNAVAILABLE", "somebody is being answered in a conversation of this customer; try again in a moment", {
          retryAfterMs: 10_000,
        });
      return await body();
    } finally {
      cancelTimer();
      for (const { id } of holds) {
        arrivals.delete(id);
        await work.cancel(id);
      }
    }
  }

  return {
    run(customerIds, body, { within, sessions: also = [] } = {}) {
      const done = tail.then(async () => {
        const keys = new Set([...(await keysOf(customerIds)), ...also].map((key) => key.trim().toLowerCase()));
        if (within !== undefined) keys.delete(within.trim().toLowerCase());
        return held([...keys].sort(), body);
      });
      tail = done.catch(() => undefined);
      return done;
    },
  };
}
