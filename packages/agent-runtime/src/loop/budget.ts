import type { Usage } from "@travelagent/protocol/messages";
import type { TurnScope } from "@travelagent/protocol/turn";

/** A budget is used up. */
export interface BudgetStop {
  /** Which one: `budget.run`, `budget.conversation-day`, `budget.agent-day` or `budget.day`. */
  ruleId: string;
  /** For the person who takes over. */
  reason: string;
}

/** What one model call used. */
export interface Spending {
  /** Of the call within its run. Told twice, it counts once: a turn that runs again after a crash tells all of them anew. */
  callId: string;
  provider: string;
  model: string;
  usage: Usage;
}

/** Who says when models have cost enough. */
export interface Budget {
  /** Asked before every model call. Null: go on. What it stops goes to a person. */
  check(turn: TurnScope): Promise<BudgetStop | null>;
  /** Told after every model call, before the next one is asked for. */
  spent(turn: TurnScope, spending: Spending): Promise<void>;
}
