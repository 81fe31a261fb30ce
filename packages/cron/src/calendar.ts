import { TravelAgentError } from "@travelagent/protocol";
import { type ZoneOffsets, zoneOffsets } from "./zone-offsets.ts";

const dayMs = 86_400_000;
const keptExpressions = 500;
/** More steps than any schedule needs to its next time. */
const mostSteps = 200;

/** The times of a cron expression on the wall clocks of a zone. */
export interface Calendar {
  /**
   * The first time after `afterMs`; undefined when there is none. A time of day that a change of the clocks leaves out comes when the
   * clocks have changed, one that it repeats comes the first time only. An expression for every hour goes by elapsed time instead: it
   * leaves nothing out and repeats with the hour.
   */
  next(afterMs: number): number | undefined;
}

interface WallTimes {
  everyHour: boolean;
  /** The first matching wall time after that one, both written as if they were UTC. */
  next(wallMs: number): number | undefined;
}

export type OpenCalendar = (expr: string, zone: string) => Calendar;

let opening: Promise<OpenCalendar> | undefined;

/** Loads the parser of expressions, once, since it is large and a gateway without such jobs has no use for it. */
export function calendars(): Promise<OpenCalendar> {
  opening ??= open();
  return opening;
}

async function open(): Promise<OpenCalendar> {
  const { parseExpression } = await import("./parse-expression.ts");
  const expressions = new Map<string, WallTimes>();

  const read = (expr: string): WallTimes => {
    const kept = expressions.get(expr);
    if (kept) return kept;
    const refuse = (why: string) =>
      new TravelAgentError("INVALID_REQUEST", `"${expr}" is no schedule (${why}); write minute hour day month weekday, such as 30 9 * * 1-5`);
    if (!expr.trim().startsWith("@") && expr.trim().split(/\s+/).length !== 5) throw refuse("it needs five fields");
    // A field that is drawn at random would be another one after each restart.
    if (/h/i.test(expr.replace(/@hourly|thu|march/gi, ""))) throw refuse("H is not known here");
    let parsed: ReturnType<typeof parseExpression>;
    try {
      parsed = parseExpression(expr.trim());
    } catch (error) {
      throw refuse(error instanceof Error ? error.message : "it cannot be read");
    }
    const { second, hour } = parsed.fields;
    if (second.values.length !== 1) throw refuse("seconds are not known here");
    const times: WallTimes = {
      everyHour: hour.values.length === 24,
      next(wallMs) {
        try {
          parsed.reset(new Date(wallMs));
          return parsed.next().getTime();
        } catch {
          return undefined;
        }
      },
    };
    if (expressions.size >= keptExpressions) expressions.clear();
    expressions.set(expr, times);
    return times;
  };

  return (expr, zone) => {
    const times = read(expr);
    const offsets = zoneOffsets(zone);
    return { next: (afterMs) => nextOf(times, offsets, afterMs) };
  };
}

/**
 * The parser knows wall clocks only: here they become instants. From `from` on the clocks run evenly up to the next change; what lies behind it
 * is looked for again from there.
 */
function nextOf(times: WallTimes, offsets: ZoneOffsets, afterMs: number): number | undefined {
  let from = afterMs;
  let offset = offsets.at(from);
  let wallFrom = from + offset;
  for (let step = 0; step < mostSteps; step++) {
    const wall = times.next(wallFrom);
    if (wall === undefined) return undefined;
    // Changes long before a far time have no say in it.
    if (wall - offset - from > 4 * dayMs) {
      from = wall - offset - 2 * dayMs;
      offset = offsets.at(from);
    }
    const instant = wall - offset;
    const changed = offsets.change(from, instant);
    if (changed === undefined) {
      if (times.everyHour || !isSecondTime(offsets, wall, instant, offset)) return instant;
      from = instant;
      wallFrom = wall;
      continue;
    }
    const then = offsets.at(changed);
    if (then > offset) {
      // The clocks jump from changed+offset to changed+then.
      if (!times.everyHour && wall < changed + then && changed > afterMs) return changed;
      wallFrom = changed + then - 1;
    } else wallFrom = (times.everyHour ? changed + then : changed + offset) - 1;
    from = changed;
    offset = then;
  }
  return undefined;
}

/** Whether the wall clock showed this time before, under the offset of the day before. */
function isSecondTime(offsets: ZoneOffsets, wall: number, instant: number, offset: number): boolean {
  const before = offsets.at(instant - dayMs);
  return before > offset && offsets.at(wall - before) === before;
}
