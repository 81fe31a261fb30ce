import { asDigits } from "./written-digits.ts";

/** What stands in place of a card number that a customer typed. */
export const cardMarker = "[card number removed]";
/** The same for the security code beside it. */
export const cardCodeMarker = "[card code removed]";

interface Brand {
  /** First digits, as ranges of numbers of one length: `[2221, 2720]`. */
  from: number;
  to: number;
  lengths: readonly number[];
}

const brand = (from: number, to: number, ...lengths: number[]): Brand => ({ from, to, lengths });

/** Who issues cards with which first digits and lengths. A number that fits none of these is no card, whatever its checksum says. */
const brands: readonly Brand[] = [
  brand(4, 4, 13, 16, 18, 19), // Visa
  brand(51, 55, 16), // Mastercard
  brand(2221, 2720, 16), // Mastercard
  brand(2200, 2204, 16, 17, 18, 19), // Mir
  brand(34, 34, 15), // American Express
  brand(37, 37, 15), // American Express
  brand(300, 305, 14, 16, 17, 18, 19), // Diners Club
  brand(3095, 3095, 14, 16, 17, 18, 19), // Diners Club
  brand(36, 36, 14, 16, 17, 18, 19), // Diners Club
  brand(38, 39, 14, 16, 17, 18, 19), // Diners Club
  brand(3528, 3589, 16, 17, 18, 19), // JCB
  brand(6011, 6011, 16, 17, 18, 19), // Discover
  brand(644, 659, 16, 17, 18, 19), // Discover, RuPay
  brand(62, 62, 16, 17, 18, 19), // UnionPay
  brand(81, 82, 16, 17, 18, 19), // UnionPay, RuPay
  brand(60, 60, 16), // RuPay, Hipercard
  brand(50, 50, 16, 17, 18, 19), // Maestro, RuPay, Elo
  brand(56, 58, 16, 17, 18, 19), // Maestro
  brand(63, 63, 16, 17, 18, 19), // Maestro, InstaPayment
  brand(67, 67, 16, 17, 18, 19), // Maestro
  brand(9792, 9792, 16), // Troy
  brand(1, 1, 15), // UATP, the airlines' own
];

const isIssued = (digits: string): boolean =>
  brands.some(({ from, to, lengths }) => {
    const first = Number(digits.slice(0, String(from).length));
    return first >= from && first <= to && lengths.includes(digits.length);
  });

/** The check digit of card numbers. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    sum += index % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
  }
  return sum % 10 === 0;
}

/** How the digits of a number are grouped in a text, and what it stands beside. */
interface Place {
  groups: readonly string[];
  /** The groups are all there are in this run of digits. */
  whole: boolean;
  /** Words about a card are near. */
  about: boolean;
  /** Part of a longer name with letters, such as a reference or a UUID. */
  inName: boolean;
}

/** Whether digits grouped like this are a card number that a person wrote, and not tickets, telephone numbers or dates in a row. */
function isWritten(digits: string, { groups, whole, about, inName }: Place): boolean {
  if (inName && !about) return false;
  const shape = groups.map((group) => group.length).join("-");
  // Thirteen digits are an airline ticket before they are one of the Visa cards that nobody issues any more.
  if (digits.length === 13) return shape === "4-3-3-3" || (about && shape !== "3-10");
  if (digits.length === 14) return shape === "14" || shape === "4-6-4" || (about && shape !== "3-10-1" && shape !== "3-11");
  if (groups.length === 1 || about) return true;
  if (shape === "4-6-5" || shape === "4-5-6" || shape === "4-6-4-2") return true;
  if (groups.every((group) => group.length <= 2)) return whole && groups.slice(0, -1).every((group) => group.length === groups[0]?.length);
  return groups.slice(0, -1).every((group) => group.length >= 4 && group.length <= 8) && (groups[0]?.length ?? 0) >= 4;
}

const digit = "[0-9]";
/** Fills up a number word to its length once its digit stands there; see `asDigits`. */
const fill = "\u0001";
const gap = "[\\s.\\-\\u00ad\\u00b7\\u200b-\\u200d\\u2010-\\u2015\\u2022\\u2060\\u20e3\\u2212\\ufe0f\\ufeff_]{0,3}";
const runs = new RegExp(`${digit}${fill}*(?:${gap}${digit}${fill}*){12,}`, "g");
const shortRuns = new RegExp(`${digit}${fill}*(?:${gap}${digit}${fill}*)*`, "g");
const groupsOf = new RegExp(`${digit}${fill}+|${digit}+`, "g");

