import type { Clock } from "@travelagent/protocol/ports";
import { hashSecret, randomSecret } from "./secret.ts";

export interface ConsoleSession {
  /** Names the session without giving it away. */
  readonly id: string;
  readonly actor: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface IssuedSession extends ConsoleSession {
  /** The cookie's value. Shown once: only its hash is kept. */
  readonly value: string;
}

/** Signed-in browsers. They live in memory: after a restart people sign in again. */
export interface ConsoleSessions {
  issue(actor: string): IssuedSession;
  find(value: string): ConsoleSession | undefined;
  /** A code that opens one session for whoever has it, once, within ten minutes; for a link that a trusted program opens. */
  issueCode(actor: string): string;
  /** Uses the code up. Returns its actor, or undefined. */
  redeemCode(code: string): string | undefined;
  revoke(id: string): void;
  revokeAll(): void;
  /** Ends what has expired. */
  sweep(): void;
  /** Called for every session that ends, for whatever reason. Returns the function that ends the subscription. */
  onEnd(listener: (id: string) => void): () => void;
}

export interface ConsoleSessionOptions {
  clock: Clock;
  /** Default 12 hours. */
  lifetimeMs?: number;
  /** Default 10 minutes. */
  codeLifetimeMs?: number;
  /** More sessions, or codes, end the oldest. Default 1000. */
  max?: number;
}

export function createConsoleSessions({ clock, lifetimeMs = 12 * 3_600_000, codeLifetimeMs = 600_000, max = 1000 }: ConsoleSessionOptions): ConsoleSessions {
  const sessions = new Map<string, ConsoleSession>();
  const codes = new Map<string, { actor: string; expiresAt: number }>();
  const listeners = new Set<(id: string) => void>();

  const end = (id: string) => {
    if (sessions.delete(id)) for (const listener of listeners) listener(id);
  };
  const sweep = () => {
    const now = clock.now();
    for (const session of [...sessions.values()]) if (session.expiresAt <= now) end(session.id);
    for (const [hash, code] of [...codes]) if (code.expiresAt <= now) codes.delete(hash);
  };

  return {
    sweep,
    issue(actor) {
      sweep();
      const value = randomSecret();
      const session = { id: hashSecret(value), actor, expiresAt: clock.now() + lifetimeMs };
      sessions.set(session.id, session);
      if (sessions.size > max) for (const oldest of [...sessions.keys()].slice(0, sessions.size - max)) end(oldest);
      return { ...session, value };
    },
    find(value) {
      const session = sessions.get(hashSecret(value));
      return session && session.expiresAt > clock.now() ? session : undefined;
    },
    issueCode(actor) {
      sweep();
      const code = randomSecret();
      codes.set(hashSecret(code), { actor, expiresAt: clock.now() + codeLifetimeMs });
      if (codes.size > max) for (const oldest of [...codes.keys()].slice(0, codes.size - max)) codes.delete(oldest);
      return code;
    },
    redeemCode(code) {
      const hash = hashSecret(code);
      const found = codes.get(hash);
      codes.delete(hash);
      return found && found.expiresAt > clock.now() ? found.actor : undefined;
    },
    revoke: end,
    revokeAll() {
      codes.clear();
      for (const id of [...sessions.keys()]) end(id);
    },
    onEnd(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
