import type { Tool } from "@travelagent/agent-runtime";
import type { Bookings } from "../bookings.ts";
import { cancelBooking } from "./cancel-booking.ts";
import { checkAvailability } from "./check-availability.ts";
import { createBooking } from "./create-booking.ts";
import { modifyBooking } from "./modify-booking.ts";
import { searchCars } from "./search-cars.ts";
import { searchFlights } from "./search-flights.ts";
import { searchHotels } from "./search-hotels.ts";

export interface BookingToolOptions {
  /** Prices are asked for in it unless the budget names another. Default EUR. */
  currency?: string;
  /** Offers shown when a search does not say. Default 5. */
  limit?: number;
}

/** The tools of the group `booking`. */
export function bookingTools(bookings: Bookings, { currency = "EUR", limit = 5 }: BookingToolOptions = {}): Tool[] {
  const search = { currency, limit };
  return [
    searchFlights(bookings, search),
    searchHotels(bookings, search),
    searchCars(bookings, search),
    checkAvailability(bookings),
    createBooking(bookings),
    modifyBooking(bookings),
    cancelBooking(bookings),
  ];
}
