import { mkdir, readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { withFileLock } from "../file-lock.ts";
import { credentialName } from "../substitute.ts";
import { replaceFile } from "../write.ts";
import { keyFileBeside, keyRing } from "./key-ring.ts";
import type { MasterKey } from "./master-key.ts";
import { readSealed, type Sealed, seal, unseal } from "./sealed.ts";

export interface CredentialStoreOptions {
  /** Holds one file of mode 0600 for each entry. Made at first use. */
  directory: string;
  /** 32 bytes in hex or base64, or a passphrase of 16 characters or more. Absent: `keyFile`. */
  masterKey?: string | undefined;
  /** The key to rotate to, in the same forms. Needed only where `masterKey` is given. */
  newMasterKey?: string | undefined;
  /** Made at first use where no key is given, mode 0600. Default `master.key` beside `directory`. */
  keyFile?: string;
  clock?: Clock;
}

export interface CredentialInfo {
  name: string;
  /** ISO 8601. */
  updatedAt: string;
  /** False for one that was encrypted with another key, or was damaged. */
  readable: boolean;
}

/** Named secrets, encrypted with AES-256-GCM. No error and no list ever holds a value. */
export interface CredentialStore {
  /** Raises `NOT_FOUND`, `CONFIG_INVALID` when another key is needed, `STORAGE_CORRUPT` when the entry was changed. */
  get(name: string): Promise<string>;
  /** Raises `INVALID_REQUEST` for a name or value that cannot be kept. */
  set(name: string, value: string): Promise<void>;
  /** Raises `NOT_FOUND`. */
  remove(name: string): Promise<void>;
  /** By name. */
  list(): Promise<CredentialInfo[]>;
  /**
   * Encrypts every entry under a new key; the old one stays until the last entry has the new one, so that a crash loses
   * nothing: doing it again finishes it. Raises as `get` before anything is changed when an entry cannot be opened.
   */
  rotate(): Promise<{ rotated: number; keyId: string }>;
  /** The file of an entry, there or not. */
  pathOf(name: string): string;
}

const ending = ".credential.json";
const longestValue = 64 * 1024;

export function openCredentials({
  directory,
  masterKey,
  newMasterKey,
  keyFile = keyFileBeside(directory),
  clock = systemClock,
}: CredentialStoreOptions): CredentialStore {
  const ring = keyRing({ directory, keyFile, given: masterKey, wanted: newMasterKey });
  const pathOf = (name: string): string => join(directory, `${validName(name)}${ending}`);
  const locked = <T>(work: () => Promise<T>): Promise<T> => withFileLock(join(directory, "store"), clock, work);

  async function read(name: string): Promise<Sealed> {
    const path = pathOf(name);
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT")
        throw new TravelAgentError("NOT_FOUND", `there is no credential "${name}": store it with travelagent credentials set ${name}`);
      throw new TravelAgentError("UNAVAILABLE", `the credential "${name}" cannot be read (${error.code}): check that ${path} is a file of yours`, {
        cause: error,
      });
    });
    const entry = readSealed(text, name);
    if (!entry) throw damaged(name);
    return entry;
  }

  function open(entry: Sealed): string {
    const key = ring.find(entry.keyId);
    if (!key)
      throw new TravelAgentError(
        "CONFIG_INVALID",
        `the credential "${entry.name}" was encrypted with another key: give the key it was stored with (TRAVELAGENT_MASTER_KEY or ${keyFile}), or store it again with travelagent credentials set ${entry.name}`,
      );
    const value = unseal(entry, key);
    if (value === undefined) throw damaged(entry.name);
    return value;
  }

  const write = (name: string, value: string, key: MasterKey, updatedAt: string): Promise<void> =>
    replaceFile(pathOf(name), `${JSON.stringify(seal(name, value, key, updatedAt), null, 2)}\n`);

  async function names(): Promise<string[]> {
    const files = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    return files
      .filter((file) => file.endsWith(ending))
      .map((file) => file.slice(0, -ending.length))
      .sort();
  }

  return {
    pathOf,
    async get(name) {
      return open(await read(name));
    },
    async set(name, value) {
      validName(name);
      if (value === "") throw new TravelAgentError("INVALID_REQUEST", "the value is empty");
      if (Buffer.byteLength(value) > longestValue) throw new TravelAgentError("INVALID_REQUEST", "the value is longer than 64 kB");
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await locked(() => write(name, value, ring.current(), new Date(clock.now()).toISOString()));
    },
    async remove(name) {
      await locked(async () => {
        await unlink(pathOf(name)).catch((error: NodeJS.ErrnoException) => {
          if (error.code === "ENOENT") throw new TravelAgentError("NOT_FOUND", `there is no credential "${name}"`);
          throw error;
        });
      });
    },
    async list() {
      return Promise.all(
        (await names()).map(async (name) => {
          const entry = await read(name).catch(() => undefined);
          const key = entry && ring.find(entry.keyId);
          return { name, updatedAt: entry?.updatedAt ?? "", readable: entry !== undefined && key !== undefined && unseal(entry, key) !== undefined };
        }),
      );
    },
    async rotate() {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      return locked(async () => {
        const entries = await Promise.all((await names()).map(read));
        // All of them, before one is changed: a rotation that cannot finish does not begin.
        for (const entry of entries) open(entry);
        const key = ring.beginRotation();
        let rotated = 0;
        for (const entry of entries) {
          if (entry.keyId === key.id) continue;
          await write(entry.name, open(entry), key, entry.updatedAt);
          rotated += 1;
        }
        ring.endRotation();
        return { rotated, keyId: key.id };
      });
    },
  };
}

function validName(name: string): string {
  if (credentialName.test(name)) return name;
  throw new TravelAgentError("INVALID_REQUEST", `"${name}" is no name of a credential; use letters, digits, dot, dash and underscore, at most 64`);
}

const damaged = (name: string): TravelAgentError =>
  new TravelAgentError(
    "STORAGE_CORRUPT",
    `the credential "${name}" was changed or damaged on disk and is not used: store it again with travelagent credentials set ${name}`,
  );
