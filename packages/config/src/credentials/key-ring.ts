import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import { makeFileOnce } from "./make-file-once.ts";
import { type MasterKey, masterKey, parseMasterKey } from "./master-key.ts";

export interface KeyRingOptions {
  /** Where the salt of a passphrase lives. */
  directory: string;
  /** Where the key lives that is made when none is given, outside of `directory`: a copy of the entries is then useless alone. */
  keyFile: string;
  /** What a person gave: see `parseMasterKey`. Absent: the key file. */
  given: string | undefined;
  /** The key that entries get by a rotation. Absent: one is made, where a key file is used. */
  wanted: string | undefined;
}

/** The keys this store can open entries with. */
export interface KeyRing {
  /** What new entries are encrypted with; made at first use where a key file is used. */
  current(): MasterKey;
  /** Of the current key and of one that a rotation has begun to use. */
  find(id: string): MasterKey | undefined;
  /** The key to rotate to: the one of a rotation that a crash ended, otherwise a new one that is safe on disk by now. */
  beginRotation(): MasterKey;
  /** Every entry has the new key: the old one goes. */
  endRotation(): void;
}

export function keyRing({ directory, keyFile, given, wanted }: KeyRingOptions): KeyRing {
  const nextFile = `${keyFile}.next`;
  let salt: Buffer | undefined;
  const readSalt = (): Buffer => {
    salt ??= makeFileOnce(join(directory, "salt"), () => `${randomBytes(16).toString("base64")}\n`);
    return Buffer.from(salt.toString().trim(), "base64");
  };
  const parsed = new Map<string, MasterKey>();
  const parse = (text: string, source: string): MasterKey => {
    const key = parsed.get(text) ?? parseMasterKey(text, source, readSalt);
    parsed.set(text, key);
    return key;
  };
  const read = (path: string): MasterKey | undefined => {
    let text: string;
    try {
      text = readFileSync(path, "utf8").trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new TravelAgentError("UNAVAILABLE", `the key of the credentials cannot be read: check that ${path} is a file of yours`, { cause: error });
    }
    const bytes = Buffer.from(text, "base64");
    if (bytes.length !== 32)
      throw new TravelAgentError("STORAGE_CORRUPT", `${path} holds no key any more: put it back from a backup, or set every credential again`);
    return masterKey(bytes);
  };
  const make = (path: string): MasterKey => {
    makeFileOnce(path, () => `${randomBytes(32).toString("base64")}\n`);
    chmodSync(path, 0o600);
    return read(path)!;
  };

  return {
    current: () => (given === undefined ? (read(keyFile) ?? make(keyFile)) : parse(given, "TRAVELAGENT_MASTER_KEY")),
    find(id) {
      const candidates = [
        () => (given === undefined ? read(keyFile) : parse(given, "TRAVELAGENT_MASTER_KEY")),
        () => (wanted === undefined ? (given === undefined ? read(nextFile) : undefined) : parse(wanted, "TRAVELAGENT_NEW_MASTER_KEY")),
      ];
      for (const candidate of candidates) {
        const key = candidate();
        if (key?.id === id) return key;
      }
      return undefined;
    },
    beginRotation() {
      if (wanted !== undefined) return parse(wanted, "TRAVELAGENT_NEW_MASTER_KEY");
      if (given !== undefined)
        throw new TravelAgentError(
          "INVALID_REQUEST",
          "the key comes from TRAVELAGENT_MASTER_KEY: give the new one as TRAVELAGENT_NEW_MASTER_KEY, beside the old one",
        );
      return make(nextFile);
    },
    endRotation() {
      if (given !== undefined) return;
      if (wanted === undefined) renameSync(nextFile, keyFile);
      // Every entry needs the given key now.
      else rmSync(keyFile, { force: true });
    },
  };
}

/** Where the key is kept: beside the directory of the entries, not in it. */
export const keyFileBeside = (directory: string): string => join(dirname(directory), "master.key");
