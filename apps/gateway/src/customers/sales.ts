import type { Tool } from "@travelagent/agent-runtime";
import type { Publisher } from "@travelagent/gateway-core";
import type { Booking, Handlers } from "@travelagent/protocol";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { AgencyOf, Crm } from "@travelagent/tools-crm";
import {
  createObligations,
  createReminders,
  hearOutgoing,
  type Obligation,
  type Obligations,
  promiseTool,
  salesHandlers,
  salesPersonalData,
} from "@travelagent/tools-crm/sales";
import { contactFacts } from "./contact-facts.ts";
import type { CustomersOptions } from "./open-customers.ts";

export interface OpenedSales {
  tools: readonly Tool[];
  handlers: Handlers;
  personalData: PersonalDataStore;
  /** What is to be done for customers, and by when. */
  obligations: Obligations;
  /** A message reached its channel. */
  onSent(message: { deliveryId: string }): void;
  /** A quote was made. May come again for the same one. */
  onQuote(quote: { id: string; sessionKey: string; createdAt: string }): void;
  /** A booking is other than it was. */
  onBooking(booking: Booking): void;
  resume(): Promise<void>;
  close(): Promise<void>;
}

export interface SalesOptions extends Pick<CustomersOptions, "config" | "db" | "clock" | "log" | "bookings" | "gateway" | "timeZone"> {
  crm: Crm;
  agencyOf: AgencyOf;
  publish: Publisher["publish"];
}

const dayMs = 86_400_000;
/** Bought, as far as it concerns whoever sold it. */
const bought = new Set(["confirmed", "ticketed"]);

/** Leads, and what customers are promised. */
export function openSales(options: SalesOptions): OpenedSales {
  const { db, clock, log, crm, bookings, gateway, publish, agencyOf } = options;
  const customerOf = contactFacts(options);
  const obligations = createObligations({ db, clock });
  const hear = hearOutgoing({ obligations, customerOf: (key) => customerOf(key) });
  const reminders = createReminders({
    obligations,
    clock,
    log,
    async remind({ obligation, phase }) {
      const { id, sessionKey, customerId, text, dueAt, version } = obligation;
      // A note, and never the state of the conversation: an agent that is made to wait for a person leaves the customer without an answer.
      await crm.addNote(
        { sessionKey, ...(customerId === undefined ? {} : { customerId }) },
        { text: `${phase === "due" ? "Promised and due soon" : "Promised and overdue"} (${dueAt}): ${text}`, author: "promises" },
        { idempotencyKey: `promise:${id}:${version}:${phase}` },
      );
      publish("promise", { phase, promise: obligation });
    },
  });
  obligations.onChange((promise: Obligation) => {
    publish("promise", { phase: "changed", promise });
    reminders.look();
  });

  /** What it is about is stored: what a crash keeps from being heard is heard at the next start. */
  const quietly = (what: string, work: Promise<unknown>): void => void work.catch((error: unknown) => log.error(what, { error }));
  const onQuote: OpenedSales["onQuote"] = ({ id, sessionKey, createdAt }) =>
    quietly("a lead could not be moved to quoted", crm.advanceLead({ sessionKey, to: "quoted", cause: `quote:${id}`, at: Date.parse(createdAt) }));
  const onBooking: OpenedSales["onBooking"] = ({ id, sessionKey, status, createdAt }) => {
    if (bought.has(status))
      quietly("a lead could not be moved to won", crm.advanceLead({ sessionKey, to: "won", cause: `booking:${id}`, at: Date.parse(createdAt) }));
  };
  const hearSent = async (id: string): Promise<void> => {
    const message = await gateway().correspondence.sent(id);
    if (message) await hear(message);
  };

  return {
    tools: [promiseTool({ crm, agencyOf, obligations })],
    handlers: salesHandlers({ crm, obligations, customerOf: (key) => customerOf(key) }),
    personalData: salesPersonalData({ db }),
    obligations,
    onSent: ({ deliveryId }) => quietly("a message could not be looked through for promises", hearSent(deliveryId)),
    onQuote,
    onBooking,
    async resume() {
      reminders.start();
      const since = clock.now() - 3 * dayMs;
      for (const message of await gateway().correspondence.sentSince(since, 500)) await hear(message);
      for (const booking of (await bookings().list({ limit: 200 })).bookings) if (Date.parse(booking.updatedAt) >= since) onBooking(booking);
    },
    close: () => reminders.stop(),
  };
}
