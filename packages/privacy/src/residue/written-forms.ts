/** Something that names a person, in the ways it may stand in a file. */
export interface WrittenForms {
  /** Byte sequences in which ASCII letters are small; compared without regard to case. */
  bytes: readonly { form: Uint8Array; whole: boolean }[];
  /** Digits of a telephone number, country code first. Found with any separators, and without the country code. */
  digits?: string;
}

const least = 5;
const encoder = new TextEncoder();

const stripped = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "");
const german = (text: string): string => text.replace(/[äöü]/gi, (sign) => `${stripped(sign)}e`).replaceAll("ß", "ss");

/** Numbers of telephones: nothing in them but digits and what stands between them. */
export function phoneDigits(text: string): string | undefined {
  if (!/^\+?[\d\s().\-/\u00a0]+$/.test(text)) return undefined;
  const digits = text.replace(/\D/g, "").replace(/^00/, "");
  return digits.length >= 8 && digits.length <= 15 ? digits : undefined;
}

/**
 * Whether a text names one person well enough to be looked for: an address, a number, several words, or a rare single word. A first
 * name alone stands in the texts of many.
 */
export const isTelling = (text: string): boolean => {
  const clean = text.trim();
  if (clean.length < least) return false;
  return /[\d@]/.test(clean) || /\p{L}\s+\p{L}/u.test(clean) || clean.length >= 10;
};

/** A name with its words joined and turned around as programs, airlines and addresses do. */
function joined(text: string): string[] {
  const words = text.trim().split(/\s+/);
  if (words.length < 2 || /[\d@]/.test(text)) return [];
  const [last, rest] = [words.at(-1)!, words.slice(0, -1)];
  const turned = [
    [last, ...rest],
    [...words.slice(1), words[0]!],
  ];
  return [
    ...["", "_", "-", ".", "+", "\u00a0"].map((between) => words.join(between)),
    ...turned.flatMap((order) => [
      order.join(" "),
      order.join("/"),
      order.join("_"),
      `${order[0]}, ${order.slice(1).join(" ")}`,
      `${order[0]}/${order.slice(1).join(" ")}`,
    ]),
  ];
}

/** The part of a base64 text that does not depend on what stands before and behind it, at each of the three places it can begin. */
function inBase64(bytes: Uint8Array): string[] {
  return [0, 1, 2].flatMap((before) => {
    const coded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const from = before === 0 ? 0 : before === 1 ? 2 : 3;
    const over = (before + bytes.length) % 3;
    const core = coded.slice(from, over === 0 ? coded.length : -1);
    return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

const inJson = (text: string): string => text.replace(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
const inHtml = (text: string): string => text.replace(/[^\x20-\x7e]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const quotedPrintable = (text: string): string =>
  [...encoder.encode(text)].map((byte) => (byte > 0x7e || byte === 0x3d ? `=${byte.toString(16).padStart(2, "0")}` : String.fromCharCode(byte))).join("");
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function utf16(text: string): Uint8Array[] {
  const little = Buffer.from(text, "utf16le");
  return [little, Buffer.from(little).swap16()];
}

/** ASCII letters small, all else as it is. */
export function fold(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte));
}

/** The ways in which an identifier may be written. Case, accents, encodings; of an e-mail address also its first half. */
export function writtenForms(identifier: string): WrittenForms {
  const given = identifier.trim().normalize("NFC");
  const spellings = new Set([given, given.normalize("NFD"), stripped(given), german(given)]);
  for (const text of [...spellings]) for (const other of [text.toLowerCase(), text.toUpperCase()]) spellings.add(other);
  for (const text of [given, stripped(given)])
    for (const other of joined(text)) for (const one of [other, other.toLowerCase(), other.toUpperCase()]) spellings.add(one);
  const digits = phoneDigits(given);
  if (digits !== undefined) spellings.add(digits);
  else if (/\d/.test(given) && !given.includes("@") && !given.includes(":")) spellings.add(given.replace(/[\s.-]/g, ""));

  const forms = new Map<string, { form: Uint8Array; whole: boolean }>();
  const add = (form: Uint8Array, whole = false) => {
    const folded = fold(form);
    if (folded.length >= least) forms.set(Buffer.from(folded).toString("latin1"), { form: folded, whole });
  };
  for (const text of spellings) {
    if (text.length < least) continue;
    const bytes = encoder.encode(text);
    // A short one is a part of other words by chance.
    add(bytes, bytes.length < 8);
    for (const other of [inJson(text), inHtml(text), quotedPrintable(text), encodeURIComponent(text), encodeURIComponent(text).replaceAll("%20", "+")])
      if (other !== text) add(encoder.encode(other));
    for (const wide of utf16(text)) add(wide);
    add(encoder.encode(hex(bytes)));
    for (const coded of inBase64(bytes)) if (coded.length >= 8) add(encoder.encode(coded));
  }
  const local = given.includes("@") ? given.slice(0, given.indexOf("@")) : "";
  if (local.length >= 8 || (local.length >= least && /[\d.]/.test(local))) add(encoder.encode(local.toLowerCase()), true);
  return { bytes: [...forms.values()], ...(digits === undefined ? {} : { digits }) };
}
