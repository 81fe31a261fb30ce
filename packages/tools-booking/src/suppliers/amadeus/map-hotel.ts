import type { Money } from "@travelagent/protocol";
import { airportsFor, daysBetween, localToUtc, localTravelTime } from "../../geography/index.ts";
import { minorUnits, money, multiply, subtract } from "../../money.ts";
import type { CancellationStep, HotelOffer, HotelQuery, Price } from "../../offer.ts";
import { cancellationSteps, type PenaltyFrom } from "../cancellation-steps.ts";
import { moneyOf } from "../http/index.ts";
import type { ListedHotel, WireCancellation, WireHotel, WireRate } from "./wire-hotels.ts";

/** Ways to pay that need no card of anybody: the agency's own number or account. */
const withoutCard: ReadonlySet<string> = new Set(["TRAVEL_AGENT_ID", "TRAVEL_AGENT_IMMEDIATE", "AGENCY_ACCOUNT", "DEFERED_PAYMENT"]);

/** Whether we can book it: no card number ever passes through here, so rates that accept nothing else are not for us. */
export function bookable({ policies }: WireRate): boolean {
  const named = [policies?.guarantee, policies?.deposit, policies?.prepay].flatMap((one) => one?.acceptedPayments?.methods ?? []);
  return named.length === 0 || named.some((method) => withoutCard.has(method));
}

/** What is paid for the stay: with markups and fees where there are any. */
export const stayTotal = ({ price }: Pick<WireRate, "price">): Money => {
  const paid = price.sellingTotal ?? price.total ?? price.base;
  if (paid === undefined) throw new RangeError("the rate has no price");
  return moneyOf(paid, price.currency);
};

function priceOf(rate: WireRate): Price {
  const { currency } = rate.price;
  const total = stayTotal(rate);
  const beforeFees = moneyOf(rate.price.total ?? rate.price.sellingTotal ?? rate.price.base!, currency);
  const base = moneyOf(rate.price.base ?? rate.price.total ?? rate.price.sellingTotal!, currency);
  const fees = subtract(total, beforeFees);
  const taxes = subtract(beforeFees, base);
  if ([total, base, fees, taxes].some((part) => minorUnits(part) < 0n) || minorUnits(total) === 0n) throw new RangeError("the price does not add up");
  return { total, base, taxes, fees, perPassenger: [{ ptc: "ADT", count: 1, each: total }] };
}

/** A deadline in milliseconds: with its offset, or else local to the property. */
function deadlineOf(given: string, timeZone: string): number {
  if (/(?:Z|[+-]\d\d:?\d\d)$/.test(given)) return Date.parse(given);
  return localToUtc(given.length === 10 ? `${given}T00:00` : given.slice(0, 19), timeZone);
}

/** A rule that names a deadline and no sum costs everything: better too dear than a surprise. */
function penaltyOf({ amount, percentage, numberOfNights }: WireCancellation, total: Money, nights: number): Money {
  if (amount !== undefined) return moneyOf(amount, total.currency);
  const hundredths = percentage === undefined ? undefined : BigInt(Math.round(Number(percentage) * 100));
  if (hundredths !== undefined) return multiply(total, { numerator: hundredths, denominator: 10_000n });
  if (numberOfNights !== undefined) return multiply(total, { numerator: BigInt(numberOfNights), denominator: BigInt(nights) });
  return total;
}

/** Undefined where the rate says nothing about cancelling. */
export function cancellationOf(
  { policies }: Pick<WireRate, "policies">,
  total: Money,
  { timeZone, nights, now }: { timeZone: string; nights: number; now: number },
): CancellationStep[] | undefined {
  const rules = policies?.cancellations ?? (policies?.cancellation ? [policies.cancellation] : []);
  if (rules.length === 0) return undefined;
  const penalties = rules.map((rule): PenaltyFrom => {
    const at = rule.deadline === undefined ? Number.NEGATIVE_INFINITY : deadlineOf(rule.deadline, timeZone);
    if (Number.isNaN(at)) throw new RangeError("a cancellation deadline cannot be read");
    return { at, penalty: rule.type === "FULL_STAY" ? total : penaltyOf(rule, total, nights) };
  });
  return cancellationSteps(penalties, total, now);
}

const boards: Readonly<Record<string, HotelOffer["ratePlan"]["board"]>> = {
  HALF_BOARD: "HB",
  DINNER_BED_AND_BREAKFAST: "HB",
  FULL_BOARD: "FB",
  ALL_INCLUSIVE: "AI",
  AMERICAN: "FB",
};
const boardOf = (boardType = "ROOM_ONLY"): HotelOffer["ratePlan"]["board"] => boards[boardType] ?? (boardType.includes("BREAKFAST") ? "BB" : "RO");

