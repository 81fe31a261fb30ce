import { type BookingStatus, TravelAgentError } from "@travelagent/protocol";
import type { Database } from "@travelagent/protocol/ports";
import { recordingLogger } from "@travelagent/protocol/testing";
import { type Bookings, createBookings } from "../bookings.ts";
import type { Offer } from "../offer.ts";
import type { StoredOrder } from "../order-store.ts";
import { attend } from "./attending.ts";
import { ana, buyer, contact } from "./bench.ts";
import { compareBooks } from "./compare-books.ts";
import { crashingWork } from "./crashing-work.ts";
import { type Random, seededRandom } from "./random.ts";
import { fakeWorld, type OpenWorld, type RandomWorld, type WorldDelivery } from "./random-world.ts";
import { doubled, untold } from "./run-oracle.ts";
import { type SimulatedClock, simulatedClock, stirring } from "./simulated-clock.ts";

export interface RandomRunOptions {
  seed: number;
  /** An empty one; closed by whoever opened it. */
  db: Database;
  openWorld?: OpenWorld;
}

/** What came of one run. `problems` is empty when every promise was kept. */
export interface RunReport {
  seed: number;
  problems: string[];
  /** How the bookings stood when everything that goes by itself was over, before any person looked. */
  statuses: BookingStatus[];
  crashes: number;
  misfortunes: number;
  /** Bookings that a person had to attend to. */
  attended: number;
  rounds: number;
  /** How often each event of an order took place: what the run has been through. */
  events: Record<string, number>;
}

const minute = 60_000;
/** With all that airlines ask for. */
const traveller = { ...ana, bornOn: "1988-04-05", gender: "F" as const };
const reachable = { ...contact, phone: "+351910000000" };
const everythingMs = 5 * 24 * 60 * minute;
const settled: readonly BookingStatus[] = ["confirmed", "ticketed", "cancelled", "voided", "refunded", "failed"];
/** What a caller may hear. Anything else is a bug. */
const honest = new Set([
  "CONFLICT",
  "IN_PROGRESS",
  "PRICE_CHANGED",
  "SOLD_OUT",
  "OFFER_EXPIRED",
  "SUPPLIER_REJECTED",
  "SUPPLIER_UNAVAILABLE",
  "OUTCOME_UNKNOWN",
  // A vendor's limit, with the advice to try again.
  "RATE_LIMITED",
]);
/** Where the message is the customer's or the operator's to understand. */
const alsoHonest = new Set(["INVALID_REQUEST", "TIMEOUT", "NOT_FOUND", "CANCELLED"]);

/**
 * One customer's trip in a world where things go wrong: faults, price moves, payments on time, late, twice or never, webhooks in any
 * order and number, retries, double clicks, changes of mind, and a process that dies in the middle. What is true is what the books
 * outside say.
 */
export async function randomRun({ seed, db, openWorld = fakeWorld }: RandomRunOptions): Promise<RunReport> {
  const random = seededRandom(seed);
  const clock = simulatedClock("2027-01-15T09:00:00Z");
  const world = await openWorld(random, clock);
  try {
    return await runIn(world, { seed, random, clock, db: stirring(db, clock) });
  } catch (error) {
    // Books outside that contradict themselves, or a harness that trips: a problem of this seed, and of no other.
    const problems = [`the run broke off: ${error instanceof Error ? error.message : String(error)}`];
    return { seed, problems, statuses: [], crashes: 0, misfortunes: 0, attended: 0, rounds: 0, events: {} };
  } finally {
    await world.close?.();
  }
}

interface RunParts {
  seed: number;
  random: Random;
  clock: SimulatedClock;
  db: Database;
}

