import { testDatabase } from "@travelagent/engine/testing";
import { type Call, methods, TravelAgentError } from "@travelagent/protocol";
import { recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createBookings } from "../bookings.ts";
import { bookingHandlers } from "../handlers.ts";
import { money } from "../money.ts";
import type { Journey } from "../offer.ts";
import type { Delivery } from "../payment.ts";
import type { Supplier, SupplierNews } from "../supplier.ts";
import { ana, benchClock, buyer, contact } from "../testing/bench.ts";
import { compareBooks } from "../testing/compare-books.ts";
import { crashingWork } from "../testing/crashing-work.ts";
import { fakePayments } from "../testing/fake-payments.ts";
import { type FakeSupplierOptions, fakeSupplier } from "../testing/fake-supplier.ts";
import { sampleFlight, sampleHotel } from "../testing/sample-offers.ts";
import type { NewsTiming } from "./supplier-news.ts";
import type { CustomerNews } from "./telling.ts";

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const key = "a-secret-of-the-test";
const signed = (news: readonly Partial<SupplierNews>[], secret = key): Delivery => ({ headers: { "x-signature": secret }, body: JSON.stringify(news) });
const moved = (minutes: number): Journey[] => {
  const later = (iso: string) => new Date(Date.parse(`${iso.replace(/Z$/, "")}Z`) + minutes * 60_000).toISOString().slice(0, 19);
  return sampleFlight().journeys.map((journey) => ({
    ...journey,
    segments: journey.segments.map((segment) => ({
      ...segment,
      departure: {
        ...segment.departure,
        time: { ...segment.departure.time, local: later(segment.departure.time.local), utc: `${later(segment.departure.time.utc)}Z` },
      },
      arrival: { ...segment.arrival, time: { ...segment.arrival.time, local: later(segment.arrival.time.local), utc: `${later(segment.arrival.time.utc)}Z` } },
    })),
  }));
};
const soon = (ms = 10) => new Promise((resolve) => setTimeout(resolve, ms));

async function bench({
  events = "webhooks",
  timing = {},
  announce,
  ...options
}: FakeSupplierOptions & { events?: "webhooks" | "polled" | "none"; timing?: Partial<NewsTiming>; announce?: (news: CustomerNews) => Promise<void> } = {}) {
  const db = await testDatabase();
  opened.push(() => db.close());
  const clock = benchClock();
  const fake = fakeSupplier({ offers: [sampleFlight(), sampleFlight({ id: "flight-2" }), sampleHotel()], ...options });
  const payments = fakePayments({ live: options.live ?? false });
  const polls: (string | undefined)[] = [];
  const waiting: SupplierNews[] = [];
  const supplier: typeof fake & Supplier = {
    ...fake,
    ...(events === "webhooks"
      ? {
          events: {
            async receive({ headers, body }: Delivery) {
              if (headers["x-signature"] !== key) throw new TravelAgentError("UNAUTHORIZED", "the signature is wrong");
              return JSON.parse(body) as SupplierNews[];
            },
          },
        }
      : {}),
    ...(events === "polled"
      ? {
          events: {
            async poll(cursor: string | undefined) {
              polls.push(cursor);
              return { news: cursor === undefined ? [] : waiting.splice(0), cursor: String(polls.length) };
            },
          },
        }
      : {}),
  };
  const work = crashingWork(db);
  const log = recordingLogger();
  const told: CustomerNews[] = [];
  const { signal } = new AbortController();
  const fast = { retryDelaysMs: [1], readBackDelaysMs: [1, 1, 1], writeTimeoutMs: 2000, readTimeoutMs: 2000 };
  const open = () => {
    const bookings = createBookings({
      ...{ db, work, clock, log, payments },
      suppliers: [supplier],
      customers: { ensure: async ({ email }) => ({ customerId: `customer:${email}` }) },
      timing: fast,
      news: timing,
      announce: announce ?? (async (news) => void told.push(news)),
    });
    opened.push(() => bookings.stop());
    return bookings;
  };
  const bookings = open();
  await bookings.migrate();
  const flights = {
    origin: "BCN",
    destination: "FRA",
    departureDate: "2027-03-12",
    adults: 1,
    childrenAges: [],
    cabin: "ECONOMY" as const,
    directOnly: false,
    currency: "EUR",
    limit: 20,
  };
  await bookings.search({ kind: "flight", query: flights }, buyer, { requestId: "find", signal });
  const hotels = {
    place: "FRA",
    checkIn: "2027-03-12",
    checkOut: "2027-03-15",
    rooms: 1,
    adults: 1,
    childrenAges: [],
    refundableOnly: false,
    currency: "EUR",
    limit: 20,
  };
  await bookings.search({ kind: "hotel", query: hotels }, buyer, { requestId: "find", signal });
  const book = (offerIds = ["flight-1"], idempotencyKey = "yes-1") =>
    bookings.book({ offerIds, travellers: [ana], contact, buyer }, { idempotencyKey, waitMs: 5000, signal });
  const settle = async (at = bookings) => {
    for (let turn = 0; turn < 3; turn += 1) {
      await at.resume();
      await at.hearSuppliers();
      await work.idle();
      await soon();
    }
  };
  const receive = (news: readonly Partial<SupplierNews>[], at = bookings) => at.receiveSupplierNews("fake", signed(news), signal);
  const differences = () => compareBooks(bookings, { suppliers: [supplier], payments: [payments] });
  return { db, clock, supplier, payments, work, log, told, signal, bookings, open, book, settle, receive, polls, waiting, differences };
}

