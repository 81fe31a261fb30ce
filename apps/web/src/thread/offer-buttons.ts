import type { Button, OfferLine } from "@travelagent/protocol/messages";

export interface PairedButtons {
  /** By offer id. */
  chosenBy: ReadonlyMap<string, Button>;
  /** Buttons that belong to no single offer, such as "Show more". */
  others: readonly Button[];
}

/** Finds the button of each offer: the one whose text, or else label, names its number. */
export function pairButtons(offers: readonly OfferLine[], buttons: readonly Button[]): PairedButtons {
  const names = (text: string, number: number) => new RegExp(`(^|\\D)${number}(\\D|$)`).test(text);
  const chosenBy = new Map<string, Button>();
  const left = new Set(buttons);
  for (const matches of [
    (b: Button, n: number) => b.text.trim() === String(n),
    (b: Button, n: number) => names(b.text, n),
    (b: Button, n: number) => names(b.label, n),
  ]) {
    for (const { offerId, number } of offers) {
      const button = chosenBy.has(offerId) ? undefined : [...left].find((candidate) => matches(candidate, number));
      if (!button) continue;
      chosenBy.set(offerId, button);
      left.delete(button);
    }
  }
  return { chosenBy, others: [...left] };
}
