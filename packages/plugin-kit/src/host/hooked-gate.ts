import type { Gate } from "@travelagent/agent-runtime/gate";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { PluginHooks } from "./hooks.ts";

/**
 * The same gate, plugins asked before and told after. They can only add a no: what the gate decides without them, it still
 * decides after their silence.
 */
export function hookedGate(gate: Gate, hooks: PluginHooks, clock: Pick<Clock, "now">): Gate {
  return {
    ...gate,
    async call(request, turn, signal) {
      const refused = request.refused ?? (hooks.wants("before_tool_call") ? await hooks.denial({ tool: request.name, args: request.args, turn }) : undefined);
      const startedAt = clock.now();
      const over = (outcome: "interrupted" | Awaited<ReturnType<Gate["call"]>>["status"], error?: TravelAgentError): void => {
        if (!hooks.wants("after_tool_call")) return;
        const code = error === undefined ? {} : { code: error.code };
        hooks.tell("after_tool_call", { tool: request.name, turn, outcome, ...code, ms: clock.now() - startedAt });
      };
      try {
        const outcome = await gate.call(refused === undefined ? request : { ...request, refused }, turn, signal);
        over(outcome.status, "error" in outcome ? outcome.error : undefined);
        return outcome;
      } catch (error) {
        over("interrupted", TravelAgentError.from(error));
        throw error;
      }
    },
  };
}
