import { type ErrorShape, type Money, TravelAgentError } from "@travelagent/protocol";
import { pause } from "../deadline.ts";
import { add, compare, formatMoney, minorUnits, money, subtract, sum, zero } from "../money.ts";
import { chargeOf } from "../order.ts";
import type { PaymentState } from "../payment.ts";
import type { Payment } from "../payment-store.ts";
import type { WriteOutcome } from "../write-outcome.ts";
import type { Ending, Saga } from "./saga.ts";

const payments = (saga: Saga): Promise<Payment[]> => saga.paymentStore.ofOrder(saga.order().id);
const isZero = (m: Money): boolean => minorUnits(m) === 0n;

/** Writes down what the provider says, and the sum of it in the order. */
async function keep(saga: Saga, label: string, key: string, state: PaymentState): Promise<void> {
  const all = await payments(saga);
  const net = sum(
    all.map((payment) => (payment.key === key ? subtract(state.captured, state.refunded) : subtract(payment.captured, payment.refunded))),
    saga.order().currency,
  );
  await saga.record(`${label}:kept`, [{ type: "paid", paid: net }, { type: "payment-settled" }], (tx) => saga.paymentStore.settle(tx, key, state));
}

/** After a lost reply: asks the provider until its record shows the write; `shows` decides. */
async function findOut(saga: Saga, label: string, key: string, shows: (state: PaymentState) => boolean): Promise<PaymentState | null> {
  for (const [index, delay] of saga.timing.readBackDelaysMs.entries()) {
    await pause(saga.clock, delay, saga.ctx.signal);
    const seen = await saga.look(`${label}:find:${index}`, (signal) => saga.payments.find(key, signal));
    if ("value" in seen && seen.value && shows(seen.value)) return seen.value;
  }
  return null;
}

async function conclude(saga: Saga, label: string, key: string, outcome: WriteOutcome<PaymentState>, shows: (state: PaymentState) => boolean): Promise<Ending> {
  if ("refused" in outcome) return { state: "refused", error: outcome.refused };
  let state = "done" in outcome ? outcome.done : null;
  if (!state) {
    await saga.record(`${label}:lost`, [{ type: "payment-lost" }]);
    state = await findOut(saga, label, key, shows);
  }
  if (!state) return { state: "unknown" };
  await keep(saga, label, key, state);
  if (state.status === "declined")
    return { state: "refused", error: new TravelAgentError("SUPPLIER_REJECTED", "the payment did not go through; use another way to pay").toShape() };
  return { state: "done" };
}

/** Sets money aside. The same purpose and number again looks up what is there. */
export async function authorise(saga: Saga, purpose: Payment["purpose"], number: number, amount: Money): Promise<Ending> {
  const order = saga.order();
  const key = `${order.id}-p${number}`;
  const label = `authorise:${number}`;
  const known = (await payments(saga)).find((payment) => payment.key === key);
  if (known && known.status !== "started") {
    if (known.status === "authorised" || known.status === "captured") return { state: "done" };
    return { state: "refused", error: new TravelAgentError("SUPPLIER_REJECTED", "the payment did not go through; use another way to pay").toShape() };
  }
  await saga.record(`${label}:start`, [], (tx) => saga.paymentStore.start(tx, { key, orderId: order.id, purpose, provider: saga.payments.id, amount }));
  const outcome = await saga.write(label, async (signal) => {
    const seen = saga.ctx.attempt > 1 ? await saga.payments.find(key, signal) : null;
    return seen ?? saga.payments.authorise({ key, amount, description: `Booking ${order.reference}` }, signal);
  });
  if ("refused" in outcome) {
    const nothing = zero(amount.currency);
    const declined: PaymentState = { reference: "", key, status: "declined", authorised: nothing, captured: nothing, refunded: nothing };
    await saga.record(`${label}:declined`, [], (tx) => saga.paymentStore.settle(tx, key, declined));
  }
  return conclude(saga, label, key, outcome, () => true);
}

const capture = async (saga: Saga, payment: Payment, amount: Money): Promise<Ending> => {
  const label = `capture:${payment.key}`;
  const outcome = await saga.write(label, (signal) => saga.payments.capture(payment.reference!, amount, `${payment.key}-c`, signal));
  return conclude(saga, label, payment.key, outcome, (state) => compare(state.captured, amount) >= 0);
};

