import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, silentTracer, systemClock, type Tracer } from "@travelagent/protocol/ports";
import type { Gate, GateOutcome } from "../gate/gate.ts";

/** One call of a tool, when the gate is through with it. */
export interface ToolCall {
  tool: string;
  runId: string;
  sessionKey: string;
  /** `interrupted`: the turn ended first, or the store failed. */
  outcome: GateOutcome["status"] | "interrupted";
  /** Of a refusal or failure. */
  code?: string;
  ms: number;
}

export interface WatchGateOptions {
  onCall(call: ToolCall): void;
  tracer?: Tracer;
  clock?: Clock;
}

/** The same gate, each call told and traced. Arguments and results stay out of it. */
export function watchGate(gate: Gate, { onCall, tracer = silentTracer, clock = systemClock }: WatchGateOptions): Gate {
  return {
    ...gate,
    async call(request, turn, signal) {
      const startedAt = clock.now();
      const span = tracer.startSpan(`execute_tool ${request.name}`, {
        parent: turn.traceparent,
        attributes: {
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": request.name,
          "gen_ai.tool.call.id": request.toolCallId,
          "travelagent.run.id": turn.runId,
        },
      });
      const over = (outcome: ToolCall["outcome"], code?: string): void => {
        span.setAttribute("travelagent.tool.outcome", outcome);
        span.end();
        onCall({
          tool: request.name,
          runId: turn.runId,
          sessionKey: turn.sessionKey,
          outcome,
          ...(code === undefined ? {} : { code }),
          ms: clock.now() - startedAt,
        });
      };
      try {
        const outcome = await gate.call(request, turn, signal);
        const error = outcome.status === "refused" || outcome.status === "failed" ? outcome.error : undefined;
        if (error) span.recordError(error);
        over(outcome.status, error?.code);
        return outcome;
      } catch (error) {
        span.recordError(error);
        over("interrupted", TravelAgentError.from(error).code);
        throw error;
      }
    },
  };
}
