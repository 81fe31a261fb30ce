import { TravelAgentError } from "@travelagent/protocol";

/** One thing that is wrong with a configuration. Never holds a value of it: that may be a secret. */
export interface ConfigIssue {
  /** Dotted, as `getPath` reads it; empty for the file as a whole. */
  path: string;
  message: string;
  /** The known key that was probably meant. */
  suggestion?: string;
}

export const issueLine = ({ path, message }: ConfigIssue): string => (path ? `${path}: ${message}` : message);

/** `CONFIG_INVALID` that names every issue; `details.issues` has them for a program. */
export function configInvalid(issues: readonly ConfigIssue[], where?: string): TravelAgentError {
  return new TravelAgentError("CONFIG_INVALID", `${where ? `${where}: ` : ""}${issues.map(issueLine).join("; ")}`, { details: { issues } });
}
