import type { Tool, ToolOutput } from "@travelagent/agent-runtime";
import type { TurnScope } from "@travelagent/protocol/turn";

/** Calls a tool as the gate does once it has decided: with arguments that fit its schema. */
export async function callTool(
  tool: Tool,
  args: Record<string, unknown>,
  { signal, turn }: { signal?: AbortSignal; turn?: Partial<TurnScope> } = {},
): Promise<ToolOutput> {
  const context = {
    turn: {
      runId: "r",
      agentId: "main",
      sessionKey: "agent:main:webchat:direct:p",
      channel: "webchat",
      accountId: "default",
      chatType: "direct" as const,
      peerId: "p",
      timeZone: "UTC",
      ...turn,
    },
    toolCallId: "1",
    idempotencyKey: "1",
    signal: signal ?? new AbortController().signal,
    now: 0,
  };
  const parsed = tool.args.parse(args);
  const action = await tool.describe?.(parsed, context);
  return tool.execute(parsed, { ...context, ...(action ? { action } : {}) });
}
