import { type ErrorShape, type Money, TravelAgentError } from "@travelagent/protocol";
import { pause } from "../deadline.ts";
import { add, compare, formatMoney, minorUnits, money, subtract, sum, zero } from "../money.ts";
import { chargeOf, isInDoubt, type OrderEvent } from "../order.ts";
import type { PaymentState } from "../payment.ts";
import { type Payment, toAsk } from "../payment-store.ts";
import type { WriteOutcome } from "../write-outcome.ts";
import { type Ending, type PaidEnding, providerOf, type Saga, transient } from "./saga.ts";

const payments = (saga: Saga): Promise<Payment[]> => saga.paymentStore.ofOrder(saga.order().id);
const isZero = (m: Money): boolean => minorUnits(m) === 0n;
const notPaid = (): ErrorShape => new TravelAgentError("SUPPLIER_REJECTED", "the payment did not go through; use another way to pay").toShape();

/** What the state of a payment means for the order. */
function eventsOf(key: string, state: PaymentState): OrderEvent[] {
  const { payUrl, payUntil } = state;
  if (state.status !== "awaiting-customer") return [{ type: "payment-over", key }];
  return payUrl === undefined || payUntil === undefined ? [] : [{ type: "awaiting-payment", key, payUrl, payUntil }];
}

/** Writes down what the provider says, and the sum of it in the order. */
async function keep(saga: Saga, label: string, key: string, state: PaymentState): Promise<void> {
  const all = await payments(saga);
  const net = sum(
    all.map((payment) => (payment.key === key ? subtract(state.captured, state.refunded) : subtract(payment.captured, payment.refunded))),
    saga.order().currency,
  );
  await saga.record(`${label}:kept`, [{ type: "paid", paid: net }, { type: "payment-settled", key }, ...eventsOf(key, state)], (tx) =>
    saga.paymentStore.settle(tx, key, state),
  );
}

const ask = (saga: Saga, payment: Pick<Payment, "key" | "provider">, signal: AbortSignal): Promise<PaymentState | null> =>
  providerOf(saga.payments, payment.provider).find(payment.key, signal);

/** After a lost reply: asks the provider until its record shows the write; `shows` decides. */
async function findOut(saga: Saga, label: string, payment: Payment, shows: (state: PaymentState) => boolean): Promise<PaymentState | null> {
  for (const [index, delay] of saga.timing.readBackDelaysMs.entries()) {
    await pause(saga.clock, delay, saga.ctx.signal);
    const seen = await saga.look(`${label}:find:${index}`, (signal) => ask(saga, payment, signal));
    if ("value" in seen && seen.value && shows(seen.value)) return seen.value;
  }
  return null;
}

async function conclude(
  saga: Saga,
  label: string,
  payment: Payment,
  outcome: WriteOutcome<PaymentState>,
  shows: (state: PaymentState) => boolean,
): Promise<PaidEnding> {
  if ("refused" in outcome) return { state: "refused", error: outcome.refused };
  let state = "done" in outcome ? outcome.done : null;
  if (!state) {
    await saga.record(`${label}:lost`, [{ type: "payment-lost", key: payment.key }]);
    state = await findOut(saga, label, payment, shows);
  }
  if (!state) return { state: "unknown" };
  await keep(saga, label, payment.key, state);
  if (state.status === "awaiting-customer") return { state: "waiting" };
  return state.status === "declined" ? { state: "refused", error: notPaid() } : { state: "done" };
}

/** How a payment that is on record stands for what it shall pay. */
const standingOf = ({ status }: Payment): PaidEnding =>
  status === "awaiting-customer"
    ? { state: "waiting" }
    : status === "authorised" || status === "captured"
      ? { state: "done" }
      : { state: "refused", error: notPaid() };

/** ISO UTC: until when the customer may take to pay, if the provider has a page for it. */
function payUntil(saga: Saga, now: number): string {
  const { payWindowMs, payMarginMs } = saga.timing;
  const limits = saga
    .order()
    .items.flatMap(({ offer, status }) =>
      offer.paymentTimeLimit !== undefined && (status === "pending" || status === "held") ? [Date.parse(offer.paymentTimeLimit) - payMarginMs] : [],
    );
  return new Date(Math.max(now, Math.min(now + payWindowMs, ...limits))).toISOString();
}

