import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { minorUnits } from "../../money.ts";
import type { FlightOffer } from "../../offer.ts";
import { call, changeable, duffelBench, failure, patiently, requestFor } from "./simulated-duffel.ts";

describe("duffel's orders afterwards", () => {
  let bench: Awaited<ReturnType<typeof duffelBench>>;
  beforeEach(async () => {
    bench = await duffelBench();
  });
  afterEach(() => bench.close());

  const booked = async (offers?: FlightOffer[]) => bench.flights.book(requestFor(changeable(offers ?? (await bench.search())), "key-1"), call());
  const others = async () => (await bench.search({ departureDate: "2027-03-14" })).slice(-1)[0]!;

  it("order_cancellation_stale: only the newest quote can be confirmed", async () => {
    const order = await booked();
    const older = await bench.flights.quoteCancel(order.reference, call());
    const newest = await bench.flights.quoteCancel(order.reference, call());
    expect(await failure(bench.flights.cancel(order.reference, older.token, "cancel-1", call()))).toMatchObject({
      code: "SUPPLIER_REJECTED",
      vendor: "order_cancellation_stale",
    });
    const cancelled = await bench.flights.cancel(order.reference, newest.token, "cancel-1", call());
    expect(cancelled).toMatchObject({ status: "cancelled", refund: newest.refund, penalty: newest.penalty });
    expect(await bench.flights.read(order.reference, call())).toEqual(cancelled);
  });

  it("already_cancelled: nothing is left to quote", async () => {
    const order = await booked();
    const { token } = await bench.flights.quoteCancel(order.reference, call());
    await bench.flights.cancel(order.reference, token, "cancel-1", call());
    expect(await failure(bench.flights.quoteCancel(order.reference, call()))).toMatchObject({ code: "SUPPLIER_REJECTED", vendor: "already_cancelled" });
  });

  it("a quote is good until it expires", async () => {
    const order = await booked();
    const { token, expiresAt } = await bench.flights.quoteCancel(order.reference, call());
    await bench.clock.advance(Date.parse(expiresAt) - bench.clock.now());
    expect(await failure(bench.flights.cancel(order.reference, token, "cancel-1", call()))).toMatchObject({ code: "SUPPLIER_REJECTED" });
    expect((await bench.flights.read(order.reference, call())).status).toBe("ticketed");
  });

  for (const scenario of ["timeout_after_commit", "server_error_after_commit", "malformed_json"] as const)
    it(`cancels once although the reply was lost: ${scenario}`, async () => {
      const order = await booked();
      const { token, refund } = await bench.flights.quoteCancel(order.reference, call());
      bench.simulator.next({ scenario, on: "confirm-cancellation" });
      expect((await failure(bench.flights.cancel(order.reference, token, "cancel-1", call()))).code).toBe("OUTCOME_UNKNOWN");
      expect(await bench.flights.cancel(order.reference, token, "cancel-1", call())).toMatchObject({ status: "cancelled", refund });
      expect(bench.sent("confirm-cancellation")).toHaveLength(1);
    });

  it("a cancellation that went through is never told as one that surely did not, when the order cannot be read after it", async () => {
    const order = await booked();
    const { token } = await bench.flights.quoteCancel(order.reference, call());
    bench.simulator.next({ scenario: "server_error", on: "get-order", times: 3 });
    expect((await failure(patiently(bench.clock, bench.flights.cancel(order.reference, token, "cancel-1", call())))).code).toBe("OUTCOME_UNKNOWN");
    expect((await bench.flights.cancel(order.reference, token, "cancel-1", call())).status).toBe("cancelled");
    expect(bench.sent("confirm-cancellation")).toHaveLength(1);
  });

  it("changes to the very flights that were chosen, for what was quoted", async () => {
    const order = await booked();
    const to = await others();
    const quote = await bench.flights.quoteChange!(order.reference, to, call());
    const changed = await bench.flights.change!(order.reference, to, quote.token, "change-1", call());
    expect(changed.journeys![0]!.segments.map(({ departure }) => departure.time.local)).toEqual(
      to.journeys[0]!.segments.map(({ departure }) => departure.time.local),
    );
    expect(minorUnits(changed.total)).toBe(minorUnits(order.total) + minorUnits(quote.due) - minorUnits(quote.refund));
    const confirmed = bench.sent("confirm-change")[0]!.json as { data: { payment?: { amount: string } } };
    if (minorUnits(quote.due) > 0n) expect(confirmed.data.payment!.amount).toBe(quote.due.amount);
  });

  it("a pending change that became dearer is not confirmed without asking", async () => {
    const order = await booked();
    const to = await others();
    const { token } = await bench.flights.quoteChange!(order.reference, to, call());
    bench.simulator.next({ scenario: "price_changed", on: "get-change" });
    expect((await failure(bench.flights.change!(order.reference, to, token, "change-1", call()))).code).toBe("PRICE_CHANGED");
    expect(bench.sent("confirm-change")).toEqual([]);
  });

  it("changes once although the reply was lost", async () => {
    const order = await booked();
    const to = await others();
    const { token } = await bench.flights.quoteChange!(order.reference, to, call());
    bench.simulator.next({ scenario: "timeout_after_commit", on: "confirm-change" });
    expect((await failure(bench.flights.change!(order.reference, to, token, "change-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    const changed = await bench.flights.change!(order.reference, to, token, "change-1", call());
    expect(changed.journeys![0]!.segments[0]!.departure.time.local.slice(0, 10)).toBe("2027-03-14");
    expect(bench.sent("confirm-change")).toHaveLength(1);
  });

  it("no offer for the change is sold out, and a fare that cannot be changed says so", async () => {
    const order = await booked();
    bench.simulator.next({ scenario: "sold_out", on: "create-change-request" });
    expect((await failure(bench.flights.quoteChange!(order.reference, await others(), call()))).code).toBe("SOLD_OUT");
    const fixed = (await bench.search()).find(({ conditions }) => conditions.change.allowed === false)!;
    const other = await bench.flights.book(requestFor(fixed, "key-2"), call());
    expect(await failure(bench.flights.quoteChange!(other.reference, await others(), call()))).toMatchObject({ vendor: "change_not_allowed" });
  });

  it("service ids change on every read: bags are bought with those of the last one", async () => {
    const order = await booked();
    const included = bagsIncluded(bench, order.reference);
    const change = { checkedBags: { total: (await included) + 1, paid: 1 } };
    const quote = await bench.flights.quoteModify!(order.reference, change, call());
    expect(quote).toMatchObject({ due: { amount: "20.00" }, refund: { amount: "0.00" } });
    // Somebody looks at the services in between, and every id we saw is void.
    await fetch(`${bench.simulator.url}/air/orders/${order.reference}/available_services`, {
      headers: { authorization: "Bearer duffel_test_bench", "duffel-version": "v2" },
    });
    const modified = await bench.flights.modify!(order.reference, change, quote.token, "modify-1", call());
    expect(minorUnits(modified.total)).toBe(minorUnits(order.total) + 2000n);
    expect(await bench.flights.modify!(order.reference, change, quote.token, "modify-1", call())).toEqual(modified);
    expect(await bagsIncluded(bench, order.reference)).toBe(change.checkedBags.total);
    expect(bench.sent("add-services")).toHaveLength(1);
  });

  it("a bag goes both ways: one service for each direction", async () => {
    const order = await booked(await bench.search({ returnDate: "2027-03-19" }));
    const total = (await bagsIncluded(bench, order.reference)) + 1;
    const quote = await bench.flights.quoteModify!(order.reference, { checkedBags: { total, paid: 1 } }, call());
    expect(quote.due.amount).toBe("40.00");
  });

  it("adds bags once although the reply was lost", async () => {
    const order = await booked();
    const change = { checkedBags: { total: (await bagsIncluded(bench, order.reference)) + 1, paid: 1 } };
    const { token } = await bench.flights.quoteModify!(order.reference, change, call());
    bench.simulator.next({ scenario: "timeout_after_commit", on: "add-services" });
    expect((await failure(bench.flights.modify!(order.reference, change, token, "modify-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    expect(minorUnits((await bench.flights.modify!(order.reference, change, token, "modify-1", call())).total)).toBe(minorUnits(order.total) + 2000n);
    expect(bench.sent("add-services")).toHaveLength(1);
  });

  it("bags that became dearer are not bought without asking", async () => {
    const order = await booked();
    const change = { checkedBags: { total: (await bagsIncluded(bench, order.reference)) + 1, paid: 1 } };
    const { token } = await bench.flights.quoteModify!(order.reference, change, call());
    bench.simulator.next({ scenario: "price_changed", on: "available-services" });
    expect((await failure(bench.flights.modify!(order.reference, change, token, "modify-1", call()))).code).toBe("PRICE_CHANGED");
    expect(bench.sent("add-services")).toEqual([]);
  });

  it("says what it cannot change: names, cabin, bags given back, more bags than there are", async () => {
    const order = await booked();
    const quote = (change: Parameters<NonNullable<typeof bench.flights.quoteModify>>[1]) =>
      failure(bench.flights.quoteModify!(order.reference, change, call()));
    expect(await quote({ travellers: [] })).toMatchObject({ code: "SUPPLIER_REJECTED", vendor: "name_change_not_available" });
    expect(await quote({ cabin: "BUSINESS" })).toMatchObject({ vendor: "cabin_change_not_available" });
    expect(await quote({ checkedBags: { total: -1, paid: 0 } })).toMatchObject({ vendor: "bags_not_refundable" });
    expect(await quote({ checkedBags: { total: 50, paid: 50 } })).toMatchObject({ vendor: "bags_not_available" });
  });

  it("shows the flights as the airline has them after its own change", async () => {
    const order = await booked();
    await bench.simulator.happen("schedule_change", order.reference);
    const now = await bench.flights.read(order.reference, call());
    const [before] = order.journeys![0]!.segments;
    const [after] = now.journeys![0]!.segments;
    expect(Date.parse(after!.departure.time.utc) - Date.parse(before!.departure.time.utc)).toBe(95 * 60_000);
  });
});

/** Checked bags of the order, as Duffel has them. */
async function bagsIncluded({ simulator }: Awaited<ReturnType<typeof duffelBench>>, reference: string): Promise<number> {
  const reply = await fetch(`${simulator.url}/air/orders/${reference}`, { headers: { authorization: "Bearer duffel_test_bench", "duffel-version": "v2" } });
  const { data } = (await reply.json()) as {
    data: { slices: { segments: { passengers: { baggages: { type: string; quantity: number }[] }[] }[] }[]; services: { quantity: number }[] };
  };
  const bags = data.slices[0]!.segments[0]!.passengers.flatMap(({ baggages }) => baggages).filter(({ type }) => type === "checked");
  return [...bags, ...data.services].reduce((sum, { quantity }) => sum + quantity, 0);
}
