import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, relative, sep } from "node:path";
import { type GatewayConfig, resolvePath, type StatePaths } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import { routingOf } from "./routing.ts";

/** What is there already, with no link in it; what is not, below what is. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), path.slice(parent.length));
  }
}

const isWithin = (directory: string, path: string): boolean => {
  const way = relative(directory, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !/^[A-Za-z]:/.test(way));
};

/** The folder of an agent: its own, else one beside the default agent's. */
export function workspacePath(
  config: GatewayConfig,
  agentId: string,
  { paths, configPath }: { paths: Pick<StatePaths, "workspace">; configPath: string },
): string {
  const pathOf = (path: string): string => resolvePath(path, { home: homedir(), base: dirname(configPath) });
  const own = config.agents.list.find(({ id }) => id === agentId)?.workspace;
  if (own !== undefined) return pathOf(own);
  const shared = config.agents.defaults.workspace === undefined ? paths.workspace : pathOf(config.agents.defaults.workspace);
  return agentId === routingOf(config).defaultAgentId ? shared : `${shared}-${agentId}`;
}

/**
 * The directory whose files an agent's system tools see. Raises `CONFIG_INVALID` for one that would show them the gateway's own
 * files: its secrets, customers' data, the rules and the configuration.
 */
export function machineWorkspace(config: GatewayConfig, agentId: string, place: { paths: StatePaths; configPath: string }): string {
  const { paths, configPath } = place;
  const directory = workspacePath(config, agentId, place);
  const [workspace, base] = [real(directory), real(paths.base)];
  // Of the state directory only what is there for agents.
  const isForAgents = dirname(workspace) === base && /^workspace(-|$)/.test(basename(workspace));
  if (isWithin(workspace, base) || isWithin(workspace, real(configPath)) || (isWithin(base, workspace) && !isForAgents))
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `the workspace of agent ${agentId}, ${directory}, holds files of the gateway itself, and this agent has tools for files: set agents.list[].workspace to a directory of its own`,
    );
  return directory;
}
