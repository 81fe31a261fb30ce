/** Country calling codes of two digits; 1 and 7 stand alone, all others have three (ITU E.164). */
const twoDigits = new Set(
  "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98".split(" "),
);

/** `+351910000000` as country code and the rest; undefined for what is no E.164 number. */
export function splitPhone(e164: string): { country_code: string; number: string } | undefined {
  const digits = /^\+([1-9]\d{6,14})$/.exec(e164)?.[1];
  if (!digits) return undefined;
  const length = digits[0] === "1" || digits[0] === "7" ? 1 : twoDigits.has(digits.slice(0, 2)) ? 2 : 3;
  return { country_code: digits.slice(0, length), number: digits.slice(length) };
}
