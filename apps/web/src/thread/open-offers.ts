import type { Entry } from "./state.ts";

/**
 * Key of the message whose offers can be chosen by number: the newest ones. A later list has given the numbers another meaning,
 * a booking has used them up, and a choice that was just made waits for its answer.
 */
export function openOffers(entries: readonly Entry[]): string | undefined {
  const entry = entries.findLast(({ cards }) => cards.some(({ kind }) => kind === "offers" || kind === "booking"));
  const cards = entry?.cards.filter((card) => card.kind === "offers") ?? [];
  const last = entries.at(-1);
  const chosen =
    last?.from === "customer" &&
    last.delivery?.status !== "failed" &&
    cards.some(({ buttons }) => buttons.some(({ text }) => text.trim() === last.text.trim()));
  return cards.length === 0 || chosen ? undefined : entry?.key;
}
