import { mkdir, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";

/** Puts all of `text` into the file or leaves it as it was; 0600 in a directory 0700. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeAndSync(temporary, "w", text);
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw storageError(error, path);
  }
}

/** Adds `text` to the end. */
export async function appendFile(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeAndSync(path, "a", text);
  } catch (error) {
    throw storageError(error, path);
  }
}

async function writeAndSync(path: string, flag: "w" | "a", text: string): Promise<void> {
  const file = await open(path, flag, 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function storageError(error: unknown, path: string): TravelAgentError {
  const code = (error as NodeJS.ErrnoException).code ?? "error";
  if (code === "ENOSPC" || code === "EDQUOT") return new TravelAgentError("STORAGE_FULL", `the disk is full: ${path} was not written`, { cause: error });
  return new TravelAgentError("UNAVAILABLE", `${path} cannot be written (${code}); check that the directory is yours and writable`, { cause: error });
}
