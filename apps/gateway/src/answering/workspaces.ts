import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type WorkspaceFile, workspaceFileNames } from "@travelagent/agent-runtime";
import type { GatewayConfig } from "@travelagent/config";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { workspacePath } from "../configuration/agent-workspace.ts";
import { ownDirectory } from "../configuration/own-file.ts";

export interface WorkspacesOptions {
  /** Workspace of the default agent where the configuration names none; the others' are beside it. */
  directory: string;
  /** Relative workspaces start here. */
  configPath: string;
  clock: Clock;
  log: Logger;
}

/** The folders of the agents, and what of them the prompts carry. */
export interface Workspaces {
  of(agentId: string): string;
  /**
   * The files for a turn of that session. They are read when the session begins, and again when it was silent for an hour: in
   * between its prompt stays the same to the byte, whatever is written meanwhile.
   */
  filesFor(agentId: string, sessionKey: string): readonly WorkspaceFile[];
  /** Follows this configuration from now on. Agents of a preset get their files where their workspace has none; nothing is ever overwritten. */
  take(config: GatewayConfig): void;
}

const silentMs = 3_600_000;
/** Sessions whose files are remembered; the one that was silent longest is forgotten first. */
const maxSessions = 5_000;
/** Far more than a prompt takes. */
const maxBytes = 1_000_000;

export function openWorkspaces(first: GatewayConfig, { directory, configPath, clock, log }: WorkspacesOptions): Workspaces {
  let config = first;
  const begun = new Map<string, { files: readonly WorkspaceFile[]; usedAt: number }>();
  /** The same object as long as nothing changed, so that thousands of sessions share one text. */
  const read = new Map<string, { stamp: string; files: readonly WorkspaceFile[] }>();

  const of = (agentId: string): string => workspacePath(config, agentId, { paths: { workspace: directory }, configPath });

  const now = (agentId: string): readonly WorkspaceFile[] => {
    const workspace = of(agentId);
    const stamps = workspaceFileNames.map((name) => stampOf(join(workspace, name)));
    const stamp = [workspace, ...stamps].join("\n");
    const known = read.get(agentId);
    if (known?.stamp === stamp) return known.files;
    const files = workspaceFileNames.map((name, index): WorkspaceFile => {
      if (stamps[index] === "") return { name };
      try {
        return { name, text: readFileSync(join(workspace, name), "utf8").slice(0, maxBytes) };
      } catch (error) {
        log.warn("a file of a workspace cannot be read; the prompt goes without it", { agentId, path: join(workspace, name), error });
        return { name };
      }
    });
    read.set(agentId, { stamp, files });
    return files;
  };

  const workspaces: Workspaces = {
    of,
    filesFor(agentId, sessionKey) {
      const key = `${agentId}\n${sessionKey}`;
      const known = begun.get(key);
      begun.delete(key);
      const files = known && clock.now() - known.usedAt < silentMs ? known.files : now(agentId);
      begun.set(key, { files, usedAt: clock.now() });
      if (begun.size > maxSessions) begun.delete(begun.keys().next().value!);
      return files;
    },
    take(next) {
      config = next;
      const { preset, defaults, list } = next.agents;
      if (preset === undefined || defaults.skipBootstrap) return;
      for (const { id } of list) seed(fileURLToPath(new URL(`../presets/${preset}/${id}/`, bundleOrSource)), of(id));
    },
  };
  workspaces.take(first);
  return workspaces;

  function seed(from: string, workspace: string): void {
    if (!existsSync(from) || workspaceFileNames.some((name) => existsSync(join(workspace, name)))) return;
    try {
      ownDirectory(workspace);
      for (const name of readdirSync(from)) writeFileSync(join(workspace, name), readFileSync(join(from, name)), { flag: "wx", mode: 0o600 });
    } catch (error) {
      log.warn("the files of a preset could not be written; its agent works without them", { path: workspace, error });
    }
  }
}

/** From the bundle and from source alike the presets are one folder up from the top of the code. */
const bundleOrSource = import.meta.url.endsWith(".ts") ? new URL("../main.ts", import.meta.url) : import.meta.url;

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? `${found.mtimeMs}:${found.size}:${found.ino}` : "";
}
