import { join } from "node:path";
import type { Tool } from "@travelagent/agent-runtime";
import { isOperators } from "@travelagent/agent-runtime/gate";
import type { GatewayConfig } from "@travelagent/config";
import { openDatabase } from "@travelagent/engine";
import type { HttpRoute, Tell } from "@travelagent/gateway-core";
import type { Booking, Handlers } from "@travelagent/protocol";
import type { Clock, Database, Logger, Work } from "@travelagent/protocol/ports";
import type { Sessions } from "@travelagent/sessions";
import { type Bookings, bookingHandlers, bookingTools, createBookings, type Supplier } from "@travelagent/tools-booking";
import { type PaperDesk, type PaperOpener, withPapers } from "@travelagent/tools-booking/documents";
import { scheduleChangeTool } from "@travelagent/tools-booking/news";
import { travelRulesTool } from "@travelagent/tools-booking/rules";
import { migrateSupplierMemory } from "@travelagent/tools-booking/suppliers/http";
import { createSandbox } from "@travelagent/tools-booking/suppliers/sandbox";
import { type AgencyOf, type BookingHistory, type Crm, crmTools } from "@travelagent/tools-crm";
import { openPapers, type Papers, type PapersOptions } from "../papers/papers.ts";
import { supplierWebhooks } from "../reaching/supplier-webhooks.ts";
import type { Environment } from "./models.ts";
import { openPayments } from "./payments.ts";
import { newsTimingOf, supplierNews } from "./supplier-news.ts";
import { openSuppliers } from "./suppliers.ts";
import { namingUnusable } from "./unusable-suppliers.ts";

export interface TravelOptions {
  config: GatewayConfig;
  env: Environment;
  /** Where the sandbox keeps books of its own. */
  directory: string;
  db: Database;
  work: Work;
  crm: Crm;
  /** Papers of travellers. */
  papersOf?: { desk: PaperDesk; open: PaperOpener };
  /** The brand an account of a channel belongs to. */
  agencyOf: AgencyOf;
  sessions: Sessions;
  clock: Clock;
  log: Logger;
  onBooking(booking: Booking): void;
  /** Where a payment page sends the customer when done. */
  chatUrl: string;
  /** Where customers reach this gateway, without a slash at the end. */
  publicUrl(): string;
  /** The agent of a conversation is told something, once for each id. */
  note: PapersOptions["note"];
  /** A customer hears something without having asked just now, once for each id. */
  tell: Tell;
  media: NonNullable<PapersOptions["media"]>;
  onQuote?: PapersOptions["onQuote"];
  /** Who writes in this conversation is known from now on. May come again for the same. */
  onCustomerKnown(sessionKey: string, customerId: string, name: string | undefined): Promise<void>;
}

/** What is booked for customers. */
export interface Travel {
  bookings: Bookings;
  suppliers: readonly Supplier[];
  papers: Papers;
  tools: readonly Tool[];
  handlers: Handlers;
  /** What customers open by a link, and where suppliers send their webhooks. */
  routes: readonly HttpRoute[];
  /** After the engine and the gateway started: takes up what the last process left. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

export async function openTravel(options: TravelOptions): Promise<Travel> {
  const {
    config,
    env,
    directory,
    db,
    work,
    crm,
    papersOf,
    agencyOf,
    sessions,
    clock,
    log,
    onBooking,
    onCustomerKnown,
    chatUrl,
    publicUrl,
    note,
    media,
    tell,
    onQuote,
  } = options;
  const books = openDatabase({ path: join(directory, "sandbox.db") });
  try {
    const sandbox = createSandbox({ db: books, clock, ...(env.SANDBOX_SEED ? { seed: env.SANDBOX_SEED } : {}) });
    await migrateSupplierMemory(db);
    const real = await openSuppliers({ config, env, db, clock, log });
    const suppliers = [...(config.suppliers.sandbox?.enabled === false ? [] : [sandbox.supplier]), ...real.suppliers].map((supplier) =>
      papersOf ? withPapers(supplier, papersOf.open) : supplier,
    );
    const paying = await openPayments({
      config,
      env,
      db,
      clock,
      log,
      returnUrl: config.payments.returnUrl ?? chatUrl,
    });
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
      // Its own bank comes last: where a provider is configured, that one is used.
      payments: [...paying.providers, sandbox.payments],
      customers: {
        async ensure(person) {
          const { accountId = "default" } = (await sessions.get(person.sessionKey)) ?? {};
          const agency = agencyOf({ channel: person.channel, accountId });
          const { customerId } = await crm.ensureCustomer({ ...person, ...(agency === undefined ? {} : { agency }) });
          await known(person.sessionKey, customerId);
          return { customerId };
        },
      },
      onChange: onBooking,
      news: newsTimingOf(config),
      announce: supplierNews({ tell, share: (orderId, kind) => papers.share(orderId, kind), log }),
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
    const papers = await openPapers({
      config: () => config,
      bookings,
      db,
      clock,
      log,
      publicUrl,
      note,
      media,
      ...(onQuote ? { onQuote } : {}),
      buyerOf: buyerIn(crm),
      customerOf: async (key) => (await sessions.get(key))?.customerId,
    });
    return {
      bookings,
      suppliers,
      papers,
      tools: [
        ...bookingTools(bookings, papersOf ? { papers: papersOf.desk } : {}),
        scheduleChangeTool(bookings),
        ...papers.tools,
        travelRulesTool(),
        ...crmTools({ crm, agencyOf, bookings: history, onCustomerKnown: known, ofAgency: (turn) => isOperators(turn, config.tools.operators) }),
      ],
      routes: [...papers.routes, ...supplierWebhooks(bookings, log)],
      async resume() {
        await bookings.resume();
        await papers.resume();
      },
      handlers: { ...papers.handlers, ...namingUnusable(bookingHandlers(bookings), real.unusable, paying.unusable) },
      close: () => books.close(),
    };
  } catch (error) {
    await books.close();
    throw error;
  }
}

/** How a customer is called on an invoice: as in their record. */
const buyerIn =
  (crm: Crm): PapersOptions["buyerOf"] =>
  async (customerId) => {
    const customer = await crm.get(customerId);
    return customer?.name ? { name: customer.name, ...(customer.email ? { email: customer.email } : {}) } : undefined;
  };
