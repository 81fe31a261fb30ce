import { addDays, airportsFor, daysBetween, distanceKm, isDate, travelTime } from "../../geography/index.ts";
import { compare, minorUnits, money } from "../../money.ts";
import type { Cabin, Condition, FareComponent, FlightOffer, FlightQuery, Journey, PassengerType, Segment } from "../../offer.ts";
import { type Moment, type Product, type Proposal, priceOf, rejected } from "./product.ts";
import { type BookingClass, openClass, seatKey, seatsLeft } from "./world/availability.ts";
import { carrier } from "./world/carriers.ts";
import type { Connections, Itinerary } from "./world/connections.ts";
import { elapsedMinutes } from "./world/connections.ts";
import { exchange } from "./world/currency.ts";
import { baseCents, type FareBrand, fareBrands, feeCents, isLongHaul, journeyBase, taxCents } from "./world/fares.ts";
import type { Dice } from "./world/hash.ts";
import type { Network } from "./world/routes.ts";
import type { Flight, Schedule } from "./world/schedule.ts";

const minute = 60_000;
const hour = 60 * minute;

/** Days ahead that flights are on sale. */
const horizonDays = 330;
/** Nothing is sold later than this before departure. */
const salesEndMs = 60 * minute;
const mostReturnChoices = 25;
/** What a traveller gives to arrive earlier, and to change planes once less. */
const eurosAMinute = 0.25;
const eurosAStop = 60;

/** A flight offer in as few words as find it again. */
interface FlightTerms {
  /** For each direction its flights: `LH 1123 BCN FRA 2027-03-12`. */
  journeys: string[][];
  cabin: Cabin;
  brand: string;
  passengers: { ptc: PassengerType; count: number }[];
  currency: string;
}

interface PricedJourney {
  flights: Itinerary;
  cabins: Cabin[];
  classes: BookingClass[];
  seats: number;
  km: number;
  /** Adult base in the brand `Light`. */
  euros: number;
}

/** Who needs a seat, and who sits on a lap. */
function passengerCounts(query: Pick<FlightQuery, "adults" | "childrenAges">): { ptc: PassengerType; count: number }[] {
  const infants = query.childrenAges.filter((age) => age < 2).length;
  const grown = query.childrenAges.filter((age) => age >= 12).length;
  const counts = [
    { ptc: "ADT" as const, count: query.adults + grown },
    { ptc: "CHD" as const, count: query.childrenAges.length - infants - grown },
    { ptc: "INF" as const, count: infants },
  ];
  return counts.filter(({ count }) => count > 0);
}

const seatsOf = (passengers: FlightTerms["passengers"]) => passengers.reduce((sum, { ptc, count }) => sum + (ptc === "INF" ? 0 : count), 0);

/** The cabin asked for, or the next lower one on a short flight that has none such. */
function cabinOn(flight: Flight, wanted: Cabin): Cabin | undefined {
  const { seats } = flight.departure.equipment;
  if (seats[wanted]) return wanted;
  if (isLongHaul(flight.departure.route.km)) return undefined;
  if (wanted === "PREMIUM_ECONOMY") return "ECONOMY";
  return wanted === "FIRST" && seats.BUSINESS ? "BUSINESS" : undefined;
}

const write = ({ departure, date }: Flight) =>
  `${departure.route.carrier.code} ${departure.number} ${departure.route.from.code} ${departure.route.to.code} ${date}`;

const carrierOf = (journey: Pick<PricedJourney, "flights">) => journey.flights[0]!.departure.route.carrier;

function belongTogether(a: PricedJourney, b: PricedJourney): boolean {
  const [one, other] = [carrierOf(a), carrierOf(b)];
  return one === other || (one.alliance !== undefined && one.alliance === other.alliance);
}

/** Half a return is cheaper than a single, where both halves are of one carrier or alliance. */
const returnFactor = (journeys: readonly PricedJourney[]) => (journeys.length === 2 && belongTogether(journeys[0]!, journeys[1]!) ? 0.92 : 1);

interface FlightWorld {
  dice: Dice;
  network: Network;
  schedule: Schedule;
  connections: Connections;
}

