import { canonicalJson, type ErrorShape, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger, Tx, WorkContext, WorkFunction } from "@travelagent/protocol/ports";
import { pause, withDeadline } from "../deadline.ts";
import { transfersOf } from "../ledger.ts";
import type { LedgerStore } from "../ledger-store.ts";
import type { Offer } from "../offer.ts";
import type { Doing, Order, OrderEvent, OrderItem } from "../order.ts";
import type { OrderStore, StoredOrder, Wake } from "../order-store.ts";
import type { PaymentProvider } from "../payment.ts";
import type { PaymentStore } from "../payment-store.ts";
import type { Supplier, SupplierCall, SupplierOrder, VerticalSupplier } from "../supplier.ts";
import { attemptWrite, type WriteOutcome } from "../write-outcome.ts";
import { closeRound } from "./wake.ts";

export interface SagaTiming {
  /** Deadline of a write outside; suppliers take up to a minute. */
  writeTimeoutMs: number;
  readTimeoutMs: number;
  /** Pauses before a write that surely did nothing is tried again with the same key. */
  retryDelaysMs: readonly number[];
  /** Pauses before each look at what became of a write whose reply was lost. */
  readBackDelaysMs: readonly number[];
  /** How long after an attempt "never heard of it" counts as the truth. */
  settleMs: number;
  /** Pauses before an open booking is gone on with by itself; the last one repeats. */
  wakeDelaysMs: readonly number[];
  /** How long a booking may be open, not counting the wait for a customer's payment, before it is put before a person. */
  personAfterMs: number;
  /** How long a customer has for paying on the provider's page, where nothing held ends sooner. */
  payWindowMs: number;
  /** How long before the end of a hold the payment must be there. */
  payMarginMs: number;
}

export const defaultTiming: SagaTiming = {
  writeTimeoutMs: 45_000,
  readTimeoutMs: 15_000,
  retryDelaysMs: [1000, 2000],
  readBackDelaysMs: [1000, 2000, 4000],
  settleMs: 600_000,
  wakeDelaysMs: [15_000, 30_000, 60_000, 120_000, 300_000, 600_000],
  personAfterMs: 1_800_000,
  payWindowMs: 3_600_000,
  payMarginMs: 300_000,
};

export interface SagaParts {
  db: Database;
  orders: OrderStore;
  paymentStore: PaymentStore;
  ledger: LedgerStore;
  suppliers: readonly Supplier[];
  payments: readonly PaymentProvider[];
  clock: Clock;
  log: Logger;
  timing: SagaTiming;
  /** After every commit that changed the order. */
  onChange(stored: StoredOrder): void;
}

/** The port for this kind of travel at the offer's supplier. Raises `SUPPLIER_UNAVAILABLE` when it is not configured any more. */
export function portOf(suppliers: readonly Supplier[], offer: Offer): VerticalSupplier<unknown, Offer> {
  const supplier = suppliers.find(({ id }) => id === offer.supplier);
  const port = { flight: supplier?.flights, hotel: supplier?.hotels, car: supplier?.cars }[offer.vertical];
  if (!port) throw new TravelAgentError("SUPPLIER_UNAVAILABLE", `the supplier ${offer.supplier} is not set up for this kind of travel`);
  // The offer came from this very port, so it takes it back.
  return port as unknown as VerticalSupplier<unknown, Offer>;
}

/** The provider with this id. Raises `SUPPLIER_UNAVAILABLE` when it is not configured any more. */
export function providerOf(payments: readonly PaymentProvider[], id: string): PaymentProvider {
  const provider = payments.find((candidate) => candidate.id === id);
  if (!provider) throw new TravelAgentError("SUPPLIER_UNAVAILABLE", `the payment provider ${id} is not set up`);
  return provider;
}

/** Our key of a purchase at the supplier: the same after every restart. */
export const purchaseKey = (order: Pick<Order, "id">, no: number): string => `${order.id}-${no}`;

/** What became of one write. `refused` when it surely did not happen. */
export type Ending = { state: "done" } | { state: "refused"; error: ErrorShape } | { state: "unknown" };

/** `waiting` for the customer to pay. */
export type PaidEnding = Ending | { state: "waiting" };

export interface SupplierWrite {
  what: Doing["what"];
  key: string;
  /** Unique within the run. */
  label: string;
  to?: Doing["to"];
  /** Further events of the same commit when the supplier refuses. */
  onRefused?(error: ErrorShape): OrderEvent[];
  call(port: VerticalSupplier<unknown, Offer>, call: SupplierCall): Promise<SupplierOrder>;
}

