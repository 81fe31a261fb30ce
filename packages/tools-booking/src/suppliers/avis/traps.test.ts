import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { minorUnits } from "../../money.ts";
import type { CarOffer } from "../../offer.ts";
import { avisDialect } from "../../simulators/avis/index.ts";
import type { Route, SimulatedRequest } from "../../simulators/kit/index.ts";
import type { BookRequest } from "../../supplier.ts";
import { carQuery, partyFor, simulated } from "../../testing/simulator-bench.ts";
import { type AvisOptions, avisSupplier } from "./avis.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))));

const call = { signal: new AbortController().signal, requestId: "test" };

/** `broken` says which requests Avis does not understand. */
async function bench(options: Partial<AvisOptions> = {}, broken: (route: string, request: SimulatedRequest) => boolean = () => false) {
  const parts = await simulated({
    dialect(world) {
      const dialect = avisDialect(world);
      const routes = dialect.routes.map((route): Route => {
        const { name, handle } = route;
        return { ...route, handle: (request) => (broken(name, request) ? dialect.refuse("bad_request", "") : handle(request)) };
      });
      return { ...dialect, routes };
    },
    adapter: ({ url, memory, clock }) =>
      avisSupplier({ baseUrl: url, clientId: "avis-client", clientSecret: "avis-secret", live: false, memory, clock, ...options }),
  });
  opened.push(parts);
  const cars = parts.supplier.cars!;
  return {
    ...parts,
    cars,
    sold: async () => (await parts.simulator.ledger()).filter(({ status }) => status !== "cancelled").length,
    routes: (name: string) => parts.simulator.requests.filter(({ route }) => route === name),
    car: async () => (await cars.search(carQuery, call))[0]!,
  };
}

const request = (offer: CarOffer, key: string): BookRequest<CarOffer> => ({
  offer,
  travellers: partyFor(offer),
  contact: { email: "ana.silva@example.com", phone: "+351910000000" },
  key,
  maxTotal: offer.price.total,
});

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return TravelAgentError.is(error) ? error.code : (error ?? "no error");
};

describe("Avis's token", () => {
  it("is fetched by GET with the credentials as headers, once for many calls, and goes with the client id", async () => {
    const { cars, routes, car } = await bench();
    await Promise.all([cars.search(carQuery, call), cars.search(carQuery, call), car()]);
    expect(routes("token")).toHaveLength(1);
    expect(routes("token")[0]).toMatchObject({ method: "GET", headers: { client_id: "avis-client" } });
    expect(routes("vehicles")[0]!.headers).toMatchObject({ client_id: "avis-client" });
  });

  it("that has expired is fetched anew, also before a reservation, which is sent again only because it was refused at the door", async () => {
    const { cars, simulator, routes, car, sold } = await bench();
    const offer = await car();
    simulator.next({ scenario: "auth_expired", on: "create" });
    expect((await cars.book(request(offer, "token-1"), call)).status).toBe("confirmed");
    expect(routes("token")).toHaveLength(2);
    expect(await sold()).toBe(1);
  });

  it("is refused for wrong credentials, and the message says what to check", async () => {
    const { cars } = await bench({ clientSecret: "wrong-secret" });
    await expect(cars.search(carQuery, call)).rejects.toMatchObject({ code: "SUPPLIER_REJECTED", message: expect.stringContaining("check them") });
  });

  it("is never sent in the address, nor is the secret", async () => {
    const { simulator, car } = await bench();
    await car();
    expect(JSON.stringify(simulator.requests)).not.toContain("avis-secret");
  });
});

it("refuses to be live at the staging address", async () => {
  const { memory } = await bench();
  expect(() => avisSupplier({ baseUrl: "https://stage.abgapiservices.com", clientId: "c", clientSecret: "s", live: true, memory })).toThrow(
    /configured as live/,
  );
});

describe("searching at Avis", () => {
  it("asks each brand, and only those that are wanted", async () => {
    const { cars, routes } = await bench();
    const all = await cars.search({ ...carQuery, limit: 40 }, call);
    expect(new Set(all.map(({ vendor }) => vendor.code))).toEqual(new Set(["ZI", "ZD"]));
    const before = routes("vehicles").length;
    expect((await cars.search({ ...carQuery, vendors: ["ZD"] }, call)).every(({ vendor }) => vendor.name === "Budget")).toBe(true);
    expect(routes("vehicles")).toHaveLength(before + 1);
    expect(await cars.search({ ...carQuery, vendors: ["ZE"] }, call)).toEqual([]);
    expect(routes("vehicles")).toHaveLength(before + 1);
  });

  it("that finds nothing is told by 404, and is no failure", async () => {
    const { cars, simulator } = await bench();
    simulator.next({ scenario: "sold_out", on: "vehicles", times: 2 });
    expect(await cars.search(carQuery, call)).toEqual([]);
  });

  it("goes on without a brand that fails, and fails when all do", async () => {
    const one = await bench({}, (route, { query }) => route === "vehicles" && query.get("brand") === "Budget");
    const found = await one.cars.search(carQuery, call);
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found.map(({ vendor }) => vendor.name))).toEqual(new Set(["Avis"]));
    const all = await bench({}, (route) => route === "vehicles");
    expect(await codeOf(all.cars.search(carQuery, call))).toBe("SUPPLIER_REJECTED");
  });
});

