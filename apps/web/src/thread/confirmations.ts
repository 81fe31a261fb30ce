import type { Card } from "@travelagent/protocol/messages";
import type { Entry } from "./state.ts";

export type ConfirmationAnswer = "confirmed" | "declined" | "replaced";

type ConfirmationCard = Extract<Card, { kind: "confirmation" }>;

/** What became of each confirmation that was shown: answered by button or by word, or replaced by a newer one. */
export function confirmationAnswers(entries: readonly Entry[]): ReadonlyMap<string, ConfirmationAnswer> {
  const answers = new Map<string, ConfirmationAnswer>();
  let open: ConfirmationCard | undefined;
  for (const entry of entries) {
    if (entry.from === "customer" && entry.delivery?.status !== "failed") {
      const answer = entry.action ? { id: entry.action.id, yes: entry.action.type === "confirm" } : wordAnswer(entry.text, open);
      if (answer && !answers.has(answer.id)) answers.set(answer.id, answer.yes ? "confirmed" : "declined");
    }
    for (const card of entry.cards) {
      if (card.kind !== "confirmation") continue;
      if (open && open.confirmationId !== card.confirmationId && !answers.has(open.confirmationId)) answers.set(open.confirmationId, "replaced");
      open = card;
    }
  }
  return answers;
}

/** A history may hold the words of a button without its action. */
function wordAnswer(text: string, card: ConfirmationCard | undefined): { id: string; yes: boolean } | null {
  if (!card) return null;
  const pressed = card.buttons.find((button) => button.text.trim() === text.trim())?.action;
  if (pressed?.id === card.confirmationId) return { id: pressed.id, yes: pressed.type === "confirm" };
  const word = /^\s*(yes|no)[\s.!]*$/i.exec(text)?.[1]?.toLowerCase();
  return word ? { id: card.confirmationId, yes: word === "yes" } : null;
}
