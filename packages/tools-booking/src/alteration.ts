import type { Offer } from "./offer.ts";
import { type Alteration, isBooked, type OrderItem } from "./order.ts";
import type { OrderChange } from "./supplier.ts";

/** The items that a change concerns: cabin and bags are of flights, names of everything that stands. */
export function alteredItems(items: readonly OrderItem[], alteration: Alteration): OrderItem[] {
  if ("to" in alteration) return items.filter(({ no }) => no === alteration.item);
  const { travellers } = alteration.change;
  return items.filter((item) => isBooked(item) && (travellers !== undefined || item.offer.vertical === "flight"));
}

/** The offer as it is after the change; what the supplier alone knows, such as the new fare basis, stays as it was. */
export function alteredOffer(offer: Offer, { cabin }: OrderChange): Offer {
  if (offer.vertical !== "flight" || cabin === undefined) return offer;
  return { ...offer, fareComponents: offer.fareComponents.map((component) => ({ ...component, cabin })) };
}
