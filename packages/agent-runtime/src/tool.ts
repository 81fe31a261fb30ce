import type { Money } from "@travelagent/protocol";
import type { Attachment, Card } from "@travelagent/protocol/messages";
import type { TurnScope } from "@travelagent/protocol/turn";
import type * as z from "zod";

export interface ToolContext {
  readonly turn: TurnScope;
  readonly toolCallId: string;
  /** The same after a restart and for a repeat of the same confirmed action: hand it to whatever is called outside. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The model has read words of third parties in this turn: what it passes on may be theirs. */
  readonly tainted?: boolean;
  /** What the customer or an approver said yes to. Present when the tool has `describe`. */
  readonly action?: Action;
}

/** What a write is about to do, in the words and figures that are shown. A yes covers the hash of tool, arguments and `subject`. */
export interface Action {
  title: string;
  /** What, who, when, conditions: each a line a customer reads before saying yes. */
  lines: string[];
  total?: Money;
  /** What cancelling or changing costs now. */
  penalty?: Money;
  /** Milliseconds; after it a yes no longer counts. */
  expiresAt: number;
  /** All that must be the same when the yes is used: offer, price, currency, travellers, quote. */
  subject: Record<string, unknown>;
  /** What policy rules look at, by path: `vertical`, `live`, `total.amount`, `penalty.amount`, `hoursToStart`, `refundable` … */
  facts: Record<string, unknown>;
}

/** An id among the arguments and whom it belongs to, looked up and not believed. Null when there is no such thing. */
export interface Claim {
  kind: "booking" | "offer" | "customer" | "session";
  id: string;
  owner: { customerId?: string; sessionKey?: string } | null;
}

export interface ToolOutput {
  /** JSON a model reads. */
  content: unknown;
  /** Shown to the customer with the reply of this turn, whatever the model says. */
  cards?: Card[];
  /** Goes to the customer with the reply of this turn; stored in this conversation already. */
  attachments?: Attachment[];
  /** Text in `content` was written by third parties (hotel descriptions, web pages, mail bodies). */
  tainted?: boolean;
  /** For code that reads the transcript later; never sent to a model. */
  details?: unknown;
}

/** What a write touches; a tainted turn needs a fresh yes for each of these. */
export type WriteClass = "money" | "personal-data" | "configuration" | "memory" | "third-party-message" | "conversation" | "system";

export interface Tool<Args = unknown> {
  /** snake_case, as in `create_booking`. */
  readonly name: string;
  readonly description: string;
  /** `booking`, `crm`, `comms` …: `group:booking` in allow and deny lists. */
  readonly group: string;
  readonly args: z.ZodType<Args>;
  readonly effect: "read" | "write";
  /** Required for writes. */
  readonly writes?: WriteClass;
  /**
   * Reaches the machine or the network instead of the agency's business. Such a tool is for those agents only whose own rules
   * name it or its group: no `*`, no default and no global list opens it.
   */
  readonly optIn?: true;
  /**
   * A read that sends words of the model's choosing to somebody outside (a web address, a search). Once the turn has read what
   * third parties wrote it needs a fresh yes like a write, so it has `describe`.
   */
  readonly egress?: true;
  /**
   * Somebody else wrote its name and description, such as another server: a model that is shown it has read words of a third
   * party, so its turn is tainted.
   */
  readonly foreign?: true;
  /** Deadline of `execute`. Default 30 s. */
  readonly timeoutMs?: number;
  /** Of a write: false when what is called outside does not know `idempotencyKey`. One that was interrupted is then `OUTCOME_UNKNOWN` and never asked again. */
  readonly repeatable?: false;
  /**
   * What `describe` states in `Action.facts`, by path, such as `total.amount`; of a list of things `travellers[].age`. Rules that look
   * at anything else are reported when they are read. Absent when the tool does not say.
   */
  readonly facts?: readonly string[];
  /** Every id in the arguments that belongs to somebody. */
  claims?(args: Args, turn: TurnScope): Promise<Claim[]>;
  /**
   * What `execute` would do, without doing it; asked again right before execution. Present on every write that needs a yes.
   * Raises like `execute`, so an expired offer is refused before anybody is asked.
   */
  describe?(args: Args, context: ToolContext): Promise<Action>;
  /** Raises a `TravelAgentError` for every failure a model or a person can act on. */
  execute(args: Args, context: ToolContext): Promise<ToolOutput>;
}

/** Keeps the type of the arguments between schema and functions, then forgets it so that tools fit in one list. */
export const defineTool = <Args>(tool: Tool<Args>): Tool => tool as unknown as Tool;
