import type { TravelTime } from "@travelagent/protocol";

/** All times of the world are Eastern Standard Time. */
const zone = "Etc/GMT+5";
const offset = "-05:00";

/** `2024-05-15T15:00:00` there, as milliseconds. A time with a zone of its own keeps it. */
export const instantOf = (local: string): number => Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(local) ? local : `${local}${offset}`);

/** Milliseconds as `2024-05-15T15:00:00` there. */
export const localOf = (instant: number): string => new Date(instant - 5 * 3_600_000).toISOString().slice(0, 19);

/** A scheduled time, such as `23:30:00` or `00:55:00+1`, of a flight of this date. */
export function timeOf(date: string, scheduled: string): TravelTime {
  const [clock, days = "0"] = scheduled.split("+") as [string, string?];
  const instant = Date.parse(`${date}T${clock}${offset}`) + Number(days) * 86_400_000;
  return { local: localOf(instant), timeZone: zone, utc: new Date(instant).toISOString() };
}
