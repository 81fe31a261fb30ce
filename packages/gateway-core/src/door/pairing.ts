import { randomInt } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Account } from "./account.ts";
import type { PairingEntry, PairingState, PairingStore } from "./pairing-files.ts";

/** Letters and digits that nobody mistakes for another. */
const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const codeLength = 8;
/** How long a code is good. */
export const pairingTtlMs = 3_600_000;
/** Requests of one account that may wait; who asks besides is not answered. */
const mostPending = 3;

/** Strangers who ask to be let in, and who was. */
export interface Pairing {
  /** Let in by code, before now. */
  isAllowed(account: Account, id: string): Promise<boolean>;
  /** The request of this person, made or seen again. Undefined while too many others wait. */
  ask(account: Account, person: { id: string; meta?: Record<string, string> }): Promise<{ request: PairingEntry; isNew: boolean } | undefined>;
  /** Those that wait, oldest first, and who was let in. */
  list(account: Account): Promise<PairingState>;
  /** The person may write from now on. In any case of letters. Raises `NOT_FOUND`. */
  approve(account: Account, code: string): Promise<PairingEntry>;
  /** The request goes; the person may ask again. Raises `NOT_FOUND`. */
  reject(account: Account, code: string): Promise<PairingEntry>;
}

const newCode = (taken: ReadonlySet<string>): string => {
  for (;;) {
    const code = Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join("");
    if (!taken.has(code)) return code;
  }
};

export function createPairing({ store, clock }: { store: PairingStore; clock: Clock }): Pairing {
  const alive = ({ createdAt }: PairingEntry): boolean => clock.now() - Date.parse(createdAt) < pairingTtlMs;
  const prune = (state: PairingState): void => {
    state.requests = state.requests.filter(alive);
  };
  const take = (state: PairingState, code: string): PairingEntry => {
    prune(state);
    const wanted = code.trim().toUpperCase();
    const found = state.requests.find((one) => one.code === wanted);
    if (!found) throw new TravelAgentError("NOT_FOUND", "nobody waits with this code: it was used, it ran out after an hour, or it is another one");
    state.requests = state.requests.filter((one) => one !== found);
    return found;
  };

  return {
    isAllowed: async (account, id) => (await store.read(account)).allowFrom.includes(id),
    ask: (account, { id, meta }) =>
      store.change(account, (state) => {
        prune(state);
        const now = new Date(clock.now()).toISOString();
        const known = state.requests.find((one) => one.id === id);
        if (known) {
          known.lastSeenAt = now;
          if (meta) known.meta = { ...known.meta, ...meta };
          return { request: known, isNew: false };
        }
        if (state.requests.length >= mostPending) return undefined;
        const code = newCode(new Set(state.requests.map((one) => one.code)));
        const request: PairingEntry = { id, code, createdAt: now, lastSeenAt: now, ...(meta ? { meta } : {}) };
        state.requests.push(request);
        return { request, isNew: true };
      }),
    async list(account) {
      const { requests, allowFrom } = await store.read(account);
      // Names of people who asked long ago do not stay.
      if (!requests.every(alive)) await store.change(account, prune);
      return { requests: requests.filter(alive).sort((a, b) => a.createdAt.localeCompare(b.createdAt)), allowFrom };
    },
    approve: (account, code) =>
      store.change(account, (state) => {
        const found = take(state, code);
        if (!state.allowFrom.includes(found.id)) state.allowFrom.push(found.id);
        return found;
      }),
    reject: (account, code) => store.change(account, (state) => take(state, code)),
  };
}
