import type { Itinerary, Proposal } from "../../desk.ts";
import type { Books } from "./books.ts";
import { cents, dollars } from "./dollars.ts";
import { meansOf, paymentFacts } from "./means.ts";
import type { ReservationDocument, ReservedFlight, UserDocument } from "./record.ts";
import { instantOf } from "./times.ts";
import { dueOf, type Fees, isFlown, routeOf, statusOf, type Trip, totalOf, tripOf, tripTypes } from "./trip.ts";

const incomplete = ({ givenName, familyName, bornOn }: { givenName: string; familyName: string; bornOn?: string | undefined }): boolean =>
  givenName.trim() === "" || familyName.trim() === "" || bornOn === undefined;

/** The booking as the airline has it. */
function bookingFacts(books: Books, booked: Readonly<ReservationDocument>, now: number) {
  const statuses = booked.flights.map((flight) => statusOf(books, flight));
  return {
    status: booked.status ?? "active",
    cabin: booked.cabin,
    tripType: booked.flight_type,
    insured: booked.insurance === "yes",
    travellers: booked.passengers.length,
    bags: { total: booked.total_baggages, paid: booked.nonfree_baggages },
    hoursSinceBooking: (now - instantOf(booked.created_at)) / 3_600_000,
    flown: statuses.some(isFlown),
    cancelledByAirline: statuses.includes("cancelled"),
    delayed: statuses.includes("delayed"),
    flightStatuses: statuses.map((status) => status ?? "unknown"),
    paidWith: [...new Set(booked.payment_history.map(({ payment_id }) => payment_id))],
  };
}

function tripFacts(trip: Trip, { travellerFlights = [] }: Itinerary, fees: Fees) {
  const total = totalOf(trip, fees);
  const flights = trip.legs.map(({ flight }) => flight).join();
  const together = travellerFlights.every((own) => own.join() === flights);
  return { cabins: trip.cabins, together, legs: trip.legs, ...routeOf(trip), bags: trip.bags, ...(total === undefined ? {} : { total }) };
}

/** What a change would change. */
function changeFacts(trip: Trip, itinerary: Itinerary, booked: Readonly<ReservationDocument>, travellers: number) {
  const was = booked.flights.map(({ flight_number, date }) => `${flight_number} ${date}`);
  const will = trip.legs.map(({ flight, date }) => `${flight} ${date}`);
  const { origin, destination, tripType } = itinerary;
  return {
    flights: was.length !== will.length || was.some((flight, index) => flight !== will[index]),
    cabin: trip.cabins.some((cabin) => cabin !== booked.cabin),
    otherRoute: (origin !== undefined && origin !== booked.origin) || (destination !== undefined && destination !== booked.destination),
    otherTripType: tripType !== undefined && tripTypes[tripType] !== booked.flight_type,
    insurance: itinerary.insurance !== undefined,
    bags: itinerary.checkedBags !== undefined,
    travellers: travellers - booked.passengers.length,
  };
}

const membershipOf = (user: Readonly<UserDocument> | undefined) => (user ? { membership: user.membership } : {});

/** What facts depend on beside the books. */
export interface Ground {
  fees: Fees;
  /** Milliseconds. */
  now: number;
  /** Flights that were in a booking before it was changed, by its reference. */
  former: ReadonlyMap<string, readonly ReservedFlight[]>;
}

/** Everything the airline's record says about a proposal, under the names that rules use. */
export function factsOf(books: Books, proposal: Proposal, { fees, now, former }: Ground): Record<string, unknown> {
  if (proposal.kind === "book") {
    const user = books.get("users", proposal.customerId);
    const { itinerary, travellers } = proposal;
    const trip = tripOf(books, itinerary, travellers.length);
    const total = totalOf(trip, fees);
    return {
      ...membershipOf(user),
      cabin: trip.cabin,
      travellers: travellers.length,
      incompleteTravellers: travellers.filter(incomplete).length,
      trip: tripFacts(trip, itinerary, fees),
      payment: paymentFacts(meansOf(user, itinerary.payments ?? [], itinerary.payments?.length === 1 ? total : undefined), total),
    };
  }
  const booked = books.get("reservations", proposal.reference);
  if (!booked) return {};
  const user = books.get("users", booked.user_id);
  const common = { ...membershipOf(user), booking: bookingFacts(books, booked, now) };
  if (proposal.kind === "cancel") {
    const { refundTo, refundAmount, flights } = proposal;
    const paidBy = (id: string | undefined) =>
      cents(booked.payment_history.reduce((sum, { payment_id, amount }) => (id === undefined || payment_id === id ? sum + amount : sum), 0));
    const paid = paidBy(undefined);
    const kinds = common.booking.paidWith.map((id) => user?.payment_methods[id]?.source);
    return {
      ...common,
      // Fine is a means that was paid with, up to what was paid with it, or a kind of them when everything was paid with that kind.
      refundElsewhere:
        refundTo !== undefined &&
        (common.booking.paidWith.includes(refundTo)
          ? refundAmount !== undefined && dollars(refundAmount) > paidBy(refundTo) && dollars(refundAmount) <= paid
          : !kinds.every((kind) => kind === refundTo)),
      refundOther: refundAmount !== undefined && dollars(refundAmount) !== paid,
      partly: flights !== undefined && flights.length < booked.flights.length,
    };
  }
  if (proposal.kind === "compensate") {
    // Whoever changed a booking because of a delay has other flights in it by now.
    const statuses = [...booked.flights, ...(former.get(proposal.reference) ?? [])].map((flight) => statusOf(books, flight));
    const wrong = { cancelledByAirline: statuses.includes("cancelled"), delayed: statuses.includes("delayed") };
    return { ...common, booking: { ...common.booking, ...wrong }, travellers: booked.passengers.length };
  }
  const { itinerary, travellers } = proposal;
  const count = travellers?.length ?? booked.passengers.length;
  const trip = tripOf(books, itinerary, booked.passengers.length, booked);
  const flown = booked.flights.filter((flight) => isFlown(statusOf(books, flight)));
  const stays = ({ flight_number, date }: ReservedFlight) => trip.legs.some((leg) => leg.flight === flight_number && leg.date === date);
  const due = dueOf(trip, booked, fees);
  return {
    ...common,
    cabin: trip.cabin,
    travellers: booked.passengers.length,
    ...(travellers ? { incompleteTravellers: travellers.filter(incomplete).length } : {}),
    trip: tripFacts(trip, itinerary, fees),
    change: { ...changeFacts(trip, itinerary, booked, count), dropsFlown: !flown.every(stays) },
    payment: paymentFacts(meansOf(user, itinerary.payments ?? [], due), due),
  };
}
