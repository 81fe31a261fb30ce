import type { Call } from "./calls.ts";
import { bookingIdOf } from "./tool-call.ts";
import { asName, type Fields, firstOf, isFields, reasonOf, yesOrNo } from "./words.ts";

/** Kinds of actions by the words people use for them. */
const kinds: readonly (readonly [RegExp, RegExp])[] = [
  [/cancel/, /^cancel_booking/],
  [/compens|certificate|voucher/, /^issue_compensation/],
  [/bag|luggage/, /^modify_booking\.baggage/],
  [/passenger|name/, /^modify_booking\.passengers/],
  [/insur/, /^modify_booking\.insurance/],
  [/cabin|upgrade|downgrade|update_reservation_flights|modify_booking\.flights|change_flight/, /^modify_booking\.(flights|cabin)/],
  [/modif|change|update/, /^modify_booking/],
  [/book|create|purchase/, /^create_booking/],
];

const isSameAction = (said: string, op: string): boolean => said === op || (kinds.find(([word]) => word.test(said))?.[1].test(op) ?? false);

/** Flights by their numbers, people by their names, everything else as it is. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (isFields(value)) {
    const flight = firstOf(value, "flight_number", "flight");
    if (flight !== undefined) return value.date === undefined ? flight : `${flight} ${value.date}`;
    const name = [firstOf(value, "first_name"), firstOf(value, "last_name")].filter((part) => part !== undefined);
    if (name.length > 0) return name.join(" ");
    const payment = firstOf(value, "payment_id", "id");
    return payment === undefined || value.amount === undefined ? (payment ?? value) : `${payment} ${value.amount}`;
  }
  return typeof value === "string" ? asName(value) : value;
}

function isSame(said: unknown, own: unknown): boolean {
  if (typeof said === "boolean") return yesOrNo(own) === said;
  if (typeof said === "number" && Array.isArray(own)) return own.length === said;
  if (Array.isArray(said) && Array.isArray(own)) {
    // Numbers alone are enough to name flights.
    const short = said.every((one) => typeof one === "string" && !one.includes(" "));
    const mine = own.map((one) =>
      String(plain(one))
        .split(" ")
        .slice(0, short ? 1 : undefined)
        .join(" "),
    );
    const theirs = said.map((one) => (typeof one === "string" ? one : String(plain(one))));
    return mine.length === theirs.length && mine.every((one, index) => one.toLowerCase() === theirs[index]!.toLowerCase());
  }
  return JSON.stringify(plain(said)) === JSON.stringify(plain(own));
}

const aliases: Readonly<Record<string, readonly string[]>> = {
  segments: ["segments", "flights"],
  flights: ["segments", "flights"],
  total_bags: ["total_bags", "total_baggages"],
  total_baggages: ["total_bags", "total_baggages"],
  paid_bags: ["paid_bags", "nonfree_baggages"],
  nonfree_baggages: ["paid_bags", "nonfree_baggages"],
  payment_methods: ["payment_methods", "payments", "payment_ids"],
};
const actions = new Set(["op", "action", "tool", "name", "type", "kind"]);
const bookings = new Set(["booking_id", "reservation_id", "booking", "reservation", "booking_reference", "id", "object", "target", "for"]);
/** Lists of bookings: a yes to all of them is one to each. */
const several = new Set(["booking_ids", "reservation_ids", "bookings", "reservations"]);
const flightNumbers = new Set(["flight_number", "flight"]);
/** Where a yes says that it is one. */
const answers: readonly string[] = ["confirmed", "yes", "value", "answer", "said"];
const isBooking = (said: unknown, booking: string | undefined): boolean =>
  said === booking || (typeof said === "string" && said.toUpperCase() === booking?.toUpperCase());
const figures = new Set(["total", "price", "amount", "due", "cost", "total_price"]);

/**
 * Whether a yes to what was named is a yes to this call: nothing that was named differs. `total` is what the customer was shown.
 */
export function agrees(confirmed: Fields, call: Call, context: Fields, total: number | undefined): boolean {
  const inner = firstOf(confirmed, "params", "arguments");
  const named: Fields = { ...confirmed, ...(isFields(inner) ? inner : {}) };
  if (answers.some((key) => yesOrNo(named[key]) === false)) return false;
  const booking = bookingIdOf(call);
  const flights = (isFields(call.params) ? [call.params.segments, call.params.flights] : []).flat().map((flight) => String(plain(flight)).split(" ")[0]);
  const entries = Object.entries(named).filter(([key, value]) => value !== undefined && value !== null && !answers.includes(key));
  // A yes to nothing in particular that was given as one to something.
  if (entries.length === 0) return answers.some((key) => yesOrNo(named[key]) === true);
  return entries.every(([key, value]) => {
    if (key === "params" || key === "arguments" || key === "idempotency_key") return true;
    if (actions.has(key)) return typeof value !== "string" || isSameAction(asName(value) ?? "", call.op);
    if (bookings.has(key)) return isBooking(value, booking);
    if (several.has(key)) return (Array.isArray(value) ? value : [value]).some((one) => isBooking(one, booking));
    if (flightNumbers.has(key)) return flights.includes(String(value));
    const own = firstOf(call.params, ...(aliases[key] ?? [key]));
    if (key === "reason") return reasonOf(value) === (reasonOf(context.reason) ?? reasonOf(own));
    if (own !== undefined) return isSame(value, own);
    if (figures.has(key)) return typeof value !== "number" || total === undefined || value === total;
    // Something that looks like a booking and is not this one.
    return typeof value !== "string" || !/^[A-Z0-9]{6}$/.test(value) || flights.includes(value) || value === booking;
  });
}
