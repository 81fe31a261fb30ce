import type { Offer } from "./offer.ts";

const plain = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^\p{L}\p{N}]+/gu, "");

/** Equal for two offers that are the same travel under the same conditions, whoever sells them. */
export function samenessOf(offer: Offer): string {
  // A sandbox offer is no travel at all, however alike it looks.
  const conditions = JSON.stringify([offer.conditions.refund.allowed, offer.conditions.change.allowed, offer.sandbox]);
  if (offer.vertical === "flight") {
    const flights = offer.journeys.map((journey) =>
      journey.segments.map((s) => `${s.marketingCarrier}${s.flightNumber}@${s.departure.airport}${s.departure.time.local}`).join("+"),
    );
    // Not by brand: each supplier names fares its own way, and what a customer gets is cabin, bags and conditions.
    const fares = offer.fareComponents.map((f) => `${f.cabin}/${f.baggage.checkedKg ?? f.baggage.checkedPieces}`);
    return ["flight", ...flights, ...fares, conditions].join("|");
  }
  if (offer.vertical === "hotel") {
    const { property, room, ratePlan } = offer;
    return [
      "hotel",
      plain(property.name),
      plain(property.city),
      plain(room.name),
      ratePlan.board,
      ratePlan.paymentType,
      JSON.stringify(offer.cancellation.map((step) => step.from)),
      offer.checkIn.local,
      offer.checkOut.local,
      conditions,
    ].join("|");
  }
  return [
    "car",
    offer.vendor.code,
    offer.vehicle.acriss,
    offer.pickUp.locationCode,
    offer.pickUp.time.local,
    offer.dropOff.locationCode,
    offer.dropOff.time.local,
    offer.paymentType,
    conditions,
  ].join("|");
}
