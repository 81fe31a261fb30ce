import type { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Engine, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { localBus } from "./bus.ts";
import { openEngineDatabase } from "./database.ts";
import { leaseMigrations, rowLeases } from "./leases.ts";
import { createWork } from "./work.ts";
import { workMigrations } from "./work-table.ts";

export interface EngineOptions {
  /** File of the database; its directory is made when it is missing. `:memory:` keeps everything in memory. */
  path: string;
  clock?: Clock;
  log?: Logger;
  /** Work in lanes that runs at the same time. Default 64. */
  concurrency?: number;
  /** Work without a lane that runs at the same time. Default four times `concurrency`. */
  flowConcurrency?: number;
  /** How long finished work is known, and with it the ids that are not run again. Default seven days. */
  keepFinishedMs?: number;
  /** How long a lane waits for a function that was cancelled or timed out and does not return. Default 1000. */
  abandonAfterMs?: number;
  /** How long a lock of another program on the database is waited for. Default 1000. */
  busyTimeoutMs?: number;
  /**
   * This process was paused or stood still for longer than ten seconds, and another one owns the database now. Nothing can be
   * written any more; end the process at once, since what it still does outside is done by the other one too.
   */
  onSuperseded?: (error: TravelAgentError) => void;
}

const DEFAULT_CONCURRENCY = 64;
const DEFAULT_DRAIN_MS = 5000;
const SEVEN_DAYS_MS = 7 * 24 * 3_600_000;

/**
 * The embedded engine: durable work, leases, bus and database in one process on one SQLite file.
 *
 * Raises `CONFLICT` with the owner's process id, and since when, when another process has the same file open, and `STORAGE_CORRUPT` for a
 * damaged file. `stop` also closes the database, so it comes after everything that writes.
 */
export function openEngine({
  path,
  clock = systemClock,
  log = silentLogger,
  concurrency = DEFAULT_CONCURRENCY,
  flowConcurrency = concurrency * 4,
  keepFinishedMs = SEVEN_DAYS_MS,
  abandonAfterMs = 1000,
  busyTimeoutMs = 1000,
  onSuperseded = (error) => log.error("another process owns the database now", { error: error.message }),
}: EngineOptions): Engine {
  const db = openEngineDatabase({ path, clock, busyTimeoutMs, exclusive: true, onSuperseded });
  try {
    db.migrateNow("engine.work", workMigrations);
    db.migrateNow("engine.lease", leaseMigrations);
    // Whoever held them is gone: this process alone owns the file.
    db.runNow("update lease set expires_at = 0");
  } catch (error) {
    void db.close();
    throw error;
  }
  const work = createWork({ db, clock, log, concurrency, flowConcurrency, abandonAfterMs, keepFinishedMs });
  const leases = rowLeases({ db, clock, log });
  const bus = localBus(log);
  let stopping: Promise<void> | undefined;

  async function stop(drainMs: number): Promise<void> {
    try {
      await work.stop(drainMs);
      await leases.stop();
    } catch (error) {
      log.error("the engine did not stop cleanly", { error });
    } finally {
      await db.close();
    }
  }

  return {
    work,
    leases,
    bus,
    db,
    start: () => work.start(),
    stop({ drainMs = DEFAULT_DRAIN_MS } = {}) {
      stopping ??= stop(drainMs);
      return stopping;
    },
  };
}
