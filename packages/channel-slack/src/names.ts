import type { Clock } from "@travelagent/protocol/ports";
import type { SlackApi } from "./slack-api.ts";

export interface Names {
  /** Asks for a name that is not known or is a day old. Never rejects: a message needs none. */
  learn(user: string): Promise<void>;
  known(user: string): string | undefined;
}

const dayMs = 86_400_000;
const max = 5000;

/** How people are called in the workspace. Events tell their ids only. */
export function createNames({ api, clock }: { api: SlackApi; clock: Clock }): Names {
  const names = new Map<string, { name: string | undefined; at: number }>();
  return {
    async learn(user) {
      if (clock.now() - (names.get(user)?.at ?? -dayMs) < dayMs) return;
      try {
        const answer = await api.call("users.info", { user }, { signal: AbortSignal.timeout(3000) });
        const { real_name, name, profile } = answer.user as { real_name?: string; name?: string; profile?: { display_name?: string } };
        names.set(user, { name: real_name || profile?.display_name || name, at: clock.now() });
      } catch {
        names.set(user, { name: names.get(user)?.name, at: clock.now() });
      }
      if (names.size > max) names.delete(names.keys().next().value!);
    },
    known: (user) => names.get(user)?.name,
  };
}
