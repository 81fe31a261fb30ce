import { type Draft, type Expected, type Fields, hours } from "./draft.ts";
import { type AirlineParams, backDate, cabins, outDate, people, prices, type Stage } from "./stage.ts";

/** Changes of flights, cabin, bags, passengers and insurance. */
export function changeCases(stage: Stage, params: AirlineParams): Draft[] {
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
  flights("dates in another order, which the policy does not speak of", { segments: [leg(out, backDate), leg(back, outDate)] }, "allow");
  flights("basic economy, after its cabin was changed", {}, "allow", undefined, {
    booked: { cabin: "basic_economy" },
    precalls: [{ name: "update_reservation_flights", arguments: { reservation_id: "ZZTEST", cabin: "economy", flights: same, ...card } }],
  });
  flights("basic economy", { cabin: "basic_economy" }, "deny", "air.change.basic-economy", { booked: { cabin: "basic_economy" } });
  flights("basic economy, to economy and other flights at once", {}, "deny", "air.change.basic-economy", { booked: { cabin: "basic_economy" } });
  flights("economy to basic economy with other flights", { cabin: "basic_economy" }, "allow");
  flights("gold members have no other rules", { cabin: "basic_economy" }, "deny", "air.change.basic-economy", {
    booked: { cabin: "basic_economy" },
    membership: "gold",
  });
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
  flights("a flown flight exchanged", {}, "deny", "air.change.flown-flight", {
    patches: [{ path: `/flights/${out}/dates/${outDate}/status`, value: "landed" }],
  });
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
    flights(`cabin after a flight that is ${status}`, { segments: same, cabin: "business" }, "deny", undefined, {
      patches: [{ path: `/flights/${out}/dates/${outDate}/status`, value: status }],
    });
  flights("cabin of one flight", { segments: same, segment_cabins: ["business", "economy"] }, "deny", "air.one-cabin");
  flights("cabin of one flight, by its number", { segments: same, segment_cabins: { [out]: "business" } }, "deny", "air.one-cabin");
  flights("cabin of one flight, cabin left out", { cabin: undefined, segments: undefined, segment_cabins: ["business", "economy"] }, "deny", "air.one-cabin");
  flights("cabin of all flights, one by one", { cabin: "business", segments: same, segment_cabins: ["business", "business"] }, "allow");
  flights("cabin of one passenger", { segments: same, passenger_cabins: ["business", "economy"] }, "deny", "air.one-cabin");
  flights("cabin without seats", { segments: same, cabin: "business" }, "deny", "air.no-seats", {
    patches: [{ path: `/flights/${out}/dates/${outDate}/available_seats/business`, value: 1 }],
  });

  // Payment of a change: two passengers, one flight for two, each ten dollars dearer than the old one.
  const due = 2 * (2 * prices.economy! - (prices.economy! - 10));
  flights("with a certificate", { payment_id: "certificate_1" }, "deny", undefined);
  flights("refund to a certificate", { segments: same, cabin: "basic_economy", payment_id: "certificate_1" }, "deny", "air.change.no-certificate");
  flights("with a card that is not on file", { payment_id: "credit_card_9999999" }, "deny", "air.payment.not-on-file");
  flights("with another card on file", { payment_id: "credit_card_2" }, "allow");
  flights("with a gift card that has enough", { payment_id: "gift_card_1" }, due <= 500 ? "allow" : "deny");
  flights("with a gift card to its last dollar", { payment_id: "gift_card_1" }, "allow", undefined, {
    patches: [{ path: `/users/${stage.user}/payment_methods/gift_card_1/amount`, value: due }],
  });
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
  bags("paid with a gift card that is short", free + 1, 1, params.extra_bag_fee > 10 ? "deny" : "allow", undefined, {
    booked: had,
    args: { payment_id: "gift_card_5" },
  });
  bags("on basic economy", params.free_bags.silver!.basic_economy! * 2 + 1, 1, "allow", undefined, {
    membership: "silver",
    booked: { cabin: "basic_economy", total_baggages: 0 },
  });
  bags("after a flight", free + 1, 1, "allow", undefined, { booked: had, patches: [{ path: `/flights/${out}/dates/${outDate}/status`, value: "landed" }] });
  bags("somebody else's", free, 0, "deny", "gate.scope", { context: { session_user_id: stage.stranger } });
  bags("more than the customer wants", free + 1, 1, "deny", "air.bags-not-wanted", { booked: had, context: { requested_bags: free } });

  // Passengers and insurance.
  add("passengers", "others", { passengers: people(2).toReversed() }, "allow");
  add("passengers", "a name corrected", { passengers: [{ ...people(1)[0], last_name: "Santos" }, people(2)[1]] }, "allow");
  add("passengers", "one more", { passengers: people(3) }, "deny", { rule: "air.change.passenger-count" });
  add("passengers", "one less", { passengers: people(1) }, "deny", { rule: "air.change.passenger-count" });
  add("passengers", "without birth date", { passengers: [people(1)[0], { first_name: "Eva", last_name: "Santos" }] }, "deny", {
    rule: "air.passenger-details",
  });
  add("passengers", "of basic economy", { passengers: people(2).toReversed() }, "allow", { booked: { cabin: "basic_economy" } });
  add("passengers", "not confirmed", { passengers: people(2).toReversed() }, "needs_confirmation", { context: { user_confirmed: false } });
  add("passengers", "somebody else's", { passengers: people(2).toReversed() }, "deny", { context: { session_user_id: stage.stranger }, rule: "gate.scope" });
  add("insurance", "added", { insurance: "yes", ...card }, "deny", { rule: "air.change.insurance" });
  add("insurance", "removed", { insurance: "no" }, "deny", { booked: { insurance: "yes" }, rule: "air.change.insurance" });
  add("insurance", "added within a day", { insurance: "yes", ...card }, "deny", { booked: { created_at: hours(1) } });
  return drafts;
}
