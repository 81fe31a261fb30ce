import { randomUUID } from "node:crypto";
import { type EventPayload, type ExecApproval, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger } from "@travelagent/protocol/ports";

export type ExecDecision = "allow-once" | "allow-always" | "deny";

export interface ExecApprovalOutcome {
  readonly id: string;
  /** Null: nobody decided in time. */
  readonly decision: ExecDecision | null;
  readonly resolvedBy: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export interface AskExec {
  /** Default: a new one. Raises `CONFLICT` when it is taken. */
  readonly id?: string | undefined;
  readonly request: ExecApproval["request"];
  readonly requestedBy: string;
  readonly timeoutMs: number;
}

/**
 * Commands that wait for a person, until a decision or the end of their time; a caller who comes back meanwhile gets the outcome.
 * They are in memory: after a restart nobody waits for them, and a yes could start nothing.
 */
export interface ExecApprovals {
  /** Resolves with the decision, or with null after `timeoutMs`. Raises `RATE_LIMITED` when too many wait. */
  ask(question: AskExec): Promise<ExecApprovalOutcome>;
  /** Raises `APPROVAL_NOT_FOUND`, also when it was decided before, and `INVALID_REQUEST` for a decision it does not offer. */
  resolve(id: string, decision: ExecDecision, by: string): void;
  /** The oldest first. */
  list(): readonly ExecApproval[];
  /** Raises `APPROVAL_NOT_FOUND`. */
  get(id: string): ExecApproval;
}

export interface ExecApprovalsOptions {
  clock: Clock;
  log?: Logger;
  onRequested(event: EventPayload<"exec.approval.requested">): void;
  onResolved(event: EventPayload<"exec.approval.resolved">): void;
  /** Default 100. */
  maxPending?: number;
}

export function createExecApprovals({ clock, log = silentLogger, onRequested, onResolved, maxPending = 100 }: ExecApprovalsOptions): ExecApprovals {
  const pending = new Map<string, { approval: ExecApproval; end(decision: ExecDecision | null, by: string | null): void }>();

  const find = (id: string) => {
    const found = pending.get(id);
    if (!found) throw new TravelAgentError("APPROVAL_NOT_FOUND", "no command waits under this id: it was decided, or its time is over");
    return found;
  };

  return {
    ask({ id = randomUUID(), request, requestedBy, timeoutMs }) {
      if (pending.has(id)) throw new TravelAgentError("CONFLICT", "a command waits under this id already: choose another, or none");
      if (pending.size >= maxPending)
        throw new TravelAgentError("RATE_LIMITED", "too many commands wait for a decision: decide some first", { retryAfterMs: 5000 });
      const createdAtMs = clock.now();
      const expiresAtMs = createdAtMs + timeoutMs;
      return new Promise((resolve) => {
        const end = (decision: ExecDecision | null, resolvedBy: string | null) => {
          cancelTimer();
          pending.delete(id);
          log.info("command decided", { id, actionHash: request.actionHash, decision: decision ?? "timeout", by: resolvedBy ?? "nobody", requestedBy });
          onResolved({ id, decision, resolvedBy, ts: clock.now() });
          resolve({ id, decision, resolvedBy, createdAtMs, expiresAtMs });
        };
        const cancelTimer = clock.after(timeoutMs, () => end(null, null));
        pending.set(id, { approval: { id, request, requestedBy, createdAtMs, expiresAtMs }, end });
        onRequested({ id, request, createdAtMs, expiresAtMs });
      });
    },
    resolve(id, decision, by) {
      const { approval, end } = find(id);
      if (decision === "allow-always" && approval.request.unavailableDecisions?.includes("allow-always"))
        throw new TravelAgentError(
          "INVALID_REQUEST",
          "this command cannot be allowed for always: a shell or interpreter, an environment of its own, or a path that is not known would allow far more than what is shown; use allow-once",
        );
      end(decision, by);
    },
    list: () => [...pending.values()].map(({ approval }) => approval),
    get: (id) => find(id).approval,
  };
}
