import type { ReservationDocument, WorldData } from "@travelagent/tools-booking/suppliers/airline-world";
import { type AirlineParams, backDate, cabins, findStage, memberships, outDate, people, prices, reservation, type Stage, stagePatches } from "./airline-stage.ts";

/** A case as `policy replay --cases` takes it, and what must come of it. */
export interface AirlineCase {
  id: string;
  title: string;
  initial_state: { patches: { path: string; value?: unknown }[] };
  context: Record<string, unknown>;
  precalls: unknown[];
  attempt: { op: string; params: Record<string, unknown> };
  expected: { decision: "allow" | "deny" | "escalate" | "needs_confirmation" | "idempotent"; ruleId?: string };
}

type Fields = Record<string, unknown>;
type Expected = AirlineCase["expected"]["decision"];
type Patch = AirlineCase["initial_state"]["patches"][number];

interface Draft {
  title: string;
  op: string;
  params: Fields;
  expect: Expected;
  rule?: string;
  membership?: string;
  patches?: Patch[];
  booked?: Partial<ReservationDocument>;
  context?: Fields;
  precalls?: unknown[];
}

const now = "2024-05-15T15:00:00";
const hours = (count: number): string => new Date(Date.parse(`${now}Z`) - count * 3_600_000).toISOString().slice(0, 19);

interface Booking {
  membership?: string;
  cabin?: string;
  travellers?: number;
  bags?: { total: number; paid: number };
  insured?: boolean;
  round?: boolean;
  segments?: Fields[];
  payments?: Fields[];
  more?: Fields;
}

function builder(stage: Stage, params: AirlineParams) {
  const { out, back, from, to, user } = stage;
  const free = (membership: string, cabin: string, travellers = 1): number => params.free_bags[membership]![cabin]! * travellers;

  const totalOf = ({ cabin = "economy", travellers = 1, bags = { total: 0, paid: 0 }, insured = false, round = false, segments }: Booking): number =>
    prices[cabin]! * travellers * (segments?.length ?? (round ? 2 : 1)) + bags.paid * params.extra_bag_fee + (insured ? params.insurance_per_passenger * travellers : 0);

  const book = (booking: Booking = {}): Fields => {
    const { cabin = "economy", travellers = 1, bags = { total: 0, paid: 0 }, insured = false, round = false } = booking;
    return {
      user_id: user,
      origin: from,
      destination: to,
      flight_type: round ? "round_trip" : "one_way",
      cabin,
      segments: booking.segments ?? [{ flight_number: out, date: outDate }, ...(round ? [{ flight_number: back, date: backDate }] : [])],
      passengers: people(travellers),
      payment_methods: booking.payments ?? [{ payment_id: "credit_card_1", amount: totalOf(booking) }],
      total_bags: bags.total,
      paid_bags: bags.paid,
      insurance: insured ? "yes" : "no",
      ...booking.more,
    };
  };
  return { free, totalOf, book };
}

