import type { Tool } from "@travelagent/agent-runtime";
import { type BookingHistory, bookingHistoryTool } from "./booking-history.ts";
import { type CustomerToolsOptions, customerTools } from "./customer-tools.ts";
import { type SalesToolsOptions, salesTools } from "./sales-tools.ts";

export interface CrmToolsOptions extends CustomerToolsOptions, Pick<SalesToolsOptions, "ofAgency"> {
  /** Without it there is no `get_booking_history`. */
  bookings?: BookingHistory;
}

/** The tools of group `crm`. All are about the turn's own customer; none takes an id. */
export const crmTools = ({ bookings, ...options }: CrmToolsOptions): Tool[] => [
  ...customerTools(options),
  ...(bookings ? [bookingHistoryTool({ ...options, bookings })] : []),
  ...salesTools(options),
];
