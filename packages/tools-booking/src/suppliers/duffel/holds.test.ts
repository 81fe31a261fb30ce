import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call, duffelBench, failure, requestFor } from "./simulated-duffel.ts";

type Bench = Awaited<ReturnType<typeof duffelBench>>;
const hour = 3_600_000;

describe("duffel's traps: holds", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await duffelBench();
  });
  afterEach(() => bench.close());
  const holdable = async () => (await bench.routeOffers("JFK", "EWR"))[0]!;

  it("keeps three time limits apart: of the offer, of the price and of the payment", async () => {
    const offer = await holdable();
    const held = await bench.flights.hold!(requestFor(offer, "hold-1"), call());
    const json = (await (
      await fetch(`${bench.simulator.url}/air/orders/${held.reference}`, { headers: { authorization: "Bearer duffel_test_bench", "duffel-version": "v2" } })
    ).json()) as { data: { payment_status: { price_guarantee_expires_at: string; payment_required_by: string } } };
    const guarantee = Date.parse(json.data.payment_status.price_guarantee_expires_at);
    expect(held.paymentTimeLimit).toBe(json.data.payment_status.payment_required_by);
    expect(Date.parse(offer.offerExpiresAt)).toBeLessThan(guarantee);
    expect(guarantee).toBeLessThan(Date.parse(held.paymentTimeLimit!));
  });

  it("a hold is no price guarantee: a dearer hold is not paid without asking", async () => {
    const held = await bench.flights.hold!(requestFor(await holdable(), "hold-1"), call());
    bench.simulator.next({ scenario: "price_changed", on: "get-order" });
    expect((await failure(bench.flights.ticket!(held.reference, "ticket-1", call()))).code).toBe("PRICE_CHANGED");
    expect(bench.sent("create-payment")).toEqual([]);
    expect((await bench.flights.read(held.reference, call())).status).toBe("held");
  });

  it("knows what a hold was to cost even when its reply was lost", async () => {
    bench.simulator.next({ scenario: "timeout_after_commit", on: "create-order" });
    expect((await failure(bench.flights.hold!(requestFor(await holdable(), "hold-1"), call()))).code).toBe("OUTCOME_UNKNOWN");
    const held = (await bench.flights.find("hold-1", call()))!;
    expect(held.status).toBe("held");
    bench.simulator.next({ scenario: "price_changed", on: "get-order" });
    expect((await failure(bench.flights.ticket!(held.reference, "ticket-1", call()))).code).toBe("PRICE_CHANGED");
    expect(bench.sent("create-payment")).toEqual([]);
  });

  it("a hold that ran out is 'not awaiting payment' as a paid one is, and is not taken for it", async () => {
    const held = await bench.flights.hold!(requestFor(await holdable(), "hold-1"), call());
    await bench.clock.advance(25 * hour);
    const order = await bench.flights.read(held.reference, call());
    expect(order).toMatchObject({ status: "cancelled", refund: { amount: "0.00" }, penalty: { amount: "0.00" }, documents: [] });
    expect(await failure(bench.flights.ticket!(held.reference, "ticket-1", call()))).toMatchObject({ code: "SUPPLIER_REJECTED", vendor: "order_lapsed" });
  });

  it("is sent as a hold without payment, and only where the fare allows it", async () => {
    await bench.flights.hold!(requestFor(await holdable(), "hold-1"), call());
    expect(bench.sent("create-order")[0]!.json).toMatchObject({ data: { type: "hold" } });
    expect((bench.sent("create-order")[0]!.json as { data: object }).data).not.toHaveProperty("payments");
    const instant = (await bench.search()).find(({ paymentTimeLimit }) => paymentTimeLimit === undefined)!;
    expect(await failure(bench.flights.hold!(requestFor(instant, "hold-2"), call()))).toMatchObject({ vendor: "hold_not_available" });
  });

  it("pays once although the reply was lost", async () => {
    const held = await bench.flights.hold!(requestFor(await holdable(), "hold-1"), call());
    bench.simulator.next({ scenario: "timeout_after_commit", on: "create-payment" });
    expect((await failure(bench.flights.ticket!(held.reference, "ticket-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    expect((await bench.flights.ticket!(held.reference, "ticket-1", call())).status).toBe("ticketed");
    expect(bench.sent("create-payment")).toHaveLength(1);
  });

  it("a balance that is too low when the hold is paid leaves the hold", async () => {
    const held = await bench.flights.hold!(requestFor(await holdable(), "hold-1"), call());
    bench.simulator.next({ scenario: "card_declined", on: "create-payment" });
    expect(await failure(bench.flights.ticket!(held.reference, "ticket-1", call()))).toMatchObject({
      code: "SUPPLIER_REJECTED",
      vendor: "insufficient_balance",
    });
    expect((await bench.flights.ticket!(held.reference, "ticket-1", call())).status).toBe("ticketed");
  });

  it("costs nothing to cancel", async () => {
    const held = await bench.flights.hold!(requestFor(await holdable(), "hold-1"), call());
    const quote = await bench.flights.quoteCancel(held.reference, call());
    expect(quote).toMatchObject({ penalty: { amount: "0.00" }, refund: { amount: "0.00" }, due: { amount: "0.00" } });
    expect((await bench.flights.cancel(held.reference, quote.token, "cancel-1", call())).status).toBe("cancelled");
  });
});
