import { type CredentialStore, openCredentials, type StatePaths } from "@travelagent/config";
import type { Clock } from "@travelagent/protocol/ports";

/** The agency's encrypted credentials, opened by the key file beside them or by the master key in the environment. */
export const credentialsOf = ({ credentials }: StatePaths, env: Readonly<Record<string, string | undefined>>, clock: Clock): CredentialStore =>
  openCredentials({ directory: credentials, masterKey: env.TRAVELAGENT_MASTER_KEY || undefined, clock });
