import { TravelAgentError } from "@travelagent/protocol";
import type { FakeClock } from "@travelagent/protocol/testing";
import { minorUnits, money } from "../../money.ts";
import type { FlightOffer, FlightQuery, Offer } from "../../offer.ts";
import { duffelDialect } from "../../simulators/duffel/index.ts";
import type { SeenRequest } from "../../simulators/kit/index.ts";
import type { BookRequest, SupplierCall } from "../../supplier.ts";
import { flightQuery, partyFor, type SimulatorSetup, simulated } from "../../testing/simulator-bench.ts";
import type { SupplierMemory } from "../http/index.ts";
import { duffelSupplier } from "./index.ts";

export const webhookSecret = "a-secret-of-the-test";
export const call = (): SupplierCall => ({ signal: new AbortController().signal, requestId: "test" });

export const setup: SimulatorSetup = {
  dialect: (world) => duffelDialect(world, { webhook: { secret: webhookSecret } }),
  adapter: ({ url, memory, clock }) => duffelSupplier({ baseUrl: url, accessToken: "duffel_test_bench", webhookSecret, live: false, memory, clock }),
};

/** A world with the simulator, the adapter and what tests ask of both. */
export async function duffelBench() {
  const parts = await simulated(setup);
  const { supplier, simulator, clock, memory } = parts;
  const flights = supplier.flights!;
  const search = (changes: Partial<FlightQuery> = {}) => flights.search({ ...flightQuery, ...changes }, call());
  const routeOffers = (origin: string, destination: string) => search({ origin, destination });
  return {
    ...parts,
    flights,
    search,
    routeOffers,
    /** Another process of ours: same vendor, its own memory. */
    stranger: (own: SupplierMemory = memory) =>
      duffelSupplier({ baseUrl: simulator.url, accessToken: "duffel_test_bench", webhookSecret, live: false, memory: own, clock }),
    sent: (route: string): SeenRequest[] => simulator.requests.filter((request) => request.route === route),
  };
}

export function requestFor<O extends Offer>(offer: O, key: string, changes: Partial<BookRequest<O>> = {}): BookRequest<O> {
  const { total } = offer.price;
  return {
    offer,
    travellers: partyFor(offer),
    contact: { email: "ana.silva@example.com", phone: "+351910000000" },
    key,
    maxTotal: money(minorUnits(total) * 2n, total.currency),
    ...changes,
  };
}

export const changeable = (offers: readonly FlightOffer[]): FlightOffer =>
  offers.find(({ conditions }) => conditions.change.allowed && conditions.refund.allowed)!;

/** The error of `work` as code and vendor's code; `no error` when it succeeds. */
export async function failure(work: Promise<unknown>): Promise<{ code: string; vendor?: string; retryAfterMs?: number; message: string }> {
  try {
    await work;
    return { code: "no error", message: "" };
  } catch (error) {
    if (!TravelAgentError.is(error)) throw error;
    const vendor = (error.details as { code?: string } | undefined)?.code;
    const { code, message, retryAfterMs } = error;
    return { code, message, ...(vendor === undefined ? {} : { vendor }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
}

/** Lets the pauses between repeated reads pass. */
export async function patiently<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let over = false;
  const end = work.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  while (!over) {
    await clock.advance(100);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await end;
  return work;
}
