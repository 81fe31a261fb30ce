import type { Gate, GateOutcome, Policy } from "@travelagent/agent-runtime/gate";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { AirlineWorld } from "@travelagent/tools-booking/suppliers/airline-world";
import { agrees } from "./agreement.ts";
import { type Bench, history } from "./bench.ts";
import type { Call } from "./calls.ts";
import { conversationFacts } from "./conversation.ts";
import { bookingIdOf, customerIdOf, type Known, type ToolCall, toolCallOf } from "./tool-call.ts";
import { type Fields, foreignOrigin, isFields, textOf, yesOrNo } from "./words.ts";

/** What became of a call. */
export interface Verdict {
  decision: "allow" | "deny" | "escalate" | "needs_confirmation" | "idempotent";
  ruleId: string;
  code: string | null;
  reason: string;
}

/** One conversation over a world: calls in their order. */
export interface Session {
  /** Something that happened before: the customer it concerns asked for it and said yes. */
  past(call: Call, context: Fields): Promise<Verdict>;
  /** The call that is judged. */
  attempt(call: Call, context: Fields): Promise<Verdict>;
}

const { signal } = new AbortController();

/** Naming oneself says nothing: the same call with and without it is the same. */
function ofOneself({ tool, args }: ToolCall, customerId: string | undefined): ToolCall {
  const { customerId: named, ...rest } = args;
  return { tool, args: named === customerId ? rest : args };
}

/** What is done, without why: another reason for the same is no other action. */
function shapeOf({ tool, args }: ToolCall): string {
  const { reason: _, cause: __, ...what } = args;
  return canonicalJson({ tool, args: what });
}

