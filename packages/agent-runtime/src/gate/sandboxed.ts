/** `non-main`: every conversation but the agent's main one. */
export type SandboxMode = "off" | "non-main" | "all";

/** Whether the commands of a conversation run in a sandbox. */
export const isSandboxed = (mode: SandboxMode, { agentId, sessionKey = "" }: { agentId: string; sessionKey?: string }, mainKey = "main"): boolean =>
  mode === "all" || (mode === "non-main" && sessionKey !== `agent:${agentId}:${mainKey}`);
