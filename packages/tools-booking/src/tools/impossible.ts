import type { Action } from "@travelagent/agent-runtime";
import type { Impossible } from "./direct-facts.ts";
import { actionLifeMs } from "./facts.ts";

/** A proposal that cannot be carried out, described for the rules, which say why. */
export const impossible = (title: string, { problem }: Impossible, facts: Record<string, unknown>, now: number): Action => ({
  title,
  lines: [problem.message],
  expiresAt: now + actionLifeMs,
  subject: { problem: problem.code },
  facts: { ...facts, possible: false, problem: problem.message },
});
