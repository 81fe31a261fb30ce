import { addDays, day } from "./calendar.ts";
import { readDates } from "./dates.ts";
import { composed, normalise, type Span } from "./text.ts";

export interface NameReading {
  givenName: string;
  familyName: string;
  /** YYYY-MM-DD. */
  bornOn?: string;
  gender?: Gender;
}

/** As passports have it. */
export type Gender = "M" | "F" | "X";

export interface TravellerData {
  names: NameReading[];
  /** Names of one word: the rest is missing. */
  half: string[];
  /** Birth dates that stood with no name. */
  bornOn: string[];
  /** Genders that stood with no name. */
  genders: Gender[];
  /** A birth date that can be read in two ways, as it was written. */
  unclearBirth?: string;
}

/** A letter no text has, before a gender that was cut out. */
const genderMark = "\u0002";
const genderWord = /\b(?:female|male|non-?binary|diverse)\b|\([mfx]\)/giu;
const genderOf = (word: string): Gender => (/^\(?f/i.test(word) ? "F" : /^\(?m/i.test(word) ? "M" : "X");
/** What a title before the name says. */
const titled = (piece: string): { gender?: Gender } => {
  const title = /^\s*(mr|herr|sr|mrs|ms|miss|frau|sra)\b\.?\s/i.exec(piece)?.[1]?.toLowerCase();
  return title === undefined ? {} : { gender: /^(?:mr|herr|sr)$/.test(title) ? "M" : "F" };
};

const particles = new Set("da de do dos das del della di du la le van von der den ter ten bin ibn al el st san santa y e".split(" "));
const titles = new Set("mr mrs ms miss dr prof sir madam mx herr frau sr sra".split(" "));
/** Not part of a name: stripped at the ends of a piece, and a piece with one inside is no name. */
const notNames = new Set(
  "i im i'm am is it its it's just me my our we us name names named called full the for and also here are you go sure ok okay yes no please passenger passengers traveller travellers traveler travelers guest guests adult adults child children kid kids first last second third family given surname as in on passport email e-mail mail phone tel mobile number contact address wife husband son daughter partner friend mother father baby infant born dob birth date birthday of with to at book booking reservation flight hotel car this that thanks thank driver lead main person people travelling traveling will be both she he her his their they them aged age years year old one two three four five what why how when where which can could would want need do does did not have has had make change cancel confirm cheaper cheapest show tell more option offer price actually instead rather hello hi hey then there so if but because about lets let's everyone all us only cheap direct business economy class room rooms night nights week day days tomorrow today next return stay from into help hmm well maybe wait later love like single double good great perfect nice fine don't dont know idea unknown none nothing same again already gave sent above before".split(
    " ",
  ),
);

const wordPattern = /^[\p{L}][\p{L}\p{M}'’.-]*$/u;
const isWord = (word: string): boolean => wordPattern.test(word);
const cased = (word: string): string => {
  if (word !== word.toLowerCase() && word !== word.toUpperCase()) return word;
  if (word.length > 1 && word === word.toUpperCase() && word.includes(".")) return word;
  return word
    .toLowerCase()
    .split(/(?<=[-'’])/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
};
const inName = (word: string): string => (particles.has(word.toLowerCase()) ? word.toLowerCase() : cased(word));

/** `Ana Maria da Silva` → `Ana Maria` + `da Silva`; `SILVA/ANA` as printed on tickets. */
function split(words: string[]): { givenName: string; familyName: string } {
  let from = words.length - 1;
  while (from > 1 && particles.has(words[from - 1]!.toLowerCase())) from--;
  return { givenName: words.slice(0, from).map(cased).join(" ").slice(0, 60), familyName: words.slice(from).map(inName).join(" ").slice(0, 60) };
}

function clean(piece: string): string[] {
  const words = piece
    .replace(/\([^)]*\)|\[[^\]]*\]/g, " ")
    .replace(/^[\s\d.)#*•:-]+/, "")
    .split(/\s+/)
    .map((word) => word.replace(/^[^\p{L}]+|[^\p{L}.]+$/gu, "").replace(/(?<=\p{L}{2})\.$/u, ""))
    .filter((word) => word !== "");
  const skip = (word: string | undefined) => word !== undefined && (notNames.has(normalise(word)) || titles.has(normalise(word).replace(".", "")));
  while (skip(words[0])) words.shift();
  while (skip(words.at(-1))) words.pop();
  return words;
}

function readName(piece: string): NameReading | { half: string } | null {
  const slashed = /^\s*([\p{L}' -]{2,40})\/([\p{L}' -]{2,40}?)(?:\s+(?:mr|mrs|ms|miss|mstr))?\s*$/iu.exec(piece);
  if (slashed) return { givenName: slashed[2]!.trim().split(/\s+/).map(cased).join(" "), familyName: slashed[1]!.trim().split(/\s+/).map(inName).join(" ") };
  const words = clean(piece);
  if (words.length === 0 || words.length > 6 || !words.every(isWord)) return null;
  if (words.some((word) => notNames.has(normalise(word)) && !particles.has(word.toLowerCase()))) return null;
  if (words.length === 1) return words[0]!.length >= 2 ? { half: cased(words[0]!) } : null;
  return split(words);
}

/** Past days in a text: births. Ambiguous figures are reported, never guessed. */
function births(raw: string, today: string): { found: { span: Span; bornOn?: string; said: string }[] } {
  const text = normalise(raw);
  const found: { span: Span; bornOn?: string; said: string }[] = [];
  for (const { spec, span, said } of readDates(text, today).mentions) {
    if (spec.kind === "numeric" && spec.year !== undefined) found.push({ span, said });
    if (spec.kind !== "dayMonth" || spec.year === undefined) continue;
    // Two-digit years count into the past.
    const year = spec.year > Number(today.slice(0, 4)) ? spec.year - 100 : spec.year;
    const bornOn = day(year, spec.month, spec.dayOfMonth);
    if (bornOn && bornOn < addDays(today, 1)) found.push({ span, said, bornOn });
  }
  return { found };
}

const mark = "\u0002";

/** Names and birth dates from an answer to "who travels?". `hidden`: e-mail, phone and the like, not part of a name. */
export function readTravellers(raw: string, hidden: readonly Span[], today: string): TravellerData {
  let text = composed(raw);
  const dates = births(text, today).found;
  const marks: (string | undefined)[] = [];
  const cuts = [
    ...hidden.map((span) => ({ span, put: "," })),
    ...dates.map(({ span, bornOn }) => ({ span, put: `, ${mark}${marks.push(bornOn) - 1}${mark},` })),
  ].sort((a, b) => b.span.start - a.span.start);
  for (const { span, put } of cuts) text = text.slice(0, span.start) + put + text.slice(span.end);
  const unclear = dates.find(({ bornOn }) => bornOn === undefined);
  const data: TravellerData = { names: [], half: [], bornOn: [], genders: [], ...(unclear ? { unclearBirth: unclear.said } : {}) };
  const pieces = text
    .replace(genderWord, (word) => `, ${genderMark}${genderOf(word)}, `)
    .replace(
      /\b(?:first|given)\s+name\s*(?:is|:)?\s*([\p{L}'’-]+(?: [\p{L}'’-]+)?)\s*[,;\n]?\s*(?:and\s+)?(?:my\s+)?(?:last|family|sur)\s*-?\s*name\s*(?:is|:)?\s*([\p{L}'’-]+)/giu,
      "$1 $2",
    )
    .split(/[\n,;:&+]|\.\s|\band\b|\bwith\b|\bborn\b|\bdob\b|\(|\)|\s-\s/iu);
  for (const piece of pieces) {
    const born = new RegExp(`${mark}(\\d+)${mark}`).exec(piece);
    if (born) {
      const bornOn = marks[Number(born[1])];
      const last = data.names.at(-1);
      if (bornOn && last && last.bornOn === undefined) last.bornOn = bornOn;
      else if (bornOn) data.bornOn.push(bornOn);
      continue;
    }
    const gender = new RegExp(`${genderMark}([MFX])`).exec(piece)?.[1] as Gender | undefined;
    if (gender) {
      const last = data.names.at(-1);
      if (last && last.gender === undefined) last.gender = gender;
      else data.genders.push(gender);
      continue;
    }
    const name = readName(piece);
    if (!name) continue;
    if ("half" in name) data.half.push(name.half);
    else data.names.push({ ...name, ...titled(piece) });
  }
  return { ...data, names: data.names.slice(0, 12), half: data.half.slice(0, 12) };
}