describe("reserving at Avis", () => {
  it("leaves our key in the remark and as the transaction, and sends no card", async () => {
    const { cars, routes, car, simulator } = await bench();
    const order = await cars.book(request(await car(), "key-1"), call);
    expect(routes("create")[0]!.json).toMatchObject({ reservation: { remark: "key-1" }, transaction: { transaction_id: "key-1" } });
    expect(JSON.stringify(routes("create")[0]!.json)).not.toMatch(/payment_method|card/);
    expect(await simulator.ledger()).toMatchObject([{ reference: order.reference, clientReference: "key-1" }]);
  });

  it("is paid by the agency's voucher where there is one", async () => {
    const { cars, routes, car } = await bench({ voucherNumber: "12345678" });
    const offer = await car();
    expect(offer.paymentType).toBe("PREPAID");
    await cars.book(request(offer, "v-1"), call);
    const { amount, currency } = offer.price.total;
    expect(routes("create")[0]!.json).toMatchObject({
      payment_preference: { type: "Voucher", id: "12345678", fixed_value: "FixedValue", electronic_indicator: true, amount: Number(amount), currency },
    });
  });

  it.each(["timeout_after_commit", "connection_reset", "server_error_after_commit", "malformed_json"] as const)(
    "%s leaves it unknown for ever: nobody but a person can tell, and it is never sent again",
    async (scenario) => {
      const { cars, simulator, routes, clock, car, sold } = await bench();
      const offer = await car();
      simulator.next({ scenario, on: "create" });
      expect(await codeOf(cars.book(request(offer, "lost-1"), call))).toBe("OUTCOME_UNKNOWN");
      expect(await codeOf(cars.find("lost-1", call))).toBe("OUTCOME_UNKNOWN");
      expect(await codeOf(cars.book(request(offer, "lost-1"), call))).toBe("OUTCOME_UNKNOWN");
      await clock.advance(3 * 24 * 3_600_000);
      expect(await codeOf(cars.find("lost-1", call))).toBe("OUTCOME_UNKNOWN");
      expect(routes("create")).toHaveLength(1);
      expect(await sold()).toBeLessThanOrEqual(1);
    },
  );

  it("answered with a success and errors at once is looked at before anybody believes it", async () => {
    const { cars, simulator, routes, car } = await bench();
    const offer = await car();
    simulator.next({ scenario: "partial", on: "create" });
    expect(await cars.book(request(offer, "both-1"), call)).toMatchObject({ key: "both-1", status: "confirmed" });
    expect(routes("view")).toHaveLength(1);
    const blind = await bench({}, (route) => route === "view");
    const other = await blind.car();
    blind.simulator.next({ scenario: "partial", on: "create" });
    expect(await codeOf(blind.cars.book(request(other, "both-2"), call))).toBe("OUTCOME_UNKNOWN");
  });

  it("answered 200 with errors inside is refused", async () => {
    const { cars, simulator, car, sold } = await bench();
    const offer = await car();
    simulator.next({ scenario: "error_in_200", on: "create" });
    expect(await codeOf(cars.book(request(offer, "e-1"), call))).toBe("SUPPLIER_REJECTED");
    expect(await cars.find("e-1", call)).toBe(null);
    expect(await sold()).toBe(0);
  });

  it.each([
    ["price_changed", "rates", "PRICE_CHANGED"],
    ["sold_out", "rates", "SOLD_OUT"],
    ["sold_out", "create", "SOLD_OUT"],
    ["rate_limited", "create", "RATE_LIMITED"],
  ] as const)("%s at %s is %s and sells nothing; the key may be used again", async (scenario, on, code) => {
    const { cars, simulator, sold, car } = await bench();
    const offer = await car();
    simulator.next({ scenario, on });
    expect(await codeOf(cars.book(request(offer, "no-1"), call))).toBe(code);
    expect(await cars.find("no-1", call)).toBe(null);
    expect(await sold()).toBe(0);
    await cars.book(request(offer, "no-1"), call);
    expect(await sold()).toBe(1);
  });
});

