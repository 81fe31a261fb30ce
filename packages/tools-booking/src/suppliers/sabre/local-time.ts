import type { TravelTime } from "@travelagent/protocol";
import { airport, localToUtc, localTravelTime, travelTime, wallClock } from "../../geography/index.ts";

const minute = 60_000;

/**
 * A wall clock at an airport. `time` is `08:15:00-05:00`, `08:15:00` or `08:15`. For an airport that is not known here the reply's
 * own offset stands in; null where there is none either, since a zone must not be invented.
 */
export function timeAt(code: string, date: string, time: string): TravelTime | null {
  const match = /^(\d\d:\d\d)(?::(\d\d))?(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(time);
  if (!match) throw new RangeError(`"${time}" is not a time of day`);
  const local = `${date}T${match[1]}:${match[2] ?? "00"}`;
  const zone = airport(code)?.timeZone;
  if (match[3] === undefined) return zone === undefined ? null : localTravelTime(local, zone);
  const sign = match[3].startsWith("-") ? -1 : 1;
  const [hours = 0, minutes = 0] = match[3] === "Z" ? [] : match[3].slice(1).split(":").map(Number);
  const utc = wallClock(local) - sign * (hours * 60 + minutes) * minute;
  if (zone !== undefined) {
    // The offset tells the two hours of a change of clocks apart.
    const told = travelTime(utc, zone);
    return told.local === local ? told : localTravelTime(local, zone);
  }
  if (minutes !== 0) return null;
  // Zones of this family count west as positive.
  return travelTime(utc, hours === 0 ? "Etc/GMT" : `Etc/GMT${sign > 0 ? "-" : "+"}${hours}`);
}

/** The end of a day, or a time of it, in the zone the agency's office keeps; ISO UTC. */
export function officeTime(date: string, time: string | undefined, timeZone: string): string {
  return new Date(localToUtc(`${date}T${time ?? "23:59"}`, timeZone)).toISOString();
}

/** An instant as a date and a time of day in the office's zone. */
export function officeClock(utc: string, timeZone: string): { date: string; time: string } {
  const { local } = travelTime(Date.parse(utc), timeZone);
  return { date: local.slice(0, 10), time: local.slice(11, 16) };
}
