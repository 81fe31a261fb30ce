import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";

/** What is looked for: digits of cards, and texts such as numbers of passports. */
export interface Wanted {
  digits: ReadonlySet<string>;
  texts: readonly string[];
}

const gzipBegin = Buffer.from([0x1f, 0x8b, 0x08]);

function* gzipMembers(bytes: Buffer): Generator<Buffer> {
  for (let at = bytes.indexOf(gzipBegin); at >= 0; at = bytes.indexOf(gzipBegin, at + 1)) {
    try {
      yield gunzipSync(bytes.subarray(at), { finishFlush: 2 });
    } catch {
      // Three bytes by chance.
    }
  }
}

/** Everything the bytes may say: as they are, in UTF-16, unpacked, and what base64 in them holds. */
function* readings(bytes: Buffer, depth = 0): Generator<string> {
  yield bytes.toString("utf8");
  if (bytes.includes(0)) {
    yield bytes.toString("utf16le");
    yield bytes.subarray(1).toString("utf16le");
  }
  if (depth > 1) return;
  for (const member of gzipMembers(bytes)) yield* readings(member, depth + 1);
  for (const [run] of bytes.toString("latin1").matchAll(/[A-Za-z0-9+/_-]{16,}/g))
    for (let from = 0; from < 4; from += 1) yield Buffer.from(run.slice(from), "base64").toString("utf8");
}

const otherDigits: readonly (readonly [RegExp, number])[] = [
  [/[\u0660-\u0669]/g, 0x0660],
  [/[\uff10-\uff19]/g, 0xff10],
  [/[\u0966-\u096f]/g, 0x0966],
];

/** Numbers in them that are wanted, in whichever form. */
export function findNumbers(bytes: Buffer, { digits, texts }: Wanted): string[] {
  const found = new Set<string>();
  for (const text of readings(bytes)) {
    let plain = text;
    for (const [pattern, zero] of otherDigits) plain = plain.replace(pattern, (sign) => String(sign.charCodeAt(0) - zero));
    for (const [run] of plain.matchAll(/\d(?:(?:[\s.\-_\u00a0\u00ad\u200b\u2013]|\ufe0f|\u20e3){0,3}\d){5,}/g)) {
      const bare = run.replace(/\D/g, "");
      for (let length = 6; length <= 19; length += 1)
        for (let from = 0; from + length <= bare.length; from += 1) {
          const part = bare.slice(from, from + length);
          if (digits.has(part) && (length >= 13 || run.replace(/\D/g, "").length === length)) found.add(part);
        }
    }
    for (const wanted of texts) if (plain.includes(wanted)) found.add(wanted);
  }
  return [...found];
}

export const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });

/** The same over every byte of a directory: `number in file`. */
export const scanDirectory = (directory: string, wanted: Wanted): string[] =>
  filesBelow(directory).flatMap((path) => findNumbers(readFileSync(path), wanted).map((number) => `${number} in ${relative(directory, path)}`));
