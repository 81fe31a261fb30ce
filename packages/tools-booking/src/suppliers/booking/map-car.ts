import type { Money } from "@travelagent/protocol";
import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { type Airport, localTravelTime } from "../../geography/index.ts";
import { compare, subtract, sum, zero } from "../../money.ts";
import type { CancellationStep, CarOffer, CarQuery } from "../../offer.ts";
import { readAcriss } from "../acriss.ts";
import { cancellationSteps } from "../cancellation-steps.ts";
import { carVendorCode } from "../car-vendor.ts";
import { moneyOf } from "../http/index.ts";
import { offerId } from "../offer-id.ts";
import type { CarCancellation, CarModel, CarProduct, Depot, LiveCar } from "./wire-cars.ts";

const reference = z.object({ offer: z.number(), search_token: z.string(), timing: z.enum(["pay_online_now", "pay_at_pickup"]) });
export type CarReference = z.infer<typeof reference>;
export const readCarReference = (supplierRef: string): CarReference => reference.parse(JSON.parse(supplierRef));

const milliseconds = (duration: string): number => Temporal.Duration.from(duration).total({ unit: "milliseconds", relativeTo: "2027-01-01T00:00Z[UTC]" });

/** Free until so long before pick-up, or so long after booking; afterwards the vendor names no sum, so everything counts as lost. */
export function carSteps(cancellation: CarCancellation, total: Money, pickUpUtc: number, now: number): CancellationStep[] {
  const details = cancellation?.type === "free_cancellation" ? cancellation.details : undefined;
  const start = { at: pickUpUtc, penalty: total };
  if (cancellation?.type === "free_cancellation" && !details) return cancellationSteps([start], total, now);
  if (!details) return cancellationSteps([{ at: Number.NEGATIVE_INFINITY, penalty: total }], total, now);
  const length = milliseconds(details.duration);
  const at = details.context === "before_pickup" ? pickUpUtc - length : now + length;
  return cancellationSteps([{ at: Math.min(at, pickUpUtc), penalty: total }], total, now);
}

/** Of a reservation: its own schedule, which has sums and an end. */
export function liveSteps(live: LiveCar, total: Money, now: number): CancellationStep[] {
  const schedule = live.car?.policies?.cancellation?.schedule ?? [];
  const last = schedule.at(-1)?.to;
  const rules = schedule.map(({ from, free_cancellation: free, price }) => ({
    at: Date.parse(from),
    penalty: free ? zero(total.currency) : price && price.pay.currency === total.currency ? moneyOf(price.pay.value, total.currency) : total,
  }));
  if (rules.length === 0) return cancellationSteps([{ at: Number.NEGATIVE_INFINITY, penalty: total }], total, now);
  return cancellationSteps([...rules, ...(last ? [{ at: Date.parse(last), penalty: total }] : [])], total, now);
}

const fuels: Readonly<Record<string, string>> = {
  return_same: "same to same",
  return_same_preauth: "same to same, pre-authorised",
  return_same_or_prepay_no_refunds: "same to same, or prepaid without refund",
  free_tank: "a free tank",
  prepay_no_refunds: "prepaid without refund",
  prepay_part_refunds: "prepaid, partly refunded",
  prepay_refunds: "prepaid, refunded",
};

function mileageOf({ mileage }: CarProduct["policies"]): string {
  if (mileage?.type === "unlimited") return "unlimited";
  if (!mileage?.distance_limit) return "not said";
  return `${mileage.distance_limit} ${mileage.distance_unit === "miles" ? "miles" : "km"}`;
}

export interface CarContext {
  query: CarQuery;
  token: string;
  from: Airport;
  to: Airport;
  models: ReadonlyMap<number, CarModel>;
  depots: ReadonlyMap<number, Depot>;
  suppliers: ReadonlyMap<number, string>;
  wallet: boolean;
  sandbox: boolean;
  now: number;
}

function addressOf(depot: Depot | undefined, airport: Airport): string {
  const name = Object.values(depot?.location?.name ?? {})[0];
  return [name ?? `${airport.name} Airport`, depot?.location?.address].filter((part) => part).join(", ");
}

/** `4+2` is six seats. */
const seatsOf = (text: string | null | undefined): number => (text ?? "").split("+").reduce((seats, part) => seats + (Number.parseInt(part, 10) || 0), 0);

/** Undefined for a car that is not in the catalogue, or that needs a card. */
export function carOffer(product: CarProduct, context: CarContext): CarOffer | undefined {
  const { query, token, from, to, models, depots, suppliers, wallet, sandbox, now } = context;
  const model = models.get(product.car);
  const acriss = model?.specification?.code;
  const { timing } = product.policies.payment;
  const { currency, credit_card_required: card } = product.price;
  // Partly now and partly at the counter is neither of the two ways we can pay.
  const payable = timing === "pay_online_now" ? wallet : timing === "pay_at_pickup" && card !== true;
  if (!model || !acriss || !payable || currency !== query.currency) return undefined;
  const total = moneyOf(product.price.total, currency);
  const extras = sum(
    (product.price.extra_charges ?? []).map(({ total_amount: amount }) => moneyOf(amount, currency)),
    currency,
  );
  const fees = compare(extras, total) <= 0 ? extras : zero(currency);
  const pickUp = localTravelTime(query.pickUpAt, from.timeZone);
  const cancellation = carSteps(product.policies.cancellation, total, Date.parse(pickUp.utc), now);
  const { penalty } = cancellation[0]!;
  const { deposit } = product.policies;
  const vendorName = suppliers.get(product.supplier) ?? String(product.supplier);
  const { category, transmission } = readAcriss(acriss);
  const gear = model.specification?.transmission;
  const ref: CarReference = { offer: product.offer, search_token: token, timing: timing as CarReference["timing"] };
  return {
    id: offerId("bkc", String(product.offer), token),
    supplier: "booking",
    sandbox,
    vertical: "car",
    supplierRef: JSON.stringify(ref),
    price: { total, base: subtract(total, fees), taxes: zero(currency), fees, perPassenger: [{ ptc: "ADT", count: 1, each: total }] },
    requires: ["phone"],
    // Booking.com names no end; its own order tokens live for a quarter of an hour.
    offerExpiresAt: new Date(now + 15 * 60_000).toISOString(),
    conditions: { refund: compare(penalty, total) >= 0 ? { allowed: false } : { allowed: true, penalty }, change: { allowed: false } },
    vendor: { code: carVendorCode(vendorName, String(product.supplier)), name: vendorName },
    vehicle: {
      acriss,
      category,
      transmission: gear === "automatic" || gear === "manual" ? gear : transmission,
      seats: seatsOf(model.capacity?.seats),
      bags: (model.capacity?.bags?.large ?? 0) + (model.capacity?.bags?.small ?? 0),
      exampleModel: [model.make, model.model].filter((part) => part).join(" "),
    },
    pickUp: { locationCode: from.code, address: addressOf(depots.get(product.route.pickup.depot), from), time: pickUp },
    dropOff: { locationCode: to.code, address: addressOf(depots.get(product.route.dropoff.depot), to), time: localTravelTime(query.dropOffAt, to.timeZone) },
    mileage: mileageOf(product.policies),
    fuelPolicy: fuels[product.policies.fuel ?? ""] ?? "not said",
    paymentType: timing === "pay_online_now" ? "PREPAID" : "PAY_AT_COUNTER",
    ...(deposit ? { deposit: moneyOf(deposit.amount, deposit.currency) } : {}),
    cancellation,
  };
}