const payments: Readonly<Record<string, HotelOffer["ratePlan"]["paymentType"]>> = { DEPOSIT: "PREPAID", PREPAY: "PREPAID" };

const plainCase = (name: string): string =>
  name.toLowerCase().replace(/(^|[^\p{L}'’])(\p{L})/gu, (_, before: string, first: string) => before + first.toUpperCase());
const words = (code: string | undefined): string => (code ?? "").toLowerCase().replaceAll("_", " ");

function roomOf({ room, description }: WireRate): HotelOffer["room"] {
  const text = room?.description?.text ?? description?.text ?? "";
  const { category, beds, bedType } = room?.typeEstimated ?? {};
  return {
    name: text.split("\n")[0]!.slice(0, 120).trim() || words(category) || "Room",
    beds: bedType === undefined ? "" : `${beds ?? 1} ${words(bedType)}${(beds ?? 1) === 1 ? " bed" : " beds"}`,
  };
}

/** Hours that hotels usually have; Amadeus seldom names them. */
const usualCheckIn = "15:00:00";
const usualCheckOut = "11:00:00";

export interface HotelFacts {
  hotel: WireHotel;
  listed: ListedHotel | undefined;
  /** The city that was asked for. */
  place: string;
}

/** What a rate says about the stay and money. Raises `RangeError` for one we cannot sell or do not understand. */
export function hotelContent(rate: WireRate, { hotel, listed, place }: HotelFacts, query: Pick<HotelQuery, "rooms" | "adults" | "childrenAges">, now: number) {
  const city = airportsFor(hotel.cityCode ?? place)[0] ?? airportsFor(place)[0];
  if (!city) throw new RangeError(`the city ${place} is not known`);
  const { timeZone } = city;
  const nights = daysBetween(rate.checkInDate, rate.checkOutDate);
  if (!(nights > 0)) throw new RangeError("the stay has no nights");
  const price = priceOf(rate);
  const cancellation = cancellationOf(rate, price.total, { timeZone, nights, now });
  const first = cancellation?.[0]?.penalty;
  const refund = first === undefined ? { allowed: null } : minorUnits(first) < minorUnits(price.total) ? { allowed: true, penalty: first } : { allowed: false };
  const hours = rate.policies?.checkInOut;
  const { distance } = listed ?? {};
  return {
    vertical: "hotel",
    price,
    conditions: { refund, change: { allowed: null } },
    property: {
      id: hotel.hotelId,
      name: plainCase(hotel.name ?? listed?.name ?? hotel.hotelId),
      stars: listed?.rating ?? 0,
      address: `${city.cityName}, ${city.countryName}`,
      city: city.cityName,
      latitude: hotel.latitude ?? city.latitude,
      longitude: hotel.longitude ?? city.longitude,
      timeZone,
      distanceToCentreKm: distance ? Math.round(distance.value * (distance.unit?.startsWith("MI") ? 16.09344 : 10)) / 10 : 0,
    },
    room: roomOf(rate),
    ratePlan: {
      code: rate.rateCode?.trim() ?? "",
      name: rate.rateFamilyEstimated?.code ?? rate.rateCode?.trim() ?? "",
      board: boardOf(rate.boardType),
      paymentType: payments[rate.policies?.paymentType?.toUpperCase() ?? ""] ?? "PAY_AT_PROPERTY",
    },
    checkIn: localTravelTime(`${rate.checkInDate}T${hours?.checkIn ?? usualCheckIn}`, timeZone),
    checkOut: localTravelTime(`${rate.checkOutDate}T${hours?.checkOut ?? usualCheckOut}`, timeZone),
    nights,
    rooms: query.rooms,
    guests: { adults: query.adults, childrenAges: [...query.childrenAges] },
    cancellation: cancellation ?? [],
  } satisfies Partial<HotelOffer>;
}

/** What Amadeus says the hotel pays the agency: a sum, or per cent of the price without taxes. Undefined where it says nothing. */
export function commissionOf({ commission, price }: Pick<WireRate, "commission" | "price">): Money | undefined {
  if (commission?.amount !== undefined) return moneyOf(commission.amount, price.currency);
  if (commission?.percentage === undefined || price.base === undefined) return undefined;
  const hundredths = BigInt(Math.round(Number(commission.percentage) * 100));
  return money(minorUnits(multiply(moneyOf(price.base, price.currency), { numerator: hundredths, denominator: 10_000n })), price.currency);
}
