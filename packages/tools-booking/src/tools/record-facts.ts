import type { Booking, Money } from "@travelagent/protocol";
import type { Bookings } from "../bookings.ts";
import { add } from "../money.ts";
import type { FlightOffer, Journey, Offer } from "../offer.ts";
import { isGone } from "../order.ts";
import type { StoredOrder } from "../order-store.ts";
import type { Traveller } from "../supplier.ts";

export const recordFactNames: readonly string[] = ["records.cancelledSameFlight", "records.overlapping"];

export interface RecordScope {
  customerId: string | undefined;
  offers: readonly Offer[];
  travellers: readonly Traveller[];
  /** The booking that the action is about, which is no record of another. */
  except: string | undefined;
}

const dayMs = 86_400_000;
const cancelled: readonly string[] = ["cancelled", "voided", "refunded"];

const isFlight = (offer: Offer): offer is FlightOffer => offer.vertical === "flight";
const journeysOf = (offers: readonly Offer[]): Journey[] => offers.filter(isFlight).flatMap((offer) => offer.journeys);
const routeOf = ({ origin, destination, segments }: Journey): string => `${origin}-${destination} ${segments[0]!.departure.time.local.slice(0, 10)}`;
const spanOf = ({ segments }: Journey): [number, number] => [Date.parse(segments[0]!.departure.time.utc), Date.parse(segments.at(-1)!.arrival.time.utc)];

const overlap = (a: Journey, b: Journey): boolean => {
  const [start, end] = spanOf(a);
  const [otherStart, otherEnd] = spanOf(b);
  return start < otherEnd && otherStart < end;
};

const sameName = (a: Traveller, b: Traveller): boolean =>
  `${a.givenName} ${a.familyName}`.toLowerCase() === `${b.givenName} ${b.familyName}`.toLowerCase() &&
  (a.bornOn === undefined || b.bornOn === undefined || a.bornOn === b.bornOn);

/** Bookings of the customer with a flight around those days, whatever became of them. */
async function flightsAround(bookings: Pick<Bookings, "list" | "get">, customerId: string, journeys: readonly Journey[]): Promise<StoredOrder[]> {
  const spans = journeys.map(spanOf);
  const near = (booking: Booking): boolean =>
    booking.items.some(
      (item) => item.kind === "flight" && spans.some(([start, end]) => Date.parse(item.start.utc) < end + dayMs && Date.parse(item.end.utc) > start - dayMs),
    );
  const found: StoredOrder[] = [];
  let cursor: string | undefined;
  do {
    const page = await bookings.list({ customerId, limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    const stored = await Promise.all(page.bookings.filter(near).map(({ id }) => bookings.get(id)));
    found.push(...stored.filter((one) => one !== null));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

/**
 * What the customer's own bookings say about these flights: `cancelledSameFlight`, how many of the same route and day were cancelled;
 * `overlapping`, how many that still stand have one of these travellers in the air at the same time.
 */
export async function recordFacts(
  bookings: Pick<Bookings, "list" | "get">,
  { customerId, offers, travellers, except }: RecordScope,
): Promise<Record<string, unknown>> {
  const journeys = journeysOf(offers);
  const before =
    customerId === undefined || journeys.length === 0 ? [] : (await flightsAround(bookings, customerId, journeys)).filter(({ order }) => order.id !== except);
  const routes = new Set(journeys.map(routeOf));
  const sameFlight = before.filter(({ order }) =>
    order.items.some((item) => cancelled.includes(item.status) && journeysOf([item.offer]).some((journey) => routes.has(routeOf(journey)))),
  );
  const overlapping = before.filter(
    ({ order }) =>
      order.travellers.some((one) => travellers.some((other) => sameName(one, other))) &&
      order.items.some((item) => !isGone(item) && journeysOf([item.offer]).some((journey) => journeys.some((other) => overlap(journey, other)))),
  );
  return { records: { cancelledSameFlight: sameFlight.length, overlapping: overlapping.length } };
}

/** What the customer said all of it may cost, when it was searched for; absent unless they said so for every part. */
export async function budgetOf(bookings: Pick<Bookings, "getOffer">, offerIds: readonly string[]): Promise<Money | undefined> {
  const found = await Promise.all(offerIds.map((id) => bookings.getOffer(id)));
  const budgets = found.map((offer) => offer?.budget);
  const [first] = budgets;
  if (first === undefined || budgets.some((budget) => budget?.currency !== first.currency)) return undefined;
  return budgets.slice(1).reduce<Money>((sum, budget) => add(sum, budget!), first);
}
