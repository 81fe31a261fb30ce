import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { MailOAuth } from "./options.ts";

/** Access tokens, renewed before they end. */
export interface TokenSource {
  /** `fresh`: the one at hand was refused. Raises `UNAUTHORIZED` when it cannot be renewed any more, `UNAVAILABLE` when nobody answers. */
  token(fresh?: boolean): Promise<string>;
}

const earlyMs = 60_000;
const patienceMs = 15_000;

/** One question at a time, whoever asks. */
export function createTokenSource({ tokenUrl, clientId, clientSecret, refreshToken, scope }: MailOAuth, clock: Clock): TokenSource {
  let current: { token: string; until: number } | undefined;
  let refresh = refreshToken;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: refresh, client_id: clientId });
    if (clientSecret !== undefined) body.set("client_secret", clientSecret);
    if (scope !== undefined) body.set("scope", scope);
    let status: number;
    let given: { access_token?: unknown; expires_in?: unknown; refresh_token?: unknown; error?: unknown };
    try {
      const response = await fetch(tokenUrl, {
        method: "POST",
        body,
        signal: AbortSignal.timeout(patienceMs),
        redirect: "error",
        headers: { accept: "application/json" },
      });
      status = response.status;
      given = (await response.json()) as typeof given;
    } catch {
      throw new TravelAgentError("UNAVAILABLE", `the token for mail could not be renewed: ${new URL(tokenUrl).host} does not answer as it should`);
    }
    if (typeof given?.access_token === "string") {
      const seconds = Number(given.expires_in);
      current = { token: given.access_token, until: clock.now() + (Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 3_000_000) };
      if (typeof given.refresh_token === "string") refresh = given.refresh_token;
      return current.token;
    }
    const why = typeof given?.error === "string" ? given.error.slice(0, 60) : `status ${status}`;
    if (status >= 500 || status === 429) throw new TravelAgentError("UNAVAILABLE", `the token for mail could not be renewed (${why})`);
    throw new TravelAgentError("UNAUTHORIZED", `access to the mailbox was taken back (${why}); give the account a new refresh token`);
  }

  return {
    async token(fresh = false) {
      if (!fresh && current && clock.now() < current.until - earlyMs) return current.token;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
  };
}
