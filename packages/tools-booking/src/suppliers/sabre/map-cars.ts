import type { Money } from "@travelagent/protocol";
import { airport, localTravelTime } from "../../geography/index.ts";
import { compare, minorUnits, subtract, zero } from "../../money.ts";
import type { CancellationStep, CarOffer, CarQuery } from "../../offer.ts";
import { readAcriss } from "../acriss.ts";
import { cancellationSteps } from "../cancellation-steps.ts";
import { moneyOf } from "../http/index.ts";
import { offerId } from "../offer-id.ts";
import type { VehicleInfo, VehicleRate } from "./wire-cars.ts";

const day = 86_400_000;

interface RatePrice {
  total: Money;
  base: Money;
}

function chargesOf({ VehicleCharges }: VehicleRate) {
  const charges = VehicleCharges.VehicleCharge;
  return {
    charge: (type: string) => charges.find(({ ChargeType }) => ChargeType === type),
    // The currency often stands with the first charge alone.
    currency: charges.find(({ CurrencyCode }) => CurrencyCode !== undefined)?.CurrencyCode,
  };
}

/** The total to pay; undefined where the rate does not state it. */
export function ratePrice(rate: VehicleRate): RatePrice | undefined {
  const { charge, currency } = chargesOf(rate);
  const total = charge("ApproximateTotalPrice");
  const base = charge("BaseRateTotal");
  if (!total || !base || currency === undefined) return undefined;
  const price = { total: moneyOf(total.Amount, currency), base: moneyOf(base.Amount, currency) };
  return minorUnits(price.base) <= minorUnits(price.total) ? price : undefined;
}

/** The rate in the currency asked for: the vendor's own, or the one Sabre worked out beside it. */
export const rateIn = ({ VehRentalRate, ConvertedVehRentalRate }: VehicleInfo, currency: string): VehicleRate | undefined =>
  [...VehRentalRate, ...ConvertedVehRentalRate].find((rate) => ratePrice(rate)?.total.currency === currency);

/** Each tier says what comes back until so many days before the pick-up; afterwards the next one holds, at last nothing. */
function stepsOf({ GuaranteePrepaid }: VehicleRate, total: Money, pickUp: number, now: number): CancellationStep[] {
  const tiers = (GuaranteePrepaid?.CancellationRefundAmount ?? []).toSorted((a, b) => b.DaysPrior - a.DaysPrior);
  if (tiers.length === 0) return [];
  const until = (at: number): number => pickUp - tiers[at]!.DaysPrior * day;
  const rules = tiers.map(({ Amount }, i) => ({
    at: i === 0 ? Number.NEGATIVE_INFINITY : until(i - 1),
    penalty: subtract(total, moneyOf(Amount, total.currency)),
  }));
  return cancellationSteps([...rules, { at: until(tiers.length - 1), penalty: total }], total, now);
}

export interface CarContext {
  sandbox: boolean;
  now: number;
  requestId: string;
  /** How long we let an offer stand: a rate key has no end that Sabre tells, a price does not stay for ever. */
  standsMs: number;
}

/** What can change between a search and a price check. */
export function carTerms(rate: VehicleRate, pickUp: string, now: number): Pick<CarOffer, "price" | "cancellation" | "conditions"> | undefined {
  const known = ratePrice(rate);
  if (!known) return undefined;
  const { total, base } = known;
  const cancellation = stepsOf(rate, total, Date.parse(pickUp), now);
  const refund = cancellation[0] ? { allowed: minorUnits(cancellation[0].penalty) < minorUnits(total), penalty: cancellation[0].penalty } : { allowed: null };
  return {
    price: { total, base, taxes: subtract(total, base), fees: zero(total.currency), perPassenger: [{ ptc: "ADT", count: 1, each: total }] },
    cancellation,
    // A car is given back and taken anew: bookings of cars cannot be modified at Sabre.
    conditions: { refund, change: { allowed: false } },
  };
}

export function carOffer(info: VehicleInfo, query: CarQuery, { sandbox, now, requestId, standsMs }: CarContext): CarOffer | undefined {
  const rate = rateIn(info, query.currency);
  const from = airport(info.PickUpLocation?.LocationCode ?? query.pickUp);
  const to = airport(info.ReturnLocation?.LocationCode ?? query.dropOff);
  // A rate that must be paid ahead wants a card of ours, which is nowhere here.
  if (!rate?.RateKey || !from || !to || rate.GuaranteePrepaid?.Type === "P") return undefined;
  const pickUp = localTravelTime(query.pickUpAt, from.timeZone);
  const dropOff = localTravelTime(query.dropOffAt, to.timeZone);
  const terms = carTerms(rate, pickUp.utc, now);
  if (!terms) return undefined;
  const { Vehicle } = rate;
  const acriss = Vehicle.VehType;
  const model = typeof Vehicle.VehMakeAndModel === "string" ? Vehicle.VehMakeAndModel : Vehicle.VehMakeAndModel?.Name;
  const allowance = chargesOf(rate).charge("BaseRateTotal")?.MileageAllowance;
  return {
    vertical: "car",
    id: offerId("sa", rate.RateKey, terms.price.total.amount, requestId, String(now)),
    supplier: "sabre",
    sandbox,
    supplierRef: JSON.stringify({ rateKey: rate.RateKey, currency: query.currency }),
    ...terms,
    offerExpiresAt: new Date(now + standsMs).toISOString(),
    vendor: { code: info.Vendor.Code, name: info.Vendor.Name ?? info.Vendor.Code },
    vehicle: {
      acriss,
      ...readAcriss(acriss),
      seats: Vehicle.SeatBeltsAndBagsInfo?.SeatBelts?.Quantity ?? 0,
      bags: (Vehicle.SeatBeltsAndBagsInfo?.BagsInfo?.Bags ?? []).reduce((sum, { Quantity }) => sum + Quantity, 0),
      exampleModel: model ?? "",
    },
    pickUp: { locationCode: from.code, address: `${from.name} airport`, time: pickUp },
    dropOff: { locationCode: to.code, address: `${to.name} airport`, time: dropOff },
    mileage:
      allowance === undefined ? "not stated" : allowance === "UNL" ? "unlimited" : `${allowance} ${chargesOf(rate).charge("BaseRateTotal")?.UOM ?? "km"} a day`,
    fuelPolicy: "not stated",
    paymentType: "PAY_AT_COUNTER",
  };
}

/** What cancelling costs now, by the penalties of the record itself. */
export function carPenalty(
  penalties: readonly { applicableFromDate?: string | undefined; applicableToDate?: string | undefined; penalty: { amount: string; currencyCode: string } }[],
  total: Money,
  now: number,
): Money {
  const current = penalties.find(
    ({ applicableFromDate, applicableToDate }) =>
      (applicableFromDate === undefined || Date.parse(applicableFromDate) <= now) && (applicableToDate === undefined || now < Date.parse(applicableToDate)),
  );
  if (!current) return zero(total.currency);
  if (current.penalty.currencyCode !== total.currency) throw new RangeError("a penalty in another currency");
  const asked = moneyOf(current.penalty.amount, total.currency);
  return compare(asked, total) < 0 ? asked : total;
}
