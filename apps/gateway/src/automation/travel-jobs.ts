import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Tool } from "@travelagent/agent-runtime";
import type { StatePaths } from "@travelagent/config";
import type { JobSeed, Workflow } from "@travelagent/cron";
import type { Handlers } from "@travelagent/protocol";
import type { Database, Logger } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import { createTravelJobs, travelJobHandlers, travelJobSeeds, watchTools } from "@travelagent/travel-jobs";
import { ownDirectory } from "../configuration/own-file.ts";
import { type JobServicesOptions, jobServices } from "./job-services.ts";

export interface TravelJobsParts extends JobServicesOptions {
  db: Database;
  paths: StatePaths;
  log: Logger;
  /** The customer of a conversation. Nothing for one that never was. */
  customerOf(sessionKey: string): Promise<{ customerId?: string } | null | undefined>;
}

/** What an agency does at night, for the scheduler to run. */
export interface OpenedTravelJobs {
  workflows: readonly Workflow[];
  /** The jobs of a fresh installation; those that cost money or write to customers are switched off. */
  seeds: readonly JobSeed[];
  tools: readonly Tool[];
  handlers: Handlers;
}

/** Makes the tables of the jobs. */
export async function openTravelJobs(parts: TravelJobsParts): Promise<OpenedTravelJobs> {
  const { config, db, paths, clock, log, timeZone, customerOf } = parts;
  const services = jobServices(parts);
  const pages = join(paths.base, "digests");
  const { migrate, workflows, history, watches, digests } = createTravelJobs({
    db,
    clock,
    log,
    timeZone,
    services,
    async keepPage(date, html) {
      ownDirectory(pages);
      const path = join(pages, `${date}.html`);
      writeFileSync(path, html, { mode: 0o600 });
      return path;
    },
  });
  await migrate();
  return {
    workflows,
    seeds: travelJobSeeds({ timeZone, configured: config().cron.jobs.map(({ name }) => name) }),
    tools: watchTools({
      watches,
      customerOf: async (turn: TurnScope) => (turn.chatType === "group" ? undefined : (turn.customerId ?? (await customerOf(turn.sessionKey))?.customerId)),
    }),
    handlers: travelJobHandlers({ trips: services.trips, history, watches, digests, clock, customerOf }),
  };
}
