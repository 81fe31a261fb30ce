import type { GatewayConfig } from "@travelagent/config";

type Given = NonNullable<GatewayConfig["agents"]["defaults"]["sandbox"]>;

/** How an agent's commands are kept from the rest of the machine: its own settings over those of all. */
export interface SandboxSettings {
  mode: NonNullable<Given["mode"]>;
  scope: NonNullable<Given["scope"]>;
  workspaceAccess: NonNullable<Given["workspaceAccess"]>;
  backend: NonNullable<Given["backend"]>;
  docker: NonNullable<Given["docker"]>;
}

export function sandboxSettings({ agents }: GatewayConfig, agentId: string): SandboxSettings {
  const all: Given = agents.defaults.sandbox ?? {};
  const own: Given = agents.list.find(({ id }) => id === agentId)?.sandbox ?? {};
  return {
    mode: own.mode ?? all.mode ?? "off",
    scope: own.scope ?? all.scope ?? "agent",
    workspaceAccess: own.workspaceAccess ?? all.workspaceAccess ?? "none",
    backend: own.backend ?? all.backend ?? "auto",
    docker: { ...all.docker, ...own.docker },
  };
}
