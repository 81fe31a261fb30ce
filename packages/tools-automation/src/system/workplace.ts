import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isSandboxed, type SandboxMode } from "@travelagent/agent-runtime/gate";
import type { TurnScope } from "@travelagent/protocol/turn";
import { type FileSystemRoot, openFileRoot } from "./file-root.ts";
import type { SandboxPlace } from "./find-sandbox.ts";
import type { Sandbox, WorkspaceAccess } from "./sandbox.ts";

/** What shares the directory of a sandbox that sees no workspace: one conversation, all of an agent, all agents. */
export type SandboxScope = "session" | "agent" | "shared";

export interface AgentPlace {
  /** Absolute. Made when it is not there. */
  workspace: string;
  mode: SandboxMode;
  scope: SandboxScope;
  access: WorkspaceAccess;
  /** The agent's sandbox. Raises `UNAVAILABLE` when there is none; never anything else in its place. */
  sandbox(place: SandboxPlace): Promise<Sandbox>;
}

/** Where an agent's system tools work in one conversation. */
export interface Workplace {
  readonly files: FileSystemRoot;
  readonly sandboxed: boolean;
  /** Where its commands run. Raises `UNAVAILABLE` when that has to be a sandbox and there is none. */
  runner(): Promise<Sandbox>;
}

type Whose = Pick<TurnScope, "agentId" | "sessionKey">;

/** Name of the directory of a sandbox. Keys have characters that names of directories must not have. */
export const sandboxName = (scope: SandboxScope, { agentId, sessionKey }: Whose): string =>
  scope === "shared" ? "shared" : scope === "agent" ? `agent-${agentId}` : `session-${createHash("sha256").update(sessionKey).digest("hex").slice(0, 24)}`;

export interface WorkplacesOptions {
  /** Asked at every call. */
  agent(agentId: string): AgentPlace;
  /** Holds the directories of sandboxes that see no workspace. */
  sandboxes: string;
  direct: Sandbox;
  mainKey?: string;
}

export function createWorkplaces({ agent, sandboxes, direct, mainKey = "main" }: WorkplacesOptions): (whose: Whose) => Promise<Workplace> {
  const opened = async (directory: string, writable: boolean): Promise<FileSystemRoot> => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return openFileRoot({ directory, writable });
  };
  return async (whose) => {
    const { workspace, mode, scope, access, sandbox } = agent(whose.agentId);
    if (!isSandboxed(mode, whose, mainKey)) return { files: await opened(workspace, true), sandboxed: false, runner: async () => direct };
    const files = await opened(access === "none" ? join(sandboxes, sandboxName(scope, whose)) : workspace, access !== "ro");
    return { files, sandboxed: true, runner: () => sandbox({ directory: files.directory, access: access === "ro" ? "ro" : "rw" }) };
  };
}