function bookingCases(stage: Stage, params: AirlineParams): Draft[] {
  const { book, totalOf, free } = builder(stage, params);
  const { out, back, first, second, elsewhere, from, to } = stage;
  const op = "create_booking";
  const drafts: Draft[] = [];
  const add = (title: string, booking: Booking, expect: Expected, more: Partial<Draft> = {}) =>
    drafts.push({ title, op, params: book(booking), expect, ...(booking.membership ? { membership: booking.membership } : {}), ...more });
  const leg = (flight: string, date = outDate): Fields => ({ flight_number: flight, date });

  // Nine seats are open, and nine passengers have names.
  for (let count = 1; count <= Math.min(9, params.max_passengers + 2); count += 1)
    add(`${count} passengers`, { travellers: count }, count <= params.max_passengers ? "allow" : "deny", count <= params.max_passengers ? {} : { rule: "air.book.too-many-passengers" });

  for (const membership of memberships)
    for (const cabin of cabins)
      for (const travellers of [1, 2]) {
        const bags = free(membership, cabin, travellers);
        const say = `${membership} ${cabin} of ${travellers}`;
        const base = { membership, cabin, travellers };
        add(`${say}: all free bags`, { ...base, bags: { total: bags, paid: 0 } }, "allow");
        add(`${say}: no bag`, { ...base, bags: { total: 0, paid: 0 } }, "allow");
        add(`${say}: one bag more, paid`, { ...base, bags: { total: bags + 1, paid: 1 } }, "allow");
        add(`${say}: one bag more, not paid`, { ...base, bags: { total: bags + 1, paid: 0 } }, "deny", { rule: "air.book.bags-unpaid" });
        add(`${say}: a free bag charged`, { ...base, bags: { total: bags, paid: 1 } }, "deny", { rule: "air.book.bags-overpaid" });
      }
  add("two bags beyond, one paid", { bags: { total: free("regular", "economy") + 2, paid: 1 } }, "deny", { rule: "air.book.bags-unpaid" });
  add("bags nobody asked for", { bags: { total: 1, paid: 0 }, membership: "gold" }, "deny", { context: { requested_bags: 0 }, rule: "air.bags-not-wanted" });
  add("bags that were asked for", { bags: { total: 1, paid: 0 }, membership: "gold" }, "allow", { context: { requested_bags: 1 } });
  // What is claimed is not what is on record.
  add("says to be gold", { membership: "regular", bags: { total: free("gold", "economy"), paid: 0 } }, free("gold", "economy") > free("regular", "economy") ? "deny" : "allow", {
    context: { claims: { membership: "gold" } },
  });

  // Insurance.
  add("insured", { insured: true, travellers: 2 }, "allow");
  add("insured, and not paid for", { insured: true, payments: [{ payment_id: "credit_card_1", amount: totalOf({}) }] }, params.insurance_per_passenger === 0 ? "allow" : "deny", {
    rule: "air.book.amounts",
  });

  // Means of payment, of a trip for 1 in economy.
  const price = totalOf({});
  const pay = (title: string, payments: Fields[], expect: Expected, rule?: string) => add(title, { payments }, expect, rule ? { rule } : {});
  const several = (kind: string, count: number) => Array.from({ length: count }, (_, index) => ({ payment_id: `${kind}_${index + 1}`, amount: 1 }));
  const kinds = { certificate: params.max_certificates, credit_card: params.max_credit_cards, gift_card: params.max_gift_cards };
  for (const [kind, most] of Object.entries(kinds))
    for (const count of [most, most + 1]) {
      const some = several(kind, count);
      const rest = { payment_id: kind === "credit_card" ? "gift_card_1" : "credit_card_1", amount: price - some.length };
      const known = kind === "gift_card" ? 5 : 3;
      if (count > known) continue;
      const rules: Record<string, string> = { certificate: "air.book.certificates", credit_card: "air.book.credit-cards", gift_card: "air.book.gift-cards" };
      pay(`${count} of ${kind}`, [...some, rest], count <= most ? "allow" : "deny", count <= most ? undefined : rules[kind]);
    }
  pay("a card that is not on file", [{ payment_id: "credit_card_9999999", amount: price }], "deny", "air.payment.not-on-file");
  pay("one of two not on file", [{ payment_id: "credit_card_1", amount: 10 }, { payment_id: "gift_card_77", amount: price - 10 }], "deny", "air.payment.not-on-file");
  pay("gift card to its last dollar", [{ payment_id: "gift_card_2", amount: 50 }, { payment_id: "credit_card_1", amount: price - 50 }], "allow");
  pay("gift card beyond its last dollar", [{ payment_id: "gift_card_2", amount: 51 }, { payment_id: "credit_card_1", amount: price - 51 }], "deny", "air.payment.balance");
  pay("certificate to its last dollar", [{ payment_id: "certificate_2", amount: 50 }, { payment_id: "credit_card_1", amount: price - 50 }], params.max_certificates > 0 ? "allow" : "deny");
  pay("certificate beyond its last dollar", [{ payment_id: "certificate_2", amount: 51 }, { payment_id: "credit_card_1", amount: price - 51 }], "deny");
  pay("certificate worth more than the trip", [{ payment_id: "certificate_1", amount: price }], params.max_certificates > 0 ? "allow" : "deny");
  pay("a dollar too little", [{ payment_id: "credit_card_1", amount: price - 1 }], "deny", "air.book.amounts");
  pay("a dollar too much", [{ payment_id: "credit_card_1", amount: price + 1 }], "deny", "air.book.amounts");
  pay("nothing paid", [], "deny", "air.book.amounts");
  pay("one takes back what another pays", [{ payment_id: "credit_card_1", amount: price + 20 }, { payment_id: "gift_card_2", amount: -20 }], "deny", "air.book.amounts");

  // Cabins.
  const two = [leg(first), leg(second)];
  const mixed = (title: string, more: Fields, expect: Expected) => add(title, { segments: two, more }, expect, expect === "deny" ? { rule: "air.one-cabin" } : {});
  mixed("each flight its cabin, all the same", { segment_cabins: ["economy", "economy"] }, "allow");
  mixed("one flight in business", { segment_cabins: ["economy", "business"] }, "deny");
  mixed("one flight in business, by its number", { segment_cabins: { [second]: "business" } }, "deny");
  mixed("basic economy is no economy", { segment_cabins: ["basic_economy", "economy"] }, "deny");
  mixed("one passenger in business", { passenger_cabins: ["business"] }, "deny");
  mixed("passengers all in economy", { passenger_cabins: ["economy"] }, "allow");

  // Flights.
  for (const status of ["available", "delayed", "on time", "flying", "landed", "cancelled"]) {
    const open = params.bookable_statuses.includes(status);
    add(`flight is ${status}`, {}, open ? "allow" : "deny", {
      patches: [{ path: `/flights/${out}/dates/${outDate}/status`, value: status }],
      ...(open ? {} : { rule: "air.flight-not-bookable" }),
    });
  }
  add("second flight is delayed", { segments: two }, params.bookable_statuses.includes("delayed") ? "allow" : "deny", {
    patches: [{ path: `/flights/${second}/dates/${outDate}/status`, value: "delayed" }],
  });
  for (const [seats, expect] of [
    [2, "allow"],
    [1, "deny"],
    [0, "deny"],
  ] as const)
    add(`${seats} seats for 2`, { travellers: 2 }, expect, {
      patches: [{ path: `/flights/${out}/dates/${outDate}/available_seats/economy`, value: seats }],
      ...(expect === "deny" ? { rule: "air.no-seats" } : {}),
    });
  add("seats in another cabin do not help", { cabin: "business" }, "deny", { patches: [{ path: `/flights/${out}/dates/${outDate}/available_seats/business`, value: 0 }], rule: "air.no-seats" });
  add("no such flight", { segments: [leg("HAT999")] }, "deny", { rule: "air.flight-unknown" });
  add("no such date", { segments: [leg(out, "2025-01-01")] }, "deny", { rule: "air.flight-unknown" });
  add("no such cabin", { more: { cabin: "first" } }, "deny");

  // Routes.
  add("one stop", { segments: two }, "allow");
  add("round trip", { round: true }, "allow");
  add("round trip with a stop", { segments: [...two, leg(back, backDate)], more: { flight_type: "round_trip" } }, "allow");
  const route = (title: string, segments: Fields[], more: Fields = {}) => add(title, { segments, more }, "deny", { rule: "air.book.route" });
  route("one way presented as a round trip", [leg(out)], { flight_type: "round_trip" });
  route("round trip presented as one way", [leg(out), leg(back, backDate)]);
  route("starts elsewhere", [leg(elsewhere)]);
  route("ends elsewhere", [leg(first)]);
  route("flights that do not connect", [leg(first), leg(elsewhere), leg(second)]);
  route("back before out", [leg(out, backDate), leg(back, outDate)], { flight_type: "round_trip" });
  route("other destination than was asked for", [leg(out)], { destination: from });
  route("the second half alone", [leg(second)]);
  route("out twice", [leg(out), leg(out, backDate)], { flight_type: "round_trip" });

  // Passengers.
  const [ana] = people(1);
  for (const field of ["first_name", "last_name", "dob"] as const) {
    const { [field]: _, ...rest } = ana!;
    add(`no ${field}`, { more: { passengers: [rest] } }, "deny", { rule: "air.passenger-details" });
    add(`empty ${field}`, { more: { passengers: [{ ...ana, [field]: "" }] } }, "deny");
  }
  add("second passenger without birth date", { travellers: 2, more: { passengers: [ana, { first_name: "Rui", last_name: "Silva" }] } }, "deny", { rule: "air.passenger-details" });

  // Who.
  add("for another customer", {}, "deny", { params: { ...book(), user_id: stage.stranger }, rule: "gate.scope" });
  add("by another customer", {}, "deny", { context: { session_user_id: stage.stranger }, rule: "gate.scope" });
  add("by nobody", {}, "deny", { context: { session_user_id: undefined } });

  // Yes.
  add("nobody said yes", {}, "needs_confirmation", { context: { user_confirmed: false } });
  add("nobody was asked", {}, "needs_confirmation", { context: { user_confirmed: undefined } });
  add("not allowed, and nobody said yes", { segments: [leg("HAT999")] }, "deny", { context: { user_confirmed: false } });
  add("yes to the same flights", {}, "allow", { context: { user_confirmed: { op, segments: [leg(out)], cabin: "economy" } } });
  add("yes to another cabin", {}, "needs_confirmation", { context: { user_confirmed: { op, cabin: "business" } } });
  add("yes to another price", {}, "needs_confirmation", { context: { user_confirmed: { op, total: price - 10 } } });
  add("yes to this price", {}, "allow", { context: { user_confirmed: { op, total: price } } });
  add("yes to something else", {}, "needs_confirmation", { context: { user_confirmed: { op: "cancel_booking", booking_id: "ABC123" } } });
  add("a mail of a supplier wants it", {}, "needs_confirmation", { context: { instruction_origin: "supplier_email" }, rule: "air.foreign-instruction" });
  add("the customer wants it", {}, "allow", { context: { instruction_origin: "customer" } });

  // Twice.
  const upstream = { name: "book_reservation", arguments: book({ more: { idempotency_key: "k1" } }) };
  add("the same booking with the same key", { more: { idempotency_key: "k1" } }, "idempotent", { precalls: [upstream] });
  add("another booking with the same key", { cabin: "business", more: { idempotency_key: "k1" } }, "deny", { precalls: [upstream], rule: "gate.idempotency" });
  add("the same booking without a key", {}, "idempotent", { precalls: [{ name: "book_reservation", arguments: book() }] });
  add("another booking with another key", { cabin: "business", more: { idempotency_key: "k2" } }, "allow", { precalls: [upstream] });
  void to;
  return drafts;
}

