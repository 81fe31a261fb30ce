import { randomBytes } from "node:crypto";
import type { KeyRing, VaultKey } from "../key-ring.ts";

/** Keys in memory; `next` is what a rotation has begun and not ended. Hand the same `state` to another ring for a restart. */
export function memoryKeyRing(state: { current?: VaultKey; next?: VaultKey } = {}): KeyRing {
  let count = 0;
  const made = (): VaultKey => ({ id: `root-${++count}-${randomBytes(4).toString("hex")}`, bytes: randomBytes(32) });
  return {
    async current() {
      state.current ??= made();
      return state.current;
    },
    find: async (id) => [state.current, state.next].find((key) => key?.id === id),
    async beginRotation() {
      state.next ??= made();
      return state.next;
    },
    async endRotation() {
      if (state.next) state.current = state.next;
      delete state.next;
    },
  };
}
