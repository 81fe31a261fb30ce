/** A type that is taken, found by content. */
export interface FileType {
  mime: string;
  endings: readonly string[];
}

const ascii = (bytes: Uint8Array, from: number, to: number): string => Buffer.from(bytes.subarray(from, to)).toString("latin1");

const types: readonly { type: FileType; is(bytes: Uint8Array): boolean }[] = [
  { type: { mime: "image/jpeg", endings: ["jpg", "jpeg"] }, is: (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff },
  { type: { mime: "image/png", endings: ["png"] }, is: (bytes) => ascii(bytes, 0, 8) === "\x89PNG\r\n\x1a\n" },
  { type: { mime: "image/gif", endings: ["gif"] }, is: (bytes) => /^GIF8[79]a/.test(ascii(bytes, 0, 6)) },
  { type: { mime: "image/webp", endings: ["webp"] }, is: (bytes) => ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP" },
  {
    type: { mime: "image/heic", endings: ["heic", "heif"] },
    is: (bytes) => ascii(bytes, 4, 8) === "ftyp" && /^(?:heic|heix|mif1|msf1)$/.test(ascii(bytes, 8, 12)),
  },
  { type: { mime: "application/pdf", endings: ["pdf"] }, is: (bytes) => ascii(bytes, 0, 5) === "%PDF-" },
];

/** Text that nothing takes for a page, a script or a program. */
function isPlainText(bytes: Uint8Array): boolean {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return false;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what makes it a binary file
  if (/[\u0000-\u0008\u000e-\u001f]/.test(text)) return false;
  return !/^\s*(?:#!|<|MZ|\{\\rtf)/.test(text) && !/<(?:script|html|svg|iframe|!doctype)/i.test(text);
}

/** Undefined for what is not taken, whatever it is called. */
export function fileTypeOf(bytes: Uint8Array): FileType | undefined {
  if (bytes.length === 0) return undefined;
  const known = types.find(({ is }) => is(bytes));
  if (known) return known.type;
  return isPlainText(bytes) ? { mime: "text/plain", endings: ["txt", "text", "csv", "md"] } : undefined;
}
