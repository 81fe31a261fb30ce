import { TravelAgentError } from "@travelagent/protocol";
import type { Search } from "../fan-out.ts";
import { money } from "../money.ts";
import type { Offer } from "../offer.ts";
import type { Delivery, PaymentProvider } from "../payment.ts";
import type { Supplier } from "../supplier.ts";
import type { WorldBooks } from "./compare-books.ts";
import { type FakePayments, fakePayments, type PaymentOperation } from "./fake-payments.ts";
import { type FakeSupplier, fakeSupplier, type SupplierOperation } from "./fake-supplier.ts";
import type { Fault, FaultOptions } from "./faults.ts";
import type { Random } from "./random.ts";
import { sampleCar, sampleFlight, sampleHotel } from "./sample-offers.ts";
import type { SimulatedClock } from "./simulated-clock.ts";

/**
 * A world outside for one random run: suppliers and payment providers with books of their own, in which things go wrong. Real
 * adapters with simulators behind them can stand here as well.
 */
export interface RandomWorld {
  suppliers: readonly Supplier[];
  payments: readonly PaymentProvider[];
  books: WorldBooks;
  /** What they are asked for before the run; of what they find, some is bought. */
  searches: readonly Search[];
  /** Something will go wrong, in whatever way the world likes. */
  misfortune(): void;
  /** From now on nothing goes wrong any more. */
  calm(): void;
  /** The customer pays what waits for them, or, `anyway`, also what was given up. */
  pay(key: string, anyway: boolean): void;
  /** A webhook about this payment, `id` naming its event, or what a supplier tells. Absent where there is none. */
  webhook?(key: string, id: string): WorldDelivery;
  /** Called after every change of a payment, with its key, and when a supplier has something to tell. */
  onPayment?(listener: (key: string) => void): void;
  /** Suppliers change what they sold, such as flights that leave at other times. */
  moves?(): Promise<void>;
  /** What a look at everything booked, as it takes place day by day, would hear of. */
  readings?(): Promise<WorldDelivery[]>;
  /** The process may die in the middle of a call, not only between two steps: the world then calls `kill`. */
  mayKill?(kill: () => void): void;
  close?(): Promise<void>;
}

/** Something that came for us, of a payment provider or a supplier. */
export interface WorldDelivery {
  to: "payments" | "suppliers";
  /** Of the provider or the supplier. */
  id: string;
  delivery: Delivery;
}

export type OpenWorld = (random: Random, clock: SimulatedClock) => Promise<RandomWorld> | RandomWorld;

/** A flight, a hotel there, and a car. */
export const searchesOf = ({ origin, destination }: { origin: string; destination: string }): Search[] => {
  const common = { currency: "EUR", limit: 20 };
  return [
    {
      kind: "flight",
      query: { ...common, origin, destination, departureDate: "2027-03-12", adults: 1, childrenAges: [], cabin: "ECONOMY", directOnly: false },
    },
    {
      kind: "hotel",
      query: { ...common, place: destination, checkIn: "2027-03-12", checkOut: "2027-03-15", rooms: 1, adults: 1, childrenAges: [], refundableOnly: false },
    },
    {
      kind: "car",
      query: {
        ...common,
        pickUp: destination,
        dropOff: destination,
        pickUpAt: "2027-03-12T13:00",
        dropOffAt: "2027-03-15T09:00",
        driverAge: 30,
        automaticOnly: false,
      },
    },
  ];
};

const euro = (minor: number) => money(BigInt(minor), "EUR");

const numbered = (id: string, flightNumber: string, minor: number, changes: Partial<ReturnType<typeof sampleFlight>> = {}) => {
  const flight = sampleFlight({ id, supplierRef: id, ...changes });
  const [journey] = flight.journeys;
  return {
    ...flight,
    price: { ...flight.price, total: euro(minor), base: euro(minor - 2000), perPassenger: [{ ptc: "ADT" as const, count: 1, each: euro(minor) }] },
    journeys: [{ ...journey!, segments: [{ ...journey!.segments[0]!, flightNumber }] }],
  };
};

const rejected = (message: string) => new TravelAgentError("SUPPLIER_REJECTED", message);
const nobodyTells: Fault[] = ["lost-reply", "lost-reply", "late", "never-arrived", "hang"];
const supplierFaults: readonly (readonly [SupplierOperation, readonly Fault[]])[] = [
  ["reprice", ["unavailable", "hang"]],
  ["hold", [...nobodyTells, "unavailable", rejected("no such fare")]],
  ["book", [...nobodyTells, "unavailable", new TravelAgentError("SOLD_OUT", "the last one is gone")]],
  ["ticket", [...nobodyTells, "unavailable", rejected("fare closed")]],
  ["find", ["unavailable", "hang"]],
  ["read", ["unavailable", "hang"]],
  ["quoteCancel", ["unavailable", "hang", rejected("call us")]],
  ["cancel", [...nobodyTells, "unavailable", rejected("departed")]],
  ["quoteChange", ["unavailable"]],
  ["change", [...nobodyTells, "unavailable", new TravelAgentError("SOLD_OUT", "just gone")]],
  ["quoteModify", ["unavailable"]],
  ["modify", [...nobodyTells, "unavailable", rejected("not this fare")]],
];
const paymentFaults: readonly (readonly [PaymentOperation, readonly Fault[]])[] = [
  ["authorise", [...nobodyTells, "unavailable"]],
  ["capture", [...nobodyTells, "unavailable", rejected("the card was closed")]],
  ["void", [...nobodyTells, "unavailable"]],
  ["refund", [...nobodyTells, "unavailable"]],
  ["find", ["unavailable", "hang"]],
];