/** Sets money aside, or has the customer asked for it. The same purpose and number again looks up what is there. */
export async function authorise(saga: Saga, purpose: Payment["purpose"], number: number, amount: Money): Promise<PaidEnding> {
  const { id, items, reference, contact, provider: chosen, method } = saga.order();
  const key = `${id}-p${number}`;
  const label = `authorise:${number}`;
  const known = (await payments(saga)).find((payment) => payment.key === key);
  if (known && known.status !== "started") return standingOf(known);
  // An order from before there was a choice has none; sandbox and real money never meet all the same.
  const fitting = saga.payments.find(({ live }) => live !== items[0]!.offer.sandbox);
  const provider = known?.provider ?? chosen ?? fitting?.id ?? "none";
  await saga.record(`${label}:start`, [], (tx) => saga.paymentStore.start(tx, { key, orderId: id, purpose, provider, amount }));
  const payment = (await payments(saga)).find((candidate) => candidate.key === key)!;
  const until = payUntil(saga, await saga.ctx.step(`${label}:at`, async () => saga.clock.now()));
  const outcome = await saga.write(label, async (signal) => {
    if (saga.ctx.attempt > 1) {
      // This may be a repeat after a crash: look first, and do nothing where looking fails.
      const seen = await ask(saga, payment, signal).catch((error: unknown) => {
        throw new TravelAgentError("OUTCOME_UNKNOWN", "the provider cannot be asked what became of the first attempt", { cause: error });
      });
      if (seen) return seen;
    }
    // The same as what is on record, also where a later round works out another price.
    const request = {
      key,
      amount: payment.amount,
      description: `Booking ${reference}`,
      email: contact.email,
      payUntil: until,
      ...(method === undefined ? {} : { method }),
    };
    return providerOf(saga.payments, provider).authorise(request, signal);
  });
  if ("refused" in outcome) {
    const nothing = zero(amount.currency);
    const declined: PaymentState = { reference: "", key, status: "declined", authorised: nothing, captured: nothing, refunded: nothing };
    await saga.record(`${label}:declined`, [], (tx) => saga.paymentStore.settle(tx, key, declined));
  }
  const ending = await conclude(saga, label, payment, outcome, () => true);
  // What is found after a crash may be over already, such as a page whose time ran out meanwhile: nothing is bought with that.
  return ending.state === "done" ? standingOf((await payments(saga)).find((candidate) => candidate.key === key)!) : ending;
}

const capture = async (saga: Saga, stage: string, payment: Payment, amount: Money): Promise<PaidEnding> => {
  const label = `${stage}:capture:${payment.key}`;
  const outcome = await saga.write(label, (signal) =>
    providerOf(saga.payments, payment.provider).capture(payment.reference!, amount, `${payment.key}-c`, signal),
  );
  return conclude(saga, label, payment, outcome, (state) => compare(state.captured, amount) >= 0);
};

/**
 * Gives an authorisation back, or ends one that was never made. One that the customer makes at this very moment shows in the
 * refusal: it is asked for, and given back as well.
 */
async function release(saga: Saga, stage: string, payment: Payment, tries = 0): Promise<PaidEnding> {
  const label = `${stage}:void:${payment.key}:${tries}`;
  const key = `${payment.key}-v${saga.round}${tries === 0 ? "" : `.${tries}`}`;
  const outcome = await saga.write(label, (signal) => providerOf(saga.payments, payment.provider).void(payment.reference!, key, signal));
  const over = (state: PaymentState) => state.status !== "authorised" && state.status !== "awaiting-customer";
  if (!("refused" in outcome) || transient(outcome.refused) || tries > 0) {
    const ending = await conclude(saga, label, payment, outcome, over);
    return ending.state === "waiting" ? { state: "unknown" } : ending;
  }
  const seen = await saga.look(`${label}:look`, (signal) => ask(saga, payment, signal));
  if ("failed" in seen || seen.value === null) return { state: "refused", error: outcome.refused };
  await keep(saga, `${label}:seen`, payment.key, seen.value);
  return over(seen.value) ? { state: "done" } : release(saga, stage, payment, tries + 1);
}

/** Nobody can pay any more what was asked for. `unknown` while the provider cannot say so. */
export async function endAwaited(saga: Saga): Promise<Ending> {
  for (const payment of (await payments(saga)).filter(({ status }) => status === "awaiting-customer")) {
    const ending = await release(saga, "end", payment);
    if (ending.state === "refused" && transient(ending.error)) {
      await saga.record("end:unfinished", [{ type: "unfinished" }]);
      return { state: "unknown" };
    }
    if (ending.state === "unknown") return { state: "unknown" };
  }
  return { state: "done" };
}