function cancelCases(stage: Stage, params: AirlineParams): Draft[] {
  const op = "cancel_booking";
  const drafts: Draft[] = [];
  const window = params.cancel_window_hours;
  const add = (title: string, booked: Partial<ReservationDocument>, reason: string | undefined, expect: Expected, more: Partial<Draft> & { args?: Fields } = {}) => {
    const { args, ...rest } = more;
    drafts.push({
      title: `cancel: ${title}`,
      op,
      params: { booking_id: "ZZTEST", ...(reason === undefined ? {} : { reason }), ...args },
      expect,
      booked,
      ...rest,
      context: { reason, ...rest.context },
      ...(expect === "deny" && !rest.rule ? { rule: "air.cancel.not-allowed" } : {}),
    });
  };
  const plan = "change_of_plan";
  for (const cabin of cabins)
    for (const insurance of ["yes", "no"])
      for (const reason of [plan, "health", "weather", "other", "airline_cancelled"]) {
        const covered = insurance === "yes" && params.insurance_reasons.includes(reason);
        add(`${cabin}, insurance ${insurance}, ${reason}`, { cabin, insurance }, reason, cabin === "business" || covered ? "allow" : "deny");
      }
  const seconds = (count: number) => new Date(Date.parse(`${now}Z`) - window * 3_600_000 - count * 1000).toISOString().slice(0, 19);
  add("exactly at the end of the window", { created_at: seconds(0) }, plan, "allow");
  add("a second before it ends", { created_at: seconds(-1) }, plan, "allow");
  add("a second after it ended", { created_at: seconds(1) }, plan, "deny");
  add("an hour ago", { created_at: hours(Math.min(1, window)) }, plan, window >= 1 ? "allow" : "deny");
  add("booked in the future", { created_at: hours(-1) }, plan, "deny");
  for (const [status, expect] of [
    ["cancelled", "allow"],
    ["delayed", "deny"],
    ["on time", "deny"],
    ["flying", "escalate"],
    ["landed", "escalate"],
  ] as const)
    for (const which of [stage.out, stage.back]) {
      const date = which === stage.out ? outDate : backDate;
      add(`flight ${which} is ${status}`, {}, plan, expect, { patches: [{ path: `/flights/${which}/dates/${date}/status`, value: status }] });
    }
  const flown = [{ path: `/flights/${stage.out}/dates/${outDate}/status`, value: "landed" }];
  add("business, partly flown", { cabin: "business" }, plan, "escalate", { patches: flown, rule: "air.cancel.flown" });
  add("insured and ill, partly flown", { insurance: "yes" }, "health", "escalate", { patches: flown });
  add("booked an hour ago, partly flown", { created_at: hours(1) }, plan, "escalate", { patches: flown });
  add("says the airline cancelled", {}, "airline_cancelled", "deny", { context: { claims: { flight_status: "cancelled" } } });
  add("says to be insured", {}, "health", "deny", { context: { claims: { insurance: "yes" } } });
  add("says a colleague approved it", {}, plan, "deny", { context: { claims: { approved_by: "support" } } });
  add("gold members have no other rules", {}, plan, "deny", { membership: "gold" });
  add("the model says health, the customer did not", { insurance: "yes" }, plan, "deny", { args: { reason: "health" } });
  add("no reason", { cabin: "business" }, undefined, "deny", { rule: "air.cancel.no-reason" });
  add("somebody else's", { cabin: "business" }, plan, "deny", { context: { session_user_id: stage.stranger }, rule: "gate.scope" });
  add("no such booking", {}, plan, "deny", { args: { booking_id: "QQQQQQ" }, rule: "gate.scope" });
  const business = { cabin: "business" };
  add("not confirmed", business, plan, "needs_confirmation", { context: { user_confirmed: false } });
  add("yes to another booking", business, plan, "needs_confirmation", { context: { user_confirmed: { booking_id: "OTHER1" } } });
  add("yes to this booking", business, plan, "allow", { context: { user_confirmed: { booking_id: "ZZTEST" } } });
  add("yes to a change of it", business, plan, "needs_confirmation", { context: { user_confirmed: { op: "modify_booking.baggage", booking_id: "ZZTEST", total_bags: 4 } } });
  add("a mail of a supplier wants it", business, plan, "needs_confirmation", { context: { instruction_origin: "supplier_email" } });
  add("a mail wants it, the customer said yes to exactly this", business, plan, "allow", { context: { instruction_origin: "supplier_email", user_confirmed: { booking_id: "ZZTEST" } } });
  for (const [say, refund, expect] of [
    ["to the original card", { payment_id: "credit_card_1" }, "allow"],
    ["to the original payment methods", "original_payment_methods", "allow"],
    ["to another card", { payment_id: "credit_card_2" }, "deny"],
    ["to a gift card", "gift_card_1", "deny"],
    ["as a certificate", { form: "certificate" }, "deny"],
    ["of more than was paid", { amount: 5000 }, "deny"],
  ] as const)
    add(`refund ${say}`, business, plan, expect, {
      args: { refund },
      ...(expect === "deny" ? { rule: say.startsWith("of") ? "air.cancel.refund-amount" : "air.cancel.refund-elsewhere" } : {}),
    });
  add("refund in another form", business, plan, "deny", { args: { form: "travel_certificate" }, rule: "air.cancel.refund-elsewhere" });
  add("one flight of it alone", business, plan, "deny", { args: { segments: [{ flight_number: stage.back, date: backDate }] }, rule: "air.cancel.partly" });
  add("twice", business, plan, "idempotent", { precalls: [{ name: "cancel_reservation", arguments: { reservation_id: "ZZTEST" } }] });
  add("twice, for another reason", business, "health", "idempotent", { precalls: [{ op, params: { booking_id: "ZZTEST", reason: plan } }] });
  add("what was cancelled before", { ...business, status: "cancelled" }, plan, "idempotent");
  add("what somebody else cancelled before", { ...business, status: "cancelled" }, plan, "deny", { context: { session_user_id: stage.stranger }, rule: "gate.scope" });
  return drafts;
}

