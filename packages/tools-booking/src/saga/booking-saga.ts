import { type ErrorShape, TravelAgentError } from "@travelagent/protocol";
import { compare, sum } from "../money.ts";
import { isBooked, isGone, type OrderEvent, type OrderItem, type PlannedChange, totalOf } from "../order.ts";
import type { BookRequest } from "../supplier.ts";
import { alter, dropChange } from "./alter.ts";
import { authorise, endAwaited, resolvePayments, settleMoney } from "./money-steps.ts";
import { planOf } from "./plan.ts";
import { type Ending, outOfReach, type PaidEnding, portOf, purchaseKey, type Saga } from "./saga.ts";
import { undo } from "./undo.ts";
import { payDeadline } from "./wake.ts";

/** A fare without a payment time limit must be paid at once. */
const canHold = (saga: Saga, item: OrderItem): boolean => {
  if (item.offer.vertical !== "flight" || item.offer.paymentTimeLimit === undefined) return false;
  const supplier = saga.suppliers.find(({ id }) => id === item.offer.supplier);
  return supplier?.flights?.hold !== undefined && supplier.flights.ticket !== undefined;
};

const giveUp = (error: ErrorShape): Ending => ({ state: "refused", error });

/** The customer's money is set aside: a trip is not given up then because a supplier does not answer just now. It ends with its offers. */
const isPaidFor = async (saga: Saga): Promise<boolean> =>
  (await saga.paymentStore.ofOrder(saga.order().id)).some(({ purpose, status }) => purpose === "purchase" && status === "authorised");