export function openSession(bench: Bench, world: AirlineWorld, policy: Policy, id: string): Session {
  const { gate, bookings } = bench;
  const before: Call[] = [];
  /** Keys that were used, and for what. */
  const used = new Map<string, string>();
  /** The keys under which calls were made, by what they do. */
  const keyed = new Map<string, string>();
  /** Entries of the audit log that earlier calls have left. */
  const heard = new Set<string>();
  let messages = 0;

  const turnOf = (customerId: string | undefined): TurnScope => ({
    runId: `replay:${id}:${customerId ?? "nobody"}`,
    agentId: "main",
    sessionKey: `agent:main:replay:${id}:${customerId ?? "nobody"}`,
    channel: "replay",
    accountId: "default",
    chatType: "direct",
    peerId: customerId ?? "nobody",
    ...(customerId === undefined ? {} : { customerId }),
    timeZone: "America/New_York",
  });

  /** The booking a call is about, taken over into our books, and what its record adds to the call. */
  async function knownOf(call: Call): Promise<Known> {
    const bookingId = bookingIdOf(call);
    const stored = bookingId === undefined ? null : await bookings.desk.adopt(bookingId, { requestId: id, signal });
    const supplierReference = stored?.order.items[0]?.supplierReference;
    const booked = supplierReference === undefined ? undefined : world.books.get("reservations", supplierReference);
    const user = world.books.get("users", customerIdOf(call) ?? booked?.user_id ?? "");
    return {
      ...(stored ? { reference: stored.order.reference } : bookingId === undefined ? {} : { reference: bookingId }),
      flights: booked?.flights ?? [],
      ...(booked ? { cabin: booked.cabin } : {}),
      bags: booked?.total_baggages ?? 0,
      paidBags: booked?.nonfree_baggages ?? 0,
      passengers: booked?.passengers.length ?? 0,
      email: user?.email ?? "nobody@example.com",
      coveredReasons: Array.isArray(policy.params.insurance_reasons) ? policy.params.insurance_reasons.map(String) : [],
    };
  }

  const ownerOf = (call: Call): string | undefined => customerIdOf(call) ?? world.books.get("reservations", bookingIdOf(call) ?? "")?.user_id;

  /** The key that a call goes by. Of two calls of the same, one without a key of its own repeats the other. */
  function keyOf(call: Call, content: string, runId: string): string {
    const given = textOf(call.params.idempotency_key);
    if (given === undefined) return keyed.get(content) ?? content;
    const own = `${runId} ${given}`;
    return !used.has(own) && used.has(content) ? content : own;
  }

  async function sayYes(decisionId: string, turn: TurnScope): Promise<void> {
    await bench.engine.db.transaction((tx) => gate.decisions.markShown(tx, [decisionId]));
    messages += 1;
    const message = { id: `${id}:${messages}`, sessionKey: turn.sessionKey, text: "yes", action: { type: "confirm" as const, id: decisionId } };
    await gate.decisions.answer({ ...message, receivedAt: bench.bookings.clock.now() });
  }

  /** The rule that let a call through, as the audit log has it. */
  async function recorded(turn: TurnScope, tool: string): Promise<{ ruleId: string; reason: string }> {
    const { entries } = await gate.audit.list({ sessionKey: turn.sessionKey, tool, decision: "allow", limit: 50 });
    // The clock stands still, so entries of one conversation are in no order of their own.
    const entry = entries.find(({ id: entryId }) => !heard.has(entryId));
    for (const { id: entryId } of entries) heard.add(entryId);
    return { ruleId: entry?.ruleId ?? "", reason: entry?.reason ?? "" };
  }

  async function verdictOf(outcome: GateOutcome, turn: TurnScope, tool: string, repeated: boolean): Promise<Verdict> {
    if (outcome.status === "asked") {
      const decision = await gate.decisions.get(outcome.decisionId);
      return { decision: "needs_confirmation", ruleId: decision?.ruleId ?? "", code: "CONFIRMATION_REQUIRED", reason: decision?.reason ?? "" };
    }
    if (outcome.status === "done") {
      const content = outcome.output.content;
      const already = isFields(content) && content.already === true;
      const { ruleId, reason } = await recorded(turn, tool);
      if (repeated || already)
        return { decision: "idempotent", ruleId: repeated ? "gate.idempotency" : ruleId, code: null, reason: "this was done before; nothing was done again" };
      if (tool === "hand_over_to_person") return { decision: "escalate", ruleId, code: null, reason };
      return { decision: "allow", ruleId, code: null, reason };
    }
    const { code, message, details } = outcome.error;
    const said = isFields(details) ? details : {};
    return {
      decision: said.decision === "escalate" ? "escalate" : "deny",
      ruleId: textOf(said.ruleId) ?? "gate.error",
      code: textOf(said.denyCode) ?? code,
      reason: message,
    };
  }

  async function run(call: Call, context: Fields, customerId: string | undefined, confirmed: unknown, rules: Policy): Promise<Verdict> {
    const turn = turnOf(customerId);
    const known = await knownOf(call);
    const wanted = ofOneself(toolCallOf(call, known, context), customerId);
    bench.now.policy = rules;
    bench.now.conversation = conversationFacts(context, call, before, known);
    const origin = foreignOrigin(context.instruction_origin);
    const content = `${turn.runId} ${canonicalJson(wanted)}`;
    const key = keyOf(call, content, turn.runId);
    const shape = shapeOf(wanted);
    const earlier = used.get(key);
    const request = (toolCallId: string, { tool, args }: ToolCall, refused?: TravelAgentError): Parameters<Gate["call"]>[0] => ({
      toolCallId,
      name: tool,
      args,
      tainted: origin !== undefined,
      ...(origin === undefined ? {} : { sources: [origin] }),
      ...(refused ? { refused } : {}),
    });
    if (earlier !== undefined && earlier !== shape) {
      const refused = new TravelAgentError("IDEMPOTENCY_MISMATCH", "this key belongs to another action; use a new one", {
        details: { ruleId: "gate.idempotency" },
      });
      return verdictOf(await gate.call(request(`${key}:other`, wanted, refused), turn, signal), turn, wanted.tool, false);
    }
    const ask = () => gate.call(request(key, wanted), turn, signal);
    let outcome = await ask();
    if (outcome.status === "asked") {
      const shown = await gate.decisions.get(outcome.decisionId);
      const total = shown?.total ? Number(shown.total.amount) : undefined;
      // A plain yes is one to what the customer asked for. What somebody else has put in takes a yes that names it.
      if (isFields(confirmed) ? agrees(confirmed, call, context, total) : confirmed === true && origin === undefined) {
        await sayYes(outcome.decisionId, turn);
        outcome = await ask();
      }
    }
    const verdict = await verdictOf(outcome, turn, wanted.tool, earlier !== undefined);
    if (outcome.status === "done") {
      used.set(key, shape);
      keyed.set(content, key);
    }
    if (verdict.decision === "allow") before.push(call);
    return verdict;
  }

  return {
    past: (call, { instruction_origin: _, ...context }) => run(call, context, ownerOf(call) ?? textOf(context.session_user_id), true, history()),
    attempt(call, context) {
      const { session_user_id: user, user_confirmed: said } = context;
      // Whoever asks for a compensation has agreed to it.
      const confirmed = call.op === "issue_compensation" ? (said ?? context.customer_asked === true) : said;
      const named = typeof confirmed === "string" && !/^(yes|true|no|false)$/i.test(confirmed) ? { for: confirmed } : confirmed;
      return run(call, context, textOf(user), typeof named === "string" ? yesOrNo(named) : named, policy);
    },
  };
}
