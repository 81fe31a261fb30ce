import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type DataSubject, namingOnlyThem, type PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { MemoryFiles } from "./memory-files.ts";
import type { RecallIndex } from "./recall-index.ts";
import { replaceText } from "./replace-text.ts";

export interface MemoryPersonalDataOptions {
  files: MemoryFiles;
  index: RecallIndex;
  /** Where the notes are. */
  directory: string;
}

/** Notes stand apart by an empty line. */
const entriesOf = (text: string): string[] => text.split(/\n{2,}/).filter((entry) => entry.trim() !== "");
/** A number or an address is one person's; a name may be another's too. */
const isTelling = (identifier: string): boolean => identifier.length >= 6 && /[\d@]/.test(identifier);

/**
 * What agents wrote down about a person: all of the customer's own file, and of the agency's memory the notes that hold an id, an
 * address or a number of theirs. A note with a name alone may be about somebody else: the scan of an erasure lists it. So may one with
 * a number that is also somebody's at another agency, unless an id of the customer, a conversation or a booking stands in it, too.
 */
export function memoryPersonalData({ files, index, directory }: MemoryPersonalDataOptions): PersonalDataStore {
  const ownPaths = async ({ customerIds }: DataSubject): Promise<string[]> => {
    const scopes = new Set(customerIds.map((id) => `customer:${id}`));
    return [...new Set([...(await files.list()), ...(await index.files())].flatMap(({ path, scope }) => (scopes.has(scope) ? [path] : [])))].sort();
  };
  const wanted = (subject: DataSubject): string[] => {
    const { customerIds, sessionKeys, bookingIds, identities, identifiers } = subject;
    const contacts = [...identities.map(({ peerId }) => peerId), ...identifiers].filter(isTelling);
    return [...customerIds, ...sessionKeys, ...bookingIds, ...namingOnlyThem(contacts, subject)].map((text) => text.toLowerCase());
  };
  const agencyPaths = async () => (await files.list()).flatMap(({ path, scope }) => (scope === "agency" ? [path] : []));
  const isAbout = (entry: string, texts: readonly string[]) => texts.some((text) => entry.toLowerCase().includes(text));

  return {
    name: "memory",
    covers: {
      tables: ["recall_file", "recall_chunk", "recall_words", "recall_words_data", "recall_words_idx", "recall_words_docsize", "recall_words_config"],
      files: ["workspace/MEMORY.md", "workspace/memory/*"],
    },

    async *export(subject, signal) {
      const own: string[] = [];
      for (const path of await ownPaths(subject)) {
        signal.throwIfAborted();
        own.push(await files.read(path).catch(() => ""));
      }
      if (own.join("") !== "") yield { path: "about-you.md", title: "What we wrote down about you", content: own.join("") };
      const texts = wanted(subject);
      const noted: string[] = [];
      for (const path of await agencyPaths()) noted.push(...entriesOf(await files.read(path)).filter((entry) => isAbout(entry, texts)));
      if (noted.length > 0) yield { path: "notes.md", title: "Notes that mention you", content: `${noted.join("\n\n")}\n` };
    },

    async erase(subject, { signal }) {
      let removed = 0;
      for (const path of await ownPaths(subject)) {
        signal.throwIfAborted();
        await rm(join(directory, path), { force: true });
        await index.remove(path);
        removed += 1;
      }
      const texts = wanted(subject);
      for (const path of await agencyPaths()) {
        signal.throwIfAborted();
        const entries = entriesOf(await readFile(join(directory, path), "utf8"));
        const kept = entries.filter((entry) => !isAbout(entry, texts));
        if (kept.length === entries.length) continue;
        await replaceText(join(directory, path), kept.map((entry) => `${entry}\n\n`).join(""));
        // Read anew by the next search, without what is gone.
        await index.remove(path);
        removed += entries.length - kept.length;
      }
      return { removed, held: [] };
    },
  };
}
