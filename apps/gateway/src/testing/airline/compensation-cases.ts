import type { Draft, Expected, Fields } from "./draft.ts";
import { type AirlineParams, backDate, cabins, memberships, outDate, people, type Stage } from "./stage.ts";

/** Who is compensated for what, and with how much. */
export function compensationCases(stage: Stage, params: AirlineParams): Draft[] {
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
  add("delayed flight, not changed", { amount: half }, { complaint: "delayed", changed_or_cancelled: false }, "deny", {
    ...late,
    rule: "air.compensation.change-first",
  });
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
  add("claims three passengers", { amount: 3 * each.cancelled }, { ...cancelled, claims: { passengers: 3 } }, "deny", {
    ...gone,
    rule: "air.compensation.amount",
  });
  add("flight was not cancelled", { amount: full }, { ...cancelled, claims: { flight_status: "cancelled" } }, "deny", {
    rule: "air.compensation.not-cancelled",
  });
  add("flight was delayed, not cancelled", { amount: full }, cancelled, "deny", { ...late, rule: "air.compensation.not-cancelled" });
  add("flight was not delayed", { amount: half }, delayed, "deny", { rule: "air.compensation.not-delayed" });
  add("bad food", { amount: half, cause: "bad_food" }, { complaint: "bad_food" }, "deny", { rule: "air.compensation.other-cause" });
  add("lost baggage", { amount: half, cause: "delayed_baggage" }, delayed, "deny", { ...late, rule: "air.compensation.other-cause" });
  for (const complaint of [null, false, "none"])
    add(`complaint is ${complaint}`, { amount: full, cause: "cancelled" }, { complaint }, "deny", { ...gone, rule: "air.compensation.other-complaint" });
  const nameless = { amount: full, booking_id: undefined };
  add("the complaint names the booking", nameless, { complaint: { booking_id: "ZZTEST", type: "cancelled" } }, "allow", gone);
  add("nothing names the booking", nameless, cancelled, "deny", { ...gone, rule: "gate.schema" });
  add("for what was cancelled just before", { amount: half, booking_id: undefined }, { complaint: "delayed" }, "allow", {
    ...late,
    booked: { cabin: "business" },
    precalls: [{ name: "cancel_reservation", arguments: { reservation_id: "ZZTEST" } }],
  });
  add("cause, and nothing known of a complaint", { amount: full, cause: "cancelled" }, {}, "allow", gone);
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
  const keyed = { name: "send_certificate", arguments: { user_id: stage.user, amount: full, idempotency_key: "s1" } };
  add("twice with the same key", { amount: full, form: "certificate", user_id: undefined, idempotency_key: "s1" }, cancelled, "idempotent", {
    ...gone,
    precalls: [keyed],
  });
  add("a certificate was given, now with its cause", { amount: full, cause: "cancelled_flight" }, {}, "idempotent", {
    ...gone,
    precalls: [{ name: "send_certificate", arguments: { user_id: stage.user, amount: full } }],
  });
  add("another sum with the same key", { amount: full + 100, idempotency_key: "s1" }, cancelled, "deny", {
    ...gone,
    precalls: [keyed],
    rule: "gate.idempotency",
  });
  add("twice, with another sum", { amount: full + 100, cause: "cancelled" }, cancelled, "deny", { ...gone, precalls: [given], rule: "air.compensation.given" });
  const changed = {
    name: "update_reservation_flights",
    arguments: {
      reservation_id: "ZZTEST",
      cabin: "economy",
      flights: [
        { flight_number: stage.first, date: outDate },
        { flight_number: stage.second, date: outDate },
        { flight_number: stage.back, date: backDate },
      ],
      payment_id: "credit_card_1",
    },
  };
  add("after the delayed flight was exchanged", { amount: half }, { complaint: "delayed" }, "allow", { ...late, precalls: [changed] });
  add("another reservation was cancelled", { amount: half }, { complaint: "delayed", changed_or_cancelled: "OTHER1" }, "deny", {
    ...late,
    rule: "air.compensation.change-first",
  });
  return drafts;
}
