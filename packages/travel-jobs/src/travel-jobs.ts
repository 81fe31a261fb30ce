import type { JobSeed, Workflow } from "@travelagent/cron";
import { type Clock, type Database, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { createCursors } from "./cursors.ts";
import { createDigests, type Digests } from "./digest.ts";
import { createEffects, type Effects } from "./effects.ts";
import type { JobParts } from "./job.ts";
import { bookingReminders } from "./jobs/booking-reminders.ts";
import { customerFollowUps } from "./jobs/customer-follow-ups.ts";
import { dailyAgencyDigest, type KeepPage } from "./jobs/daily-agency-digest.ts";
import { passportExpiryWatch } from "./jobs/passport-expiry-watch.ts";
import { paymentReminders } from "./jobs/payment-reminders.ts";
import { priceMonitoring } from "./jobs/price-monitoring.ts";
import { scheduleChangeWatch } from "./jobs/schedule-change-watch.ts";
import { supplierSync } from "./jobs/supplier-sync.ts";
import { ticketingLimitGuard } from "./jobs/ticketing-limit-guard.ts";
import { unusedTicketFinder } from "./jobs/unused-ticket-finder.ts";
import { createPriceHistory, type PriceHistory } from "./price-history.ts";
import type { TravelJobServices } from "./services.ts";
import { createSupplierBudget } from "./supplier-budget.ts";
import { travelJobMigrations } from "./tables.ts";
import { createWatches, type Watches } from "./watches.ts";

export interface TravelJobsOptions {
  db: Database;
  services: TravelJobServices;
  /** IANA zone of the agency: whose day a digest is of. */
  timeZone: string;
  keepPage: KeepPage;
  clock?: Clock;
  log?: Logger;
}

export interface TravelJobs {
  /** Makes the tables. Before any run. */
  migrate(): Promise<void>;
  /** For the scheduler. */
  workflows: readonly Workflow[];
  history: PriceHistory;
  watches: Watches;
  digests: Digests;
  effects: Effects;
}

/** The jobs of a travel agency, over its services. */
export function createTravelJobs({ db, services, timeZone, keepPage, clock = systemClock, log = silentLogger }: TravelJobsOptions): TravelJobs {
  const effects = createEffects({ db, services, clock, log });
  const history = createPriceHistory({ db, clock });
  const watches = createWatches({ db, clock });
  const digests = createDigests({ services, effects, history, timeZone });
  const parts: JobParts = { services, effects, clock, log, budget: createSupplierBudget({ db, clock }) };
  return {
    migrate: () => db.migrate("travel-jobs", travelJobMigrations),
    workflows: [
      priceMonitoring(parts, { history, watches }),
      bookingReminders(parts),
      paymentReminders(parts),
      ticketingLimitGuard(parts),
      customerFollowUps(parts),
      scheduleChangeWatch(parts),
      supplierSync(parts, { cursors: createCursors(db) }),
      passportExpiryWatch(parts),
      unusedTicketFinder(parts),
      dailyAgencyDigest(parts, { digests, keepPage }),
    ],
    history,
    watches,
    digests,
    effects,
  };
}

/** Cost nothing and write to nobody outside: they run from the first day on. */
const harmless = new Set(["ticketing-limit-guard", "unused-ticket-finder", "daily-agency-digest"]);

const schedules: Readonly<Record<string, string>> = {
  "price-monitoring": "10 * * * *",
  "booking-reminders": "*/15 * * * *",
  "payment-reminders": "20 9 * * *",
  "ticketing-limit-guard": "*/10 * * * *",
  "customer-follow-ups": "0 11 * * *",
  "schedule-change-watch": "40 * * * *",
  "supplier-sync": "25 */2 * * *",
  "passport-expiry-watch": "30 9 * * *",
  "unused-ticket-finder": "0 6 * * 1",
  "daily-agency-digest": "30 6 * * *",
};

/**
 * The jobs as they are put into a fresh installation, by name. Those that ask suppliers or write to customers stand there switched off until
 * somebody switches them on. What `configured` names is the operator's own and left out.
 */
export const travelJobSeeds = ({ timeZone, configured = [] }: { timeZone: string; configured?: readonly string[] }): JobSeed[] =>
  Object.entries(schedules)
    .filter(([name]) => !configured.includes(name))
    .map(([name, expr]) => ({ name, enabled: harmless.has(name), schedule: { kind: "cron", expr, tz: timeZone }, payload: { kind: "workflow", name } }));
