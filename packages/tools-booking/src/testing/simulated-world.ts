import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { TravelAgentError } from "@travelagent/protocol";
import type { Database } from "@travelagent/protocol/ports";
import { compare, subtract, sum } from "../money.ts";
import type { Offer } from "../offer.ts";
import type { Delivery, PaymentProvider, PaymentState } from "../payment.ts";
import type { Dialect, LedgerEntry, Simulator } from "../simulators/kit/index.ts";
import { openWorld, startSimulator } from "../simulators/kit/index.ts";
import type { Supplier, SupplierNews, VerticalSupplier } from "../supplier.ts";
import { volatileMemory } from "../suppliers/http/index.ts";
import type { SupplierRecord } from "./compare-books.ts";
import { type Move, scheduleChangeOf, settlingOf } from "./later-moves.ts";
import { watchLine } from "./line.ts";
import { type Life, mortalClock, mortalMemory } from "./mortal.ts";
import { pageCustomer } from "./page-customer.ts";
import type { Random } from "./random.ts";
import { type OpenWorld, searchesOf, type WorldDelivery } from "./random-world.ts";
import { drawForPurchase, drawForRead, drawForWrite, inBusiness, isReplyLost } from "./scenario-draw.ts";
import { stirring } from "./simulated-clock.ts";
import { duffelSecret, paymentVendors, stripeSecret, supplierVendors } from "./vendors.ts";
import { watchedDialect } from "./watched-dialect.ts";

export interface SimulatedWorldOptions {
  /** An empty database, for the books of the world outside. */
  db: Database;
  /** One of `supplierVendors`. */
  supplier: string;
  /** One of `paymentVendors`. */
  payments: string;
  /** Called with every fault that was met: `duffel create-order pending_then_webhook`. */
  onFault?(fault: string): void;
}

const routes = [
  { origin: "BCN", destination: "FRA" },
  { origin: "LIS", destination: "PAR" },
  { origin: "MAD", destination: "ROM" },
];

const minute = 60_000;

/**
 * A real adapter and a real payment provider over sockets against their simulators, as the world of a random run. Every request may meet
 * a fault, on any route, and the process may die while one is under way. What is true is what the simulators' ledgers say.
 */
