import { type ErrorShape, TravelAgentError } from "@travelagent/protocol";
import { compare, sum } from "../money.ts";
import { isBooked, isGone, type OrderEvent, type OrderItem, totalOf } from "../order.ts";
import type { BookRequest } from "../supplier.ts";
import { authorise, resolvePayments, settleMoney } from "./money-steps.ts";
import { planOf } from "./plan.ts";
import { type Ending, portOf, purchaseKey, type Saga } from "./saga.ts";
import { undo } from "./undo.ts";

/** A fare without a payment time limit must be paid at once. */
const canHold = (saga: Saga, item: OrderItem): boolean => {
  if (item.offer.vertical !== "flight" || item.offer.paymentTimeLimit === undefined) return false;
  const supplier = saga.suppliers.find(({ id }) => id === item.offer.supplier);
  return supplier?.flights?.hold !== undefined && supplier.flights.ticket !== undefined;
};

const giveUp = (error: ErrorShape): Ending => ({ state: "refused", error });

/** Asks for every price again. Dearer than what was confirmed, sold out or expired ends the attempt before anything is bought. */
async function reprice(saga: Saga): Promise<Ending> {
  for (const { no, offer } of saga.order().items.filter((item) => item.status === "pending" && !item.doing)) {
    const seen = await saga.look(`reprice:${no}`, (signal) => portOf(saga.suppliers, offer).reprice(offer, { signal, requestId: saga.ctx.id }));
    if ("failed" in seen) return giveUp(seen.failed);
    const { value } = seen;
    if (value.status === "sold-out")
      return giveUp(new TravelAgentError("SOLD_OUT", "it was sold while you decided; search again", { details: { offerId: offer.id } }).toShape());
    if (value.status === "expired")
      return giveUp(new TravelAgentError("OFFER_EXPIRED", "the offer is no longer valid; search again", { details: { offerId: offer.id } }).toShape());
    if (value.offer.price.total.currency !== saga.order().currency)
      return giveUp(
        new TravelAgentError("PRICE_CHANGED", "the supplier changed the currency of its price; search again", { details: { offerId: offer.id } }).toShape(),
      );
    await saga.record(`reprice:${no}:kept`, [{ type: "repriced", item: no, offer: { ...value.offer, id: offer.id } }]);
  }
  const order = saga.order();
  const total = totalOf(order);
  if (compare(total, order.maxTotal) <= 0) return { state: "done" };
  return giveUp(
    new TravelAgentError("PRICE_CHANGED", "the price went up since it was confirmed; ask again with the new price", {
      details: { was: order.maxTotal, now: total },
    }).toShape(),
  );
}

async function buy(saga: Saga, no: number, by: "hold" | "book"): Promise<Ending> {
  const order = saga.order();
  const { offer, total } = saga.item(no);
  const key = purchaseKey(order, no);
  const request: BookRequest = { offer, travellers: order.travellers, contact: order.contact, key, maxTotal: total };
  const ending = await saga.supplierWrite(no, {
    what: by,
    key,
    label: `${by}:${no}`,
    onRefused: (error) => [{ type: "failed", error }],
    call: (port, call) => (by === "hold" ? port.hold!(request, call) : port.book(request, call)),
  });
  if (ending.state === "done" && !isBooked(saga.item(no)))
    return giveUp(
      new TravelAgentError("SUPPLIER_REJECTED", "the supplier cancelled it right after booking; search again", { details: { offerId: offer.id } }).toShape(),
    );
  return ending;
}

async function ticket(saga: Saga, item: OrderItem): Promise<Ending> {
  const reference = item.supplierReference!;
  const key = `${saga.order().id}-${item.no}t${saga.round}`;
  return saga.supplierWrite(item.no, { what: "ticket", key, label: `ticket:${item.no}`, call: (port, call) => port.ticket!(reference, key, call) });
}

const needsTicket = (saga: Saga, item: OrderItem): boolean =>
  item.offer.vertical === "flight" && (item.status === "held" || (item.status === "confirmed" && portOf(saga.suppliers, item.offer).ticket !== undefined));

/** From confirmed price to tickets and captured money. `refused` means that the trip is given up. */
async function forward(saga: Saga): Promise<Ending> {
  if (saga.order().items.some((item) => item.status === "pending")) {
    const priced = await reprice(saga);
    if (priced.state !== "done") return priced;
    const { items, currency } = saga.order();
    const prices = items.filter((item) => item.paidHere).map((item) => item.total);
    const paid: Ending = prices.length === 0 ? { state: "done" } : await authorise(saga, "purchase", 0, sum(prices, currency));
    if (paid.state !== "done") return paid;
  }
  for (const { item, by } of planOf(saga.order().items, (candidate) => canHold(saga, candidate), saga.clock.now())) {
    if (saga.item(item.no).status !== "pending") continue;
    const bought = await buy(saga, item.no, by);
    if (bought.state !== "done") return bought;
  }
  for (const item of saga.order().items.filter((candidate) => needsTicket(saga, candidate))) {
    const ticketed = await ticket(saga, item);
    if (ticketed.state !== "done") return ticketed;
  }
  return settleMoney(saga);
}

