import { type ErrorCode, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { SupplierMemory } from "../suppliers/http/index.ts";

/** A process, as its adapters see it: at `kill -9` nothing of it sends, remembers or ends any more. */
export interface Life {
  alive: boolean;
}

const never = () => new Promise<never>(() => {});

export const mortalMemory = (memory: SupplierMemory, life: Life): SupplierMemory => ({
  get: (kind, key) => (life.alive ? memory.get(kind, key) : never()),
  put: (kind, key, value) => (life.alive ? memory.put(kind, key, value) : never()),
  claim: (kind, key, value) => (life.alive ? memory.claim(kind, key, value) : never()),
  remove: (kind, key) => (life.alive ? memory.remove(kind, key) : never()),
});

/** Adapters ask for the time before they send. */
export const mortalClock = (clock: Clock, life: Life): Clock => ({
  now() {
    if (!life.alive) throw new TravelAgentError("CANCELLED" satisfies ErrorCode, "the process is dead");
    return clock.now();
  },
  after: (ms, run) => clock.after(ms, () => life.alive && run()),
});