/** One run of durable work on one order. */
export interface Saga extends SagaParts {
  readonly ctx: WorkContext;
  readonly round: number;
  /** False when this run gave the order back already, before the process died. */
  readonly inHand: boolean;
  /** Of the order, before this round. */
  readonly wake: Wake | undefined;
  /** Somebody that something was heard of could not be asked. */
  unreachable: boolean;
  /** As last committed. */
  order(): Order;
  item(no: number): OrderItem;
  /** Commits events, the ledger lines they cause and whatever `also` writes, as one. */
  record(name: string, events: readonly OrderEvent[], also?: (tx: Tx) => Promise<void>): Promise<void>;
  /** A write outside that is remembered by name, repeated only when surely nothing happened. */
  write<T>(label: string, call: (signal: AbortSignal) => Promise<T>): Promise<WriteOutcome<T>>;
  /** A read outside that is remembered by name, with the time at which it began. */
  look<T>(label: string, call: (signal: AbortSignal) => Promise<T>): Promise<{ value: T; at: number } | { failed: ErrorShape }>;
  supplierWrite(no: number, write: SupplierWrite): Promise<Ending>;
  /** Finds out what became of an unknown item by asking the supplier. */
  resolveItem(no: number, label: string): Promise<Ending>;
  /** Numbers of the items in the order in which their purchase was attempted. */
  boughtOrder(): Promise<number[]>;
  /** Whether at that time the last attempt was so long ago that nothing of it could be under way any more. */
  settled(at: number): Promise<boolean>;
}

const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

/**
 * Whether the supplier's record shows that `doing` took place. A change that would leave no trace in it is one that nobody can
 * tell about: raises `OUTCOME_UNKNOWN`.
 */
const tookPlace = (doing: Doing, found: SupplierOrder, item: OrderItem): boolean => {
  if (doing.what === "ticket") return found.status === "ticketed";
  if (doing.what === "cancel") return found.status === "cancelled";
  if (doing.what !== "change" && doing.what !== "modify") return true;
  // A price that had moved before, and a person knows of, is no trace of the change.
  if (found.key === doing.key || !same(found.total, item.drift ?? item.cost ?? item.total) || !same(found.documents, item.documents)) return true;
  if (doing.to && !same(doing.to.total, item.total)) return false;
  throw new TravelAgentError("OUTCOME_UNKNOWN", "the supplier's record looks the same with and without the change; ask the supplier");
};

async function readBack(
  port: VerticalSupplier<unknown, Offer>,
  order: Order,
  item: OrderItem,
  doing: Doing,
  call: SupplierCall,
): Promise<SupplierOrder | null> {
  if (doing.what === "change" || doing.what === "modify") {
    const changed = await port.find(doing.key, call);
    if (changed) return changed;
  }
  const found = await port.find(purchaseKey(order, item.no), call);
  return found && tookPlace(doing, found, item) ? found : null;
}

/** Nothing happened now, and the same may work later. */
export const transient = (error: ErrorShape): boolean => error.code === "SUPPLIER_UNAVAILABLE" || error.code === "RATE_LIMITED";

/** Of a question: nobody answered, and somebody may answer later. */
export const outOfReach = (error: ErrorShape): boolean => transient(error) || error.code === "TIMEOUT";

