import type { CredentialStore, LoadOptions, Place, StatePaths } from "@travelagent/config";
import type { Terminal } from "./terminal.ts";

export interface ConfigFile extends Place {
  paths: StatePaths;
  credentials: CredentialStore;
  /** How the file is read here. */
  load: LoadOptions;
}

/** The configuration file and the credentials that the environment points to. Nothing is read yet. */
export async function configFile({ env, home, cwd }: Pick<Terminal, "env" | "home" | "cwd">): Promise<ConfigFile> {
  const { locateState, openCredentials, statePaths } = await import("@travelagent/config");
  const place = locateState({ env, home, cwd });
  const paths = statePaths(place.stateDir);
  const credentials = openCredentials({
    directory: paths.credentials,
    masterKey: env.TRAVELAGENT_MASTER_KEY || undefined,
    newMasterKey: env.TRAVELAGENT_NEW_MASTER_KEY || undefined,
  });
  return { ...place, paths, credentials, load: { credentials, defaultPort: place.defaultPort } };
}