async function runIn(world: RandomWorld, { seed, random, clock, db }: RunParts): Promise<RunReport> {
  const work = crashingWork(db);
  const log = recordingLogger();
  const problems: string[] = [];
  const { signal } = new AbortController();
  let crashes = 0;
  let misfortunes = 0;

  const open = (): Bookings =>
    createBookings({
      db,
      work,
      suppliers: world.suppliers,
      payments: world.payments,
      clock,
      log,
      customers: { ensure: async ({ email }) => ({ customerId: `customer:${email}` }) },
      announce: async () => clock.stir(),
      onChange: () => clock.stir(),
    });
  let bookings = open();
  await bookings.migrate();
  world.mayKill?.(() => work.kill());
  const offers: Offer[] = [];
  for (const search of world.searches) offers.push(...(await bookings.search(search, buyer, { requestId: "find", signal })).offers.map(({ offer }) => offer));

  const tried = (what: string, run: () => Promise<unknown>): void => {
    clock.stir();
    run().then(
      () => clock.stir(),
      (error: unknown) => {
        clock.stir();
        if (!TravelAgentError.is(error) || !(honest.has(error.code) || alsoHonest.has(error.code))) problems.push(`${what} raised ${String(error)}`);
      },
    );
  };
  const later = (delayMs: number, run: () => void): void => void clock.after(delayMs, run);

  // The world: misfortunes at any time, webhooks about every payment.
  for (let count = random.pick([0, 0, 0, 1, 2, 3]); count > 0; count -= 1) {
    misfortunes += 1;
    if (random.chance(0.6)) world.misfortune();
    else later(random.int(0, 90) * minute, () => world.misfortune());
  }
  let webhooks = 0;
  const receive = ({ to, id, delivery }: WorldDelivery) =>
    to === "payments" ? bookings.receivePayment(id, delivery, signal) : bookings.receiveSupplierNews(id, delivery, signal);
  // A delivery that is answered with an error is sent again, as providers do.
  const deliver = (key: string, id: string, again = 3) => {
    const webhook = world.webhook?.(key, id);
    if (!webhook) return;
    tried("a webhook", () =>
      receive(webhook).catch((error: unknown) => {
        if (again > 0) later(5 * minute, () => deliver(key, id, again - 1));
        throw error;
      }),
    );
  };
  const manners = {
    webhooks: random.chance(0.7),
    payAfter: random.pick([1, 1, 5, 5, 20, 58, 61, 300]) * minute,
    pays: random.chance(0.8),
    twice: random.chance(0.2),
  };
  world.onPayment?.((key) => {
    if (!manners.webhooks) return;
    webhooks += 1;
    const id = `event-${webhooks}`;
    for (let count = random.pick([0, 1, 1, 1, 2, 3]); count > 0; count -= 1) {
      // Before the provider's answer to our own call, right after it, or late.
      const delay = random.pick([undefined, 0, 50, 5_000, 30 * minute]);
      if (delay === undefined) deliver(key, id);
      else later(delay, () => deliver(key, id));
    }
  });

  // The process: dies up to four times, early or in the middle of something later, and at times again right after its start.
  for (let count = random.pick([0, 1, 1, 2, 3, 4]); count > 0; count -= 1)
    later(random.chance(0.5) ? 0 : random.int(0, 120) * minute, () => work.crashAt(random.pick([random.int(1, 20), random.int(1, 80)])));
  const restartIfDead = async (): Promise<void> => {
    if (!work.crashed()) return;
    crashes += 1;
    bookings.stop();
    bookings = open();
    work.restart();
    if (random.chance(0.3)) work.crashAt(random.int(1, 30));
    await bookings.resume();
  };

  // The customer: buys with retries, pays or not, changes their mind.
  const trip = tripOf(random, offers);
  const exchanges = offers.filter(({ id, vertical }) => vertical === "flight" && !trip.includes(id));
  const keys = ["yes-1", "yes-1", "yes-1", "yes-2", "yes-1"].slice(0, random.int(1, 5));
  for (const key of keys)
    later(random.chance(0.6) ? 0 : random.int(0, 20) * minute, () =>
      tried("booking", () =>
        bookings.book({ offerIds: trip, travellers: [traveller], contact: reachable, buyer }, { idempotencyKey: key, waitMs: 60_000, signal }),
      ),
    );
  const orders = async (): Promise<StoredOrder[]> =>
    Promise.all((await bookings.list({ limit: 100 })).bookings.map(async ({ id }) => (await bookings.get(id))!));
  const payAll = (anyway: boolean) =>
    tried("paying", async () => {
      for (const { order } of await orders()) for (const { key } of await bookings.payments(order.id)) world.pay(key, anyway);
    });
  if (manners.pays) later(manners.payAfter, () => payAll(random.chance(0.3)));
  if (manners.pays && manners.twice) later(manners.payAfter + random.int(0, 30) * minute, () => payAll(false));
  for (let count = random.pick([0, 0, 1, 1, 2]); count > 0; count -= 1) {
    const mind = random.pick(["cancel", "change", "modify"] as const);
    later(random.int(1, 200) * minute, () => changeMind(mind, `mind-${count}`));
  }
  // The airline: moves flights, and hears what the customer says to it.
  for (let count = random.pick([0, 0, 0, 1, 1, 2]); count > 0; count -= 1) {
    const at = random.int(2, 240) * minute;
    later(at, () => tried("a schedule change", async () => world.moves?.()));
    if (random.chance(0.7)) later(at + random.pick([0, 1, 10, 90]) * minute, () => answerChange(`answer-${count}`));
  }
  // The operator: clicks, and clicks again.
  for (let count = random.pick([0, 0, 1, 2]); count > 0; count -= 1)
    later(random.int(0, 120) * minute, () =>
      tried("reconciling", async () => {
        for (const { order } of await orders()) await Promise.allSettled([0, 1].map(() => bookings.reconcile(order.id, { waitMs: 60_000, signal })));
      }),
    );

  function changeMind(what: "cancel" | "change" | "modify", key: string): void {
    const call = { requestId: key, signal };
    const write = { idempotencyKey: key, waitMs: 60_000, signal };
    const again = random.int(1, 3);
    const repeat = async (run: () => Promise<unknown>) => {
      const ended = await Promise.allSettled(Array.from({ length: again }, run));
      for (const end of ended) if (end.status === "rejected") throw end.reason;
    };
    tried(what, async () => {
      const first = (await orders())[0];
      if (!first) return;
      const { reference } = first.order;
      if (what === "cancel") {
        const confirmed = await bookings.quoteCancel(reference, call);
        await repeat(() => bookings.cancel({ reference, confirmed }, write));
      } else if (what === "change") {
        if (exchanges.length === 0) return;
        const newOfferId = random.pick(exchanges).id;
        const { terms } = await bookings.quoteChange(reference, newOfferId, call);
        await repeat(() => bookings.change({ reference, newOfferId, confirmed: terms }, write));
      } else {
        const change = random.pick([
          { travellers: first.order.travellers.map((traveller) => ({ ...traveller, givenName: "Anna" })) },
          { cabin: "BUSINESS" as const },
          { checkedBags: { total: 2, paid: 1 } },
        ]);
        const { penalty, refund, due } = await bookings.quoteModify(reference, change, call);
        await repeat(() => bookings.modify({ reference, change, confirmed: { penalty, refund, due } }, write));
      }
      if (random.chance(0.7)) later(random.pick([0, 1, 50, 70]) * minute, () => payAll(random.chance(0.2)));
    });
  }

  function answerChange(idempotencyKey: string): void {
    const answer = random.chance(0.7) ? "accept" : "refuse";
    tried("answering a schedule change", async () => {
      for (const stored of await orders()) {
        const open = bookings.openScheduleChange(stored);
        if (open) await bookings.answerScheduleChange({ reference: stored.order.reference, ...open, answer }, { idempotencyKey, waitMs: 60_000, signal });
      }
    });
  }

  let end = 0;
  const toTheEnd = async () => {
    end = clock.now() + everythingMs;
    await clock.run(async () => {
      await restartIfDead();
      return clock.now() > end;
    });
    if (clock.now() > end) problems.push("it does not come to an end");
  };
  await toTheEnd();
  if (work.unfinished() > 0) problems.push(`${work.unfinished()} pieces of work never ended`);

  // What nobody could tell by itself is in the queue of a person, and nothing else is.
  const atEnd = await orders();
  const statuses = atEnd.map(({ order }) => order.status);
  problems.push(...unsettled(atEnd));
  const queue = atEnd.filter(({ order }) => order.status === "needs-human");
  if (queue.length === 0) problems.push(...(await compareBooks(bookings, world.books)).map((problem) => `nobody asked: ${problem}`));

  // A person looks at the books outside and says what is there. Then everything has to be equal.
  world.calm();
  // Everything booked is looked at as on any other day: before a person has found what nobody knew of, and afterwards.
  for (const day of [1, 2]) {
    for (const reading of (await world.readings?.()) ?? []) tried("a reading", () => receive(reading));
    await toTheEnd();
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const open = (await orders()).filter(({ order }) => order.status === "needs-human");
      if (open.length === 0) break;
      for (const { order } of open) await attend(bookings, world, random, order, `attend-${day}-${attempt}`, tried, signal);
      await toTheEnd();
    }
  }
  problems.push(...(await compareBooks(bookings, world.books)));
  problems.push(...(await doubled(bookings, world, await orders())));
  problems.push(...(await untold(world, await orders())));
  for (const line of log.lines) if (line.message.includes("stopped unexpectedly")) problems.push(`a saga broke: ${JSON.stringify(line.fields)}`);

  const events = await eventsOf(bookings, await orders());
  const rounds = (await orders()).reduce((total, { round }) => total + round, 0);
  bookings.stop();
  return { seed, problems, statuses, crashes, misfortunes, attended: queue.length, rounds, events };
}

