/** Where the digits of other scripts begin, each from zero to nine (Unicode category Nd, first plane). */
const zeros = [
  0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0,
  0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0x2080, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];
/** Digits that stand alone: raised ones and those in circles. */
const single = "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9⓪0①1②2③3④4⑤5⑥6⑦7⑧8⑨9⓿0❶1❷2❸3❹4❺5❻6❼7❽8❾9";

const one = new Map<string, string>();
for (const zero of zeros) for (let value = 0; value < 10; value += 1) one.set(String.fromCharCode(zero + value), String(value));
for (let at = 0; at < single.length; at += 2) one.set(single[at]!, single[at + 1]!);

/** Digits in bold, script and other faces take two characters each: the second becomes U+0001, as below. */
const twoCharacters = (pair: string): string => {
  const code = pair.codePointAt(0)!;
  return code >= 0x1d7ce && code <= 0x1d7ff ? `${(code - 0x1d7ce) % 10}\u0001` : pair;
};

const words = (
  [
    ["0", "zero oh null zéro cero zero"],
    ["1", "one eins uno un um"],
    ["2", "two zwei zwo dos deux dois due"],
    ["3", "three drei tres trois três tre"],
    ["4", "four vier cuatro quatre quatro quattro"],
    ["5", "five fünf fuenf cinco cinq cinque"],
    ["6", "six sechs seis sei meia"],
    ["7", "seven sieben siete sept sete sette"],
    ["8", "eight acht ocho huit oito otto"],
    ["9", "nine neun nueve neuf nove"],
  ] as const
).flatMap(([value, names]) => names.split(" ").map((name) => [name, value] as const));
const digitOf = new Map<string, string>(words);
[..."〇一二三四五六七八九"].forEach((sign, value) => void digitOf.set(sign, String(value)));
const numberWords = new RegExp(`(?<![\\p{L}\\p{N}])(?:${[...new Set(words.map(([name]) => name))].join("|")})(?![\\p{L}\\p{N}])|[〇一二三四五六七八九]`, "giu");
/** Fewer can be no part of a number that long. */
const fewestWords = 6;

/** The text with digits of all scripts as ours, and number words as their digit filled up with U+0001: every place stays where it was. */
export function asDigits(given: string): string {
  const plain = given
    .replaceAll("\u0001", " ")
    .replace(/[\ud800-\udbff][\udc00-\udfff]|[\u0080-\uffff]/g, (sign) => (sign.length === 2 ? twoCharacters(sign) : (one.get(sign) ?? sign)));
  if ((plain.match(numberWords)?.length ?? 0) < fewestWords) return plain;
  return plain.replace(numberWords, (word) => digitOf.get(word.toLowerCase())!.padEnd(word.length, "\u0001"));
}

/** Whether there is a digit in it, in any script or as words. */
export const hasDigits = (text: string): boolean => /\d/.test(asDigits(text));
