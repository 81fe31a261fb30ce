import { TravelAgentError } from "@travelagent/protocol";
import type { SupplierOrder } from "../../supplier.ts";
import { surelyNothingHappened, undecided } from "../../write-outcome.ts";
import type { SupplierMemory } from "./memory.ts";

/** What became of a key. `started` is on record before the vendor is called. */
type KeyState = { state: "started" } | { state: "done"; reference: string };

export interface Purchases {
  /**
   * Spends `key` at most once at a vendor that knows no keys. `buy` makes the order and returns its reference and record. A key
   * whose first attempt ended nobody knows how is looked up and never spent again.
   */
  buy(key: string, buy: () => Promise<SupplierOrder>): Promise<SupplierOrder>;
  /** The port's `find`: null only when the vendor surely has no order of this key. */
  find(key: string): Promise<SupplierOrder | null>;
  /** The port's `adopt`: a person says which order a key became. Raises `SUPPLIER_REJECTED` where that is known already and is another, or where the order is another purchase's. */
  adopt(key: string, reference: string): Promise<SupplierOrder>;
  /** Our key of an order, by the vendor's reference. Empty when the order was not bought here. */
  keyOf(reference: string): Promise<string>;
}

export interface PurchaseOptions {
  supplier: string;
  memory: SupplierMemory;
  /** `flight`, `hotel` or `car`: keys of one kind are apart from those of another. */
  kind: string;
  read(reference: string, key: string): Promise<SupplierOrder>;
  /**
   * Asks the vendor for the order that carries `key`, in a remark, a label or metadata; null when it surely has none. Absent where
   * the vendor cannot be asked: a lost reply then stays unknown until a person has looked.
   */
  lookUp?(key: string): Promise<string | null>;
}

const cannotTell = (supplier: string) =>
  new TravelAgentError(
    "OUTCOME_UNKNOWN",
    `${supplier} has no way to ask what became of this purchase; look into its own records by the traveller's name and date`,
  );

/** A question about an attempt that may have gone through: who cannot be asked does not say that nothing happened. */
export async function afterAttempt<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!surelyNothingHappened(error)) throw error;
    throw new TravelAgentError("OUTCOME_UNKNOWN", "what became of an earlier attempt could not be asked; ask again", { cause: error });
  }
}

export function createPurchases({ supplier, memory, kind, read, lookUp }: PurchaseOptions): Purchases {
  const underWay = new Map<string, Promise<SupplierOrder>>();
  const purchase = `${kind} purchase`;
  const byReference = `${kind} key`;

  const done = async (key: string, reference: string): Promise<void> => {
    await memory.put(byReference, reference, key);
    await memory.put(purchase, key, { state: "done", reference } satisfies KeyState);
  };

  async function found(key: string): Promise<SupplierOrder | null> {
    const known = await memory.get<KeyState>(purchase, key);
    if (!known) return null;
    if (known.state === "done") return read(known.reference, key);
    if (!lookUp) throw cannotTell(supplier);
    const reference = await lookUp(key);
    if (reference === null) return null;
    await done(key, reference);
    return read(reference, key);
  }

  async function start(key: string, buy: () => Promise<SupplierOrder>): Promise<SupplierOrder> {
    const { created } = await memory.claim<KeyState>(purchase, key, { state: "started" });
    if (!created) {
      const earlier = await afterAttempt(() => found(key));
      if (earlier) return earlier;
      throw new TravelAgentError("OUTCOME_UNKNOWN", `an earlier attempt at ${supplier} with this key may still be under way; ask again what became of it`);
    }
    try {
      const order = await buy();
      await done(key, order.reference);
      return order;
    } catch (error) {
      if (surelyNothingHappened(error)) await memory.remove(purchase, key);
      throw error;
    }
  }

  return {
    buy(key, buy) {
      const running = underWay.get(key) ?? start(key, buy).finally(() => underWay.delete(key));
      underWay.set(key, running);
      return running;
    },
    async adopt(key, reference) {
      const known = await memory.get<KeyState>(purchase, key);
      const owner = await memory.get<string>(byReference, reference);
      const why =
        known?.state === "done" && known.reference !== reference
          ? `this purchase is the order ${known.reference}; ${reference} is another one`
          : owner !== null && owner !== key
            ? `${reference} belongs to another booking of ours`
            : undefined;
      if (why !== undefined) throw new TravelAgentError("SUPPLIER_REJECTED", why, { details: { supplier, code: "another_order" } });
      const order = await read(reference, key);
      await done(key, reference);
      return order;
    },
    find: async (key) => (underWay.has(key) ? underWay.get(key)! : found(key)),
    keyOf: async (reference) => (await memory.get<string>(byReference, reference)) ?? "",
  };
}

/**
 * A write on an existing order, done once for each key: the same key gets the first outcome. `settled` says whether the order shows
 * that an earlier attempt, whose reply was lost, went through.
 */
export async function afterSaleOnce(
  memory: SupplierMemory,
  operation: string,
  { reference, key }: { reference: string; key: string },
  { act, settled }: { act(): Promise<SupplierOrder>; settled(): Promise<SupplierOrder | null> },
): Promise<SupplierOrder> {
  const { created, value } = await memory.claim<{ reference: string; outcome?: SupplierOrder }>(operation, key, { reference });
  if (value.reference !== reference)
    throw new TravelAgentError("SUPPLIER_REJECTED", `the key of this ${operation} was used for another order; make a new key`, {
      details: { code: "key_reused" },
    });
  if (value.outcome) return value.outcome;
  if (!created) {
    const earlier = await afterAttempt(settled);
    if (earlier) {
      await memory.put(operation, key, { reference, outcome: earlier });
      return earlier;
    }
  }
  try {
    const outcome = await act();
    await memory.put(operation, key, { reference, outcome });
    return outcome;
  } catch (error) {
    if (created) {
      if (surelyNothingHappened(error)) await memory.remove(operation, key);
      throw error;
    }
    // Refused perhaps because the earlier attempt arrived just now.
    const arrived = surelyNothingHappened(error) ? await settled().catch(() => null) : null;
    if (!arrived) throw undecided(error);
    await memory.put(operation, key, { reference, outcome: arrived });
    return arrived;
  }
}
