import type { Gazetteer, Place } from "./gazetteer.ts";
import { regionOfAbbreviation } from "./regions.ts";
import { normalise, type Span } from "./text.ts";

type PlaceRole = "from" | "to" | "in" | "pickUp" | "dropOff";

export interface PlaceMention {
  role?: PlaceRole;
  /** As the customer wrote it. */
  said: string;
  /** One: it is this. Several: ask which. None: unknown. */
  candidates: Place[];
  /** The candidates are guesses at a misspelt name. */
  guessed: boolean;
  /** A country was named: the candidates are cities in it. */
  country?: true;
  span: Span;
}

interface Token {
  text: string;
  raw: string;
  start: number;
  end: number;
}

const asSet = (words: string): Set<string> => new Set(words.split(/\s+/));

/** Never the name of a place by themselves, whatever a gazetteer says. */
const never = asSet(
  "a about add adult adults after again age aged ages all also am an and another any anything are around as ask at available back be because before best better book booked booking both but buy by call can cancel car cars change cheap cheaper cheapest check child children choose city class come company confirm costs could date dates day days deal dear did direct do does dollars done dont down drop each economy else email euro euros every everyone everything family fast fastest fine first fit flexible flight flights flies fly flying for forget forward free from get give go going good got great had has have hello help her here hey hi him his hold home hotel hotels hour hours how husband i if in into is it its job just keep kid kids know last later latest leave leaving left less let like little look looking low make man many map max may me meet min mine minute mom money month months more morning mum must my name names near need new next night nights no non none not nothing now of off offer offers ok okay old on once one only open option options or other our out own pass passport pay people per person pick place please plus price put quick rather really rent rental return right room rooms round same say search second see seat seats send set she show six small so some something son soon sorry stay still stop such sun sure take ten test thank thanks that the their them then there these they thing things third this ticket tickets time to today tomorrow too top total tour travel traveller travellers trip try two under until up us use van very via vip visit visiting wait want was way we wed week weekend weeks well were what when where which who why wife will with within without work would yes yet you your instead actually reference business premium both us me him them anyone somewhere anywhere",
);
/** English words that are also places: only with a capital or a preposition. */
const weak = asSet(
  "nice bath reading split mobile orange male cork hull sale rugby march most victoria florence georgia chester lincoln jackson charlotte phoenix regina perth austin santiago sydney deal hope wells independence enterprise normal surprise golden columbus madison orlando kent ontario rio bar pau van brest tours lens nancy sion ica iris angers bergen essen halle wick",
);

/** What follows "to", "in" or "from" without being a place. */
const notPlaces = asSet(
  "confirm cancel change book pay fly go travel see know ask get have make do be find rent hire stay leave come speak talk visit add search check reserve return arrive depart take choose my our the your his her their this that these those it me us you him them a an any some one two three four five six advance total economy business first premium general cash euros euro dollars person human agent colleague someone somebody operator manager addition case time summer winter spring autumn fall order there here home work where what which when how each both all pick drop start continue proceed name names option options offer offers number need want use bring help modify move switch update spend please now today tomorrow morning afternoon evening night next last least most cheap cheaper same another other more less and or direct airport airports city town centre center downtown hotel hotels flight flights car cars new old nearby somewhere anywhere abroad different returning leaving departing arriving coming going staying starting travelling traveling flying driving checking landing",
);