/** Asks for every price again. Dearer than what was confirmed, sold out or expired ends the attempt before anything is bought. */
async function reprice(saga: Saga): Promise<Ending> {
  for (const { no, offer } of saga.order().items.filter((item) => item.status === "pending" && !item.doing)) {
    const seen = await saga.look(`reprice:${no}`, (signal) => portOf(saga.suppliers, offer).reprice(offer, { signal, requestId: saga.ctx.id }));
    if ("failed" in seen) {
      if (!(outOfReach(seen.failed) && (await isPaidFor(saga)))) return giveUp(seen.failed);
      await saga.record(`reprice:${no}:unfinished`, [{ type: "unfinished" }]);
      return { state: "unknown" };
    }
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

/**
 * What is to be paid here, set aside. While the customer is asked to pay, what can be held for nothing is held, so that price and
 * seat are there when the money comes.
 */
async function pay(saga: Saga): Promise<PaidEnding> {
  const { items, currency } = saga.order();
  const prices = items.filter((item) => item.paidHere).map((item) => item.total);
  if (prices.length === 0) return { state: "done" };
  const wanted = sum(prices, currency);
  const paid = await authorise(saga, "purchase", 0, wanted);
  if (paid.state !== "done" && paid.state !== "waiting") return paid;
  const payment = (await saga.paymentStore.ofOrder(saga.order().id)).find(({ purpose }) => purpose === "purchase");
  if (payment && compare(payment.amount, wanted) < 0)
    return giveUp(
      new TravelAgentError("PRICE_CHANGED", "the price went up since it was paid for; ask again with the new price", {
        details: { was: payment.amount, now: wanted },
      }).toShape(),
    );
  if (paid.state === "done") return paid;
  for (const { no } of saga.order().items.filter((item) => item.status === "pending" && canHold(saga, item))) {
    const held = await buy(saga, no, "hold");
    if (held.state !== "done") return held;
  }
  return paid;
}

const tooLate = (): Ending =>
  giveUp(new TravelAgentError("OFFER_EXPIRED", "it was not paid in time, so nothing was bought; search again for today's prices").toShape());

/** Whether the customer may still pay for what is awaited. */
const mayPay = (saga: Saga): Promise<boolean> =>
  saga.ctx.step("may-pay", async () => {
    const { awaiting } = saga.order();
    return awaiting !== undefined && saga.clock.now() < payDeadline(saga.order(), awaiting.payUntil, saga.timing);
  });

/** From confirmed price to tickets and captured money. `refused` means that the trip is given up. */
async function forward(saga: Saga): Promise<PaidEnding> {
  if (saga.order().items.some((item) => item.status === "pending" || item.status === "held")) {
    const priced = await reprice(saga);
    if (priced.state !== "done") return priced;
    const paid = await pay(saga);
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
  return settleMoney(saga, "forward");
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
async function proceed(saga: Saga): Promise<PaidEnding> {
  const { items, failure, awaiting, kept } = saga.order();
  if (failure) return { state: "refused", error: failure };
  if (!kept && items.some((item) => item.status === "failed"))
    return giveUp(new TravelAgentError("SUPPLIER_REJECTED", "the supplier has no record of the booking; nothing was bought").toShape());
  const unbought = items.some((item) => item.status === "pending");
  if (items.every(isGone)) return awaiting || items.some(({ lapsed }) => lapsed) ? tooLate() : { state: "done" };
  if (items.some(isGone) && (awaiting || unbought)) return tooLate();
  if (!kept && items.some(isGone)) {
    await saga.record("partly", [
      { type: "needs-human", reason: "part of the trip is cancelled and part still stands; attend to it: keep the rest or take it back" },
    ]);
    return { state: "unknown" };
  }
  // A purchase that was complete once is never given up; what is wrong with its money goes to a person.
  if (saga.round > 1 && !items.some((item) => item.status === "pending" || needsTicket(saga, item))) return { state: "done" };
  if (awaiting) return (await mayPay(saga)) ? { state: "waiting" } : tooLate();
  return forward(saga);
}

/** A change that was said yes to and had to be paid first. */
async function goOnWithChange(saga: Saga, { alteration, confirmed, payment }: PlannedChange): Promise<void> {
  const { awaiting } = saga.order();
  if (awaiting && (await mayPay(saga))) return;
  if (awaiting) await dropChange(saga, "the change was not made: it was not paid in time");
  else if ((await alter(saga, alteration, confirmed, payment)) === null) return;
  await finishMoney(saga);
}

/** Why a round runs. Only a person's word makes what a person had to look at looked at. */
export interface RoundInput {
  orderId: string;
  by?: "person" | "clock";
}

/**
 * Buys a trip: re-price, authorise, hold and book by reversibility, ticket, capture. Goes on from wherever the order stands, so
 * the same function finishes an attempt after a crash and reconciles one whose outcome was unknown.
 */
export async function bookingSaga(saga: Saga, { by = "person" }: RoundInput): Promise<null> {
  const again = saga.round > 1;
  const looked = again && by === "person" && (await saga.ctx.step("looked", async () => saga.order().attention !== undefined));
  if (again && by === "person") await saga.record("attended", [{ type: "attended" }]);
  await goOn(saga, { looked });
  return null;
}

/** From wherever the order stands to wherever it can be brought. */
export async function goOn(saga: Saga, { looked, atAnyCost = false }: { looked: boolean; atAnyCost?: boolean }): Promise<void> {
  const again = saga.round > 1;
  const planned = await saga.ctx.step("planned", async () => saga.order().planned ?? null);
  const items = await resolveItems(saga);
  const money = await resolvePayments(saga);
  const { attention, awaiting } = saga.order();
  // What a person has to decide, no clock and no webhook decides; but after its time nobody shall pay any more.
  if (attention !== undefined && awaiting && !(await mayPay(saga))) await endAwaited(saga);
  if (items.state === "unknown" || money.state === "unknown" || attention !== undefined) return;
  if (planned) return goOnWithChange(saga, planned);
  if (again && !saga.order().awaiting) {
    await compareRecords(saga, looked);
    if (saga.order().attention !== undefined) return;
  }
  const ending = await proceed(saga);
  if (ending.state === "unknown" || ending.state === "waiting") return;
  if (ending.state === "refused") {
    await saga.record("failed", [{ type: "failed", error: ending.error }]);
    // First of all nobody shall pay any more for what is not bought.
    if ((await endAwaited(saga)).state === "unknown") return;
    if ((await undo(saga, atAnyCost)).state !== "done") return;
  }
  await finishMoney(saga);
}

/** Gives back the money of what is cancelled, and shows it in the order. A refusal goes to a person. */
export async function finishMoney(saga: Saga): Promise<Ending> {
  const settled = await settleMoney(saga, "finish");
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
