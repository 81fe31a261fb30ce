import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";

/** Makes the file with mode 0600 when it is missing. `durable` resolves only when the bytes are on the disk. */
export type AppendBytes = (path: string, bytes: string, durable: boolean) => Promise<void>;

export const appendToFile: AppendBytes = async (path, bytes, durable) => {
  const file = await open(path, "a", 0o600).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return open(path, "a", 0o600);
  });
  try {
    await file.appendFile(bytes);
    if (durable) await file.datasync();
  } finally {
    await file.close();
  }
};

/** Makes the name of a new file survive the loss of power. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** What went wrong with a file of a transcript, in our codes. */
export function coded(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new TravelAgentError("STORAGE_FULL", `no space is left for the transcript ${path}; free disk space, then try again`, {
      details: { path },
      cause: error,
    });
  }
  if (code === undefined || TravelAgentError.is(error)) return error;
  return new TravelAgentError("UNAVAILABLE", `the transcript ${path} cannot be written or read (${code}); check the disk and the rights of its directory`, {
    details: { path },
    cause: error,
  });
}
