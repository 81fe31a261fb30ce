import { stripVTControlCharacters } from "node:util";
import { TravelAgentError } from "@travelagent/protocol";

/** What went wrong in a page, in one line that says what to do. What the page itself says is left out. */
export function pageFailure(error: unknown, doing: string): TravelAgentError {
  if (TravelAgentError.is(error)) return error;
  const [line = ""] = stripVTControlCharacters(String((error as Error)?.message ?? error)).split("\n");
  if (/Timeout \d+ms exceeded/.test(line))
    return new TravelAgentError("TIMEOUT", `${doing} took too long; take a snapshot to see how the page is now`, { cause: error });
  const net = /net::(ERR_[A-Z_]+)/.exec(line)?.[1];
  if (net) return new TravelAgentError("UNAVAILABLE", `${doing} failed (${net})`, { cause: error });
  if (/has been closed|crashed/.test(line)) return new TravelAgentError("UNAVAILABLE", `${doing} failed: the page is closed; open it again`, { cause: error });
  return new TravelAgentError("INVALID_REQUEST", `${doing} did not work; take a snapshot to see how the page is now`, { cause: error });
}
