import { addDays, addMonths, monthOf } from "./calendar.ts";
import { amountOf, blank, count, matches, ordinalWord, type Span, toNumber, toOrdinal } from "./text.ts";

/** What was said about a day, before it is known which year or which reading is meant. */
export type DaySpec =
  | { kind: "day"; day: string }
  | { kind: "dayMonth"; dayOfMonth: number; month: number; year?: number }
  /** `3/4` or `3/4/2027`: both readings are possible. */
  | { kind: "numeric"; first: number; second: number; year?: number }
  | { kind: "dayOfMonth"; dayOfMonth: number }
  | { kind: "weekday"; weekday: number; next: boolean }
  | { kind: "weekend"; next: boolean }
  | { kind: "month"; month: number }
  /** Days around a feast: which of them is asked. */
  | { kind: "around"; feast: "Christmas" | "New Year" | "Easter" }
  | { kind: "invalid" };

export interface DayMention {
  spec: DaySpec;
  role?: "start" | "end";
  said: string;
  span: Span;
}

export interface Dates {
  mentions: DayMention[];
  nights?: number;
  /** "one day later": days to move by. */
  shift?: number;
  /** What of the trip the shift is about, when said. */
  shiftOf?: "start" | "end";
  spans: Span[];
}

const months = [
  "jan(?:uary)?",
  "feb(?:ruary)?",
  "mar(?:ch)?",
  "apr(?:il)?",
  "may",
  "june?",
  "july?",
  "aug(?:ust)?",
  "sept?(?:ember)?",
  "oct(?:ober)?",
  "nov(?:ember)?",
  "dec(?:ember)?",
];
const month = `(?:${months.join("|")})`;
const monthPatterns = months.map((pattern) => new RegExp(`^${pattern}$`));
const toMonth = (word: string): number => monthPatterns.findIndex((pattern) => pattern.test(word)) + 1;

const weekdays = ["sun(?:days?)?", "mon(?:days?)?", "tue(?:s(?:days?)?)?", "wed(?:nesdays?)?", "thu(?:rs?(?:days?)?)?", "fri(?:days?)?", "sat(?:urdays?)?"];
const weekday = `(?:${weekdays.join("|")})`;
const weekdayPatterns = weekdays.map((pattern) => new RegExp(`^${pattern}$`));
const toWeekday = (word: string): number => weekdayPatterns.findIndex((pattern) => pattern.test(word));

const nth = "(\\d{1,2})(?:st|nd|rd|th)?";
const yearTail = "(?:\\s*,?\\s*(?:of\\s+|in\\s+)?(\\d{4})\\b)?";
const link = "\\s*(?:-|to|until|till|til|through|thru|and)\\s*";
const year4 = (text: string | undefined): number | undefined => (text === undefined ? undefined : text.length === 2 ? 2000 + Number(text) : Number(text));

const withYear = (spec: { kind: "dayMonth"; dayOfMonth: number; month: number }, year: number | undefined): DaySpec => ({
  ...spec,
  ...(year === undefined ? {} : { year }),
});
const dayMonth = (dayOfMonth: string, monthWord: string, year?: string): DaySpec =>
  withYear({ kind: "dayMonth", dayOfMonth: Number(dayOfMonth), month: toMonth(monthWord) }, year4(year));

/** Months before a number of days in the same month: `28 to 3 April` starts in March. */
function rangeOf(first: string, second: string, monthWord: string, year?: string): [DaySpec, DaySpec] {
  const end = dayMonth(second, monthWord, year);
  if (Number(first) <= Number(second)) return [dayMonth(first, monthWord, year), end];
  const monthNumber = toMonth(monthWord);
  const before = monthNumber === 1 ? 12 : monthNumber - 1;
  const yearBefore = year4(year);
  return [
    withYear(
      { kind: "dayMonth", dayOfMonth: Number(first), month: before },
      yearBefore === undefined ? undefined : monthNumber === 1 ? yearBefore - 1 : yearBefore,
    ),
    end,
  ];
}

