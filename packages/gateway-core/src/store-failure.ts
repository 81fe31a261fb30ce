import { TravelAgentError } from "@travelagent/protocol";

/** No room or a foreign lock: the same write is possible later, and nothing may be concluded from the failure. */
export const storeCannotWrite = (error: unknown): boolean => TravelAgentError.is(error, "STORAGE_FULL") || TravelAgentError.is(error, "STORAGE_BUSY");
