import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Tool, ToolContext, ToolOutput } from "../tool.ts";

/**
 * Step 8: runs the tool with its deadline. A write that outlives it may still happen, so it ends as `OUTCOME_UNKNOWN`, never as
 * "did not happen". What a tool throws reaches the model as a coded error without internals. Nothing is begun once the turn is over.
 */
export async function execute(tool: Tool, args: unknown, context: ToolContext, clock: Clock): Promise<ToolOutput> {
  if (context.signal.aborted) throw TravelAgentError.from(context.signal.reason);
  const timeoutMs = tool.timeoutMs ?? 30_000;
  const own = new AbortController();
  let settle = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    const end = (reason: unknown) => {
      reject(reason);
      own.abort(reason);
    };
    const onAbort = () => end(context.signal.reason);
    context.signal.addEventListener("abort", onAbort, { once: true });
    const disarm = clock.after(timeoutMs, () =>
      end(
        tool.effect === "write"
          ? new TravelAgentError("OUTCOME_UNKNOWN", `${tool.name} took longer than ${timeoutMs / 1000} s; whether it happened is being found out`)
          : new TravelAgentError("TIMEOUT", `${tool.name} took longer than ${timeoutMs / 1000} s; try again`),
      ),
    );
    settle = () => {
      disarm();
      context.signal.removeEventListener("abort", onAbort);
    };
  });
  ended.catch(() => undefined);
  try {
    return await Promise.race([tool.execute(args, { ...context, signal: own.signal }), ended]);
  } catch (error) {
    throw TravelAgentError.from(error);
  } finally {
    settle();
  }
}
