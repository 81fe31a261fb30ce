import { TravelAgentError } from "@travelagent/protocol";

const words =
  /context[_ ](?:length|window|size)|maximum context|(?:prompt|input|request)(?: is)? too (?:long|large)|too many (?:input )?tokens|tokens? (?:count )?.{0,40}exceeds?|exceeds? .{0,40}(?:context|token)|reduce the length/i;
const types = new Set(["context_length_exceeded", "request_too_large", "model_context_window_exceeded"]);

/** Whether a provider refused a request because it is too large. Looks at its refusal only, never at what anybody wrote. */
export function isOverflow(thrown: unknown): boolean {
  if (!TravelAgentError.is(thrown, "MODEL_REJECTED")) return false;
  const { type, status } = (thrown.details ?? {}) as { type?: unknown; status?: unknown };
  return status === 413 || (typeof type === "string" && types.has(type)) || words.test(thrown.message);
}
