import type { Money } from "@travelagent/protocol";
import { z } from "zod";
import { type Airport, localTravelTime } from "../../geography/index.ts";
import { add, compare, subtract, zero } from "../../money.ts";
import type { CancellationStep, CarOffer, CarQuery, Price } from "../../offer.ts";
import { readAcriss } from "../acriss.ts";
import { cancellationSteps } from "../cancellation-steps.ts";
import { carVendorCode } from "../car-vendor.ts";
import { moneyOf } from "../http/index.ts";
import { offerId } from "../offer-id.ts";
import type { Place, Totals, Vehicle } from "./wire.ts";

export const brands = ["Avis", "Budget", "Payless"] as const;
export type Brand = (typeof brands)[number];

/** What is needed to ask for the rate again and to reserve it. */
const reference = z.object({
  brand: z.enum(brands),
  sipp: z.string(),
  rateCode: z.string(),
  pickUp: z.string(),
  dropOff: z.string(),
  pickUpAt: z.string(),
  dropOffAt: z.string(),
  age: z.number(),
});
export type AvisReference = z.infer<typeof reference>;
export const readAvisReference = (supplierRef: string): AvisReference => reference.parse(JSON.parse(supplierRef));

export function priceOf(
  { reservation_total: all, vehicle_total: base, taxes_total: tax, fees_total: fee, taxes_fees_total: both }: Totals,
  currency: string,
): Price {
  const total = moneyOf(all, currency);
  const fees = fee ? moneyOf(fee, currency) : zero(currency);
  const taxes = tax
    ? moneyOf(tax, currency)
    : both
      ? subtract(moneyOf(both, currency), fees)
      : base
        ? subtract(total, add(moneyOf(base, currency), fees))
        : zero(currency);
  const extra = add(taxes, fees);
  // The total is what is paid; parts that do not fit into it are not its parts.
  const fits = compare(taxes, zero(currency)) >= 0 && compare(extra, total) <= 0;
  const parts = fits ? { base: subtract(total, extra), taxes, fees } : { base: total, taxes: zero(currency), fees: zero(currency) };
  return { total, ...parts, perPassenger: [{ ptc: "ADT", count: 1, each: total }] };
}

/** Nothing is paid and no card is on file, so cancelling costs nothing until the car should be picked up. */
export const freeUntilPickUp = (total: Money, pickUpUtc: string, now: number): CancellationStep[] =>
  cancellationSteps([{ at: Date.parse(pickUpUtc), penalty: total }], total, now);

const addressOf = (place: Place | null | undefined, airport: Airport): string =>
  [place?.location?.name ?? `${airport.name} Airport`, place?.address?.address_line_1, place?.address?.city].filter((part) => part).join(", ");

export interface AvisContext {
  query: CarQuery;
  brand: Brand;
  from: Airport;
  to: Airport;
  pickUp: Place | null | undefined;
  dropOff: Place | null | undefined;
  /** Vouchers of the agency pay the car. */
  voucher: boolean;
  sandbox: boolean;
  now: number;
}

export const localSeconds = (local: string): string => `${local.slice(0, 16)}:00`;

/** Undefined where there is no rate without a card, or one in another currency. */
export function avisOffer({ category, capacity, rate_totals: totals }: Vehicle, context: AvisContext): CarOffer | undefined {
  const { query, brand, from, to, pickUp, dropOff, voucher, sandbox, now } = context;
  const { currency, rate_code: common } = totals.rate;
  const later = totals.pay_later;
  const rateCode = later?.rate_code ?? common;
  // What is paid now is paid by card.
  if (!later || !rateCode || currency !== query.currency) return undefined;
  const price = priceOf(later, currency);
  const acriss = category.sipp_code;
  const ref: AvisReference = {
    brand,
    sipp: acriss,
    rateCode,
    pickUp: from.code,
    dropOff: to.code,
    pickUpAt: localSeconds(query.pickUpAt),
    dropOffAt: localSeconds(query.dropOffAt),
    age: query.driverAge,
  };
  const pickUpTime = localTravelTime(query.pickUpAt, from.timeZone);
  const bags = capacity?.luggage_capacity;
  const said = category.vehicle_transmission?.toLowerCase();
  const read = readAcriss(acriss);
  const free = { allowed: true, penalty: zero(currency) };
  return {
    id: offerId("avs", JSON.stringify(ref), price.total.amount, String(now)),
    supplier: "avis",
    sandbox,
    vertical: "car",
    supplierRef: JSON.stringify(ref),
    price,
    // Avis names no end; the rate is asked for again before it is reserved.
    offerExpiresAt: new Date(now + 30 * 60_000).toISOString(),
    conditions: { refund: free, change: free },
    vendor: { code: carVendorCode(brand, brand), name: brand },
    vehicle: {
      acriss,
      category: read.category,
      transmission: said === "automatic" || said === "manual" ? said : read.transmission,
      seats: Number.parseInt(capacity?.seats ?? "0", 10) || 0,
      bags: (Number.parseInt(bags?.large_suitcase ?? "0", 10) || 0) + (Number.parseInt(bags?.small_suitcase ?? "0", 10) || 0),
      exampleModel: [category.make, category.model].filter((part) => part).join(" ") || (category.name ?? ""),
    },
    pickUp: { locationCode: from.code, address: addressOf(pickUp, from), time: pickUpTime },
    dropOff: { locationCode: to.code, address: addressOf(dropOff, to), time: localTravelTime(query.dropOffAt, to.timeZone) },
    mileage: "not said",
    fuelPolicy: "not said",
    paymentType: voucher ? "PREPAID" : "PAY_AT_COUNTER",
    cancellation: freeUntilPickUp(price.total, pickUpTime.utc, now),
  };
}
