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

type Apply = (wishes: Wishes, match: RegExpExecArray) => void;

const wordsOf: [RegExp, Apply][] = [
  [/\bpremium[\s-]+economy(?:\s+class)?\b/, (w) => void (w.cabin = "PREMIUM_ECONOMY")],
  [/\bfirst[\s-]+class\b|\bin\s+first\b(?!\s+(?:place|week))/, (w) => void (w.cabin = "FIRST")],
  [/\bbusiness(?:[\s-]+class)?\b(?!\s+(?:trip|meeting|travel|partner|hotel|people|card|hours|days?))/, (w) => void (w.cabin = "BUSINESS")],
  [/\b(?:economy|coach|tourist)[\s-]+class\b|\bin\s+economy\b|\beconomy\b(?!\s+car)/, (w) => void (w.cabin ??= "ECONOMY")],
  [/\b(?:stops?|stopovers?|connections?|layovers?)\s+(?:is|are)\s+(?:ok|okay|fine|alright)\b|\bwith\s+(?:a\s+)?(?:stops?|connections?)\b|\b(?:no\s+need\s+for|not\s+necessarily|need\s+not\s+be)\s+direct\b|\balso\s+with\s+stops\b/, (w) => void (w.direct = false)],
  [/\b(?:only\s+|just\s+)?(?:direct|non-?\s?stop)\b(?:\s+(?:ones?|flights?|only))*|\b(?:no|without|zero|0)\s+(?:any\s+)?(?:stops?|stopovers?|layovers?|connections?|changes?)\b/, (w) => void (w.direct ??= true)],
  [new RegExp(`\\b(?:at\\s+least\\s+|min(?:imum)?\\s+)?(${count})(?:\\s*(?:\\+|or\\s+(?:more|5|five)))?[\\s-]*(?:stars?\\b|\\*)(?:\\s+(?:hotels?|or\\s+(?:better|more|above|higher)))?`), (w, m) => void setStars(w, toNumber(m[1]!))],
  [/(?<![*])(\*{2,5})(?![*])/, (w, m) => void setStars(w, m[1]!.length)],
  [/\bluxur(?:y|ious)\b(?=.*\bhotel)/, (w) => void setStars(w, 5)],
  [/\bnon-?refundable\s+(?:is|are)\s+(?:ok|okay|fine)\b/, (w) => void (w.refundable = false)],
  [/\b(?:fully\s+)?(?<!non-)(?<!non\s)refundable\b(?:\s+only)?|\bfree\s+cancellation\b|\bcancell?able\b|\bwith\s+(?:a\s+)?refund\b/, (w) => void (w.refundable ??= true)],
  [new RegExp(`\\b(${count}|a|an)\\s+(?:(?:double|single|twin|separate|family)\\s+)?rooms?\\b`), (w, m) => void setRooms(w, m[1]!)],
  [/\bautomatic(?:s)?\b(?:\s+(?:only|transmission|gearbox|car))*|\bnot\s+manual\b/, (w) => void (w.automatic ??= true)],
  [/\bmanual\s+(?:is|would\s+be)\s+(?:ok|okay|fine)\b/, (w) => void (w.automatic = false)],
  [/\b(?:suvs?|4x4|jeeps?|off-?roaders?|four-wheel)\b/, (w) => void (w.category = "suv")],
  [/\b(?:mini-?vans?|vans?|people\s+carriers?|(?:7|seven|8|eight|9|nine)[\s-]*seaters?)\b/, (w) => void (w.category = "van")],
  [/\b(?:mini|smallest)\s*(?:car\b|$)|\bmini\b(?=.*\bcar)/, (w) => void (w.category ??= "mini")],
  [/\b(?:small|economy)\s+(?:rental\s+)?(?:car|one)\b/, (w) => void (w.category ??= "economy")],
  [/\bcompact\b/, (w) => void (w.category ??= "compact")],
  [/\b(?:intermediate|mid-?size)\b/, (w) => void (w.category ??= "intermediate")],
  [/\b(?:full-?\s?size|large\s+car|big\s+car|bigger\s+car)\b/, (w) => void (w.category ??= "fullsize")],
  [/\b(?:premium|luxury)\s+car\b|\bluxury\b(?=.*\bcar)/, (w) => void (w.category ??= "premium")],
  [/\b(?:driver(?:\s+is|'s\s+age(?:\s+is)?|\s+age(?:\s+is)?|\s+aged)?|i\s+am|i'm|aged?)\s*:?\s*(\d{2})(?:\s*(?:years?(?:\s+old)?|yo))?\b(?!\s*(?:people|adults|of))/, (w, m) => void setDriver(w, Number(m[1]))],
  [/\bround[\s-]*trip\b|\breturn\s+(?:flights?|tickets?|trip|journey)\b|\bthere\s+and\s+back\b|\bboth\s+ways\b/, (w) => void (w.roundTrip = true)],
  [/\bone[\s-]*way\b|\bno\s+return\b|\bsingle\s+(?:ticket|flight)\b|\bwithout\s+(?:a\s+)?return\b/, (w) => void (w.oneWay = true)],
  [/\b(?:something\s+|anything\s+|any\s+)?(?:cheaper|less\s+expensive|more\s+affordable|lower\s+price)\b(?:\s+(?:ones?|options?|flights?|hotels?|cars?))?|\btoo\s+(?:expensive|pricey|much)\b/, (w) => void (w.cheaper = true)],
  [/\b(?:show|see|any|have|got|are\s+there)?\s*(?:me\s+)?(?:more|other|further|different)\s+(?:options?|offers?|flights?|hotels?|cars?|results?|choices|ones)\b|\bshow\s+(?:me\s+)?more\b|\bwhat\s+else\b|\banything\s+else\s*\?/, (w) => void (w.moreOffers = true)],
  [/\b(?:any|no)\s+(?:price|budget(?:\s+limit)?)\b|\b(?:price|money|budget)\s+(?:does\s+not|doesn't)\s+matter\b|\b(?:drop|forget|ignore|remove|without)\s+(?:the\s+)?budget\b/, (w) => void (w.dropBudget = true)],
];

function setStars(wishes: Wishes, stars: number | undefined): void {
  if (stars !== undefined && stars >= 1 && stars <= 5) wishes.minStars ??= stars;
}
function setRooms(wishes: Wishes, word: string): void {
  const rooms = toNumber(word);
  if (rooms !== undefined && rooms >= 1 && rooms <= 8) wishes.rooms = rooms;
}
function setDriver(wishes: Wishes, age: number): void {
  if (age >= 18 && age <= 99) wishes.driverAge = age;
}

/** Cabin, stars, gearbox and the like from a text in `normalise` form. */
export function readWishes(text: string): Wishes {
  const wishes: Wishes = { spans: [] };
  for (const [pattern, apply] of wordsOf) {
    const match = pattern.exec(text);
    if (!match) continue;
    apply(wishes, match);
    wishes.spans.push({ start: match.index, end: match.index + match[0].length });
  }
  return wishes;
}

/** Whether anything was wished. */
export const hasWishes = ({ spans }: Wishes): boolean => spans.length > 0;
