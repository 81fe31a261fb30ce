import { createHash } from "node:crypto";
import type { DataSubject, ExportedFile, PersonalDataStore } from "@travelagent/protocol/personal-data";
import { indexPage, type ListedFile } from "./index-page.ts";
import { type ZippedFile, zipped } from "./zip.ts";

export interface PersonExport {
  stores: readonly PersonalDataStore[];
  subject: DataSubject;
  /** Who keeps the data, as it stands on the first page. */
  agency: string;
  /** Milliseconds since the epoch. */
  now: number;
  signal: AbortSignal;
}

const encoder = new TextEncoder();
const bytesOf = (content: ExportedFile["content"]): Uint8Array => {
  if (content instanceof Uint8Array) return content;
  return encoder.encode(typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`);
};

/** A name that unpacks where it should, on every system. */
const safe = (path: string): string =>
  path
    .split("/")
    .map((part) => part.replace(/[^\p{L}\p{N}._ -]/gu, "_").replace(/^\.+/, "_"))
    .filter((part) => part !== "")
    .join("/");

/**
 * Everything about a person as a zip: a folder for each store in their order, `index.html` to begin with, and `manifest.json` with a
 * checksum of each file. Read piece by piece, it holds one file at a time.
 */
export function exportPerson({ stores, subject, agency, now, signal }: PersonExport): AsyncGenerator<Uint8Array> {
  async function* files(): AsyncGenerator<ZippedFile> {
    const at = new Date(now).toISOString();
    const listed: (ListedFile & { sha256: string })[] = [];
    for (const store of stores)
      for await (const { path, title, content } of store.export(subject, signal)) {
        signal.throwIfAborted();
        const bytes = bytesOf(content);
        const name = `${safe(store.name)}/${safe(path)}`;
        listed.push({ path: name, title: title ?? store.name, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
        yield { path: name, bytes };
      }
    yield {
      path: "index.html",
      bytes: encoder.encode(indexPage({ agency, name: subject.identifiers.find((text) => /\p{L}\s+\p{L}/u.test(text)), at, files: listed })),
    };
    yield { path: "manifest.json", bytes: bytesOf({ at, files: listed.map(({ path, title, bytes, sha256 }) => ({ path, title, bytes, sha256 })) }) };
  }
  return zipped(files());
}
