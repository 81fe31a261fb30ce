import type { Workflow } from "@travelagent/cron";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import type { Cursors } from "../cursors.ts";
import { type JobParts, type JobRun, travelJob } from "../job.ts";
import type { Trip, TripItem } from "../trip.ts";
import { callLimits } from "./call-limits.ts";
import { readItem } from "./read-items.ts";

const Params = z.strictObject({
  ...callLimits,
  /** Most items read in one run; the next one goes on behind them. */
  maxReads: z.int().min(0).default(200),
});

type Params = z.infer<typeof Params>;

const lookBackMs = 400 * 86_400_000;

const isUpcoming = (item: TripItem, now: number): boolean =>
  item.booked && item.status !== "held" && item.supplierReference !== undefined && Date.parse(item.end.utc) > now;

/** Hears suppliers out and reads what is booked at them, page by page: where one run ends the next goes on. */
export function supplierSync(parts: JobParts, { cursors }: { cursors: Cursors }): Workflow {
  const { services, clock, log } = parts;

  async function readOne(run: JobRun<Params>, trip: Trip, item: TripItem, read: { count: number; spent: Set<string> }): Promise<void> {
    if (read.spent.has(item.supplier)) return;
    read.count += 1;
    try {
      if (!(await readItem(parts, run, trip, item))) read.spent.add(item.supplier);
    } catch (thrown) {
      if (run.signal.aborted) throw run.signal.reason;
      run.count("failed");
      log.warn("a booking could not be read at its supplier", { bookingId: trip.id, supplier: item.supplier, code: TravelAgentError.from(thrown).code });
    }
  }

  return travelJob(parts, {
    name: "supplier-sync",
    description: "Asks suppliers what is new and reads bookings there; what differs goes the way of all supplier news.",
    params: Params,
    async work(run) {
      if (run.dryRun) return run.say("would: ask suppliers what is new and read bookings there");
      await services.readBack.hear();
      const read = { count: 0, spent: new Set<string>() };
      let position = (await cursors.get("supplier-sync")) ?? "";
      do {
        run.signal.throwIfAborted();
        const page = await services.trips.page({ createdSince: run.now - lookBackMs, ...(position === "" ? {} : { cursor: position }) });
        for (const trip of page.trips) for (const item of trip.items) if (isUpcoming(item, run.now)) await readOne(run, trip, item, read);
        position = page.nextCursor ?? "";
        await cursors.set("supplier-sync", position, clock.now());
      } while (position !== "" && read.count < run.params.maxReads);
    },
  });
}
