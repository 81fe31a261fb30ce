import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { Bookings } from "../bookings.ts";
import { SearchFlightsArgs } from "./arguments.ts";
import { checkGroup, currencyOf, refuseBackwards, refusePast, runSearch, type SearchToolOptions, todayAt } from "./search.ts";

export const searchFlights = (bookings: Bookings, options: SearchToolOptions): Tool =>
  defineTool({
    name: "search_flights",
    description: "Search flights, one way or return, at all suppliers. Gives numbered offers with price, times, baggage and conditions. Books nothing.",
    group: "booking",
    args: SearchFlightsArgs,
    effect: "read",
    async execute({ maxTotal, childrenAges = [], returnDate, ...args }, context) {
      const today = todayAt(context);
      refusePast("departure date", args.departureDate, today);
      if (returnDate !== undefined)
        refuseBackwards(
          args.departureDate,
          returnDate,
          `the return on ${returnDate} is before the departure on ${args.departureDate}; give a later return date`,
        );
      if (args.origin === args.destination)
        throw new TravelAgentError("INVALID_REQUEST", `origin and destination are both ${args.origin}; give two different places`);
      checkGroup(args.adults, childrenAges);
      const query = {
        origin: args.origin,
        destination: args.destination,
        departureDate: args.departureDate,
        ...(returnDate === undefined ? {} : { returnDate }),
        adults: args.adults,
        childrenAges,
        cabin: args.cabin ?? ("ECONOMY" as const),
        directOnly: args.directOnly ?? false,
        ...(maxTotal === undefined ? {} : { maxTotal }),
        currency: currencyOf(maxTotal, options),
        limit: args.limit ?? options.limit,
      };
      return runSearch(bookings, { kind: "flight", query }, context);
    },
  });
