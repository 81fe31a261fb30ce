import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger, Tx, Work } from "@travelagent/protocol/ports";
import { withDeadline } from "../deadline.ts";
import { isBooked } from "../order.ts";
import type { OrderStore, StoredOrder } from "../order-store.ts";
import type { Delivery } from "../payment.ts";
import { portOf, purchaseKey } from "../saga/saga.ts";
import type { Supplier } from "../supplier.ts";
import { alsoAttend } from "./attention.ts";
import { changesOf } from "./changes-of.ts";
import { createHeardStore, type HeardNews, type NewsOutcome } from "./heard.ts";
import type { Notices } from "./notices.ts";
import { createNewsSources } from "./sources.ts";
import type { DueItem, SuppliedItems } from "./supplied.ts";
import { newsMigrations } from "./tables.ts";

export interface NewsTiming {
  /** Schedule changes of fewer minutes are told; others go to a person first. */
  minorMinutes: number;
  /** Pause between two questions to a supplier that can be asked what is new. */
  pollMs: number;
  /** Most reads of a supplier in an hour that nobody asked for. */
  readsPerHour: number;
  /** Whether what is booked in a sandbox is watched, too. */
  watchSandbox: boolean;
  /** Pauses before news that cannot be settled yet are looked at again; the last one repeats. */
  againMs: readonly number[];
  /** News of an order that nobody knows are somebody else's after this. */
  unclaimedMs: number;
}

export const defaultNewsTiming: NewsTiming = {
  minorMinutes: 30,
  pollMs: 900_000,
  readsPerHour: 60,
  watchSandbox: false,
  againMs: [5000, 15_000, 60_000, 300_000, 900_000, 3_600_000],
  unclaimedMs: 86_400_000,
};

export interface SupplierNewsParts {
  db: Database;
  work: Work;
  orders: OrderStore;
  notices: Notices;
  supplied: SuppliedItems;
  suppliers: readonly Supplier[];
  clock: Clock;
  log: Logger;
  timing: NewsTiming;
  readTimeoutMs: number;
  /** Something is known of an order that is in doubt: it is gone on with now. */
  goOn(): Promise<void>;
  /** Gives notices to customers; when the next one is due. */
  tell(): Promise<number | undefined>;
  onChange(stored: StoredOrder): void;
}

/** Hears suppliers out, asks those that tell nothing by themselves, and sets going what follows. */
export interface SupplierNewsDesk {
  migrate(): Promise<void>;
  /** Durable when it resolves. Raises `NOT_FOUND` for a supplier without webhooks, `UNAUTHORIZED` for a wrong or old signature. */
  receive(supplier: string, delivery: Delivery, signal: AbortSignal): Promise<{ repeated: boolean }>;
  /** Does what is due, then sleeps until the next; where nothing is booked that changes, nothing runs. Never rejects. */
  look(): Promise<void>;
  /** Compares one item with its supplier's record now; what differs is handed over like all news. */
  readBack(orderId: string, item: number): Promise<"same" | "applied" | "later">;
  /** This order changed. */
  notice(stored: StoredOrder): void;
  /** Forgets what was settled long ago. */
  prune(): Promise<void>;
  stop(): void;
}

const dayMs = 86_400_000;
/** What one process has in hand is due again for another after this. */
const inHandMs = 60_000;
const longestSleepMs = 600_000;
const ownKey = /^(bk[a-z0-9]+)-(\d+)/;

export function isWatched({ live, events }: Supplier, { watchSandbox }: NewsTiming): boolean {
  return events === undefined && (live || watchSandbox);
}