/** Items whose outcome an earlier run, or this one before a crash, could not learn. */
async function resolveItems(saga: Saga): Promise<Ending> {
  let ending: Ending = { state: "done" };
  for (const { no, status, doing } of saga.order().items) {
    if (!doing) continue;
    const fromEarlierRun = saga.round > 1 && saga.ctx.attempt === 1;
    if (fromEarlierRun && status !== "unknown") await saga.record(`doubt:${no}`, [{ type: "lost", item: no }]);
    if (saga.item(no).status !== "unknown") continue;
    const resolved = await saga.resolveItem(no, `doubt:${no}`);
    if (resolved.state === "unknown") ending = resolved;
  }
  return ending;
}

/**
 * Compares what we think is booked with the supplier's own records. A hold that ran out is over. Another cancellation that is not
 * ours goes to a person first; reconciled again once somebody has looked, the supplier's record counts.
 */
async function compareRecords(saga: Saga, looked: boolean): Promise<void> {
  for (const { no, status, offer, supplierReference } of saga.order().items.filter(isBooked)) {
    const seen = await saga.look(`compare:${no}`, (signal) => portOf(saga.suppliers, offer).read(supplierReference!, { signal, requestId: saga.ctx.id }));
    if (!("value" in seen) || seen.value.status !== "cancelled") continue;
    const events: OrderEvent[] =
      status === "held"
        ? [{ type: "lapsed", item: no }]
        : looked
          ? [
              { type: "attempt", item: no, what: "cancel", key: `${saga.order().id}-${no}h${saga.round}` },
              { type: "outcome", item: no, facts: seen.value },
            ]
          : [{ type: "needs-human", reason: `the supplier shows item ${no} as cancelled and we do not; find out why, then reconcile` }];
    await saga.record(`compare:${no}:differs`, events);
  }
}

/** Which way to go on, decided by what the order shows and nothing else. */
async function proceed(saga: Saga): Promise<Ending> {
  const { items, failure } = saga.order();
  if (failure) return { state: "refused", error: failure };
  if (items.some((item) => item.status === "failed"))
    return giveUp(new TravelAgentError("SUPPLIER_REJECTED", "the supplier has no record of the booking; nothing was bought").toShape());
  if (items.every(isGone)) return { state: "done" };
  if (items.some(isGone)) {
    await saga.record("partly", [{ type: "needs-human", reason: "part of the trip is cancelled and part still stands; cancel the rest or keep it" }]);
    return { state: "unknown" };
  }
  // A purchase that was complete once is never given up; what is wrong with its money goes to a person.
  if (saga.round > 1 && !items.some((item) => item.status === "pending" || needsTicket(saga, item))) return { state: "done" };
  return forward(saga);
}

/**
 * Buys a trip: re-price, authorise, hold and book by reversibility, ticket, capture. Goes on from wherever the order stands, so
 * the same function finishes an attempt after a crash and reconciles one whose outcome was unknown.
 */
export async function bookingSaga(saga: Saga): Promise<null> {
  const again = saga.round > 1;
  const looked = again && (await saga.ctx.step("looked", async () => saga.order().attention !== undefined));
  if (again) await saga.record("attended", [{ type: "attended" }]);
  if ((await resolveItems(saga)).state === "unknown") return null;
  if ((await resolvePayments(saga)).state === "unknown") return null;
  if (again) {
    await compareRecords(saga, looked);
    if (saga.order().attention !== undefined) return null;
  }
  const ending = await proceed(saga);
  if (ending.state === "unknown") return null;
  if (ending.state === "refused") {
    await saga.record("failed", [{ type: "failed", error: ending.error }]);
    if ((await undo(saga)).state !== "done") return null;
  }
  await finishMoney(saga);
  return null;
}

/** Gives back the money of what is cancelled, and shows it in the order. A refusal goes to a person. */
export async function finishMoney(saga: Saga): Promise<Ending> {
  const settled = await settleMoney(saga);
  if (settled.state === "refused")
    await saga.record("money", [{ type: "needs-human", reason: `the money of this booking could not be settled: ${settled.error.message}` }]);
  if (settled.state !== "done") return settled;
  const order = saga.order();
  const back = order.items.some((item) => item.status === "cancelled" && item.paidHere);
  if (back) {
    const payments = await saga.paymentStore.ofOrder(order.id);
    const refunded = payments.some((payment) => payment.status === "refunded" || payment.status === "partially-refunded");
    const voided = !refunded && payments.some((payment) => payment.status === "voided");
    if (refunded || voided) await saga.record("returned", [{ type: "returned", how: refunded ? "refunded" : "voided" }]);
  }
  return settled;
}