const refund = async (saga: Saga, stage: string, payment: Payment, amount: Money): Promise<PaidEnding> => {
  const label = `${stage}:refund:${payment.key}`;
  const expected = add(payment.refunded, amount);
  const outcome = await saga.write(label, (signal) =>
    providerOf(saga.payments, payment.provider).refund(payment.reference!, amount, `${payment.key}-r${saga.round}`, signal),
  );
  return conclude(saga, label, payment, outcome, (state) => compare(state.refunded, expected) >= 0);
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

const owedNow = async (saga: Saga): Promise<Money> =>
  subtract(
    dueHere(saga),
    sum(
      (await payments(saga)).map((payment) => subtract(payment.captured, payment.refunded)),
      saga.order().currency,
    ),
  );

/**
 * Makes the money equal to what is booked: captures what is owed, gives back what is too much, releases what was only set aside.
 * Moves nothing that is right already, so it may run any number of times; `stage` is unique within a run. What stays owed is
 * refused. While the provider cannot be reached it is `unknown`, and goes on later.
 */
export async function settleMoney(saga: Saga, stage: string): Promise<Ending> {
  const { currency } = saga.order();
  const nothing = zero(currency);
  const refusals: ErrorShape[] = [];
  const took = (ending: PaidEnding): boolean => {
    if (ending.state === "refused") refusals.push(ending.error);
    return ending.state === "done";
  };
  let owed = await owedNow(saga);
  for (const payment of await payments(saga)) {
    if (payment.status !== "authorised" && payment.status !== "awaiting-customer") continue;
    const wanted = payment.status === "authorised" && compare(owed, nothing) > 0;
    const amount = wanted ? (compare(owed, payment.amount) < 0 ? owed : payment.amount) : nothing;
    const ending = isZero(amount) ? await release(saga, stage, payment) : await capture(saga, stage, payment, amount);
    if (ending.state === "unknown") return { state: "unknown" };
    if (took(ending)) owed = subtract(owed, amount);
  }
  // Again from the books: what was to be released may have been taken meanwhile.
  owed = await owedNow(saga);
  for (const payment of (await payments(saga)).toReversed()) {
    const left = subtract(payment.captured, payment.refunded);
    if (compare(owed, nothing) >= 0 || compare(left, nothing) <= 0) continue;
    const tooMuch = money(-minorUnits(owed), currency);
    const amount = compare(tooMuch, left) < 0 ? tooMuch : left;
    const ending = await refund(saga, stage, payment, amount);
    if (ending.state === "unknown") return { state: "unknown" };
    if (took(ending)) owed = add(owed, amount);
  }
  const refused = refusals.find((error) => !transient(error)) ?? refusals[0];
  if (refused && transient(refused)) {
    await saga.record(`${stage}:unfinished`, [{ type: "unfinished" }]);
    return { state: "unknown" };
  }
  await saga.record(`${stage}:finished`, [{ type: "finished" }]);
  if (refused) return { state: "refused", error: refused };
  if (!isZero(owed))
    return { state: "refused", error: new TravelAgentError("CONFLICT", `${formatMoney(owed)} of this booking is not covered by a payment`).toShape() };
  return { state: "done" };
}

const differs = (state: PaymentState, payment: Payment): boolean =>
  state.status !== payment.status || compare(state.captured, payment.captured) !== 0 || compare(state.refunded, payment.refunded) !== 0;

/**
 * At the start of a run: what became of payments whose outcome an earlier run could not learn, which wait for the customer, or of
 * which something was heard.
 */
export async function resolvePayments(saga: Saga): Promise<Ending> {
  const open = (payment: Payment): boolean =>
    isInDoubt(saga.order(), payment.key) || payment.status === "started" || payment.payUntil !== undefined || toAsk(payment);
  const chosen = await saga.ctx.step("payments-open", async () => (await payments(saga)).filter(open).map(({ key }) => key));
  for (const key of chosen) {
    const payment = (await payments(saga)).find((candidate) => candidate.key === key)!;
    const label = `payment:${key}`;
    const seen = await saga.look(`${label}:look`, async (signal) => {
      // What is heard after this moment has to be asked about once more. And it is as of this moment that the answer is news: after a
      // crash the answer is remembered, and what this run did since then is not undone by it.
      const now = (await payments(saga)).find((candidate) => candidate.key === key)!;
      const state = await ask(saga, payment, signal);
      return { heard: now.heard, state, news: state !== null && differs(state, now) };
    });
    if ("failed" in seen) {
      saga.unreachable = true;
      if (payment.status === "started" || isInDoubt(saga.order(), key)) return { state: "unknown" };
      continue;
    }
    const { heard, state, news } = seen.value;
    await saga.record(`${label}:asked`, [], (tx) => saga.paymentStore.asked(tx, key, heard));
    if (state && news) {
      await keep(saga, label, key, state);
      continue;
    }
    // One that was merely begun goes on under its own key; only a lost one is written off, and only after a while.
    if (!isInDoubt(saga.order(), key) || !(await saga.settled(seen.at))) continue;
    const never: PaymentState = {
      reference: payment.reference ?? "",
      key,
      status: payment.status === "started" ? "voided" : payment.status,
      authorised: payment.amount,
      captured: payment.captured,
      refunded: payment.refunded,
    };
    await keep(saga, label, key, state ?? never);
  }
  return saga.order().paymentInDoubt ? { state: "unknown" } : { state: "done" };
}

/** A person knows that the payment in doubt never took place. */
export async function writeOffPayment(saga: Saga): Promise<void> {
  for (const payment of (await payments(saga)).filter(({ key }) => isInDoubt(saga.order(), key))) {
    const { key, reference, amount, captured, refunded, status } = payment;
    const state: PaymentState = {
      reference: reference ?? "",
      key,
      status: status === "started" ? "voided" : status,
      authorised: amount,
      captured,
      refunded,
    };
    await keep(saga, `write-off:${key}`, key, state);
  }
}
