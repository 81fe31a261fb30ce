import { TravelAgentError } from "@travelagent/protocol";
import { minorUnits } from "../../money.ts";
import type { Offer } from "../../offer.ts";
import type { BookRequest, SupplierOrder } from "../../supplier.ts";
import { partyProblem } from "./conditions.ts";
import type { OrderRecord } from "./order-record.ts";
import { rejected, type Take } from "./product.ts";
import { carrier } from "./world/carriers.ts";
import type { Dice } from "./world/hash.ts";

/** Without letters and digits that are mistaken for one another. */
const locatorSigns = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** Raises what the supplier port says when `offer`, at its price of now, may not be bought on these terms. */
export function checkPurchase(operation: "hold" | "book", offer: Offer, { offer: given, travellers, maxTotal }: BookRequest): void {
  const { total } = offer.price;
  const { currency } = total;
  if (currency !== maxTotal.currency) {
    throw rejected("currency_mismatch", `the offer is in ${currency} and the limit in ${maxTotal.currency}; give the limit in ${currency}`);
  }
  if (minorUnits(total) > minorUnits(maxTotal)) {
    const details = { was: given.price.total, now: total };
    throw new TravelAgentError("PRICE_CHANGED", `the price is now ${total.amount} ${currency}; ask the customer again`, { details });
  }
  const problem = partyProblem(offer, travellers);
  if (problem) throw rejected(problem.code, problem.message);
  if (operation === "hold" && !offer.paymentTimeLimit) throw rejected("hold_not_available", "this fare cannot be held; book it or choose another");
}

export function documentsFor(dice: Dice, { offer, travellers, reference, version }: OrderRecord): SupplierOrder["documents"] {
  if (offer.vertical !== "flight") return [{ type: "VOUCHER", number: `${reference}-${version}` }];
  const prefix = carrier(offer.validatingCarrier)?.ticketPrefix ?? "000";
  return travellers.map(({ id }) => ({
    type: "ETKT",
    number: `${prefix}${dice.text(10, "0123456789", `ticket ${reference} ${version} ${id}`)}`,
    travellerId: id,
  }));
}

/** The order as it is written down: a hold waits for its ticket, a flight is ticketed at once, the rest is confirmed. */
export function newOrder(
  dice: Dice,
  operation: "hold" | "book",
  offer: Offer,
  takes: Take[],
  { travellers, contact, key }: BookRequest,
  now: number,
): OrderRecord {
  const kind = offer.vertical;
  const order: OrderRecord = {
    reference: `SB${dice.text(8, locatorSigns, `order ${kind} ${key} ${now}`)}`,
    kind,
    key,
    status: kind === "flight" ? "ticketed" : "confirmed",
    version: 1,
    createdAt: now,
    offer,
    travellers,
    contact,
    locators: [dice.text(6, locatorSigns, `locator ${kind} ${key} ${now}`)],
    total: offer.price.total,
    takes,
    documents: [],
  };
  if (operation === "hold") return { ...order, status: "held", paymentTimeLimit: Date.parse(offer.paymentTimeLimit!) };
  return { ...order, documents: documentsFor(dice, order) };
}
