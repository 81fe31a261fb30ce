import { TravelAgentError } from "@travelagent/protocol";
import { minorUnits, money } from "../../money.ts";
import type { FlightOffer, HotelOffer } from "../../offer.ts";
import { amadeusDialect } from "../../simulators/amadeus/index.ts";
import type { BookRequest, SupplierCall } from "../../supplier.ts";
import { partyFor, type SimulatorSetup } from "../../testing/simulator-bench.ts";
import { amadeusSupplier } from "./amadeus.ts";
import type { AmadeusOptions } from "./options.ts";

// What the tests of this adapter share.

/** The adapter against its simulator. */
export const setup = (options: Partial<AmadeusOptions> = {}): SimulatorSetup => ({
  dialect: (world) => amadeusDialect(world, { officeTimeZone: options.officeTimeZone ?? "UTC" }),
  adapter: ({ url, memory, clock }) => amadeusSupplier({ baseUrl: url, clientId: "agency", clientSecret: "secret", live: false, memory, clock, ...options }),
});

export const call = (): SupplierCall => ({ signal: new AbortController().signal, requestId: "test" });

/** Buys `offer` for a party that fits, at up to twice its price. */
export const request = <O extends FlightOffer | HotelOffer>(offer: O, key = "key-1", travellers = partyFor(offer)): BookRequest<O> => ({
  offer,
  travellers,
  contact: { email: "ana.silva@example.com", phone: "+351910000000" },
  key,
  maxTotal: money(minorUnits(offer.price.total) * 2n, offer.price.total.currency),
});

/** What `work` failed with; throws when it did not. */
export const failure = (work: Promise<unknown>): Promise<TravelAgentError> =>
  work.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: unknown) => TravelAgentError.from(error),
  );