export function createSupplierNews(parts: SupplierNewsParts): SupplierNewsDesk {
  const { db, work, orders, supplied, suppliers, clock, log, timing, readTimeoutMs, goOn, tell, onChange } = parts;
  const heard = createHeardStore(db);
  const sources = createNewsSources(db);
  const stopping = new AbortController();
  const polled = suppliers.filter((supplier) => supplier.events?.poll && (supplier.live || timing.watchSandbox));
  const concerned = new Set(suppliers.filter((supplier) => supplier.events || isWatched(supplier, timing)).map(({ id }) => id));
  let cancel: (() => void) | undefined;
  let next = Number.POSITIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let again = false;

  function sleepUntil(at: number): void {
    cancel?.();
    cancel = undefined;
    next = at;
    if (stopping.signal.aborted || at === Number.POSITIVE_INFINITY) return;
    cancel = clock.after(Math.min(longestSleepMs, Math.max(0, at - clock.now())), () => void look());
  }

  /** What became of comparing one item: `later` when somebody has the order in hand or the supplier cannot be asked. */
  type Checked = { state: "same" | "later" } | { state: "differs"; stored: StoredOrder; held: boolean };

  /** Somebody told of a purchase that we hold for one that never happened. */
  async function lookForLost({ order }: StoredOrder, no: number): Promise<Checked> {
    const { offer } = order.items.find((one) => one.no === no)!;
    const key = purchaseKey(order, no);
    const found = await withDeadline(clock, readTimeoutMs, stopping.signal, (signal) =>
      portOf(suppliers, offer).find(key, { signal, requestId: `news:${order.id}` }),
    );
    if (!found || found.status === "cancelled") return { state: "same" };
    const reason = `the supplier has item ${no} as ${found.reference} (${found.status}), which was given up here; cancel it there, or make it good`;
    onChange(await db.transaction((tx) => orders.apply(tx, order.id, alsoAttend(order, reason))));
    return { state: "same" };
  }

  async function compare(orderId: string, no: number): Promise<Checked> {
    const stored = await orders.get(orderId);
    const item = stored?.order.items.find((one) => one.no === no);
    if (!stored || !item) return { state: "same" };
    if (stored.work) return { state: "later" };
    if (item.doing || stored.order.paymentInDoubt || stored.order.status === "unknown" || item.status === "pending") {
      // Its own saga finds out, and sooner than it meant to.
      await db.transaction((tx) => orders.wakeUp(tx, [orderId], clock.now()));
      await goOn();
      return { state: "later" };
    }
    try {
      const { supplierReference, offer } = item;
      if (supplierReference === undefined) return await lookForLost(stored, no);
      const port = portOf(suppliers, offer);
      const found = await withDeadline(clock, readTimeoutMs, stopping.signal, (signal) =>
        port.read(supplierReference, { signal, requestId: `news:${orderId}` }),
      );
      return changesOf(item, found, timing).length === 0 ? { state: "same" } : { state: "differs", stored, held: item.status === "held" };
    } catch (error) {
      log.warn("a booking could not be read at its supplier", { orderId, item: no, code: TravelAgentError.from(error).code });
      return { state: "later" };
    }
  }

  /** Hands the order over to durable work that reads it again; `also` is in the same commit. False when somebody else has it. */
  async function apply({ stored, held }: Extract<Checked, { state: "differs" }>, also: (tx: Tx) => Promise<void>): Promise<boolean> {
    const { id } = stored.order;
    if (held) {
      // What ran out is a matter of the saga that has to pay for it.
      await db.transaction(async (tx) => {
        await orders.wakeUp(tx, [id], clock.now());
        await also(tx);
      });
      await goOn();
      return true;
    }
    const taken = await db.transaction(async (tx) => {
      const result = await orders.takeUp(tx, id, (round) => ({ name: "booking.news", id: `booking.news:${id}:${round}`, input: { orderId: id } }));
      if (!result) return false;
      await work.submit(result.work!, tx);
      await also(tx);
      return result;
    });
    if (!taken) return false;
    await work.submit(taken.work!);
    return true;
  }

  const find = async ({ supplier, reference }: HeardNews): Promise<{ orderId: string; item: number } | null> => {
    const own = ownKey.exec(reference);
    if (own && (await orders.get(own[1]!))) return { orderId: own[1]!, item: Number(own[2]) };
    return supplied.find(supplier, reference);
  };

  async function settle(news: HeardNews): Promise<void> {
    const now = clock.now();
    if (!(await heard.claim(news, now + inHandMs))) return;
    const end = (outcome: NewsOutcome, orderId?: string) => db.transaction((tx) => heard.settle(tx, news, outcome, orderId));
    const later = () => {
      if (now - news.heardAt >= timing.unclaimedMs) return end("given-up");
      const pause = timing.againMs[Math.min(news.tries, timing.againMs.length - 1)]!;
      return db.transaction((tx) => heard.later(tx, news, clock.now() + pause));
    };
    const about = await find(news);
    if (!about) {
      if (now - news.heardAt < timing.unclaimedMs) return later();
      log.warn("a supplier told of an order that is not ours", { supplier: news.supplier, kind: news.kind });
      return end("unclaimed");
    }
    const checked = await compare(about.orderId, about.item);
    if (checked.state === "same") return end("nothing-new", about.orderId);
    if (checked.state === "differs" && (await apply(checked, (tx) => heard.settle(tx, news, "applied", about.orderId)))) return;
    await later();
  }

  async function readAgain(due: DueItem): Promise<void> {
    const now = clock.now();
    if (!(await supplied.claim(due, now))) return;
    const soon = () => db.transaction((tx) => supplied.lookAt(tx, due.orderId, due.item, clock.now() + timing.againMs[3]!));
    if (!(await sources.spend(due.supplier, now, timing.readsPerHour))) {
      await soon();
      return;
    }
    const checked = await compare(due.orderId, due.item);
    if (checked.state === "later" || (checked.state === "differs" && !(await apply(checked, async () => undefined)))) await soon();
  }

  async function poll(supplier: Supplier): Promise<void> {
    if (!(await supplied.hasUpcoming(supplier.id))) return;
    const now = clock.now();
    const due = await sources.due(supplier.id, now);
    if (!due || !(await sources.claim(due, now + timing.pollMs))) return;
    try {
      const { news, cursor } = await withDeadline(clock, readTimeoutMs * 2, stopping.signal, (signal) =>
        supplier.events!.poll!(due.cursor, { signal, requestId: `news:${supplier.id}` }),
      );
      await db.transaction(async (tx) => {
        await heard.hear(tx, supplier.id, news, now);
        await sources.advance(tx, supplier.id, cursor, now, now + timing.pollMs);
      });
    } catch (error) {
      log.warn("a supplier could not be asked what is new", { supplier: supplier.id, code: TravelAgentError.from(error).code });
    }
  }

  async function each<T>(what: string, list: readonly T[], run: (one: T) => Promise<unknown>): Promise<void> {
    for (const one of list) {
      if (stopping.signal.aborted) return;
      await run(one).catch((error: unknown) => log.error(`${what} could not be dealt with`, { cause: String(error) }));
    }
  }

  async function once(): Promise<void> {
    sleepUntil(Number.POSITIVE_INFINITY);
    try {
      await supplied.catchUp();
      await each("a supplier's list of news", polled, poll);
      await each("news of a supplier", await heard.due(clock.now()), settle);
      await each("a booked item", await supplied.due(clock.now()), readAgain);
      const told = await tell();
      const polls = await Promise.all(polled.map(async ({ id }) => ((await supplied.hasUpcoming(id)) ? await sources.nextPoll(id) : undefined)));
      const times = [told, await heard.nextAt(), await supplied.nextRead(), ...polls].filter((at) => at !== undefined);
      const at = Math.min(...times, next);
      if (at < next) sleepUntil(Math.max(at, clock.now() + 1000));
    } catch (error) {
      if (stopping.signal.aborted) return;
      log.error("news of suppliers could not be read", { cause: String(error) });
      sleepUntil(clock.now() + longestSleepMs);
    }
  }

  async function look(): Promise<void> {
    again = true;
    looking ??= (async () => {
      while (again && !stopping.signal.aborted) {
        again = false;
        await once();
      }
    })().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  return {
    migrate: () => db.migrate("booking-news", newsMigrations),

    async receive(id, delivery, signal) {
      const supplier = suppliers.find((candidate) => candidate.id === id);
      if (!supplier?.events?.receive) throw new TravelAgentError("NOT_FOUND", `no supplier ${id} sends webhooks here`);
      const news = await supplier.events.receive(delivery, signal);
      if (news.length === 0) return { repeated: false };
      const fresh = await db.transaction((tx) => heard.hear(tx, id, news, clock.now()));
      if (fresh > 0) void look();
      return { repeated: fresh === 0 };
    },

    look,

    async readBack(orderId, item) {
      const checked = await compare(orderId, item);
      if (checked.state !== "differs") return checked.state;
      if (!(await apply(checked, async () => undefined))) return "later";
      const work = (await orders.get(orderId))?.work;
      // What it leads to is told right away, also of a supplier that is not watched.
      if (work) await parts.work.result(work.id, readTimeoutMs * 2).catch(() => undefined);
      void look();
      return "applied";
    },

    notice({ order, work: its }) {
      if (
        its ||
        !order.items.some((item) => concerned.has(item.offer.supplier) && item.supplierReference !== undefined && (isBooked(item) || item.scheduleChange))
      )
        return;
      const soon = clock.now() + 1000;
      if (soon < next) sleepUntil(soon);
    },

    prune: () => heard.forget(clock.now() - 90 * dayMs),

    stop() {
      stopping.abort(new TravelAgentError("UNAVAILABLE", "the process is stopping"));
      sleepUntil(Number.POSITIVE_INFINITY);
    },
  };
}
