import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Delivery } from "../../payment.ts";
import { hotelQuery } from "../../testing/simulator-bench.ts";
import { volatileMemory } from "../http/index.ts";
import { duffelSupplier } from "./index.ts";
import { call, duffelBench, failure, requestFor, webhookSecret } from "./simulated-duffel.ts";

const never = new AbortController().signal;

describe("duffel's webhooks", () => {
  let bench: Awaited<ReturnType<typeof duffelBench>>;
  let received: Delivery[];
  let stop: () => Promise<void>;

  beforeEach(async () => {
    bench = await duffelBench();
    received = [];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        received.push({ headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])), body });
        response.writeHead(200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await bench.simulator.happen("webhooks-to", `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    stop = () => new Promise((resolve) => server.close(() => resolve()));
  });
  afterEach(async () => {
    await bench.close();
    await stop();
  });

  const news = async () => (await Promise.all(received.splice(0).map((delivery) => bench.supplier.events!.receive!(delivery, never)))).flat();
  const settled = () => bench.simulator.happen("deliver-webhooks", "");
  const signed = (event: object, { secret = webhookSecret, at = bench.clock.now() } = {}): Delivery => {
    const body = JSON.stringify(event);
    const t = Math.floor(at / 1000);
    const v1 = createHmac("sha256", secret).update(`${t}.${body}`).digest("hex");
    return { headers: { "x-duffel-signature": `t=${t},v1=${v1}` }, body };
  };
  const receive = (delivery: Delivery) => bench.supplier.events!.receive!(delivery, never);

  async function accepted(key: string): Promise<string> {
    const [offer] = await bench.search();
    bench.simulator.next({ scenario: "pending_then_webhook", on: "create-order" });
    expect((await failure(bench.flights.book(requestFor(offer!, key), call()))).code).toBe("OUTCOME_UNKNOWN");
    return (bench.sent("create-order").at(-1)!.json as { data: { selected_offers: [string] } }).data.selected_offers[0];
  }

  it("order.created after 202 Accepted: our key is known, and the order is found", async () => {
    const offer = await accepted("key-1");
    await bench.simulator.happen("order_created", offer);
    expect(await news()).toEqual([{ id: expect.stringMatching(/^order\.created:ord_/), kind: "changed", vertical: "flight", reference: "key-1" }]);
    expect(await bench.flights.find("key-1", call())).toMatchObject({ key: "key-1", status: "ticketed" });
    expect(bench.sent("create-order")).toHaveLength(1);
    expect(await bench.simulator.ledger()).toHaveLength(1);
  });

  it("order.creation_failed after 202 Accepted: only now there surely is no order", async () => {
    const offer = await accepted("key-1");
    await bench.simulator.happen("order_creation_failed", offer);
    expect(await news()).toEqual([{ id: `order.creation_failed:${offer}`, kind: "failed", vertical: "flight", reference: "key-1" }]);
    expect(await bench.flights.find("key-1", call())).toBe(null);
    expect(await bench.simulator.ledger()).toEqual([]);
  });

  it("a failure that is told does not hide an order that exists", async () => {
    const [offer] = await bench.search();
    bench.simulator.next({ scenario: "timeout_after_commit", on: "create-order" });
    await failure(bench.flights.book(requestFor(offer!, "key-1"), call()));
    const of = (bench.sent("create-order")[0]!.json as { data: { selected_offers: [string] } }).data.selected_offers[0];
    await receive(signed({ id: "wev_1", type: "order.creation_failed", live_mode: false, idempotency_key: of, data: { object: { offer_id: of } } }));
    expect((await bench.flights.find("key-1", call()))?.status).toBe("ticketed");
  });

  it("a change of the airline is news of a schedule change, and the same event twice has the same id", async () => {
    const [offer] = await bench.search();
    const order = await bench.flights.book(requestFor(offer!, "key-1"), call());
    await settled();
    received.length = 0;
    await bench.simulator.happen("schedule_change", order.reference);
    const [delivery] = received;
    const first = await receive(delivery!);
    expect(first).toEqual([
      { id: expect.stringMatching(/^order\.airline_initiated_change_detected:aic_/), kind: "schedule-change", vertical: "flight", reference: order.reference },
    ]);
    expect(await receive(delivery!)).toEqual(first);
  });

  it("two updates of one order are two events, although their key is the order's own", async () => {
    const update = { type: "order.updated", live_mode: false, idempotency_key: "ord_1", data: { object: { order_id: "ord_1" } } };
    const ids = (await Promise.all(["wev_1", "wev_2"].map((id) => receive(signed({ id, ...update }))))).flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });

  it("a booked stay is news of a stay", async () => {
    const [offer] = await bench.supplier.hotels!.search(hotelQuery, call());
    await bench.supplier.hotels!.book(requestFor(offer!, "stay-1"), call());
    await settled();
    expect(await news()).toMatchObject([{ kind: "changed", vertical: "hotel", reference: "stay-1" }]);
  });

  it("refuses a signature that is wrong, missing, of another body or too old", async () => {
    const event = { id: "wev_1", type: "order.created", data: { object: { order_id: "ord_1" } } };
    expect((await failure(receive(signed(event, { secret: "another" })))).code).toBe("UNAUTHORIZED");
    expect((await failure(receive({ headers: {}, body: "{}" }))).code).toBe("UNAUTHORIZED");
    expect((await failure(receive({ headers: { "x-duffel-signature": "t=1,v1=zz" }, body: "{}" }))).code).toBe("UNAUTHORIZED");
    expect((await failure(receive({ ...signed(event), body: `${JSON.stringify(event)} ` }))).code).toBe("UNAUTHORIZED");
    expect((await failure(receive(signed(event, { at: bench.clock.now() - 6 * 60_000 })))).code).toBe("UNAUTHORIZED");
    expect(await receive(signed(event))).toHaveLength(1);
  });

  it("takes no notice of pings, of kinds it does not know and of the other mode", async () => {
    expect(await receive(signed({ id: "wev_1", type: "ping.triggered", data: { object: {} } }))).toEqual([]);
    expect(await receive(signed({ id: "wev_2", type: "order.sung_about", data: { object: { order_id: "ord_1" } } }))).toEqual([]);
    expect(await receive(signed({ id: "wev_3", type: "order.created", live_mode: true, data: { object: { order_id: "ord_1" } } }))).toEqual([]);
    expect(await receive(signed({ id: "wev_4", type: "order.creation_failed", data: { object: { offer_id: "off_of_somebody" } } }))).toEqual([]);
  });

  it("has no events without a secret", () => {
    expect(duffelSupplier({ baseUrl: bench.simulator.url, accessToken: "duffel_test_x", live: false, memory: volatileMemory() }).events).toBeUndefined();
  });
});