function numeric(first: number, second: number, year: number | undefined, dayFirst: boolean): DaySpec {
  if (dayFirst || first > 12 || first === second)
    return second > 12 ? { kind: "invalid" } : withYear({ kind: "dayMonth", dayOfMonth: first, month: second }, year);
  if (second > 12) return withYear({ kind: "dayMonth", dayOfMonth: second, month: first }, year);
  return { kind: "numeric", first, second, ...(year === undefined ? {} : { year }) };
}

type Read = (match: RegExpExecArray, today: string) => DaySpec[] | null;
const one = (spec: DaySpec): DaySpec[] => [spec];
const offset = (match: RegExpExecArray, from: string): DaySpec[] | null => {
  const n = toNumber(match[1]!);
  if (n === undefined) return null;
  if (match[2]!.startsWith("month")) return one({ kind: "day", day: addMonths(from, n) });
  return one({ kind: "day", day: addDays(from, n * (match[2]!.startsWith("week") ? 7 : match[2]!.startsWith("fortnight") ? 14 : 1)) });
};

/** In order: an earlier pattern takes its words away from the later ones. */
const patterns: [RegExp, Read][] = [
  [/\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b/, (m) => one(withYear({ kind: "dayMonth", dayOfMonth: Number(m[3]), month: Number(m[2]) }, Number(m[1])))],
  [
    // Not the minutes of "10:00 to 15 March".
    new RegExp(`(?<!\\d[:.h])\\b(?:from\\s+|between\\s+)?(?:the\\s+)?${nth}${link}(?:the\\s+)?${nth}\\s*(?:of\\s+)?(${month})\\b${yearTail}`),
    (m) => rangeOf(m[1]!, m[2]!, m[3]!, m[4]),
  ],
  [
    new RegExp(`\\b(${month})\\.?\\s+(?:the\\s+)?${nth}${link}(?:the\\s+)?${nth}(?!\\s*(?:${month}|adult|people|person|night|pax|traveller|:))\\b${yearTail}`),
    (m) => (Number(m[2]) < Number(m[3]) ? rangeOf(m[2]!, m[3]!, m[1]!, m[4]) : null),
  ],
  [
    new RegExp(
      `(?<!\\b${month}\\.?\\s+)\\b${nth}[\\s.-]*(?:of\\s+|day\\s+of\\s+)?(${month})\\b\\.?(?:\\s*,?\\s*(?:of\\s+|in\\s+)?(\\d{4})\\b|\\s*'(\\d{2})\\b|-(\\d{2})\\b)?`,
    ),
    (m) => one(dayMonth(m[1]!, m[2]!, m[3] ?? m[4] ?? m[5])),
  ],
  [
    new RegExp(`\\b(${month})\\.?\\s*(?:the\\s+)?${nth}(?![\\d:/]|\\s*(?:adult|people|person|night|pax|traveller|guest|room))\\b${yearTail}`),
    (m) => one(dayMonth(m[2]!, m[1]!, m[3])),
  ],
  [new RegExp(`\\b(?:the\\s+)?(${ordinalWord})\\s+(?:of\\s+)?(${month})\\b${yearTail}`), (m) => one(dayMonth(String(toOrdinal(m[1]!)), m[2]!, m[3]))],
  [/\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})\b/, (m) => one(numeric(Number(m[1]), Number(m[2]), year4(m[3]), true))],
  [/\b(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})\b/, (m) => one(numeric(Number(m[1]), Number(m[3]), year4(m[4]), false))],
  [
    /(?<![\d/.,])(\d{1,2})\/(\d{1,2})(?![\d/]|[.,]\d)/,
    (m) =>
      Number(m[1]) > 31 || Number(m[2]) > 31 || (m[1] === "24" && m[2] === "7") || Number(m[1]) === 0 || Number(m[2]) === 0
        ? null
        : one(numeric(Number(m[1]), Number(m[2]), undefined, false)),
  ],
  [/\b(?:the\s+)?day\s+after\s+tomorrow\b/, (_, today) => one({ kind: "day", day: addDays(today, 2) })],
  [new RegExp(`\\b(${amountOf})\\s+(days?|weeks?|months?|fortnights?)\\s+from\\s+(?:now|today)\\b`), offset],
  [new RegExp(`\\b(${amountOf})\\s+(days?|weeks?|months?|fortnights?)\\s+from\\s+tomorrow\\b`), (m, today) => offset(m, addDays(today, 1))],
  [new RegExp(`\\b(?:in|within)\\s+(?:about\\s+)?(${amountOf})\\s+(days?|weeks?|months?|fortnights?)(?:'s?)?(?:\\s+time)?\\b`), offset],
  [/\b(?:on\s+)?(?:christmas|xmas)\s+(day|eve)\b/, (m) => one({ kind: "dayMonth", dayOfMonth: m[1] === "eve" ? 24 : 25, month: 12 })],
  [
    /\b(?:over\s+|at\s+|for\s+|around\s+)?(?:christmas|xmas)\b(?!\s+(?:markets?|party|shopping|tree|present|gift))/,
    () => one({ kind: "around", feast: "Christmas" }),
  ],
  [/\b(?:over\s+|at\s+|for\s+|around\s+)?easter\b(?!\s+island)/, () => one({ kind: "around", feast: "Easter" })],
  [/\b(?:tomorrow|tmrw|tmr|2moro|2morrow|tomoro|tomorow|tommorow|tommorrow)\b/, (_, today) => one({ kind: "day", day: addDays(today, 1) })],
  [/\b(?:today|tonight)\b/, (_, today) => one({ kind: "day", day: today })],
  [/\b(this|next|the coming|coming)?\s*(?:long\s+)?week-?end\b/, (m) => one({ kind: "weekend", next: m[1] === "next" })],
  [
    /\bnew\s+year'?s?\s+(day|eve)\b/,
    (m) => one(m[1] === "eve" ? { kind: "dayMonth", dayOfMonth: 31, month: 12 } : { kind: "dayMonth", dayOfMonth: 1, month: 1 }),
  ],
  [/\b(?:over\s+|at\s+|for\s+|around\s+)?(?:the\s+)?new\s+year'?s?\b/, () => one({ kind: "around", feast: "New Year" })],
  [
    new RegExp(`\\b(this|next|the coming|coming|on|the)?\\s*(${weekday})\\b(?!')`),
    (m) =>
      m[1] === undefined &&
      /^(?:sun|sat|mon|wed|fri)$/.test(m[2]!) &&
      !/\b(?:on|from|until|till|to|by|return|returning|back|-)\s*$/.test(m.input.slice(0, m.index)) &&
      m.input.trim() !== m[2]
        ? null
        : one({ kind: "weekday", weekday: toWeekday(m[2]!), next: m[1] === "next" }),
  ],
  [
    new RegExp(`\\b(?:the\\s+)?(\\d{1,2})(?:st|nd|rd|th)${link}(?:the\\s+)?(\\d{1,2})(?:st|nd|rd|th)\\b`),
    (m) => [
      { kind: "dayOfMonth", dayOfMonth: Number(m[1]) },
      { kind: "dayOfMonth", dayOfMonth: Number(m[2]) },
    ],
  ],
  [/\bnext\s+month\b/, (_, today) => one({ kind: "month", month: monthOf(addMonths(today, 1)) })],
  [
    /\bthe\s+(\d{1,2})(?:st|nd|rd|th)\b(?!\s*(?:one|option|offer|flight|hotel|car|choice|class|result|floor|birthday))/,
    (m) => one({ kind: "dayOfMonth", dayOfMonth: Number(m[1]) }),
  ],
  [
    /\b(?:on|until|till|return(?:ing)?|back|leav(?:e|ing)|depart(?:ing)?)\s+(\d{1,2})(?:st|nd|rd|th)\b/,
    (m) => one({ kind: "dayOfMonth", dayOfMonth: Number(m[1]) }),
  ],
  [
    new RegExp(`\\b(?:in|during|early|mid|mid-|late|end\\s+of|beginning\\s+of|start\\s+of|middle\\s+of|sometime\\s+in|this|next|of|for)\\s*(${month})\\b`),
    (m) => one({ kind: "month", month: toMonth(m[1]!) }),
  ],
  [
    /^\s*(january|february|march|april|june|july|august|september|october|november|december)\s*[.!?]?\s*$/,
    (m) => one({ kind: "month", month: toMonth(m[1]!) }),
  ],
];

