import type { Offer } from "../offer.ts";
import type { Alteration, ChangeTerms } from "../order.ts";
import type { OrderChange } from "../supplier.ts";
import { alter } from "./alter.ts";
import { finishMoney } from "./booking-saga.ts";
import type { AfterSaleResult } from "./cancel-saga.ts";
import type { Saga } from "./saga.ts";

/** An exchange of one item for another offer of the same supplier, or a change that keeps the travel. */
export type ChangeInput = {
  orderId: string;
  /** What the customer said yes to. */
  confirmed: ChangeTerms;
} & ({ item: number; to: Offer } | { change: OrderChange });

/** Changes a booking for what was confirmed, then makes the money equal to it. */
export async function changeSaga(saga: Saga, input: ChangeInput): Promise<AfterSaleResult | null> {
  const alteration: Alteration = "to" in input ? { item: input.item, to: input.to } : { change: input.change };
  const result = await alter(saga, alteration, input.confirmed);
  // While nobody knows what came of it, its money stays where it is.
  if (result === "waiting" || result === null) return null;
  return (await finishMoney(saga)).state === "unknown" ? null : result;
}
