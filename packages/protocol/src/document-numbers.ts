/** Papers whose numbers people type in a chat. */
export type TypedDocument = "passport" | "identity-card" | "visa" | "residence-permit" | "driving-licence" | "known-traveller" | "loyalty";

/** Where the number of a paper stands in a text. */
export interface FoundDocument {
  start: number;
  end: number;
  kind: TypedDocument;
  /** As it was written; of machine-readable lines the number in them. */
  number: string;
  /** What machine-readable lines say besides, all of it checked by their own digits where they have one. */
  lines?: { country: string; surname?: string; givenNames?: string; expiresOn?: string };
}

/** Words for a paper in English, German, Spanish, French, Portuguese and Italian. */
const labels: readonly (readonly [TypedDocument, string])[] = [
  ["known-traveller", "known[ -]travell?er(?: number)?|\\bKTN\\b|tsa[ -]?pre(?:check)?|global entry|redress(?: control)?|pass ?id"],
  [
    "residence-permit",
    "residence permit|green card|aufenthaltstitel|permiso de residencia|titre de s[ée]jour|autoriza[çc][ãa]o de resid[êe]ncia|permesso di soggiorno|\\bNIE\\b",
  ],
  [
    "driving-licence",
    "driv(?:ing|er'?s?) licen[cs]e|f[üu]hrerschein(?:nummer)?|(?:permiso|carnet|carn[ée]) de conducir|permis de conduire|carta de condu[çc][ãa]o|patente di guida",
  ],
  [
    "identity-card",
    "(?:national )?(?:id|identity)[ -]?(?:card|document)|(?:national|personal) id|personalausweis(?:nummer)?|documento (?:nacional )?de identi(?:dad|dade)|carte d['’]identit[ée]|carta d['’]identit[àa]|cart[ãa]o de cidad[ãa]o|bilhete de identidade|\\bDNI\\b|\\bCNI\\b",
  ],
  ["visa", "visa(?= ?(?:number|no\\b|nr|n[º°]|#|is\\b))|visum(?:snummer)?|visado|visto(?= (?:n|num))"],
  [
    "loyalty",
    "frequent[ -]fl[yi](?:er|ing)|loyalty|mileage(?: plus)?|miles ?(?:&|and) ?more|bonus ?card|vielflieger(?:nummer)?|viajero frecuente|grand voyageur|passageiro frequente",
  ],
  ["passport", "passports?|pass ?port|reisep(?:ass|ä[sß]s?e)(?:nummer)?|pasaportes?|passeports?|passaportes?|passaport[oi]|паспорт|護照|护照|パスポート"],
];

/** What may stand between the word and the number. */
const between =
  "(?:[éèÉ](?!\\p{L})|[\\s:#.,;()\\-–=º°'’*]|\\b(?:number|num|numbers?|no|nr|nummer|n[uú]mero|num[ée]ro|numero|my|mine|is|it|are|was|ist|lautet|es|el|mi|la|est|mon|le|[ée]|o|meu|il|mio|de|des|do|del|della|and|und|y|et|e|with|the|of|for|card|account|member(?:ship)?|program(?:me)?|the following|here|id|[A-Z]{2}(?=[ :]))\\b){0,14}?";
/** Five to sixteen letters and digits, with single spaces or dashes among them; at least five are digits. */
const value = "(?<![\\p{L}\\p{N}])((?=(?:[A-Z]{0,3}[ -]?)?(?:\\d[ -]?){5}|[A-Z0-9]{7,16}(?![\\p{L}\\p{N}]))[A-Z0-9](?:[ -]?[A-Z0-9]){4,15})(?![\\p{L}\\p{N}])";
const labelled = labels.map(([kind, words]) => ({ kind, pattern: new RegExp(`(?:${words})${between}${value}`, "giu") }));
/** `XK7319452 is my passport`. */
const reversed = labels.map(([kind, words]) => ({
  kind,
  pattern: new RegExp(
    `${value}(?:\\s?[,:(-]?\\s?|\\s(?:is|ist|es|est|é|è|as)\\s)(?:(?:my|mine|the|her|his|our|mein[e]?|mi|mon|meu|o|il mio|number of my)\\s)?(?:${words})`,
    "giu",
  ),
}));

/** Dates, times, telephone numbers and flights look like numbers too. */
const isNoNumber = (text: string, start: number, found: string): boolean => {
  const digits = found.replace(/\D/g, "").length;
  return (
    digits < 5 ||
    /^(?:19|20)\d{2}[ -]?(?:0[1-9]|1[0-2])[ -]?(?:0[1-9]|[12]\d|3[01])$/.test(found) ||
    /^(?:0?[1-9]|[12]\d|3[01])[ -](?:0?[1-9]|1[0-2])[ -](?:19|20)\d{2}/.test(found) ||
    /\+$/.test(text.slice(0, start)) ||
    /^\d{1,3} \d{1,2} \d/.test(found)
  );
};

/** What belongs to the number itself: words before and after it in the same run of letters and digits do not. */
function trimmed(found: string): { number: string; skipped: number } {
  const words = found.split(" ");
  let first = 0;
  while (first < words.length - 1 && !/\d/.test(words[first]!) && !/^[A-Z]{1,3}$/.test(words[first]!)) first += 1;
  let last = words.length;
  while (last > first + 1 && !/\d/.test(words[last - 1]!)) last -= 1;
  return { number: words.slice(first, last).join(" "), skipped: words.slice(0, first).reduce((sum, word) => sum + word.length + 1, 0) };
}

