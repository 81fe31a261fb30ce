import { TravelAgentError } from "@travelagent/protocol";

/** Where a page of rows ended that are sorted by time, newest first, then by id. */
export const writeCursor = (at: number, id: string): string => Buffer.from(JSON.stringify([at, id])).toString("base64url");

/** Raises `INVALID_REQUEST` for everything `writeCursor` did not make. Without a cursor: before the first row. */
export function readCursor(cursor: string | undefined): [at: number, id: string] {
  if (cursor === undefined) return [Number.MAX_SAFE_INTEGER, ""];
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    if (typeof at === "number" && typeof id === "string") return [at, id];
  } catch {
    // Falls through to the one answer for every kind of nonsense.
  }
  throw new TravelAgentError("INVALID_REQUEST", "this cursor is not one of ours; begin the list again without it");
}
