import type { ContextFact } from "@travelagent/protocol/messages";

/** A fact without its time, which is that of the message it stands in. */
export type FoundFact = Omit<ContextFact, "at">;

const currencies =
  "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KES|KRW|MAD|MXN|MYR|NOK|NZD|PEN|PHP|PLN|QAR|RON|RSD|SAR|SEK|SGD|THB|TND|TRY|TWD|UAH|USD|VND|ZAR";
const number = String.raw`\d{1,3}(?:[.,' \u00a0\u202f]\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?`;
const price = new RegExp(String.raw`(?:\b(?:${currencies})|[€$£¥])\s?-?(?:${number})(?!\d)|(?<![\d.,])-?(?:${number})\s?(?:(?:${currencies})\b|[€£¥])`, "g");

const months =
  "jan(?:uary|vier|uar|eiro)?|feb(?:ruary|ruar|brero|braio)?|f[ée]v(?:rier|ereiro)?|mar(?:ch|s|zo|ço)?|märz|apr(?:il|ile)?|abr(?:il)?|avr(?:il)?|may|mai|mayo|maio|maggio|june?|juni|juin|junio|junho|giugno|july?|juli|juillet|julio|julho|luglio|aug(?:ust)?|août|ago(?:sto)?|sep(?:t|tember|tembre|tiembre)?|set(?:embro|tembre)?|oct(?:ober|obre|ubre)?|okt(?:ober)?|out(?:ubro)?|ott(?:obre)?|nov(?:ember|embre|iembre|embro)?|dec(?:ember)?|dez(?:ember|embro)?|d[ée]c(?:embre)?|dic(?:iembre|embre)?|ene(?:ro)?|gennaio";
const clock = String.raw`(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?m\b\.?)?`;
const date = new RegExp(
  [
    String.raw`\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?\b`,
    String.raw`\b\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2})\b`,
    String.raw`\b\d{1,2}(?:st|nd|rd|th|\.)?\s(?:of\s|de\s)?(?:${months})\b\.?(?:,?\s(?:de\s)?\d{4}\b)?(?:,?\s(?:at\s)?${clock})?`,
    String.raw`\b(?:${months})\.?\s\d{1,2}(?:st|nd|rd|th)?\b(?:,?\s\d{4}\b)?(?:,?\s(?:at\s)?${clock})?`,
    String.raw`\b${clock}(?![\d:])`,
  ].join("|"),
  "gi",
);

const ticket = /(?<![\d-])\d{3}[- ]?\d{10}(?![\d-])/g;
/** Six letters and digits, of both kinds: no word and no number looks like it. */
const locator = /(?<![A-Za-z0-9-])(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{6}(?![A-Za-z0-9-])/g;
const named =
  /\b(?:pnr|(?:record |booking |airline )?locator|(?:booking|reservation|confirmation|order|voucher|supplier|insurance|policy) ?(?:reference|ref|code|number|no|nr|id)?|reference|localizador|reserva|buchungs(?:code|nummer)|r[ée]f[ée]rence)\b\.?(?: (?:is|no\.?|number|of))?\s?[:#(=]?\s?["“']?([A-Z0-9][A-Z0-9/-]{4,29})(?![A-Za-z0-9])/gi;

const word = String.raw`\p{Lu}[\p{L}’'-]*`;
const name = `${word}(?: (?:de|da|do|dos|del|la|van|von|der|den|bin|al|${word})){0,4} ${word}|${word} ${word}`;
const titled = new RegExp(String.raw`(?<!\p{L})(?:Mr|Mrs|Ms|Miss|Mx|Dr|Herr|Frau|Sr|Sra|Señor|Señora|Mme|Monsieur|Madame)\.? (${name}|${word})(?!\p{L})`, "gu");
const listed = new RegExp(
  String.raw`(?<!\p{L})(?:[Tt]ravell?ers?|[Pp]assengers?|[Gg]uests?|[Nn]ames?|[Pp]ax|[Rr]eisende[rn]?|[Vv]iajer[oa]s?|[Pp]asajer[oa]s?|I am|I'm)(?: name| names)?(?: is| are)?\s?[:=]?\s((?:${name})(?:(?:, and |, |; | and | und | y | & )(?:${name}))*)(?!\p{L})`,
  "gu",
);
const promise =
  /\b(?:(?:I|we|he|she|they|our team|a colleague)(?:['’]ll| will| shall| promise| guarantee|['’]ve agreed| have agreed)|you(?:['’]ll| will) (?:get|receive|hear|have)|call you back|get back to you|free of charge|at no (?:extra )?(?:cost|charge)|will be (?:refunded|credited|sent|waived|called))\b/i;

const matches = (text: string, pattern: RegExp, group = 0): string[] => [...text.matchAll(pattern)].map((match) => match[group]!.trim());
const same = (text: string): string => text.toLowerCase().replace(/\s+/g, " ");

/** Longer texts are read at their begin and end: nobody writes so much by hand. */
const mostChars = 4_000_000;

/** What a text says of references, tickets, people, prices and dates, each as it stands there. */
export function textFacts(given: string): FoundFact[] {
  const text = given.length > mostChars ? `${given.slice(0, mostChars / 2)}\n${given.slice(-mostChars / 2)}` : given;
  const found: FoundFact[] = [];
  const add = (kind: FoundFact["kind"], values: readonly string[]) => {
    for (const value of values) found.push({ kind, text: value, key: same(value) });
  };
  const tickets = matches(text, ticket);
  add("ticket", tickets);
  add("reference", matches(text, locator));
  // A reference in capitals: "booking confirmed" names none.
  add(
    "reference",
    matches(text, named, 1).filter((value) => value === value.toUpperCase() && !tickets.includes(value) && /[A-Z0-9]{4}/.test(value)),
  );
  add("traveller", matches(text, titled, 1));
  add(
    "traveller",
    matches(text, listed, 1).flatMap((list) => list.split(/, and |, |; | and | und | y | & /)),
  );
  add("price", matches(text, price));
  add("date", matches(text, date));
  return found;
}

/** Sentences in which we promise something. Only for what we ourselves said. */
export function promisesIn(text: string): FoundFact[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 8 && sentence.length <= 300 && promise.test(sentence))
    .map((sentence) => ({ kind: "promise", text: sentence, key: same(sentence) }));
}
