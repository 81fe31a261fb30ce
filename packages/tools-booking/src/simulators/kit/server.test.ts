import { afterEach, describe, expect, it } from "vitest";
import type { Dialect } from "./dialect.ts";
import { type Simulator, startSimulator } from "./server.ts";

const running: Simulator[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

async function start(options: { perSecond?: number } = {}) {
  const orders: string[] = [];
  const dialect: Dialect = {
    vendor: "acme",
    routes: [
      { method: "POST", path: "/orders", name: "create-order", handle: ({ json }) => ({ status: 201, body: { id: orders.push(JSON.stringify(json)) } }) },
      {
        method: "GET",
        path: "/orders/:id",
        name: "read-order",
        handle: ({ params, has }) => ({ status: 200, body: { id: params.id, moved: has("price_changed") } }),
      },
      { method: "GET", path: "/open", name: "open", open: true, handle: () => ({ status: 200, body: "plain", contentType: "text/plain" }) },
    ],
    guard: ({ headers }) => (headers.authorization === "Bearer good" ? undefined : "unauthorized"),
    refuse: (kind, message) => ({
      status: { rate_limited: 429, server_error: 500, not_found: 404, bad_request: 400, unauthorized: 401, auth_expired: 401 }[kind],
      body: { kind, message },
    }),
    ledger: async () => orders.map((_, i) => ({ kind: "hotel" as const, reference: String(i + 1), status: "confirmed" })),
  };
  const simulator = await startSimulator(dialect, options);
  running.push(simulator);
  const call = (path: string, init: RequestInit = {}) =>
    fetch(simulator.url + path, { ...init, headers: { authorization: "Bearer good", "content-type": "application/json", ...init.headers } });
  return { simulator, call, orders };
}

describe("a simulator", () => {
  it("serves its dialect behind its guard, and remembers what was asked without credentials", async () => {
    const { simulator, call } = await start();
    expect(await (await call("/orders/7%2F8")).json()).toEqual({ id: "7/8", moved: false });
    expect((await fetch(`${simulator.url}/orders/7`)).status).toBe(401);
    expect(await (await fetch(`${simulator.url}/open`)).text()).toBe("plain");
    expect((await call("/nowhere")).status).toBe(404);
    expect((await call("/orders", { method: "POST", body: "{" })).status).toBe(400);
    expect(simulator.requests.map(({ route, status }) => [route, status])).toEqual([
      ["read-order", 200],
      ["read-order", 401],
      ["open", 200],
      ["", 404],
      ["create-order", 400],
    ]);
    expect(JSON.stringify(simulator.requests)).not.toContain("good");
  });

  it("names no charset in its content type, which some vendors' clients refuse", async () => {
    const { call } = await start();
    expect((await call("/orders/1")).headers.get("content-type")).toBe("application/json");
  });

  it("does what is ordered and then loses the reply", async () => {
    const { simulator, call, orders } = await start();
    simulator.next({ scenario: "timeout_after_commit", on: "create-order" });
    expect((await call("/orders/1")).status).toBe(200);
    await expect(call("/orders", { method: "POST", body: "{}" })).rejects.toThrow();
    expect(orders).toHaveLength(1);
    expect((await call("/orders", { method: "POST", body: "{}" })).status).toBe(201);
  });

  it.each([
    ["rate_limited", 429],
    ["auth_expired", 401],
    ["server_error", 500],
  ] as const)("refuses with %s before anything happens", async (scenario, status) => {
    const { call, orders } = await start();
    const answer = await call("/orders", { method: "POST", body: "{}", headers: { "x-sim-scenario": scenario } });
    expect(answer.status).toBe(status);
    expect(orders).toHaveLength(0);
    if (scenario === "rate_limited") expect(answer.headers.get("retry-after")).toBe("1");
  });

  it("breaks the line before, the form after, and hands business faults to the dialect", async () => {
    const { simulator, call, orders } = await start();
    simulator.next({ scenario: "connection_reset", on: "create-order" });
    await expect(call("/orders", { method: "POST", body: "{}" })).rejects.toThrow();
    expect(orders).toHaveLength(0);
    await expect((await call("/orders/1", { headers: { "x-sim-scenario": "malformed_json" } })).json()).rejects.toThrow();
    expect((await call("/orders/1", { headers: { "x-sim-scenario": "wrong_content_type" } })).headers.get("content-type")).toBe("text/html");
    expect(await (await call("/orders/1", { headers: { "x-sim-scenario": "price_changed" } })).json()).toMatchObject({ moved: true });
  });

  it("limits requests a second", async () => {
    const { call } = await start({ perSecond: 3 });
    const statuses = await Promise.all(Array.from({ length: 12 }, async () => (await call("/orders/1")).status));
    expect(statuses).toContain(429);
    expect(statuses).toContain(200);
  });

  it("is turned from outside: faults, ledger, what was asked", async () => {
    const { simulator, call } = await start();
    const post = (path: string, body: unknown) => fetch(simulator.url + path, { method: "POST", body: JSON.stringify(body) });
    expect((await post("/_simulator/scenario", { scenario: "no such" })).status).toBe(400);
    expect((await post("/_simulator/scenario", { scenario: "server_error", on: "read-order", times: 2 })).status).toBe(204);
    expect([(await call("/orders/1")).status, (await call("/orders/1")).status, (await call("/orders/1")).status]).toEqual([500, 500, 200]);
    await call("/orders", { method: "POST", body: "{}" });
    expect(await (await fetch(`${simulator.url}/_simulator/ledger`)).json()).toEqual({
      vendor: "acme",
      ledger: [{ kind: "hotel", reference: "1", status: "confirmed" }],
    });
  });
});