export function createFlights({ dice, network, schedule, connections }: FlightWorld): Product<FlightQuery, FlightOffer, FlightTerms> {
  function priced(flights: Itinerary, wanted: Cabin, seats: number, { now, taken }: Moment): PricedJourney | undefined {
    const first = flights[0]!;
    if (first.departsAt < now + salesEndMs) return undefined;
    const cabins: Cabin[] = [];
    const classes: BookingClass[] = [];
    let least = 9;
    for (const flight of flights) {
      const cabin = cabinOn(flight, wanted);
      if (!cabin) return undefined;
      const open = openClass(cabin, flight.departure.equipment.seats[cabin]!, seatsLeft(dice, taken, flight, cabin, now), seats);
      if (!open) return undefined;
      cabins.push(cabin);
      classes.push(open.class);
      least = Math.min(least, open.seats);
    }
    if (!cabins.includes(wanted)) return undefined;
    const { from } = first.departure.route;
    const { to } = flights.at(-1)!.departure.route;
    const km = distanceKm(from, to);
    const competitors = network.nonstop(from.code, to.code).length;
    const euros = journeyBase(dice, { flights, km, cabin: wanted, classes, competitors, now });
    return { flights, cabins, classes, seats: least, km, euros };
  }

  function condition(penalty: number | null, km: number, terms: FlightTerms, total: bigint): Condition {
    if (penalty === null) return { allowed: false };
    const { currency, minor } = exchange(terms.currency);
    const asked = minor(penalty * (isLongHaul(km) ? 2 : 1)) * BigInt(seatsOf(terms.passengers));
    return { allowed: true, penalty: money(asked < total ? asked : total, currency) };
  }

  function journeyOf({ flights }: PricedJourney, direction: number): Journey {
    const segments = flights.map(({ departure, departsAt, arrivesAt }, i): Segment => {
      const { carrier, from, to } = departure.route;
      return {
        id: `${direction + 1}.${i + 1}`,
        marketingCarrier: carrier.code,
        carrierName: carrier.name,
        flightNumber: String(departure.number),
        operatingCarrier: carrier.code,
        departure: { airport: from.code, city: from.cityName, time: travelTime(departsAt, from.timeZone) },
        arrival: { airport: to.code, city: to.cityName, time: travelTime(arrivesAt, to.timeZone) },
        duration: departure.block,
        equipment: departure.equipment.name,
      };
    });
    return { origin: segments[0]!.departure.airport, destination: segments.at(-1)!.arrival.airport, duration: elapsedMinutes(flights), segments };
  }

  function proposal(journeys: readonly PricedJourney[], terms: FlightTerms, brand: FareBrand, { now }: Moment): Proposal<FlightOffer, FlightTerms> {
    const { currency, minor } = exchange(terms.currency);
    const euros = journeys.reduce((sum, journey) => sum + journey.euros, 0) * returnFactor(journeys);
    const price = priceOf(
      terms.passengers.map(({ ptc, count }) => ({
        ptc,
        count,
        base: minor(baseCents(euros, brand, ptc)),
        taxes: minor(journeys.reduce((sum, { flights }) => sum + taxCents(dice, flights, ptc), 0)),
        fees: minor(journeys.reduce((sum, { flights }) => sum + feeCents(flights, ptc), 0)),
      })),
      currency,
    );
    const departsAt = journeys[0]!.flights[0]!.departsAt;
    const holdable = brand.code !== "LIGHT" && journeys.every((journey) => carrierOf(journey).kind !== "low-cost") && departsAt - now > 72 * hour;
    const km = Math.max(...journeys.map((journey) => journey.km));
    const total = minorUnits(price.total);
    const trip = journeys.length === 2 ? "RT" : "OW";
    const seats = seatsOf(terms.passengers);
    return {
      terms,
      content: {
        vertical: "flight",
        price,
        ...(holdable ? { paymentTimeLimit: new Date(Math.min(now + 24 * hour, departsAt - 48 * hour)).toISOString() } : {}),
        seatsRemaining: Math.min(...journeys.map((journey) => journey.seats)),
        conditions: { refund: condition(brand.refundPenalty, km, terms, total), change: condition(brand.changePenalty, km, terms, total) },
        journeys: journeys.map(journeyOf),
        fareComponents: journeys.flatMap(({ cabins, classes }, direction) =>
          cabins.map(
            (cabin, i): FareComponent => ({
              segmentId: `${direction + 1}.${i + 1}`,
              cabin,
              bookingClass: classes[i]!.code,
              fareBasisCode: `${classes[i]!.code}${brand.code.slice(0, 3)}${trip}`,
              fareBrand: brand.name,
              baggage: { carryOn: brand.carryOn, checkedPieces: brand.checkedPieces },
            }),
          ),
        ),
        validatingCarrier: carrierOf(journeys[0]!).code,
        passengers: terms.passengers,
      },
      takes: journeys.flatMap(({ flights, cabins }) => flights.map((flight, i) => ({ day: flight.date, resource: seatKey(flight, cabins[i]!), units: seats }))),
    };
  }

  function direction(query: FlightQuery, from: string, to: string, date: string, seats: number, moment: Moment): PricedJourney[] {
    const found: PricedJourney[] = [];
    for (const [i, origin] of airportsFor(from).entries()) {
      for (const [j, destination] of airportsFor(to).entries()) {
        if (origin.city === destination.city) continue;
        // Connections only between the main airports of two cities: the others add nothing but time.
        for (const flights of connections.itineraries(origin, destination, date, query.directOnly || i + j > 1)) {
          const journey = priced(flights, query.cabin, seats, moment);
          if (journey) found.push(journey);
        }
      }
    }
    return found.sort((a, b) => a.euros - b.euros || elapsedMinutes(a.flights) - elapsedMinutes(b.flights));
  }

  /** Cheapest first, yet never without the fastest: nobody wants 25 connections at dawn. */
  function choice(journeys: PricedJourney[], most: number): PricedJourney[] {
    if (journeys.length <= most) return journeys;
    const fastest = [...journeys].sort((a, b) => elapsedMinutes(a.flights) - elapsedMinutes(b.flights) || a.euros - b.euros).slice(0, Math.ceil(most / 3));
    return [...new Set([...fastest, ...journeys])].slice(0, most).sort((a, b) => a.euros - b.euros);
  }

  function combined(outbound: PricedJourney[], inbound: PricedJourney[]): PricedJourney[][] {
    const pairs: PricedJourney[][] = [];
    for (const out of outbound) {
      for (const back of inbound) {
        if (back.flights[0]!.departsAt >= out.flights.at(-1)!.arrivesAt + hour) pairs.push([out, back]);
      }
    }
    const matching = pairs.filter(([out, back]) => belongTogether(out!, back!));
    return matching.length >= 4 ? matching : pairs;
  }

  const eurosOf = (journeys: readonly PricedJourney[]) => journeys.reduce((sum, { euros }) => sum + euros, 0) * returnFactor(journeys);
  const minutesOf = (journeys: readonly PricedJourney[]) => journeys.reduce((sum, { flights }) => sum + elapsedMinutes(flights), 0);

  /**
   * Best first, time and changes counted as money: one of each carrier, then the rest. What is neither cheaper nor quicker than
   * another trip is left out.
   */
  function worthShowing(trips: PricedJourney[][]): PricedJourney[][] {
    const rated = trips.map((trip) => {
      const euros = eurosOf(trip);
      const minutes = minutesOf(trip);
      const stops = trip.reduce((sum, { flights }) => sum + flights.length - 1, 0);
      const carriers = trip.map((journey) => carrierOf(journey).code).join(" ");
      return { trip, euros, minutes, carriers, effort: euros + minutes * eurosAMinute + stops * eurosAStop };
    });
    const sensible = rated.filter((one) => !rated.some((other) => other.euros <= one.euros && other.minutes <= one.minutes - 75 * one.trip.length));
    sensible.sort((a, b) => a.effort - b.effort || a.minutes - b.minutes);
    const seen = new Set<string>();
    const first = sensible.filter(({ carriers }) => !seen.has(carriers) && seen.add(carriers));
    return [...new Set([...first, ...sensible])].map(({ trip }) => trip);
  }

  return {
    kind: "flight",
    days(query) {
      const { departureDate, returnDate } = query;
      if (!isDate(departureDate) || (returnDate !== undefined && !isDate(returnDate)))
        throw rejected("invalid_dates", "a date of this search does not exist; write 2027-03-28");
      if (returnDate !== undefined && returnDate < departureDate)
        throw rejected("invalid_dates", "the return is before the departure; give a later return date");
      const passengers = passengerCounts(query);
      const count = (ptc: PassengerType) => passengers.find((one) => one.ptc === ptc)?.count ?? 0;
      if (query.adults < 1 || seatsOf(passengers) > 9)
        throw rejected("invalid_passengers", "one booking takes one to nine seats and at least one adult; search in parts");
      if (count("INF") > count("ADT")) throw rejected("invalid_passengers", "every infant on a lap needs an adult of its own");
      return [addDays(departureDate, -1), addDays(returnDate ?? departureDate, 4)];
    },
    search(query, moment) {
      const today = new Date(moment.now).toISOString().slice(0, 10);
      const ahead = daysBetween(today, query.returnDate ?? query.departureDate);
      if (ahead > horizonDays || daysBetween(today, query.departureDate) < -1) return [];
      const passengers = passengerCounts(query);
      const seats = seatsOf(passengers);
      const outbound = direction(query, query.origin, query.destination, query.departureDate, seats, moment);
      const trips =
        query.returnDate === undefined
          ? outbound.map((journey) => [journey])
          : combined(
              choice(outbound, mostReturnChoices),
              choice(direction(query, query.destination, query.origin, query.returnDate, seats, moment), mostReturnChoices),
            );
      const shown = worthShowing(trips).slice(0, Math.max(1, query.limit));
      const proposals = (brand: FareBrand) =>
        shown.map((trip) => {
          const terms: FlightTerms = {
            journeys: trip.map(({ flights }) => flights.map(write)),
            cabin: query.cabin,
            brand: brand.code,
            passengers,
            currency: query.currency,
          };
          return proposal(trip, terms, brand, moment);
        });
      const affordable = ({ content }: Proposal<FlightOffer, FlightTerms>) => !query.maxTotal || compare(content.price.total, query.maxTotal) <= 0;
      const [light, classic, flex] = fareBrands.map((brand) => proposals(brand).filter(affordable)) as [
        Proposal<FlightOffer, FlightTerms>[],
        Proposal<FlightOffer, FlightTerms>[],
        Proposal<FlightOffer, FlightTerms>[],
      ];
      // Half of the list is different flights at their lowest price, the rest the freer fares of the first ones; what can be held goes first.
      const ways = Math.max(1, Math.ceil(query.limit / 2));
      const freer = classic.map((one, i) => (flex[i] ? [one, flex[i]] : [one]));
      const held = freer.findIndex(([one]) => one!.content.paymentTimeLimit !== undefined);
      if (held > 0) freer.unshift(...freer.splice(held, 1));
      const mixed = [...light.slice(0, ways), ...freer.flat().slice(0, query.limit - ways), ...light.slice(ways)];
      return [...new Set(mixed)].slice(0, query.limit).sort((a, b) => compare(a.content.price.total, b.content.price.total));
    },
    daysOf(terms) {
      const dates = terms.journeys
        .flat()
        .map((flight) => flight.slice(-10))
        .sort();
      return [dates[0]!, dates.at(-1)!];
    },
    propose(terms, moment) {
      const seats = seatsOf(terms.passengers);
      const brand = fareBrands.find(({ code }) => code === terms.brand)!;
      const journeys: PricedJourney[] = [];
      for (const texts of terms.journeys) {
        const flights: Flight[] = [];
        for (const text of texts) {
          const [code, number, from, to, date] = text.split(" ") as [string, string, string, string, string];
          const flown = carrier(code);
          const route = flown && network.route(flown, from, to);
          const departure = route && schedule.departures(route).find((one) => one.number === Number(number));
          const flight = departure && schedule.flight(departure, date);
          if (!flight) return null;
          flights.push(flight);
        }
        const journey = priced(flights, terms.cabin, seats, moment);
        if (!journey) return null;
        journeys.push(journey);
      }
      return proposal(journeys, terms, brand, moment);
    },
    startsAt: (offer) => offer.journeys[0]!.segments[0]!.departure.time.utc,
  };
}
