import type { Money } from "@travelagent/protocol";
import { type Airport, type Coordinates, distanceKm, localTravelTime } from "../../geography/index.ts";
import { compare, minorUnits, money, subtract, zero } from "../../money.ts";
import type { CancellationStep, HotelOffer, HotelQuery, Price } from "../../offer.ts";
import { cancellationSteps, type PenaltyFrom } from "../cancellation-steps.ts";
import { moneyOf } from "../http/index.ts";
import { offerId } from "../offer-id.ts";
import type { WireAccommodation, WireStayRate } from "./wire-ground.ts";

const boards: Readonly<Record<string, HotelOffer["ratePlan"]["board"]>> = {
  room_only: "RO",
  breakfast: "BB",
  half_board: "HB",
  full_board: "FB",
  all_inclusive: "AI",
};

/** Duffel says what comes back *until* a moment; we say what is lost *from* a moment on. Without any entry nothing comes back. */
export function penaltiesOf(timeline: WireStayRate["cancellation_timeline"], total: Money): PenaltyFrom[] {
  const entries = (timeline ?? []).map(({ refund_amount, before, currency }) => ({
    until: before ? Date.parse(before) : Number.POSITIVE_INFINITY,
    // Money back in another currency than was paid cannot be promised.
    refund: currency === total.currency ? moneyOf(refund_amount, currency) : zero(total.currency),
  }));
  entries.sort((a, b) => a.until - b.until);
  const rules: PenaltyFrom[] = [];
  let from = Number.NEGATIVE_INFINITY;
  for (const { until, refund } of entries) {
    rules.push({ at: from, penalty: compare(refund, total) > 0 ? zero(total.currency) : subtract(total, refund) });
    from = until;
  }
  if (from !== Number.POSITIVE_INFINITY) rules.push({ at: from, penalty: total });
  return rules;
}

/** What cancelling costs at `at`, and when that changes next. */
export function penaltyAt(steps: readonly CancellationStep[], at: number): { penalty: Money; until?: number } {
  const times = steps.map(({ from }) => (from === "now" ? Number.NEGATIVE_INFINITY : Date.parse(from)));
  const current = Math.max(
    0,
    times.findLastIndex((time) => time <= at),
  );
  const next = times[current + 1];
  return { penalty: steps[current]!.penalty, ...(next === undefined ? {} : { until: next }) };
}

function priceOf(rate: WireStayRate): Price {
  const total = moneyOf(rate.total_amount, rate.total_currency);
  const { currency } = total;
  const part = (amount: string | null | undefined, of: string | null | undefined): Money =>
    amount && (of ?? currency) === currency ? moneyOf(amount, currency) : zero(currency);
  let taxes = part(rate.tax_amount, rate.tax_currency);
  let fees = part(rate.fee_amount, rate.fee_currency);
  // Parts that do not fit into the total say nothing about it.
  if (minorUnits(taxes) + minorUnits(fees) > minorUnits(total)) [taxes, fees] = [zero(currency), zero(currency)];
  const base = money(minorUnits(total) - minorUnits(taxes) - minorUnits(fees), currency);
  return { total, base, taxes, fees, perPassenger: [{ ptc: "ADT", count: 1, each: total }] };
}

const bedsOf = (beds: NonNullable<WireAccommodation["rooms"]>[number]["beds"]): string =>
  (beds ?? []).map(({ type, count }) => `${count} ${type} bed${count === 1 ? "" : "s"}`).join(", ") || "not stated";

/** Only what can be booked with the balance: deposits and card guarantees need a card number, which never comes near us. */
export const isBookable = (rate: WireStayRate): boolean =>
  (rate.payment_type === "pay_now" || rate.payment_type === "guarantee") &&
  (rate.available_payment_methods ?? []).includes("balance") &&
  rate.loyalty_programme_required !== true;

export interface StayPlace {
  airport: Airport;
  centre: Coordinates;
}

/** Undefined for a house without a position. Raises `RangeError` for times and amounts that cannot be told. */
export function hotelOfferOf(
  rate: WireStayRate,
  { house, room, resultExpiresAt }: { house: WireAccommodation; room: NonNullable<WireAccommodation["rooms"]>[number]; resultExpiresAt: string },
  query: HotelQuery,
  place: StayPlace,
  { live, now }: { live: boolean; now: number },
): HotelOffer | undefined {
  const { address, geographic_coordinates: at } = house.location;
  if (!at) return undefined;
  const { timeZone } = place.airport;
  const price = priceOf(rate);
  const steps = cancellationSteps(penaltiesOf(rate.cancellation_timeline, price.total), price.total, now);
  const due = rate.due_at_accommodation_amount && rate.due_at_accommodation_currency;
  const fees = due ? moneyOf(rate.due_at_accommodation_amount!, rate.due_at_accommodation_currency!) : undefined;
  const { check_in_after_time: from, check_out_before_time: until } = house.check_in_information ?? {};
  const penalty = steps[0]!.penalty;
  const refundable = compare(penalty, price.total) < 0;
  return {
    id: offerId("duf", rate.id),
    supplier: "duffel",
    sandbox: !live,
    supplierRef: JSON.stringify({ rate: rate.id }),
    vertical: "hotel",
    price,
    requires: ["phone"],
    offerExpiresAt: new Date(rate.expires_at ?? resultExpiresAt).toISOString(),
    ...(typeof rate.quantity_available === "number" ? { seatsRemaining: rate.quantity_available } : {}),
    conditions: { refund: refundable ? { allowed: true, penalty } : { allowed: false }, change: { allowed: false } },
    property: {
      id: house.id,
      name: house.name,
      stars: house.rating ?? 0,
      address: [address.line_one, address.postal_code].filter(Boolean).join(", "),
      city: address.city_name ?? place.airport.cityName,
      latitude: at.latitude,
      longitude: at.longitude,
      timeZone,
      distanceToCentreKm: Math.round(distanceKm(at, place.centre) * 10) / 10,
    },
    room: { name: room.name, beds: bedsOf(room.beds) },
    ratePlan: {
      code: rate.code ?? "",
      name: rate.name ?? (refundable ? "Refundable" : "Non-refundable"),
      board: boards[rate.board_type ?? ""] ?? "RO",
      paymentType: rate.payment_type === "pay_now" ? "PREPAID" : "PAY_AT_PROPERTY",
    },
    checkIn: localTravelTime(`${query.checkIn}T${(from ?? "15:00").slice(0, 5)}`, timeZone),
    checkOut: localTravelTime(`${query.checkOut}T${(until ?? "11:00").slice(0, 5)}`, timeZone),
    nights: Math.round((Date.parse(query.checkOut) - Date.parse(query.checkIn)) / 86_400_000),
    rooms: query.rooms,
    guests: { adults: query.adults, childrenAges: [...query.childrenAges] },
    ...(fees && minorUnits(fees) > 0n ? { mandatoryFees: fees } : {}),
    cancellation: steps,
  };
}
