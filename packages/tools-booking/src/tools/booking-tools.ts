import type { Tool } from "@travelagent/agent-runtime";
import type { Bookings } from "../bookings.ts";
import type { PaperDesk } from "../documents/paper-desk.ts";
import { cancelBooking } from "./cancel-booking.ts";
import { checkAvailability } from "./check-availability.ts";
import { createBooking } from "./create-booking.ts";
import { directBooking } from "./direct-booking.ts";
import { directCancel } from "./direct-cancel.ts";
import { directChange } from "./direct-change.ts";
import type { ReadConversation } from "./direct-facts.ts";
import { getCustomer } from "./get-customer.ts";
import { issueCompensation } from "./issue-compensation.ts";
import { modifyBooking } from "./modify-booking.ts";
import { searchCars } from "./search-cars.ts";
import { searchFlights } from "./search-flights.ts";
import { searchHotels } from "./search-hotels.ts";

export interface BookingToolOptions {
  /** Prices are asked for in it unless the budget names another. Default EUR. */
  currency?: string;
  /** Offers shown when a search does not say. Default 5. */
  limit?: number;
  /** What the conversation itself tells, for rules. Default nothing. */
  conversation?: ReadConversation;
  /** Papers in the vault. Absent: none can be named in a booking. */
  papers?: PaperDesk;
}

/** The tools of the group `booking`. */
export function bookingTools(bookings: Bookings, { currency = "EUR", limit = 5, conversation = async () => ({}), papers }: BookingToolOptions = {}): Tool[] {
  const search = { currency, limit };
  const writes = { create: createBooking(bookings, papers), modify: modifyBooking(bookings), cancel: cancelBooking(bookings) };
  const { offered, compensates } = bookings.desk;
  return [
    searchFlights(bookings, search),
    searchHotels(bookings, search),
    searchCars(bookings, search),
    checkAvailability(bookings),
    ...(offered
      ? [
          directBooking(writes.create, bookings, conversation),
          directChange(writes.modify, bookings, conversation),
          directCancel(writes.cancel, bookings, conversation),
          getCustomer(bookings),
        ]
      : [writes.create, writes.modify, writes.cancel]),
    ...(compensates ? [issueCompensation(bookings, conversation)] : []),
  ];
}
