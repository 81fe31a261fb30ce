import { afterEach, describe, expect, it } from "vitest";
import type { Scenario } from "../../simulators/kit/index.ts";
import { flightQuery, hotelQuery, simulated } from "../../testing/simulator-bench.ts";
import { call, failure, request, setup } from "./simulated-amadeus.ts";

const code = async (work: Promise<unknown>) => (await failure(work)).code;

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());
async function open() {
  const parts = await simulated(setup());
  close = parts.close;
  return { ...parts, flights: parts.supplier.flights!, hotels: parts.supplier.hotels! };
}

/** Faults of the line while an order is made, and how many orders Amadeus has afterwards. */
const faults: [Scenario, number][] = [
  ["connection_reset", 0],
  ["server_error", 0],
  ["timeout_after_commit", 1],
  ["server_error_after_commit", 1],
  ["malformed_json", 1],
  ["wrong_content_type", 1],
];

describe("Amadeus knows no keys and cannot be asked by them", () => {
  it.each(faults)("a flight order after %s stays unknown and is never made again", async (scenario, orders) => {
    const { flights, simulator } = await open();
    const [offer] = await flights.search(flightQuery, call());
    simulator.next({ scenario, on: "create-flight-order" });
    expect(await code(flights.book(request(offer!, "key-1"), call()))).toBe("OUTCOME_UNKNOWN");
    expect(await code(flights.find("key-1", call()))).toBe("OUTCOME_UNKNOWN");
    expect(await code(flights.book(request(offer!, "key-1"), call()))).toBe("OUTCOME_UNKNOWN");
    expect(await simulator.ledger()).toHaveLength(orders);
    expect(simulator.requests.filter(({ route }) => route === "create-flight-order")).toHaveLength(1);
  });

  it.each(faults)("a hotel order after %s stays unknown and is never made again", async (scenario, orders) => {
    const { hotels, simulator } = await open();
    const [offer] = await hotels.search(hotelQuery, call());
    simulator.next({ scenario, on: "create-hotel-order" });
    expect(await code(hotels.book(request(offer!, "key-1"), call()))).toBe("OUTCOME_UNKNOWN");
    expect(await code(hotels.find("key-1", call()))).toBe("OUTCOME_UNKNOWN");
    expect(await code(hotels.book(request(offer!, "key-1"), call()))).toBe("OUTCOME_UNKNOWN");
    expect(await simulator.ledger()).toHaveLength(orders);
  });

  it("the vendor would make a second order of the same request, so nothing but the adapter prevents it", async () => {
    const { flights, simulator } = await open();
    const [offer] = await flights.search(flightQuery, call());
    await flights.book(request(offer!, "key-1"), call());
    const sent = simulator.requests.find(({ route }) => route === "create-flight-order")!;
    const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "agency", client_secret: "secret" });
    const token = ((await (await fetch(`${simulator.url}/v1/security/oauth2/token`, { method: "POST", body: form })).json()) as { access_token: string })
      .access_token;
    const again = await fetch(`${simulator.url}${sent.path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(sent.json),
    });
    expect(again.status).toBe(201);
    expect(await simulator.ledger()).toHaveLength(2);
  });

  it("our key stands in a remark, for the people who have to look", async () => {
    const { flights, simulator } = await open();
    const [offer] = await flights.search(flightQuery, call());
    simulator.next({ scenario: "timeout_after_commit", on: "create-flight-order" });
    await code(flights.book(request(offer!, "key-1"), call()));
    expect((await simulator.ledger())[0]?.clientReference).toBe("key-1");
  });

  it("refusals at the door leave the key unspent: the same one buys afterwards, once", async () => {
    const { flights, simulator } = await open();
    const [offer] = await flights.search(flightQuery, call());
    simulator.next({ scenario: "rate_limited", on: "create-flight-order" });
    expect(await code(flights.book(request(offer!, "key-1"), call()))).toBe("RATE_LIMITED");
    expect(await flights.find("key-1", call())).toBe(null);
    expect((await flights.book(request(offer!, "key-1"), call())).key).toBe("key-1");
    expect(await simulator.ledger()).toHaveLength(1);
  });

  it("a token that ended while the order was sent is fetched anew, and there is one order", async () => {
    const { flights, simulator } = await open();
    const [offer] = await flights.search(flightQuery, call());
    simulator.next({ scenario: "auth_expired", on: "create-flight-order" });
    expect((await flights.book(request(offer!, "key-1"), call())).status).toBe("confirmed");
    expect(await simulator.ledger()).toHaveLength(1);
  });
});

describe("a cancellation whose reply is lost", () => {
  it("is found out by reading: what Amadeus does not show any more is cancelled on the quoted terms", async () => {
    const { flights, simulator } = await open();
    const [offer] = await flights.search(flightQuery, call());
    const order = await flights.book(request(offer!, "key-1"), call());
    const quote = await flights.quoteCancel(order.reference, call());
    simulator.next({ scenario: "timeout_after_commit", on: "cancel-flight-order" });
    expect(await code(flights.cancel(order.reference, quote.token, "cancel-1", call()))).toBe("OUTCOME_UNKNOWN");
    const read = await flights.read(order.reference, call());
    expect(read).toMatchObject({ status: "cancelled", refund: quote.refund, penalty: quote.penalty });
    expect(await flights.cancel(order.reference, quote.token, "cancel-1", call())).toEqual(read);
    expect(simulator.requests.filter(({ route }) => route === "cancel-flight-order")).toHaveLength(1);
  });

  it("that did not go through is done by the same key", async () => {
    const { flights, simulator } = await open();
    const [offer] = await flights.search(flightQuery, call());
    const order = await flights.book(request(offer!, "key-1"), call());
    const { token } = await flights.quoteCancel(order.reference, call());
    simulator.next({ scenario: "connection_reset", on: "cancel-flight-order" });
    expect(await code(flights.cancel(order.reference, token, "cancel-1", call()))).toBe("OUTCOME_UNKNOWN");
    expect((await flights.read(order.reference, call())).status).toBe("confirmed");
    expect((await flights.cancel(order.reference, token, "cancel-1", call())).status).toBe("cancelled");
    expect((await simulator.ledger())[0]?.status).toBe("cancelled");
  });
});