const tokenPattern = /[\p{L}\p{N}]+(?:['’.](?=[\p{L}])[\p{L}]+)*/gu;

function tokenise(text: string, raw: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(tokenPattern))
    tokens.push({ text: match[0], raw: raw.slice(match.index, match.index + match[0].length), start: match.index, end: match.index + match[0].length });
  return tokens.slice(0, 300);
}

const isCode = (token: Token, shouting: boolean): boolean => /^[A-Z]{3}$/.test(token.raw) && !shouting;
const isCapital = (token: Token): boolean => /^\p{Lu}/u.test(token.raw);

/** City before its own airport; each once. */
function tidy(found: readonly Place[]): Place[] {
  const cities = found.filter((place) => place.kind === "city");
  const kept = found.filter((place) => place.kind === "city" || !cities.some((city) => city.code === place.code || city.airports.includes(place.code)));
  return kept.filter((place, index) => kept.findIndex((other) => other.code === place.code && other.kind === place.kind) === index);
}

/** So many times more travelled than its namesakes, a city is meant by its bare name: London, not the one in Ontario. */
const dominance = 6;

/** The namesakes that may be meant, the most travelled first: which one it is is asked. */
function inOrder(candidates: Place[]): Place[] {
  const [first, second, ...rest] = [...candidates].sort((a, b) => b.weight - a.weight);
  if (!first || !second) return candidates;
  return first.weight >= dominance * second.weight ? [first] : [first, second, ...rest].slice(0, 6);
}

const countryWords: Record<string, string> = {
  uk: "GB",
  england: "GB",
  scotland: "GB",
  britain: "GB",
  "great britain": "GB",
  usa: "US",
  us: "US",
  america: "US",
  "united states": "US",
  "the us": "US",
  "the usa": "US",
  "the uk": "GB",
  uae: "AE",
  holland: "NL",
  british: "GB",
  english: "GB",
  scottish: "GB",
  american: "US",
  canadian: "CA",
  australian: "AU",
  spanish: "ES",
  "costa rican": "CR",
  venezuelan: "VE",
  chilean: "CL",
  dominican: "DO",
  argentine: "AR",
  argentinian: "AR",
  mexican: "MX",
  italian: "IT",
  indian: "IN",
  egyptian: "EG",
};

/** Whether a phrase names the country or region of a place. */
export function liesIn(place: Place, phrase: string): boolean {
  const country = countryWords[phrase];
  if (country) return place.country === country;
  if (normalise(place.countryName) === phrase || (place.region !== undefined && normalise(place.region) === phrase)) return true;
  const region = regionOfAbbreviation(phrase);
  return region !== undefined && place.region !== undefined && normalise(place.region) === region;
}

/** Narrows namesakes by what stands behind the name: "San Jose, Costa Rica". */
function qualify(candidates: Place[], tokens: readonly Token[], from: number): { candidates: Place[]; used: number } {
  for (let n = 3; n >= 1; n--) {
    const words = tokens.slice(from, from + n);
    if (words.length < n) continue;
    for (const phrase of [
      words.map((word) => word.text).join(" "),
      words
        .slice(words[0]!.text === "in" ? 1 : 0)
        .map((word) => word.text)
        .join(" "),
    ]) {
      // "us" and "or" are words first, regions only in capitals.
      if (n === 1 && phrase.length === 2 && words[0]!.raw !== words[0]!.raw.toUpperCase() && phrase !== "uk") continue;
      const inside = candidates.filter((place) => liesIn(place, phrase));
      if (inside.length > 0) return { candidates: inside, used: n };
    }
  }
  return { candidates, used: 0 };
}

const roleCues: [PlaceRole, RegExp][] = [
  [
    "dropOff",
    /\b(?:drop(?:ping)?(?:[\s-]*(?:it|the\s+car))?(?:[\s-]*off)?|return(?:ing)?(?:\s+(?:it|the\s+car))?|giv(?:e|ing)\s+it\s+back|leave\s+it|leaving\s+it|drop-?off(?:\s+is)?)\s*:?\s+(?:it\s+)?(?:at|in|to)?\s*(?:the\s+)?$/,
  ],
  [
    "pickUp",
    /\b(?:pick(?:ing)?(?:[\s-]*(?:it|the\s+car))?[\s-]*up|pick-?up(?:\s+is)?|collect(?:ing)?(?:\s+(?:it|the\s+car))?)\s*:?\s+(?:it\s+)?(?:up\s+)?(?:at|in|from)?\s*(?:the\s+)?$/,
  ],
  [
    "from",
    /\b(?:from|out\s+of|ex|departing|leaving|starting\s+(?:in|from)|origin\s*(?:is|:)?|departure\s*(?:is|:)|based\s+in|live\s+in|i'm\s+in|(?:depart|leave|fly|flying)\s+(?:from|out\s+of))\s{0,2}:?\s{0,2}(?:the\s+)?$/,
  ],
  [
    "to",
    /(?:\b(?:to|into|towards?|for|visit(?:ing)?|destination\s*(?:is|:)?|reach(?:ing)?|going|arriving\s+(?:in|at)|make\s+(?:it|that)|change\s+(?:it|that)\s+to)|->|=>|→|>)\s{0,2}:?\s{0,2}(?:the\s+)?$/,
  ],
  ["in", /\b(?:in|at|near|around|close\s+to|by|within|for)\s{0,2}(?:the\s+)?(?:cent(?:re|er)\s+of\s+|city\s+of\s+|downtown\s+|central\s+)?$/],
];

const roleBefore = (text: string, at: number): PlaceRole | undefined => {
  const before = text.slice(Math.max(0, at - 40), at);
  return roleCues.find(([, cue]) => cue.test(before))?.[0];
};

function lookUp(gazetteer: Gazetteer, text: string, tokens: readonly Token[]): Place[] {
  const first = tokens[0]!;
  const last = tokens.at(-1)!;
  const between = text.slice(first.start, last.end);
  if (/[,;:()!?\n/]|\s-\s|\s{2,}|->/.test(between)) return [];
  const joined = tokens.map((token) => token.text).join(" ");
  const found = gazetteer.find(joined);
  return found.length > 0 || joined === between ? found : gazetteer.find(between);
}

function accepts(token: Token, { gazetteer, text, raw, shouting, hungry }: Scan): boolean {
  const cued = () => roleBefore(text, token.start) !== undefined;
  // "san fransisco": the first word of a misspelt name is no code either.
  const next = /^ ([\p{L}]{4,})/u.exec(text.slice(token.end))?.[1];
  if (token.text.length <= 3 && !isCode(token, shouting) && next && !never.has(next) && !notPlaces.has(next) && gazetteer.find(next).length === 0) return false;
  if (never.has(token.text)) return isCode(token, shouting) && cued();
  if (/^\d+$/.test(token.text) || token.text.length < 2) return false;
  // "Den Haag": the first word of a longer name is no code.
  if (token.text.length === 3 && !isCode(token, shouting) && !shouting && isCapital(token) && /^ \p{Lu}/u.test(raw.slice(token.end))) return false;
  if (token.text.length === 3 && !isCode(token, shouting))
    return (
      hungry ||
      isCapital(token) ||
      (cued() && !/\bthe\s{0,2}$/.test(text.slice(0, token.start))) ||
      /^\s*(?:to|-|→|>|->)\s*[a-z]{3}\b/.test(text.slice(token.end))
    );
  const paired = () =>
    /\p{L}\s*(?:-|\/|>)\s*$/u.test(text.slice(0, token.start)) ||
    (/\b(?:hotels?|flights?|cars?)\s$/.test(text.slice(0, token.start)) && /^(?:\s{2,}|\s*$|\s+(?:for|from|on|in)\b)/.test(text.slice(token.end)));
  if (token.text.length === 2) return hungry || cued() || /^\s*(?:to|-|→|>|->)\s/.test(text.slice(token.end));
  if (weak.has(token.text)) return hungry || (isCapital(token) && text.slice(0, token.start).trim() !== "") || cued() || paired();
  return true;
}

interface PlaceReading {
  /** The question before was about a place: bare words count as one. */
  hungry?: boolean;
}

interface Scan {
  gazetteer: Gazetteer;
  text: string;
  raw: string;
  tokens: Token[];
  shouting: boolean;
  hungry: boolean;
}

/** "goa" is Goa; the airport of that code is written in capitals. */
function byName(found: Place[], words: readonly Token[]): Place[] {
  const [word] = words;
  if (words.length !== 1 || !word || /^[A-Z]{3}$/.test(word.raw)) return found;
  const so = found.filter(({ name }) => normalise(name) === word.text);
  return so.length > 0 ? found.filter((place) => so.includes(place) || place.code.toLowerCase() !== word.text) : found;
}

const mostCities = 5;
const cuedAt = ({ text }: Scan, token: Token): boolean => roleBefore(text, token.start) !== undefined;
const countryOf = (gazetteer: Gazetteer, words: readonly Token[]): Place[] =>
  (gazetteer.inCountry?.(words.map(({ text }) => text).join(" ")) ?? []).slice(0, mostCities);

function known(scan: Scan): PlaceMention[] {
  const { gazetteer, text, tokens } = scan;
  const found: PlaceMention[] = [];
  for (let at = 0; at < tokens.length; ) {
    let step = 1;
    for (let n = Math.min(4, tokens.length - at); n >= 1; n--) {
      const words = tokens.slice(at, at + n);
      if (n === 1 && !accepts(words[0]!, scan)) continue;
      if (n > 1 && (notPlaces.has(words[0]!.text) || never.has(words[0]!.text)) && never.has(words[1]!.text)) continue;
      const named = byName(tidy(lookUp(gazetteer, text, words)), words);
      const inCountry = named.length === 0 && (cuedAt(scan, words[0]!) || n > 1 || words[0]!.text.length > 3) ? countryOf(gazetteer, words) : [];
      const hits = named.length > 0 ? named : inCountry;
      if (hits.length === 0) continue;
      const qualified = named.length > 0 ? qualify(hits, tokens, at + n) : { candidates: hits, used: 0 };
      const end = tokens[at + n - 1 + qualified.used]!.end;
      const tail = /^\s+(?:airport|city)\b/.exec(text.slice(end));
      const role = roleBefore(text, words[0]!.start);
      found.push({
        said: words.map((word) => word.raw).join(" "),
        candidates: named.length === 0 ? inCountry : inOrder(qualified.candidates),
        guessed: false,
        ...(named.length === 0 ? { country: true as const } : {}),
        span: { start: words[0]!.start, end: end + (tail?.[0].length ?? 0) },
        ...(role ? { role } : {}),
      });
      step = n + qualified.used;
      break;
    }
    at += step;
  }
  return found;
}

/** Words behind a preposition that no gazetteer knows: misspelt, or a place we do not serve. */
function unknown(scan: Scan, found: readonly PlaceMention[]): PlaceMention[] {
  const { gazetteer, text, tokens, hungry } = scan;
  const taken = (token: Token) => found.some(({ span }) => token.start >= span.start && token.start < span.end);
  const usable = (token: Token | undefined): token is Token =>
    token !== undefined && !taken(token) && !/^\d/.test(token.text) && !never.has(token.text) && !notPlaces.has(token.text);
  const made: PlaceMention[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (!usable(token) || made.some(({ span }) => token.start < span.end && token.start >= span.start)) continue;
    const cue = roleBefore(text, token.start);
    const role =
      cue ??
      (/^\s*(?:to|-|->|→)\s/.test(text.slice(token.end)) && found.some(({ span }) => span.start > token.end && span.start < token.end + 8)
        ? ("from" as const)
        : undefined);
    if (role === undefined && !hungry) continue;
    // "for John" is somebody, not somewhere.
    if (!hungry && /\bfor\s{0,2}$/.test(text.slice(0, token.start))) continue;
    const words: Token[] = [];
    for (
      let n = at;
      n < Math.min(at + 3, tokens.length) && usable(tokens[n]) && (n === at || /^[\s.'-]?$/.test(text.slice(tokens[n - 1]!.end, tokens[n]!.start)));
      n++
    )
      words.push(tokens[n]!);
    for (let n = words.length; n >= 1; n--) {
      const phrase = words
        .slice(0, n)
        .map((word) => word.text)
        .join(" ");
      const guesses = phrase.length >= 5 ? tidy(gazetteer.guess?.(phrase) ?? []).slice(0, 3) : [];
      // A single lower-case word without a guess is more often a word than a place.
      if (guesses.length === 0 && (n > 1 || !(isCapital(token) || hungry) || token.text.length < 3)) continue;
      made.push({
        said: words
          .slice(0, n)
          .map((word) => word.raw)
          .join(" "),
        candidates: guesses,
        guessed: true,
        span: { start: token.start, end: words[n - 1]!.end },
        ...(role ? { role } : {}),
      });
      break;
    }
  }
  return made;
}

/**
 * Places in a message whose dates, sums and people are blanked. `text` is the normalised, `raw` the composed form of the
 * same length.
 */
export function readPlaces(text: string, raw: string, gazetteer: Gazetteer, { hungry = false }: PlaceReading = {}): PlaceMention[] {
  const letters = raw.replace(/[^\p{L}]/gu, "");
  const scan: Scan = { gazetteer, text, raw, tokens: tokenise(text, raw), shouting: letters.length > 4 && letters === letters.toUpperCase(), hungry };
  const all = known(scan);
  // "Italy, maybe Rome" is Rome.
  const named = all.filter(({ country }) => !country);
  const found = all.filter(
    (mention) => !mention.country || !named.some(({ candidates }) => candidates.some((place) => place.country === mention.candidates[0]?.country)),
  );
  return [...found, ...unknown(scan, found)].sort((a, b) => a.span.start - b.span.start);
}

/** `San Jose, California` where there are namesakes, else `Lisbon`; airports with their code. */
export const placeName = (place: Place): string => (place.kind === "airport" ? `${place.name} (${place.code})` : place.name);
export const fullPlaceName = (place: Place): string => {
  const where = [place.region, place.countryName].filter((part) => part !== undefined && part !== "" && part !== place.name);
  return `${place.name}${where.length > 0 ? `, ${where.join(", ")}` : ""} (${place.code})`;
};
