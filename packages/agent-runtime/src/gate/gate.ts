import { TravelAgentError } from "@travelagent/protocol";
import type { Card } from "@travelagent/protocol/messages";
import { type Clock, type Database, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { ToolSpec } from "../model.ts";
import type { Action, Tool, ToolContext, ToolOutput } from "../tool.ts";
import { actionHash, sha256 } from "./action-hash.ts";
import { confirmationCard, pendingContent, plainAction } from "./asking.ts";
import { type Audit, type AuditEntry, createAudit } from "./audit.ts";
import { createDecisions, type Decision, type Decisions } from "./decisions.ts";
import { execute } from "./execute.ts";
import { checkExposure, type ExposedTo, type ExposureRules, exposedTo } from "./exposure.ts";
import { createIntents, type Intent } from "./intents.ts";
import { legible } from "./legible.ts";
import type { Policy } from "./policy.ts";
import { evaluatePolicy, type PolicyDecision } from "./policy-evaluate.ts";
import { needsFreshYes } from "./provenance.ts";
import { denyCodeOf, policyOf, refusal, ruleOf } from "./refusal.ts";
import { checkSchema } from "./schema.ts";
import { checkScope } from "./scope.ts";
import { shownTools } from "./shown-tools.ts";
import { isOver, stoppedMidway } from "./stopped-midway.ts";
import { storeCannotWrite } from "./store-failure.ts";
import { gateMigrations } from "./tables.ts";
import { toolSets } from "./tool-set.ts";

export interface GateOptions {
  db: Database;
  /**
   * Models are shown them in this order. A function is asked for each call, since tools may come and go while the gateway runs; it
   * gives the same array as long as they are the same. Of several with one name the first counts.
   */
  tools: readonly Tool[] | (() => readonly Tool[]);
  /** Asked for each call, so that a reloaded policy counts at once. */
  policy(): Policy;
  /** A function is asked for each call, so that a changed configuration counts at once. */
  exposure?: ExposureRules | (() => ExposureRules);
  clock?: Clock;
  log?: Logger;
  /** A person of the agency is needed. */
  onApprovalRequested?(decision: Decision): void;
}

/** One tool call as a model asks for it. */
export interface ActionRequest {
  toolCallId: string;
  name: string;
  args: unknown;
  /** Whether the model has read words of third parties. */
  tainted: boolean;
  /** Where those words came from, for the audit; see `taintSources`. */
  sources?: readonly string[];
  /** The turn says no already, such as to a call that repeats itself: nothing is decided, the refusal is put on record. */
  refused?: TravelAgentError;
  /** Who asks, for the audit, when it is not the agent. */
  actor?: string;
  /** Nobody is there to be asked: a yes that is missing is a refusal with its code, and nothing is left waiting for it. */
  withoutAsking?: true;
  /** For a write that needs no yes: the same key gives the stored result, the same key with another action is refused. */
  idempotencyKey?: string;
}

/** Whoever decides is told that the agent may be acting on somebody else's words, and on whose. */
const withSources = (reason: string, { sources = [] }: Caller): string => {
  if (sources.length === 0) return reason;
  const read = `the agent has read what others wrote: ${sources.join(", ")}`;
  return reason === "" ? read : `${reason} (${read})`;
};

const hourMs = 3_600_000;

/** The turn of a call, and who asks in it when it is not its agent. */
type Caller = TurnScope & { actor?: string; sources?: readonly string[] };

export type GateOutcome =
  | { status: "done"; output: ToolOutput }
  /** A yes is missing. `card` is the question for the customer; absent when only a person of the agency is asked. */
  | { status: "asked"; content: unknown; card?: Card; decisionId: string }
  | { status: "refused" | "failed"; error: TravelAgentError };

/** The one way to a tool. */
export interface Gate {
  readonly decisions: Decisions;
  readonly audit: Audit;
  /** Creates the gate's tables. Before the first call. */
  migrate(): Promise<void>;
  /** What a model of this turn is shown. The array may be that of an earlier call and must not be changed. */
  specs(turn: ExposedTo): ToolSpec[];
  /** The writes of a session that were carried out and what they answered, newest first. */
  writes(sessionKey: string): Promise<{ key: string; tool: string; output: unknown }[]>;
  /** True when several of these may run at the same time. */
  isRead(name: string): boolean;
  /** Takes a call through all eight steps. Rejects only with the reason of `signal`, and when the store fails. */
  call(request: ActionRequest, turn: TurnScope, signal: AbortSignal): Promise<GateOutcome>;
  /** The same decision without asking anybody or doing anything. */
  evaluate(request: { name: string; args: unknown; tainted?: boolean; actor?: string }, turn: TurnScope): Promise<PolicyDecision & { actionHash?: string }>;
}

export function createGate({ db, tools, policy, exposure = {}, clock = systemClock, log = silentLogger, onApprovalRequested }: GateOptions): Gate {
  const toolSet = toolSets(tools);
  const shown = shownTools();
  const exposed = typeof exposure === "function" ? exposure : () => exposure;
  const decisions = createDecisions({ db, clock });
  const intents = createIntents({ db, clock });
  const audit = createAudit({ db, clock });

  const find = (name: string): Tool => {
    const tool = toolSet().find(name);
    if (!tool) throw refusal("TOOL_NOT_ALLOWED", "gate.exposure", `there is no tool ${name}`);
    return tool;
  };

  /** How often this tool ran in the conversation: what limits on searching look at. */
  const callsBefore = async (tool: string, sessionKey: string, now: number) => {
    const [hour, day] = await Promise.all([hourMs, 24 * hourMs].map((span) => audit.callsSince(sessionKey, tool, now - span)));
    return { hour, day };
  };

  /** Steps 1 to 5: what would happen to this call, and the action a yes would cover. */
  async function decide(request: { name: string; args: unknown; tainted: boolean }, turn: TurnScope, context: Omit<ToolContext, "action">) {
    const tool = find(request.name);
    const args = checkSchema(tool, request.args);
    checkExposure(tool, turn, exposed());
    await checkScope(tool, args, turn);
    const fresh = needsFreshYes(tool, request.tainted);
    const asksSometimes = tool.effect === "write" || tool.egress === true || fresh;
    const describe = async (): Promise<Action> => (await tool.describe?.(args, context)) ?? plainAction(tool, args, context.now);
    const rules = policy();
    const factsWanted = tool.describe !== undefined && rules.looksAt(tool, "facts.");
    let action = asksSometimes || factsWanted ? await describe() : undefined;
    const decision = evaluatePolicy(
      rules,
      {
        tool: tool.name,
        group: tool.group,
        args,
        facts: { ...action?.facts, tainted: request.tainted },
        turn: {
          agentId: turn.agentId,
          channel: turn.channel,
          chatType: turn.chatType,
          known: turn.customerId !== undefined,
          ...(rules.looksAt(tool, "turn.calls.") ? { calls: await callsBefore(tool.name, turn.sessionKey, context.now) } : {}),
        },
      },
      tool.effect === "read" ? "allow" : "deny",
    );
    if (decision.decision === "deny" || decision.decision === "escalate")
      throw refusal("POLICY_DENIED", decision.ruleId, decision.reason, {
        decision: decision.decision,
        policy: decision.policy,
        ...(decision.denyCode === undefined ? {} : { denyCode: decision.denyCode }),
      });
    // An approver's yes to this very action is as fresh as the customer's.
    const asksAnew = fresh && !decision.needs.confirmation && !decision.needs.approval;
    const needs = asksAnew ? { ...decision.needs, confirmation: true } : decision.needs;
    // A rule may want a yes for a read too.
    if (needs.confirmation || needs.approval) action ??= await describe();
    const ruleId = asksAnew ? "gate.provenance" : decision.ruleId;
    return { tool, args, action, decision: { ...decision, ruleId, needs }, hash: actionHash(tool.name, args, action?.subject ?? {}) };
  }

  const entry = (turn: Caller, tool: string, hash: string, rest: Pick<AuditEntry, "decision" | "ruleId" | "reason"> & Partial<AuditEntry>): AuditEntry => ({
    runId: turn.runId,
    sessionKey: turn.sessionKey,
    ...(turn.customerId === undefined ? {} : { customerId: turn.customerId }),
    actor: turn.actor ?? `agent:${turn.agentId}`,
    tool,
    actionHash: hash,
    policy: policy().version,
    ...rest,
    ...(turn.sources ? { evidence: { ...rest.evidence, taintedBy: turn.sources } } : {}),
  });
  const record = (written: AuditEntry) => db.transaction((tx) => audit.write(tx, written));

  /** Step 6: the yeses this action needs and has, or the question to ask. */
  async function consent(
    decided: Awaited<ReturnType<typeof decide>>,
    turn: Caller,
    withoutAsking: boolean,
  ): Promise<{ spent: Decision[] } | { asked: GateOutcome & { status: "asked" } }> {
    const { tool, args, action, decision, hash } = decided;
    const spent: Decision[] = [];
    const ask = (kind: Decision["kind"], role: string, ruleId: string, reason: string) =>
      decisions.request({
        kind,
        tool: tool.name,
        args,
        actionHash: hash,
        action: legible(action!),
        turn,
        ruleId,
        reason: withSources(reason, turn),
        role,
        policy: decision.policy,
      });
    if (decision.needs.confirmation) {
      const granted = await decisions.granted("confirmation", turn.sessionKey, hash);
      if (!granted) {
        if (withoutAsking)
          throw refusal("CONFIRMATION_REQUIRED", decision.ruleId, `${tool.name} needs the customer's yes: let the customer ask for it in the conversation`);
        const asked = await ask("confirmation", "customer", decision.ruleId, decision.reason);
        const { ruleId, reason, policy } = decision;
        await record(entry(turn, tool.name, hash, { decision: "asked", code: "CONFIRMATION_REQUIRED", ruleId, reason, policy }));
        return { asked: { status: "asked", content: pendingContent(asked), card: confirmationCard(asked), decisionId: asked.id } };
      }
      spent.push(granted);
    }
    if (decision.needs.approval) {
      const { role, ruleId, reason } = decision.needs.approval;
      const granted = await decisions.granted("approval", turn.sessionKey, hash, role);
      if (!granted) {
        if (withoutAsking)
          throw refusal("APPROVAL_REQUIRED", ruleId, `${tool.name} needs the approval of a ${role}: it is asked for from within a conversation`);
        const asked = await ask("approval", role, ruleId, reason);
        await record(entry(turn, tool.name, hash, { decision: "asked", code: "APPROVAL_REQUIRED", ruleId, reason, policy: decision.policy }));
        onApprovalRequested?.(asked);
        return { asked: { status: "asked", content: pendingContent(asked), decisionId: asked.id } };
      }
      spent.push(granted);
    }
    return { spent };
  }

  async function read(decided: Awaited<ReturnType<typeof decide>>, turn: Caller, context: ToolContext): Promise<GateOutcome> {
    const { tool, args, decision, hash } = decided;
    try {
      const output = await execute(tool, args, context, clock);
      const { ruleId, reason, policy } = decision;
      await record(entry(turn, tool.name, hash, { decision: "allow", ruleId, reason, policy }));
      return { status: "done", output };
    } catch (error) {
      return failed(error, turn, decided, context.signal);
    }
  }

  async function write(decided: Awaited<ReturnType<typeof decide>>, turn: Caller, context: ToolContext, request: ActionRequest): Promise<GateOutcome> {
    const { tool, args, action, decision, hash } = decided;
    let pending: Awaited<ReturnType<typeof consent>>;
    try {
      pending = await consent(decided, turn, request.withoutAsking === true || turn.unattended === true);
    } catch (thrown) {
      return refused(thrown, turn, tool.name, hash);
    }
    if ("asked" in pending) return pending.asked;
    if (context.signal.aborted) throw context.signal.reason;
    const intent: Intent = {
      key: pending.spent[0]?.id ?? request.idempotencyKey ?? `${turn.runId}:${context.toolCallId}`,
      tool: tool.name,
      args,
      ...(action ? { action } : {}),
      actionHash: hash,
      runId: turn.runId,
      toolCallId: context.toolCallId,
      sessionKey: turn.sessionKey,
      decisions: pending.spent.map((spent) => spent.id),
      state: "started",
    };
    const begin = db.transaction(async (tx) => {
      const before = await intents.begin(tx, intent);
      // The audit row of an allowed write precedes its effect: what happened can always be traced to who decided it.
      if (!before)
        await audit.write(
          tx,
          entry(turn, tool.name, hash, {
            decision: "allow",
            ruleId: decision.ruleId,
            reason: decision.reason,
            policy: decision.policy,
            evidence: { intent: intent.key, decisions: intent.decisions },
          }),
        );
      return before;
    });
    let existing: Intent | null;
    try {
      existing = await begin;
    } catch (thrown) {
      if (!TravelAgentError.is(thrown, "IDEMPOTENCY_MISMATCH")) throw thrown;
      return refused(thrown, turn, tool.name, hash);
    }
    return existing ? resume(existing, tool, turn, context) : carryOut(intent, tool, turn, context);
  }

  /** A write that was begun before: its end where that is on record, else the tool is asked again with the same key, if it knows keys. */
  async function resume(intent: Intent, tool: Tool | undefined, turn: Caller, context: ToolContext): Promise<GateOutcome> {
    const decided = { tool: { name: intent.tool }, hash: intent.actionHash };
    if (intent.state === "done" && intent.output) return { status: "done", output: intent.output };
    // An unknown outcome is not tried again, and a failure stays what it was.
    if (intent.error) return failed(TravelAgentError.fromShape(intent.error), turn, decided, context.signal);
    if (tool && tool.repeatable !== false) return carryOut(intent, tool, turn, context);
    const error = new TravelAgentError(
      "OUTCOME_UNKNOWN",
      `${intent.tool} was begun and interrupted; whether it happened is not known, so it is not done again`,
    );
    await db.transaction(async (tx) => {
      await intents.end(tx, intent.key, { state: "unknown", error: error.toShape() });
      await decisions.use(tx, intent.decisions, intent.key);
    });
    return failed(error, turn, decided, context.signal);
  }

  /** A begun write to its end: also after a crash in the middle. */
  async function carryOut(intent: Intent, tool: Tool, turn: Caller, context: ToolContext): Promise<GateOutcome> {
    const { key } = intent;
    let output: ToolOutput;
    try {
      output = await execute(tool, intent.args, { ...context, idempotencyKey: key, ...(intent.action ? { action: intent.action } : {}) }, clock);
    } catch (thrown) {
      if (context.signal.aborted) {
        if (isOver(context.signal.reason)) await interrupted(intent, turn);
        throw context.signal.reason;
      }
      if (storeCannotWrite(thrown)) throw thrown;
      const error = TravelAgentError.from(thrown);
      await db.transaction(async (tx) => {
        await intents.end(tx, key, { state: error.code === "OUTCOME_UNKNOWN" ? "unknown" : "failed", error: error.toShape() });
        await decisions.use(tx, intent.decisions, key);
      });
      return failed(error, turn, { tool, hash: intent.actionHash }, context.signal);
    }
    // Outside of the attempt: a store that fails now must not make a write that happened look as if it had failed.
    await db.transaction(async (tx) => {
      await intents.end(tx, key, { state: "done", output });
      await decisions.use(tx, intent.decisions, key);
    });
    return { status: "done", output };
  }

  /** A write under way whose turn was ended from outside: nobody takes it up again, so that it is on record as what it is. */
  async function interrupted({ key, tool, actionHash, decisions: spent }: Intent, turn: Caller): Promise<void> {
    const error = stoppedMidway(tool);
    try {
      await db.transaction(async (tx) => {
        await intents.end(tx, key, { state: "unknown", error: error.toShape() });
        await decisions.use(tx, spent, key);
        await audit.write(tx, entry(turn, tool, actionHash, { decision: "failed", code: error.code, ruleId: ruleOf(error), reason: error.message }));
      });
    } catch (thrown) {
      log.error("a write that was stopped could not be recorded", { tool, runId: turn.runId, code: TravelAgentError.from(thrown).code });
    }
  }

  async function failed(thrown: unknown, turn: Caller, decided: { tool: Pick<Tool, "name">; hash: string }, signal: AbortSignal): Promise<GateOutcome> {
    if (signal.aborted) throw signal.reason;
    if (storeCannotWrite(thrown)) throw thrown;
    const error = TravelAgentError.from(thrown);
    if (error.code === "INTERNAL") log.error("a tool failed", { tool: decided.tool.name, runId: turn.runId, cause: String(error.cause ?? error) });
    await record(entry(turn, decided.tool.name, decided.hash, { decision: "failed", code: error.code, ruleId: ruleOf(error), reason: error.message }));
    return { status: "failed", error };
  }

  /** Nothing was done, and it is on record why. */
  async function refused(thrown: unknown, turn: Caller, tool: string, hash: string): Promise<GateOutcome> {
    if (storeCannotWrite(thrown)) throw thrown;
    const error = TravelAgentError.from(thrown);
    if (error.code === "INTERNAL") log.error("a call could not be decided", { tool, runId: turn.runId, cause: String(error.cause ?? error) });
    const version = policyOf(error);
    await record(
      entry(turn, tool, hash, {
        decision: "refused",
        code: error.code,
        ruleId: ruleOf(error),
        reason: error.message,
        ...(version === undefined ? {} : { policy: version }),
      }),
    );
    return { status: "refused", error };
  }

  const contextOf = (turn: TurnScope, toolCallId: string, signal: AbortSignal, tainted: boolean): Omit<ToolContext, "action"> => ({
    turn,
    toolCallId,
    idempotencyKey: `${turn.runId}:${toolCallId}`,
    signal,
    now: clock.now(),
    ...(tainted ? { tainted } : {}),
  });

  /** A model that is shown what others wrote about their tools has read it; a person who asks for one tool has not. */
  const provenanceOf = (
    { tainted, sources = [], actor }: Pick<ActionRequest, "tainted" | "sources" | "actor">,
    turn: TurnScope,
  ): { tainted: boolean; sources: string[] } => {
    const foreign = actor === undefined ? toolSet().tools.filter((tool) => tool.foreign && exposedTo(turn, exposed())(tool)) : [];
    return { tainted: tainted || foreign.length > 0, sources: [...sources, ...foreign.slice(0, 10).map(({ name }) => `description of ${name}`)] };
  };

  return {
    decisions,
    audit,
    migrate: () => db.migrate("gate", gateMigrations),
    specs(turn) {
      return shown(toolSet(), turn, exposed());
    },
    writes: async (sessionKey) => (await intents.ofSession(sessionKey)).map(({ key, tool, output }) => ({ key, tool, output })),
    isRead: (name) => toolSet().find(name)?.effect === "read",

    async call(asked, scope, signal) {
      const { tainted, sources } = provenanceOf(asked, scope);
      const request = { ...asked, tainted };
      const turn: Caller = { ...scope, ...(request.actor === undefined ? {} : { actor: request.actor }), ...(tainted ? { sources } : {}) };
      const context = contextOf(turn, request.toolCallId, signal, request.tainted);
      const tool = toolSet().find(request.name);
      // A write that was begun may be of a tool that is not there now.
      const begun = tool?.effect === "read" && !tool.egress ? null : await intents.begun(turn.runId, request.toolCallId);
      if (begun) return resume(begun, tool, turn, context);
      let decided: Awaited<ReturnType<typeof decide>>;
      try {
        if (request.refused) throw request.refused;
        decided = await decide(request, turn, context);
      } catch (thrown) {
        if (signal.aborted) throw signal.reason;
        return refused(thrown, turn, request.name, sha256(JSON.stringify(request.args) ?? ""));
      }
      const { confirmation, approval } = decided.decision.needs;
      return decided.tool.effect === "read" && !confirmation && !approval ? read(decided, turn, context) : write(decided, turn, context, request);
    },

    async evaluate({ name, args, tainted: read = false, actor }, turn) {
      const { tainted } = provenanceOf({ tainted: read, ...(actor === undefined ? {} : { actor }) }, turn);
      const context = contextOf(turn, "evaluate", AbortSignal.timeout(30_000), tainted);
      try {
        const { decision, hash } = await decide({ name, args, tainted }, turn, context);
        const code = decision.needs.confirmation ? "needs-confirmation" : decision.needs.approval ? "needs-approval" : "allow";
        return { ...decision, decision: code, actionHash: hash };
      } catch (thrown) {
        const error = TravelAgentError.from(thrown);
        const escalated = typeof error.details === "object" && error.details !== null && (error.details as { decision?: string }).decision === "escalate";
        const denyCode = denyCodeOf(error);
        return {
          decision: escalated ? "escalate" : "deny",
          code: error.code,
          ...(denyCode === undefined ? {} : { denyCode }),
          ruleId: ruleOf(error),
          reason: error.message,
          needs: { confirmation: false },
          policy: policyOf(error) ?? policy().version,
        };
      }
    },
  };
}
