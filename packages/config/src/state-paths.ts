import { isAbsolute, join, resolve } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";

/** Where everything lives below the state directory. Directories are 0700, files 0600. */
export interface StatePaths {
  base: string;
  config: string;
  /** The gateway token that was made at first start. */
  token: string;
  agents: string;
  cronJobs: string;
  cronRuns: string;
  credentials: string;
  /** The certificate the gateway made for itself, and its key. */
  tlsCert: string;
  tlsKey: string;
  skills: string;
  workspace: string;
  policy: string;
  data: string;
  database: string;
  logs: string;
  backups: string;
}

export function statePaths(base: string): StatePaths {
  return {
    base,
    config: join(base, "travelagent.json"),
    token: join(base, "gateway.token"),
    agents: join(base, "agents"),
    cronJobs: join(base, "cron", "jobs.json"),
    cronRuns: join(base, "cron", "runs"),
    credentials: join(base, "credentials"),
    tlsCert: join(base, "tls", "gateway-cert.pem"),
    tlsKey: join(base, "tls", "gateway-key.pem"),
    skills: join(base, "skills"),
    workspace: join(base, "workspace"),
    policy: join(base, "policy"),
    data: join(base, "data"),
    database: join(base, "data", "travelagent.db"),
    logs: join(base, "logs"),
    backups: join(base, "backups"),
  };
}

/** The transcripts of one agent. */
export const agentSessionsPath = (base: string, agentId: string): string => join(base, "agents", agentId, "sessions");

/** Where a gateway lives and which port it takes when nobody names one. */
export interface Place {
  stateDir: string;
  configPath: string;
  defaultPort: number;
  /** Of a gateway beside the usual one. */
  profile?: string;
}

const usualPort = 18_789;
const devPort = 19_001;

/**
 * What an environment asks for. `TRAVELAGENT_PROFILE` gives a gateway a state directory and a port of its own; directories
 * that are named win over it. `home` is the user's home directory, `cwd` what relative paths start from. Raises
 * `INVALID_REQUEST` for a profile that is no name.
 */
export function locateState({ env, home, cwd }: { env: Readonly<Record<string, string | undefined>>; home: string; cwd: string }): Place {
  const place = (path: string) => resolve(cwd, expandHome(path, home));
  const profile = env.TRAVELAGENT_PROFILE && env.TRAVELAGENT_PROFILE !== "default" ? env.TRAVELAGENT_PROFILE : undefined;
  if (profile !== undefined && !/^[a-z0-9][a-z0-9_-]{0,31}$/.test(profile))
    throw new TravelAgentError("INVALID_REQUEST", `"${profile}" is no name of a profile; use lower-case letters, digits, - and _`);
  const stateDir = env.TRAVELAGENT_STATE_DIR
    ? place(env.TRAVELAGENT_STATE_DIR)
    : join(home, profile === undefined ? ".travelagent" : `.travelagent-${profile}`);
  return {
    stateDir,
    configPath: env.TRAVELAGENT_CONFIG ? place(env.TRAVELAGENT_CONFIG) : statePaths(stateDir).config,
    defaultPort: profile === undefined ? usualPort : profile === "dev" ? devPort : profilePort(profile),
    ...(profile === undefined ? {} : { profile }),
  };
}

/** The same for a name every time, between 19100 and 19899. Two names may share one: then one of them sets `gateway.port`. */
function profilePort(name: string): number {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) % 800;
  return 19_100 + hash;
}

/** `~` and `~/…` below `home`; anything else as it is. */
export const expandHome = (path: string, home: string): string =>
  path === "~" ? home : path.startsWith("~/") || path.startsWith("~\\") ? join(home, path.slice(2)) : path;

/** A path from the configuration: `~` expanded, relative ones below `base`. */
export const resolvePath = (path: string, { home, base }: { home: string; base: string }): string => {
  const expanded = expandHome(path, home);
  return isAbsolute(expanded) ? expanded : resolve(base, expanded);
};