const weight = [7, 3, 1];
const signValue = (sign: string): number => (sign === "<" ? 0 : /\d/.test(sign) ? Number(sign) : sign.charCodeAt(0) - 55);
/** The check digit of machine-readable lines (ICAO 9303). */
const isChecked = (text: string, digit: string): boolean =>
  (digit === "<" && /^<*$/.test(text)) || [...text].reduce((sum, sign, at) => sum + signValue(sign) * weight[at % 3]!, 0) % 10 === Number(digit);

const dateOf = (yymmdd: string): string => `20${yymmdd.slice(0, 2)}-${yymmdd.slice(2, 4)}-${yymmdd.slice(4)}`;
const nameOf = (line: string): { surname?: string; givenNames?: string } => {
  const [surname = "", givenNames = ""] = line.split("<<").map((part) => part.replaceAll("<", " ").trim());
  return { ...(surname === "" ? {} : { surname }), ...(givenNames === "" ? {} : { givenNames }) };
};

/** One row of a passport or of a card, as it is copied: all of it in one line, or with spaces that a camera puts in. */
const row = /[A-Z0-9<](?:[ \t]?[A-Z0-9<]){27,43}/g;

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: two layouts of one standard, each read once
function machineReadable(text: string): FoundDocument[] {
  if (!text.includes("<") && !/[A-Z0-9]{28}/.test(text)) return [];
  const rows = [...text.matchAll(row)].map((match) => ({ start: match.index, end: match.index + match[0].length, line: match[0].replace(/[ \t]/g, "") }));
  const found: FoundDocument[] = [];
  for (const [at, { start, end, line }] of rows.entries()) {
    const before = rows[at - 1];
    const follows = before !== undefined && /^\s*$/.test(text.slice(before.end, start));
    // Passports: the number is in the second of two rows.
    if (
      (line.length === 44 || line.length === 36) &&
      isChecked(line.slice(0, 9), line[9]!) &&
      isChecked(line.slice(13, 19), line[19]!) &&
      isChecked(line.slice(21, 27), line[27]!)
    ) {
      const first = follows && before.line.length === line.length ? before : undefined;
      const kind = first?.line.startsWith("V") ? "visa" : first && /^[AIC]/.test(first.line) ? "identity-card" : "passport";
      found.push({
        start: first?.start ?? start,
        end,
        kind,
        number: line.slice(0, 9).replace(/<+$/, ""),
        lines: { country: line.slice(10, 13).replace(/<+$/, ""), expiresOn: dateOf(line.slice(21, 27)), ...(first ? nameOf(first.line.slice(5)) : {}) },
      });
      continue;
    }
    // Cards: the number is in the first of three rows.
    if (line.length === 30 && /^[AIC]/.test(line) && isChecked(line.slice(5, 14), line[14]!)) {
      const second = rows[at + 1];
      const third = rows[at + 2];
      const whole = second?.line.length === 30 && isChecked(second.line.slice(8, 14), second.line[14]!);
      found.push({
        start,
        end: whole ? (third?.line.length === 30 ? third.end : second.end) : end,
        kind: "identity-card",
        number: line.slice(5, 14).replace(/<+$/, ""),
        lines: {
          country: line.slice(2, 5).replace(/<+$/, ""),
          ...(whole ? { expiresOn: dateOf(second.line.slice(8, 14)) } : {}),
          ...(whole && third?.line.length === 30 ? nameOf(third.line) : {}),
        },
      });
    }
  }
  return found;
}

/** A message that is nothing but one such number, perhaps with a word of politeness. */
const alone = /^(?:[\p{L}'’]{1,12}[ ,:!]{1,2}){0,3}?([A-Z]{0,3}[ -]?\d(?:[ -]?\d){5,9}[A-Z]?)[\s.!]*(?:\p{L}{1,10}[\s.!]*){0,2}$/iu;

/** Kinds of papers that a text speaks of, as a question for their number does. */
export function documentsNamed(text: string): TypedDocument[] {
  return labels.flatMap(([kind, words]) => (new RegExp(words, "iu").test(text) ? [kind] : []));
}

/**
 * Numbers of papers in a text, from left to right: machine-readable lines, and numbers beside a word for the paper. `asked` is what was
 * asked for just before: then a message that is a number and nothing else is one too. Booking references, dates and telephone numbers
 * are none. Pure.
 */
export function findDocumentNumbers(text: string, { asked }: { asked?: TypedDocument } = {}): FoundDocument[] {
  const found: FoundDocument[] = machineReadable(text);
  const add = (kind: TypedDocument, from: number, written: string): void => {
    const { number, skipped } = trimmed(written);
    const start = from + skipped;
    if (isNoNumber(text, start, number)) return;
    const end = start + number.length;
    if (!found.some((other) => start < other.end && end > other.start)) found.push({ start, end, kind, number });
  };
  if (/\d{2}/.test(text)) {
    for (const { kind, pattern } of labelled)
      for (const match of text.matchAll(pattern)) add(kind, match.index + match[0].length - match[1]!.length, match[1]!);
    for (const { kind, pattern } of reversed) for (const match of text.matchAll(pattern)) add(kind, match.index, match[1]!);
    if (asked && found.length === 0) {
      const only = alone.exec(text.trim());
      if (only) add(asked, text.indexOf(only[1]!), only[1]!);
    }
  }
  return found.sort((a, b) => a.start - b.start);
}
