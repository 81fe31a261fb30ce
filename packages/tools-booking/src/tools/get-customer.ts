import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import type { Bookings } from "../bookings.ts";
import { callOf } from "./direct-booking.ts";
import { claimCustomer } from "./direct-facts.ts";

/** The customer's profile at a supplier that has customers of its own: membership, means of payment, bookings. Nobody else's. */
export const getCustomer = (bookings: Bookings): Tool =>
  defineTool({
    name: "get_customer",
    description: "The customer's profile at the supplier: membership, means of payment on file, bookings.",
    group: "booking",
    args: z.strictObject({ customerId: z.string().min(1).max(80).optional() }),
    effect: "read",
    claims: async ({ customerId }) => claimCustomer(customerId),
    async execute({ customerId }, context) {
      const id = customerId ?? context.turn.customerId;
      const customer = id === undefined ? null : await bookings.desk.customer(id, callOf(context));
      if (!customer) throw new TravelAgentError("NOT_FOUND", "this customer is not known to the supplier");
      return { content: { ...customer } };
    },
  });