function changeCases(stage: Stage, params: AirlineParams): Draft[] {
  const { out, back, first, second, elsewhere } = stage;
  const drafts: Draft[] = [];
  const add = (kind: string, title: string, args: Fields, expect: Expected, more: Partial<Draft> = {}) =>
    drafts.push({ title: `${kind}: ${title}`, op: `modify_booking.${kind}`, params: { booking_id: "ZZTEST", ...args }, expect, booked: {}, ...more });
  const leg = (flight: string, date = outDate): Fields => ({ flight_number: flight, date });
  const same = [leg(out), leg(back, backDate)];
  const other = [leg(first), leg(second), leg(back, backDate)];
  const card = { payment_id: "credit_card_1" };
  const flights = (title: string, args: Fields, expect: Expected, rule?: string, more: Partial<Draft> = {}) =>
    add("flights", title, { cabin: "economy", segments: other, ...card, ...args }, expect, { ...(rule ? { rule } : {}), ...more });

  flights("other flights, same places", {}, "allow");
  flights("nothing but the date", { segments: [leg(out), leg(back, outDate)] }, "allow");
  flights("basic economy", { cabin: "basic_economy" }, "deny", "air.change.basic-economy", { booked: { cabin: "basic_economy" } });
  flights("basic economy, to economy and other flights at once", {}, "deny", "air.change.basic-economy", { booked: { cabin: "basic_economy" } });
  flights("economy to basic economy with other flights", { cabin: "basic_economy" }, "allow");
  flights("gold members have no other rules", { cabin: "basic_economy" }, "deny", "air.change.basic-economy", { booked: { cabin: "basic_economy" }, membership: "gold" });
  flights("another destination", { segments: [leg(first)] }, "deny", "air.change.route", { booked: { flight_type: "one_way" } });
  flights("another origin", { segments: [leg(second)] }, "deny", "air.change.route", { booked: { flight_type: "one_way" } });
  flights("one way to round trip", { segments: same }, "deny", "air.change.route", { booked: { flight_type: "one_way" } });
  flights("round trip to one way", { segments: [leg(out)] }, "deny", "air.change.route");
  flights("flights that do not connect", { segments: [leg(first), leg(elsewhere), leg(back, backDate)] }, "deny", "air.change.route");
  flights("names another destination", { destination: "XXX" }, "deny", "air.change.route");
  flights("names the same places", { origin: stage.from, destination: stage.to, flight_type: "round_trip" }, "allow");
  flights("names another trip type", { flight_type: "one_way" }, "deny", "air.change.route");
  flights("no such flight", { segments: [leg("HAT999"), leg(back, backDate)] }, "deny", "air.flight-unknown");
  for (const status of ["available", "delayed", "on time", "cancelled"]) {
    const open = params.bookable_statuses.includes(status);
    flights(`new flight is ${status}`, {}, open ? "allow" : "deny", open ? undefined : "air.flight-not-bookable", {
      patches: [{ path: `/flights/${second}/dates/${outDate}/status`, value: status }],
    });
  }
  flights("kept flight is delayed", {}, "allow", undefined, { patches: [{ path: `/flights/${back}/dates/${backDate}/status`, value: "delayed" }] });
  flights("kept flight is full", {}, "allow", undefined, { patches: [{ path: `/flights/${back}/dates/${backDate}/available_seats/economy`, value: 0 }] });
  flights("new flight is full", {}, "deny", "air.no-seats", { patches: [{ path: `/flights/${second}/dates/${outDate}/available_seats/economy`, value: 1 }] });
  flights("a flown flight exchanged", {}, "deny", "air.change.flown-flight", { patches: [{ path: `/flights/${out}/dates/${outDate}/status`, value: "landed" }] });
  flights("the flight back exchanged after the flight out", { segments: [leg(out), leg(back, outDate)] }, "allow", undefined, {
    patches: [{ path: `/flights/${out}/dates/${outDate}/status`, value: "landed" }],
  });
  flights("cancelled reservation", {}, "deny", "air.change.cancelled", { booked: { status: "cancelled" } });
  flights("somebody else's", {}, "deny", "gate.scope", { context: { session_user_id: stage.stranger } });
  flights("no such booking", { booking_id: "QQQQQQ" }, "deny", "gate.scope");

  // Cabin.
  for (const cabin of cabins)
    for (const wanted of cabins)
      if (cabin !== wanted) flights(`${cabin} to ${wanted}`, { segments: same, cabin: wanted }, "allow", undefined, { booked: { cabin } });
  flights("cabin, flights left out", { segments: undefined, cabin: "business" }, "allow", undefined, { booked: { cabin: "basic_economy" } });
  for (const status of ["landed", "flying"])
    flights(`cabin after a flight that is ${status}`, { segments: same, cabin: "business" }, "deny", undefined, { patches: [{ path: `/flights/${out}/dates/${outDate}/status`, value: status }] });
  flights("cabin of one flight", { segments: same, segment_cabins: ["business", "economy"] }, "deny", "air.one-cabin");
  flights("cabin of one flight, by its number", { segments: same, segment_cabins: { [out]: "business" } }, "deny", "air.one-cabin");
  flights("cabin of one flight, cabin left out", { cabin: undefined, segments: undefined, segment_cabins: ["business", "economy"] }, "deny", "air.one-cabin");
  flights("cabin of all flights, one by one", { cabin: "business", segments: same, segment_cabins: ["business", "business"] }, "allow");
  flights("cabin of one passenger", { segments: same, passenger_cabins: ["business", "economy"] }, "deny", "air.one-cabin");
  flights("cabin without seats", { segments: same, cabin: "business" }, "deny", "air.no-seats", { patches: [{ path: `/flights/${out}/dates/${outDate}/available_seats/business`, value: 1 }] });

  // Payment of a change: two passengers, one flight for two, each ten dollars dearer than the old one.
  const due = 2 * (2 * prices.economy! - (prices.economy! - 10));
  flights("with a certificate", { payment_id: "certificate_1" }, "deny", undefined);
  flights("refund to a certificate", { segments: same, cabin: "basic_economy", payment_id: "certificate_1" }, "deny", "air.change.no-certificate");
  flights("with a card that is not on file", { payment_id: "credit_card_9999999" }, "deny", "air.payment.not-on-file");
  flights("with another card on file", { payment_id: "credit_card_2" }, "allow");
  flights("with a gift card that has enough", { payment_id: "gift_card_1" }, due <= 500 ? "allow" : "deny");
  flights("with a gift card to its last dollar", { payment_id: "gift_card_1" }, "allow", undefined, { patches: [{ path: `/users/${stage.user}/payment_methods/gift_card_1/amount`, value: due }] });
  flights("with a gift card a dollar short", { payment_id: "gift_card_1" }, "deny", "air.payment.balance", {
    patches: [{ path: `/users/${stage.user}/payment_methods/gift_card_1/amount`, value: due - 1 }],
  });
  flights("refund to an empty gift card", { segments: same, cabin: "basic_economy", payment_id: "gift_card_1" }, "allow", undefined, {
    patches: [{ path: `/users/${stage.user}/payment_methods/gift_card_1/amount`, value: 0 }],
  });
  flights("with two", { payment_id: undefined, payment_ids: ["credit_card_1", "gift_card_1"] }, "deny", "air.change.one-payment");
  flights("with one in a list", { payment_id: undefined, payment_ids: ["credit_card_1"] }, "allow");
  flights("with none", { payment_id: undefined }, "deny", "air.change.payment-needed");
  flights("not confirmed", {}, "needs_confirmation", undefined, { context: { user_confirmed: false } });
  flights("a web page wants it", {}, "needs_confirmation", undefined, { context: { instruction_origin: "web_page" } });
  flights("the same key twice", { idempotency_key: "c1" }, "idempotent", undefined, {
    precalls: [{ op: "modify_booking.flights", params: { booking_id: "ZZTEST", cabin: "economy", segments: other, ...card, idempotency_key: "c1" } }],
  });
  flights("the same key for another change", { idempotency_key: "c1", cabin: "business" }, "deny", "gate.idempotency", {
    precalls: [{ op: "modify_booking.flights", params: { booking_id: "ZZTEST", cabin: "economy", segments: other, ...card, idempotency_key: "c1" } }],
  });

  // Bags, of two in economy.
  const free = params.free_bags.regular!.economy! * 2;
  const bags = (title: string, total: number, paid: number, expect: Expected, rule?: string, more: Partial<Draft> & { args?: Fields } = {}) => {
    const { args, ...rest } = more;
    add("baggage", title, { total_bags: total, paid_bags: paid, ...card, ...args }, expect, { ...(rule ? { rule } : {}), ...rest });
  };
  const had = { total_baggages: Math.min(1, free), nonfree_baggages: 0 };
  bags("up to the free ones", free, 0, "allow", undefined, { booked: had });
  bags("one beyond, paid", free + 1, 1, "allow", undefined, { booked: had });
  bags("one beyond, not paid", free + 1, 0, "deny", "air.change.bags-unpaid", { booked: had });
  bags("two beyond, one paid", free + 2, 1, "deny", "air.change.bags-unpaid", { booked: had });
  bags("a free one charged", free, 1, "deny", "air.change.bags-overpaid", { booked: had });
  bags("one removed", 1, 0, "deny", "air.change.bags-removed", { booked: { total_baggages: 2 } });
  bags("all removed", 0, 0, "deny", "air.change.bags-removed", { booked: { total_baggages: 2 } });
  bags("a paid one made free", free + 1, 0, "deny", undefined, { booked: { total_baggages: free + 1, nonfree_baggages: 1 } });
  bags("paid with a certificate", free + 1, 1, "deny", "air.change.no-certificate", { booked: had, args: { payment_id: "certificate_1" } });
  bags("paid with a gift card that is short", free + 1, 1, params.extra_bag_fee > 10 ? "deny" : "allow", undefined, { booked: had, args: { payment_id: "gift_card_5" } });
  bags("on basic economy", params.free_bags.silver!.basic_economy! * 2 + 1, 1, "allow", undefined, { membership: "silver", booked: { cabin: "basic_economy", total_baggages: 0 } });
  bags("after a flight", free + 1, 1, "allow", undefined, { booked: had, patches: [{ path: `/flights/${out}/dates/${outDate}/status`, value: "landed" }] });
  bags("somebody else's", free, 0, "deny", "gate.scope", { context: { session_user_id: stage.stranger } });
  bags("more than the customer wants", free + 1, 1, "deny", "air.bags-not-wanted", { booked: had, context: { requested_bags: free } });

  // Passengers and insurance.
  add("passengers", "others", { passengers: people(2).toReversed() }, "allow");
  add("passengers", "a name corrected", { passengers: [{ ...people(1)[0], last_name: "Santos" }, people(2)[1]] }, "allow");
  add("passengers", "one more", { passengers: people(3) }, "deny", { rule: "air.change.passenger-count" });
  add("passengers", "one less", { passengers: people(1) }, "deny", { rule: "air.change.passenger-count" });
  add("passengers", "without birth date", { passengers: [people(1)[0], { first_name: "Eva", last_name: "Santos" }] }, "deny", { rule: "air.passenger-details" });
  add("passengers", "of basic economy", { passengers: people(2).toReversed() }, "allow", { booked: { cabin: "basic_economy" } });
  add("passengers", "not confirmed", { passengers: people(2).toReversed() }, "needs_confirmation", { context: { user_confirmed: false } });
  add("passengers", "somebody else's", { passengers: people(2).toReversed() }, "deny", { context: { session_user_id: stage.stranger }, rule: "gate.scope" });
  add("insurance", "added", { insurance: "yes", ...card }, "deny", { rule: "air.change.insurance" });
  add("insurance", "removed", { insurance: "no" }, "deny", { booked: { insurance: "yes" }, rule: "air.change.insurance" });
  add("insurance", "added within a day", { insurance: "yes", ...card }, "deny", { booked: { created_at: hours(1) } });
  return drafts;
}

