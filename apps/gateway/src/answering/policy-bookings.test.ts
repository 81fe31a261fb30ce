import { fileURLToPath } from "node:url";
import { createGate, type Gate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { testEngine } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { type Bookings, bookingTools, createBookings, type FlightOffer, money } from "@travelagent/tools-booking";
import { fakePayments, fakeSupplier, sampleFlight } from "@travelagent/tools-booking/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filesOfPacks } from "./policy-files.ts";

const root = fileURLToPath(new URL("../../policy", import.meta.url));
const turn = {
  runId: "run",
  agentId: "main",
  sessionKey: "agent:main:webchat:dm:ana",
  customerId: "customer:ana",
  channel: "webchat",
  accountId: "default",
  chatType: "direct" as const,
  peerId: "ana",
  timeZone: "Europe/Madrid",
};
const { signal } = new AbortController();

/** A flight to Frankfurt on 12 March that leaves at this hour of the morning and takes two. */
function flightAt(id: string, hour: number, cents = 18_940n): FlightOffer {
  const sample = sampleFlight();
  const [journey] = sample.journeys;
  const at = (hours: number) => `2027-03-12T${String(hours).padStart(2, "0")}:00:00`;
  const place = (hours: number) => ({ local: at(hours + 1), timeZone: "Europe/Madrid", utc: `${at(hours)}Z` });
  const [segment] = journey!.segments;
  const moved = {
    ...segment!,
    flightNumber: String(1000 + hour),
    departure: { ...segment!.departure, time: place(hour) },
    arrival: { ...segment!.arrival, time: place(hour + 2) },
  };
  const { paymentTimeLimit: _, ...instant } = sample;
  return { ...instant, id, price: { ...sample.price, total: money(cents, "EUR") }, journeys: [{ ...journey!, segments: [moved] }] };
}

describe("the agency's rules over real bookings", () => {
  let engine: Awaited<ReturnType<typeof testEngine>>;
  let bookings: Bookings;
  let supplier: ReturnType<typeof fakeSupplier>;
  let gate: Gate;
  let calls = 0;
  const clock = fakeClock("2027-01-15T09:00:00Z");
  beforeEach(async () => {
    engine = await testEngine();
    supplier = fakeSupplier({
      offers: [flightAt("six", 6), flightAt("seven", 7), flightAt("nine", 9), flightAt("twelve", 12), flightAt("fifteen", 15), flightAt("eighteen", 18)],
    });
    const customers = { ensure: async () => ({ customerId: turn.customerId }) };
    bookings = createBookings({ db: engine.db, work: engine.work, suppliers: [supplier], payments: fakePayments(), customers, clock, searchFreshMs: 0 });
    await bookings.migrate();
    const policy = parsePolicy(filesOfPacks(root, ["agency-default", "traveller-rules"]), { params: { searches_per_hour: 3 } });
    gate = createGate({ db: engine.db, tools: bookingTools(bookings), policy: () => policy, clock });
    await gate.migrate();
  });
  afterEach(() => engine.stop());

  const call = (name: string, args: object) => gate.call({ toolCallId: `c${++calls}`, name, args, tainted: false }, { ...turn, runId: `run${calls}` }, signal);
  /** Asks, says yes, asks again: what becomes of it, and whose rule it was when it is refused. */
  async function write(name: string, args: object): Promise<string> {
    const asked = await call(name, args);
    if (asked.status === "refused") return String((asked.error.details as { ruleId: string }).ruleId);
    if (asked.status !== "asked") throw new Error(`${name} was ${asked.status}`);
    await engine.db.transaction((tx) => gate.decisions.markShown(tx, [asked.decisionId]));
    await gate.decisions.answer({ id: `m${calls}`, sessionKey: turn.sessionKey, text: "yes", receivedAt: clock.now() });
    const done = await call(name, args);
    if (done.status !== "done") throw new Error(`${name} was ${done.status}: ${"error" in done ? done.error.message : ""}`);
    return (done.output.content as { booking: { reference: string } }).booking.reference;
  }
  const search = (more: object = {}) =>
    call("search_flights", { origin: "BCN", destination: "FRA", departureDate: "2027-03-12", adults: 1, limit: 20, ...more });
  const book = (offerId: string, traveller: object = {}) =>
    write("create_booking", {
      offerIds: [offerId],
      travellers: [{ givenName: "Ana", familyName: "Silva", ...traveller }],
      contact: { email: "ana@example.com" },
    });
  const cancel = (bookingReference: string) => write("cancel_booking", { bookingReference });

  it("let nobody be on two flights at once, and still find the booking that exists", async () => {
    await search();
    const reference = await book("six");
    expect(reference).toMatch(/^[A-Z0-9]{6}$/);
    expect(await book("seven")).toBe("booking.duplicate");
    expect(await book("seven", { givenName: "Ben" })).toMatch(/^[A-Z0-9]{6}$/);
    expect(await book("nine")).toMatch(/^[A-Z0-9]{6}$/);
    expect(await book("six")).toBe(reference);
  });

  it("stop booking and cancelling the same route and day again and again", async () => {
    await search();
    for (const offer of ["six", "nine", "twelve"]) await cancel(await book(offer));
    expect(await book("fifteen")).toBe("booking.churn");
  });

  it("keep to what the customer said it may cost, and search no more than is right", async () => {
    expect((await search({ maxTotal: { amount: "190.00", currency: "EUR" } })).status).toBe("done");
    supplier.setPrice("six", money(19_001n, "EUR"));
    expect(
      await call("create_booking", { offerIds: ["six"], travellers: [{ givenName: "Ana", familyName: "Silva" }], contact: { email: "ana@example.com" } }),
    ).toMatchObject({
      status: "refused",
      error: { message: expect.stringContaining("190.01 EUR and the customer said 190 EUR"), details: { ruleId: "booking.budget", denyCode: "budget" } },
    });
    expect((await search({ maxTotal: { amount: "200.00", currency: "EUR" } })).status).toBe("done");
    expect(await book("six")).toMatch(/^[A-Z0-9]{6}$/);
    await search();
    expect(await search()).toMatchObject({ status: "refused", error: { details: { ruleId: "booking.search-budget" } } });
  });

  it("look at the passport that is given, and at none that is not", async () => {
    await search();
    expect(await book("six", { passport: { country: "GB", expiresOn: "2027-05-01", issuedOn: "2018-01-01" } })).toBe("traveller.passport-by-country");
    expect(await book("six", { passport: { country: "ES", expiresOn: "2027-05-01" } })).toMatch(/^[A-Z0-9]{6}$/);
    expect(await book("nine")).toMatch(/^[A-Z0-9]{6}$/);
  });
});
