import { isFreeToCancel } from "../offer-facts.ts";
import type { OrderItem } from "../order.ts";

/** How an item is bought: `hold` first and ticket later, or at once. */
export interface PlannedItem {
  item: OrderItem;
  by: "hold" | "book";
}

/**
 * The order in which a trip is bought: what can be taken back for nothing comes first, so that a later failure costs nothing.
 * Holds, then what is free to cancel, then flights bought at once, then what is lost when cancelled.
 */
export function planOf(items: readonly OrderItem[], canHold: (item: OrderItem) => boolean, now: number): PlannedItem[] {
  const rank = (item: OrderItem): number => {
    if (canHold(item)) return 0;
    if (isFreeToCancel(item.offer, now)) return 1;
    return item.offer.vertical === "flight" ? 2 : 3;
  };
  return items
    .map((item) => ({ item, rank: rank(item) }))
    .sort((a, b) => a.rank - b.rank || a.item.no - b.item.no)
    .map(({ item, rank: place }) => ({ item, by: place === 0 ? "hold" : "book" }));
}