const endCue =
  /(?:\b(?:return(?:ing)?|back|until|till|til|through|thru|to|check(?:ing)?[- ]?out|drop(?:ping)?(?:[- ]?(?:it\s+)?off)?|bring(?:ing)?\s+it\s+back|home|inbound|ending|end)\b|-)(?:\s+(?:flight|date|is|will\s+be|to|on|at|by|for|it|the|of|day|home))*\s*:?\s*(?:on\s+)?(?:the\s+)?$/;
const startCue =
  /\b(?:from|depart(?:s|ing|ure)?|leav(?:e|ing)|fly(?:ing)?(?:\s+out)?|start(?:s|ing)?|check(?:ing)?[- ]?in|pick(?:ing)?(?:[- ]?(?:it\s+)?up)|outbound|arriv(?:e|ing|al))(?:\s+(?:flight|date|is|will\s+be|on|at|it|the|day|to))*\s*:?\s*(?:on\s+)?(?:the\s+)?$/;

function roles(mentions: DayMention[], text: string): void {
  let previousEnd = 0;
  for (const [index, mention] of mentions.entries()) {
    const before = text.slice(Math.max(previousEnd, mention.span.start - 40), mention.span.start);
    previousEnd = mention.span.end;
    if (mention.role) continue;
    // "to 20 March" alone names a new date, "return to 20 March" and "12 March to 20 March" an end.
    const alone = index === 0 && /\b(?:to|-)\s*(?:the\s+)?$/.test(before) && !/\b(?:return|back|check)/.test(before);
    if (!alone && endCue.test(before)) mention.role = "end";
    else if (startCue.test(before)) mention.role = "start";
  }
}

