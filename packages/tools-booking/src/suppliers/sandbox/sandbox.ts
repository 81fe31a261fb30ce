import { type Clock, type Database, systemClock } from "@travelagent/protocol/ports";
import type { PaymentProvider, PaymentState } from "../../payment.ts";
import type { Supplier } from "../../supplier.ts";
import { supplierBooks } from "./books.ts";
import { createCars } from "./cars.ts";
import type { Faults } from "./faults.ts";
import { createFlights } from "./flights.ts";
import { createHotels } from "./hotels.ts";
import { allOrders, hasDueHolds, lapseHolds, type OrderRecord } from "./order-record.ts";
import { createDesk, type DeskOptions } from "./orders.ts";
import { allPayments, createPayments } from "./payments.ts";
import { createSeal } from "./seal.ts";
import { prepareTables } from "./tables.ts";
import { createConnections } from "./world/connections.ts";
import { createDice } from "./world/hash.ts";
import { createNetwork } from "./world/routes.ts";
import { createSchedule } from "./world/schedule.ts";

export interface SandboxOptions {
  /** A database of its own in production: the sandbox plays the outside world, and its books must not be those of the agency. */
  db: Database;
  /** Another seed is another world. Default `travel-agent`. */
  seed?: string;
  clock?: Clock;
  faults?: Faults;
  /** Another seller in the same world: its offers and orders are named by it. Default `sandbox`. */
  seller?: string;
  /** Per cent on the world's prices, so that sellers in one world differ. Default 0. */
  markup?: number;
}

/** What the outside world saw, whatever the agency believes. */
export interface SandboxLedger {
  /** Those of this seller, oldest first; holds that ran out are shown as cancelled. */
  orders(): Promise<OrderRecord[]>;
  /** Oldest first, the declined ones too. */
  payments(): Promise<PaymentState[]>;
}

export interface Sandbox {
  supplier: Supplier;
  payments: PaymentProvider;
  ledger: SandboxLedger;
}

/**
 * A seeded world of flights, hotels and cars with a bank, for work without any account: no real travel and no real money.
 * Same seed, clock and books give the same answers. Tables are made on the first call.
 */
export function createSandbox({ db: given, seed = "travel-agent", clock = systemClock, faults, seller = "sandbox", markup = 0 }: SandboxOptions): Sandbox {
  const db = supplierBooks(given);
  const dice = createDice(seed);
  const ready = prepareTables(db);
  const network = createNetwork(dice);
  const schedule = createSchedule(dice);
  const options: DeskOptions = { id: seller, markup, db, ready, clock, dice, seal: createSeal(seed), faults };
  const flights = createFlights({ dice, network, schedule, connections: createConnections(network, schedule) });
  return {
    supplier: {
      id: options.id,
      live: false,
      flights: createDesk(flights, ({ origin, destination }) => `${origin}-${destination}`, true, options),
      hotels: createDesk(createHotels(dice), ({ place }) => place, false, options),
      cars: createDesk(createCars(dice), ({ pickUp }) => pickUp, false, options),
    },
    payments: createPayments({ db, ready, clock, dice, faults }),
    ledger: {
      async orders() {
        await ready();
        const now = clock.now();
        if (await hasDueHolds(db, now)) await db.transaction((tx) => lapseHolds(tx, now));
        return (await allOrders(db)).filter(({ offer }) => offer.supplier === seller);
      },
      async payments() {
        await ready();
        return allPayments(db);
      },
    },
  };
}
