import { type Money, TravelAgentError } from "@travelagent/protocol";
import { minorUnits, money, subtract, zero } from "../../money.ts";
import type { Journey } from "../../offer.ts";
import type { SupplierOrder } from "../../supplier.ts";
import { flightsOf, journeyOf } from "./map-flights.ts";
import { condition, priceOf } from "./map-price.ts";
import type { Reservation } from "./wire.ts";

/** What we keep of an order because the reservation does not say it, above all once it is cancelled. */
export interface OrderNote {
  key: string;
  total: Money;
  cancelling?: { penalty: Money; refund: Money };
  /** Travelport took the payment and said that it issues the tickets. */
  issued?: true;
  /** When a purchase that must not be bought was begun to be taken back; in ms. */
  undoneAt?: number;
}

const dead: ReadonlySet<string> = new Set(["XX", "HX", "UC", "UN", "NO", "US"]);

/** Travelport's own locator; a reservation has those of the airlines too, which come later. */
export function referenceOf({ Receipt }: Reservation): string {
  const locator = Receipt.find(({ Confirmation }) => Confirmation?.Locator?.source === "1G")?.Confirmation?.Locator?.value;
  if (locator === undefined) throw new RangeError("a reservation without a locator");
  return locator;
}

export function totalOf({ Offer }: Reservation): Money | undefined {
  const prices = Offer.flatMap(({ Price }) => (Price ? [priceOf(Price)] : []));
  const known = prices.filter((price) => price !== undefined);
  if (known.length === 0 || known.length !== Offer.length) return undefined;
  const { currency } = known[0]!.total;
  return money(
    known.reduce((sum, { total }) => sum + minorUnits(total), 0n),
    currency,
  );
}

export const ticketsOf = ({ Receipt }: Reservation) =>
  Receipt.flatMap(({ Document }) => Document).filter(({ Status }) => Status === undefined || /^(issued|open)$/i.test(Status));

/** What cancelling a ticketed reservation costs by the rules of its own fare; undefined where they do not say. */
export function cancelTerms({ Offer }: Reservation, total: Money): { penalty: Money; refund: Money } | undefined {
  let kept = 0n;
  for (const { Price, TermsAndConditionsFull } of Offer) {
    const price = Price && priceOf(Price);
    const [terms] = TermsAndConditionsFull;
    if (!price || !terms) return undefined;
    const { allowed, penalty } = condition("Cancel", terms, price);
    if (allowed === false) kept += minorUnits(price.total);
    else if (allowed === true && penalty) kept += minorUnits(penalty);
    else return undefined;
  }
  const penalty = money(kept < minorUnits(total) ? kept : minorUnits(total), total.currency);
  return { penalty, refund: subtract(total, penalty) };
}

function journeysOf({ Offer }: Reservation): Journey[] | undefined {
  const found = Offer.flatMap(({ Product }) => Product).map((product, direction) => {
    const flights = flightsOf(product, new Map());
    return flights && journeyOf(flights, direction, undefined);
  });
  const known = found.filter((journey) => journey !== undefined);
  return known.length > 0 && known.length === found.length ? known : undefined;
}

/**
 * Raises `OUTCOME_UNKNOWN` for a reservation with tickets for some of its travellers, and for one whose tickets were issued, as
 * Travelport said, and are not there: it is neither bought nor only held, and paying once more could issue them twice.
 */
export function reservationOrder(reservation: Reservation, note: OrderNote | null): SupplierOrder {
  const reference = referenceOf(reservation);
  const { Receipt, Offer, Traveler } = reservation;
  const total = totalOf(reservation) ?? note?.total;
  if (!total) throw new RangeError("a reservation without a price");
  const others = Receipt.flatMap(({ Confirmation }) => (Confirmation?.Locator && Confirmation.Locator.source !== "1G" ? [Confirmation.Locator.value] : []));
  const common = { reference, key: note?.key ?? "", locators: [...new Set([reference, ...others])] };
  const statuses = Receipt.flatMap(({ Confirmation }) => Confirmation?.OfferStatus?.StatusAir ?? []);
  const alive = Offer.length > 0 && !(statuses.length > 0 && statuses.every(({ code }) => dead.has(code ?? "")));
  const tickets = ticketsOf(reservation);
  if (!alive && tickets.length > 0 && !note?.cancelling)
    throw new TravelAgentError("OUTCOME_UNKNOWN", "Travelport shows tickets and no flights for them; a person has to look at the reservation", {
      details: { supplier: "travelport", code: "TICKETS_WITHOUT_FLIGHTS", reference, needsPerson: true },
    });
  if (!alive) {
    const nothing = zero(total.currency);
    const { penalty, refund } = note?.cancelling ?? { penalty: nothing, refund: nothing };
    return { ...common, status: "cancelled", total: note?.total ?? total, documents: [], penalty, refund };
  }
  const journeys = journeysOf(reservation);
  const facts = { ...common, total, ...(journeys ? { journeys } : {}) };
  if (tickets.length > 0 && tickets.length >= Traveler.length)
    return {
      ...facts,
      status: "ticketed",
      documents: tickets.map(({ Number: number, TravelerIdentifierRef }) => {
        const traveller = /(\d+)$/.exec(TravelerIdentifierRef?.id ?? "")?.[1];
        return { type: "ETKT", number, ...(traveller === undefined ? {} : { travellerId: traveller }) };
      }),
    };
  if (tickets.length > 0 || (note?.issued && Receipt.every(({ Document }) => Document.length === 0)))
    throw new TravelAgentError(
      "OUTCOME_UNKNOWN",
      `Travelport shows ${tickets.length} tickets for ${Traveler.length} travellers after they were paid for; a person has to look at the reservation`,
      { details: { supplier: "travelport", code: "PARTIAL_FULFILLMENT", reference, needsPerson: true } },
    );
  const limit = Offer.flatMap(({ TermsAndConditionsFull }) =>
    TermsAndConditionsFull.flatMap(({ PaymentTimeLimit }) => (PaymentTimeLimit ? [Date.parse(PaymentTimeLimit)] : [])),
  );
  return { ...facts, status: "held", documents: [], ...(limit.length > 0 ? { paymentTimeLimit: new Date(Math.min(...limit)).toISOString() } : {}) };
}
