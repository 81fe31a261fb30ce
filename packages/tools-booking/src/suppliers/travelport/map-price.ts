import type { Money } from "@travelagent/protocol";
import { minorUnits, money } from "../../money.ts";
import type { Condition, PassengerType, Price } from "../../offer.ts";
import { moneyOf } from "../http/index.ts";
import { passengerType } from "./terms.ts";
import type { Terms, Price as WirePrice } from "./wire.ts";

/** Undefined where the sums do not agree or a traveller's share is missing: such a price is not shown to anybody. */
export function priceOf(wire: WirePrice): Price | undefined {
  const currency = wire.CurrencyCode.value;
  const total = moneyOf(wire.TotalPrice, currency);
  const base = moneyOf(wire.Base, currency);
  const taxes = moneyOf(wire.TotalTaxes ?? 0, currency);
  const fees = minorUnits(total) - minorUnits(base) - minorUnits(taxes);
  const perPassenger: Price["perPassenger"] = [];
  for (const { quantity, requestedPassengerType, Amount } of wire.PriceBreakdown) {
    const ptc = passengerType(requestedPassengerType);
    if (ptc === undefined || (Amount.CurrencyCode?.value ?? currency) !== currency) return undefined;
    perPassenger.push({ ptc, count: quantity, each: moneyOf(Amount.Total, currency) });
  }
  const shares = perPassenger.reduce((sum, { count, each }) => sum + minorUnits(each) * BigInt(count), 0n);
  return fees < 0n || shares !== minorUnits(total) ? undefined : { total, base, taxes, fees: money(fees, currency), perPassenger };
}

/** What cancelling or changing costs all travellers together by the fare's own rules, which count by ticket. */
export function condition(kind: "Cancel" | "Change", { Penalties }: Terms, { total, perPassenger }: Pick<Price, "total" | "perPassenger">): Condition {
  const { currency } = total;
  let sum = 0n;
  for (const { ptc, count } of perPassenger) {
    const rules = Penalties.find(({ PassengerTypeCodes }) => PassengerTypeCodes.length === 0 || PassengerTypeCodes.some((code) => passengerType(code) === ptc));
    const rule = rules?.[kind][0];
    if (!rule) return { allowed: null };
    if (rule["@type"]?.endsWith("NotPermitted")) return { allowed: false };
    const [penalty] = rule.Penalty;
    if (penalty?.Amount && (penalty.Amount.code ?? currency) === currency) sum += minorUnits(moneyOf(penalty.Amount.value, currency)) * BigInt(count);
    else if (penalty?.Percent === undefined || Number(penalty.Percent) !== 0) return { allowed: true };
  }
  const most = minorUnits(total);
  return { allowed: true, penalty: money(sum < most ? sum : most, currency) };
}

export const partyIn = ({ perPassenger }: Price): { ptc: PassengerType; count: number }[] => perPassenger.map(({ ptc, count }) => ({ ptc, count }));

export const sameMoney = (a: Money, b: Money): boolean => a.currency === b.currency && minorUnits(a) === minorUnits(b);
