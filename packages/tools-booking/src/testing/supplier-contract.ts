import { TravelAgentError } from "@travelagent/protocol";
import type { Runner } from "@travelagent/protocol/testing";
import { compare, minorUnits, money } from "../money.ts";
import type { Offer } from "../offer.ts";
import type { BookRequest, SupplierCall, Traveller, VerticalSupplier } from "../supplier.ts";

/** What the suite needs of a supplier under test: a fresh world for each rule. */
export interface SupplierBench<Q, O extends Offer> {
  supplier: VerticalSupplier<Q, O>;
  /** Has at least two offers, one of which can be cancelled against at most a part of its price. */
  query: Q;
  /** Why an offer does not answer the query; undefined when it does. */
  mismatch(offer: O, query: Q): string | undefined;
  travellers(offer: O): Traveller[];
  /** An offer of which one is left. Absent where the bench cannot arrange it. */
  lastOne?(): Promise<O>;
  /** The next booking with `key` goes through and its reply is lost. Absent where the bench cannot arrange it. */
  loseReply?(key: string): void;
  /** Lets the supplier's time pass. Absent where the bench cannot. */
  pass?(ms: number): Promise<void>;
  /** False where the vendor has no way to cancel: then `quoteCancel` and `cancel` must say so and change nothing. */
  cancels?: false;
  /** True where the vendor sells one order for each search: a second one needs a search of its own. */
  oneOrderASearch?: true;
  /** How often the supplier really sold something, by its own books. */
  sold(): Promise<number>;
}

const generous = (offer: Offer) => money(minorUnits(offer.price.total) * 10n, offer.price.total.currency);
const call = (): SupplierCall => ({ signal: new AbortController().signal, requestId: "contract" });

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "no error";
  } catch (error) {
    return TravelAgentError.is(error) ? error.code : `not a TravelAgentError: ${String(error)}`;
  }
}

