import type { Entry } from "./state.ts";

/** Something on the screen comes from the sandbox and is no real travel. */
export const hasSandbox = (entries: readonly Entry[]): boolean =>
  entries.some((entry) =>
    entry.cards.some((card) =>
      card.kind === "offers" ? card.offers.some((offer) => offer.sandbox) : card.kind === "booking" && card.booking.items.some((item) => item.sandbox),
    ),
  );
