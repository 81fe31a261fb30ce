import { count, type Span, toNumber } from "./text.ts";

export type Cabin = "ECONOMY" | "PREMIUM_ECONOMY" | "BUSINESS" | "FIRST";
export type CarCategory = "mini" | "economy" | "compact" | "intermediate" | "standard" | "fullsize" | "suv" | "van" | "premium";

/** What narrows a search beyond place, time, party and budget. `false` takes a wish back. */
export interface Wishes {
  cabin?: Cabin;
  direct?: boolean;
  minStars?: number;
  refundable?: boolean;
  rooms?: number;
  category?: CarCategory;
  automatic?: boolean;
  driverAge?: number;
  roundTrip?: boolean;
  oneWay?: boolean;
  cheaper?: boolean;
  moreOffers?: boolean;
  dropBudget?: boolean;
  spans: Span[];
}

type Read = (match: RegExpExecArray) => Partial<Wishes> | undefined;

function within(key: "minStars" | "rooms" | "driverAge", value: number | undefined, from: number, to: number): Partial<Wishes> | undefined {
  return value !== undefined && value >= from && value <= to ? { [key]: value } : undefined;
}

/** In order: what an earlier pattern says of a thing holds. */
const patterns: [RegExp, Read][] = [
  [/\bpremium[\s-]+economy(?:\s+class)?\b/, () => ({ cabin: "PREMIUM_ECONOMY" })],
  [/\bfirst[\s-]+class\b|\bin\s+first\b(?!\s+(?:place|week))/, () => ({ cabin: "FIRST" })],
  [/\bbusiness(?:[\s-]+class)?\b(?!\s+(?:trip|meeting|travel|partner|hotel|people|card|hours|days?))/, () => ({ cabin: "BUSINESS" })],
  [/\b(?:economy|coach|tourist)[\s-]+class\b|\bin\s+economy\b|\beconomy\b(?!\s+car)/, () => ({ cabin: "ECONOMY" })],
  [
    /\b(?:stops?|stopovers?|connections?|layovers?)\s+(?:is|are)\s+(?:ok|okay|fine|alright)\b|\bwith\s+(?:a\s+)?(?:stops?|connections?)\b|\b(?:no\s+need\s+for|not\s+necessarily|need\s+not\s+be)\s+direct\b|\balso\s+with\s+stops\b/,
    () => ({ direct: false }),
  ],
  [
    /\b(?:only\s+|just\s+)?(?:direct|non-?\s?stop)\b(?:\s+(?:ones?|flights?|only))*|\b(?:no|without|zero|0)\s+(?:any\s+)?(?:stops?|stopovers?|layovers?|connections?|changes?)\b/,
    () => ({ direct: true }),
  ],
  [
    new RegExp(
      `\\b(?:at\\s+least\\s+|min(?:imum)?\\s+)?(${count})(?:\\s*(?:\\+|or\\s+(?:more|5|five)))?[\\s-]*(?:stars?\\b|\\*)(?:\\s+(?:hotels?|or\\s+(?:better|more|above|higher)))?`,
    ),
    (m) => within("minStars", toNumber(m[1]!), 1, 5),
  ],
  [/(?<![*])(\*{2,5})(?![*])/, (m) => within("minStars", m[1]!.length, 1, 5)],
  [/\bluxur(?:y|ious)\b(?=.*\bhotel)/, () => ({ minStars: 5 })],
  [/\bnon-?refundable\s+(?:is|are)\s+(?:ok|okay|fine)\b/, () => ({ refundable: false })],
  [
    /\b(?:fully\s+)?(?<!non-)(?<!non\s)refundable\b(?:\s+only)?|\bfree\s+cancellation\b|\bcancell?able\b|\bwith\s+(?:a\s+)?refund\b/,
    () => ({ refundable: true }),
  ],
  [new RegExp(`\\b(${count}|a|an)\\s+(?:(?:double|single|twin|separate|family)\\s+)?rooms?\\b`), (m) => within("rooms", toNumber(m[1]!), 1, 8)],
  [/\bautomatic(?:s)?\b(?:\s+(?:only|transmission|gearbox|car))*|\bnot\s+manual\b/, () => ({ automatic: true })],
  [/\bmanual\s+(?:is|would\s+be)\s+(?:ok|okay|fine)\b/, () => ({ automatic: false })],
  [/\b(?:suvs?|4x4|jeeps?|off-?roaders?|four-wheel)\b/, () => ({ category: "suv" })],
  [/\b(?:mini-?vans?|vans?|people\s+carriers?|(?:7|seven|8|eight|9|nine)[\s-]*seaters?)\b/, () => ({ category: "van" })],
  [/\b(?:mini|smallest)\s*(?:car\b|$)|\bmini\b(?=.*\bcar)/, () => ({ category: "mini" })],
  [/\b(?:small|economy)\s+(?:rental\s+)?(?:car|one)\b/, () => ({ category: "economy" })],
  [/\bcompact\b/, () => ({ category: "compact" })],
  [/\b(?:intermediate|mid-?size)\b/, () => ({ category: "intermediate" })],
  [/\b(?:full-?\s?size|large\s+car|big\s+car|bigger\s+car)\b/, () => ({ category: "fullsize" })],
  [/\b(?:premium|luxury)\s+car\b|\bluxury\b(?=.*\bcar)/, () => ({ category: "premium" })],
  [
    /\b(?:driver(?:\s+is|'s\s+age(?:\s+is)?|\s+age(?:\s+is)?|\s+aged)?|i\s+am|i'm|aged?)\s*:?\s*(\d{2})(?:\s*(?:years?(?:\s+old)?|yo))?\b(?!\s*(?:people|adults|of))/,
    (m) => within("driverAge", Number(m[1]), 18, 99),
  ],
  [/\bround[\s-]*trip\b|\breturn\s+(?:flights?|tickets?|trip|journey)\b|\bthere\s+and\s+back\b|\bboth\s+ways\b/, () => ({ roundTrip: true })],
  [/\bone[\s-]*way\b|\bno\s+return\b|\bsingle\s+(?:ticket|flight)\b|\bwithout\s+(?:a\s+)?return\b/, () => ({ oneWay: true })],
  [
    /\b(?:something\s+|anything\s+|any\s+)?(?:cheaper|less\s+expensive|more\s+affordable|lower\s+price)\b(?:\s+(?:ones?|options?|flights?|hotels?|cars?))?|\btoo\s+(?:expensive|pricey|much)\b/,
    () => ({ cheaper: true }),
  ],
  [
    /\b(?:show|see|any|have|got|are\s+there)?\s*(?:me\s+)?(?:more|other|further|different)\s+(?:options?|offers?|flights?|hotels?|cars?|results?|choices|ones)\b|\bshow\s+(?:me\s+)?more\b|\bwhat\s+else\b|\banything\s+else\s*\?/,
    () => ({ moreOffers: true }),
  ],
  [
    /\b(?:any|no)\s+(?:price|budget(?:\s+limit)?)\b|\b(?:price|money|budget)\s+(?:does\s+not|doesn't)\s+matter\b|\b(?:drop|forget|ignore|remove|without)\s+(?:the\s+)?budget\b/,
    () => ({ dropBudget: true }),
  ],
];

/** Cabin, stars, gearbox and the like from a text in `normalise` form. */
export function readWishes(text: string): Wishes {
  let wishes: Wishes = { spans: [] };
  for (const [pattern, read] of patterns) {
    const match = pattern.exec(text);
    const wish = match ? read(match) : undefined;
    if (match && wish) wishes = { ...wish, ...wishes, spans: [...wishes.spans, { start: match.index, end: match.index + match[0].length }] };
  }
  return wishes;
}

/** Whether anything was wished. */
export const hasWishes = ({ spans }: Wishes): boolean => spans.length > 0;