const cardWords =
  /(?<!\p{L})(?:cards?|visa|master ?card|amex|american express|diners|discover|jcb|union ?pay|maestro|rupay|credit|debit|cvv2?|cvc2?|exp|tarjeta|carte|karte|kreditkarte|carta|cart[aã]o|kaart|kort|kortti|karta)(?!\p{L})|карт|カード|卡/iu;
const ticketWords = /\b(?:e-?tickets?|tickets?|tkts?|etkts?|boletos?|billetes?|billets?|bilhetes?|biglietti|biglietto)\b/i;
const codeLabel =
  "\\b(?:cvv2?|cvc2?|cvn2?|csc|security code|card code|verification (?:code|value)|c[oó]digo de seguran?[cç]?(?:idad|a)|cryptogramme|pr[uü]fziffer|kartenpr[uü]fnummer)\\b";
const labelledCode = new RegExp(
  `(${codeLabel}[^\\p{L}\\p{N}\\n]{0,4}(?:(?:is|was|no|number|num|code|es|ist|est|e|é)\\b[^\\p{L}\\p{N}\\n]{0,4}){0,2})(${digit}${fill}*(?:[ -]?${digit}${fill}*){2,3})(?!${digit})`,
  "giu",
);
/** Expiry and code as they follow a number without a word between: `12/27 123`, `, 1227, 123`. */
const codeAfter = new RegExp(
  `^([\\s,;|/.\\-]{0,3}(?:(?:exp\\w*|valid\\w*(?: thru| until)?|until)?[\\s:.]{0,2}${digit}{1,2}[\\s]?[/\\-.][\\s]?${digit}{2,4}|${digit}{4}(?=[\\s,;|/]+${digit}{3,4}(?!${digit})))?[\\s,;|/]{1,3})(${digit}{3,4})(?!${digit})(?![\\s]*(?:[-/.:]${digit}|[€$£%]|(?:eur|usd|gbp|chf|euros?|dollars?|pounds?|nights?|days?|people|persons?|adults?|rooms?|seats?|bags?)\\b))`,
  "iu",
);

const isInName = (before: string, after: string): boolean =>
  /\p{L}/u.test(/[\p{L}\p{N}_-]*$/u.exec(before)?.[0] ?? "") || /\p{L}/u.test(/^[\p{L}\p{N}_-]*/u.exec(after)?.[0] ?? "");

/** International bank account numbers hold groups of four digits too; their own checksum tells them apart. */
function bankAccounts(text: string): { start: number; end: number }[] {
  return [...text.matchAll(/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b/g)].flatMap((match) => {
    const compact = match[0].replaceAll(" ", "");
    const numbers = (compact.slice(4) + compact.slice(0, 4)).replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
    let rest = 0;
    for (const character of numbers) rest = (rest * 10 + Number(character)) % 97;
    return rest === 1 ? [{ start: match.index, end: match.index + match[0].length }] : [];
  });
}

interface Span {
  start: number;
  end: number;
}

/** Where card numbers stand in a text in plain digits, from left to right. */
function cardsIn(text: string): Span[] {
  const found: Span[] = [];
  let accounts: Span[] | undefined;
  for (const run of text.matchAll(runs)) {
    const groups = groupsIn(run);
    const near = text.slice(Math.max(0, run.index - 60), run.index + run[0].length + 30);
    // The word that comes last before the number counts: "my card for ticket 459…".
    const before = text.slice(Math.max(0, run.index - 40), run.index);
    const about = cardWords.test(near) && !ticketWords.test(before);
    for (let first = 0; first < groups.length; first += 1) {
      let digits = "";
      let match = -1;
      for (let last = first; last < groups.length && digits.length < 19; last += 1) {
        digits += groups[last]!.digits;
        if (digits.length < 13 || digits.length > 19 || !isIssued(digits) || !passesLuhn(digits)) continue;
        const { start } = groups[first]!;
        const { end } = groups[last]!;
        const place: Place = {
          groups: groups.slice(first, last + 1).map((group) => group.digits),
          whole: first === 0 && last === groups.length - 1,
          about,
          inName: isInName(text.slice(Math.max(0, start - 40), start), text.slice(end, end + 40)),
        };
        accounts ??= bankAccounts(text);
        if (isWritten(digits, place) && !accounts.some((account) => start < account.end && end > account.start)) match = last;
      }
      if (match < 0) continue;
      found.push({ start: groups[first]!.start, end: groups[match]!.end });
      first = match;
    }
  }
  return found;
}

