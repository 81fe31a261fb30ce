import type { SubAgentRun } from "./run-store.ts";

/** Of what a helper found: enough for an answer, little enough for the context of a conversation. */
const maxFindings = 12_000;

/** What the session that gave the task is told when it is over. */
export function announcement({ task, label, state, text = "", sessionKey, startedAt, endedAt = startedAt, totalTokens }: SubAgentRun): string {
  const short = task.length > 200 ? `${task.slice(0, 199)}…` : task;
  const findings = text.length > maxFindings ? `${text.slice(0, maxFindings)}\n(cut; sessions_history of ${sessionKey} has all of it)` : text;
  return [
    `(A helper ${state === "done" ? "has finished" : "could not finish"}${label ? `: ${label}` : ""}. Its task was: ${short})`,
    findings === "" ? "(It said nothing.)" : findings,
    `(${((endedAt - startedAt) / 1000).toFixed(1)} s, ${totalTokens} tokens, session ${sessionKey}. Tell the customer what matters of it in your own words; answer NO_REPLY when nothing does.)`,
  ].join("\n\n");
}
