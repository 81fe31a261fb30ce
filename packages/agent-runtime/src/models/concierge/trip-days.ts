import { addDays, daysBetween, monthOf } from "./calendar.ts";
import type { Dates, DayMention } from "./dates.ts";
import type { Vertical } from "./intents.ts";
import { resolveDay } from "./resolve-day.ts";
import { type DaySlot, endOf, type Slots } from "./state.ts";

interface DateContext {
  focus?: Vertical;
  /** Only the end was asked for. */
  endOnly: boolean;
  /** A new start moves the end along. */
  keepLength?: boolean;
}

const dayIn = (slot: DaySlot | undefined): string | undefined => (slot && "day" in slot ? slot.day : undefined);

/** A day, or what is unclear about it. A day in the past is not taken. */
export function toDaySlot(mention: DayMention, today: string, notBefore?: string): { slot: DaySlot; until?: string } {
  const resolved = resolveDay(mention.spec, today, notBefore);
  if ("day" in resolved) {
    if (resolved.day < today) return { slot: { said: mention.said, why: "past", options: [] } };
    return { slot: { day: resolved.day }, ...(resolved.until ? { until: resolved.until } : {}) };
  }
  return { slot: { said: mention.said, why: resolved.why, options: resolved.options, ...(resolved.month === undefined ? {} : { month: resolved.month }) } };
}

/** "The 14th" after "in March" or "12 March" is 14 March. */
const inMonth = (mention: DayMention, before: DaySlot | undefined): DayMention => {
  const month = before && ("day" in before ? monthOf(before.day) : before.month);
  return mention.spec.kind === "dayOfMonth" && month !== undefined
    ? { ...mention, spec: { kind: "dayMonth", dayOfMonth: mention.spec.dayOfMonth, month } }
    : mention;
};

/** Takes up the days of a message; a new start or length moves the end along where that is what people mean. */
export function applyDates(slots: Slots, dates: Dates, today: string, { focus, endOnly, keepLength = false }: DateContext): boolean {
  const { mentions, nights, shift, shiftOf } = dates;
  if (shift !== undefined) return applyShift(slots, shift, shiftOf, today);
  const free = mentions.filter(({ role }) => role === undefined);
  let start = mentions.find(({ role }) => role === "start");
  let end = mentions.find(({ role }) => role === "end");
  if (!start && !(endOnly && mentions.length === 1)) start = free.shift();
  if (!end && free[0] && free[0] !== start) end = free[0];
  if (start) setStart(slots, start, today, { focus, keepLength, endGiven: end !== undefined || nights !== undefined });
  if (end) {
    slots.end = toDaySlot(inMonth(end, slots.end), today, dayIn(slots.start)).slot;
    delete slots.nights;
  }
  if (nights !== undefined) {
    slots.nights = nights;
    delete slots.end;
  }
  return start !== undefined || end !== undefined || nights !== undefined;
}

function setStart(
  slots: Slots,
  mention: DayMention,
  today: string,
  { focus, keepLength, endGiven }: { focus: Vertical | undefined; keepLength: boolean; endGiven: boolean },
): void {
  const before = dayIn(slots.start);
  const endBefore = dayIn(slots.end);
  const { slot, until } = toDaySlot(inMonth(mention, slots.start), today);
  slots.start = slot;
  const now = dayIn(slot);
  if (until && !endGiven && focus !== "flight") {
    slots.end = { day: until };
    delete slots.nights;
  } else if (now && before && endBefore && !endGiven && (keepLength || now >= endBefore)) slots.end = { day: addDays(now, daysBetween(before, endBefore)) };
  else if (now && endBefore && !before && now > endBefore) delete slots.end;
}

function applyShift(slots: Slots, shift: number, shiftOf: "start" | "end" | undefined, today: string): boolean {
  const start = dayIn(slots.start);
  const end = endOf(slots, addDays);
  let moved = false;
  if (start && shiftOf !== "end" && addDays(start, shift) >= today) {
    slots.start = { day: addDays(start, shift) };
    moved = true;
  }
  if (slots.nights !== undefined && !slots.end && shiftOf === undefined) return moved;
  if (start && !end && shiftOf === "end" && shift > 0) {
    slots.end = { day: addDays(start, shift) };
    moved = true;
  }
  if (end && shiftOf !== "start") {
    slots.end = { day: addDays(end, shift) };
    delete slots.nights;
    moved = true;
  }
  return moved;
}
