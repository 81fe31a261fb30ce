/**
 * When a cron expression is due, worked out from nothing but the wall clocks of its zone, minute by minute: the judge of the scheduler shares no
 * code with it. Knows numbers, lists, ranges and steps.
 */
interface Wall {
  minute: number;
  hour: number;
  day: number;
  month: number;
  weekday: number;
  /** Minutes on the wall clock since some day. */
  stamp: number;
}

const walls = new Map<string, { fromMs: number; walls: Wall[] }>();

function wallsOf(zone: string, fromMs: number, toMs: number): Wall[] {
  const known = walls.get(zone);
  if (known && known.fromMs === fromMs && known.walls.length >= (toMs - fromMs) / 60_000) return known.walls;
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const made: Wall[] = [];
  let offset = 0;
  for (let at = fromMs; at < toMs; at += 60_000) {
    // Offsets change at quarters of an hour.
    if (made.length === 0 || at % 900_000 === 0) {
      const [, day, month, year, hour, minute] = /(\d+)\/(\d+)\/(\d+), (\d+):(\d+)/.exec(format.format(at))!.map(Number);
      offset = Date.UTC(year!, month! - 1, day!, hour!, minute!) - at;
    }
    const wall = new Date(at + offset);
    made.push({
      minute: wall.getUTCMinutes(),
      hour: wall.getUTCHours(),
      day: wall.getUTCDate(),
      month: wall.getUTCMonth() + 1,
      weekday: wall.getUTCDay(),
      stamp: (at + offset) / 60_000,
    });
  }
  walls.set(zone, { fromMs, walls: made });
  return made;
}

function valuesOf(field: string, low: number, high: number): Set<number> {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const [range = "*", step = "1"] = part.split("/");
    const [from, to] = range === "*" ? [low, high] : range.includes("-") ? range.split("-").map(Number) : [Number(range), Number(range)];
    for (let value = from!; value <= to!; value += Number(step)) values.add(value);
  }
  return values;
}

/** All times from `fromMs` (a whole quarter of an hour) and before `toMs`. */
export function expectedTimes(expr: string, zone: string, fromMs: number, toMs: number): number[] {
  const [minutes, hours, days, months, weekdays] = expr.split(" ").map((field, index) => valuesOf(field, [0, 0, 1, 1, 0][index]!, [59, 23, 31, 12, 6][index]!));
  const [, , dayField, , weekdayField] = expr.split(" ");
  const isDay = ({ day, weekday }: Wall) =>
    dayField !== "*" && weekdayField !== "*" ? days!.has(day) || weekdays!.has(weekday) : days!.has(day) && weekdays!.has(weekday);
  const matches = (wall: Wall) => minutes!.has(wall.minute) && hours!.has(wall.hour) && months!.has(wall.month) && isDay(wall);
  const everyHour = hours!.size === 24;
  const all = wallsOf(zone, fromMs, toMs);
  const found = new Set<number>();
  let highest = Number.NEGATIVE_INFINITY;
  for (const [index, wall] of all.entries()) {
    const at = fromMs + index * 60_000;
    if (at >= toMs) break;
    const before = all[index - 1];
    // The clocks jumped forward: what lay between is due now, once.
    if (!everyHour && before && wall.stamp > before.stamp + 1)
      for (let stamp = before.stamp + 1; stamp < wall.stamp; stamp++) {
        const left = new Date(stamp * 60_000);
        const skipped = {
          minute: left.getUTCMinutes(),
          hour: left.getUTCHours(),
          day: left.getUTCDate(),
          month: left.getUTCMonth() + 1,
          weekday: left.getUTCDay(),
          stamp,
        };
        if (matches(skipped)) found.add(at);
      }
    if (matches(wall) && (everyHour || wall.stamp > highest)) found.add(at);
    highest = Math.max(highest, wall.stamp);
  }
  return [...found].sort((a, b) => a - b);
}
