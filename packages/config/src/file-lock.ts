import { mkdir, open, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";

const staleAfterMs = 30_000;
const retryEveryMs = 25;
const attempts = 200;

/** Runs `work` while no other process holds the lock of `path`. Raises `STORAGE_BUSY` after five seconds of waiting. */
export async function withFileLock<T>(path: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  for (let attempt = 0; !(await take(lock)); attempt++) {
    if (attempt >= attempts) throw new TravelAgentError("STORAGE_BUSY", `another program is writing ${path}; try again, or delete ${lock} when none is`);
    const age =
      clock.now() -
      (await stat(lock)
        .then((found) => found.mtimeMs)
        .catch(() => clock.now()));
    // Its owner died: a write takes milliseconds.
    if (age > staleAfterMs) await unlink(lock).catch(() => {});
    else await new Promise((resolve) => setTimeout(resolve, retryEveryMs));
  }
  try {
    return await work();
  } finally {
    await unlink(lock).catch(() => {});
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, "wx", 0o600)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw storageError(error, lock);
  }
}

export function storageError(error: unknown, path: string): TravelAgentError {
  const code = (error as NodeJS.ErrnoException).code ?? "error";
  return code === "ENOSPC" || code === "EDQUOT"
    ? new TravelAgentError("STORAGE_FULL", `the disk is full: ${path} was not written`, { cause: error })
    : new TravelAgentError("UNAVAILABLE", `${path} cannot be written (${code}); check that the directory is yours and writable`, { cause: error });
}