export const simulatedWorld =
  ({ db, supplier: supplierId, payments: paymentId, onFault }: SimulatedWorldOptions): OpenWorld =>
  async (random, clock) => {
    const supplierVendor = supplierVendors[supplierId];
    const paymentVendor = paymentVendors[paymentId];
    if (!supplierVendor || !paymentVendor) throw new RangeError(`there is no ${supplierVendor ? paymentId : supplierId}`);
    const world = await openWorld({ db: stirring(db, clock), clock, seed: `world-${random.int(1, 5)}` });

    /** What came for us, whether by a socket or as the daily reading of a supplier that sends nothing. */
    const deliveries: { to: "payments" | "suppliers"; delivery: Delivery }[] = [];
    const listeners: ((no: string) => void)[] = [];
    const came = (to: "payments" | "suppliers", delivery: Delivery): void => {
      const no = deliveries.push({ to, delivery }) - 1;
      clock.stir();
      for (const listener of listeners) listener(String(no));
    };
    const hooks = createServer(async (message, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of message) chunks.push(chunk as Buffer);
      const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
      response.writeHead(204).end();
      came(message.url === "/suppliers" ? "suppliers" : "payments", { headers, body: Buffer.concat(chunks).toString() });
    });
    await new Promise<void>((resolve) => hooks.listen(0, "127.0.0.1", resolve));
    const hooksOrigin = `http://127.0.0.1:${(hooks.address() as AddressInfo).port}`;

    // Some worlds are quiet, in others hardly a call goes well.
    const often = random.pick([0, 0.05, 0.1, 0.2, 0.35]);
    let left = random.int(0, 14);
    let deaths = random.pick([0, 0, 1, 2]);
    let troubled = false;
    const outages = new Map<string, number>();
    let life: Life = { alive: true };
    let kill: () => void = () => undefined;
    const simulators: Simulator[] = [];
    const vendorAt = (origin: string) => simulators.find(({ url }) => url === origin)?.vendor;
    const dieSometimes = (): void => {
      if (!troubled || deaths === 0 || !random.chance(0.04)) return;
      deaths -= 1;
      onFault?.("kill -9 during a call");
      life.alive = false;
      kill();
    };
    const line = watchLine({
      clock,
      isWatched: (origin) => origin === hooksOrigin || vendorAt(origin) !== undefined,
      fault({ origin, method, path }) {
        const vendor = vendorAt(origin);
        if (vendor === undefined || !troubled || /\/(pay|checkoutnow)\b/.test(path)) return undefined;
        dieSometimes();
        const out = outages.get(vendor) ?? 0;
        if (out > 0) {
          outages.set(vendor, out - 1);
          return "server_error";
        }
        const isWrite = method !== "GET";
        const ofPurchase = isWrite && left > 0 ? drawForPurchase(random, path.replace(/\?.*/, "")) : undefined;
        if (ofPurchase !== undefined) {
          left -= 1;
          return ofPurchase;
        }
        // Tokens are asked for so often that they would have most of the faults.
        if (left === 0 || !random.chance(isWrite && !path.includes("token") ? often : often / 8)) return undefined;
        left -= 1;
        const scenario = isWrite ? drawForWrite(random) : drawForRead(random);
        // Those of the business count where the dialect met them.
        if (!inBusiness.includes(scenario)) onFault?.(`${vendor} ${method} ${path.replace(/\?.*/, "").replace(/[^/]*\d[^/]*/g, "…")} ${scenario}`);
        // Who lost a reply may be out of reach for a while as well.
        if (isReplyLost(scenario) && random.chance(0.2)) outages.set(vendor, random.pick([1, 3, 10, 40]));
        // Longer than anybody waits for, or not quite.
        return scenario === "slow" ? `slow=${random.pick([5_000, 20_000, 90_000, 200_000])}` : scenario;
      },
      answered({ origin }) {
        if (vendorAt(origin) !== undefined) dieSometimes();
      },
    });
    const start = async (dialect: Dialect): Promise<Simulator> => {
      const simulator = await startSimulator(dialect, { clock, pause: line.pause });
      simulators.push(simulator);
      return simulator;
    };

    /** The vendor does something without being asked. What cannot happen any more does not. */
    const happen = (simulator: Simulator, { event, reference }: Move): Promise<boolean> => {
      const letGo = clock.hold();
      return simulator
        .happen(event, reference)
        .then(
          () => {
            onFault?.(`${simulator.vendor} ${event} by itself`);
            return true;
          },
          () => false,
        )
        .finally(letGo);
    };
    const watched = (dialect: Dialect, more: Pick<Parameters<typeof watchedDialect>[1], "keyInHand" | "unnamed"> = {}): Dialect =>
      watchedDialect(dialect, {
        ...more,
        onMet(route, met, request, answer) {
          for (const scenario of met) if (inBusiness.includes(scenario)) onFault?.(`${dialect.vendor} ${route} ${scenario}`);
          const simulator = simulators.find(({ vendor }) => vendor === dialect.vendor)!;
          const settling = settlingOf(dialect.vendor, route, met, request, answer);
          const move = settling && (settling.badly && random.chance(0.3) ? settling.badly : settling.well);
          if (move) clock.after(random.pick([0.02, 1, 8, 25, 45, 120]) * minute, () => void happen(simulator, move));
          // Sent back to the page, most customers go there.
          if (route === "authorize" && answer.status >= 400 && random.chance(0.8)) {
            const page = [...pages.values()].find((one) => one.includes(request.params.id!));
            if (page !== undefined) clock.after(random.pick([0.2, 3, 20]) * minute, () => customer.pay(page));
          }
        },
      });

    const keys = new Map<string, string>();
    let keyInHand: string | undefined;
    const unnamed = new Map<string, string>();
    const supplierDialect = supplierVendor.dialect(world, `${hooksOrigin}/suppliers`);
    const shop = await start(watched(supplierDialect, { unnamed, keyInHand: () => keyInHand }));
    const bank = await start(watched(paymentVendor.dialect(world, `${hooksOrigin}/payments`)));
    const memories = { supplier: volatileMemory(), payments: volatileMemory() };
    const supplierNow = (mine: Life) => supplierVendor.adapter(shop.url, { memory: mortalMemory(memories.supplier, mine), clock: mortalClock(clock, mine) });
    const providerNow = (mine: Life) => paymentVendor.adapter(bank.url, { memory: mortalMemory(memories.payments, mine), clock: mortalClock(clock, mine) });

    const pages = new Map<string, string>();
    const customer = pageCustomer({ random, clock, troubled: () => troubled });
    /** Most customers pay soon after they see the page. */
    const prompt = random.chance(0.7);
    const noting = (provider: PaymentProvider): PaymentProvider => {
      const seen = <S extends PaymentState | null>(state: S): S => {
        const page = state?.payUrl;
        if (state && page !== undefined) {
          if (!pages.has(state.key) && prompt) clock.after(random.pick([0.2, 1, 3, 10, 25]) * 60_000, () => customer.pay(page));
          pages.set(state.key, page);
        }
        return state;
      };
      return {
        ...provider,
        authorise: async (request, signal) => seen(await provider.authorise(request, signal)),
        find: async (key, signal) => seen(await provider.find(key, signal)),
      };
    };
    const noteKey = (key: string): void => {
      keyInHand = key;
      keys.set(key.toUpperCase(), key);
    };

    const { signal } = new AbortController();
    const oracle = { alive: true };
    /** One for all looks: vendors count the tokens that are alive. */
    let observer: Supplier | undefined;
    const call = { signal, requestId: "oracle" };
    const calmLine = (): void => {
      troubled = false;
      outages.clear();
    };
    const keyOf = ({ clientReference, reference }: LedgerEntry): string => {
      const said = clientReference?.split(" ").at(-1) ?? unnamed.get(reference) ?? reference;
      return keys.get(said.toUpperCase()) ?? said;
    };

    /** The simulator's ledger decides what there is, what is gone and what it costs; the adapter adds what a ledger line has no room for. */
    async function supplierOrders(): Promise<SupplierRecord[]> {
      const was = troubled;
      calmLine();
      observer ??= supplierNow(oracle);
      const { flights, hotels, cars } = observer;
      const ports: Record<string, Pick<VerticalSupplier<never, never>, "find" | "read"> | undefined> = { flight: flights, hotel: hotels, car: cars };
      const found: SupplierRecord[] = [];
      const ledger = await shop.ledger();
      for (const [at, entry] of ledger.entries()) {
        const key = keyOf(entry);
        const cancelled = isCancelled(entry);
        // Made and given up within a purchase that was then tried again.
        if (cancelled && ledger.slice(at + 1).some((later) => keyOf(later) === key)) continue;
        const port = ports[entry.kind];
        let unclear = false;
        const record = await port?.find(key, call).catch(() =>
          port.read(entry.reference, call).catch((error: unknown) => {
            unclear = needsPerson(error);
            return undefined;
          }),
        );
        // Made and given up within a purchase that failed: the adapter surely knows of no order.
        if (cancelled && record === null) continue;
        if (record && (record.status === "cancelled") !== cancelled) throw new Error(`${key}: the adapter says ${record.status}, the ledger ${entry.status}`);
        found.push({
          ...(record ?? { locators: [], documents: [], status: "confirmed" as const }),
          key,
          reference: record?.reference ?? entry.reference,
          total: entry.onTheSpot ? subtract(entry.total!, entry.onTheSpot) : entry.total!,
          ...(cancelled ? { status: "cancelled" as const } : {}),
          ...(unclear ? { unclear } : {}),
        });
      }
      troubled = was;
      return found;
    }

    async function paid(): Promise<PaymentState[]> {
      const was = troubled;
      calmLine();
      const provider = providerNow(oracle);
      const entries = await bank.ledger();
      const names = entries.map(({ clientReference = "?" }) => clientReference);
      if (new Set(names).size !== names.length) throw new Error(`one key has two payments: ${names.join(", ")}`);
      const states: PaymentState[] = [];
      for (const { clientReference, net } of entries) {
        const state = clientReference === undefined ? null : await provider.find(clientReference, signal);
        // A page that nobody was ever sent to is no payment.
        if (!state) {
          if (net && !/^0+(\.0+)?$/.test(net.amount)) throw new Error(`${clientReference} took ${net.amount} and the adapter knows nothing of it`);
          continue;
        }
        const taken = subtract(state.captured, state.refunded);
        if (net && compare(sum([net], net.currency), taken) !== 0)
          throw new Error(`${clientReference}: the ledger has ${net.amount}, the adapter says ${taken.amount}`);
        states.push(state);
      }
      troubled = was;
      return states;
    }

    return {
      get suppliers() {
        life.alive = false;
        life = { alive: true };
        return [tellingOf(notingKeys(supplierNow(life), noteKey))];
      },
      get payments() {
        return [noting(providerNow(life))];
      },
      books: { suppliers: [{ id: supplierId, orders: supplierOrders }], payments: [{ id: paymentId, payments: paid }] },
      searches: searchesOf(random.pick(routes)),
      mayKill(given) {
        kill = given;
      },
      misfortune: () => misfortune(random, shop, bank, outages),
      calm() {
        calmLine();
        left = 0;
        deaths = 0;
        for (const simulator of simulators) simulator.calm();
      },
      pay(key) {
        const page = pages.get(key);
        if (page === undefined) return;
        customer.pay(page);
      },
      webhook(no) {
        const { to, delivery } = deliveries[Number(no)]!;
        // Signed anew at each delivery.
        const stamp = Math.floor(clock.now() / 1000);
        const signed = (secret: string) => `t=${stamp},v1=${createHmac("sha256", secret).update(`${stamp}.${delivery.body}`).digest("hex")}`;
        const headers = {
          ...delivery.headers,
          ...(to === "payments" && paymentId === "stripe" ? { "stripe-signature": signed(stripeSecret) } : {}),
          ...(to === "suppliers" && "x-duffel-signature" in delivery.headers ? { "x-duffel-signature": signed(duffelSecret) } : {}),
        };
        const id = to === "payments" ? paymentId : supplierId;
        return { to, id, delivery: { ...delivery, headers } };
      },
      async moves() {
        const sold = (await shop.ledger()).flatMap((entry) => scheduleChangeOf(shop.vendor, entry) ?? []);
        if (sold.length === 0) return;
        const move = random.pick(sold);
        if (await happen(shop, move)) came("suppliers", readingOf(move.reference, "schedule-change"));
      },
      readings: async () =>
        (await shop.ledger())
          .filter(({ kind }) => kind === "flight")
          .map(({ reference }): WorldDelivery => ({ to: "suppliers", id: supplierId, delivery: readingOf(reference, "changed") })),
      onPayment(listener) {
        listeners.push(listener);
        // The searches are over: from now on nothing is safe.
        troubled = true;
      },
      async close() {
        calmLine();
        line.close();
        for (const simulator of simulators) await simulator.close();
        hooks.closeAllConnections();
        await new Promise((resolve) => hooks.close(resolve));
      },
    };
  };