const writes: ReadonlySet<string> = new Set(["hold", "book", "ticket", "cancel", "change", "modify", "authorise", "capture", "void", "refund"]);

/** The fakes: a flight that can be held, one that is bought at once, a hotel free to cancel, one that is not, a car paid at the counter. */
export function fakeWorld(random: Random, clock: SimulatedClock): RandomWorld {
  const offers: Offer[] = [
    numbered("flight-1", "1123", 18_940, { paymentTimeLimit: new Date(clock.now() + random.int(1, 30) * 3_600_000).toISOString() }),
    (({ paymentTimeLimit: _, ...offer }) => offer)(numbered("flight-2", "1125", 15_500)),
    sampleHotel(),
    sampleHotel({
      id: "hotel-2",
      supplierRef: "hotel-2",
      room: { name: "Suite", beds: "1 double bed" },
      price: { ...sampleHotel().price, total: euro(52_000), base: euro(50_000) },
      conditions: { refund: { allowed: false }, change: { allowed: false } },
      cancellation: [{ from: "now", penalty: euro(52_000) }],
    }),
    sampleCar(),
    numbered("changed-1", "1127", random.pick([12_000, 18_940, 21_000]), { offerExpiresAt: "2027-01-20T09:00:00Z" }),
  ];
  // Some worlds are quiet, in others hardly a call goes well.
  const often = random.pick([0, 0.05, 0.1, 0.2, 0.35]);
  let left = random.int(0, 12);
  let calm = false;
  const trouble = <Operation extends string>(
    choices: readonly (readonly [Operation, readonly Fault[]])[],
    outage: (operation: Operation | "find") => void,
  ): FaultOptions<Operation> => ({
    // Slow, and surely there before anybody may believe that it never came.
    later: (run) => void clock.after(random.int(1, 8) * 60_000, run),
    sometimes(operation) {
      const faults = choices.find(([candidate]) => candidate === operation)?.[1];
      if (!faults || calm || left === 0 || !random.chance(writes.has(operation) ? often : often / 8)) return undefined;
      left -= 1;
      const fault = random.pick(faults);
      // Who lost a reply may be out of reach for a while as well.
      if ((fault === "lost-reply" || fault === "late") && random.chance(0.4)) outage("find");
      if (fault === "unavailable" && random.chance(0.5)) outage(operation);
      return fault;
    },
  });
  const outOfReach = (): Fault[] => Array.from({ length: random.pick([1, 3, 10, 60]) }, () => "unavailable" as const);
  const supplier: FakeSupplier = fakeSupplier({
    trouble: trouble(supplierFaults, (operation) => supplier.faults.next(operation, ...outOfReach())),
    offers,
    canHold: random.chance(0.8),
    ...(random.chance(0.5) ? { commissionPercent: 7n } : {}),
  });
  const listeners: ((key: string) => void)[] = [];
  const payments: FakePayments = fakePayments({
    trouble: trouble(paymentFaults, (operation) => payments.faults.next(operation, ...outOfReach())),
    asks: random.chance(0.5),
    ...(random.chance(0.5) ? { feePercent: 3n } : {}),
    onChange: (key) => {
      clock.stir();
      for (const listener of listeners) listener(key);
    },
  });
  /** Holds end when they say they do. */
  const ending = (): void => {
    for (const { key, status, paymentTimeLimit } of supplier.orders())
      if (status === "held" && paymentTimeLimit !== undefined && Date.parse(paymentTimeLimit) <= clock.now()) supplier.lapse(key);
  };
  clock.after(31 * 3_600_000, ending);
  for (let hour = 1; hour <= 30; hour += 1) clock.after(hour * 3_600_000, ending);

  return {
    suppliers: [supplier],
    payments: [payments],
    books: { suppliers: [supplier], payments: [payments] },
    searches: searchesOf({ origin: "BCN", destination: "FRA" }),
    misfortune() {
      if (calm) return;
      const kind = random.int(1, 6);
      if (kind <= 2) supplier.setPrice(random.pick(["flight-1", "flight-2", "hotel-1"]), euro(random.pick([14_000, 18_940, 31_000, 40_000])));
      else if (kind === 3) supplier.sellOut(random.pick(["flight-1", "flight-2", "hotel-1", "hotel-2"]));
      else if (kind === 4) supplier.setPenalty(euro(random.pick([0, 2_000])));
      else if (kind === 5 && random.chance(0.3)) payments.decline();
      else supplier.faults.next("find", ...outOfReach());
    },
    calm() {
      calm = true;
      supplier.faults.clear();
      payments.faults.clear();
    },
    pay: (key, anyway) => void payments.pay(key, anyway),
    webhook: (key, id) => ({ to: "payments", id: payments.id, delivery: payments.webhook(key, id) }),
    onPayment: (listener) => void listeners.push(listener),
  };
}