/** Digits that stand together, with where they stand. */
interface Group extends Span {
  digits: string;
}

const groupsIn = (run: RegExpMatchArray): Group[] =>
  [...run[0].matchAll(groupsOf)].map((group) => ({
    digits: group[0].replaceAll(fill, ""),
    start: run.index! + group.index,
    end: run.index! + group.index + group[0].length,
  }));

/** Where card numbers stand in a text, from left to right. */
export const findCardNumbers = (given: string): { start: number; end: number }[] => cardsIn(asDigits(given));

export interface CleanedText {
  text: string;
  /** A card number or a security code was there. */
  removed: boolean;
}

/** Card numbers and codes, from left to right. */
function cardSpans(text: string): (Span & { code: boolean })[] {
  const spans: (Span & { code: boolean })[] = [];
  for (const { start, end } of cardsIn(text)) {
    spans.push({ start, end, code: false });
    const follows = codeAfter.exec(text.slice(end, end + 40));
    if (follows) spans.push({ start: end + follows[1]!.length, end: end + follows[0].length, code: true });
  }
  for (const match of /\d/.test(text) ? text.matchAll(labelledCode) : []) {
    const start = match.index + match[1]!.length;
    const end = match.index + match[0].length;
    if (!spans.some((span) => start < span.end && end > span.start)) spans.push({ start, end, code: true });
  }
  return spans.sort((a, b) => a.start - b.start);
}

const without = (given: string, spans: readonly (Span & { code: boolean })[], { number = cardMarker, code = cardCodeMarker }: Markers = {}): CleanedText => {
  let text = "";
  let at = 0;
  for (const span of spans) {
    text += given.slice(at, span.start) + (span.code ? code : number);
    at = span.end;
  }
  return { text: text + given.slice(at), removed: spans.length > 0 };
};

interface Markers {
  number?: string;
  code?: string;
}

/**
 * The text without card numbers and without the security codes beside them. A card number has the first digits and the length of
 * a brand, passes the Luhn check and is written as a person writes one, in digits of any script or in words; tickets, telephone
 * numbers, dates, references and bank accounts stay. Pure, and of the same speed for every text of a length.
 */
export const removeCardNumbers = (given: string, markers: Markers = {}): CleanedText => without(given, cardSpans(asDigits(given)), markers);

const longestPart = 2_000;

/**
 * Where one card number stands that somebody wrote over several messages, oldest first, the last of them among its parts: for each
 * message that has a part of it where that is. Undefined when there is none.
 */
export function findSplitCard(messages: readonly string[]): { message: number; start: number; end: number }[] | undefined {
  const texts = messages.map((message) => asDigits(message.slice(0, longestPart)));
  const isAbout = texts.some((text) => cardWords.test(text));
  /** Each group of digits, with the run it is in and whether it stands first or last there. */
  const groups = texts.flatMap((text, message) => {
    const found = [...text.matchAll(shortRuns)].map(groupsIn);
    return found.flatMap((run, no) =>
      run.map((group, at) => ({ ...group, message, opens: no === 0 && at === 0, closes: at === run.length - 1, run: `${message}:${no}` })),
    );
  });
  const last = texts.length - 1;
  for (let first = 0; first < groups.length && groups[first]!.message < last; first += 1) {
    let digits = "";
    for (let to = first; to < groups.length && digits.length < 19; to += 1) {
      const before = groups[to - 1];
      const group = groups[to]!;
      // Within a message the digits stand together; from one to the next the first is at an end and the other at a beginning.
      if (to > first && group.run !== before!.run && !(group.message > before!.message && before!.closes && group.opens)) break;
      digits += group.digits;
      if (digits.length < 13 || digits.length > 19 || group.message !== last || !isIssued(digits) || !passesLuhn(digits)) continue;
      const parts = groups.slice(first, to + 1);
      const shape = parts.map((part) => part.digits.length).join("-");
      const inFours = parts.every((part, at) => part.digits.length % 4 === 0 || at === parts.length - 1) || /^(?:4-?6-?5|10-5|4-11|4-6-4|10-4)$/.test(shape);
      if (!isAbout && !inFours) continue;
      if (parts.some((part) => isSomethingElse(texts[part.message]!, part))) continue;
      const spans = new Map<number, Span>();
      for (const part of parts) spans.set(part.message, { start: spans.get(part.message)?.start ?? part.start, end: part.end });
      return [...spans].map(([message, span]) => ({ message, ...span }));
    }
  }
  return undefined;
}

