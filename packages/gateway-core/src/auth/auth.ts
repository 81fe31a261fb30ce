import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { type ConsoleSessions, createConsoleSessions, type IssuedSession } from "./console-sessions.ts";
import { createLockout, type LockoutOptions } from "./lockout.ts";
import type { Peer } from "./peer.ts";
import { sameSecret } from "./secret.ts";

export type AuthMode = "token" | "password" | "none";

/** What a client shows. With a token or password the session is not looked at. */
export interface GivenCredentials {
  token?: string | undefined;
  password?: string | undefined;
  /** Value of the console's cookie. */
  session?: string | undefined;
}

export interface Principal {
  /** Name for the audit log; the owner of idempotency keys. */
  readonly actor: string;
  readonly method: "token" | "password" | "session" | "device" | "none";
  /** Names the credential without giving it away; `onRevoked` tells when it is no longer good. */
  readonly credential: string;
  /** Of a console session. */
  readonly expiresAt?: number;
}

/** Says who is an operator. */
export interface Authenticator {
  readonly mode: AuthMode;
  /** Raises `UNAUTHORIZED`, and `RATE_LIMITED` after too many wrong guesses. Showing nothing is no guess. */
  verify(given: GivenCredentials, peer: Peer): Principal;
  /** A secret that is kept elsewhere, under the same lockout; being right gives no new guesses at the gateway's own. Raises `refusal` when it is not `right`, and `RATE_LIMITED` before it looks. */
  check(right: () => boolean, peer: Peer, refusal: () => TravelAgentError): void;
  /** Opens a console session for a token, a password or a one-time code. Raises as `verify`. */
  logIn(given: { token?: string | undefined; password?: string | undefined; code?: string | undefined }, peer: Peer): IssuedSession;
  /** Ends the session behind a cookie, if there is one. */
  logOut(session: string): void;
  readonly sessions: ConsoleSessions;
  /** Called with `Principal.credential` once it is no longer good: its connections must go. Returns the function that ends the subscription. */
  onRevoked(listener: (credential: string) => void): () => void;
}

export interface Auth extends Authenticator {
  /** From now on this secret counts. The old one and every console session end at once. */
  rotate(secret: string): void;
}

export interface AuthOptions {
  /** `none` is for development: it serves only what comes straight from this machine. */
  mode: AuthMode;
  /** Required in mode `token`. */
  token?: string;
  /** Required in mode `password`. */
  password?: string;
  /** The name that stands in the audit log for whoever has the secret. Default `operator`. */
  actor?: string;
  lockout?: LockoutOptions;
  sessions?: ConsoleSessions;
  clock?: Clock;
}

export function createAuth({
  mode,
  token,
  password,
  actor = "operator",
  lockout: lockoutOptions = {},
  clock = systemClock,
  sessions = createConsoleSessions({ clock }),
}: AuthOptions): Auth {
  let secret = mode === "token" ? token : mode === "password" ? password : undefined;
  if (mode !== "none" && !secret) throw new TravelAgentError("CONFIG_INVALID", `gateway auth mode "${mode}" needs a ${mode}: set one`);
  let generation = 1;
  const lockout = createLockout({ clock, ...lockoutOptions });
  const listeners = new Set<(credential: string) => void>();
  const revoked = (credential: string) => {
    for (const listener of listeners) listener(credential);
  };
  sessions.onEnd((id) => revoked(`session:${id}`));

  const unauthorized = (reason: "missing" | "mismatch", what: string): TravelAgentError =>
    new TravelAgentError(
      "UNAUTHORIZED",
      reason === "missing"
        ? `unauthorized: gateway ${what} missing (provide the gateway ${what})`
        : `unauthorized: gateway ${what} mismatch (provide the gateway's current ${what})`,
      {
        details: { code: `AUTH_${what.toUpperCase()}_${reason.toUpperCase()}` },
      },
    );

  const guess = (right: boolean, peer: Peer, refusal: () => TravelAgentError, known: (address: string) => void = lockout.succeeded): void => {
    if (!right) {
      lockout.failed(peer.address);
      throw refusal();
    }
    known(peer.address);
  };

  const verifySecret = (given: GivenCredentials, peer: Peer): Principal => {
    if (mode === "none") {
      if (!peer.local)
        throw new TravelAgentError(
          "UNAUTHORIZED",
          "this gateway has no authentication and serves only its own machine: set a token to reach it from elsewhere",
        );
      return { actor, method: "none", credential: "none" };
    }
    const shown = mode === "token" ? given.token : given.password;
    if (!shown) throw unauthorized("missing", mode);
    lockout.check(peer.address);
    guess(sameSecret(shown, secret ?? ""), peer, () => unauthorized("mismatch", mode));
    return { actor, method: mode, credential: `${mode}:${generation}` };
  };

  return {
    mode,
    sessions,
    verify(given, peer) {
      const session = given.session && !given.token && !given.password ? sessions.find(given.session) : undefined;
      if (session) return { actor: session.actor, method: "session", credential: `session:${session.id}`, expiresAt: session.expiresAt };
      return verifySecret(given, peer);
    },
    check(right, peer, refusal) {
      lockout.check(peer.address);
      guess(right(), peer, refusal, lockout.known);
    },
    logIn({ code, token: shownToken, password: shownPassword }, peer) {
      // A sign-in form has one field, whatever the secret is called.
      const shown = shownToken ?? shownPassword;
      if (!code) return sessions.issue(verifySecret({ token: shown, password: shown }, peer).actor);
      lockout.check(peer.address);
      const owner = sessions.redeemCode(code);
      guess(owner !== undefined, peer, () => unauthorized("mismatch", "code"));
      return sessions.issue(owner ?? actor);
    },
    logOut(value) {
      const session = sessions.find(value);
      if (session) sessions.revoke(session.id);
    },
    rotate(next) {
      if (mode === "none" || !next) throw new TravelAgentError("INVALID_REQUEST", "there is no secret to rotate to");
      const old = `${mode}:${generation}`;
      secret = next;
      generation += 1;
      sessions.revokeAll();
      revoked(old);
    },
    onRevoked(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
