import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { DataSubject } from "@travelagent/protocol/personal-data";
import { hashOf } from "./seal.ts";
import { identityKey } from "./subject.ts";

/** A line about an erasure: hashes only, so that a restored backup can be told whom to forget again, and nobody else is told anything. */
export interface JournalEntry {
  id: string;
  at: string;
  /** SHA-256, hex, of each id of the customer's records. */
  customers: string[];
  /** Of `channel`, a line break and the peer's id; for another agency than the first, a line break and its id. */
  identities: string[];
}

/** `erasures.jsonl`. It is not part of what a backup restores: lines are only ever added. */
export interface ErasureJournal {
  /** Durable. The same erasure again adds nothing. */
  add(id: string, at: number, subject: DataSubject): Promise<void>;
  entries(): Promise<JournalEntry[]>;
}

export function openErasureJournal(path: string): ErasureJournal {
  const entries = async (): Promise<JournalEntry[]> => {
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    return text.split("\n").flatMap((line) => {
      try {
        return line === "" ? [] : [JSON.parse(line) as JournalEntry];
      } catch {
        // A crash cut it short; the erasure writes it again.
        return [];
      }
    });
  };
  return {
    entries,
    async add(id, at, { customerIds, identities }) {
      if ((await entries()).some((entry) => entry.id === id)) return;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const entry: JournalEntry = {
        id,
        at: new Date(at).toISOString(),
        customers: customerIds.map(hashOf),
        identities: identities.map((identity) => hashOf(identityKey(identity))),
      };
      const file = await open(path, "a", 0o600);
      try {
        const { size } = await file.stat();
        await file.appendFile(`${size > 0 ? "\n" : ""}${JSON.stringify(entry)}`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}
