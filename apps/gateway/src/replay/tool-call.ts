import type { Call } from "./calls.ts";
import { asName, causeOf, type Fields, firstOf, isFields, reasonOf, textOf, yesOrNo } from "./words.ts";

/** A call of one of our tools. */
export interface ToolCall {
  tool: string;
  args: Fields;
}

/** What the record says that a call leaves out, and how we name the booking. */
export interface Known {
  /** Our reference of the booking that is meant; the one that was given where there is none. */
  reference?: string;
  flights: { flight_number: string; date: string }[];
  cabin?: string;
  bags: number;
  paidBags: number;
  passengers: number;
  email: string;
  /** Reasons for a cancellation that the parameters know by name. */
  coveredReasons: readonly string[];
}

export const bookingIdOf = ({ params }: Call): string | undefined => textOf(firstOf(params, "booking_id", "reservation_id"));
export const customerIdOf = ({ params }: Call): string | undefined => textOf(firstOf(params, "user_id", "customer_id"));

const present = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Dollars as money; what is no figure stays as it is, for the schema to refuse. */
const moneyOf = (value: unknown): unknown => {
  const figure = typeof value === "string" ? Number(value.replace(/^\$/, "")) : value;
  return typeof figure === "number" && Number.isFinite(figure) ? { amount: figure.toFixed(2), currency: "USD" } : value;
};

function flightsOf(value: unknown): { flight: unknown; date: unknown; cabin?: string | undefined }[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((flight) =>
    isFields(flight)
      ? { flight: firstOf(flight, "flight_number", "flight", "number"), date: flight.date, cabin: asName(flight.cabin) }
      : { flight, date: undefined },
  );
}

/** The flights of each passenger, where a call names them one by one. */
function flightsOfEach(params: Fields): string[][] | undefined {
  const named = firstOf(params, "passenger_segments", "passenger_flights");
  const own = listOf(params.passengers).map((person) => (isFields(person) ? firstOf(person, "segments", "flights") : undefined));
  const each = Array.isArray(named) ? named : isFields(named) ? Object.values(named) : own.some(Array.isArray) ? own : [];
  const lists = each.flatMap((list) => {
    const flights = flightsOf(list);
    return flights ? [flights.map(({ flight }) => textOf(flight) ?? "")] : [];
  });
  return lists.length > 0 ? lists : undefined;
}

/** Cabins for each of a list, given as a list or by name or place. */
function cabinsOf(value: unknown, names: readonly unknown[]): (string | undefined)[] {
  if (Array.isArray(value)) return value.map((one) => asName(isFields(one) ? one.cabin : one));
  if (isFields(value)) {
    const named = names.map((name, index) => asName(value[String(name)] ?? value[String(index)]));
    return named.some((cabin) => cabin !== undefined) ? named : Object.values(value).map(asName);
  }
  return [];
}

const tripTypes: Readonly<Record<string, string>> = { one_way: "one-way", oneway: "one-way", round_trip: "round-trip", roundtrip: "round-trip" };
/** A kind of trip that we do not know stays as it is, for the schema to refuse. */
const tripTypeOf = (value: unknown): string | undefined => {
  const said = asName(value);
  return said === undefined ? undefined : (tripTypes[said] ?? said);
};

function paymentsOf(params: Fields): Fields[] {
  const sums = listOf(firstOf(params, "payment_methods", "payments"));
  const ids = sums.map((payment) => (isFields(payment) ? firstOf(payment, "payment_id", "id", "method", "payment_method_id") : payment));
  const listed = [...sums, ...listOf(params.payment_ids).filter((id) => !ids.includes(id))];
  const single = firstOf(params, "payment_id", "payment_method", "payment_method_id");
  const all = listed.length > 0 ? listed : Array.isArray(single) ? single : single === undefined ? [] : [single];
  return all.map((payment) =>
    isFields(payment)
      ? present({
          method: firstOf(payment, "payment_id", "id", "method", "payment_method_id"),
          amount: payment.amount === undefined ? undefined : moneyOf(payment.amount),
        })
      : { method: payment },
  );
}

const travellersOf = (value: unknown): Fields[] | undefined =>
  Array.isArray(value)
    ? value.map((person) =>
        isFields(person)
          ? present({
              givenName: textOf(firstOf(person, "first_name", "given_name")),
              familyName: textOf(firstOf(person, "last_name", "family_name")),
              bornOn: textOf(firstOf(person, "dob", "date_of_birth", "born_on")),
            })
          : {},
      )
    : undefined;

const figureOf = (value: unknown): unknown => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value);

/** Bags as they shall be; undefined when the call says nothing of them. */
function bagsOf(params: Fields, paidBefore: number): Fields | undefined {
  const total = firstOf(params, "total_bags", "total_baggages");
  const paid = firstOf(params, "paid_bags", "nonfree_baggages");
  if (total === undefined && paid === undefined) return undefined;
  return { total: figureOf(total) ?? 0, paid: figureOf(paid) ?? paidBefore };
}

