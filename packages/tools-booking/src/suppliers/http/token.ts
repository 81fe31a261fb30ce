import type { Clock } from "@travelagent/protocol/ports";

export interface FreshToken {
  token: string;
  /** How long it is good, from now on. */
  expiresInMs: number;
}

/** One access token for all calls: whoever needs one while it is being fetched waits for the same fetch. */
export interface TokenSource {
  get(): Promise<string>;
  /** The vendor refused it. A newer one, fetched meanwhile, stays. */
  drop(token: string): void;
}

/** Vendors count tokens and lock out those who ask for too many, so a token is kept until `marginMs` before its end. */
export function singleFlightToken(fetchToken: () => Promise<FreshToken>, { clock, marginMs = 60_000 }: { clock: Clock; marginMs?: number }): TokenSource {
  let current: { token: string; until: number } | undefined;
  let underWay: Promise<string> | undefined;
  return {
    async get() {
      if (current && clock.now() < current.until) return current.token;
      underWay ??= fetchToken()
        .then(({ token, expiresInMs }) => {
          current = { token, until: clock.now() + Math.max(expiresInMs - marginMs, expiresInMs / 2) };
          return token;
        })
        .finally(() => {
          underWay = undefined;
        });
      return underWay;
    },
    drop(token) {
      if (current?.token === token) current = undefined;
    },
  };
}