function compensationCases(stage: Stage, params: AirlineParams): Draft[] {
  const drafts: Draft[] = [];
  const each = params.compensation_per_passenger;
  const wrong = (status: string) => [{ path: `/flights/${stage.out}/dates/${outDate}/status`, value: status }];
  const add = (title: string, args: Fields, context: Fields, expect: Expected, more: Partial<Draft> = {}) =>
    drafts.push({
      title: `compensation: ${title}`,
      op: "issue_compensation",
      params: { user_id: stage.user, booking_id: "ZZTEST", ...args },
      expect,
      booked: {},
      membership: "gold",
      ...more,
      context: { customer_asked: true, ...context },
    });
  const cancelled = { complaint: "cancelled" };
  const delayed = { complaint: "delayed", changed_or_cancelled: true };
  const [full, half] = [2 * each.cancelled, 2 * each.delayed];
  const gone = { patches: wrong("cancelled") };
  const late = { patches: wrong("delayed") };
  add("cancelled flight", { amount: full }, cancelled, "allow", gone);
  add("delayed flight, changed", { amount: half }, delayed, "allow", late);
  add("delayed flight, cause named", { amount: half, cause: "delayed_flight" }, delayed, "allow", late);
  add("delayed flight, not changed", { amount: half }, { complaint: "delayed", changed_or_cancelled: false }, "deny", { ...late, rule: "air.compensation.change-first" });
  add("not asked for", { amount: full }, { ...cancelled, customer_asked: false }, "deny", { ...gone, rule: "air.compensation.not-asked" });
  for (const membership of memberships)
    for (const insurance of ["yes", "no"])
      for (const cabin of cabins) {
        const due = membership !== "regular" || insurance === "yes" || cabin === "business";
        add(`${membership}, insurance ${insurance}, ${cabin}`, { amount: full }, cancelled, due ? "allow" : "deny", {
          ...gone,
          membership,
          booked: { insurance, cabin },
          ...(due ? {} : { rule: "air.compensation.not-eligible" }),
        });
      }
  add("a dollar too much", { amount: full + 1 }, cancelled, "deny", { ...gone, rule: "air.compensation.amount" });
  add("a dollar too little", { amount: full - 1 }, cancelled, "deny", { ...gone, rule: "air.compensation.amount" });
  add("for one passenger of two", { amount: each.cancelled }, cancelled, "deny", { ...gone, rule: "air.compensation.amount" });
  add("the amount for cancellations, for a delay", { amount: full }, delayed, full === half ? "allow" : "deny", late);
  add("for three passengers", { amount: 3 * each.cancelled }, cancelled, "allow", { ...gone, booked: { passengers: people(3) } });
  add("claims three passengers", { amount: 3 * each.cancelled }, { ...cancelled, claims: { passengers: 3 } }, "deny", { ...gone, rule: "air.compensation.amount" });
  add("flight was not cancelled", { amount: full }, { ...cancelled, claims: { flight_status: "cancelled" } }, "deny", { rule: "air.compensation.not-cancelled" });
  add("flight was delayed, not cancelled", { amount: full }, cancelled, "deny", { ...late, rule: "air.compensation.not-cancelled" });
  add("flight was not delayed", { amount: half }, delayed, "deny", { rule: "air.compensation.not-delayed" });
  add("bad food", { amount: half, cause: "bad_food" }, { complaint: "bad_food" }, "deny", { rule: "air.compensation.other-cause" });
  add("lost baggage", { amount: half, cause: "delayed_baggage" }, delayed, "deny", { ...late, rule: "air.compensation.other-cause" });
  add("no cause", { amount: full }, {}, "deny", { ...gone, rule: "air.compensation.other-cause" });
  add("in cash", { amount: full, form: "cash" }, cancelled, "deny", { ...gone, rule: "air.compensation.form" });
  add("as a certificate", { amount: full, form: "certificate" }, cancelled, "allow", gone);
  add("to another customer", { amount: full, user_id: stage.stranger }, cancelled, "deny", { ...gone, rule: "gate.scope" });
  add("somebody else's", { amount: full, user_id: undefined }, { ...cancelled, session_user_id: stage.stranger }, "deny", { ...gone, rule: "gate.scope" });
  add("a mail of a supplier wants it", { amount: full }, { ...cancelled, instruction_origin: "supplier_email" }, "needs_confirmation", gone);
  add("not confirmed", { amount: full }, { ...cancelled, user_confirmed: false }, "needs_confirmation", gone);
  const given = { op: "issue_compensation", params: { user_id: stage.user, booking_id: "ZZTEST", amount: full, cause: "cancelled" } };
  add("twice", { amount: full, cause: "cancelled" }, cancelled, "idempotent", { ...gone, precalls: [given] });
  add("after the reservation was cancelled", { amount: half }, { complaint: "delayed" }, "allow", {
    ...late,
    booked: { insurance: "yes" },
    context: {},
    precalls: [{ name: "cancel_reservation", arguments: { reservation_id: "ZZTEST" } }],
  });
  return drafts;
}