/** Bookings that are at no end, and that no person has either. */
const unsettled = (orders: readonly StoredOrder[]): string[] =>
  orders.flatMap(({ order, work }) => [
    ...(work ? [`${order.id} is still in hand`] : []),
    ...(order.status !== "needs-human" && !settled.includes(order.status) ? [`${order.id} stays ${order.status}`] : []),
  ]);

/** How often each event of an order took place. */
async function eventsOf(bookings: Bookings, orders: readonly StoredOrder[]): Promise<Record<string, number>> {
  const events: Record<string, number> = {};
  for (const { order } of orders)
    for (const { type, entry } of await bookings.timeline(order.id)) {
      const name = type === "attempt" ? `${type} ${String(entry.what)}` : type;
      events[name] = (events[name] ?? 0) + 1;
    }
  return events;
}

/** One to three different things, no two flights. */
function tripOf(random: Random, offers: readonly Offer[]): string[] {
  const some = (kind: Offer["vertical"], probability: number): string[] => {
    const alike = offers.filter(({ vertical }) => vertical === kind);
    return alike.length > 0 && random.chance(probability) ? [random.pick(alike).id] : [];
  };
  const trip = [...some("flight", 0.85), ...some("hotel", 0.5), ...some("car", 0.35)];
  return trip.length > 0 ? trip : [random.pick(offers).id];
}
