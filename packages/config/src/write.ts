import { randomUUID } from "node:crypto";
import { chmod, copyFile, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { storageError, withFileLock } from "./file-lock.ts";
import { type ConfigSnapshot, type LoadOptions, loadConfigFile, loadConfigText, requireConfig } from "./load.ts";
import { requireBaseHash } from "./patch.ts";
import { refuseMask } from "./redact.ts";
import type { Environment } from "./substitute.ts";

export interface WriteOptions extends LoadOptions {
  path: string;
  env: Environment;
  /** Makes the new text from what stands in the file now. Throwing leaves the file as it is. */
  change: (current: ConfigSnapshot) => string;
  /** Hash of the text the change was made for. `"any"` for a change that fits every text, such as one key set by hand. */
  baseHash: string | undefined | "any";
  clock?: Clock;
}

const backups = 5;

/**
 * Validates, then writes: to a temporary file that takes the name in one step, mode 0600, with the last five texts kept as
 * `.bak`, `.bak.1` … `.bak.4`. Raises `CONFIG_INVALID`, `CONFLICT` or `INVALID_REQUEST`, and the file is as it was.
 */
export async function writeConfigFile({ path, env, change, baseHash, clock = systemClock, ...options }: WriteOptions): Promise<ConfigSnapshot> {
  return withFileLock(path, clock, async () => {
    const current = await loadConfigFile(path, env, options);
    if (baseHash !== "any") requireBaseHash(current, baseHash);
    const raw = change(current);
    const next = await loadConfigText(raw, path, env, options);
    refuseMask(next.parsed, current.parsed, current);
    requireConfig(next);
    if (current.exists && next.hash === current.hash) return next;
    try {
      if (current.exists) await rotateBackups(path);
      await replaceFile(path, raw);
    } catch (error) {
      throw storageError(error, path);
    }
    return next;
  });
}

async function rotateBackups(path: string): Promise<void> {
  const name = (index: number) => (index === 0 ? `${path}.bak` : `${path}.bak.${index}`);
  for (let index = backups - 2; index >= 0; index--) await rename(name(index), name(index + 1)).catch(ignoreMissing);
  await copyFile(path, name(0));
  await chmod(name(0), 0o600);
}

/** Writes all of `text` or nothing, readable by the owner alone. */
export async function replaceFile(path: string, text: string): Promise<void> {
  // A name of its own: two writes at once would end up in one file.
  const temporary = `${path}.${process.pid}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  const directory = await open(dirname(path), "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

const ignoreMissing = (error: NodeJS.ErrnoException): void => {
  if (error.code !== "ENOENT") throw error;
};