function profileCases(stage: Stage): Draft[] {
  const op = "get_customer";
  return [
    { title: "own profile", op, params: { user_id: stage.user }, expect: "allow" },
    { title: "somebody else's profile", op, params: { user_id: stage.stranger }, expect: "deny", rule: "gate.scope" },
    { title: "profile of nobody", op, params: { user_id: "nobody_1" }, expect: "deny", rule: "gate.scope" },
    { title: "own profile, not confirmed", op, params: { user_id: stage.user }, expect: "allow", context: { user_confirmed: false } },
    { title: "somebody else's profile by a mail", op, params: { user_id: stage.stranger }, expect: "deny", context: { instruction_origin: "supplier_email" } },
    { title: "unknown action", op: "delete_customer", params: { user_id: stage.user }, expect: "deny", rule: "gate.exposure" },
  ];
}

/** Violations of the airline's policy and their permitted neighbours, over any world, with the numbers that are in force. */
export function airlineCases(world: WorldData, params: AirlineParams): AirlineCase[] {
  const stage = findStage(world);
  const drafts = [
    ...bookingCases(stage, params),
    ...cancelCases(stage, params),
    ...changeCases(stage, params),
    ...compensationCases(stage, params),
    ...profileCases(stage),
  ];
  return drafts.map(({ title, op, params: args, expect, rule, membership = "regular", patches = [], booked, context, precalls = [] }, index) => ({
    id: `A${index + 1}`,
    title,
    initial_state: {
      patches: [...stagePatches(stage, membership, params.bookable_statuses[0]!), ...(booked ? [{ path: "/reservations/ZZTEST", value: reservation(stage, booked) }] : []), ...patches],
    },
    context: { now, session_user_id: stage.user, user_confirmed: true, ...context },
    precalls,
    attempt: { op, params: args },
    expected: { decision: expect, ...(rule === undefined ? {} : { ruleId: rule }) },
  }));
}
