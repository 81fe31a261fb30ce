import { defineTool, type Tool } from "@travelagent/agent-runtime";
import type { Booking } from "@travelagent/protocol";
import { BookingHistoryArgs } from "./arguments.ts";
import { refuseInGroups, type TurnCustomers, turnCustomer } from "./turn-customer.ts";

/** Where bookings are kept. Newest first. */
export interface BookingHistory {
  forCustomer(customerId: string): Promise<Booking[]>;
  forSession(sessionKey: string): Promise<Booking[]>;
}

const ownView = ({ id: _id, customerId: _customer, sessionKey: _session, version: _version, items, travellers, ...booking }: Booking) => ({
  ...booking,
  items: items.map(({ supplierReference: _reference, ...item }) => item),
  travellers: travellers.map(({ name }) => ({ name })),
});

/** `get_booking_history`: all bookings of the turn's customer, or those of the conversation while it has none. */
export const bookingHistoryTool = ({ bookings, ...customers }: TurnCustomers & { bookings: BookingHistory }): Tool =>
  defineTool({
    name: "get_booking_history",
    description: "Bookings of the customer of this conversation, past and coming, newest first. `more` says how many older ones are left out.",
    group: "crm",
    args: BookingHistoryArgs,
    effect: "read",
    async execute({ limit = 10 }, { turn }) {
      refuseInGroups(turn);
      const customer = await turnCustomer(customers, turn);
      const all = customer ? await bookings.forCustomer(customer.id) : await bookings.forSession(turn.sessionKey);
      const shown = all.slice(0, limit);
      return {
        content: { bookings: shown.map(ownView), ...(all.length > limit ? { more: all.length - limit } : {}) },
        // Real travel is described in its supplier's words; the sandbox's are ours.
        ...(shown.some(({ items }) => items.some(({ sandbox }) => !sandbox)) ? { tainted: true } : {}),
      };
    },
  });
