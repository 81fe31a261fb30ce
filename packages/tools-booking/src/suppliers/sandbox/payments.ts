import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Tx } from "@travelagent/protocol/ports";
import { add, compare, minorUnits, subtract, zero } from "../../money.ts";
import type { PaymentProvider, PaymentState } from "../../payment.ts";
import { type Faults, meetFaults, type SandboxOperation } from "./faults.ts";
import { earlierOutcome, rememberOutcome } from "./order-record.ts";
import { rejected } from "./product.ts";
import type { Dice } from "./world/hash.ts";

/** A description with this in it is declined, for demos without a fault function. */
export const declineMark = "[decline]";

interface PaymentOptions {
  db: Database;
  ready: () => Promise<void>;
  clock: Clock;
  dice: Dice;
  faults: Faults | undefined;
}

const decode = (row: Record<string, unknown> | undefined): PaymentState | null => (row ? (JSON.parse(String(row.content)) as PaymentState) : null);

const declined = () =>
  new TravelAgentError("SUPPLIER_REJECTED", "the payment was declined; ask for another way to pay", { details: { code: "card_declined" } });

export async function allPayments(db: Database): Promise<PaymentState[]> {
  return (await db.all("select content from sandbox_payments order by created_at, reference")).map((row) => decode(row)!);
}

/** A bank without cards: it knows amounts and keys, and nobody's number. */
export function createPayments({ db, ready, clock, dice, faults }: PaymentOptions): PaymentProvider {
  const save = (tx: Tx, state: PaymentState) => tx.run("update sandbox_payments set content = ? where reference = ?", JSON.stringify(state), state.reference);

  async function once(
    operation: Extract<SandboxOperation, "capture" | "void" | "refund">,
    reference: string,
    key: string,
    signal: AbortSignal,
    next: (state: PaymentState) => PaymentState,
  ) {
    const trouble = await meetFaults(faults, clock, operation, key, signal);
    await ready();
    const outcome = await db.transaction(async (tx) => {
      const earlier = await earlierOutcome<PaymentState>(tx, operation, key, reference);
      if (earlier) return earlier;
      const state = decode(await tx.get("select content from sandbox_payments where reference = ?", reference));
      if (!state) throw rejected("payment_not_found", `the sandbox has no payment ${reference}; check the reference`);
      const after = next(state);
      await save(tx, after);
      await rememberOutcome(tx, operation, key, reference, after);
      return after;
    });
    trouble.afterCommit();
    return outcome;
  }

  return {
    id: "sandbox",
    live: false,

    async authorise({ key, amount, description }, signal) {
      const trouble = await meetFaults(faults, clock, "authorise", key, signal);
      if (minorUnits(amount) <= 0n) throw rejected("invalid_amount", "an authorisation needs an amount above zero");
      await ready();
      const state = await db.transaction(async (tx) => {
        const earlier = decode(await tx.get("select content from sandbox_payments where key = ?", key));
        if (earlier) return earlier;
        const now = clock.now();
        const nothing = zero(amount.currency);
        const refused = trouble.has("card_declined") || description.includes(declineMark);
        const made: PaymentState = {
          reference: `pay_${dice.text(14, "0123456789abcdefghijklmnopqrstuvwxyz", `payment ${key} ${now}`)}`,
          key,
          status: refused ? "declined" : "authorised",
          authorised: refused ? nothing : amount,
          captured: nothing,
          refunded: nothing,
        };
        await tx.run("insert into sandbox_payments (reference, key, created_at, content) values (?, ?, ?, ?)", made.reference, key, now, JSON.stringify(made));
        return made;
      });
      trouble.afterCommit();
      if (state.status === "declined") throw declined();
      return state;
    },

    capture: (reference, amount, key, signal) =>
      once("capture", reference, key, signal, (state) => {
        if (state.status !== "authorised") throw rejected("not_authorised", `a payment that is ${state.status} cannot be captured`);
        if (minorUnits(amount) <= 0n || compare(amount, state.authorised) > 0) throw rejected("invalid_amount", "capture between zero and what was authorised");
        return { ...state, status: "captured", captured: amount };
      }),

    void: (reference, key, signal) =>
      once("void", reference, key, signal, (state) => {
        if (state.status !== "authorised") throw rejected("not_authorised", `a payment that is ${state.status} cannot be voided`);
        return { ...state, status: "voided" };
      }),

    refund: (reference, amount, key, signal) =>
      once("refund", reference, key, signal, (state) => {
        if (state.status !== "captured" && state.status !== "partially-refunded")
          throw rejected("not_captured", `a payment that is ${state.status} cannot be refunded`);
        if (minorUnits(amount) <= 0n || compare(amount, subtract(state.captured, state.refunded)) > 0)
          throw rejected("invalid_amount", "refund between zero and what is left of the capture");
        const refunded = add(state.refunded, amount);
        return { ...state, refunded, status: compare(refunded, state.captured) === 0 ? "refunded" : "partially-refunded" };
      }),

    async find(key, signal) {
      await meetFaults(faults, clock, "find-payment", key, signal);
      await ready();
      return decode(await db.get("select content from sandbox_payments where key = ?", key));
    },
  };
}
