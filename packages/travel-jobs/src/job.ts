import type { Workflow, WorkflowResult, WorkflowRun } from "@travelagent/cron";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { ZodType } from "zod";
import type { EffectRequest, Effects } from "./effects.ts";
import type { TravelJobServices } from "./services.ts";
import type { SupplierBudget } from "./supplier-budget.ts";
import type { Trip } from "./trip.ts";

/** What every job stands on. */
export interface JobParts {
  services: TravelJobServices;
  effects: Effects;
  budget: SupplierBudget;
  clock: Clock;
  log: Logger;
}

/** One run of a job, with what all of them need. */
export interface JobRun<P> {
  params: P;
  /** The time it was due, or now where that is long ago: what is over is not said any more. */
  now: number;
  /** The slot, for what is counted by runs. */
  slot: number;
  signal: AbortSignal;
  dryRun: boolean;
  /** Every booking of the last 400 days in `wanted`, newest first. One that raises is counted as failed, and the others go on. */
  eachTrip(wanted: (trip: Trip) => boolean, work: (trip: Trip) => Promise<void>): Promise<void>;
  /** Does it once; in a dry run it is only said. True when it was done now. */
  act(effect: Omit<EffectRequest, "job" | "about"> & { about: Trip | EffectRequest["about"]; what: string }): Promise<boolean>;
  count(name: string, by?: number): void;
  /** A line of the summary; only the first ones are kept. */
  say(line: string): void;
  progress: WorkflowRun["progress"];
}

const dayMs = 86_400_000;
/** Flights are sold a year ahead at most; a booking older than this is over. */
const lookBackMs = 400 * dayMs;
const mostLines = 20;
/** A run that is later than this looks at the clock instead. */
const lateMs = 6 * 3_600_000;

const aboutOf = (about: Trip | EffectRequest["about"]): EffectRequest["about"] =>
  "items" in about ? { tripId: about.id, customerId: about.customerId, sessionKey: about.sessionKey } : about;

/** A job as a workflow of the scheduler. `work` may do things outside by `act` alone. */
export function travelJob<P>(
  { services, effects, clock, log }: JobParts,
  { name, description, params, work }: { name: string; description: string; params: ZodType<P>; work(run: JobRun<P>): Promise<void> },
): Workflow<P> {
  return {
    name,
    description,
    params,
    async run(run): Promise<WorkflowResult> {
      const { signal, dryRun } = run;
      const counts = new Map<string, number>();
      const lines: string[] = [];
      let left = 0;
      const count = (what: string, by = 1) => void counts.set(what, (counts.get(what) ?? 0) + by);
      const say = (line: string) => {
        if (lines.length < mostLines) lines.push(line);
        else left += 1;
      };
      const now = clock.now() - run.slotMs > lateMs || run.slotMs > clock.now() ? clock.now() : run.slotMs;
      if (!dryRun) {
        const finished = await run.step("finish-begun", () => effects.finish(name));
        if (finished > 0) count("finished", finished);
      }
      await work({
        params: run.params,
        now,
        slot: run.slotMs,
        signal,
        dryRun,
        count,
        say,
        progress: run.progress,
        async eachTrip(wanted, one) {
          let cursor: string | undefined;
          let tried = 0;
          let failed = 0;
          for (;;) {
            signal.throwIfAborted();
            await services.customersFirst?.(signal);
            const page = await services.trips.page({ createdSince: now - lookBackMs, ...(cursor === undefined ? {} : { cursor }) });
            for (const trip of page.trips) {
              if (!wanted(trip)) continue;
              signal.throwIfAborted();
              tried += 1;
              try {
                await one(trip);
              } catch (thrown) {
                if (signal.aborted) throw signal.reason;
                const error = TravelAgentError.from(thrown);
                failed += 1;
                count("failed");
                log.warn("a job could not deal with a booking", { job: name, bookingId: trip.id, code: error.code });
              }
            }
            cursor = page.nextCursor;
            if (cursor === undefined) break;
          }
          if (failed > 0 && failed === tried) throw new TravelAgentError("UNAVAILABLE", `none of ${tried} bookings could be dealt with; see the log`);
        },
        async act({ about: given, what, ...request }) {
          const about = aboutOf(given);
          if (dryRun) {
            if (await effects.has(request.key)) return false;
            count("would");
            say(`would: ${what}`);
            return true;
          }
          const outcome = await run.step(`effect:${request.key}`, () => effects.perform({ ...request, job: name, about }));
          if (outcome === "known" || outcome === "expired") return false;
          count(outcome === "done" ? "done" : outcome);
          say(outcome === "done" ? what : `${what}: ${outcome}`);
          return outcome === "done";
        },
      });
      if (left > 0) lines.push(`and ${left} more`);
      const figures = [...counts].map(([what, n]) => `${what} ${n}`).join(", ");
      return {
        status: counts.size === 0 ? "skipped" : "ok",
        summary: [`${name}: ${figures || "nothing to do"}`, ...lines].join("\n"),
        counts: Object.fromEntries(counts),
      };
    },
  };
}
