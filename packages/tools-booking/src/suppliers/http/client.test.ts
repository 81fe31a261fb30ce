import { TravelAgentError } from "@travelagent/protocol";
import { recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { type Dialect, type Simulator, startSimulator } from "../../simulators/kit/index.ts";
import { type SupplierHttpOptions, supplierHttp } from "./client.ts";
import { singleFlightToken } from "./token.ts";

const running: Simulator[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});
const call = () => ({ signal: new AbortController().signal, requestId: "r1" });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "no error",
    (error: unknown) => (TravelAgentError.is(error) ? error.code : String(error)),
  );
const order = { method: "POST", path: "orders", route: "orders", json: { for: "Ana" } } as const;
const look = { method: "GET", path: "orders/1", route: "orders/{id}" } as const;

async function bench(more: Partial<SupplierHttpOptions> = {}) {
  let sold = 0;
  let tokens = 0;
  let good = "";
  const dialect: Dialect = {
    vendor: "acme",
    routes: [
      {
        method: "POST",
        path: "/token",
        name: "token",
        open: true,
        handle: () => {
          tokens += 1;
          good = `t${tokens}`;
          return { status: 200, body: { token: good } };
        },
      },
      {
        method: "POST",
        path: "/orders",
        name: "create",
        handle: ({ has }) => (has("error_in_200") ? { status: 200, body: { errors: ["E1"] } } : { status: 201, body: { id: ++sold } }),
      },
      { method: "GET", path: "/orders/:id", name: "read", handle: () => ({ status: 200, body: { id: 1 } }) },
      { method: "GET", path: "/away", name: "away", open: true, handle: () => ({ status: 302, headers: { location: "http://127.0.0.1:1/steal" } }) },
    ],
    guard: ({ headers }) => (headers.authorization === `Bearer ${good}` ? undefined : "auth_expired"),
    refuse: (kind, message) => ({
      status: { rate_limited: 429, server_error: 500, not_found: 404, bad_request: 400, unauthorized: 401, auth_expired: 401 }[kind],
      body: { message },
    }),
    ledger: async () => [],
  };
  const simulator = await startSimulator(dialect);
  running.push(simulator);
  const log = recordingLogger();
  const fresh = async () => {
    const body = (await (await fetch(`${simulator.url}/token`, { method: "POST" })).json()) as { token: string };
    return { token: body.token, expiresInMs: 600_000 };
  };
  const clock = {
    now: () => 0,
    after: (ms: number, run: () => void) =>
      (
        (timer) => () =>
          clearTimeout(timer)
      )(setTimeout(run, ms)),
  };
  const http = supplierHttp({ supplier: "acme", baseUrl: simulator.url, log, readRetriesMs: [1, 1], token: singleFlightToken(fresh, { clock }), ...more });
  return { http, simulator, log, sold: () => sold, tokens: () => tokens };
}

describe("supplierHttp", () => {
  it("fetches one token for many calls at once", async () => {
    const { http, tokens } = await bench();
    await Promise.all(Array.from({ length: 8 }, () => http.read(look, call())));
    expect(tokens()).toBe(1);
  });

  it("gets a new token when the vendor refuses the old one, for a write as well, and sells once", async () => {
    const { http, simulator, sold, tokens } = await bench();
    await http.read(look, call());
    simulator.next({ scenario: "auth_expired", on: "create" });
    expect((await http.write(order, call())).body).toEqual({ id: 1 });
    expect([sold(), tokens()]).toEqual([1, 2]);
  });

  it("says that credentials are wrong when a new token is refused too", async () => {
    const { http, simulator } = await bench();
    simulator.next({ scenario: "auth_expired", times: 2 });
    expect(await codeOf(http.write(order, call()))).toBe("SUPPLIER_REJECTED");
  });

  it.each(["connection_reset", "server_error", "rate_limited", "malformed_json"] as const)("repeats a read after %s", async (scenario) => {
    const { http, simulator } = await bench({ readRetriesMs: [1, 1, 1] });
    simulator.next({ scenario, on: "read", times: scenario === "rate_limited" ? 1 : 2 });
    expect((await http.read(look, call())).body).toEqual({ id: 1 });
  });

  it("gives up on a read after its retries", async () => {
    const { http, simulator } = await bench();
    simulator.next({ scenario: "server_error", on: "read", times: 3 });
    expect(await codeOf(http.read(look, call()))).toBe("SUPPLIER_UNAVAILABLE");
    expect(simulator.requests.filter(({ route }) => route === "read")).toHaveLength(3);
  });

  it.each([
    ["timeout_after_commit", "OUTCOME_UNKNOWN", 1],
    ["server_error_after_commit", "OUTCOME_UNKNOWN", 1],
    ["malformed_json", "OUTCOME_UNKNOWN", 1],
    ["wrong_content_type", "OUTCOME_UNKNOWN", 1],
    ["connection_reset", "OUTCOME_UNKNOWN", 0],
    ["server_error", "OUTCOME_UNKNOWN", 0],
    ["rate_limited", "RATE_LIMITED", 0],
  ] as const)("sends a write once: %s is %s", async (scenario, code, sales) => {
    const { http, simulator, sold } = await bench();
    simulator.next({ scenario, on: "create" });
    expect(await codeOf(http.write(order, call()))).toBe(code);
    expect(simulator.requests.filter(({ route }) => route === "create")).toHaveLength(1);
    expect(sold()).toBe(sales);
  });

  it("knows that nothing happened where nobody listens", async () => {
    const { http, simulator } = await bench({ token: undefined as never });
    await simulator.close();
    expect(await codeOf(http.write(order, call()))).toBe("SUPPLIER_UNAVAILABLE");
  });

  it("takes an error inside a 200 for an error", async () => {
    const { http, simulator } = await bench({
      problemIn: ({ body }) => {
        const errors = (body as { errors?: string[] } | undefined)?.errors;
        return errors ? { vendorCode: errors[0]!, code: "SOLD_OUT", message: "sold out" } : undefined;
      },
    });
    simulator.next({ scenario: "error_in_200", on: "create" });
    await expect(http.write(order, call())).rejects.toMatchObject({ code: "SOLD_OUT", details: { code: "E1", supplier: "acme" } });
  });

  it("leaves a write unknown when it is late, and a read unavailable", async () => {
    const { http, simulator } = await bench({ writeTimeoutMs: 60, readTimeoutMs: 60, readRetriesMs: [] });
    await http.read(look, call());
    simulator.next({ scenario: "slow", ms: 400, on: "create" });
    simulator.next({ scenario: "slow", ms: 400, on: "read" });
    expect(await codeOf(http.write(order, call()))).toBe("OUTCOME_UNKNOWN");
    expect(await codeOf(http.read(look, call()))).toBe("SUPPLIER_UNAVAILABLE");
  });

  it("follows no redirect and no link to another host", async () => {
    const { http } = await bench();
    expect(await codeOf(http.read({ method: "GET", path: "away", route: "away" }, call()))).toBe("SUPPLIER_REJECTED");
    expect(await codeOf(http.read({ method: "GET", path: "http://127.0.0.1:1/elsewhere", route: "link" }, call()))).toBe("SUPPLIER_REJECTED");
  });

  it("writes no body, address or token into the log", async () => {
    const { http, log, simulator } = await bench();
    await http.write(order, call());
    const text = JSON.stringify(log.lines);
    expect(text).toContain("orders");
    for (const secret of ["Ana", "t1", simulator.url]) expect(text).not.toContain(secret);
  });
});
