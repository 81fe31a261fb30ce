import { TravelAgentError } from "@travelagent/protocol";

/**
 * Reads a part of a reply. A vendor's surprise becomes "cannot be read": of a write that is an outcome nobody knows, never a refusal.
 */
export function understand<T>(provider: string, effect: "read" | "write", read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (TravelAgentError.is(error)) throw error;
    throw effect === "write"
      ? new TravelAgentError("OUTCOME_UNKNOWN", `${provider} answered in a form that cannot be read; what happened has to be asked for`, { cause: error })
      : new TravelAgentError("UNAVAILABLE", `${provider} answered in a form that cannot be read`, { cause: error });
  }
}

/** The record is not there (any more). */
export const isGone = (error: unknown): boolean => TravelAgentError.is(error, "NOT_FOUND");

/** A read that completes a write which has happened: when it fails, only the outcome is not known. */
export async function afterWrite<T>(provider: string, read: Promise<T | null>): Promise<T> {
  const gone = () => new TravelAgentError("OUTCOME_UNKNOWN", `${provider} took the write and does not show it; it has to be asked for again`);
  try {
    const found = await read;
    if (found === null) throw gone();
    return found;
  } catch (error) {
    throw TravelAgentError.is(error, "OUTCOME_UNKNOWN") ? error : gone();
  }
}
