import { createHash } from "node:crypto";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { Gate } from "./gate.ts";

/** One tool, asked for by a person or a program instead of a model. */
export interface Invocation {
  tool: string;
  args: unknown;
  /** Whose conversation it is done in: ids in the arguments must belong there. */
  scope: Omit<TurnScope, "runId">;
  /** For the audit, such as `operator`. */
  actor: string;
  /** Names this call in the audit; also the key of a write that comes without one. */
  requestId: string;
  idempotencyKey?: string;
  /** Only says what would be decided. */
  dryRun?: boolean;
}

/**
 * Runs one tool as the gate decides. Nobody can be asked here, so a write that needs a yes raises `CONFIRMATION_REQUIRED` or
 * `APPROVAL_REQUIRED`. A tool that is not there or not open raises `NOT_FOUND`, every other refusal and failure its own code.
 */
export type Invoke = (invocation: Invocation) => Promise<unknown>;

const hash = (value: unknown): string => createHash("sha256").update(canonicalJson(value)).digest("base64url").slice(0, 22);

export function createInvoke(gate: Gate): Invoke {
  const underWay = new Set<string>();

  return async ({ tool, args, scope, actor, requestId, idempotencyKey, dryRun }) => {
    const runId = `invoke:${requestId}`;
    if (dryRun) return gate.evaluate({ name: tool, args, actor }, { ...scope, runId });
    // A key is one's own: the same one in another conversation is another write.
    const key = idempotencyKey === undefined ? undefined : `invoke:${hash([scope.sessionKey, idempotencyKey])}`;
    if (key !== undefined) {
      if (underWay.has(key)) throw new TravelAgentError("IN_PROGRESS", "a call with this key is under way; ask again in a moment", { retryAfterMs: 1_000 });
      underWay.add(key);
    }
    try {
      const outcome = await gate.call(
        { toolCallId: "0", name: tool, args, tainted: false, actor, withoutAsking: true, ...(key === undefined ? {} : { idempotencyKey: key }) },
        { ...scope, runId },
        new AbortController().signal,
      );
      if (outcome.status === "done") return outcome.output.content;
      if (outcome.status === "asked") throw new TravelAgentError("CONFIRMATION_REQUIRED", `${tool} needs a yes that is not there`);
      if (outcome.error.code === "TOOL_NOT_ALLOWED") throw new TravelAgentError("NOT_FOUND", outcome.error.message, { details: outcome.error.details });
      throw outcome.error;
    } finally {
      if (key !== undefined) underWay.delete(key);
    }
  };
}
