import { minorUnits } from "./money.ts";
import type { CarOffer, HotelOffer, Offer } from "./offer.ts";

const plain = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^\p{L}\p{N}]+/gu, "");

/** From when on cancelling costs something, to the minute: `now`, an instant, or never. Suppliers write the same steps in many ways. */
function costsFrom({ cancellation, conditions }: HotelOffer | CarOffer): string {
  const first = cancellation.find(({ penalty }) => minorUnits(penalty) > 0n);
  if (!first) return cancellation.length > 0 ? "never" : `unknown ${conditions.refund.allowed}`;
  return first.from === "now" ? "now" : new Date(first.from).toISOString().slice(0, 16);
}

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
      costsFrom(offer),
      // By day: suppliers differ in whether and when they say that doors open.
      offer.checkIn.local.slice(0, 10),
      offer.checkOut.local.slice(0, 10),
      offer.sandbox,
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
    costsFrom(offer),
    offer.sandbox,
  ].join("|");
}