/** One date that can only be read one way tells how the others beside it are written. */
function settleOrder(mentions: DayMention[]): void {
  const pairs = mentions.flatMap(({ said }) => {
    const pair = /^(?:on\s+)?(\d{1,2})[/-](\d{1,2})(?:[/-]\d{2,4})?$/.exec(said);
    return pair ? [[Number(pair[1]), Number(pair[2])] as const] : [];
  });
  const dayFirst = pairs.some(([first]) => first > 12);
  if (dayFirst === pairs.some(([, second]) => second > 12)) return;
  for (const mention of mentions) {
    const { spec } = mention;
    if (spec.kind !== "numeric") continue;
    const [dayOfMonth, month] = dayFirst ? [spec.first, spec.second] : [spec.second, spec.first];
    mention.spec = { kind: "dayMonth", dayOfMonth, month, ...(spec.year === undefined ? {} : { year: spec.year }) };
  }
}

const takeShift = (text: string): { shift: number; shiftOf?: "start" | "end"; span: Span } | undefined => {
  const later = new RegExp(`\\b(${amountOf})\\s+(days?|weeks?)\\s+(later|earlier|after|before|sooner)\\b`).exec(text);
  const near = later ? null : /\bthe\s+(?:next|following)\s+day\b|\bthe\s+day\s+(?:before|earlier|after)\b(?!\s+tomorrow)/.exec(text);
  const found = later ?? near;
  if (!found) return undefined;
  const days = later ? (toNumber(later[1]!) ?? 1) * (later[2]!.startsWith("week") ? 7 : 1) : 1;
  const back = later ? /earlier|before|sooner/.test(later[3]!) : /before|earlier/.test(found[0]);
  const shiftOf = /\b(?:return(?:ing)?|back)\b/.test(text) ? "end" : /\b(?:leav|depart|outbound)/.test(text) ? "start" : undefined;
  return { shift: back ? -days : days, ...(shiftOf ? { shiftOf } : {}), span: { start: found.index, end: found.index + found[0].length } };
};

