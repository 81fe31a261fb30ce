import type { Money } from "@travelagent/protocol";
import { z } from "zod";
import { type Coordinates, daysBetween, distanceKm, localToUtc, localTravelTime } from "../../geography/index.ts";
import { add, compare, multiply, subtract, sum, zero } from "../../money.ts";
import type { CancellationStep, HotelOffer, HotelQuery, Price } from "../../offer.ts";
import { cancellationSteps } from "../cancellation-steps.ts";
import { moneyOf } from "../http/index.ts";
import { offerId } from "../offer-id.ts";
import { partyOfRooms } from "../rooms.ts";
import type { HouseDetails, Schedule, StayAmount, StayPrice, StayProduct } from "./wire.ts";

/** What is needed to preview the same stay again. */
const reference = z.object({
  house: z.number(),
  product: z.string(),
  timing: z.enum(["pay_online_now", "pay_online_later", "pay_at_the_property"]),
  allocations: z.array(z.object({ number_of_adults: z.number(), children: z.array(z.number()) })),
});
export type StayReference = z.infer<typeof reference>;
export const readStayReference = (supplierRef: string): StayReference => reference.parse(JSON.parse(supplierRef));

/** Guests by room, in the vendor's words. */
export const allocationsOf = (query: Pick<HotelQuery, "rooms" | "adults" | "childrenAges">): StayReference["allocations"] =>
  partyOfRooms(query).map(({ adults, childrenAges }) => ({ number_of_adults: adults, children: childrenAges }));

/** What is charged: the house's currency. The booker's is a conversion, which nobody pays. */
export function charged(amount: StayAmount, currency: string): Money {
  if (amount.accommodation_currency === null || amount.accommodation_currency === undefined)
    throw new RangeError("an amount in the house's currency is missing");
  return moneyOf(amount.accommodation_currency, currency);
}

export interface StayPricing {
  price: Price;
  /** Part of a prepaid stay that is still paid at the house. */
  dueAtHouse?: Money;
}

/**
 * A prepaid stay costs what can be charged online; the rest is due at the house. A stay paid at the house costs its total. Charges
 * with a condition are in neither, as not everybody pays them.
 */
export function stayPricing({ total, chargeable_online: online, charges }: StayPrice, currency: string, prepaid: boolean, rooms = 1n): StayPricing {
  const times = (m: Money) => multiply(m, { numerator: rooms, denominator: 1n });
  const whole = times(charged(total, currency));
  const due = prepaid && online ? times(charged(online, currency)) : whole;
  const counted = (charges ?? []).filter(
    ({ condition, included_in: included, total_amount: amount }) =>
      (condition === null || condition === undefined) && amount && (prepaid ? included?.chargeable_online !== false : true),
  );
  const part = (taxes: boolean) =>
    times(
      sum(
        counted.filter(({ mode }) => (mode === "percentage") === taxes).map(({ total_amount: amount }) => charged(amount!, currency)),
        currency,
      ),
    );
  const parts = { taxes: part(true), fees: part(false) };
  const extra = add(parts.taxes, parts.fees);
  // The total is what is paid; where the charges say more than that, they are not its parts.
  const sums = compare(extra, due) <= 0 ? { base: subtract(due, extra), ...parts } : { base: due, taxes: zero(currency), fees: zero(currency) };
  const rest = subtract(whole, due);
  return {
    price: { total: due, ...sums, perPassenger: [{ ptc: "ADT", count: 1, each: due }] },
    ...(compare(rest, zero(currency)) > 0 ? { dueAtHouse: rest } : {}),
  };
}

/** With an offset as it should be; without one it is meant at the house. */
const instant = (from: string, timeZone: string): number => (/(Z|[+-]\d\d:?\d\d)$/.test(from) ? Date.parse(from) : localToUtc(from.slice(0, 19), timeZone));

/** The vendor's schedule is nearly ours: its first step starts `now`, or nowhere at all. */
export function scheduleSteps(given: Schedule, total: Money, timeZone: string, now: number, rooms = 1n): CancellationStep[] {
  const rules = given.map(({ from, price }) => ({
    at: from === "now" || from === null || from === undefined ? Number.NEGATIVE_INFINITY : instant(from, timeZone),
    penalty: multiply(charged(price, total.currency), { numerator: rooms, denominator: 1n }),
  }));
  return cancellationSteps(rules, total, now);
}

/** Without a schedule the type says the least: free until then, or nothing back. */
export function productSteps({ policies: { cancellation } }: StayProduct, total: Money, timeZone: string, now: number, rooms: bigint): CancellationStep[] {
  if (cancellation.schedule?.length) return scheduleSteps(cancellation.schedule, total, timeZone, now, rooms);
  const until = cancellation.type === "free_cancellation" ? cancellation.free_cancellation_until : undefined;
  return cancellationSteps([{ at: until ? instant(until, timeZone) : Number.NEGATIVE_INFINITY, penalty: total }], total, now);
}

