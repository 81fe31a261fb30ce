/** A piece of a text, end exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** Longer messages are read up to here: enough for any request, and a bound on the work of one turn. */
const longestMessage = 4_000;

const plainLetters: Record<string, string> = {
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "t",
  ı: "i",
  æ: "a",
  œ: "o",
  ß: "s",
  "’": "'",
  "‘": "'",
  "`": "'",
  "–": "-",
  "—": "-",
  "−": "-",
  "“": '"',
  "”": '"',
};

/** Canonical form that positions refer to. */
export const composed = (raw: string): string => raw.slice(0, longestMessage).normalize("NFC");

/** Lower case without accents, one character for one: positions are those of `composed(raw)`. */
export function normalise(raw: string): string {
  let out = "";
  for (const unit of composed(raw).split("")) {
    const lower = unit.toLowerCase();
    const plain = plainLetters[lower];
    if (plain !== undefined) out += plain;
    else if (lower < "\u0080") out += /\s/.test(lower) && lower !== "\n" ? " " : lower;
    else {
      const base = lower.normalize("NFKD")[0] ?? lower;
      out += /\s/.test(base) ? " " : base;
    }
  }
  return out;
}

/** The text with these pieces taken out; everything else keeps its place. */
export function blank(text: string, spans: readonly Span[]): string {
  let out = text;
  for (const { start, end } of spans) out = out.slice(0, start) + " ".repeat(Math.max(0, end - start)) + out.slice(end);
  return out;
}

const units = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
  "thirteen",
  "fourteen",
  "fifteen",
  "sixteen",
  "seventeen",
  "eighteen",
  "nineteen",
  "twenty",
];
const numberWords = new Map<string, number>([
  ...units.map((word, value) => [word, value] as const),
  ["a", 1],
  ["an", 1],
  ["single", 1],
  ["couple of", 2],
  ["a couple of", 2],
  ["thirty", 30],
]);

/** Matches what `toNumber` reads; longest first. Without articles: `count`; with: `amountOf`. */
export const count = `(?:\\d{1,3}|${units.toReversed().join("|")}|thirty)`;
export const amountOf = `(?:a couple of|couple of|${count}|an?|single)`;

/** Undefined for what is no number. */
export const toNumber = (word: string): number | undefined => (/^\d+$/.test(word) ? Number(word) : numberWords.get(word));

const ordinals = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
export const ordinalWord = `(?:${ordinals.join("|")})`;
export const toOrdinal = (word: string): number | undefined => {
  const at = ordinals.indexOf(word);
  if (at >= 0) return at + 1;
  const digits = /^(\d{1,2})(?:st|nd|rd|th)?$/.exec(word);
  return digits ? Number(digits[1]) : undefined;
};

const everywhere = new WeakMap<RegExp, RegExp>();

/** Every match with its place; the pattern needs no `g`. */
export function matches(pattern: RegExp, text: string): (RegExpExecArray & { span: Span })[] {
  let all = everywhere.get(pattern);
  if (!all) {
    all = new RegExp(pattern.source, `${pattern.flags.replace("g", "")}g`);
    everywhere.set(pattern, all);
  }
  all.lastIndex = 0;
  const found: (RegExpExecArray & { span: Span })[] = [];
  for (let match = all.exec(text); match; match = all.exec(text)) {
    if (match[0] === "") all.lastIndex++;
    found.push(Object.assign(match, { span: { start: match.index, end: match.index + match[0].length } }));
  }
  return found;
}

export const list = (items: readonly string[], last = "and"): string => {
  if (items.length < 2) return items[0] ?? "";
  return `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1)}`;
};

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