const takeNights = (text: string): { nights: number; span: Span } | undefined => {
  const found =
    new RegExp(`\\b(?:for\\s+)?(${amountOf})[\\s-]*(nights?)\\b`).exec(text) ??
    new RegExp(`\\b(?:for|stay(?:ing)?(?:\\s+for)?|spend(?:ing)?)\\s+(?:about\\s+)?(${amountOf})[\\s-]*(days?|weeks?|fortnights?)\\b`).exec(text) ??
    new RegExp(`(?<!\\b(?:next|this|per|every)\\s)\\b(${count}|an?)[\\s-]+(days?|weeks?|fortnights?)\\b(?!\\s*(?:ago|old|from|notice))`).exec(text);
  const n = found ? toNumber(found[1]!) : undefined;
  if (!found || n === undefined || n < 1) return undefined;
  const nights = found[2]!.startsWith("week") ? n * 7 : found[2]!.startsWith("fortnight") ? n * 14 : n;
  return nights > 365 ? undefined : { nights, span: { start: found.index, end: found.index + found[0].length } };
};

const vague = new Set<DaySpec["kind"]>(["weekend", "around", "month"]);

/** All that a text in `normalise` form says about days. Relative ones count from `today`. */
export function readDates(text: string, today: string): Dates {
  const mentions: DayMention[] = [];
  const spans: Span[] = [];
  let rest = text;
  const take = (span: Span) => {
    spans.push(span);
    rest = blank(rest, [span]);
  };
  const shift = takeShift(rest);
  if (shift) take(shift.span);
  for (const [pattern, read] of patterns) {
    for (const match of matches(pattern, rest)) {
      const specs = read(match, today);
      if (!specs) continue;
      take(match.span);
      const said = match[0].trim();
      for (const [index, spec] of specs.entries())
        mentions.push({ spec, said, span: match.span, ...(specs.length === 2 ? { role: index === 0 ? ("start" as const) : ("end" as const) } : {}) });
    }
  }
  mentions.sort((a, b) => a.span.start - b.span.start);
  settleOrder(mentions);
  roles(mentions, text);
  const nights = takeNights(rest);
  if (nights) take(nights.span);
  // "Next month from the 5th": the days are that month's.
  const inMonth = mentions.find(({ spec }) => spec.kind === "month")?.spec;
  if (inMonth?.kind === "month")
    for (const mention of mentions)
      if (mention.spec.kind === "dayOfMonth") mention.spec = { kind: "dayMonth", dayOfMonth: mention.spec.dayOfMonth, month: inMonth.month };
  // "A long weekend, leaving on Friday": the exact day counts.
  const exact = mentions.some(({ spec, role }) => !vague.has(spec.kind) && role !== "end");
  if (exact) mentions.splice(0, mentions.length, ...mentions.filter(({ spec }) => !vague.has(spec.kind)));
  // The little words that belonged to a date must not look like those of a place.
  for (const mention of mentions) {
    const cue = /\b(?:from|to|until|till|on|in|at|for|by|through|-)\s*(?:the\s+)?$/.exec(rest.slice(0, mention.span.start));
    if (cue) take({ start: cue.index, end: mention.span.start });
  }
  // "On 3 May, coming back five days later" is a length.
  const length = shift && shift.shift > 0 && shift.shiftOf === "end" && mentions.length > 0 ? shift.shift : undefined;
  if (length !== undefined) return { mentions, nights: length, spans };
  return {
    mentions,
    ...(nights ? { nights: nights.nights } : {}),
    ...(shift ? { shift: shift.shift, ...(shift.shiftOf ? { shiftOf: shift.shiftOf } : {}) } : {}),
    spans,
  };
}
