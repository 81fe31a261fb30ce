import type { CatchUp } from "../../job.ts";
import type { NewJob } from "../../scheduler.ts";
import { random } from "./random.ts";

/** Two on each side of the equator, one whose clocks change by half an hour, one that changes at midnight. */
export const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Kolkata"] as const;

/** Jobs as agencies have them: mostly once a day, a week or a month, many in the hours in which clocks change, a few more often. */
export function yearJobs(count: number, seed: number): NewJob[] {
  const draw = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)]!;
  return Array.from({ length: count }, (_, index): NewJob => {
    const minute = pick([0, 15, 30, 45, Math.floor(draw() * 60)]);
    const hour = pick([0, 1, 2, 2, 3, Math.floor(draw() * 24)]);
    const kind = draw();
    const expr =
      kind < 0.08
        ? `${minute} ${hour} * * *`
        : kind < 0.6
          ? `${minute} ${hour} * * ${pick(["0", "1", "5", "6", "0,3"])}`
          : kind < 0.988
            ? `${minute} ${hour} ${1 + Math.floor(draw() * 28)} * *`
            : kind < 0.998
              ? `${minute} */6 * * *`
              : `${minute} * * * *`;
    const catchUp: CatchUp = pick(["latest", "latest", "all", "skip"]);
    return {
      id: `job-${index}`,
      name: `job ${index}`,
      enabled: true,
      schedule: { kind: "cron", expr, tz: zones[index % zones.length]! },
      sessionTarget: "isolated",
      wakeMode: "next-heartbeat",
      payload: { kind: "workflow", name: "effect" },
      catchUp,
      // Of jobs that run more often the books are not kept for a year, and the judge reads them at its end.
      ...(draw() < 0.2 && kind < 0.998 ? { whenInterrupted: "skip" as const } : {}),
    };
  });
}
