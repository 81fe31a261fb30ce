import type { Clock } from "@travelagent/protocol/ports";

/** Answers that are used again for a while. The oldest goes when there are too many. */
export interface KeptAnswers<T> {
  get(key: string): T | undefined;
  put(key: string, answer: T): void;
}

export function keptAnswers<T>({ clock, forMs = 15 * 60_000, most = 50 }: { clock: Clock; forMs?: number; most?: number }): KeptAnswers<T> {
  const kept = new Map<string, { answer: T; until: number }>();
  return {
    get(key) {
      const found = kept.get(key);
      if (found === undefined || found.until > clock.now()) return found?.answer;
      kept.delete(key);
      return undefined;
    },
    put(key, answer) {
      kept.delete(key);
      kept.set(key, { answer, until: clock.now() + forMs });
      for (const oldest of kept.keys()) {
        if (kept.size <= most) break;
        kept.delete(oldest);
      }
    },
  };
}
