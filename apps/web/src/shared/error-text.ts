import { TravelAgentError } from "@travelagent/protocol";

/** What went wrong, as a sentence for the person in front of the page. */
export function errorText(error: unknown): string {
  if (!TravelAgentError.is(error)) return "Something unexpected happened on this page. Reload it and try again.";
  const message = error.message.charAt(0).toUpperCase() + error.message.slice(1);
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
