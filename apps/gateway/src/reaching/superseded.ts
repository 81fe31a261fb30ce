import type { TravelAgentError } from "@travelagent/protocol";

/**
 * This process stood still and another one has taken its place. It ends here and now, without the usual goodbye: every file
 * it would still write to belongs to the other one.
 */
export function endSuperseded(error: TravelAgentError): never {
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exit(1);
}
