import { Temporal } from "temporal-polyfill";

/** What a message is about, which says whether it may disturb somebody. */
export const messageKinds = ["disruption", "payment-page", "one-time-code", "reply", "notice", "reminder", "marketing"] as const;
export type MessageKind = (typeof messageKinds)[number];
export const isMessageKind = (text: string): text is MessageKind => (messageKinds as readonly string[]).includes(text);

/** A trip that goes wrong, and what the customer asked for just now: these come at any hour. */
const urgent: ReadonlySet<MessageKind> = new Set(["disruption", "payment-page", "one-time-code", "reply"]);

export interface QuietHours {
  /** Wall clock, `21:00`. From then on nothing is sent … */
  from: string;
  /** … until then, maybe on the next day. The same as `from`: no hour is quiet. */
  to: string;
}

export interface SendingHours {
  /** IANA zone of the customer. */
  timeZone: string;
  quiet?: QuietHours | undefined;
  /** Days on which messages may go out, 1 is Monday. Default all. */
  days?: readonly number[] | undefined;
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

type Zoned = Temporal.ZonedDateTime;

function isAllowed(at: Zoned, { quiet, days }: SendingHours): boolean {
  if (days && days.length > 0 && !days.includes(at.dayOfWeek)) return false;
  if (!quiet) return true;
  const [from, to, now] = [minutesOf(quiet.from), minutesOf(quiet.to), at.hour * 60 + at.minute];
  return from <= to ? now < from || now >= to : now < from && now >= to;
}

/**
 * The first moment at or after `at` when a message of this kind may go out, in milliseconds since the epoch. Pure. Goes by the wall clock of
 * the customer, also where that jumps: at a change of time nothing is sent in an hour that is quiet by the clock, however often it comes.
 */
export function nextAllowed(at: number, hours: SendingHours, kind: MessageKind): number {
  if (urgent.has(kind)) return at;
  const { timeZone, quiet } = hours;
  const start = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  if (isAllowed(start, hours)) return at;
  // Only at these moments can quiet end: where the wall clock reaches `to` or midnight, or jumps.
  const moments: Zoned[] = [];
  const midnight = { hour: 0, minute: 0 };
  const ends = quiet ? [midnight, { hour: Number(quiet.to.slice(0, 2)), minute: Number(quiet.to.slice(3, 5)) }] : [midnight];
  for (let day = 0; day <= 8; day++) {
    const date = start.toPlainDate().add({ days: day });
    for (const time of ends)
      for (const disambiguation of ["earlier", "later"] as const) moments.push(date.toPlainDateTime(time).toZonedDateTime(timeZone, { disambiguation }));
  }
  const last = start.add({ days: 9 });
  for (let jump = start.getTimeZoneTransition("next"); jump && Temporal.ZonedDateTime.compare(jump, last) < 0; jump = jump.getTimeZoneTransition("next"))
    moments.push(jump);
  const allowed = moments
    .filter((moment) => moment.epochMilliseconds >= at && isAllowed(moment, hours))
    .map((moment) => moment.epochMilliseconds)
    .sort((a, b) => a - b);
  // Without an allowed day nothing would ever go out; the configuration refuses an empty list.
  return allowed[0] ?? at;
}
