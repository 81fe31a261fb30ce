import type { GatewayConfig, StatePaths } from "@travelagent/config";
import { cronHandlers, openFileJobStore, seedJobs } from "@travelagent/cron";
import type { Handlers } from "@travelagent/protocol";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";

/**
 * The jobs of the state directory, with those of the configuration put in, to be read: nothing runs them in this release.
 * A file that cannot be read as jobs is left alone and costs no more than these methods.
 */
export async function cronJobs(options: { config: GatewayConfig; paths: StatePaths; db: Database; clock: Clock; log: Logger }): Promise<Handlers> {
  const { config, paths, db, clock, log } = options;
  try {
    const store = await openFileJobStore({ jobsPath: paths.cronJobs, runsDirectory: paths.cronRuns, db, clock });
    await seedJobs({ store, jobs: config.cron.jobs, clock });
    return cronHandlers({ store, storePath: paths.cronJobs, enabled: false });
  } catch (error) {
    log.error("the cron jobs cannot be read", { path: paths.cronJobs, error: String(error) });
    return {};
  }
}
