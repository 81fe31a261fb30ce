import { type Booking, builder, type Draft, type Expected, type Fields } from "./draft.ts";
import { type AirlineParams, backDate, cabins, memberships, outDate, people, type Stage } from "./stage.ts";

/** Who books what, for whom and with how many bags. */
export function bookingCases(stage: Stage, params: AirlineParams): Draft[] {
  const { book, totalOf, free } = builder(stage, params);
  const { out, back, first, second, elsewhere, from } = stage;
  const op = "create_booking";
  const price = totalOf({});
  const drafts: Draft[] = [];
  const add = (title: string, booking: Booking, expect: Expected, more: Partial<Draft> = {}) =>
    drafts.push({ title, op, params: book(booking), expect, ...(booking.membership ? { membership: booking.membership } : {}), ...more });
  const leg = (flight: string, date = outDate): Fields => ({ flight_number: flight, date });

  // Nine seats are open, and nine passengers have names.
  for (let count = 1; count <= Math.min(9, params.max_passengers + 2); count += 1)
    add(
      `${count} passengers`,
      { travellers: count },
      count <= params.max_passengers ? "allow" : "deny",
      count <= params.max_passengers ? {} : { rule: "air.book.too-many-passengers" },
    );

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
  add(
    "says to be gold",
    { membership: "regular", bags: { total: free("gold", "economy"), paid: 0 } },
    free("gold", "economy") > free("regular", "economy") ? "deny" : "allow",
    {
      context: { claims: { membership: "gold" } },
    },
  );

  // Insurance.
  add("insured", { insured: true, travellers: 2 }, "allow");
  add("nobody asked about insurance", { more: { insurance: undefined } }, "deny", { rule: "gate.schema" });
  add("nobody asked whether there is a way back", { more: { flight_type: undefined } }, "deny", { rule: "gate.schema" });
  add("more cards among the ids", { more: { payment_ids: ["credit_card_1", "credit_card_2", "credit_card_3"] } }, "deny", { rule: "air.book.credit-cards" });
  add("the card once more among the ids", { more: { payment_ids: ["credit_card_1"] } }, "allow");
  add(
    "insured, and not paid for",
    { insured: true, payments: [{ payment_id: "credit_card_1", amount: totalOf({}) }] },
    params.insurance_per_passenger === 0 ? "allow" : "deny",
    {
      rule: "air.book.amounts",
    },
  );

  // Cabins.
  const two = [leg(first), leg(second)];
  const mixed = (title: string, more: Fields, expect: Expected) =>
    add(title, { segments: two, more }, expect, expect === "deny" ? { rule: "air.one-cabin" } : {});
  mixed("each flight its cabin, all the same", { segment_cabins: ["economy", "economy"] }, "allow");
  mixed("one flight in business", { segment_cabins: ["economy", "business"] }, "deny");
  mixed("one flight in business, by its number", { segment_cabins: { [second]: "business" } }, "deny");
  mixed("basic economy is no economy", { segment_cabins: ["basic_economy", "economy"] }, "deny");
  mixed("one passenger in business", { passenger_cabins: ["business"] }, "deny");
  mixed("passengers all in economy", { passenger_cabins: ["economy"] }, "allow");
  add("two cabins for one flight", { travellers: 2, more: { cabin: ["economy", "business"] } }, "deny", { rule: "air.one-cabin" });

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
  add("seats in another cabin do not help", { cabin: "business" }, "deny", {
    patches: [{ path: `/flights/${out}/dates/${outDate}/available_seats/business`, value: 0 }],
    rule: "air.no-seats",
  });
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
  add("second passenger without birth date", { travellers: 2, more: { passengers: [ana, { first_name: "Rui", last_name: "Silva" }] } }, "deny", {
    rule: "air.passenger-details",
  });

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
  add("the same booking, the second time with a key", { more: { idempotency_key: "k1" } }, "idempotent", {
    precalls: [{ name: "book_reservation", arguments: book() }],
  });
  add("the same booking, the first time with a key", {}, "idempotent", { precalls: [upstream] });
  add("the same booking with another key", { more: { idempotency_key: "k2" } }, "idempotent", { precalls: [upstream], rule: "air.done-already" });
  add("yes to a flight by its number", {}, "allow", { context: { user_confirmed: { op, flight_number: out } } });
  add("yes to another flight", {}, "needs_confirmation", { context: { user_confirmed: { op, flight_number: back } } });
  add("another booking with another key", { cabin: "business", more: { idempotency_key: "k2" } }, "allow", { precalls: [upstream] });
  return drafts;
}
