import type { Span } from "./text.ts";

/** When a flight is to leave: a part of the day, or later or earlier than what was shown. */
export type LeaveWish = { after?: string; before?: string; said: string } | { than: "later" | "earlier" };

export interface LeaveMention {
  wish: LeaveWish;
  span: Span;
}

const parts: Record<string, { after?: string; before?: string }> = {
  morning: { before: "12:00" },
  afternoon: { after: "12:00", before: "18:00" },
  evening: { after: "17:00" },
  night: { after: "20:00" },
};

const partPattern =
  /\b(?:early\s+|late\s+)?(?:in\s+the\s+|during\s+the\s+|at\s+)?(?<!\bgood\s+)(morning|afternoon|evening|(?<=\bat\s+)night)\b(?:\s+(?:flights?|departures?|please))?/;
const comparePattern =
  /\b(?:(?:something|anything|one|any(?:thing)?\s+(?:flights?|options?))\s+(later|earlier)|(later|earlier)\s+(?:in\s+the\s+(?:day|morning|afternoon|evening)|that\s+day|on\s+the\s+same\s+day|flights?|departures?|ones?|options?)|(?:leav(?:e|ing|es)|depart(?:s|ing)?|fly|flying|go)\s+(?:a\s+(?:bit|little)\s+)?(later|earlier))\b/;
const clockPattern =
  /\b(after|from|before|no\s+later\s+than|not\s+before|no\s+earlier\s+than)\s+(?:(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)|(\d{1,2}):(\d{2})|(noon|midday|lunch(?:time)?))(?!\s*(?:to|until|-)\s*\d)/;

/** When to leave, in a text in `normalise` form whose dates are blanked. Undefined when it does not say. */
export function readLeave(text: string): LeaveMention | undefined {
  const clock = clockPattern.exec(text);
  if (clock) {
    let hour = Number(clock[2] ?? clock[5] ?? 12);
    if (clock[4] === "pm" && hour < 12) hour += 12;
    if (clock[4] === "am" && hour === 12) hour = 0;
    const minute = clock[3] ?? clock[6] ?? "00";
    if (hour < 24 && Number(minute) < 60) {
      const time = `${String(hour).padStart(2, "0")}:${minute}`;
      const until = /^(?:before|no\s+later)/.test(clock[1]!);
      return {
        wish: { ...(until ? { before: time } : { after: time }), said: `${until ? "before" : "after"} ${time}` },
        span: { start: clock.index, end: clock.index + clock[0].length },
      };
    }
  }
  const compared = comparePattern.exec(text);
  if (compared)
    return {
      wish: { than: (compared[1] ?? compared[2] ?? compared[3]) as "later" | "earlier" },
      span: { start: compared.index, end: compared.index + compared[0].length },
    };
  const part = partPattern.exec(text);
  if (!part) return undefined;
  const name = part[1]!;
  return { wish: { ...parts[name]!, said: name === "night" ? "at night" : `in the ${name}` }, span: { start: part.index, end: part.index + part[0].length } };
}
