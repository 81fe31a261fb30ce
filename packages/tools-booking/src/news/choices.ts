import { airPassengerRights, type DisruptedFlight, type PassengerRights } from "@travelagent/travel-rules";
import type { Search } from "../fan-out.ts";
import { airport, distanceKm } from "../geography/index.ts";
import { addDays } from "../geography/time.ts";
import type { FlightOffer, FlightQuery, Journey, Offer } from "../offer.ts";
import type { Order, OrderItem } from "../order.ts";
import { flightNumber, sayTime } from "../wording.ts";
import type { JourneyChange, JourneyTimes, ScheduleChange } from "./journey-changes.ts";
import type { Choices, OtherFlight } from "./say-change.ts";

/** Finds what is on sale; what it finds belongs to the conversation of the order. */
export type FindOffers = (search: Search, order: Order) => Promise<Offer[]>;

const dayMs = 86_400_000;
const mostOthers = 3;
/** Moved forward by more than that, a flight counts as cancelled (CJEU C-146/20). */
const cancelledWhenEarlierBy = 60;

function eventOf(departure: string, now: number, moved: { departureMinutes: number; arrivalMinutes: number } | undefined): DisruptedFlight["event"] {
  const noticeDays = Math.max(0, Math.floor((Date.parse(departure) - now) / dayMs));
  if (!moved) return { kind: "cancelled", noticeDays };
  const { departureMinutes, arrivalMinutes } = moved;
  const rerouting = { leavesEarlierMinutes: Math.max(0, -departureMinutes), arrivesLaterMinutes: Math.max(0, arrivalMinutes) };
  return rerouting.leavesEarlierMinutes > cancelledWhenEarlierBy
    ? { kind: "cancelled", noticeDays, rerouting }
    : { kind: "delayed", arrivalDelayMinutes: rerouting.arrivesLaterMinutes };
}

function rightsOf(
  { origin, destination, departure }: JourneyTimes,
  now: number,
  moved: { departureMinutes: number; arrivalMinutes: number } | undefined,
): { route: string; rights: PassengerRights }[] {
  const [from, to] = [airport(origin), airport(destination)];
  if (!from || !to) return [];
  const rights = airPassengerRights({
    distanceKm: distanceKm(from, to),
    departureCountry: from.country,
    arrivalCountry: to.country,
    // Where an airline has its licence is not on record: what depends on it is not claimed.
    carrierCountry: "",
    event: eventOf(departure.utc, now, moved),
    extraordinary: null,
  });
  return [{ route: `${origin}-${destination}`, rights }];
}

const timesOf = ({ segments }: Journey): JourneyTimes => ({
  origin: segments[0]!.departure.airport,
  destination: segments.at(-1)!.arrival.airport,
  departure: segments[0]!.departure.time,
  arrival: segments.at(-1)!.arrival.time,
  flights: segments.map(flightNumber),
});

function queryFor({ origin, destination }: JourneyTimes, date: string, order: Order, offer: FlightOffer): FlightQuery {
  const ages = order.travellers.flatMap(({ ptc, bornOn }) => {
    if (ptc === "ADT") return [];
    const years = bornOn === undefined ? undefined : Math.floor((Date.parse(date) - Date.parse(bornOn)) / (365.25 * dayMs));
    return [years ?? (ptc === "INF" ? 1 : 8)];
  });
  return {
    origin: airport(origin)?.city ?? origin,
    destination: airport(destination)?.city ?? destination,
    departureDate: date,
    adults: Math.max(1, order.travellers.length - ages.length),
    childrenAges: ages,
    cabin: offer.fareComponents[0]?.cabin ?? "ECONOMY",
    directOnly: false,
    currency: order.currency,
    limit: 10,
  };
}

const flightKey = ({ flights, departure }: JourneyTimes): string => `${flights.join("/")} ${departure.local.slice(0, 10)}`;

/** Flights on the same route from the day before to the day after, nearest to what was agreed. */
async function othersFor(
  wanted: JourneyTimes,
  known: readonly string[],
  order: Order,
  offer: FlightOffer,
  now: number,
  find: FindOffers,
): Promise<OtherFlight[]> {
  const day = wanted.departure.local.slice(0, 10);
  const today = new Date(now).toISOString().slice(0, 10);
  const days = [day, addDays(day, -1), addDays(day, 1)].filter((date) => date >= today);
  // Words without other flights are better than none.
  const found = (await Promise.all(days.map((date) => find({ kind: "flight", query: queryFor(wanted, date, order, offer) }, order).catch(() => [])))).flat();
  const seen = new Set(known);
  const away = (times: JourneyTimes) => Math.abs(Date.parse(times.departure.utc) - Date.parse(wanted.departure.utc));
  return found
    .flatMap((other) => (other.vertical === "flight" ? [{ offerId: other.id, times: timesOf(other.journeys[0]!) }] : []))
    .filter(({ times }) => Date.parse(times.departure.utc) > now)
    .toSorted((a, b) => away(a.times) - away(b.times))
    .filter(({ times }) => {
      const key = flightKey(times);
      const fresh = !seen.has(key);
      seen.add(key);
      return fresh;
    })
    .slice(0, mostOthers)
    .map(({ offerId, times: { flights, origin, destination, departure, arrival } }) => ({
      offerId,
      title: `${flights.join("/")} ${origin} ${sayTime(departure)} → ${destination} ${sayTime(arrival)}`,
    }));
}

/** One direction of travel that is not what it was; `moved` where it still goes. */
interface Affected {
  times: JourneyTimes;
  moved: JourneyChange | undefined;
}

const byHowMuch = ({ moved }: Affected): number => moved?.movedMinutes ?? Number.MAX_SAFE_INTEGER;

/** What a customer can choose from after a schedule change, or, without one, after the supplier cancelled the item. */
export async function choicesFor(order: Order, { offer }: OrderItem, change: ScheduleChange | undefined, now: number, find: FindOffers): Promise<Choices> {
  const { reference } = order;
  if (offer.vertical !== "flight") return { reference, others: [], rights: [] };
  const affected: Affected[] = change
    ? change.journeys.flatMap((one) => (one.was ? [{ times: one.was, moved: one.now ? one : undefined }] : []))
    : offer.journeys.map((journey) => ({ times: timesOf(journey), moved: undefined }));
  const [worst] = affected.filter(({ times }) => Date.parse(times.departure.utc) > now).toSorted((a, b) => byHowMuch(b) - byHowMuch(a));
  const known = affected.flatMap(({ times, moved }) => [times, ...(moved?.now ? [moved.now] : [])]).map(flightKey);
  return {
    reference,
    others: worst ? await othersFor(worst.times, known, order, offer, now, find) : [],
    rights: affected.flatMap(({ times, moved }) => rightsOf(times, now, moved)),
  };
}
