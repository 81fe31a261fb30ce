import { type FileHandle, open } from "node:fs/promises";
import { TravelAgentError } from "@travelagent/protocol";

/** Resolves when everything that was committed before the call outlasts a loss of power. */
export interface DiskSync {
  (): Promise<void>;
  /** Raises what the disk once failed with: from then on nobody knows what is on it. */
  check(): void;
  close(): Promise<void>;
}

/**
 * Writes what SQLite put into its log down to the disk, outside of the thread that everything else runs on. Several that ask while
 * one write is under way share the next. After a failure nothing is promised any more: the system may have forgotten what it
 * could not write, and would report success the next time.
 */
export function diskSync(path: string): DiskSync {
  let file: FileHandle | undefined;
  let broken: unknown;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    try {
      file ??= await open(`${path}-wal`, "r+");
      await file.datasync();
    } catch (error) {
      broken ??= new TravelAgentError(
        "UNAVAILABLE",
        `the disk under the database ${path} reports an error; check the disk and its space, then start the gateway again`,
        {
          details: { path },
          cause: error,
        },
      );
      throw broken;
    }
  };
  const begin = (): Promise<void> => {
    const own = write();
    running = own;
    const over = () => {
      // What comes before the next one has begun joins it: two at a time could end in another order than they began.
      if (!next) running = undefined;
    };
    own.then(over, over);
    return own;
  };

  const sync = (): Promise<void> => {
    if (!running) return begin();
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        return begin();
      });
    return next;
  };
  return Object.assign(sync, {
    check() {
      if (broken !== undefined) throw broken;
    },
    async close() {
      await file?.close();
      file = undefined;
    },
  });
}