const boards: Readonly<Record<string, HotelOffer["ratePlan"]["board"]>> = {
  all_inclusive: "AI",
  breakfast_included: "BB",
  full_board: "FB",
  half_board: "HB",
};

/** In the language asked for, or in any. */
const textOf = (names: Readonly<Record<string, string | null | undefined>> | null | undefined, language: string): string | undefined =>
  names?.[language] ?? Object.values(names ?? {}).find((name) => name !== null && name !== undefined) ?? undefined;

export interface StayContext {
  query: HotelQuery;
  centre: Coordinates;
  timeZone: string;
  cityName: string;
  language: string;
  /** Whether the agency can pay online without a card. */
  wallet: boolean;
  sandbox: boolean;
  now: number;
}

/** How it is paid: by the agency's wallet in advance, else by the guest at the house. Everything else needs a card. */
function timingOf(timings: readonly string[], wallet: boolean): StayReference["timing"] | undefined {
  const ways = wallet ? (["pay_online_now", "pay_online_later", "pay_at_the_property"] as const) : (["pay_at_the_property"] as const);
  return ways.find((timing) => timings.includes(timing));
}

function fits({ maximum_occupancy: most, number_available: left }: StayProduct, allocations: StayReference["allocations"]): boolean {
  const roomy = allocations.every(
    ({ number_of_adults: adults, children }) => adults <= (most?.adults ?? adults) && adults + children.length <= (most?.total ?? adults + children.length),
  );
  return roomy && (left ?? allocations.length) >= allocations.length;
}

/** Undefined where it does not fit, or cannot be paid without a card. */
export function stayOffer(house: HouseDetails, product: StayProduct, currency: string, context: StayContext): HotelOffer | undefined {
  const { query, centre, timeZone, cityName, language, wallet, sandbox, now } = context;
  const timing = timingOf(product.policies.payment.timings, wallet);
  const allocations = allocationsOf(query);
  if (!timing || currency !== query.currency || !fits(product, allocations)) return undefined;
  const rooms = BigInt(query.rooms);
  const { price, dueAtHouse } = stayPricing(product.price, currency, timing !== "pay_at_the_property", rooms);
  const cancellation = productSteps(product, price.total, timeZone, now, rooms);
  const { penalty } = cancellation[0]!;
  const { coordinates, address } = house.location;
  const times = house.checkin_checkout_times;
  const room = house.rooms?.find(({ id }) => id === product.room);
  const ref: StayReference = { house: house.id, product: product.id, timing, allocations };
  return {
    id: offerId("bkg", String(house.id), product.id, timing, query.checkIn, query.checkOut, JSON.stringify(allocations), String(now)),
    supplier: "booking",
    sandbox,
    vertical: "hotel",
    supplierRef: JSON.stringify(ref),
    price,
    requires: ["phone"],
    // Booking.com names no end; its own order tokens live for a quarter of an hour.
    offerExpiresAt: new Date(now + 15 * 60_000).toISOString(),
    ...(product.number_available ? { seatsRemaining: product.number_available } : {}),
    conditions: {
      refund: compare(penalty, price.total) >= 0 ? { allowed: false } : { allowed: true, penalty },
      change: { allowed: null },
    },
    property: {
      id: String(house.id),
      name: textOf(house.name, language) ?? String(house.id),
      stars: house.rating?.stars ?? 0,
      address: [textOf(address, language), cityName].filter((part) => part !== undefined).join(", "),
      city: cityName,
      latitude: coordinates.latitude,
      longitude: coordinates.longitude,
      timeZone,
      distanceToCentreKm: Math.round(distanceKm(centre, coordinates) * 10) / 10,
    },
    room: { name: textOf(room?.name, language) ?? "Room", beds: "" },
    ratePlan: {
      code: product.id,
      name: product.policies.cancellation.type === "free_cancellation" ? "Free cancellation" : "Restricted rate",
      board: boards[product.policies.meal_plan?.plan ?? ""] ?? "RO",
      paymentType: timing === "pay_at_the_property" ? "PAY_AT_PROPERTY" : "PREPAID",
    },
    // Where the house names no hour, the usual ones of hotels.
    checkIn: localTravelTime(`${query.checkIn}T${times?.checkin_from?.slice(0, 5) ?? "15:00"}`, timeZone),
    checkOut: localTravelTime(`${query.checkOut}T${times?.checkout_to?.slice(0, 5) ?? "11:00"}`, timeZone),
    nights: daysBetween(query.checkIn, query.checkOut),
    rooms: query.rooms,
    guests: { adults: query.adults, childrenAges: [...query.childrenAges] },
    ...(dueAtHouse ? { mandatoryFees: dueAtHouse } : {}),
    cancellation,
  };
}
