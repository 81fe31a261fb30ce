import { type Money, TravelAgentError } from "@travelagent/protocol";
import { minorUnits, money, subtract, zero } from "../../money.ts";
import type { Condition, FlightOffer, PassengerType, Price } from "../../offer.ts";
import { moneyOf } from "../http/index.ts";
import { offerId } from "../offer-id.ts";
import { fareComponentsOf, journeysOf } from "./map-itinerary.ts";
import type { WireOffer } from "./wire-air.ts";

/** What has to be known of an offer to book it. */
export interface FlightRef {
  offer: string;
  passengers: { id: string; ptc: PassengerType; age?: number }[];
}

export function flightRefOf({ supplierRef }: FlightOffer): FlightRef {
  try {
    const { offer, passengers } = JSON.parse(supplierRef) as FlightRef;
    if (typeof offer === "string" && Array.isArray(passengers)) return { offer, passengers };
  } catch {
    // Falls through to the refusal.
  }
  throw new TravelAgentError("SUPPLIER_REJECTED", "this is no offer of duffel's; search again", { details: { code: "invalid_offer" } });
}

/** Airlines draw the line between child and adult where they like; ours is the age, where it was given. */
function ptcOf({ type, age }: WireOffer["passengers"][number]): PassengerType {
  if (typeof age === "number") return age < 2 ? "INF" : age < 12 ? "CHD" : "ADT";
  if (type === "infant_without_seat") return "INF";
  return type === "child" ? "CHD" : "ADT";
}

const ptcs = ["ADT", "CHD", "INF"] as const;

/** Duffel prices the party as a whole. Shares are equal, cents that do not divide go to the first travellers. */
function shares(total: Money, party: readonly PassengerType[]): Price["perPassenger"] {
  const heads = BigInt(party.length);
  const each = minorUnits(total) / heads;
  let left = Number(minorUnits(total) % heads);
  return ptcs.flatMap((ptc) => {
    const count = party.filter((one) => one === ptc).length;
    const dearer = Math.min(left, count);
    left -= dearer;
    return [
      { ptc, count: dearer, each: money(each + 1n, total.currency) },
      { ptc, count: count - dearer, each: money(each, total.currency) },
    ].filter((line) => line.count > 0);
  });
}

function conditionOf(wire: NonNullable<WireOffer["conditions"]>["refund_before_departure"], currency: string): Condition {
  if (!wire) return { allowed: null };
  // A penalty in another currency than the price cannot be compared with it; that there is one must not be hidden as "free".
  if (wire.allowed && wire.penalty_amount && wire.penalty_currency && wire.penalty_currency !== currency) return { allowed: null };
  return { allowed: wire.allowed, ...(wire.allowed && wire.penalty_amount ? { penalty: moneyOf(wire.penalty_amount, currency) } : {}) };
}

export function priceOf(wire: Pick<WireOffer, "total_amount" | "total_currency" | "tax_amount" | "tax_currency">, party: readonly PassengerType[]): Price {
  const total = moneyOf(wire.total_amount, wire.total_currency);
  const taxes =
    wire.tax_amount && (wire.tax_currency ?? wire.total_currency) === total.currency ? moneyOf(wire.tax_amount, total.currency) : zero(total.currency);
  return { total, base: subtract(total, taxes), taxes, fees: zero(total.currency), perPassenger: shares(total, party) };
}

/** Raises `RangeError` for an offer with an airport, a price or a time that cannot be told. */
export function flightOfferOf(wire: WireOffer, live: boolean): FlightOffer {
  const passengers = wire.passengers.map((passenger) => ({
    id: passenger.id,
    ptc: ptcOf(passenger),
    ...(typeof passenger.age === "number" ? { age: passenger.age } : {}),
  }));
  const party = passengers.map(({ ptc }) => ptc);
  const { requires_instant_payment, payment_required_by } = wire.payment_requirements ?? {};
  const ref: FlightRef = { offer: wire.id, passengers };
  return {
    id: offerId("duf", wire.id),
    supplier: "duffel",
    sandbox: !live,
    supplierRef: JSON.stringify(ref),
    vertical: "flight",
    price: priceOf(wire, party),
    requires: ["bornOn", "gender", "phone"],
    offerExpiresAt: new Date(wire.expires_at).toISOString(),
    ...(requires_instant_payment === false && payment_required_by ? { paymentTimeLimit: new Date(payment_required_by).toISOString() } : {}),
    conditions: {
      refund: conditionOf(wire.conditions?.refund_before_departure, wire.total_currency),
      change: conditionOf(wire.conditions?.change_before_departure, wire.total_currency),
    },
    journeys: journeysOf(wire.slices),
    fareComponents: fareComponentsOf(wire.slices),
    validatingCarrier: wire.owner.iata_code ?? "",
    passengers: ptcs.flatMap((ptc) => {
      const count = party.filter((one) => one === ptc).length;
      return count > 0 ? [{ ptc, count }] : [];
    }),
  };
}
