import type { Money } from "@travelagent/protocol";
import { minorUnits, money, subtract, sum } from "../../money.ts";
import type { Condition, PassengerType, Price } from "../../offer.ts";
import { moneyOf } from "../http/index.ts";
import type { WireFlightOffer } from "./wire-flights.ts";

const types: Readonly<Record<string, PassengerType>> = {
  ADULT: "ADT",
  SENIOR: "ADT",
  YOUNG: "ADT",
  STUDENT: "ADT",
  CHILD: "CHD",
  HELD_INFANT: "INF",
};

/** Raises `RangeError` for a kind of traveller we do not sell to, such as an infant with a seat. */
export function passengerType(travelerType: string): PassengerType {
  const found = types[travelerType];
  if (!found) throw new RangeError(`${travelerType} is not a traveller we know`);
  return found;
}

/** The number of travellers of each type, in our order. */
export function passengersOf({ travelerPricings }: Pick<WireFlightOffer, "travelerPricings">): { ptc: PassengerType; count: number }[] {
  const given = travelerPricings.map(({ travelerType }) => passengerType(travelerType));
  return (["ADT", "CHD", "INF"] as const).map((ptc) => ({ ptc, count: given.filter((one) => one === ptc).length })).filter(({ count }) => count > 0);
}

/** What is paid for the whole offer: `grandTotal`, with the fees that `total` leaves out. */
export const grandTotal = ({ price }: Pick<WireFlightOffer, "price">): Money => moneyOf(price.grandTotal ?? price.total, price.currency);

/**
 * The price with parts that sum up. `additionalServices` of a search are prices of things one may add and no part of it. What is
 * paid beyond the travellers' own totals, such as a fee on the whole booking, is counted with the first adult.
 */
export function priceOf(offer: WireFlightOffer): Price {
  const { currency } = offer.price;
  const total = grandTotal(offer);
  const fare = moneyOf(offer.price.total, currency);
  const base = moneyOf(offer.price.base ?? offer.price.total, currency);
  const named = sum(
    (offer.price.fees ?? []).map((fee) => moneyOf(fee.amount, currency)),
    currency,
  );
  const beyond = subtract(total, fare);
  // Fees stand either within `total` or on top of it; both are seen.
  const fees = minorUnits(beyond) === 0n || minorUnits(beyond) === minorUnits(named) ? named : beyond;
  const taxes = subtract(subtract(total, base), fees);
  if ([total, base, fees, taxes].some((part) => minorUnits(part) < 0n) || minorUnits(total) === 0n) throw new RangeError("the price does not add up");
  return { total, base, taxes, fees, perPassenger: perPassenger(offer, total) };
}

function perPassenger(offer: WireFlightOffer, total: Money): Price["perPassenger"] {
  const { currency } = total;
  const each = offer.travelerPricings.map(({ travelerType, price }) => ({
    ptc: passengerType(travelerType),
    amount: minorUnits(moneyOf(price.total, currency)),
  }));
  const payer = each.find(({ ptc }) => ptc === "ADT") ?? each[0]!;
  payer.amount += minorUnits(total) - each.reduce((all, { amount }) => all + amount, 0n);
  const groups: Price["perPassenger"] = [];
  for (const { ptc, amount } of each) {
    const same = groups.find((group) => group.ptc === ptc && minorUnits(group.each) === amount);
    if (same) same.count += 1;
    else groups.push({ ptc, count: 1, each: money(amount, currency) });
  }
  return groups;
}

/** Refund and change as the priced offer has them. Penalties are the highest that may be asked, a traveller with a seat. */
export function conditionsOf(offer: WireFlightOffer): { refund: Condition; change: Condition } {
  const seats = BigInt(offer.travelerPricings.filter(({ travelerType }) => travelerType !== "HELD_INFANT").length);
  const total = grandTotal(offer);
  const condition = (category: string): Condition => {
    const rule = offer.fareRules?.rules?.find((one) => one.category === category);
    if (rule?.notApplicable) return { allowed: false };
    if (rule?.maxPenaltyAmount === undefined) return { allowed: null };
    const asked = minorUnits(moneyOf(rule.maxPenaltyAmount, total.currency)) * seats;
    const most = minorUnits(total);
    return { allowed: true, penalty: money(asked < most ? asked : most, total.currency) };
  };
  return { refund: condition("REFUND"), change: condition("EXCHANGE") };
}
