import type { OpenCalendar } from "./calendar.ts";
import type { Schedule } from "./job.ts";

/** When a job is due, as instants in milliseconds since the epoch. */
export interface Occurrences {
  /** The first one after `afterMs`; undefined when there is none any more. */
  next(afterMs: number): number | undefined;
  /** The last ones after `afterMs` up to and with `untilMs`, at most `count`, oldest first. */
  last(afterMs: number, untilMs: number, count: number): number[];
  /** How many there are after `afterMs` and before `beforeMs`; counting stops at `most`. */
  count(afterMs: number, beforeMs: number, most: number): number;
}

export interface OccurrencesOptions {
  schedule: Schedule;
  /** From when `every` counts without an anchor. */
  createdAtMs: number;
  /** The zone of an expression that names none. */
  zone: string;
  /** Only expressions need one. */
  calendar?: OpenCalendar | undefined;
}

/** Raises `INVALID_REQUEST` for an expression or a zone that is none. */
export function occurrencesOf({ schedule, createdAtMs, zone, calendar }: OccurrencesOptions): Occurrences {
  switch (schedule.kind) {
    case "at": {
      const due = (after: number, until: number) => schedule.atMs > after && schedule.atMs <= until;
      return {
        next: (after) => (schedule.atMs > after ? schedule.atMs : undefined),
        last: (after, until, count) => (count > 0 && due(after, until) ? [schedule.atMs] : []),
        count: (after, before) => (due(after, before - 1) ? 1 : 0),
      };
    }
    case "every": {
      const { everyMs, anchorMs = createdAtMs } = schedule;
      const stepsTo = (ms: number) => Math.floor((ms - anchorMs) / everyMs);
      /** The number of the first one after `ms`; the anchor itself is due only when it was set. */
      const first = (ms: number) => Math.max(schedule.anchorMs === undefined ? 1 : 0, stepsTo(ms) + 1);
      return {
        next: (after) => anchorMs + first(after) * everyMs,
        last(after, until, count) {
          const [from, to] = [first(after), stepsTo(until)];
          const start = Math.max(from, to - count + 1);
          return to < start ? [] : Array.from({ length: to - start + 1 }, (_, index) => anchorMs + (start + index) * everyMs);
        },
        count: (after, before, most) => Math.min(most, Math.max(0, stepsTo(before - 1) - first(after) + 1)),
      };
    }
    case "cron": {
      const { next } = calendar!(schedule.expr, schedule.tz ?? zone);
      return {
        next,
        last(after, until, count) {
          // Backwards in growing spans: after a long time away only the end of it is walked through.
          for (let span = 7_200_000; ; span *= 6) {
            const from = Math.max(after, until - span);
            const found: number[] = [];
            for (let at = next(from); at !== undefined && at <= until; at = next(at)) {
              found.push(at);
              if (found.length > count) found.shift();
            }
            if (found.length >= count || from === after) return found;
          }
        },
        count(after, before, most) {
          let counted = 0;
          for (let at = next(after); at !== undefined && at < before && counted < most; at = next(at)) counted++;
          return counted;
        },
      };
    }
  }
}
