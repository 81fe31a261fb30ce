import type { Clock, Fields, Logger } from "@travelagent/protocol/ports";
import { isStorageFailure } from "./storage-error.ts";

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;

/** How long the storage is left alone after each failure: a second first, then twice as long each time, half a minute at most. */
export const storagePause = (failures: number): number => Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS);

/**
 * Writes what must not be lost: a failure of the storage (no space, a foreign lock) is logged and tried again after a
 * growing pause, until it is stored or `wanted` says no; then, and for every other failure, the error is raised.
 */
export type Persist = <T>(what: string, fields: Fields, write: () => Promise<T>, wanted: () => boolean) => Promise<T>;

export function persistence({ clock, log }: { clock: Clock; log: Logger }): Persist {
  return async (what, fields, write, wanted) => {
    for (let failures = 0; ; failures++) {
      try {
        return await write();
      } catch (error) {
        if (!wanted() || !isStorageFailure(error)) throw error;
        const delay = storagePause(failures);
        log.error("work could not be recorded and waits for the storage", { ...fields, what, code: error.code, message: error.message, againInMs: delay });
        await new Promise<void>((resolve) => void clock.after(delay, resolve));
        if (!wanted()) throw error;
      }
    }
  };
}
