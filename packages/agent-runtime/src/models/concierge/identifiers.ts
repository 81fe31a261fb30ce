import { composed, type Span } from "./text.ts";

export interface Identifiers {
  email?: string;
  /** International form, `+34600111222`. */
  phone?: string;
  /** A number that was given without its country code, and so cannot be used. */
  localPhone: boolean;
  reference?: string;
  /** Something that looks like a payment card's number. Its digits are kept nowhere. */
  cardNumber: boolean;
  spans: Span[];
}

const emailPattern = /(?<![\p{L}\p{N}_'+.%-])(?!\.)(?![^@\s]*\.\.)[a-z0-9_'+.-]{0,63}[a-z0-9_+-]@(?:[a-z0-9][a-z0-9-]{0,62}\.){1,5}[a-z]{2,24}/iu;
const digitsPattern = /(?:\+|\b00)?\d(?:[ ().\-/]?\d){6,18}/g;
const namedReference =
  /\b(?:booking|reservation|reference|ref|pnr|confirmation|locator|code)\b(?:\s+(?:number|no\.?|code|reference|ref|is|it's|for))*\s*[:#]?\s*([a-z0-9]{6})\b/i;

/** The check digit all payment cards have. */
function isCard(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19 || /^(\d)\1*$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

const isDate = (text: string): boolean => /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}$|^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?:\s|$)/.test(text.trim());

function referenceIn(raw: string): { code: string; at: number } | undefined {
  const named = namedReference.exec(raw);
  // "booking please" is no reference: without a digit only capitals count.
  if (named && (/\d/.test(named[1]!) || /^[A-Z]{6}$/.test(named[1]!))) return { code: named[1]!.toUpperCase(), at: named.index + named[0].length - 6 };
  // Beside another word in capitals it is a name, as in "JOHN MILLER".
  const shouting = raw === raw.toUpperCase() || (raw.match(/(?<![\p{L}\p{N}@.])\p{Lu}{2,}(?![\p{L}\p{N}@.])/gu) ?? []).length > 1;
  for (const match of raw.matchAll(/\b[A-Z0-9]{6}\b/g)) {
    const mixed = /\d/.test(match[0]) && /[A-Z]/.test(match[0]);
    if (mixed || (!shouting && /^[A-Z]{6}$/.test(match[0])) || (raw.trim() === match[0] && /[A-Z]/.test(match[0]))) return { code: match[0], at: match.index };
  }
  return undefined;
}

/** E-mail, phone, booking reference and card numbers. Positions are those of the normalised text. */
export function readIdentifiers(raw: string): Identifiers {
  const text = composed(raw);
  const spans: Span[] = [];
  const email = emailPattern.exec(text);
  if (email) spans.push({ start: email.index, end: email.index + email[0].length });
  let phone: string | undefined;
  let localPhone = false;
  let cardNumber = false;
  for (const match of text.matchAll(digitsPattern)) {
    const digits = match[0].replace(/\D/g, "");
    const international = match[0].startsWith("+") || match[0].startsWith("00");
    if (!international && isCard(digits)) {
      cardNumber = true;
    } else if (international) {
      const e164 = `+${match[0].startsWith("+") ? digits : digits.slice(2)}`;
      if (!/^\+[1-9]\d{6,14}$/.test(e164)) continue;
      phone = e164;
    } else if (!isDate(match[0]) && digits.length >= 9 && digits.length <= 12 && !/\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}/.test(match[0])) localPhone = true;
    else continue;
    spans.push({ start: match.index, end: match.index + match[0].length });
  }
  const reference = referenceIn(text);
  if (reference && !spans.some((span) => reference.at >= span.start && reference.at < span.end)) spans.push({ start: reference.at, end: reference.at + 6 });
  return {
    ...(email ? { email: email[0] } : {}),
    ...(phone ? { phone } : {}),
    localPhone: localPhone && !phone,
    ...(reference ? { reference: reference.code } : {}),
    cardNumber,
    spans,
  };
}
