import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import { type ApproverRoles, mayApprove } from "./approver.ts";
import { asApproval, type Decision } from "./decisions.ts";
import type { Gate } from "./gate.ts";

export interface GateHandlersOptions {
  /** Told after an approval was resolved, so that the conversation it belongs to goes on. */
  onDecided(decision: Decision): Promise<void>;
  /** Who holds which approver's role, asked for each decision. Default: a manager is whoever has `operator.admin`. */
  roles?(): ApproverRoles;
}

/** The gate on the wire. */
export const gateHandlers = (gate: Gate, { onDecided, roles = () => ({}) }: GateHandlersOptions): Handlers => ({
  "approvals.list": async (params) => {
    const { decisions, nextCursor } = await gate.decisions.list({
      kind: "approval",
      ...(params?.status ? { status: params.status } : {}),
      ...(params?.limit ? { limit: params.limit } : {}),
      ...(params?.cursor ? { cursor: params.cursor } : {}),
    });
    return { approvals: decisions.map(asApproval), ...(nextCursor ? { nextCursor } : {}) };
  },
  "approvals.resolve": async ({ id, decision, reason, idempotencyKey }, call) => {
    const approve = decision === "approve";
    const asked = approve ? await gate.decisions.get(id) : null;
    // Everybody who decides approvals may say no to one.
    if (asked && !mayApprove(asked.role, call, roles()))
      throw new TravelAgentError("FORBIDDEN", `this approval is for a ${asked.role}: let somebody approve it who holds that role`, {
        details: { role: asked.role },
      });
    const resolved = await gate.decisions.resolve(id, approve, call.actor, reason, idempotencyKey);
    if (!resolved.repeated) await onDecided(resolved);
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
