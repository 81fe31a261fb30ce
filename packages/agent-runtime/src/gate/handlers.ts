import type { Handlers } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import { asApproval, type Decision } from "./decisions.ts";
import type { Gate } from "./gate.ts";

/**
 * The gate on the wire. `onDecided` is told after an approval was resolved, so that the conversation it belongs to goes on.
 */
export const gateHandlers = (gate: Gate, { onDecided }: { onDecided(decision: Decision): Promise<void> }): Handlers => ({
  "approvals.list": async (params) => {
    const { decisions, nextCursor } = await gate.decisions.list({
      kind: "approval",
      ...(params?.status ? { status: params.status } : {}),
      ...(params?.limit ? { limit: params.limit } : {}),
      ...(params?.cursor ? { cursor: params.cursor } : {}),
    });
    return { approvals: decisions.map(asApproval), ...(nextCursor ? { nextCursor } : {}) };
  },
  "approvals.resolve": async ({ id, decision, reason }, call) => {
    const resolved = await gate.decisions.resolve(id, decision === "approve", call.actor, reason);
    await onDecided(resolved);
    return { approval: asApproval(resolved) };
  },
  "policy.evaluate": async ({ tool, args, customerId, sessionKey, context }) => {
    const turn: TurnScope = {
      runId: "policy.evaluate",
      agentId: typeof context?.agentId === "string" ? context.agentId : "main",
      sessionKey: sessionKey ?? "policy.evaluate",
      channel: typeof context?.channel === "string" ? context.channel : "webchat",
      accountId: "default",
      chatType: "direct",
      // As an operator would ask in that session: in a customer's it stays a customer's.
      peerId: sessionKey === undefined ? "policy.evaluate" : `operator:${sessionKey}`,
      timeZone: "UTC",
      ...(customerId ? { customerId } : {}),
    };
    return { ...(await gate.evaluate({ name: tool, args, tainted: context?.tainted === true }, turn)) };
  },
  "audit.list": async (params) => {
    const { entries, nextCursor } = await gate.audit.list(Object.fromEntries(Object.entries(params ?? {}).filter(([, value]) => value !== undefined)));
    return { entries: entries.map((entry) => ({ ...entry })), ...(nextCursor ? { nextCursor } : {}) };
  },
});
