import { amountOf, blank, count, matches, type Span, toNumber } from "./text.ts";

export interface PartyMention {
  adults?: number;
  /** Ages that were said. */
  ages: number[];
  /** Children whose age was not said. */
  agesMissing: number;
  /** People of whom it is not known who is a child: "family of four". */
  unsplit?: number;
  /** In addition to those known before. */
  more: boolean;
  spans: Span[];
}

const childWord =
  "(?:children|child|kids?|sons?|daughters?|boys?|girls?|toddlers?|babies|baby|infants?|little\\s+ones?|teenagers?|teens?|newborns?|grandchild(?:ren)?|grandsons?|granddaughters?)";
const ageList = "\\d{1,2}(?:\\s*(?:,|and|&|\\+|,\\s*and)\\s*\\d{1,2}(?!\\s*(?:adult|people|person|night|room|star|day|week|march|seat|:|/)))*";
const ageUnit = "(?:\\s*(?:years?|yrs?|yo|y\\/o|y\\.o\\.|months?|mo)?(?:[\\s-]*olds?)?)";
const children = new RegExp(
  `\\b(?:(?:my|our|the|her|his|and)\\s+)?(?:(${amountOf})\\s+)?(?:(?:small|young|little|our|my)\\s+)*(${childWord})\\b(?:\\s*,?\\s*[(]?\\s*(?:who\\s+(?:is|are)\\s+|is\\s+|are\\s+|of\\s+|with\\s+ages?\\s+|ages?d?\\s*(?:of\\s+)?:?\\s*|:\\s*)*(${ageList})(?!\\s*(?:adult|people|person|night|room|star|day|week|seat|:|/|-?\\s?(?:january|february|march|april|may|june|july|august|september|october|november|december)))(${ageUnit})\\)?)?`,
);
const yearOlds = new RegExp(
  `\\b(?:(${amountOf})\\s+)?(\\d{1,2}|${count})[\\s-]*(?:(years?|yrs?|months?)[\\s-]*olds?|yo\\b|y\\/o\\b)(?:\\s+(?:${childWord}))?(?:\\s+and\\s+(?:an?\\s+)?(\\d{1,2})[\\s-]*(?:years?[\\s-]*olds?|yo\\b))?`,
);
const people = new RegExp(
  `\\b(?:for\\s+|make\\s+(?:it|that)\\s+|we\\s+are\\s+|we're\\s+)?(another\\s+|(?:one|two)\\s+more\\s+|add\\s+)?(${amountOf})?\\s*(more\\s+)?(adults?|grown-?ups?|people|persons?|pax|passengers?|travell?ers?|guests?|seats?|tickets?)\\b`,
);
const family = new RegExp(`\\b(?:family|group|party)\\s+of\\s+(${count})\\b`);
const weAre = new RegExp(
  `\\b(?:we\\s+are|we're|we\\s+will\\s+be|there\\s+(?:are|will\\s+be)|us|the)\\s+(${count})(?:\\s+of\\s+us)?\\b(?!\\s*(?:nights?|days?|weeks?|rooms?|stars?|hotels?|cars?|flights?|options?|offers?|bags?|children|kids|[-:/]))`,
);
const ofUs = new RegExp(`\\b(?:(${count})|both|all\\s+(${count}))\\s+of\\s+us\\b`);
const forSome = new RegExp(
  `\\bfor\\s+(${count})\\b(?!\\s*(?:nights?|days?|weeks?|months?|rooms?|hours?|children|kids?|child|euros?|eur|usd|dollars?|pounds?|stars?|o'clock|[ap]m\\b|%|[-:/.,]\\d|hotels?|cars?|flights?|and\\s+a\\s+half|or\\s+(?:more|less)))`,
);
const makeIt = new RegExp(`\\bmake\\s+(?:that|it|us)\\s+(${count})\\s*(?:please|instead|of\\s+us)?\\s*[.!]?\\s*$`);
const companion = new RegExp(
  `\\b(?:my|our|a|an|the|with|(${count})|some)\\s+(wife|husband|partner|girlfriend|boyfriend|fiancee?|spouse|mother|mum|mom|father|dad|brother|sister|friends?|colleagues?|coworkers?|co-workers?|parents|grandparents|grandmother|grandfather|boss|cousin|aunt|uncle|mate|flatmate|other\\s+half)\\b`,
);
const alone =
  /\b(?:just|only|it's|its|it\s+is)\s+(?:for\s+)?(?:me|myself|one|1|i)\b|\b(?:alone|solo|by\s+myself|on\s+my\s+own|travel(?:l)?ing\s+alone|single\s+travell?er|for\s+me|for\s+myself)\b|^\s*(?:me|myself)\s*[.!]?\s*$/;
const couple = /\b(?:we\s+are|we're|as|for|us,?)\s+a\s+couple\b(?!\s+of)|\bthe\s+two\s+of\s+us\b|\bboth\s+of\s+us\b/;
const serviceMe = /\b(?:book|find|get|give|show|help|tell|let|send|search|want|need|contact|call|offer)\s+me\b/g;

const ageOf = (n: number, unit: string | undefined): number => (unit?.startsWith("mo") ? Math.floor(n / 12) : n);

interface Tally {
  adults: number | undefined;
  ages: number[];
  agesMissing: number;
  more: boolean;
  spans: Span[];
}

function tallyChildren(text: string, tally: Tally): string {
  let rest = text;
  for (const match of matches(yearOlds, rest)) {
    const age = toNumber(match[2]!);
    if (age === undefined || ageOf(age, match[3]) > 17) continue;
    const times = match[1] ? (toNumber(match[1]) ?? 1) : 1;
    // "a child of 5 years old" is read below, together with its noun.
    if (/\b(?:of|aged?|is|are|and|,)\s*$/.test(rest.slice(0, match.span.start)) && new RegExp(`${childWord}[^.;]*$`).test(rest.slice(0, match.span.start)))
      continue;
    for (let i = 0; i < Math.min(times, 8); i++) tally.ages.push(ageOf(age, match[3]));
    if (match[4]) tally.ages.push(Number(match[4]));
    tally.spans.push(match.span);
    rest = blank(rest, [match.span]);
  }
  for (const match of matches(children, rest)) {
    const ages = (match[3]?.match(/\d{1,2}/g) ?? []).map((age) => ageOf(Number(age), match[4]?.trim() || undefined)).filter((age) => age <= 17);
    const manyByWord = /(?:children|kids|sons|daughters|boys|girls|toddlers|babies|infants|ones|teens|teenagers|newborns)$/.test(match[2]!) ? 2 : 1;
    const said = match[1] ? toNumber(match[1]) : undefined;
    // "Our daughter told us": somebody spoken of, not somebody who travels.
    if (/^\s+(?:told|says?|said|lives?|recommended|suggested|works?|studies|studied|got|is\s+getting|was|has)\b/.test(rest.slice(match.span.end))) continue;
    if (said === 0 || /\b(?:no|without)\s*$/.test(rest.slice(0, match.span.start))) continue;
    const number = Math.min(8, said ?? (ages.length || manyByWord));
    const small = /bab|infant|newborn/.test(match[2]!);
    tally.ages.push(...ages.slice(0, 8));
    const missing = Math.max(0, number - ages.length);
    if (small) for (let i = 0; i < missing; i++) tally.ages.push(0);
    else tally.agesMissing += missing;
    if (/\b(?:add|another|plus\s+another|one\s+more)\s*$/.test(rest.slice(0, match.span.start)) || /^(?:another)/.test(match[0])) tally.more = true;
    tally.spans.push(match.span);
    rest = blank(rest, [match.span]);
  }
  return rest;
}

function tallyPeople(text: string, tally: Tally): string {
  let rest = text;
  for (const match of matches(people, rest)) {
    const article = match[2] === "a" || match[2] === "an";
    if (match[2] === undefined && match[1] === undefined && !/^adult/.test(match[4]!)) continue;
    if (article && !/adult|person/.test(match[4]!)) continue;
    // "another person" to talk to is no traveller.
    if (/person$/.test(match[4]!) && /\b(?:to|with|per)\s+(?:a\s+|an\s+)?(?:real\s+)?$/.test(rest.slice(0, match.span.start))) continue;
    const more = match[1] !== undefined || match[3] !== undefined;
    const n = more && match[2] === undefined ? (toNumber(match[1]!.split(/\s/)[0]!) ?? 1) : match[2] ? toNumber(match[2]) : undefined;
    if (n === undefined || n < 1 || n > 30) continue;
    tally.adults = (tally.adults ?? 0) + n;
    if (more) tally.more = true;
    tally.spans.push(match.span);
    rest = blank(rest, [match.span]);
  }
  return rest;
}

function tallyCompanions(text: string, whole: string, tally: Tally): void {
  if (tally.adults !== undefined) return;
  const own = text.replace(serviceMe, (found) => " ".repeat(found.length));
  let companions = 0;
  for (const match of matches(companion, own)) {
    const plural = /parents$/.test(match[2]!) ? 2 : 1;
    companions += match[1] ? (toNumber(match[1]) ?? 1) : plural;
    tally.spans.push(match.span);
  }
  const withChildren = tally.ages.length + tally.agesMissing > 0;
  const self = /\b(?:me|myself)\b|\band\s+i\b|&\s*i\b|\bi\s+and\b|\bwith\b|\bwe\b|\bus\b|\bour\b/.test(own);
  if (companions > 0) tally.adults = companions + (self || withChildren ? 1 : 0);
  else if (withChildren && !tally.more && (/\b(?:me|myself)\b|\band\s+i\b/.test(own) || /\bwith\s+(?:my|our)\b/.test(whole))) tally.adults = 1;
}

/** Who travels, from a text in `normalise` form whose dates and sums are blanked. Undefined when it does not say. */
export function readParty(text: string): PartyMention | undefined {
  const tally: Tally = { adults: undefined, ages: [], agesMissing: 0, more: false, spans: [] };
  const group = family.exec(text);
  let rest = tallyChildren(group ? blank(text, [{ start: group.index, end: group.index + group[0].length }]) : text, tally);
  rest = tallyPeople(rest, tally);
  const childrenCount = tally.ages.length + tally.agesMissing;
  if (
    tally.adults !== undefined &&
    childrenCount > 0 &&
    tally.adults > childrenCount &&
    /\b(?:people|persons|pax|passengers|travell?ers|guests|of\s+us)\b.*\b(?:including|of\s+(?:which|whom|them)|two\s+of|one\s+of)\b/.test(text)
  )
    tally.adults -= childrenCount;
  if (tally.adults === undefined) {
    const found = ofUs.exec(rest) ?? weAre.exec(rest) ?? forSome.exec(rest) ?? makeIt.exec(rest);
    const n = found ? toNumber(found[1] ?? found[2] ?? "two") : undefined;
    if (found && n !== undefined && n >= 1 && n <= 30) {
      tally.adults = n;
      tally.spans.push({ start: found.index, end: found.index + found[0].length });
    } else if (couple.test(rest)) tally.adults = 2;
  }
  tallyCompanions(rest, text, tally);
  if (tally.adults === undefined && alone.test(rest)) tally.adults = 1;
  const unsplit = group ? toNumber(group[1]!) : undefined;
  if (tally.adults === undefined && childrenCount === 0 && unsplit === undefined) return undefined;
  if (group) tally.spans.push({ start: group.index, end: group.index + group[0].length });
  const split = unsplit !== undefined && tally.adults === undefined && childrenCount > 0 && unsplit > childrenCount ? unsplit - childrenCount : tally.adults;
  return {
    ages: tally.ages.slice(0, 8),
    agesMissing: tally.agesMissing,
    more: tally.more,
    spans: tally.spans,
    ...(split === undefined ? {} : { adults: split }),
    ...(unsplit !== undefined && split === undefined ? { unsplit } : {}),
  };
}
