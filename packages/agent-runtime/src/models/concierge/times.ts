import { matches, type Span } from "./text.ts";

export interface TimeMention {
  /** `HH:mm`. */
  time: string;
  role?: "start" | "end";
  span: Span;
}

const pattern =
  /\b(?:at\s+|around\s+|by\s+)?(?:(\d{1,2})[:.h](\d{2})\s*(am|pm|a\.m\.?|p\.m\.?)?|(\d{1,2})\s*(am|pm|a\.m\.|p\.m\.|o'clock)|(noon|midday|midnight))(?![\d/])|\bat\s+(\d{1,2})(?=\s*(?:$|[,.;!?]|and\b|on\b|in\b|until\b|to\b|tomorrow\b|pick|drop|return))/;

/** Times of the day in a text in `normalise` form, in order. */
export function readTimes(text: string): TimeMention[] {
  const found: TimeMention[] = [];
  for (const match of matches(pattern, text)) {
    const half = (match[3] ?? match[5] ?? "")[0];
    let hour = Number(match[1] ?? match[4] ?? match[7] ?? (match[6] === "midnight" ? 0 : 12));
    const minute = Number(match[2] ?? 0);
    if (half === "p" && hour < 12) hour += 12;
    if (half === "a" && hour === 12) hour = 0;
    if (hour > 23 || minute > 59) continue;
    const before = text.slice(Math.max(0, match.span.start - 60), match.span.start);
    const end = Math.max(before.search(/\b(?:drop(?:ping)?|return(?:ing)?|back|until|to)\b(?!.*\b(?:pick|from|start))/), -1) >= 0;
    found.push({ time: `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`, ...(end ? { role: "end" as const } : {}), span: match.span });
  }
  return found;
}
