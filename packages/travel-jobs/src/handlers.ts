import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Digests } from "./digest.ts";
import { digestPage, digestText } from "./digest.ts";
import { subjectOf } from "./jobs/price-monitoring.ts";
import type { PriceHistory } from "./price-history.ts";
import type { Trips } from "./trip.ts";
import { belowOf } from "./watch-tools.ts";
import type { Watch, Watches } from "./watches.ts";

export interface TravelJobHandlersOptions {
  trips: Trips;
  history: PriceHistory;
  watches: Watches;
  digests: Digests;
  clock: Clock;
  /** The customer of a conversation. Nothing for a conversation that never was. */
  customerOf(sessionKey: string): Promise<{ customerId?: string } | null | undefined>;
}

const shown = ({ createdAt, flight, ...watch }: Watch) => ({ ...watch, flight: { ...flight }, createdAt: new Date(createdAt).toISOString() });

/** Prices, watches and the digest on the wire, for people of the agency. */
export const travelJobHandlers = ({ trips, history, watches, digests, clock, customerOf }: TravelJobHandlersOptions): Handlers => ({
  "prices.history": async ({ booking, limit }) => {
    const trip = (await trips.byReference(booking)) ?? (await trips.get(booking));
    if (!trip) throw new TravelAgentError("NOT_FOUND", `there is no booking ${booking}`);
    const items = await Promise.all(
      trip.items.map(async ({ no, summary, supplier, status, total }) => ({
        item: no,
        summary,
        supplier,
        status,
        paid: total,
        looks: (await history.looks(subjectOf(trip.id, no), limit)).map(({ at, price }) => ({ at: new Date(at).toISOString(), ...(price ? { price } : {}) })),
      })),
    );
    return { bookingId: trip.id, reference: trip.reference, items };
  },
  "watches.list": async ({ sessionKey, customerId, all, limit } = {}) => {
    const found = await watches.list({
      ...(sessionKey === undefined ? {} : { sessionKey }),
      ...(customerId === undefined ? {} : { customerId }),
      ...(all ? {} : { open: true }),
      ...(limit === undefined ? {} : { limit }),
    });
    return {
      watches: await Promise.all(
        found.map(async (watch) => {
          const last = (await history.looks(`watch:${watch.id}`, 1))[0];
          return { ...shown(watch), ...(last ? { checkedAt: new Date(last.at).toISOString() } : {}), ...(last?.price ? { price: last.price } : {}) };
        }),
      ),
    };
  },
  "watches.add": async ({ sessionKey, origin, destination, departureDate, returnDate, adults = 1, below, currency = "EUR", idempotencyKey }) => {
    const known = await customerOf(sessionKey);
    if (!known) throw new TravelAgentError("NOT_FOUND", `there is no conversation ${sessionKey}`);
    const flight = { origin, destination, departureDate, ...(returnDate === undefined ? {} : { returnDate }), adults, currency };
    const watch = await watches.add(
      { sessionKey, ...(known.customerId === undefined ? {} : { customerId: known.customerId }), flight, below: belowOf(below, currency) },
      { idempotencyKey: `wire:${idempotencyKey}` },
    );
    return { watch: shown(watch) };
  },
  "watches.remove": async ({ id }) => ({ watch: shown(await watches.end(id, "stopped")) }),
  "digest.get": async ({ date, format = "figures" } = {}) => {
    const digest = await digests.of(date ?? digests.yesterday(clock.now()));
    return { digest: { ...digest }, ...(format === "text" ? { text: digestText(digest) } : format === "page" ? { page: digestPage(digest) } : {}) };
  },
});
