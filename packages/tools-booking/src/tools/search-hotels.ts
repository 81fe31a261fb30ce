import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { Bookings } from "../bookings.ts";
import { SearchHotelsArgs } from "./arguments.ts";
import { currencyOf, refusePast, runSearch, type SearchToolOptions, todayAt } from "./search.ts";

export const searchHotels = (bookings: Bookings, options: SearchToolOptions): Tool =>
  defineTool({
    name: "search_hotels",
    description: "Search hotel rooms in a city at all suppliers. Gives numbered offers with price, board and cancellation terms. Books nothing.",
    group: "booking",
    args: SearchHotelsArgs,
    effect: "read",
    async execute({ maxTotal, minStars, childrenAges = [], ...args }, context) {
      refusePast("check-in date", args.checkIn, todayAt(context));
      if (args.checkOut <= args.checkIn)
        throw new TravelAgentError(
          "INVALID_REQUEST",
          `the check-out on ${args.checkOut} must be after the check-in on ${args.checkIn}; give a later check-out`,
        );
      if (args.adults + childrenAges.length > 9) throw new TravelAgentError("INVALID_REQUEST", "at most 9 guests fit in one search; split the group");
      const query = {
        place: args.place,
        checkIn: args.checkIn,
        checkOut: args.checkOut,
        rooms: args.rooms ?? 1,
        adults: args.adults,
        childrenAges,
        ...(minStars === undefined ? {} : { minStars }),
        refundableOnly: args.refundableOnly ?? false,
        ...(maxTotal === undefined ? {} : { maxTotal }),
        currency: currencyOf(maxTotal, options),
        limit: args.limit ?? options.limit,
      };
      return runSearch(bookings, { kind: "hotel", query }, context);
    },
  });