/** The cabin that all of so many were given. */
const oneFor = (given: readonly (string | undefined)[], count: number): string | undefined =>
  count > 0 && given.length >= count && given.every((cabin) => cabin === given[0]) ? given[0] : undefined;

/** The flights and cabins of a call. Without a cabin for all of them, one that all were given is it. */
function travelOf(params: Fields, known: Known): { flights?: Fields[]; cabin?: string; travellerCabins?: string[]; travellerFlights?: string[][] } {
  const given = flightsOf(firstOf(params, "segments", "flights"));
  const list = Array.isArray(params.cabin) ? params.cabin : firstOf(params, "segment_cabins", "flight_cabins", "cabins");
  const flights = given ?? (list === undefined ? undefined : known.flights.map(({ flight_number, date }) => ({ flight: flight_number, date })));
  const ofFlights = cabinsOf(
    list,
    (flights ?? []).map(({ flight }) => flight),
  );
  const people = listOf(params.passengers);
  const apart = firstOf(params, "passenger_cabins") ?? (people.some((person) => isFields(person) && person.cabin !== undefined) ? people : undefined);
  // Cabins beyond those of the flights are asked for as well, whoever they are meant for.
  const left = (flights ?? []).length < ofFlights.length ? ofFlights.slice((flights ?? []).length) : [];
  const ofPassengers = [...cabinsOf(apart, []), ...left].filter((cabin) => cabin !== undefined);
  const each = flightsOfEach(params);
  const ofEachFlight = (flights ?? []).map((flight, index) => ofFlights[index] ?? ("cabin" in flight ? flight.cabin : undefined));
  const cabin = asName(params.cabin) ?? oneFor(ofEachFlight, ofEachFlight.length) ?? oneFor(ofPassengers, people.length || known.passengers);
  return {
    ...(flights
      ? {
          flights: flights.map(({ flight, date }, index) => present({ flight, date, cabin: ofEachFlight[index] })),
        }
      : {}),
    ...(cabin === undefined ? {} : { cabin }),
    ...(ofPassengers.length === 0 ? {} : { travellerCabins: ofPassengers }),
    ...(each ? { travellerFlights: each } : {}),
  };
}

const nowhereElse = /^(original|same|full|yes|true|refund|source|default)/;

/** Where a refund is wanted and how much of one, where that is said. */
function refundOf(params: Fields): { refundTo?: string; refundAmount?: unknown } {
  const { refund, form } = params;
  const split = listOf(refund).flatMap((part) => (isFields(part) ? [firstOf(part, "payment_id", "method", "to")] : [part]));
  const named = isFields(refund) ? firstOf(refund, "payment_id", "payment_method_id", "method", "to", "destination", "form", "payment_method") : refund;
  // Sums by the ids of payment methods.
  const keyed = isFields(refund) && named === undefined && refund.amount === undefined ? Object.keys(refund) : [];
  const places = [...split, ...keyed, named, firstOf(params, "refund_to", "refund_payment_id", "refund_method", "refund_form", "payment_id"), form];
  const elsewhere = places.find((place): place is string => typeof place === "string" && place !== "" && !nowhereElse.test(place.toLowerCase()));
  const amount = isFields(refund) ? refund.amount : typeof refund === "number" ? refund : params.refund_amount;
  return { ...(elsewhere === undefined ? {} : { refundTo: elsewhere }), ...(amount === undefined ? {} : { refundAmount: moneyOf(amount) }) };
}

/** Another form than the usual one. */
const formOf = (value: unknown): string | undefined => {
  const said = asName(value);
  return said === "travel_certificate" || said === "certificate" ? undefined : said;
};

/** How many bags the customer asked for, under the names it may have. */
export const wantedBags = ["requested_bags", "bags_requested", "bags_wanted", "wanted_bags", "bags_needed", "needed_bags"] as const;

/** Fields of no consequence for what is done. */
const beside: readonly string[] = [
  "idempotency_key",
  "reason",
  "summary",
  "note",
  "notes",
  "comment",
  "currency",
  "email",
  "contact",
  "session_user_id",
  "user_confirmed",
  "total",
  "total_price",
  "price",
  ...wantedBags,
];
const whose = ["user_id", "customer_id", "booking_id", "reservation_id"];
const way = ["origin", "destination", "flight_type", "trip_type", "cabin", "segments", "flights", "segment_cabins", "flight_cabins", "cabins"];
const group = ["passengers", "passenger_cabins", "passenger_segments", "passenger_flights"];
const money = ["payment_methods", "payments", "payment_ids", "payment_id", "payment_method", "payment_method_id", "amount"];
const bags = ["total_bags", "total_baggages", "paid_bags", "nonfree_baggages"];
const back = ["refund", "form", "refund_to", "refund_payment_id", "refund_method", "refund_form", "refund_amount"];
const understood: Readonly<Record<string, readonly string[]>> = {
  create_booking: [...way, ...group, ...money, ...bags, "insurance"],
  modify_booking: [...way, ...group, ...money, ...bags, ...back, "insurance"],
  cancel_booking: [...back, "payment_id", "segments", "flights", "passengers"],
  issue_compensation: ["amount", "cause", "form", "passengers"],
  get_customer: [],
  hand_over: [],
};