const isCancelled = ({ status }: LedgerEntry): boolean => /cancel|void|refund/i.test(status);

/** The vendor shows an order that is neither bought nor not, and no program can put that right. */
const needsPerson = (error: unknown): boolean =>
  TravelAgentError.is(error, "OUTCOME_UNKNOWN") && (error.details as { needsPerson?: boolean } | undefined)?.needsPerson === true;

/** Prices that move, the last seat that goes, a card without money, a vendor that is away for a while. */
function misfortune(random: Random, shop: Simulator, bank: Simulator, outages: Map<string, number>): void {
  const kind = random.int(1, 5);
  if (kind === 1) shop.next({ scenario: "price_changed", times: random.int(1, 3) });
  else if (kind === 2) shop.next({ scenario: "sold_out", times: random.int(1, 2) });
  else if (kind === 3 && random.chance(0.4)) bank.next({ scenario: "card_declined", on: "pay" });
  else outages.set(random.pick([shop, bank]).vendor, random.pick([1, 3, 10, 60]));
}

/** An adapter whose purchases are known to the test by their keys. */
function notingKeys(supplier: Supplier, note: (key: string) => void): Supplier {
  const wrap = <Q, O extends Offer>(port: VerticalSupplier<Q, O> | undefined) => {
    if (!port) return undefined;
    const { hold } = port;
    const noting: VerticalSupplier<Q, O> = {
      ...port,
      book: (request, call) => {
        note(request.key);
        return port.book(request, call);
      },
      ...(hold
        ? {
            hold: (request, call) => {
              note(request.key);
              return hold(request, call);
            },
          }
        : {}),
    };
    return noting;
  };
  const [flights, hotels, cars] = [wrap(supplier.flights), wrap(supplier.hotels), wrap(supplier.cars)];
  return { ...supplier, ...(flights ? { flights } : {}), ...(hotels ? { hotels } : {}), ...(cars ? { cars } : {}) };
}

const readingHeader = "x-reading";

/** What a look at the supplier's list, or at the booking once a day, comes down to. */
function readingOf(reference: string, kind: SupplierNews["kind"]): Delivery {
  const news: SupplierNews = { id: crypto.randomUUID(), kind, vertical: "flight", reference };
  return { headers: { [readingHeader]: "yes" }, body: JSON.stringify([news]) };
}

/** A supplier whose news are heard. Where it sends none, and to make sure where it does, what is booked is read again, as `readingOf` says. */
function tellingOf(supplier: Supplier): Supplier {
  const { receive } = supplier.events ?? {};
  return {
    ...supplier,
    events: {
      ...supplier.events,
      async receive(delivery, signal) {
        if (readingHeader in delivery.headers) return JSON.parse(delivery.body) as SupplierNews[];
        return receive ? receive(delivery, signal) : [];
      },
    },
  };
}
