import type { FlightOffer, Offer } from "@travelagent/tools-booking";
import { Crash } from "@travelagent/travel-jobs/testing";
import { afterEach, describe, expect, it } from "vitest";
import { type NightShift, nightShift, phone, session } from "./testing/night-shift.ts";

const day = 86_400_000;
const open: NightShift[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
async function shift(vendor: "sandbox" | "duffel"): Promise<NightShift> {
  const made = await nightShift(vendor);
  open.push(made);
  return made;
}

const sameFlights = (a: FlightOffer, b: Offer): boolean =>
  b.vertical === "flight" &&
  JSON.stringify(a.journeys.map(({ segments }) => segments.map((s) => s.flightNumber + s.departure.time.local))) ===
    JSON.stringify(b.journeys.map(({ segments }) => segments.map((s) => s.flightNumber + s.departure.time.local))) &&
  a.fareComponents[0]!.fareBrand === b.fareComponents[0]!.fareBrand;

describe.each(["sandbox", "duffel"] as const)("price monitoring at %s", { timeout: 60_000 }, (vendor) => {
  it("tells of a real drop once, to a person, and neither of a rise nor of what moving costs more than it saves", async () => {
    const night = await shift(vendor);
    const pick = async () =>
      (await night.flights("2027-06-16")).find(
        (offer): offer is FlightOffer =>
          offer.vertical === "flight" && offer.conditions.refund.allowed === true && Number(offer.conditions.refund.penalty?.amount ?? 0) === 0,
      )!;
    const first = await pick();
    // On a day on which it is dear, so that it falls again.
    let offer: Offer | undefined = first;
    let least = Number(first.price.total.amount);
    for (let days = 0; days < 30 && (offer === undefined || Number(offer.price.total.amount) < least * 1.07); days++) {
      night.clock.skip(day);
      offer = (await night.flights("2027-06-16")).find((one) => sameFlights(first, one));
      least = Math.min(least, Number(offer?.price.total.amount ?? least));
    }
    if (offer?.vertical !== "flight") throw new Error("the flight is gone");
    const bought = offer;
    const stored = await night.book(bought);
    expect(stored.order.status).toMatch(/confirmed|ticketed/);
    const paid = Number(stored.order.items[0]!.total.amount);
    let drops = 0;
    let after = 0;
    let told = false;
    for (let night_ = 0; night_ < 40 && after < 3; night_++) {
      night.clock.skip(day);
      // What the world says, asked beside the job.
      const now = (await night.flights("2027-06-16")).find((one) => sameFlights(bought, one));
      const result = await night.run("price-monitoring", { params: { thresholdPercent: 5, thresholdAmount: 1 } });
      const again = await night.run("price-monitoring", { params: { thresholdPercent: 5, thresholdAmount: 1 } });
      expect(again.counts?.alerts).toBeUndefined();
      const cheaper = now !== undefined && paid - Number(now.price.total.amount) >= paid * 0.05;
      if (cheaper && !told) {
        drops += 1;
        expect(result.counts).toMatchObject({ alerts: 1, done: 1 });
      }
      if (!cheaper) expect(result.counts?.alerts).toBeUndefined();
      told = cheaper;
      if (drops > 0) after += 1;
    }
    expect(drops).toBeGreaterThan(0);
    const tasks = await night.tasks();
    expect(tasks.length).toBeGreaterThanOrEqual(drops);
    expect(tasks[0]).toContain(`Cheaper now, booking ${stored.order.reference}`);
    // Nothing was bought, nothing was cancelled, and no customer was written to.
    expect((await night.counter.ledger.orders()).map(({ status }) => status)).toHaveLength(1);
    expect(await night.outbox()).toEqual([]);
    const history = (await night.jobs().handlers["prices.history"]!({ booking: stored.order.reference }, {} as never)) as { items: { looks: unknown[] }[] };
    expect(history.items[0]!.looks.length).toBeGreaterThan(3);
  });

  it("a watch is told once, over crashes at every step, in the customer's language; nothing in a dry run", async () => {
    const night = await shift(vendor);
    const [cheapest] = (await night.flights("2027-06-16")).sort((a, b) => Number(a.price.total.amount) - Number(b.price.total.amount));
    const below = Math.ceil(Number(cheapest!.price.total.amount)) + 1;
    const { watch } = (await night.jobs().handlers["watches.add"]!(
      { sessionKey: session, origin: "BCN", destination: "FRA", departureDate: "2027-06-16", below, idempotencyKey: "w1" },
      {} as never,
    )) as { watch: { id: string } };
    const dry = await night.run("price-monitoring", { dryRun: true });
    expect(dry.summary).toContain("would");
    expect(await night.outbox()).toEqual([]);
    const slotMs = night.clock.now();
    const memo = new Map<string, string>();
    for (const where of ["before", "after"] as const) {
      await expect(
        night.run("price-monitoring", {
          slotMs,
          memo,
          at: (at, step) => {
            if (at === where && step.startsWith("effect:")) throw new Crash();
          },
        }),
      ).rejects.toThrow(Crash);
      await night.restart();
    }
    night.clock.skip(3_600_000);
    await night.run("price-monitoring");
    night.clock.skip(3_600_000);
    await night.run("price-monitoring");
    await expect.poll(() => night.shown().length, { timeout: 5_000 }).toBe(1);
    expect(night.shown()[0]!.text).toContain("You asked us to watch a price");
    expect(await night.outbox()).toMatchObject([{ id: `template:job:watch:${watch.id}`, status: "sent", to: phone }]);
    const { watches } = (await night.jobs().handlers["watches.list"]!({ all: true }, {} as never)) as { watches: { state: string }[] };
    expect(watches).toMatchObject([{ state: "told" }]);
    expect(await night.counter.ledger.orders()).toEqual([]);
  });
});

it("asks a supplier no more than the day's budget, over restarts", async () => {
  const night = await shift("sandbox");
  for (const date of ["2027-06-16", "2027-06-17", "2027-06-18"]) await night.book((await night.flights(date))[0]!);
  night.asked.length = 0;
  const params = { callsPerDay: 2 };
  expect((await night.run("price-monitoring", { params })).counts).toMatchObject({ "over-budget": 1 });
  await night.restart();
  night.clock.skip(3_600_000);
  await night.run("price-monitoring", { params });
  expect(night.asked.filter((method) => method === "search")).toHaveLength(2);
  night.clock.skip(day);
  await night.run("price-monitoring", { params });
  // The one that had no turn yesterday comes first.
  expect(await night.db.all("select count(*) as looks from travel_price group by subject order by subject")).toHaveLength(3);
});