describe("a reservation at Avis", () => {
  it("is shown only by number, brand and name, and not to who has not made it", async () => {
    const { cars, routes, car } = await bench();
    const order = await cars.book(request(await car(), "r-1"), call);
    await cars.read(order.reference, call);
    expect(routes("view").at(-1)!.query).toMatch(/brand=\w+&confirmation_number=\w+&last_name=Silva/);
    await expect(cars.read("00000000US1", call)).rejects.toMatchObject({ details: { code: "order_not_found" } });
  });

  it("whose number never came is kept, read and cancelled once a person found it, and another number is not believed", async () => {
    const { cars, simulator, car } = await bench();
    const offer = await car();
    simulator.next({ scenario: "timeout_after_commit", on: "create" });
    expect(await codeOf(cars.book(request(offer, "lost-2"), call))).toBe("OUTCOME_UNKNOWN");
    const { reference } = (await simulator.ledger())[0]!;
    expect(await codeOf(cars.adopt!("00000000US0", "lost-2", call))).toBe("SUPPLIER_REJECTED");
    expect(await codeOf(cars.adopt!(reference, "never-asked", call))).toBe("SUPPLIER_REJECTED");
    const order = await cars.adopt!(reference, "lost-2", call);
    expect(order).toMatchObject({ reference, key: "lost-2", status: "confirmed", total: offer.price.total });
    expect(await cars.find("lost-2", call)).toEqual(order);
    expect(await codeOf(cars.adopt!("00000000US0", "lost-2", call))).toBe("SUPPLIER_REJECTED");
    const { token } = await cars.quoteCancel(reference, call);
    expect((await cars.cancel(reference, token, "x-2", call)).status).toBe("cancelled");
  });

  it("is cancelled once although the reply is lost, and verified by reading first", async () => {
    const { cars, simulator, routes, car } = await bench();
    const order = await cars.book(request(await car(), "c-1"), call);
    const { token, refund, penalty } = await cars.quoteCancel(order.reference, call);
    expect(minorUnits(penalty)).toBe(0n);
    simulator.next({ scenario: "timeout_after_commit", on: "cancel" });
    expect(await codeOf(cars.cancel(order.reference, token, "x-1", call))).toBe("OUTCOME_UNKNOWN");
    expect(await cars.cancel(order.reference, token, "x-1", call)).toMatchObject({ status: "cancelled", refund });
    expect(routes("cancel")).toHaveLength(1);
    expect((await cars.read(order.reference, call)).status).toBe("cancelled");
  });

  it("that Avis does not find is not taken for cancelled unless we cancelled it: 404 hides other troubles too", async () => {
    const { cars, simulator, memory, car } = await bench();
    const order = await cars.book(request(await car(), "h-1"), call);
    const { token } = await cars.quoteCancel(order.reference, call);
    await cars.cancel(order.reference, token, "x-1", call);
    const { cancel: _, ...note } = (await memory.get<Record<string, unknown>>("reservation", order.reference))!;
    await memory.put("reservation", order.reference, note);
    expect(await codeOf(cars.read(order.reference, call))).toBe("SUPPLIER_REJECTED");
    expect((await simulator.ledger())[0]!.status).toBe("cancelled");
  });

  it("cannot be cancelled any more once the car should have been picked up", async () => {
    const { cars, clock, car } = await bench();
    const offer = await car();
    const order = await cars.book(request(offer, "p-1"), call);
    await clock.advance(Date.parse(offer.pickUp.time.utc) - clock.now() + 1000);
    await expect(cars.quoteCancel(order.reference, call)).rejects.toMatchObject({ details: { code: "rental_begun" } });
  });

  it("is changed as a whole: what is left out would be gone, so the remark goes again", async () => {
    const { cars, routes, simulator, car } = await bench();
    const from = await car();
    const order = await cars.book(request(from, "m-1"), call);
    const to = (await cars.search({ ...carQuery, limit: 40 }, call)).find(
      ({ vendor, vehicle }) => vendor.code === from.vendor.code && vehicle.acriss !== from.vehicle.acriss,
    )!;
    const quote = await cars.quoteChange!(order.reference, to, call);
    simulator.next({ scenario: "timeout_after_commit", on: "modify" });
    expect(await codeOf(cars.change!(order.reference, to, quote.token, "m-2", call))).toBe("OUTCOME_UNKNOWN");
    expect(await cars.change!(order.reference, to, quote.token, "m-2", call)).toMatchObject({ reference: order.reference, total: to.price.total, key: "m-1" });
    expect(routes("modify")).toHaveLength(1);
    expect(await simulator.ledger()).toMatchObject([{ clientReference: "m-1", status: "confirmed", total: to.price.total }]);
  });

  it("stays with its brand", async () => {
    const { cars } = await bench();
    const all = await cars.search({ ...carQuery, limit: 40 }, call);
    const avis = all.find(({ vendor }) => vendor.code === "ZI")!;
    const budget = all.find(({ vendor }) => vendor.code === "ZD")!;
    const order = await cars.book(request(avis, "b-1"), call);
    await expect(cars.quoteChange!(order.reference, budget, call)).rejects.toMatchObject({ details: { code: "change_not_allowed" } });
  });
});