const says = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== false &&
  value !== "" &&
  !(Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0);

/** What a call wants beyond all that our tools know. It stays in the arguments, and their schema refuses it. */
function beyond(op: string, params: Fields): Fields {
  const known = understood[op.split(".")[0]!];
  if (!known) return {};
  // A profile is asked for by its id alone.
  const ignored = op === "get_customer" ? ["idempotency_key", "reason"] : beside;
  return Object.fromEntries(
    Object.entries(params).filter(([name, value]) => !known.includes(name) && !whose.includes(name) && !ignored.includes(name) && says(value)),
  );
}

type Mapping = (params: Fields, known: Known, context: Fields) => ToolCall;

const change = (params: Fields, known: Known, more: Fields): ToolCall => {
  const { origin, destination } = params;
  const { refundTo, refundAmount } = refundOf({ ...params, payment_id: undefined });
  const given = paymentsOf(params);
  const named = params.amount === undefined ? refundAmount : moneyOf(params.amount);
  // A sum that was named for the whole change is that of its one means of payment.
  const sum = named === undefined || given.length !== 1 ? {} : { amount: named };
  const payments: Fields[] = [
    ...given.map((payment) => ({ ...sum, ...payment })),
    // A kind of means that the one in use is of says nothing new.
    ...(refundTo === undefined || given.some(({ method }) => String(method).startsWith(refundTo)) ? [] : [{ method: refundTo }]),
  ];
  const itinerary = present({
    origin,
    destination,
    tripType: tripTypeOf(firstOf(params, "flight_type", "trip_type")),
    insurance: yesOrNo(params.insurance),
    ...more,
    ...(payments.length > 0 ? { payments } : {}),
  });
  return {
    tool: "modify_booking",
    args: present({ bookingReference: known.reference, itinerary, travellers: travellersOf(params.passengers), customerId: customerIdOf({ op: "", params }) }),
  };
};

const mappings: Readonly<Record<string, Mapping>> = {
  create_booking: (params, known) => ({
    tool: "create_booking",
    args: present({
      itinerary: {
        ...present({
          origin: params.origin,
          destination: params.destination,
          ...travelOf(params, known),
          checkedBags: bagsOf(params, 0) ?? { total: 0, paid: 0 },
          payments: paymentsOf(params),
        }),
        // Both are asked of the customer before anything is booked: what was not said stays null, for the schema to refuse.
        tripType: tripTypeOf(firstOf(params, "flight_type", "trip_type")) ?? null,
        insurance: yesOrNo(params.insurance) ?? null,
      },
      travellers: travellersOf(params.passengers),
      contact: { email: known.email },
      customerId: customerIdOf({ op: "", params }),
    }),
  }),
  "modify_booking.flights": (params, known) => change(params, known, { ...travelOf(params, known), checkedBags: bagsOf(params, known.paidBags) }),
  "modify_booking.baggage": (params, known) => change(params, known, { checkedBags: bagsOf(params, known.paidBags) }),
  "modify_booking.passengers": (params, known) => change(params, known, travelOf(params, known)),
  "modify_booking.insurance": (params, known) => change(params, known, { insurance: yesOrNo(params.insurance) ?? true }),
  "modify_booking.cabin": (params, known) => change(params, known, travelOf(params, known)),
  cancel_booking: (params, known, context) => {
    const segments = flightsOf(firstOf(params, "segments", "flights"));
    const passengers = listOf(params.passengers);
    const some = segments ?? (passengers.length > 0 && passengers.length < known.passengers ? [] : undefined);
    return {
      tool: "cancel_booking",
      args: present({
        bookingReference: known.reference,
        reason: reasonOf(context.reason, known.coveredReasons) ?? reasonOf(params.reason, known.coveredReasons),
        ...refundOf(params),
        flights: some?.map(({ flight }) => textOf(flight) ?? ""),
        customerId: customerIdOf({ op: "", params }),
      }),
    };
  },
  issue_compensation: (params, known, context) => ({
    tool: "issue_compensation",
    args: present({
      bookingReference: known.reference,
      cause: causeOf(params.cause) ?? causeOf(context.complaint) ?? causeOf(params.reason) ?? "unspecified",
      amount: moneyOf(params.amount),
      form: formOf(params.form),
      customerId: customerIdOf({ op: "", params }),
    }),
  }),
  get_customer: (params) => ({ tool: "get_customer", args: present({ customerId: customerIdOf({ op: "", params }) }) }),
  hand_over: (params) => ({ tool: "hand_over_to_person", args: { reason: textOf(firstOf(params, "summary", "reason")) ?? "asked for" } }),
};

/** Which tool a call is for, and its arguments. One that we have no tool for keeps its name, and the gate refuses it. */
export function toolCallOf({ op, params }: Call, known: Known, context: Fields): ToolCall {
  const mapped = mappings[op]?.(params, known, context);
  return mapped ? { tool: mapped.tool, args: { ...mapped.args, ...beyond(op, params) } } : { tool: op, args: params };
}
