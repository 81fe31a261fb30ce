import type { Entry } from "./state.ts";

export type ConfirmationAnswer = "confirmed" | "declined" | "replaced";

/** What became of each confirmation that was shown: answered by button or by word, or replaced by a newer one. */
export function confirmationAnswers(entries: readonly Entry[]): ReadonlyMap<string, ConfirmationAnswer> {
  const answers = new Map<string, ConfirmationAnswer>();
  let open: string | undefined;
  for (const entry of entries) {
    if (entry.from === "customer" && entry.delivery?.status !== "failed") {
      const answer = entry.action ? { id: entry.action.id, yes: entry.action.type === "confirm" } : wordAnswer(entry.text, open);
      if (answer && !answers.has(answer.id)) answers.set(answer.id, answer.yes ? "confirmed" : "declined");
    }
    for (const card of entry.cards) {
      if (card.kind !== "confirmation") continue;
      if (open !== undefined && open !== card.confirmationId && !answers.has(open)) answers.set(open, "replaced");
      open = card.confirmationId;
    }
  }
  return answers;
}

function wordAnswer(text: string, id: string | undefined): { id: string; yes: boolean } | null {
  const word = /^\s*(yes|no)[\s.!]*$/i.exec(text)?.[1]?.toLowerCase();
  return word && id ? { id, yes: word === "yes" } : null;
}
