import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import { canAllowAlways, commandLine, type ExecAction, execSettings, judgeExec } from "@travelagent/protocol/exec";
import { type Clock, type Logger, silentLogger } from "@travelagent/protocol/ports";
import type { ExecApprovalOutcome, ExecApprovals } from "./exec-approvals.ts";
import type { ExecPolicy } from "./policy.ts";
import { actionHash, shownRequest } from "./system-run.ts";

export interface ExecPermit {
  /** Null: the rules allowed it without a person. */
  readonly decision: "allow-once" | "allow-always" | null;
  readonly approvalId?: string;
  readonly actionHash: string;
}

/** Stands before every command of the system that goes to a node. */
export interface ExecGate {
  /**
   * Resolves when this very command may run; asks a person where the rules say so. Raises `POLICY_DENIED` with
   * `details.reason`. A yes given before by `grant` is used up.
   */
  permit(action: ExecAction, who: { actor: string; nodeName?: string | undefined; sessionKey?: string | null }): Promise<ExecPermit>;
  /** A yes to `exec.approval.request`: for five minutes, once, for the same actor and the same command. */
  grant(action: ExecAction, actor: string, outcome: ExecApprovalOutcome): Promise<void>;
}

export interface ExecGateOptions {
  clock: Clock;
  log?: Logger;
  policy: ExecPolicy;
  approvals: ExecApprovals;
  /** How long a person has. Default 120 s. */
  approvalMs?: number;
}

const grantMs = 300_000;
const maxGrants = 1000;

export function createExecGate({ clock, log = silentLogger, policy, approvals, approvalMs = 120_000 }: ExecGateOptions): ExecGate {
  const grants = new Map<string, { until: number; permit: ExecPermit }>();

  const useGrant = (key: string): ExecPermit | undefined => {
    const grant = grants.get(key);
    grants.delete(key);
    return grant && grant.until > clock.now() ? grant.permit : undefined;
  };

  const allowAlways = (action: ExecAction) =>
    policy.allow(action, { id: randomUUID(), lastUsedAt: clock.now(), lastUsedCommand: commandLine(action.argv).slice(0, 2000) });

  return {
    async permit(action, { actor, nodeName, sessionKey }) {
      const hash = actionHash(action);
      const { file } = await policy.get();
      const verdict = judgeExec(file, action);
      const fields = { nodeId: action.nodeId, program: action.argv[0], actionHash: hash, actor };
      const refuse = (reason: string, message: string) => {
        log.warn("command refused", { ...fields, reason });
        return new TravelAgentError("POLICY_DENIED", message, { details: { code: "SYSTEM_RUN_DENIED", reason, actionHash: hash } });
      };
      const allowed = (reason: string, permit: ExecPermit) => {
        log.info("command allowed", { ...fields, reason });
        return permit;
      };
      if (verdict.decision === "deny")
        throw refuse(verdict.reason, `this command may not run (${verdict.reason}): an administrator can allow it with exec.approvals.set`);
      const granted = useGrant(`${actor}\n${hash}`);
      if (granted) return allowed("granted", granted);
      if (verdict.decision === "allow") return allowed(verdict.reason, { decision: null, actionHash: hash });

      const settings = execSettings(file, action.agentId);
      const request = shownRequest(action, { ...settings, nodeName, ...(sessionKey === undefined ? {} : { sessionKey }) });
      const { id, decision, resolvedBy } = await approvals.ask({ request, requestedBy: actor, timeoutMs: approvalMs });
      if (decision === "deny") throw refuse("denied", `${resolvedBy ?? "an operator"} denied this command`);
      if (decision === null) {
        if (verdict.fallback === "allow") return allowed("askFallback", { decision: null, actionHash: hash });
        throw refuse(
          "approval-timeout",
          `nobody decided within ${Math.round(approvalMs / 1000)} s: ask an operator to look at exec.approval.list, then try again`,
        );
      }
      // While somebody thought about it, somebody else may have closed the door.
      if (judgeExec((await policy.get()).file, action).decision === "deny")
        throw refuse("security=deny", "the rules changed meanwhile: this command may not run");
      if (decision === "allow-always") await allowAlways(action);
      return allowed(decision, { decision, approvalId: id, actionHash: hash });
    },
    async grant(action, actor, { id, decision }) {
      if (decision !== "allow-once" && decision !== "allow-always") return;
      if (decision === "allow-always" && canAllowAlways(action)) await allowAlways(action);
      const hash = actionHash(action);
      grants.set(`${actor}\n${hash}`, { until: clock.now() + grantMs, permit: { decision, approvalId: id, actionHash: hash } });
      if (grants.size > maxGrants) for (const oldest of grants.keys()) if (grants.delete(oldest)) break;
    },
  };
}
