import type { Airport } from "../../geography/index.ts";
import { localToUtc, localTravelTime } from "../../geography/index.ts";
import { money, subtract, zero } from "../../money.ts";
import type { CancellationStep, CarOffer, CarQuery } from "../../offer.ts";
import { moneyOf } from "../http/index.ts";
import { offerId } from "../offer-id.ts";
import type { WireCarRate } from "./wire-ground.ts";

/** Codes by which other systems know the large companies; Duffel gives names alone. */
const vendorCodes: Readonly<Record<string, string>> = {
  hertz: "ZE",
  avis: "ZI",
  budget: "ZD",
  sixt: "SX",
  europcar: "EP",
  enterprise: "ET",
  alamo: "AL",
  national: "ZL",
  thrifty: "ZT",
  dollar: "ZR",
};

export const vendorCodeFor = (name: string): string =>
  vendorCodes[name.toLowerCase().trim()] ??
  name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");

/** Guarantees need a card number, which never comes near us. */
export const canBeBooked = ({ payment_type }: WireCarRate): boolean => payment_type === "postpaid" || payment_type === "prepaid";

/**
 * What cancelling costs. A car that is paid at the counter costs nothing until pick-up. Of one that is paid in advance Duffel says
 * it in words only, so that nothing of it is promised.
 */
export function carCancellation(paymentType: string, total: CarOffer["price"]["total"], pickUpUtc: string): CancellationStep[] {
  if (paymentType !== "postpaid") return [{ from: "now", penalty: total }];
  return [
    { from: "now", penalty: zero(total.currency) },
    { from: pickUpUtc, penalty: total },
  ];
}

const distanceUnits: Readonly<Record<string, string>> = { kilometres: "km", miles: "miles" };

function mileageOf(mileage: WireCarRate["mileage"]): string {
  if (!mileage) return "not stated";
  if (mileage.type === "unlimited") return "unlimited";
  return mileage.limit == null ? "limited" : `${mileage.limit} ${distanceUnits[mileage.unit ?? ""] ?? mileage.unit ?? "km"} in all`;
}

const addressOf = ({ name, address }: WireCarRate["pickup_location"]): string => [name, address?.line_one, address?.city_name].filter(Boolean).join(", ");

/** Raises `RangeError` for amounts and times that cannot be told. */
export function carOfferOf(
  rate: WireCarRate,
  query: CarQuery,
  { from, to }: { from: Airport; to: Airport },
  { live, expiresAt }: { live: boolean; expiresAt: number },
): CarOffer {
  const total = moneyOf(rate.total_amount, rate.total_currency);
  const base = rate.base_amount && (rate.base_currency ?? total.currency) === total.currency ? moneyOf(rate.base_amount, total.currency) : total;
  const rest = subtract(total, base);
  const parts = rest.amount.startsWith("-") ? { base: total, taxes: money(0n, total.currency) } : { base, taxes: rest };
  const pickUp = localTravelTime(query.pickUpAt.slice(0, 16), from.timeZone);
  return {
    id: offerId("duf", rate.id),
    supplier: "duffel",
    sandbox: !live,
    supplierRef: JSON.stringify({ rate: rate.id }),
    vertical: "car",
    price: { total, ...parts, fees: zero(total.currency), perPassenger: [{ ptc: "ADT", count: 1, each: total }] },
    requires: ["phone", "bornOn"],
    offerExpiresAt: new Date(expiresAt).toISOString(),
    conditions: { refund: rate.payment_type === "postpaid" ? { allowed: true, penalty: zero(total.currency) } : { allowed: null }, change: { allowed: false } },
    vendor: { code: vendorCodeFor(rate.supplier.name), name: rate.supplier.name },
    vehicle: {
      acriss: rate.car.code,
      category: rate.car.type === "suv" ? "suv" : rate.car.type === "passenger_van" ? "van" : (rate.car.category ?? ""),
      transmission: rate.car.transmission === "automatic" ? "automatic" : "manual",
      seats: rate.car.max_passengers ?? 0,
      bags: (rate.car.baggage?.large ?? 0) + (rate.car.baggage?.small ?? 0),
      exampleModel: rate.car.name,
    },
    pickUp: { locationCode: from.code, address: addressOf(rate.pickup_location), time: pickUp },
    dropOff: { locationCode: to.code, address: addressOf(rate.dropoff_location), time: localTravelTime(query.dropOffAt.slice(0, 16), to.timeZone) },
    mileage: mileageOf(rate.mileage),
    fuelPolicy: "not stated",
    paymentType: rate.payment_type === "prepaid" ? "PREPAID" : "PAY_AT_COUNTER",
    cancellation: carCancellation(rate.payment_type, total, new Date(localToUtc(query.pickUpAt.slice(0, 16), from.timeZone)).toISOString()),
  };
}
