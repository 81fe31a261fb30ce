import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { fanOut, type Search } from "./fan-out.ts";
import { money } from "./money.ts";
import type { FlightOffer } from "./offer.ts";
import type { Supplier } from "./supplier.ts";
import { fakeSupplier } from "./testing/fake-supplier.ts";
import { sampleFlight } from "./testing/sample-offers.ts";

const search: Search = {
  kind: "flight",
  query: {
    origin: "BCN",
    destination: "FRA",
    departureDate: "2027-03-12",
    adults: 1,
    childrenAges: [],
    cabin: "ECONOMY",
    directOnly: false,
    currency: "EUR",
    limit: 5,
  },
};
const at = (id: string, minor: bigint, changes: Partial<FlightOffer> = {}): FlightOffer => {
  const offer = sampleFlight({ id, ...changes });
  return { ...offer, price: { ...offer.price, total: money(minor, "EUR") } };
};
const flying = (flightNumber: string, minutes: number): Partial<FlightOffer> => {
  const [journey] = sampleFlight().journeys;
  return { journeys: [{ ...journey!, duration: minutes, segments: [{ ...journey!.segments[0]!, flightNumber }] }] };
};
function bench(suppliers: Supplier[]) {
  const clock = fakeClock();
  const log = recordingLogger();
  const abort = new AbortController();
  return { clock, log, abort, run: (wanted: Search = search) => fanOut({ suppliers, clock, log, deadlineMs: 8000 }, wanted, "r1", abort.signal) };
}

describe("fan-out", () => {
  it("waits for no supplier longer than its deadline, and names who failed", async () => {
    const [good, slow, broken] = [fakeSupplier({ id: "good", offers: [at("a", 10_000n)] }), fakeSupplier({ id: "slow" }), fakeSupplier({ id: "broken" })];
    slow.faults.next("search", "hang");
    broken.faults.next("search", new TravelAgentError("SUPPLIER_UNAVAILABLE", "down for maintenance"));
    const { clock, run, log } = bench([good, slow, broken]);
    const pending = run();
    await clock.advance(7_999);
    let done = false;
    void pending.then(() => {
      done = true;
    });
    await clock.advance(0);
    expect(done).toBe(false);
    await clock.advance(1);
    const { offers, suppliers } = await pending;
    expect(offers.map(({ offer }) => offer.id)).toEqual(["a"]);
    expect(suppliers).toEqual([
      { id: "good", status: "ok", ms: 0 },
      { id: "slow", status: "timeout", error: "no answer within 8 s; try again", ms: 8000 },
      { id: "broken", status: "error", error: "down for maintenance", ms: 0 },
    ]);
    expect(log.lines.map(({ fields }) => fields.supplier)).toEqual(["broken", "slow"]);
  });

  it("keeps the cheaper of equal offers and both of unequal ones", async () => {
    const light = { ...sampleFlight().fareComponents[0]!, fareBrand: "Light", baggage: { carryOn: "1 bag", checkedPieces: 0 } };
    const { run } = bench([
      fakeSupplier({ id: "one", offers: [at("dear", 12_000n), at("light", 8_000n, { fareComponents: [light] })] }),
      fakeSupplier({ id: "two", offers: [at("cheap", 11_000n)] }),
    ]);
    expect((await run()).offers.map(({ offer }) => offer.id)).toEqual(["light", "cheap"]);
  });

  it("says why each offer is there, and never drops the fastest", async () => {
    const offers = [
      at("slow", 9_000n, flying("1", 400)),
      at("mid", 9_500n, flying("2", 300)),
      at("mid2", 9_700n, flying("3", 290)),
      at("quick", 30_000n, flying("4", 100)),
      at("good", 10_000n, flying("5", 130)),
    ];
    const { run } = bench([fakeSupplier({ offers })]);
    const { offers: ranked } = await run({ ...search, query: { ...search.query, limit: 3 } } as Search);
    expect(ranked.map(({ offer, tags }) => [offer.id, ...tags])).toEqual([
      ["slow", "cheapest", "direct"],
      ["good", "best value", "direct"],
      ["quick", "fastest", "direct"],
    ]);
  });

  it("keeps within the budget and the currency", async () => {
    const foreign = at("yen", 100n);
    foreign.price = { ...foreign.price, total: money(9_000n, "JPY") };
    const { run } = bench([fakeSupplier({ offers: [at("a", 10_000n), at("b", 10_001n, flying("9", 100)), foreign] })]);
    const { offers } = await run({ ...search, query: { ...search.query, maxTotal: money(10_000n, "EUR") } } as Search);
    expect(offers.map(({ offer }) => offer.id)).toEqual(["a"]);
  });

  it("stops when its caller does", async () => {
    const slow = fakeSupplier();
    slow.faults.next("search", "hang");
    const { run, abort } = bench([slow]);
    const pending = run();
    abort.abort(new TravelAgentError("CANCELLED", "stop"));
    await expect(pending).rejects.toMatchObject({ code: "CANCELLED" });
  });
});
