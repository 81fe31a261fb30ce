import { TravelAgentError } from "@travelagent/protocol";

const FULL = 13;
const BUSY = 5;
const LOCKED = 6;
const IOERR = 10;
const CORRUPT = 11;
const CANTOPEN = 14;
const READONLY = 8;
const NOTADB = 26;

function primaryCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}

/** The errors made here: `UNAVAILABLE` alone would not tell a broken disk from a supplier that is away. */
const made = new WeakSet<object>();

/** A failure of the disk or of the database file in our codes. Anything else, such as a violated constraint, comes back as it is. */
export function storageError(error: unknown, path: string): unknown {
  const coded = translate(error, path);
  if (coded !== error) made.add(coded as object);
  return coded;
}

function translate(error: unknown, path: string): unknown {
  const details = { path };
  if ((error as NodeJS.ErrnoException | null)?.code === "ENOSPC") return full(path, error);
  switch (primaryCode(error)) {
    case FULL:
      return full(path, error);
    case BUSY:
    case LOCKED:
      return new TravelAgentError("STORAGE_BUSY", `another program holds a lock on the database ${path}; close it, then try again`, { details, cause: error });
    case CORRUPT:
    case NOTADB:
      return new TravelAgentError("STORAGE_CORRUPT", `the file ${path} is damaged or is not a database; stop the gateway and restore it from a backup`, {
        details,
        cause: error,
      });
    case IOERR:
      return new TravelAgentError("UNAVAILABLE", `the disk under the database ${path} reports an error; check the disk, then try again`, {
        details,
        cause: error,
      });
    case READONLY:
    case CANTOPEN:
      return new TravelAgentError(
        "UNAVAILABLE",
        `the database ${path} cannot be opened for writing; check that its directory exists and belongs to this user`,
        {
          details,
          cause: error,
        },
      );
    default:
      return error;
  }
}

function full(path: string, cause: unknown): TravelAgentError {
  return new TravelAgentError("STORAGE_FULL", `no space is left for the database ${path}; free disk space, the work goes on by itself`, {
    details: { path },
    cause,
  });
}

/** Whether the storage failed, so that the same write may succeed once the disk or the lock is free again. */
export function isStorageFailure(error: unknown): error is TravelAgentError {
  return TravelAgentError.is(error) && made.has(error);
}

/** The same of any store, also one that keeps files beside the database: what ran into it is done again when there is room. */
export function waitsForStorage(error: unknown): error is TravelAgentError {
  return TravelAgentError.is(error, "STORAGE_FULL") || TravelAgentError.is(error, "STORAGE_BUSY") || (isStorageFailure(error) && error.code === "UNAVAILABLE");
}
