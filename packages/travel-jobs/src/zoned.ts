import { TravelAgentError } from "@travelagent/protocol";

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
  formats.set(timeZone, known);
  return known;
}

/** What the clock there shows at that instant, as if it were UTC. Milliseconds. */
function wall(at: number, timeZone: string): number {
  const part = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
}

/** `2027-03-28`, as the calendar there shows it. */
export const dayIn = (at: number, timeZone: string): string => new Date(wall(at, timeZone)).toISOString().slice(0, 10);

/** `2027-03-28 23:59 Europe/Paris`, for people. */
export const sayIn = (at: number, timeZone: string): string => `${new Date(wall(at, timeZone)).toISOString().slice(0, 16).replace("T", " ")} ${timeZone}`;

/** The instant at which the clock there shows `local`; of a time that is skipped the one after it, of one that comes twice the first. */
export function instantOf(local: string, timeZone: string): number {
  const wanted = Date.parse(`${local}Z`);
  if (Number.isNaN(wanted)) throw new TravelAgentError("INVALID_REQUEST", `"${local}" is no time; write it as 2027-03-28T10:15`);
  const guesses = [
    wanted - (wall(wanted - 86_400_000, timeZone) - (wanted - 86_400_000)),
    wanted - (wall(wanted + 86_400_000, timeZone) - (wanted + 86_400_000)),
  ];
  return guesses.find((guess) => wall(guess, timeZone) === wanted) ?? Math.max(...guesses);
}

/**
 * When a time limit ends. One with an offset is an instant; a wall clock is meant as the supplier's office shows it, and a date alone as
 * the last second of that day there. Undefined for what is no time.
 */
export function limitEnd(limit: string, timeZone: string): number | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(limit)) return instantOf(`${limit}T23:59:59`, timeZone);
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/.test(limit)) return instantOf(limit.length === 16 ? `${limit}:00` : limit.slice(0, 19), timeZone);
  const at = Date.parse(limit);
  return Number.isNaN(at) ? undefined : at;
}
