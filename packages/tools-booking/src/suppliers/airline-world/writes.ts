import { TravelAgentError } from "@travelagent/protocol";
import type { Itinerary } from "../../desk.ts";
import type { Traveller } from "../../supplier.ts";
import type { Books } from "./books.ts";
import { cents, dollars } from "./dollars.ts";
import type { PaymentMethod, Person, ReservationDocument, ReservedFlight } from "./record.ts";
import { dueOf, type Fees, type Trip, totalOf, tripOf } from "./trip.ts";

const refuse = (message: string): TravelAgentError => new TravelAgentError("SUPPLIER_REJECTED", message);

/** `HATHAT` counted up like a number whose digits are letters. */
function following(id: string): string {
  const letters = [...id];
  for (let place = letters.length - 1; place >= 0; place -= 1) {
    if (letters[place] !== "Z") {
      letters[place] = String.fromCharCode(letters[place]!.charCodeAt(0) + 1);
      break;
    }
    letters[place] = "A";
  }
  return letters.join("");
}

const personOf = ({ givenName, familyName, bornOn = "" }: Traveller): Person => ({ first_name: givenName, last_name: familyName, dob: bornOn });

/** A means of payment on file from which this can be taken. */
function checkFunds(books: Books, userId: string, methodId: string, amount: number): PaymentMethod {
  const method = books.get("users", userId)?.payment_methods[methodId];
  if (!method) throw refuse(`there is no means of payment ${methodId} on file`);
  if (method.amount !== undefined && method.amount < amount) throw refuse(`there is not enough on ${methodId}`);
  return method;
}

/** Takes `amount` dollars from what a customer has on file; negative gives back. Of a certificate nothing is left, whatever was needed of it. */
function take(books: Books, userId: string, methodId: string, amount: number): void {
  const { source } = checkFunds(books, userId, methodId, amount);
  if (source === "gift_card") {
    const mine = books.edit("users", userId).payment_methods[methodId]!;
    mine.amount = cents(mine.amount! - amount);
  } else if (source === "certificate") delete books.edit("users", userId).payment_methods[methodId];
}

const reserved = (trip: Trip): ReservedFlight[] =>
  trip.legs.map(({ flight, date, origin, destination, price }) => {
    if (price === undefined || origin === undefined || destination === undefined) throw refuse(`flight ${flight} on ${date} cannot be sold`);
    return { flight_number: flight, origin, destination, date, price };
  });

function checkSeats({ legs, travellers }: Trip): void {
  for (const { kept, seats = 0, flight, date } of legs)
    if (!kept && seats < travellers) throw new TravelAgentError("SOLD_OUT", `there are not ${travellers} seats left on ${flight} of ${date}`);
}

/** Sells seats. Returns the id of the new booking. */
export function sell(books: Books, customerId: string, itinerary: Itinerary, travellers: readonly Traveller[], fees: Fees, createdAt: string): string {
  const trip = tripOf(books, itinerary, travellers.length);
  const flights = reserved(trip);
  checkSeats(trip);
  const total = totalOf(trip, fees)!;
  const payments = (itinerary.payments ?? []).map(({ method, amount }) => ({ payment_id: method, amount: amount ? dollars(amount) : total }));
  if (cents(payments.reduce((sum, { amount }) => sum + amount, 0)) !== total) throw refuse(`the payments do not add up to ${total} USD`);
  for (const { payment_id, amount } of payments) checkFunds(books, customerId, payment_id, amount);
  let id = "HATHAT";
  while (books.get("reservations", id)) id = following(id);
  for (const { payment_id, amount } of payments) take(books, customerId, payment_id, amount);
  for (const { flight, date } of trip.legs) books.edit("flights", flight).dates[date]!.available_seats![trip.cabin]! -= trip.travellers;
  books.add("reservations", id, {
    reservation_id: id,
    user_id: customerId,
    origin: trip.origin,
    destination: trip.destination,
    flight_type: trip.tripType,
    cabin: trip.cabin,
    flights,
    passengers: travellers.map(personOf),
    payment_history: payments,
    created_at: createdAt,
    total_baggages: trip.bags.total,
    nonfree_baggages: trip.bags.paid,
    insurance: trip.insured ? "yes" : "no",
    status: null,
  });
  books.edit("users", customerId).reservations.push(id);
  return id;
}

/** What of a booking shall be otherwise. */
export interface Rebooking {
  itinerary: Itinerary;
  travellers?: readonly Traveller[];
}

const standing = (books: Books, reference: string): Readonly<ReservationDocument> => {
  const booked = books.get("reservations", reference);
  if (!booked) throw refuse(`there is no booking ${reference}`);
  if (booked.status === "cancelled") throw refuse(`booking ${reference} is cancelled`);
  return booked;
};

/** Dollars to be paid for a change; negative comes back. Raises for what cannot be done. */
export function priceOf(books: Books, reference: string, { itinerary, travellers }: Rebooking, fees: Fees): number {
  const booked = standing(books, reference);
  if (travellers && travellers.length !== booked.passengers.length) throw refuse("the number of travellers stays as it is");
  const trip = tripOf(books, itinerary, booked.passengers.length, booked);
  if (trip.legs.some((leg) => !leg.known)) throw refuse("one of these flights does not exist");
  const due = dueOf(trip, booked, fees);
  if (due === undefined) throw refuse("one of these flights has no price in this cabin");
  if (itinerary.insurance !== undefined) throw refuse("insurance is sold with the booking only");
  return due;
}

export function rebook(books: Books, reference: string, rebooking: Rebooking, fees: Fees): void {
  const due = priceOf(books, reference, rebooking, fees);
  const booked = standing(books, reference);
  const { itinerary, travellers } = rebooking;
  const trip = tripOf(books, itinerary, booked.passengers.length, booked);
  checkSeats(trip);
  const method = itinerary.payments?.[0]?.method;
  if (due !== 0) {
    if (method === undefined) throw refuse("say which means of payment on file is used");
    if (books.get("users", booked.user_id)?.payment_methods[method]?.source === "certificate") throw refuse("a certificate cannot pay for a change");
    take(books, booked.user_id, method, due);
  }
  const mine = books.edit("reservations", reference);
  if (due !== 0) mine.payment_history.push({ payment_id: method!, amount: due });
  if (itinerary.flights !== undefined || itinerary.cabin !== undefined) {
    mine.flights = reserved(trip);
    mine.cabin = trip.cabin;
  }
  if (itinerary.checkedBags) [mine.total_baggages, mine.nonfree_baggages] = [trip.bags.total, trip.bags.paid];
  if (travellers) mine.passengers = travellers.map(personOf);
}

/** Everything paid goes back to where it came from, in its own time: balances do not move now. */
export function cancel(books: Books, reference: string): void {
  standing(books, reference);
  const mine = books.edit("reservations", reference);
  mine.payment_history.push(...mine.payment_history.map(({ payment_id, amount }) => ({ payment_id, amount: -amount })));
  mine.status = "cancelled";
}

/** Puts a new certificate into the customer's profile. Returns its id. */
export function giveCertificate(books: Books, customerId: string, amount: number): string {
  const mine = books.edit("users", customerId).payment_methods;
  let number = 3_221_322;
  while (Object.hasOwn(mine, `certificate_${number}`)) number += 1;
  const id = `certificate_${number}`;
  mine[id] = { source: "certificate", id, amount };
  return id;
}
