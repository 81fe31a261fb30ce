/** The alphabet of the network: a character of it takes seven bits. */
const basic = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
/** These take two places of it. */
const extended = new Set("\f^{}\\[~]|€");

/** What people do not miss, and what would make a text three times as long. Letters stay as they are: they are in names. */
const plainer: Readonly<Record<string, string>> = {
  "‘": "'",
  "’": "'",
  "‚": "'",
  "“": '"',
  "”": '"',
  "„": '"',
  "«": '"',
  "»": '"',
  "–": "-",
  "—": "-",
  "‑": "-",
  "−": "-",
  "…": "...",
  "•": "-",
  "\u00a0": " ",
  "\u202f": " ",
  "\u2009": " ",
  "\t": " ",
  "\u200b": "",
};

/** Typographic signs in the plain form every telephone has. */
export const plainSigns = (text: string): string => text.replace(/[‘’‚“”„«»–—‑−…•\u00a0\u202f\u2009\t\u200b]/g, (sign) => plainer[sign] ?? sign);

export type SmsEncoding = "gsm-7" | "ucs-2";

export interface SmsSize {
  encoding: SmsEncoding;
  /** What a platform counts and charges for. */
  segments: number;
}

const room = { "gsm-7": { single: 160, joined: 153 }, "ucs-2": { single: 70, joined: 67 } } as const;

/** In how many messages of the network a text travels. No character is torn between two. */
export function sizeOf(text: string): SmsSize {
  const characters = [...text];
  const encoding: SmsEncoding = characters.every((character) => basic.has(character) || extended.has(character)) ? "gsm-7" : "ucs-2";
  const widths = characters.map((character) => (encoding === "ucs-2" ? character.length : extended.has(character) ? 2 : 1));
  const { single, joined } = room[encoding];
  if (widths.reduce((sum, width) => sum + width, 0) <= single) return { encoding, segments: 1 };
  let segments = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > joined) {
      segments += 1;
      used = 0;
    }
    used += width;
  }
  return { encoding, segments };
}

/** The longest text of so many segments that is certain to fit, in UTF-16 units: all of it in the network's alphabet, or not. */
export const longestText = (segments: number, encoding: SmsEncoding): number => segments * room[encoding].joined;
