import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { Bookings } from "../bookings.ts";
import { SearchCarsArgs } from "./arguments.ts";
import { currencyOf, refusePast, runSearch, type SearchToolOptions, todayAt } from "./search.ts";

/** Without an age, one at which no vendor asks for a surcharge. */
const defaultDriverAge = 30;

export const searchCars = (bookings: Bookings, options: SearchToolOptions): Tool =>
  defineTool({
    name: "search_cars",
    description: "Search rental cars at all suppliers. Gives numbered offers with price, vehicle, mileage and cancellation terms. Books nothing.",
    group: "booking",
    args: SearchCarsArgs,
    effect: "read",
    async execute({ maxTotal, category, ...args }, context) {
      refusePast("pick-up time", args.pickUpAt, todayAt(context));
      if (args.dropOffAt <= args.pickUpAt)
        throw new TravelAgentError("INVALID_REQUEST", `the drop-off at ${args.dropOffAt} must be after the pick-up at ${args.pickUpAt}; give a later drop-off`);
      const query = {
        pickUp: args.pickUp,
        dropOff: args.dropOff ?? args.pickUp,
        pickUpAt: args.pickUpAt,
        dropOffAt: args.dropOffAt,
        driverAge: args.driverAge ?? defaultDriverAge,
        ...(category === undefined ? {} : { category }),
        ...(args.vendors === undefined ? {} : { vendors: args.vendors }),
        automaticOnly: args.automaticOnly ?? false,
        ...(maxTotal === undefined ? {} : { maxTotal }),
        currency: currencyOf(maxTotal, options),
        limit: args.limit ?? options.limit,
      };
      return runSearch(bookings, { kind: "car", query }, context);
    },
  });
