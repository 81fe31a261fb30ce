import { z } from "zod";
import { daysBetween, distanceKm, localTravelTime } from "../../geography/index.ts";
import type { Condition, HotelOffer, HotelQuery } from "../../offer.ts";
import { offerId } from "../offer-id.ts";
import { type CancelRules, cancellationOf } from "./map-cancellation.ts";
import { feesAtProperty, priceOf, pricingOf } from "./map-price.ts";
import type { Place } from "./places.ts";
import { cancelPenalty, dateRange, link, type Pricing, type PropertyContent, type Rate, type Room } from "./wire.ts";

/** What is kept with an offer: the link that goes on from it, and the rules that its re-pricing does not repeat. */
const reference = z.object({
  priceCheck: link,
  occupancies: z.array(z.string()),
  rules: z.object({ refundable: z.boolean(), penalties: z.array(cancelPenalty), nonrefundable: z.array(dateRange) }),
});
export type RapidReference = z.infer<typeof reference>;
export const readReference = (supplierRef: string): RapidReference => reference.parse(JSON.parse(supplierRef));

export interface OfferContext {
  query: HotelQuery;
  occupancies: readonly string[];
  place: Place;
  sandbox: boolean;
  now: number;
  /** How long a hold stands; undefined where nothing is held. */
  holdMinutes: number | undefined;
}

/** `3:00 PM` or `15:00`. Undefined for words such as `anytime`. */
function clockTime(text: string | undefined): string | undefined {
  const match = /^(\d{1,2})(?::(\d\d))?\s*([AP]M)?$/i.exec(text?.trim() ?? "");
  if (!match) return { noon: "12:00", midnight: "23:59" }[text?.trim().toLowerCase() ?? ""];
  const half = match[3]?.toUpperCase();
  const hour = half ? (Number(match[1]) % 12) + (half === "PM" ? 12 : 0) : Number(match[1]);
  return hour > 23 ? undefined : `${String(hour).padStart(2, "0")}:${match[2] ?? "00"}`;
}

/** Where the house names no hour, the usual ones of hotels. */
const usualHours = { checkIn: "15:00", checkOut: "11:00" };

/** By the name of an amenity: Rapid has no field for the board. */
function boardOf({ amenities }: Rate): HotelOffer["ratePlan"]["board"] {
  const names = Object.values(amenities ?? {}).map(({ name }) => name?.toLowerCase() ?? "");
  if (names.some((name) => name.includes("all inclusive") || name.includes("all-inclusive"))) return "AI";
  if (names.some((name) => name.includes("full board"))) return "FB";
  if (names.some((name) => name.includes("half board"))) return "HB";
  return names.some((name) => name.includes("breakfast")) ? "BB" : "RO";
}

/** Price and rules of an offer; the same for a search and for a re-pricing of it. */
export function pricedPart(
  rooms: readonly Pricing[],
  rules: CancelRules,
  { checkIn }: Pick<HotelOffer, "checkIn">,
  now: number,
): Pick<HotelOffer, "price" | "conditions" | "cancellation" | "mandatoryFees"> {
  const price = priceOf(rooms);
  const stay = { checkIn: checkIn.local.slice(0, 10), checkInUtc: checkIn.utc, timeZone: checkIn.timeZone, rooms, total: price.total };
  const cancellation = cancellationOf(rules, stay, now);
  const first = cancellation[0]!.penalty;
  const refund: Condition = first.amount === price.total.amount ? { allowed: false } : { allowed: true, penalty: first };
  const fees = feesAtProperty(rooms);
  return { price, conditions: { refund, change: { allowed: null } }, cancellation, ...(fees ? { mandatoryFees: fees } : {}) };
}

/** Undefined where something is missing without which it cannot be sold. */
export function offerOf(house: PropertyContent, room: Room, rate: Rate, context: OfferContext): HotelOffer | undefined {
  const { query, occupancies, place, sandbox, now, holdMinutes } = context;
  const bed = Object.values(rate.bed_groups)[0];
  const priceCheck = bed?.links.price_check;
  const rooms = pricingOf(rate.occupancy_pricing, occupancies);
  const at = house.location?.coordinates ?? house.location?.obfuscated_coordinates;
  // What the house collects needs the guest's card number, which never comes near us.
  if (!bed || !priceCheck || !rooms || !at || rate.merchant_of_record === "property") return undefined;
  const checkIn = localTravelTime(`${query.checkIn}T${clockTime(house.checkin?.begin_time) ?? usualHours.checkIn}`, place.timeZone);
  const checkOut = localTravelTime(`${query.checkOut}T${clockTime(house.checkout?.time) ?? usualHours.checkOut}`, place.timeZone);
  const rules: CancelRules = {
    refundable: rate.refundable ?? false,
    penalties: rate.cancel_penalties ?? [],
    nonrefundable: rate.nonrefundable_date_ranges ?? [],
  };
  const priced = pricedPart(rooms, rules, { checkIn }, now);
  if (priced.price.total.currency !== query.currency) return undefined;
  const board = boardOf(rate);
  const ref: RapidReference = { priceCheck, occupancies: [...occupancies], rules };
  const hidden = house.address?.obfuscation_required === true;
  return {
    id: offerId("exp", house.property_id, room.id, rate.id, bed.id, priceCheck.href),
    supplier: "expedia",
    sandbox,
    vertical: "hotel",
    supplierRef: JSON.stringify(ref),
    ...priced,
    requires: ["phone"],
    offerExpiresAt: priceCheck.expires ?? new Date(now + 15 * 60_000).toISOString(),
    // Rapid holds single rooms only.
    ...(holdMinutes !== undefined && rate.holdable && query.rooms === 1 ? { paymentTimeLimit: new Date(now + holdMinutes * 60_000).toISOString() } : {}),
    ...(rate.available_rooms === undefined ? {} : { seatsRemaining: rate.available_rooms }),
    property: {
      id: house.property_id,
      name: house.name,
      stars: Number(house.ratings?.property?.rating ?? 0),
      address: [hidden ? undefined : house.address?.line_1, house.address?.city].filter((part) => part !== undefined).join(", "),
      city: house.address?.city ?? "",
      latitude: at.latitude,
      longitude: at.longitude,
      timeZone: place.timeZone,
      distanceToCentreKm: Math.round(distanceKm(place.centre, at) * 10) / 10,
    },
    room: { name: room.room_name, beds: bed.description ?? "" },
    ratePlan: { code: rate.id, name: rules.refundable ? "Refundable rate" : "Non-refundable rate", board, paymentType: "PREPAID" },
    checkIn,
    checkOut,
    nights: daysBetween(query.checkIn, query.checkOut),
    rooms: query.rooms,
    guests: { adults: query.adults, childrenAges: [...query.childrenAges] },
    cancellation: priced.cancellation,
  };
}
