import type { Money } from "@travelagent/protocol";
import { offsetMinutes } from "../../geography/index.ts";
import { minorUnits, money } from "../../money.ts";
import type { HotelOffer } from "../../offer.ts";

/** `2027-03-10T18:00:00.000+01:00`, the hour at the house. */
export function atHouse(utc: string | number, timeZone: string): string {
  const ms = typeof utc === "number" ? utc : Date.parse(utc);
  const offset = offsetMinutes(timeZone, ms);
  const two = (value: number) => String(value).padStart(2, "0");
  const local = new Date(ms + offset * 60_000).toISOString().slice(0, 23);
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}

/** An amount in `n` parts that add up to it. */
function split(amount: bigint, n: number): bigint[] {
  const each = amount / BigInt(n);
  return Array.from({ length: n }, (_, i) => (i === 0 ? amount - each * BigInt(n - 1) : each));
}

const charged = ({ amount: value, currency }: Money) => ({ billable_currency: { value, currency }, request_currency: { value, currency } });

/** Per cent of the base that the seller of a room earns here. */
const marketingFee = 12n;

/** The price of one room. `surcharge` is per cent on top, after a price change. */
export function pricingOf({ price, nights, mandatoryFees }: HotelOffer, surcharge = 0) {
  const { currency } = price.total;
  const dearer = (amount: bigint) => (amount * BigInt(100 + surcharge)) / 100n;
  const total = dearer(minorUnits(price.total));
  const tax = dearer(minorUnits(price.taxes));
  const base = total - tax;
  const line = (type: string, minor: bigint) => ({ type, value: money(minor, currency).amount, currency });
  const bases = split(base, nights);
  const taxes = split(tax, nights);
  return {
    nightly: bases.map((one, i) => [line("base_rate", one), line("tax_and_service_fee", taxes[i]!)]),
    totals: {
      inclusive: charged(money(total, currency)),
      exclusive: charged(money(base, currency)),
      marketing_fee: charged(money((base * marketingFee) / 100n, currency)),
    },
    ...(mandatoryFees ? { fees: { mandatory_tax: charged(mandatoryFees) } } : {}),
  };
}
export type RapidPricing = ReturnType<typeof pricingOf>;

/** The world's steps as windows: each lasts until the next, the last one until the guest leaves. */
export function penaltiesOf({ cancellation, price, checkIn, checkOut }: HotelOffer) {
  const costly = cancellation.filter(({ penalty, from }) => minorUnits(penalty) > 0n && from !== "now");
  return costly.map(({ from, penalty }, i) => ({
    start: atHouse(from, checkIn.timeZone),
    end: atHouse(costly[i + 1]?.from ?? checkOut.utc, checkIn.timeZone),
    currency: penalty.currency,
    ...(minorUnits(penalty) === minorUnits(price.total) ? { percent: "100%" } : { amount: penalty.amount }),
  }));
}

/** Whether the guest gets everything back when he cancels right now. */
export const isRefundable = ({ cancellation }: HotelOffer): boolean => minorUnits(cancellation[0]!.penalty) === 0n;