const scheduleNews = (reference: string, id = "e1"): SupplierNews => ({ id, kind: "schedule-change", vertical: "flight", reference });
const types = async (bench: { bookings: ReturnType<typeof createBookings> }, id: string) => (await bench.bookings.timeline(id)).map(({ type }) => type);

describe("news of a supplier", () => {
  it("a small schedule change is told, shown beside what was bought, and heard once however often it is sent", async () => {
    const made = await bench();
    const { order } = await made.book();
    const reference = order.items[0]!.supplierReference!;
    made.supplier.happen(`${order.id}-1`, { journeys: moved(20) });
    expect(await made.receive([scheduleNews(reference)])).toEqual({ repeated: false });
    expect(await made.receive([scheduleNews(reference)])).toEqual({ repeated: true });
    await made.settle();
    expect(await made.receive([scheduleNews(reference, "e2")])).toEqual({ repeated: false });
    await made.settle();
    const after = (await made.bookings.get(order.id))!.order;
    expect(after).toMatchObject({
      status: "ticketed",
      items: [{ offer: { journeys: sampleFlight().journeys }, journeys: moved(20), scheduleChange: { severity: "minor" } }],
    });
    expect(made.told.map(({ sessionKey, text }) => `${sessionKey} ${text}`)).toEqual([
      `agent:main:webchat:direct:ana A small change of times in your booking ${order.reference} (local times):\nWas: LH1123 BCN Fri 12 Mar 2027 10:15 → FRA Fri 12 Mar 2027 12:25\nNow: LH1123 BCN Fri 12 Mar 2027 10:35 → FRA Fri 12 Mar 2027 12:45\nYour booking stays valid and you need not do anything. If the new times do not suit you, write to us here.`,
    ]);
    expect((await types(made, order.id)).filter((type) => type === "schedule-changed")).toHaveLength(1);
    expect(await made.differences()).toEqual([]);
  });

  it("what is earned and was not known when it was bought is in the books once the supplier says it, and the customer hears nothing", async () => {
    const made = await bench();
    const { order } = await made.book();
    made.supplier.happen(`${order.id}-1`, { commission: money(1894n, "EUR") });
    for (const id of ["e1", "e2"]) {
      await made.receive([scheduleNews(order.items[0]!.supplierReference!, id)]);
      await made.settle();
    }
    expect((await made.bookings.get(order.id))!.order.items[0]?.commission).toEqual(money(1894n, "EUR"));
    expect((await types(made, order.id)).filter((type) => type === "earned")).toHaveLength(1);
    expect(await made.differences()).toEqual([]);
    expect(made.told).toEqual([]);
    const earned = await made.db.all("select * from booking_ledger where order_id = ?", order.id).catch((error: unknown) => String(error));
    expect(JSON.stringify(earned)).toContain("commission");
  });

  it("a large one waits for a person: nothing is told before the words are approved", async () => {
    const made = await bench();
    const { order } = await made.book();
    made.supplier.happen(`${order.id}-1`, { journeys: moved(310) });
    await made.receive([scheduleNews(order.items[0]!.supplierReference!)]);
    await made.settle();
    expect((await made.bookings.get(order.id))!.order).toMatchObject({
      status: "needs-human",
      attention: expect.stringContaining("BCN-FRA leaves 5 h 10 min later"),
    });
    expect((await made.bookings.list({ attention: true })).bookings).toHaveLength(1);
    const [draft] = await made.bookings.notices(order.id);
    expect(draft).toMatchObject({ state: "draft" });
    expect(draft!.text).toContain("Nothing is changed before you answer");
    expect(draft!.text).toContain("Regulation (EC) No 261/2004");
    expect(draft!.text).toContain("money back");
    expect(made.told).toEqual([]);
    const handlers = bookingHandlers(made.bookings);
    const by = { requestId: "r", connectionId: "c", actor: "operator:rui", signal: made.signal } as unknown as Call;
    const shown = methods["bookings.get"].result.parse(await handlers["bookings.get"]!({ id: order.reference }, by));
    expect(shown.notices).toMatchObject([{ id: draft!.id, state: "draft", facts: { kind: "schedule" } }]);
    const said = methods["bookings.release"].params.parse({ id: draft!.id, idempotencyKey: "k" });
    for (const _ of ["once", "twice"]) await handlers["bookings.release"]!(said, by);
    await made.settle();
    expect(made.told.map(({ text }) => text)).toEqual([draft!.text]);
    await expect(made.bookings.releaseNotice({ id: draft!.id, by: "operator:eva" })).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await made.bookings.get(order.id))!.order).toMatchObject({ status: "ticketed", items: [{ scheduleChange: { severity: "major" } }] });
    expect(await made.bookings.timeline(order.id)).toContainEqual(
      expect.objectContaining({ type: "attended", entry: { by: "operator:rui", note: "released the message to the customer", status: "ticketed" } }),
    );
  });

  it("a newer change supersedes a draft nobody released; one taken back is told as such", async () => {
    const made = await bench();
    const { order } = await made.book();
    const reference = order.items[0]!.supplierReference!;
    made.supplier.happen(`${order.id}-1`, { journeys: moved(200) });
    await made.receive([scheduleNews(reference)]);
    await made.settle();
    made.supplier.happen(`${order.id}-1`, { journeys: moved(300) });
    await made.receive([scheduleNews(reference, "e2")]);
    await made.settle();
    expect((await made.bookings.notices(order.id)).map(({ state }) => state)).toEqual(["superseded", "draft"]);
    made.supplier.happen(`${order.id}-1`, { journeys: sampleFlight().journeys });
    await made.receive([scheduleNews(reference, "e3")]);
    await made.settle();
    expect((await made.bookings.notices(order.id)).map(({ state }) => state)).toEqual(["superseded", "superseded", "told"]);
    expect(made.told.map(({ text }) => text)).toEqual([expect.stringContaining("are back to the times that were agreed")]);
  });

  it("a cancellation that nobody asked for goes to a person, and its money through the saga once they have looked", async () => {
    const made = await bench();
    const { order } = await made.book();
    const back = { refund: money(18940n, "EUR"), penalty: money(0n, "EUR") };
    made.supplier.happen(`${order.id}-1`, { status: "cancelled", ...back });
    await made.receive([{ ...scheduleNews(order.items[0]!.supplierReference!), kind: "cancelled" }]);
    await made.settle();
    const stopped = (await made.bookings.get(order.id))!.order;
    expect(stopped).toMatchObject({ status: "needs-human", attention: expect.stringContaining("gives back 189.40 EUR"), items: [{ status: "ticketed" }] });
    expect(made.payments.payments()).toMatchObject([{ status: "captured" }]);
    expect((await made.bookings.notices(order.id)).map(({ state, facts }) => `${state} ${facts.kind}`)).toEqual(["draft cancelled"]);
    await made.receive([{ ...scheduleNews(order.items[0]!.supplierReference!, "e2"), kind: "cancelled" }]);
    await made.settle();
    expect(await made.bookings.notices(order.id)).toHaveLength(1);
    await made.bookings.reconcile(order.id, { waitMs: 5000, signal: made.signal });
    expect((await made.bookings.get(order.id))!.order).toMatchObject({ status: "refunded" });
    expect(made.payments.payments()).toMatchObject([{ status: "refunded" }]);
    expect(await made.differences()).toEqual([]);
  });

  it("tickets that come later are taken over and told; a price that moved by itself goes to a person, once", async () => {
    const made = await bench();
    const { order } = await made.book(["hotel-1"]);
    const price = money(33000n, "EUR");
    made.supplier.happen(`${order.id}-1`, { locators: ["LOC1", "HOTEL-77"], total: price });
    const news = { kind: "changed" as const, vertical: "hotel" as const, reference: `${order.id}-1` };
    await made.receive([{ ...news, id: "e1" }]);
    await made.settle();
    await made.receive([{ ...news, id: "e2" }]);
    await made.settle();
    const after = (await made.bookings.get(order.id))!.order;
    expect(after).toMatchObject({ attention: expect.stringContaining("shows a price of 330.00 EUR for item 1 and 310.00 EUR is on record") });
    expect(after.items[0]).toMatchObject({ locators: ["LOC1", "HOTEL-77"], drift: price, total: money(31000n, "EUR") });
    expect((await types(made, order.id)).filter((type) => type === "drifted")).toHaveLength(1);
  });
});