const release = async (saga: Saga, payment: Payment): Promise<Ending> => {
  const label = `void:${payment.key}`;
  const outcome = await saga.write(label, (signal) => saga.payments.void(payment.reference!, `${payment.key}-v`, signal));
  return conclude(saga, label, payment.key, outcome, (state) => state.status === "voided");
};

const refund = async (saga: Saga, payment: Payment, amount: Money): Promise<Ending> => {
  const label = `refund:${payment.key}`;
  const expected = add(payment.refunded, amount);
  const outcome = await saga.write(label, (signal) => saga.payments.refund(payment.reference!, amount, `${payment.key}-r${saga.round}`, signal));
  return conclude(saga, label, payment.key, outcome, (state) => compare(state.refunded, expected) >= 0);
};

/** What the customer owes through us: the charges of everything that is not paid on the spot. */
const dueHere = (saga: Saga): Money =>
  sum(
    saga
      .order()
      .items.filter((item) => item.paidHere)
      .map(chargeOf),
    saga.order().currency,
  );

/**
 * Makes the money equal to what is booked: captures what is owed, gives back what is too much, releases what was only set aside.
 * Moves nothing that is right already, so it may run any number of times. What stays owed is refused.
 */
export async function settleMoney(saga: Saga): Promise<Ending> {
  const all = await payments(saga);
  const { currency } = saga.order();
  let owed = subtract(
    dueHere(saga),
    sum(
      all.map((payment) => subtract(payment.captured, payment.refunded)),
      currency,
    ),
  );
  const nothing = zero(currency);
  const refusals: ErrorShape[] = [];
  const took = (ending: Ending): boolean => {
    if (ending.state === "refused") refusals.push(ending.error);
    return ending.state === "done";
  };
  for (const payment of all.filter(({ status }) => status === "authorised")) {
    const amount = compare(owed, nothing) > 0 ? (compare(owed, payment.amount) < 0 ? owed : payment.amount) : nothing;
    const ending = isZero(amount) ? await release(saga, payment) : await capture(saga, payment, amount);
    if (ending.state === "unknown") return ending;
    if (took(ending)) owed = subtract(owed, amount);
  }
  for (const payment of all.toReversed()) {
    const left = subtract(payment.captured, payment.refunded);
    if (compare(owed, nothing) >= 0 || compare(left, nothing) <= 0) continue;
    const tooMuch = money(-minorUnits(owed), currency);
    const amount = compare(tooMuch, left) < 0 ? tooMuch : left;
    const ending = await refund(saga, payment, amount);
    if (ending.state === "unknown") return ending;
    if (took(ending)) owed = add(owed, amount);
  }
  const refused = refusals[0];
  if (refused) return { state: "refused", error: refused };
  if (!isZero(owed))
    return { state: "refused", error: new TravelAgentError("CONFLICT", `${formatMoney(owed)} of this booking is not covered by a payment`).toShape() };
  return { state: "done" };
}

/** At the start of a run: what became of payments whose outcome an earlier run could not learn. */
export async function resolvePayments(saga: Saga): Promise<Ending> {
  const open = (await payments(saga)).filter(({ status }) => status === "started" || saga.order().paymentInDoubt);
  for (const payment of open) {
    const label = `payment:${payment.key}`;
    const seen = await saga.look(`${label}:look`, (signal) => saga.payments.find(payment.key, signal));
    if ("failed" in seen) return { state: "unknown" };
    const state = seen.value;
    const news =
      state !== null && (state.status !== payment.status || compare(state.captured, payment.captured) !== 0 || compare(state.refunded, payment.refunded) !== 0);
    if (state && news) {
      await keep(saga, label, payment.key, state);
      continue;
    }
    // One that was merely begun goes on under its own key; only a lost one is written off, and only after a while.
    if (!saga.order().paymentInDoubt || !(await saga.settled())) continue;
    const never: PaymentState = {
      reference: payment.reference ?? "",
      key: payment.key,
      status: payment.status === "started" ? "voided" : payment.status,
      authorised: payment.amount,
      captured: payment.captured,
      refunded: payment.refunded,
    };
    await keep(saga, label, payment.key, state ?? never);
  }
  return saga.order().paymentInDoubt ? { state: "unknown" } : { state: "done" };
}
