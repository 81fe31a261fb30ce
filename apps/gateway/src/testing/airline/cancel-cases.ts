import type { ReservationDocument } from "@travelagent/tools-booking/suppliers/airline-world";
import { type Draft, type Expected, type Fields, hours, now } from "./draft.ts";
import { type AirlineParams, backDate, cabins, outDate, type Stage } from "./stage.ts";

/** What may be cancelled, why, and where the money goes. */
export function cancelCases(stage: Stage, params: AirlineParams): Draft[] {
  const op = "cancel_booking";
  const drafts: Draft[] = [];
  const window = params.cancel_window_hours;
  const add = (
    title: string,
    booked: Partial<ReservationDocument>,
    reason: string | undefined,
    expect: Expected,
    more: Partial<Draft> & { args?: Fields } = {},
  ) => {
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
  const cabinTo = (cabin: string): Fields => ({
    name: "update_reservation_flights",
    arguments: {
      reservation_id: "ZZTEST",
      cabin,
      flights: [
        { flight_number: stage.out, date: outDate },
        { flight_number: stage.back, date: backDate },
      ],
      payment_id: "credit_card_1",
    },
  });
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
  add("yes to nothing", business, plan, "needs_confirmation", { context: { user_confirmed: {} } });
  add("yes to other bookings", business, plan, "needs_confirmation", { context: { user_confirmed: { booking_ids: ["OTHER1", "OTHER2"] } } });
  add("yes to this and another booking", business, plan, "allow", { context: { user_confirmed: { booking_ids: ["OTHER1", "ZZTEST"] } } });
  add("yes to this booking in small letters", business, plan, "allow", { context: { user_confirmed: { booking_id: "zztest" } } });
  add("a no to this booking", business, plan, "needs_confirmation", { context: { user_confirmed: { booking_id: "ZZTEST", value: false } } });
  add("upgraded to business before", {}, plan, "allow", { precalls: [cabinTo("business")] });
  add("upgraded to business and back before", {}, plan, "deny", { precalls: [cabinTo("business"), cabinTo("economy")] });
  for (const origin of ["user_turn", "passenger", "session"])
    add(`the ${origin} wants it`, business, plan, "allow", { context: { instruction_origin: origin } });
  for (const [said, meant] of [
    ["Health issues", "health"],
    ["severe weather", "weather"],
    ["family emergency", "family_emergency"],
  ] as const)
    add(`insured, ${said}`, { insurance: "yes" }, said, params.insurance_reasons.includes(meant) ? "allow" : "deny");
  const shared = [
    { payment_id: "certificate_1", amount: 100 },
    { payment_id: "credit_card_1", amount: 300 },
  ];
  for (const [amount, expect] of [
    [300, "deny"],
    [400, "deny"],
  ] as const)
    add(`paid with two, ${amount} of it to the card`, { ...business, payment_history: shared }, plan, expect, {
      args: { refund: { payment_id: "credit_card_1", amount } },
      rule: amount === 400 ? "air.cancel.refund-elsewhere" : "air.cancel.refund-amount",
    });
  add("paid with two", { ...business, payment_history: shared }, plan, "allow");
  add("yes to a change of it", business, plan, "needs_confirmation", {
    context: { user_confirmed: { op: "modify_booking.baggage", booking_id: "ZZTEST", total_bags: 4 } },
  });
  add("a mail of a supplier wants it", business, plan, "needs_confirmation", { context: { instruction_origin: "supplier_email" } });
  add("a mail wants it, the customer said yes to exactly this", business, plan, "allow", {
    context: { instruction_origin: "supplier_email", user_confirmed: { booking_id: "ZZTEST" } },
  });
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
  add("twice, the second time by a mail", business, plan, "idempotent", {
    precalls: [{ name: "cancel_reservation", arguments: { reservation_id: "ZZTEST" } }],
    context: { instruction_origin: "supplier_email" },
  });
  add("twice with the same key, the reason given now", business, undefined, "idempotent", {
    args: { reason: plan, idempotency_key: "x1" },
    precalls: [{ name: "cancel_reservation", arguments: { reservation_id: "ZZTEST", idempotency_key: "x1" } }],
  });
  add("twice, for another reason", business, "health", "idempotent", { precalls: [{ op, params: { booking_id: "ZZTEST", reason: plan } }] });
  add("what was cancelled before", { ...business, status: "cancelled" }, plan, "idempotent");
  add("what somebody else cancelled before", { ...business, status: "cancelled" }, plan, "deny", {
    context: { session_user_id: stage.stranger },
    rule: "gate.scope",
  });
  return drafts;
}
