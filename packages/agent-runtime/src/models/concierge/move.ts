import type { Gazetteer } from "./gazetteer.ts";
import type { Question } from "./state.ts";

/** What the concierge does next: one tool call, or words. */
export type Move =
  /** `asked`: what the words ask for; absent when the question before stays open. */
  { text: string; asked?: Question | null } | { call: { name: string; arguments: Record<string, unknown> } };

export interface Surroundings {
  gazetteer: Gazetteer;
  /** Names of the tools of this request. */
  tools: ReadonlySet<string>;
  today: string;
  now: number;
  agencyName?: string;
  /** ISO 4217, for budgets that name no currency. */
  currency: string;
}
