import type { Money } from "@travelagent/protocol";
import type { OfferReading } from "./readings.ts";
import { count, normalise, ordinalWord, toNumber, toOrdinal } from "./text.ts";

type Choice = { offer: OfferReading } | { several: OfferReading[] } | { outOfRange: number } | null;

const asSet = (words: string): Set<string> => new Set(words.split(" "));
const before = asSet(
  "thanks thank you cool nice good hm hmm no sorry wait actually can could may have i'd rather meant mean prefer change switch and ok okay yes yeah sure great perfect then please i'll i we we'll will would like want take choose pick go with for lets let's book the that give me prefer select number option no nr offer flight hotel car it's is it to have",
);
const after = asSet(
  "please thanks thank you instead rather actually one option offer flight hotel car it is then looks good sounds great fine best works for us me",
);

const articles = asSet("a an single");

/** "I'll take the second one, thanks": the one word that is left when the polite ones are gone. */
function bareNumber(text: string): string | undefined {
  const words = text.match(/[\p{L}\p{N}']+/gu) ?? [];
  if (words.length > 12 || /\d[.:,]\d/.test(text)) return undefined;
  let from = 0;
  let to = words.length;
  while (to - from > 1 && before.has(words[from]!)) from++;
  while (to - from > 1 && after.has(words[to - 1]!)) to--;
  return to - from === 1 ? words[from] : undefined;
}
const numbered = new RegExp(`(?:\\b(?:option|number|offer|no\\.|nr\\.?|choice)\\s*|#\\s*)(\\d{1,2}|${count})\\b`);

const superlatives: [RegExp, RegExp, (offers: readonly OfferReading[]) => OfferReading | undefined][] = [
  [/\b(?:cheapest|lowest\s+price|least\s+expensive|cheap\s+one)\b/, /cheapest/, (offers) => extreme(offers, (a, b) => a - b)],
  [/\b(?:most\s+expensive|dearest|priciest)\b/, /most expensive/, (offers) => extreme(offers, (a, b) => b - a)],
  [/\b(?:fastest|quickest|shortest)\b/, /fastest|shortest/, () => undefined],
  [/\b(?:best)\b/, /best/, () => undefined],
  [/\bearliest\b/, /earliest/, () => undefined],
];

const price = (money: Money): number => Number(money.amount);
function extreme(offers: readonly OfferReading[], order: (a: number, b: number) => number): OfferReading | undefined {
  if (new Set(offers.map((offer) => offer.price.currency)).size > 1) return undefined;
  return [...offers].sort((a, b) => order(price(a.price), price(b.price)))[0];
}

const filler = new Set(
  "the a an one ones option offer flight flights hotel hotels car cars please i we will would like want take choose pick go with for lets let's ll book that this it me us give prefer select ok okay yes yeah sure great perfect then and of in at on to is my our thanks thank you i'll we'll by from leaving departing morning that's good sounds fine fare room rate think have which how about what can could tell more details airline number also there do does no not need are any euros eur".split(
    " ",
  ),
);

const words = (text: string): string[] => normalise(text).match(/[\p{L}\p{N}]+(?:[.:][\p{N}]+)*/gu) ?? [];

/** Offers by words of their titles and facts: "the Lufthansa one", "flex", "the 10:15", "the one for 189.40". */
function byWords(text: string, offers: readonly OfferReading[]): OfferReading[] {
  const wanted = words(text).filter((word) => (word.length > 2 || /^\d$/.test(word)) && !filler.has(word));
  if (wanted.every((word) => word.length < 3) || wanted.length > 6) return [];
  const described = offers.map((offer) => ({
    offer,
    has: words(`${offer.title}\n${offer.lines.join("\n")}\n${offer.tags.join("\n")}\n${offer.price.amount} ${offer.price.currency}\n${offer.supplier}`),
  }));
  let left = described;
  let told = false;
  for (const word of wanted) {
    const holding = left.filter(({ has }) =>
      has.some(
        (other) => other === word || (word.length >= 4 && other.startsWith(word)) || (/^\d+$/.test(word) && word.length >= 3 && other.split(".")[0] === word),
      ),
    );
    if (holding.length === 0) return [];
    if (holding.length < offers.length) told = true;
    left = holding;
  }
  return told || offers.length === 1 ? left.map(({ offer }) => offer) : [];
}

/** Which offer a message in `normalise` form chooses; null when it chooses none. */
export function readChoice(text: string, offers: readonly OfferReading[]): Choice {
  if (offers.length === 0) return null;
  const pick = (n: number | undefined): Choice => {
    if (n === undefined || n < 1) return null;
    const offer = offers.find((other) => other.number === n);
    return offer ? { offer } : { outOfRange: n };
  };
  if (/^[\s\w,']*\blast(?:\s+(?:one|option|offer))?[\s.!]*(?:please)?[\s.!]*$/.test(text) && !/\bat\s+last\b|\bname\b/.test(text))
    return { offer: offers.at(-1)! };
  const word = bareNumber(text);
  const number = word === undefined || articles.has(word) ? undefined : (toOrdinal(word) ?? toNumber(word));
  if (number !== undefined) return pick(number);
  const named = numbered.exec(text)?.[1];
  if (named !== undefined) return pick(toNumber(named));
  for (const [said, tag, otherwise] of superlatives) {
    if (!said.test(text)) continue;
    const offer = offers.find((other) => other.tags.some((one) => tag.test(one.toLowerCase()))) ?? otherwise(offers);
    if (offer) return { offer };
  }
  if (
    offers.length === 1 &&
    /\b(?:take|book|choose|want)\s+(?:it|that|this)(?:\s+one)?\b|\b(?:that|this)\s+one\b|^\s*(?:yes|ok|okay|sure|perfect|great)\b[^?]{0,20}$/.test(text)
  )
    return { offer: offers[0]! };
  const fitting = byWords(text, offers);
  if (fitting.length === 1) return { offer: fitting[0]! };
  return fitting.length > 1 ? { several: fitting } : null;
}

/** "tell me more about option 2": an offer asked about, not chosen. */
export function readQuestionAbout(text: string, offers: readonly OfferReading[]): OfferReading | undefined {
  if (
    !/\b(?:more\s+about|details?|tell\s+me|what\s+is\s+included|what's\s+included|what\s+does|explain|info(?:rmation)?\s+(?:on|about)|about|does|is|are|how\s+long|included|what's|bags?|baggage|luggage)\b/.test(
      text,
    ) ||
    !/\?|\b(?:more|details?|info|explain|tell)\b/.test(text)
  )
    return undefined;
  const number = numbered.exec(text) ?? new RegExp(`\\b(?:about|the|on|does|is|of|for|in|with)\\s+(\\d{1,2}|${ordinalWord})\\b`).exec(text);
  const n = number ? (toNumber(number[1]!) ?? toOrdinal(number[1]!)) : undefined;
  if (n !== undefined) return offers.find((offer) => offer.number === n);
  const chosen = readChoice(text.replace(/\?/g, ""), offers);
  return chosen && "offer" in chosen ? chosen.offer : undefined;
}
