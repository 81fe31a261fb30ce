export { type HelperToolsOptions, helperTools } from "./helper-tools.ts";
export type { KnownSession, SessionAccess } from "./session-access.ts";
export { type SessionToolsOptions, sessionTools } from "./session-tools.ts";
