import { randomUUID } from "node:crypto";
import type { Gate } from "@travelagent/agent-runtime/gate";
import type { GatewayConfig } from "@travelagent/config";
import type { GatewayOptions } from "@travelagent/gateway-core";
import type { Database } from "@travelagent/protocol/ports";
import { queueRules } from "../configuration/queue-rules.ts";

export interface QueueingParts {
  /** What is in force now. */
  config(): GatewayConfig;
  gate: Pick<Gate, "decisions" | "audit">;
  db: Database;
  /** An agent was stopped, or may work again. */
  onPause(): Promise<unknown>;
}

/** Flows whose failure somebody has to deal with. */
const flows = ["booking.saga", "booking.cancel", "booking.change"];

/** How messages wait for their turns, and what is kept of turns and flows that failed. */
export const queueing = ({ config, gate, db, onPause }: QueueingParts): Pick<GatewayOptions, "queueRules" | "openQuestion" | "flows" | "onPause"> => ({
  queueRules: () => queueRules(config()),
  openQuestion: (sessionKey) => gate.decisions.awaiting(sessionKey),
  flows,
  async onPause({ agentId, paused, reason, by }) {
    await db.transaction((tx) =>
      gate.audit.write(tx, {
        runId: `pause:${randomUUID()}`,
        sessionKey: `agent:${agentId}:*`,
        actor: by,
        tool: paused ? "agents.pause" : "agents.resume",
        decision: "allow",
        ruleId: "agents.kill-switch",
        reason,
        actionHash: "",
      }),
    );
    await onPause();
  },
});

/** For `health`: agents that were stopped. */
export const pausedParts = (agentIds: readonly string[]): string[] =>
  agentIds.map((agentId) => (agentId === "*" ? "agents:paused" : `agent:${agentId}:paused`));
