import { join } from "node:path";
import type { Tool } from "@travelagent/agent-runtime";
import type { GatewayConfig } from "@travelagent/config";
import type { Nodes } from "@travelagent/gateway-core/nodes";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { Workplace } from "@travelagent/tools-automation/system";
import { machineWorkspace } from "../configuration/agent-workspace.ts";
import { sandboxSettings } from "../configuration/sandbox-settings.ts";
import type { Settings } from "../configuration/settings.ts";
import { agentsThatName, imageName } from "./opted-in.ts";

/** Files and programs of this machine, for the agents whose configuration names them. Nothing is loaded as long as none does. */
export interface SystemTools {
  /** These and the system tools. The same array as long as they are the same. */
  beside(others: readonly Tool[]): readonly Tool[];
  /** Checks another configuration, and takes it over when what it returns is called. Raises `CONFIG_INVALID`. */
  take(next: GatewayConfig): () => void;
  /** Where the tools of an agent work in one conversation. */
  workplace(turn: TurnScope): Promise<Workplace>;
  /** Ends every program that was started. */
  stop(): Promise<void>;
}

interface Parts {
  permit: Nodes["permit"];
  clock: Clock;
  log: Logger;
}

const machineTools = [
  ...["read", "write", "edit", "apply_patch"].map((name) => ({ name, group: "fs" })),
  ...["exec", "process"].map((name) => ({ name, group: "runtime" })),
  imageName,
];

/** Agents that have tools for the machine. */
export const machineAgents = (config: GatewayConfig): string[] => agentsThatName(config, machineTools);

/** What the docker program needs to find its daemon. */
const dockerVariables = ["PATH", "HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "XDG_RUNTIME_DIR"];

export async function systemTools(settings: Pick<Settings, "config" | "paths" | "configPath" | "env">, { permit, clock, log }: Parts): Promise<SystemTools> {
  const { paths, env } = settings;
  let config = settings.config;
  const check = (wanted: GatewayConfig) => {
    for (const id of machineAgents(wanted)) machineWorkspace(wanted, id, settings);
  };

  let opened: ReturnType<typeof load> | undefined;
  let own: readonly Tool[] = [];
  const open = async () => {
    // Loaded when it is wanted, and once.
    opened ??= load();
    own = (await opened).tools;
  };

  async function load() {
    const { createFindSandbox, createProcesses, createWorkplaces, directRunner, execTools, fileTools, findProgram, mayElevate } = await import(
      "@travelagent/tools-automation/system"
    );
    const direct = directRunner({ clock });
    const processes = createProcesses({ clock });
    const path = env.PATH ?? "/usr/local/bin:/usr/bin:/bin";
    const clientEnv = Object.fromEntries(dockerVariables.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
    const finders = new Map<string, ReturnType<typeof createFindSandbox>>();
    const sandboxOf = (agentId: string) => {
      const { backend, docker } = sandboxSettings(config, agentId);
      const limits = Object.fromEntries(Object.entries(docker).filter(([, value]) => value !== undefined));
      const key = JSON.stringify([backend, limits]);
      const known = finders.get(key);
      if (known) return known;
      const find = createFindSandbox({
        backend,
        limits,
        user: `${process.getuid?.() ?? 1000}:${process.getgid?.() ?? 1000}`,
        findProgram: (name) => findProgram(name, path),
        clientEnv,
        direct,
        clock,
      });
      finders.set(key, find);
      return find;
    };
    const workplace = createWorkplaces({
      direct,
      sandboxes: join(paths.base, "sandboxes"),
      agent(agentId) {
        const { mode, scope, workspaceAccess } = sandboxSettings(config, agentId);
        return { workspace: machineWorkspace(config, agentId, settings), mode, scope, access: workspaceAccess, sandbox: sandboxOf(agentId) };
      },
    });
    const tools = [
      ...fileTools({ workplace }),
      ...execTools({
        workplace,
        processes,
        direct,
        permit,
        path,
        clock,
        limits() {
          const { timeoutSeconds, env: variables } = config.tools.exec;
          return { timeoutSeconds, ...(variables ? { env: variables } : {}) };
        },
        mayElevate: (turn) => mayElevate(config.tools.elevated, config.agents.list.find(({ id }) => id === turn.agentId)?.tools?.elevated, turn),
      }),
    ];
    log.info("system tools are there", { agents: machineAgents(config) });
    return { tools, workplace, stop: processes.stop };
  }

  check(config);
  if (machineAgents(config).length > 0) await open();

  let others: readonly Tool[] = [];
  let all: readonly Tool[] = [];
  let counted = own;
  return {
    beside(now) {
      if (now !== others || counted !== own) {
        others = now;
        counted = own;
        all = own.length === 0 ? now : [...now, ...own];
      }
      return all;
    },
    take(next) {
      check(next);
      return () => {
        config = next;
        if (machineAgents(next).length > 0) open().catch((error: unknown) => log.error("the system tools could not be loaded", { error: String(error) }));
      };
    },
    async workplace(turn) {
      opened ??= load();
      return (await opened).workplace(turn);
    },
    stop: async () => (await opened)?.stop(),
  };
}