describe("faults of webhooks", () => {
  it("refuses what is forged, without a trace; a supplier without webhooks has none", async () => {
    const made = await bench();
    const { order } = await made.book();
    made.supplier.happen(`${order.id}-1`, { status: "cancelled" });
    const forged = signed([scheduleNews(order.items[0]!.supplierReference!)], "another");
    await expect(made.bookings.receiveSupplierNews("fake", forged, made.signal)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(made.bookings.receiveSupplierNews("nobody", forged, made.signal)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await made.settle();
    expect(await made.db.all("select * from booking_news")).toEqual([]);
    expect((await made.bookings.get(order.id))!.order.status).toBe("ticketed");
  });

  it("believes the record and not the event: a false alarm and events out of order change nothing", async () => {
    const made = await bench();
    const { order } = await made.book();
    const reference = order.items[0]!.supplierReference!;
    const before = (await made.bookings.get(order.id))!.version;
    await made.receive([
      { ...scheduleNews(reference, "e3"), kind: "cancelled" },
      scheduleNews(reference, "e2"),
      { ...scheduleNews(reference, "e1"), kind: "ticketed" },
    ]);
    await made.settle();
    expect((await made.bookings.get(order.id))!).toMatchObject({ version: before, order: { status: "ticketed" } });
    expect((await made.db.all("select outcome from booking_news")).map(({ outcome }) => outcome)).toEqual(["nothing-new", "nothing-new", "nothing-new"]);
  });

  it("an event before the booking's own reply is neither lost nor a second booking", async () => {
    const made = await bench();
    made.supplier.faults.next("hold", "lost-reply");
    made.supplier.faults.next("find", "unavailable", "unavailable", "unavailable");
    const { order } = await made.book();
    expect(order.status).toBe("unknown");
    // The supplier says its own reference, which nobody here has seen yet, and our key.
    const theirs = made.supplier.orders()[0]!.reference;
    await made.receive([scheduleNews(theirs, "e1"), { ...scheduleNews(`${order.id}-1`, "e2"), kind: "changed" }]);
    await made.settle();
    expect((await made.bookings.get(order.id))!.order.status).toBe("ticketed");
    made.supplier.happen(`${order.id}-1`, { journeys: moved(20) });
    for (let minute = 0; minute < 3; minute += 1) {
      made.clock.skip(60_000);
      await made.settle();
    }
    expect(made.told).toHaveLength(1);
    expect(made.supplier.orders()).toHaveLength(1);
    expect((await made.db.all("select outcome from booking_news order by event_id")).map(({ outcome }) => outcome)).toEqual(
      expect.arrayContaining(["applied"]),
    );
    expect(await made.differences()).toEqual([]);
  });

  it("an event of an order nobody knows is kept for a day and then somebody else's", async () => {
    const made = await bench();
    await made.receive([scheduleNews("fake-99")]);
    await made.settle();
    expect(await made.db.all("select outcome, next_at is null as settled from booking_news")).toMatchObject([{ outcome: null, settled: 0 }]);
    made.clock.skip(25 * 3_600_000);
    await made.settle();
    expect(await made.db.all("select outcome from booking_news")).toMatchObject([{ outcome: "unclaimed" }]);
    expect(made.log.lines.some(({ message }) => message === "a supplier told of an order that is not ours")).toBe(true);
  });

  it("tells a person of an order that was given up here and stands there", async () => {
    const made = await bench();
    made.supplier.faults.next("book", new TravelAgentError("SUPPLIER_REJECTED", "no"));
    const { order } = await made.book(["hotel-1"]);
    expect(order.status).toBe("failed");
    await made.supplier.hotels!.book(
      { offer: sampleHotel(), travellers: order.travellers, contact, key: `${order.id}-1`, maxTotal: money(99900n, "EUR") },
      { signal: made.signal, requestId: "late" },
    );
    await made.receive([{ id: "e1", kind: "changed", vertical: "hotel", reference: `${order.id}-1` }]);
    await made.settle();
    expect((await made.bookings.get(order.id))!.order).toMatchObject({ status: "needs-human", attention: expect.stringContaining("which was given up here") });
  });

  it("is acknowledged once it is durable: a process that dies right after leaves it to the next", async () => {
    const made = await bench();
    const { order } = await made.book();
    made.supplier.happen(`${order.id}-1`, { journeys: moved(20) });
    made.bookings.stop();
    await made.receive([scheduleNews(order.items[0]!.supplierReference!)]);
    await soon();
    expect(await types(made, order.id)).not.toContain("schedule-changed");
    await made.settle(made.open());
    expect(await types(made, order.id)).toContain("schedule-changed");
    expect(made.told).toHaveLength(1);
  });

  it("dies at every point between hearing and telling: nothing is lost, and it happens once", async () => {
    for (let point = 1; ; point += 1) {
      const made = await bench();
      const { order } = await made.book();
      made.supplier.happen(`${order.id}-1`, { journeys: moved(200) });
      made.work.crashAt(point);
      await made.receive([scheduleNews(order.items[0]!.supplierReference!)]);
      while (!made.work.crashed() && (await made.bookings.notices(order.id)).length === 0) await soon(1);
      await made.work.idle();
      const crashed = made.work.crashed();
      made.bookings.stop();
      const second = made.open();
      if (crashed) made.work.restart();
      await made.receive([scheduleNews(order.items[0]!.supplierReference!)], second);
      made.clock.skip(121_000);
      await made.settle(second);
      expect([point, (await types(made, order.id)).filter((type) => type === "schedule-changed").length]).toEqual([point, 1]);
      expect((await second.notices(order.id)).map(({ state }) => state)).toEqual(["draft"]);
      if (!crashed) {
        expect(point).toBeGreaterThan(6);
        break;
      }
    }
  });

  it("a conversation that cannot be reached leaves it to a person; one that fails for a while is tried again", async () => {
    const answers = [new TravelAgentError("UNAVAILABLE", "not now"), undefined];
    const heard: string[] = [];
    const made = await bench({
      announce: async ({ id }) => {
        const error = answers.shift();
        if (error) throw error;
        heard.push(id);
      },
    });
    const { order } = await made.book();
    made.supplier.happen(`${order.id}-1`, { journeys: moved(20) });
    await made.receive([scheduleNews(order.items[0]!.supplierReference!)]);
    await made.settle();
    expect(heard).toEqual([]);
    made.clock.skip(6000);
    await made.settle();
    expect(heard).toHaveLength(1);
    const alone = await bench({ announce: () => Promise.reject(new TravelAgentError("NOT_FOUND", "there is no conversation")) });
    const { order: other } = await alone.book();
    alone.supplier.happen(`${other.id}-1`, { journeys: moved(20) });
    await alone.receive([scheduleNews(other.items[0]!.supplierReference!)]);
    await alone.settle();
    expect((await alone.bookings.get(other.id))!.order).toMatchObject({
      status: "needs-human",
      attention: expect.stringContaining("tell them by another way: A small change"),
    });
  });
});

describe("suppliers that tell nothing by themselves", () => {
  const live = { live: true, offers: [sampleFlight({ sandbox: false })] };

  it("what is booked is read again by and by; nothing runs where nothing is booked, and sandboxes are left alone", async () => {
    const made = await bench({ ...live, events: "none" });
    await made.settle();
    const reads = () => made.supplier.calls.filter(({ operation }) => operation === "read").length;
    expect(await made.db.all("select * from booking_supplied")).toEqual([]);
    const { order } = await made.book();
    await made.settle();
    expect(reads()).toBe(0);
    made.supplier.happen(`${order.id}-1`, { journeys: moved(20) });
    made.clock.skip(8 * 24 * 3_600_000);
    await made.settle();
    expect(reads()).toBe(2);
    expect(made.told).toHaveLength(1);
    made.clock.skip(60 * 24 * 3_600_000);
    await made.settle();
    made.clock.skip(24 * 3_600_000);
    await made.settle();
    const after = reads();
    made.clock.skip(240 * 24 * 3_600_000);
    await made.settle();
    expect(reads()).toBe(after);
    const sandbox = await bench({ events: "none" });
    await sandbox.book();
    sandbox.clock.skip(8 * 24 * 3_600_000);
    await sandbox.settle();
    expect(sandbox.supplier.calls.filter(({ operation }) => operation === "read")).toEqual([]);
  });

  it("keeps to its budget of reads", async () => {
    const made = await bench({ ...live, events: "none", timing: { readsPerHour: 1 } });
    await made.book();
    await made.bookings.book(
      { offerIds: ["flight-1"], travellers: [{ ...ana, givenName: "Rui" }], contact, buyer },
      { idempotencyKey: "yes-2", waitMs: 5000, signal: made.signal },
    );
    await made.settle();
    made.clock.skip(8 * 24 * 3_600_000);
    await made.settle();
    expect(made.supplier.calls.filter(({ operation }) => operation === "read")).toHaveLength(1);
  });

  it("a list of news is asked for from where it ended, also by the next process, and only while something is to come", async () => {
    const made = await bench({ ...live, events: "polled" });
    await made.settle();
    expect(made.polls).toEqual([]);
    const { order } = await made.book();
    await made.settle();
    expect(made.polls).toEqual([undefined]);
    made.supplier.happen(`${order.id}-1`, { journeys: moved(20) });
    made.waiting.push(scheduleNews(order.items[0]!.supplierReference!));
    made.bookings.stop();
    const second = made.open();
    made.clock.skip(16 * 60_000);
    await made.settle(second);
    expect(made.polls).toEqual([undefined, "1"]);
    expect(made.told).toHaveLength(1);
    made.clock.skip(90 * 24 * 3_600_000);
    await made.settle(second);
    expect(made.polls).toEqual([undefined, "1"]);
  });
});

describe("the answer to a schedule change", () => {
  const asked = async (options: FakeSupplierOptions, change?: string) => {
    const made = await bench(options);
    const { order } = await made.book();
    made.supplier.happen(`${order.id}-1`, { journeys: moved(200), ...(change ? { changeToAnswer: change } : {}) });
    await made.receive([scheduleNews(order.items[0]!.supplierReference!)]);
    await made.settle();
    const open = made.bookings.openScheduleChange((await made.bookings.get(order.id))!)!;
    const answer = (what: "accept" | "refuse", idempotencyKey: string, shown = open) =>
      made.bookings.answerScheduleChange({ reference: order.reference, ...shown, answer: what }, { idempotencyKey, waitMs: 5000, signal: made.signal });
    return { ...made, order, open, answer };
  };

  it("yes goes to the supplier once, where it takes answers", async () => {
    const { answer, supplier, bookings, order } = await asked({ canAcceptChange: true }, "aic-1");
    supplier.faults.next("acceptChange", "lost-reply");
    expect(await answer("accept", "yes-a")).toMatchObject({
      toldBy: "supplier",
      stored: { order: { status: "ticketed", items: [{ scheduleChange: { answer: "accepted" } }] } },
    });
    expect(await answer("accept", "yes-a")).toMatchObject({ toldBy: "supplier" });
    expect(supplier.calls.filter(({ operation }) => operation === "acceptChange")).toHaveLength(1);
    expect(bookings.openScheduleChange((await bookings.get(order.id))!)).toBeUndefined();
    await expect(answer("refuse", "no-a")).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("goes to a person where the supplier takes none, where nobody knows whether it heard, and always when it is no", async () => {
    const silent = await asked({});
    expect(await silent.answer("accept", "yes-a")).toMatchObject({ toldBy: "person", stored: { order: { attention: expect.stringContaining("tell fake") } } });
    const lost = await asked({ canAcceptChange: true }, "aic-1");
    lost.supplier.faults.next("acceptChange", "never-arrived");
    expect(await lost.answer("accept", "yes-a")).toMatchObject({ toldBy: "person", stored: { order: { attention: expect.stringContaining("ask there") } } });
    const no = await asked({ canAcceptChange: true }, "aic-1");
    expect(await no.answer("refuse", "no-a")).toMatchObject({
      toldBy: "person",
      stored: { order: { attention: expect.stringContaining("does not want the new times"), items: [{ scheduleChange: { answer: "refused" } }] } },
    });
    expect(no.supplier.calls.filter(({ operation }) => operation === "acceptChange")).toEqual([]);
  });

  it("is not asked for, and not taken, once the flights are cancelled", async () => {
    const { answer, bookings, order, signal } = await asked({});
    const confirmed = await bookings.quoteCancel(order.reference, { requestId: "q", signal });
    const { stored } = await bookings.cancel({ reference: order.reference, confirmed }, { idempotencyKey: "x", waitMs: 5000, signal });
    expect(stored.order.status).toBe("refunded");
    expect(bookings.openScheduleChange(stored)).toBeUndefined();
    await expect(answer("accept", "yes-a")).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await bookings.get(order.id))!.order.status).toBe("refunded");
  });

  it("is to what was shown: after another change it is asked for again", async () => {
    const { answer, supplier, order, receive, settle } = await asked({ canAcceptChange: true }, "aic-1");
    supplier.happen(`${order.id}-1`, { journeys: moved(400), changeToAnswer: "aic-2" });
    await expect(answer("accept", "yes-a")).rejects.toMatchObject({ code: "SUPPLIER_REJECTED" });
    await receive([scheduleNews(order.items[0]!.supplierReference!, "e2")]);
    await settle();
    await expect(answer("accept", "yes-b")).rejects.toMatchObject({ code: "CONFLICT" });
  });
});
