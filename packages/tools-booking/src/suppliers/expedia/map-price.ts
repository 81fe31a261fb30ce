import type { Money } from "@travelagent/protocol";
import { add, minorUnits, subtract, sum, zero } from "../../money.ts";
import type { HotelQuery, Price } from "../../offer.ts";
import { moneyOf } from "../http/index.ts";
import { partyOfRooms } from "../rooms.ts";
import type { Pricing } from "./wire.ts";

/** Each room as `2` or `2-9,4`: adults, then the ages of the children. */
export const occupanciesOf = (query: Pick<HotelQuery, "rooms" | "adults" | "childrenAges">): string[] =>
  partyOfRooms(query).map(({ adults, childrenAges }) => (childrenAges.length === 0 ? String(adults) : `${adults}-${childrenAges.join(",")}`));

/** The pricing of each room. Rooms of the same occupancy share one entry. Undefined when an occupancy has none. */
export function pricingOf(byOccupancy: Readonly<Record<string, Pricing>>, occupancies: readonly string[]): Pricing[] | undefined {
  const found = occupancies.map((occupancy) => byOccupancy[occupancy]);
  return found.every((one) => one !== undefined) ? (found as Pricing[]) : undefined;
}

/** What is charged. `request_currency` is a conversion for display, which nobody pays. */
export const totalOf = (rooms: readonly Pricing[]): Money => {
  const charged = rooms.map(({ totals }) => moneyOf(totals.inclusive.billable_currency.value, totals.inclusive.billable_currency.currency));
  return sum(charged, charged[0]!.currency);
};

const taxes = new Set(["tax_and_service_fee", "sales_tax", "recovery_charges_and_fees"]);
const fees = new Set(["property_fee", "traveler_service_fee"]);

const linesOf = ({ nightly, stay }: Pricing) => [...nightly.flat(), ...stay];

/** Parts of a kind, in the currency that is charged. */
function partOf(rooms: readonly Pricing[], kinds: ReadonlySet<string>, currency: string): Money {
  const lines = rooms.flatMap(linesOf).filter((line) => kinds.has(line.type) && line.currency === currency);
  return sum(
    lines.map(({ value }) => moneyOf(value, currency)),
    currency,
  );
}

export function priceOf(rooms: readonly Pricing[]): Price {
  const total = totalOf(rooms);
  const { currency } = total;
  const parts = { taxes: partOf(rooms, taxes, currency), fees: partOf(rooms, fees, currency) };
  // The total is what is paid; lines may be rounded, or in another currency, so the base is what remains.
  const base = subtract(total, add(parts.taxes, parts.fees));
  const whole = minorUnits(base) < 0n ? { base: total, taxes: zero(currency), fees: zero(currency) } : { base, ...parts };
  return { total, ...whole, perPassenger: [{ ptc: "ADT", count: 1, each: total }] };
}

/** What each night of all rooms costs, taxes included, in the currency that is charged. */
export function nightsOf(rooms: readonly Pricing[], currency: string): Money[] {
  const nights = Math.max(0, ...rooms.map(({ nightly }) => nightly.length));
  return Array.from({ length: nights }, (_, i) =>
    sum(
      rooms.flatMap(({ nightly }) => nightly[i] ?? []).flatMap((line) => (line.currency === currency ? [moneyOf(line.value, currency)] : [])),
      currency,
    ),
  );
}

/**
 * Mandatory fees the guest pays at the house, in the house's currency; not in the total. Where that is several currencies, what
 * Rapid converts them to. Undefined where there are none.
 */
export function feesAtProperty(rooms: readonly Pricing[]): Money | undefined {
  const all = rooms.flatMap(({ fees: due }) => Object.values(due ?? {}));
  const converted = all.map(({ billable_currency: billed, request_currency: shown }) => shown ?? billed);
  for (const amounts of [all.map((one) => one.billable_currency), converted]) {
    const currency = amounts[0]?.currency;
    if (currency !== undefined && amounts.every((one) => one.currency === currency))
      return sum(
        amounts.map(({ value }) => moneyOf(value, currency)),
        currency,
      );
  }
  return undefined;
}

/** What Rapid pays the agency. */
export function commissionOf(rooms: readonly Pricing[]): Money | undefined {
  const paid = rooms.flatMap(({ totals: { marketing_fee: fee } }) => (fee ? [moneyOf(fee.billable_currency.value, fee.billable_currency.currency)] : []));
  return paid.length === 0 || paid.some(({ currency }) => currency !== paid[0]!.currency) ? undefined : sum(paid, paid[0]!.currency);
}