export async function openSaga(parts: SagaParts, ctx: WorkContext, orderId: string): Promise<Saga> {
  const { orders, ledger, clock, timing, suppliers } = parts;
  const load = async (): Promise<StoredOrder> => {
    const stored = await orders.get(orderId);
    if (!stored) throw new TravelAgentError("NOT_FOUND", `there is no booking ${orderId}`);
    return stored;
  };
  let current = await load();
  const callOf = (signal: AbortSignal): SupplierCall => ({ signal, requestId: ctx.id });

  const saga: Saga = {
    ...parts,
    ctx,
    round: current.round,
    inHand: current.work?.id === ctx.id,
    wake: current.wake,
    unreachable: false,
    order: () => current.order,
    item: (no) => current.order.items.find((item) => item.no === no)!,

    async record(name, events, also) {
      await ctx.transaction(name, async (tx) => {
        if (!(await orders.once(tx, ctx.id, name))) return null;
        const before = await orders.get(orderId, tx);
        const after = await orders.apply(tx, orderId, events);
        for (const item of after.order.items) {
          const was = before!.order.items.find(({ no }) => no === item.no)!;
          if (item === was) continue;
          for (const [index, transfer] of transfersOf(was, item).entries()) {
            await ledger.book(tx, {
              ...transfer,
              id: `${orderId}-${item.no}:${after.version}:${index}`,
              orderId,
              memo: `item ${item.no} ${item.status}`,
            });
          }
        }
        await also?.(tx);
        return null;
      });
      const before = current.version;
      current = await load();
      if (current.version !== before) parts.onChange(current);
    },

    async write(label, call) {
      let tries = 0;
      for (;;) {
        const outcome = await ctx
          .step(`${label}:${tries}`, async (signal) => {
            const ended = await attemptWrite(clock, timing.writeTimeoutMs, signal, call);
            // Cut short by a shutdown: not remembered, so that the next start looks before it repeats.
            if ("unknown" in ended && signal.aborted) throw signal.reason;
            return ended;
          })
          .catch((error: unknown) => {
            if (ctx.signal.aborted) throw error;
            return { unknown: TravelAgentError.from(error).code };
          });
        const delay = timing.retryDelaysMs[tries];
        if (!("refused" in outcome) || !transient(outcome.refused) || delay === undefined) return outcome;
        await pause(clock, delay, ctx.signal);
        tries += 1;
      }
    },

    look: (label, call) =>
      ctx.step(label, async (signal) => {
        const at = clock.now();
        try {
          return { at, value: await withDeadline(clock, timing.readTimeoutMs, signal, call) };
        } catch (error) {
          if (signal.aborted) throw signal.reason;
          return { failed: TravelAgentError.from(error).toShape() };
        }
      }),

    async supplierWrite(no, { what, key, label, to, onRefused, call }) {
      await saga.record(`${label}:attempt`, [{ type: "attempt", item: no, what, key, ...(to ? { to } : {}) }]);
      const item = saga.item(no);
      const outcome = await saga.write(label, async (signal) => {
        const port = portOf(suppliers, item.offer);
        if (ctx.attempt > 1 && item.doing) {
          // This may be a repeat after a crash: look first, and do nothing where looking fails.
          const seen = await readBack(port, current.order, item, item.doing, callOf(signal)).catch((error: unknown) => {
            throw new TravelAgentError("OUTCOME_UNKNOWN", "the supplier cannot be asked what became of the first attempt", { cause: error });
          });
          if (seen) return seen;
        }
        return call(port, callOf(signal));
      });
      if ("done" in outcome) {
        await saga.record(`${label}:done`, [{ type: "outcome", item: no, facts: outcome.done }]);
        return { state: "done" };
      }
      if ("refused" in outcome) {
        await saga.record(`${label}:refused`, [{ type: "refused", item: no }, ...(onRefused?.(outcome.refused) ?? [])]);
        return { state: "refused", error: outcome.refused };
      }
      await saga.record(`${label}:lost`, [{ type: "lost", item: no }]);
      return saga.resolveItem(no, label);
    },

    async resolveItem(no, label) {
      const item = saga.item(no);
      const { doing } = item;
      if (!doing) return { state: "done" };
      let absentAt: number | undefined;
      for (const [index, delay] of timing.readBackDelaysMs.entries()) {
        await pause(clock, delay, ctx.signal);
        const seen = await saga.look(`${label}:find:${index}`, (signal) => readBack(portOf(suppliers, item.offer), current.order, item, doing, callOf(signal)));
        absentAt = "value" in seen && seen.value === null ? seen.at : undefined;
        if ("value" in seen && seen.value) {
          await saga.record(`${label}:found`, [{ type: "outcome", item: no, facts: seen.value }]);
          return { state: "done" };
        }
      }
      if (absentAt === undefined || !(await saga.settled(absentAt))) return { state: "unknown" };
      await saga.record(`${label}:never`, [{ type: "refused", item: no }]);
      return {
        state: "refused",
        error: new TravelAgentError("SUPPLIER_REJECTED", `the supplier has no record of the ${doing.what}; nothing was bought`).toShape(),
      };
    },

    async boughtOrder() {
      const history = await orders.history(orderId);
      return [...new Set(history.filter((row) => row.type === "attempt").map((row) => row.entry.item as number))];
    },

    async settled(at) {
      const history = await orders.history(orderId);
      // A call that was repeated after a restart shows in what was lost; its attempt is as old as the first one.
      const last = history.findLast((row) => row.type === "attempt" || row.type === "lost" || row.type === "payment-lost") ?? history[0]!;
      return at - last.at >= timing.settleMs;
    },
  };
  return saga;
}

/**
 * A saga as durable work. What ends it unexpectedly is put before a person instead of being lost, except a shutdown, after which
 * the engine runs it again.
 */
export const sagaWork =
  <Input extends { orderId: string }>(parts: SagaParts, run: (saga: Saga, input: Input) => Promise<unknown>): WorkFunction =>
  async (ctx, raw) => {
    const input = raw as Input;
    const saga = await openSaga(parts, ctx, input.orderId);
    // Died between giving the order back and its own end: somebody else may have the order in hand by now.
    if (!saga.inHand) return ctx.step("result", async () => null);
    let result: unknown = null;
    try {
      result = await run(saga, input);
    } catch (error) {
      // A store that cannot write is no outcome: the engine goes on when it can.
      if (ctx.signal.aborted || (TravelAgentError.is(error) && error.code.startsWith("STORAGE_"))) throw error;
      parts.log.error("a booking stopped unexpectedly", { orderId: input.orderId, work: ctx.id, cause: String(error) });
      await saga.record("stopped", [{ type: "needs-human", reason: "it stopped in the middle; compare our record with the supplier's, then reconcile" }]);
    }
    result = await ctx.step("result", async () => result ?? null);
    await closeRound(saga);
    return result;
  };
