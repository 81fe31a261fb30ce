import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import { commandLine, type ExecAction } from "@travelagent/protocol/exec";
import type { Clock } from "@travelagent/protocol/ports";
import type { ExecApprovals } from "./exec-approvals.ts";
import type { ExecGate } from "./exec-gate.ts";
import type { ExecPolicy } from "./policy.ts";
import { actionHash, shellArgv, shownRequest } from "./system-run.ts";

export interface ExecHandlersOptions {
  clock: Clock;
  policy: ExecPolicy;
  approvals: ExecApprovals;
  gate: ExecGate;
  /** The command as its node would run it. */
  prepare(action: ExecAction, sessionKey?: unknown): Promise<{ action: ExecAction }>;
}

export function execHandlers({ clock, policy, approvals, gate, prepare }: ExecHandlersOptions): Handlers {
  return {
    async "exec.approval.request"(params, call) {
      const { id, command, commandArgv, cwd, env, nodeId, agentId, security, ask, host, resolvedPath, sessionKey, timeoutMs } = params;
      const given = commandArgv ?? (command === undefined ? undefined : shellArgv(command));
      if (!given) throw new TravelAgentError("INVALID_REQUEST", "invalid exec.approval.request params: say what is to run, with commandArgv or command");
      const asked: ExecAction = {
        argv: given,
        ...(cwd ? { cwd } : {}),
        ...(env && Object.keys(env).length > 0 ? { env } : {}),
        ...(agentId ? { agentId } : {}),
        ...(nodeId ? { nodeId } : {}),
      };
      const { action } = nodeId ? await prepare(asked, sessionKey) : { action: asked };
      const request = {
        ...shownRequest(action, { security: security ?? "", ask: ask ?? "", sessionKey: sessionKey ?? null }),
        // Who asks without argv has a line for a shell of its own, and that is what a person should see.
        command: commandArgv || nodeId ? commandLine(action.argv) : (command ?? ""),
        security: security ?? null,
        ask: ask ?? null,
        host: host ?? null,
        resolvedPath: resolvedPath ?? (commandArgv || nodeId ? (action.argv[0] ?? null) : null),
        actionHash: actionHash(action),
      };
      const outcome = await approvals.ask({ id, request, requestedBy: call.actor, timeoutMs });
      if (nodeId) await gate.grant(action, call.actor, outcome);
      const { id: asId, decision, createdAtMs, expiresAtMs } = outcome;
      return { id: asId, decision, createdAtMs, expiresAtMs };
    },
    "exec.approval.resolve"({ id, decision }, { actor }) {
      approvals.resolve(id, decision, actor);
      return { ok: true };
    },
    "exec.approval.list": () => ({ approvals: [...approvals.list()] }),
    "exec.approval.get": ({ id }) => ({ approval: approvals.get(id) }),
    "exec.approvals.get": async () => ({ ...(await policy.get()) }),
    "exec.approvals.set": async ({ file, baseHash }) => ({ ...(await policy.set(file, baseHash, clock.now())) }),
  };
}