/** The rules every supplier keeps, whatever its dialect. Rules about an optional ability hold where the ability is present. */
export function supplierContract<Q, O extends Offer>(
  { describe, it, expect }: Runner,
  name: string,
  open: () => Promise<SupplierBench<Q, O>> | SupplierBench<Q, O>,
): void {
  const request = (bench: SupplierBench<Q, O>, offer: O, key: string, maxTotal = generous(offer)): BookRequest<O> => ({
    offer,
    travellers: bench.travellers(offer),
    contact: { email: "ana.silva@example.com", phone: "+351910000000" },
    key,
    maxTotal,
  });
  const search = (bench: SupplierBench<Q, O>) => bench.supplier.search(bench.query, call());

  /** Not the cheapest for the rules on cancelling: that one often gives nothing back. */
  async function refundable(bench: SupplierBench<Q, O>): Promise<O> {
    const offers = await search(bench);
    const found = offers.find(({ conditions }) => conditions.refund.allowed) ?? offers[0];
    if (!found) throw new Error("the bench's query has no offers");
    return found;
  }

  async function first(bench: SupplierBench<Q, O>): Promise<O> {
    const [offer] = await search(bench);
    if (!offer) throw new Error("the bench's query has no offers");
    return offer;
  }

  async function holdable(bench: SupplierBench<Q, O>): Promise<O | undefined> {
    return (await search(bench)).find(({ paymentTimeLimit }) => paymentTimeLimit !== undefined);
  }

  describe(`supplier contract: ${name}`, () => {
    it("answers a search with offers that fit it", async () => {
      const bench = await open();
      const offers = await search(bench);
      expect(offers.length).toBeGreaterThan(1);
      expect(offers.map((offer) => bench.mismatch(offer, bench.query)).filter((problem) => problem !== undefined)).toEqual([]);
    });

    it("makes well-formed offers: own ids, exact sums, a time until which they stand", async () => {
      const offers = await search(await open());
      expect(new Set(offers.map(({ id }) => id)).size).toBe(offers.length);
      for (const { price, offerExpiresAt, supplierRef } of offers) {
        const { currency } = price.total;
        expect([price.base, price.taxes, price.fees, ...price.perPassenger.map(({ each }) => each)].every((part) => part.currency === currency)).toBe(true);
        expect(minorUnits(price.base) + minorUnits(price.taxes) + minorUnits(price.fees)).toBe(minorUnits(price.total));
        expect(price.perPassenger.reduce((sum, { each, count }) => sum + minorUnits(each) * BigInt(count), 0n)).toBe(minorUnits(price.total));
        expect(Number.isNaN(Date.parse(offerExpiresAt))).toBe(false);
        expect(supplierRef.length).toBeGreaterThan(0);
      }
    });

    it("gives an offer the same price again right after the search", async () => {
      const bench = await open();
      const offer = await first(bench);
      const again = await bench.supplier.reprice(offer, call());
      expect(again.status).toBe("available");
      if (again.status === "available") {
        expect(again.offer.id).toBe(offer.id);
        expect(again.offer.price.total).toEqual(offer.price.total);
      }
    });

    it("refuses a booking above the caller's limit and sells nothing", async () => {
      const bench = await open();
      const offer = await first(bench);
      const limit = money(minorUnits(offer.price.total) - 1n, offer.price.total.currency);
      expect(await codeOf(bench.supplier.book(request(bench, offer, "too-dear", limit), call()))).toBe("PRICE_CHANGED");
      expect(await bench.supplier.find("too-dear", call())).toBe(null);
      expect(await bench.sold()).toBe(0);
    });

    it("books, and finds the order by key and by reference", async () => {
      const bench = await open();
      const offer = await first(bench);
      const order = await bench.supplier.book(request(bench, offer, "key-1"), call());
      expect(order.key).toBe("key-1");
      expect(["confirmed", "ticketed"]).toContain(order.status);
      expect(compare(order.total, offer.price.total)).toBe(0);
      expect(await bench.supplier.find("key-1", call())).toEqual(order);
      expect(await bench.supplier.read(order.reference, call())).toEqual(order);
      expect(await bench.supplier.find("never-used", call())).toBe(null);
    });

    it("buys once for the same key, one after the other", async () => {
      const bench = await open();
      const offer = await first(bench);
      const one = await bench.supplier.book(request(bench, offer, "key-1"), call());
      const two = await bench.supplier.book(request(bench, offer, "key-1"), call());
      expect(two.reference).toBe(one.reference);
      expect(await bench.sold()).toBe(1);
    });

    it("buys once for the same key, all at the same time", async () => {
      const bench = await open();
      const offer = await first(bench);
      const orders = await Promise.all([1, 2, 3, 4].map(() => bench.supplier.book(request(bench, offer, "key-1"), call())));
      expect(new Set(orders.map(({ reference }) => reference)).size).toBe(1);
      expect(await bench.sold()).toBe(1);
    });

    it("sells the last one to exactly one of two buyers", async () => {
      const bench = await open();
      if (!bench.lastOne) return;
      const offer = await bench.lastOne();
      const before = await bench.sold();
      const outcomes = await Promise.all(["buyer-a", "buyer-b"].map((key) => codeOf(bench.supplier.book(request(bench, offer, key), call()))));
      expect(outcomes.sort()).toEqual(["SOLD_OUT", "no error"]);
      expect(await bench.sold()).toBe(before + 1);
    });

    it("is found by key after a lost reply, and is not bought again", async () => {
      const bench = await open();
      if (!bench.loseReply) return;
      const offer = await first(bench);
      bench.loseReply("lost-1");
      expect(await codeOf(bench.supplier.book(request(bench, offer, "lost-1"), call()))).toBe("OUTCOME_UNKNOWN");
      const found = await bench.supplier.find("lost-1", call());
      expect(found?.key).toBe("lost-1");
      const again = await bench.supplier.book(request(bench, offer, "lost-1"), call());
      expect(again.reference).toBe(found?.reference);
      expect(await bench.sold()).toBe(1);
    });

    it("refuses an offer whose time is over", async () => {
      const bench = await open();
      if (!bench.pass) return;
      const offer = await first(bench);
      await bench.pass(24 * 3_600_000);
      expect((await bench.supplier.reprice(offer, call())).status).toBe("expired");
      expect(await codeOf(bench.supplier.book(request(bench, offer, "late-1"), call()))).toBe("OFFER_EXPIRED");
    });

    it("holds without selling, and tickets what it held", async () => {
      const bench = await open();
      const offer = bench.supplier.hold && (await holdable(bench));
      if (!offer || !bench.supplier.hold || !bench.supplier.ticket) return;
      const held = await bench.supplier.hold(request(bench, offer, "hold-1"), call());
      expect(held.status).toBe("held");
      expect(typeof held.paymentTimeLimit).toBe("string");
      const ticketed = await bench.supplier.ticket(held.reference, "ticket-1", call());
      expect(ticketed.status).toBe("ticketed");
      expect(ticketed.documents.length).toBeGreaterThan(0);
      expect(await bench.supplier.ticket(held.reference, "ticket-1", call())).toEqual(ticketed);
    });

    it("lets a hold lapse at its time limit", async () => {
      const bench = await open();
      const offer = bench.supplier.hold && bench.pass && (await holdable(bench));
      if (!offer || !bench.supplier.hold || !bench.pass) return;
      const held = await bench.supplier.hold(request(bench, offer, "hold-1"), call());
      // The offer's expiry is never before now, so this is past the limit by at least an hour.
      await bench.pass(Date.parse(held.paymentTimeLimit!) - Date.parse(offer.offerExpiresAt) + 2 * 3_600_000);
      expect((await bench.supplier.read(held.reference, call())).status).toBe("cancelled");
      if (bench.supplier.ticket) expect(await codeOf(bench.supplier.ticket(held.reference, "ticket-1", call()))).toBe("SUPPLIER_REJECTED");
    });

    it("says what cancelling costs, then does exactly that", async () => {
      const bench = await open();
      if (bench.cancels === false) return;
      const order = await bench.supplier.book(request(bench, await refundable(bench), "key-1"), call());
      const quote = await bench.supplier.quoteCancel(order.reference, call());
      expect(minorUnits(quote.refund) + minorUnits(quote.penalty)).toBe(minorUnits(order.total));
      expect(minorUnits(quote.due)).toBe(0n);
      expect((await bench.supplier.read(order.reference, call())).status).toBe(order.status);
      const cancelled = await bench.supplier.cancel(order.reference, quote.token, "cancel-1", call());
      expect(cancelled).toMatchObject({ status: "cancelled", refund: quote.refund, penalty: quote.penalty });
    });

    it("cancels once for the same key, and not again with another", async () => {
      const bench = await open();
      if (bench.cancels === false) return;
      const order = await bench.supplier.book(request(bench, await refundable(bench), "key-1"), call());
      const { token } = await bench.supplier.quoteCancel(order.reference, call());
      const cancelled = await bench.supplier.cancel(order.reference, token, "cancel-1", call());
      expect(await bench.supplier.cancel(order.reference, token, "cancel-1", call())).toEqual(cancelled);
      expect(await codeOf(bench.supplier.cancel(order.reference, token, "cancel-2", call()))).toBe("SUPPLIER_REJECTED");
    });

    it("refuses to cancel with a token that is not for this order", async () => {
      const bench = await open();
      if (bench.cancels === false) return;
      const offer = await refundable(bench);
      const one = await bench.supplier.book(request(bench, offer, "key-1"), call());
      const other = await bench.supplier.book(request(bench, bench.oneOrderASearch ? await refundable(bench) : offer, "key-2"), call());
      const { token } = await bench.supplier.quoteCancel(other.reference, call());
      expect(await codeOf(bench.supplier.cancel(one.reference, token, "cancel-1", call()))).toBe("SUPPLIER_REJECTED");
      expect(await codeOf(bench.supplier.cancel(one.reference, "made up", "cancel-2", call()))).toBe("SUPPLIER_REJECTED");
      expect((await bench.supplier.read(one.reference, call())).status).toBe(one.status);
    });

    it("says that it cannot cancel where it cannot, and changes nothing", async () => {
      const bench = await open();
      if (bench.cancels !== false) return;
      const order = await bench.supplier.book(request(bench, await first(bench), "key-1"), call());
      expect(await codeOf(bench.supplier.quoteCancel(order.reference, call()))).toBe("SUPPLIER_REJECTED");
      expect(await codeOf(bench.supplier.cancel(order.reference, "made up", "cancel-1", call()))).toBe("SUPPLIER_REJECTED");
      expect(await bench.supplier.read(order.reference, call())).toEqual(order);
      expect(await bench.sold()).toBe(1);
    });

    it("says what a change costs, then changes once for the same key", async () => {
      const bench = await open();
      const { supplier } = bench;
      if (!supplier.quoteChange || !supplier.change) return;
      const offers = await search(bench);
      const from = offers.find(({ conditions }) => conditions.change.allowed);
      const to = offers.findLast((offer) => offer.id !== from?.id);
      if (!from || !to) return;
      const order = await supplier.book(request(bench, from, "key-1"), call());
      const quote = await supplier.quoteChange(order.reference, to, call());
      const changed = await supplier.change(order.reference, to, quote.token, "change-1", call());
      expect(changed.reference).toBe(order.reference);
      expect(minorUnits(changed.total)).toBe(minorUnits(order.total) + minorUnits(quote.due) - minorUnits(quote.refund));
      expect(await supplier.change(order.reference, to, quote.token, "change-1", call())).toEqual(changed);
      expect(await codeOf(supplier.change(order.reference, to, quote.token, "change-2", call()))).toBe("SUPPLIER_REJECTED");
      expect(await bench.sold()).toBe(1);
    });
  });
}
