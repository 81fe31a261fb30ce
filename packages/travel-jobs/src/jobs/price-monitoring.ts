import type { Workflow } from "@travelagent/cron";
import { type Money, TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import { mainUnits, minor, sayMoney } from "../amounts.ts";
import { type JobParts, type JobRun, travelJob } from "../job.ts";
import type { AlertOutcome, PricedSubject, PriceHistory } from "../price-history.ts";
import { isSure, type Trip, type TripItem } from "../trip.ts";
import type { Watch, Watches } from "../watches.ts";
import { dayIn } from "../zoned.ts";
import { callLimits } from "./call-limits.ts";

const Params = z.strictObject({
  ...callLimits,
  /** Least saving in per cent of what was paid. */
  thresholdPercent: z.number().min(0).max(100).default(5),
  /** Least saving in the currency's main unit. */
  thresholdAmount: z.number().min(0).default(20),
  /** Travel that begins sooner is left alone. */
  minHoursAhead: z.number().min(0).default(48),
  /** Most items looked at in one run; those looked at longest ago come first. */
  maxChecks: z.int().min(1).default(2000),
  /** A run ends after this, and the next one goes on. */
  maxMinutes: z.number().min(1).default(10),
  /** Who hears of a cheaper price of a booking. Watches always tell the customer who asked. */
  tell: z.enum(["agency", "customer", "both"]).default("agency"),
  /** Days prices are kept. */
  keepDays: z.int().min(1).default(400),
});
type Params = z.infer<typeof Params>;

/** One look to be taken. `suppliers`: whom it asks. */
interface Look {
  subject: PricedSubject;
  suppliers: readonly string[];
  about: { trip: Trip; item: TripItem } | { watch: Watch };
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A supplier that fails so often in a row is left alone for the rest of the run. */
const mostFailures = 5;
/** Of `Prices.move`. */
const callsOfMove = 3;

export const subjectOf = (tripId: string, item: number): string => `${tripId}/${item}`;

/** Looks at prices of what is booked and what is watched, keeps each look, and tells of a real drop once. Never buys anything. */
export function priceMonitoring(parts: JobParts, { history, watches }: { history: PriceHistory; watches: Watches }): Workflow {
  const { services, budget, clock, log } = parts;

  /** What is told of a price; the look is kept by whoever asked. */
  async function weigh(run: JobRun<Params>, { subject, suppliers }: Look, trip: Trip, item: TripItem, price: Money): Promise<AlertOutcome> {
    const { params, signal } = run;
    const paid = minor(item.total);
    const percent = (paid * BigInt(Math.round(params.thresholdPercent * 100))) / 10_000n;
    const least = mainUnits(params.thresholdAmount, item.total);
    const threshold = [percent, least, 1n].reduce((most, one) => (one > most ? one : most));
    const decision = await history.decide(subject.subject, price, { saving: paid - minor(price), threshold });
    if (decision.kind !== "alert") return decision;
    for (let call = 0; call < callsOfMove; call++) if (!(await budget.take(suppliers[0]!, params, signal))) return { kind: "quiet" };
    const move = await services.prices.move(trip, item, signal);
    if (!move || minor(move.saving) < threshold) {
      run.count("not-worth-it");
      return { kind: "weighed" };
    }
    const key = `price-drop:${subject.subject}:${decision.alert}`;
    const how = move.how === "change" ? "exchanging it" : "booking it anew and cancelling it";
    const what = `${trip.reference}: ${item.summary} costs ${sayMoney(price)} instead of ${sayMoney(item.total)}`;
    if (params.tell !== "customer")
      await run.act({
        key,
        about: trip,
        what,
        make: async () => ({
          kind: "task",
          text: `Cheaper now, booking ${what}. By ${how} the customer keeps ${sayMoney(move.saving)}, after ${sayMoney(move.cost)} of penalties. Offer it; nothing was changed.`,
          dueAt: Math.min(clock.now() + dayMs, Date.parse(item.start.utc)),
        }),
      });
    if (params.tell !== "agency")
      await run.act({
        key: `${key}:customer`,
        about: trip,
        until: clock.now() + dayMs,
        what,
        make: async () => ({
          kind: "message",
          template: "price-drop",
          values: { reference: trip.reference, summary: item.summary, price, saving: move.saving },
        }),
      });
    run.count("alerts");
    return { kind: "alerted", alert: decision.alert };
  }

  async function lookAtItem(run: JobRun<Params>, look: Look, trip: Trip, item: TripItem): Promise<void> {
    const found = await services.prices.priceNow(trip, item, run.signal);
    const price = found.status === "priced" ? found.price : undefined;
    run.count(price ? "priced" : "gone");
    const outcome = price && price.currency === item.total.currency ? await weigh(run, look, trip, item, price) : undefined;
    await history.keep(look.subject, run.slot, price, outcome);
  }

  async function lookAtWatch(run: JobRun<Params>, { subject }: Look, watch: Watch): Promise<void> {
    const owner = { sessionKey: watch.sessionKey, ...(watch.customerId === undefined ? {} : { customerId: watch.customerId }) };
    const found = await services.prices.cheapest(watch.flight, owner, run.signal);
    run.count(found ? "priced" : "gone");
    const keep = () => history.keep(subject, run.slot, found?.price);
    if (!found || found.price.currency !== watch.below.currency || minor(found.price) > minor(watch.below)) return keep();
    await run.act({
      key: `watch:${watch.id}`,
      about: owner,
      until: clock.now() + dayMs,
      what: `watch ${watch.id}: ${found.summary} costs ${sayMoney(found.price)}`,
      make: async () => ({ kind: "message", template: "price-watch", values: { flight: found.summary, price: found.price, below: watch.below } }),
    });
    run.count("alerts");
    await watches.end(watch.id, "told");
    await keep();
  }

  async function looksToTake(run: JobRun<Params>): Promise<Look[]> {
    const looks = new Map<string, Look>();
    const from = run.now + run.params.minHoursAhead * hourMs;
    await run.eachTrip(
      ({ items }) => items.some((item) => isSure(item) && Date.parse(item.start.utc) >= from),
      async (trip) => {
        for (const item of trip.items) {
          if (!isSure(item) || Date.parse(item.start.utc) < from) continue;
          const subject = subjectOf(trip.id, item.no);
          const { id: tripId, customerId, sessionKey } = trip;
          looks.set(subject, { subject: { subject, tripId, customerId, sessionKey }, suppliers: [item.supplier], about: { trip, item } });
        }
      },
    );
    for (const watch of await watches.list({ open: true, limit: 10_000 })) {
      if (watch.flight.departureDate <= dayIn(run.now, "UTC")) {
        if (!run.dryRun) await watches.end(watch.id, "over");
        continue;
      }
      const { sessionKey, customerId } = watch;
      const subject = { subject: `watch:${watch.id}`, sessionKey, ...(customerId === undefined ? {} : { customerId }) };
      looks.set(subject.subject, { subject, suppliers: services.prices.askedFor(), about: { watch } });
    }
    const ordered = await history.order(
      [...looks.values()].map(({ subject }) => subject),
      run.slot,
    );
    return ordered.slice(0, run.params.maxChecks).map(({ subject }) => looks.get(subject)!);
  }

  /** One supplier after its own rate; suppliers do not wait for one another. */
  async function takeLooks(run: JobRun<Params>, looks: readonly Look[], until: number, onLook: () => void): Promise<void> {
    let failures = 0;
    for (const look of looks) {
      if (clock.now() >= until) return run.count("left", 1);
      run.signal.throwIfAborted();
      await services.customersFirst?.(run.signal);
      for (const supplier of look.suppliers) if (!(await budget.take(supplier, run.params, run.signal))) return run.count("over-budget");
      try {
        if ("trip" in look.about) await lookAtItem(run, look, look.about.trip, look.about.item);
        else await lookAtWatch(run, look, look.about.watch);
        failures = 0;
      } catch (thrown) {
        if (run.signal.aborted) throw run.signal.reason;
        run.count("failed");
        failures += 1;
        log.warn("a price could not be looked at", { subject: look.subject.subject, code: TravelAgentError.from(thrown).code });
        if (failures >= mostFailures) return run.say(`${look.suppliers.join(", ")} failed ${mostFailures} times in a row and was left alone`);
      }
      onLook();
    }
  }

  return travelJob(parts, {
    name: "price-monitoring",
    description: "Looks at prices of what is booked and what customers watch, keeps them, and tells of a real drop once.",
    params: Params,
    async work(run) {
      const until = clock.now() + run.params.maxMinutes * 60_000;
      const looks = await looksToTake(run);
      if (run.dryRun) {
        run.count("would", looks.length);
        return run.say(`would: look at ${looks.length} prices`);
      }
      const bySupplier = Map.groupBy(looks, ({ suppliers }) => suppliers.join("+"));
      let done = 0;
      await Promise.all(
        [...bySupplier.values()].map((queue) =>
          takeLooks(run, queue, until, () => {
            done += 1;
            run.progress(done, looks.length);
          }),
        ),
      );
      await history.forget(clock.now() - run.params.keepDays * dayMs);
      await watches.forget(clock.now() - run.params.keepDays * dayMs);
    },
  });
}
