import type { JobParts, JobRun } from "../job.ts";
import type { CallLimits } from "../supplier-budget.ts";
import type { Trip, TripItem } from "../trip.ts";

/** Reads items at their suppliers, within what the jobs may ask. False when a supplier's calls are spent. */
export async function readItem<P extends CallLimits>({ services, budget }: JobParts, run: JobRun<P>, trip: Trip, item: TripItem): Promise<boolean> {
  await services.customersFirst?.(run.signal);
  if (!(await budget.take(item.supplier, run.params, run.signal))) {
    run.count("over-budget");
    return false;
  }
  const outcome = await services.readBack.read(trip, item);
  run.count("read");
  if (outcome === "same") return true;
  run.count(outcome);
  if (outcome === "applied") run.say(`${trip.reference}: ${item.supplier} has something new for ${item.summary}`);
  return true;
}
