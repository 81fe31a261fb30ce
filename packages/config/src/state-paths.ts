import { isAbsolute, join, resolve } from "node:path";

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

/** The state directory and the configuration file that an environment asks for. `home` is the user's home directory, `cwd` what relative paths start from. */
export function locateState({ env, home, cwd }: { env: Readonly<Record<string, string | undefined>>; home: string; cwd: string }): {
  stateDir: string;
  configPath: string;
} {
  const place = (path: string) => resolve(cwd, expandHome(path, home));
  const stateDir = env.TRAVELAGENT_STATE_DIR ? place(env.TRAVELAGENT_STATE_DIR) : join(home, ".travelagent");
  return { stateDir, configPath: env.TRAVELAGENT_CONFIG ? place(env.TRAVELAGENT_CONFIG) : statePaths(stateDir).config };
}

/** `~` and `~/…` below `home`; anything else as it is. */
export const expandHome = (path: string, home: string): string =>
  path === "~" ? home : path.startsWith("~/") || path.startsWith("~\\") ? join(home, path.slice(2)) : path;

/** A path from the configuration: `~` expanded, relative ones below `base`. */
export const resolvePath = (path: string, { home, base }: { home: string; base: string }): string => {
  const expanded = expandHome(path, home);
  return isAbsolute(expanded) ? expanded : resolve(base, expanded);
};
