import { TravelAgentError } from "@travelagent/protocol";

/** A store that has no room or is locked says nothing about the action: nobody is told that it failed, the turn runs again. */
export const storeCannotWrite = (error: unknown): boolean => TravelAgentError.is(error, "STORAGE_FULL") || TravelAgentError.is(error, "STORAGE_BUSY");
