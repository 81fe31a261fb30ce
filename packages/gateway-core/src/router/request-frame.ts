import { RequestFrame, TravelAgentError } from "@travelagent/protocol";
import { describeIssues } from "./issues.ts";

/** A request, or why it is none. `id` is there when the sender can still match the refusal. */
export type ParsedFrame = { ok: true; request: RequestFrame } | { ok: false; error: TravelAgentError; id?: string };

/** Reads one text frame. The common shape is checked by hand, the schema speaks only about what is wrong. */
export function parseFrame(text: string): ParsedFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, error: new TravelAgentError("INVALID_REQUEST", "invalid frame: not JSON") };
  }
  if (isRequest(value)) return { ok: true, request: value };
  const parsed = RequestFrame.safeParse(value);
  if (parsed.success) return { ok: true, request: parsed.data };
  const { text: issues, details } = describeIssues(parsed.error);
  const error = new TravelAgentError("INVALID_REQUEST", `invalid request frame: ${issues}`, { details });
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  return typeof id === "string" && id !== "" && id.length <= 200 ? { ok: false, error, id } : { ok: false, error };
}

function isRequest(value: unknown): value is RequestFrame {
  if (typeof value !== "object" || value === null) return false;
  for (const key in value) {
    if (key !== "type" && key !== "id" && key !== "method" && key !== "params") return false;
  }
  const { type, id, method } = value as Record<string, unknown>;
  return type === "req" && isShortText(id) && isShortText(method);
}

const isShortText = (value: unknown): boolean => typeof value === "string" && value.length > 0 && value.length <= 200;
