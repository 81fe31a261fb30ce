import { TravelAgentError } from "@travelagent/protocol";

const dayMs = 86_400_000;
const keptDays = 4_000;

/** What the clocks on the wall of a zone show. Offsets in milliseconds, east positive. */
export interface ZoneOffsets {
  readonly zone: string;
  /** Wall clock minus UTC at that instant. */
  at(instantMs: number): number;
  /** The first instant after `fromMs` and not after `toMs` at which the offset is another one than just before it. */
  change(fromMs: number, toMs: number): number | undefined;
}

const known = new Map<string, ZoneOffsets>();

/** Raises `INVALID_REQUEST` for what is no IANA zone. */
export function zoneOffsets(zone: string): ZoneOffsets {
  const found = known.get(zone);
  if (found) return found;
  const made = create(zone);
  known.set(zone, made);
  return made;
}

function create(zone: string): ZoneOffsets {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    throw new TravelAgentError("INVALID_REQUEST", `there is no time zone "${zone}"; use an IANA name such as Europe/Madrid`);
  }
  const ask = (instantMs: number): number => {
    const whole = Math.floor(instantMs / 1000) * 1000;
    const [, month, day, year, hour, minute, second] = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/.exec(format.format(whole))!.map(Number);
    return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) - whole;
  };
  /** By day of UTC: the offset of a day that has one, null for the day of a change. */
  const days = new Map<number, number | null>();
  const ofDay = (day: number): number | null => {
    const kept = days.get(day);
    if (kept !== undefined) return kept;
    const [first, last] = [ask(day * dayMs), ask((day + 1) * dayMs)];
    const offset = first === last ? first : null;
    if (days.size >= keptDays) days.clear();
    days.set(day, offset);
    return offset;
  };
  const at = (instantMs: number): number => ofDay(Math.floor(instantMs / dayMs)) ?? ask(instantMs);
  return {
    zone,
    at,
    change(fromMs, toMs) {
      let low = fromMs;
      const offset = at(low);
      while (low < toMs) {
        const high = Math.min(toMs, (Math.floor(low / dayMs) + 1) * dayMs);
        const then = at(high);
        if (then === offset) {
          low = high;
          continue;
        }
        let [before, after] = [low, high];
        while (after - before > 1) {
          const middle = Math.floor((before + after) / 2);
          if (at(middle) === offset) before = middle;
          else after = middle;
        }
        return after;
      }
      return undefined;
    },
  };
}
