/** Making a format costs more than all the rest of a request, and customers live in few zones. */
const formats = new Map<string, Intl.DateTimeFormat>();
const maxFormats = 100;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "long",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  if (formats.size >= maxFormats) formats.delete(formats.keys().next().value!);
  formats.set(timeZone, format);
  return format;
}

/** What was said last of each zone: many conversations ask within a minute. */
const said = new WeakMap<Intl.DateTimeFormat, { minute: number; text: string }>();

const parts = (now: number, timeZone: string): string => {
  const format = formatOf(timeZone);
  const minute = Math.floor(now / 60_000);
  const last = said.get(format);
  if (last?.minute === minute) return last.text;
  const part = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const text = `${part.weekday} ${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}, ${timeZone}`;
  said.set(format, { minute, text });
  return text;
};

/**
 * The note that tells a model the time, in the customer's zone (UTC when that zone is unknown). To the minute, so that the
 * calls of one turn mostly share it. It goes behind everything else: what stands before it stays the same for caches.
 */
export function timeNote(now: number, timeZone: string): string {
  try {
    return `[now: ${parts(now, timeZone)}]`;
  } catch {
    return `[now: ${parts(now, "UTC")}]`;
  }
}