/** Beside it stands what makes it an amount, a date, a telephone number or a flight. */
const isSomethingElse = (text: string, { start, end }: Span): boolean =>
  /(?:[+€$£#]|\b(?:eur|usd|gbp|flight|vuelo|vol|flug|room|booking|reference|ticket|tel|phone)\W{0,3})$/i.test(text.slice(Math.max(0, start - 14), start)) ||
  /^\s?(?:[€$£%/:]|eur|usd|gbp|euros?|nights?|days?|people|persons?|adults?|rooms?|seats?|bags?|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*)/i.test(
    text.slice(end, end + 12),
  );

/** The same text without what stands there, and without the security code after it. */
export function removeSpan(given: string, { start, end }: { start: number; end: number }): string {
  const text = asDigits(given);
  const follows = codeAfter.exec(text.slice(end, end + 40));
  const code = follows ? [{ start: end + follows[1]!.length, end: end + follows[0].length, code: true }] : [];
  return removeCardNumbers(without(given, [{ start, end, code: false }, ...code]).text).text;
}

/** The text without parts of a card number that were found elsewhere, each given by its digits; shorter ones than four digits stay. */
export function removeParts(given: string, parts: readonly string[]): string {
  const wanted = new Set(parts.filter((part) => part.length >= 4));
  if (wanted.size === 0 || !/\d/.test(asDigits(given))) return given;
  const text = asDigits(given);
  const spans: (Span & { code: boolean })[] = [];
  for (const match of text.matchAll(shortRuns)) {
    const groups = groupsIn(match);
    for (let first = 0; first < groups.length; first += 1) {
      let digits = "";
      for (let last = first; last < groups.length && digits.length < 15; last += 1) {
        digits += groups[last]!.digits;
        if (!wanted.has(digits)) continue;
        spans.push({ start: groups[first]!.start, end: groups[last]!.end, code: false });
        first = last;
        break;
      }
    }
  }
  return without(given, spans).text;
}

/** The digits that stand there, whichever way they are written. */
export const digitsAt = (given: string, { start, end }: { start: number; end: number }): string => asDigits(given).slice(start, end).replace(/\D/g, "");

const codeAlone = new RegExp(
  `^(?:[^\\d€$£]{0,24}?)(?:${digit}{1,2}\\s?[/\\-.]\\s?(?:20)?${digit}{2}[\\s,;]+(?:\\p{L}+\\W{0,3}){0,3})?(${digit}(?:\\s?${digit}){2,3})[^\\d€$£%]{0,16}$`,
  "u",
);
const isCounted =
  /(?:eur|usd|gbp|chf|euros?|dollars?|pounds?|nights?|days?|people|persons?|adults?|rooms?|seats?|bags?|flight|room|option|number|min|hours?|km)\b/i;

/**
 * The text without the security code that is all it says, perhaps with an expiry: what somebody writes right after a card number.
 * Years, amounts and counts stay.
 */
export function removeCodeAlone(given: string): CleanedText {
  const text = asDigits(given);
  const found = codeAlone.exec(text.trimEnd());
  if (!found || isCounted.test(text) || /^(?:19|20)\d\d$/.test(found[1]!)) return { text: given, removed: false };
  const start = found[0].lastIndexOf(found[1]!);
  return without(given, [{ start, end: start + found[1]!.length, code: true }]);
}
