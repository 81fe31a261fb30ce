import { join } from "node:path";
import type { Tool } from "@travelagent/agent-runtime";
import type { GatewayConfig } from "@travelagent/config";
import { openDatabase } from "@travelagent/engine";
import type { Booking, Handlers } from "@travelagent/protocol";
import type { Clock, Database, Logger, Work } from "@travelagent/protocol/ports";
import type { Sessions } from "@travelagent/sessions";
import { type Bookings, bookingHandlers, bookingTools, createBookings, type Supplier } from "@travelagent/tools-booking";
import { createSandbox } from "@travelagent/tools-booking/suppliers/sandbox";
import { type BookingHistory, type Crm, crmTools, customerHandlers, databaseCrm } from "@travelagent/tools-crm";
import type { Environment } from "./models.ts";

export interface TravelOptions {
  config: GatewayConfig;
  env: Environment;
  /** Where the sandbox keeps books of its own. */
  directory: string;
  db: Database;
  work: Work;
  sessions: Sessions;
  clock: Clock;
  log: Logger;
  onBooking(booking: Booking): void;
  /** Who writes in this conversation is known from now on. May come again for the same. */
  onCustomerKnown(sessionKey: string, customerId: string, name: string | undefined): Promise<void>;
}

/** Customers and what is booked for them. */
export interface Travel {
  bookings: Bookings;
  crm: Crm;
  suppliers: readonly Supplier[];
  tools: readonly Tool[];
  handlers: Handlers;
  close(): Promise<void>;
}

export async function openTravel({ config, env, directory, db, work, sessions, clock, log, onBooking, onCustomerKnown }: TravelOptions): Promise<Travel> {
  const crm = await databaseCrm({ db, clock });
  const books = openDatabase({ path: join(directory, "sandbox.db") });
  try {
    const sandbox = createSandbox({ db: books, clock, ...(env.SANDBOX_SEED ? { seed: env.SANDBOX_SEED } : {}) });
    const suppliers = config.suppliers.sandbox?.enabled === false ? [] : [sandbox.supplier];
    const known = async (sessionKey: string, customerId: string): Promise<void> => {
      await sessions.bindCustomer(sessionKey, customerId);
      await onCustomerKnown(sessionKey, customerId, (await crm.get(customerId))?.name);
    };
    const bookings = createBookings({
      db,
      work,
      clock,
      log,
      suppliers,
      payments: sandbox.payments,
      customers: {
        async ensure(person) {
          const { customerId } = await crm.ensureCustomer(person);
          await known(person.sessionKey, customerId);
          return { customerId };
        },
      },
      onChange: onBooking,
    });
    await bookings.migrate();
    const bookingsOf = async (customerId: string) => (await bookings.list({ customerId, limit: 50 })).bookings;
    const history: BookingHistory = {
      forCustomer: bookingsOf,
      async forSession(sessionKey) {
        const customerId = (await sessions.get(sessionKey))?.customerId;
        return customerId === undefined ? [] : bookingsOf(customerId);
      },
    };
    return {
      bookings,
      crm,
      suppliers,
      tools: [...bookingTools(bookings), ...crmTools({ crm, bookings: history, onCustomerKnown: known })],
      handlers: { ...bookingHandlers(bookings), ...customerHandlers(crm) },
      close: () => books.close(),
    };
  } catch (error) {
    await books.close();
    throw error;
  }
}
