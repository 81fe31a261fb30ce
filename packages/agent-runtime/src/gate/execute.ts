import { TravelAgentError } from "@travelagent/protocol";
import type { Tool, ToolContext, ToolOutput } from "../tool.ts";

/**
 * Step 8: runs the tool with its deadline. A write that outlives it may still happen, so it ends as `OUTCOME_UNKNOWN`, never as
 * "did not happen". What a tool throws reaches the model as a coded error without internals.
 */
export async function execute(tool: Tool, args: unknown, context: ToolContext): Promise<ToolOutput> {
  const timeoutMs = tool.timeoutMs ?? 30_000;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([context.signal, deadline]);
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => {
      if (context.signal.aborted) reject(context.signal.reason);
      else if (tool.effect === "write")
        reject(new TravelAgentError("OUTCOME_UNKNOWN", `${tool.name} took longer than ${timeoutMs / 1000} s; whether it happened is being found out`));
      else reject(new TravelAgentError("TIMEOUT", `${tool.name} took longer than ${timeoutMs / 1000} s; try again`));
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  aborted.catch(() => undefined);
  try {
    return await Promise.race([tool.execute(args, { ...context, signal }), aborted]);
  } catch (error) {
    throw TravelAgentError.from(error);
  }
}
