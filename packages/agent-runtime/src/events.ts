/** What a run tells while it works. For live views only: nothing is lost when nobody listens. */
export type AgentEvent =
  | { type: "run-start"; runId: string; model: string }
  | { type: "text-delta"; runId: string; delta: string }
  /** What was shown so far is void: another model answers from the start. */
  | { type: "text-reset"; runId: string }
  | { type: "tool-start"; runId: string; toolCallId: string; name: string; args: Record<string, unknown> }
  | { type: "tool-end"; runId: string; toolCallId: string; name: string; isError: boolean }
  | { type: "run-end"; runId: string; outcome: "replied" | "handed-over" | "failed" };
