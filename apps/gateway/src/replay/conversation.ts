import type { Call } from "./calls.ts";
import { bookingIdOf, type Known } from "./tool-call.ts";
import { causeOf, type Fields, firstOf, isFields, reasonOf } from "./words.ts";

const done = new Set(["changed", "cancelled", "modified", "change", "cancel", "yes", "true", "both"]);

function isDone(value: unknown, booking: string | undefined): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.some((one) => isDone(one, booking));
  if (isFields(value)) return isDone(firstOf(value, "booking_id", "reservation_id", "done", "value"), booking);
  return value === booking || done.has(String(value).toLowerCase());
}

const changes = /^(modify_booking|cancel_booking)/;

/**
 * What the conversation layer knows, from the context of a case: the reason, the complaint, what was asked for. What the customer
 * claims is left out. `before` are the calls that were made in the conversation already.
 */
export function conversationFacts(context: Fields, call: Call, before: readonly Call[], known: Known): Fields {
  const booking = bookingIdOf(call);
  const complaint = causeOf(context.complaint);
  const about = isFields(context.complaint) ? firstOf(context.complaint, "booking_id", "reservation_id") : undefined;
  const asked = context.customer_asked;
  const wanted =
    firstOf(context, "requested_bags", "bags_requested", "bags_wanted", "wanted_bags") ?? (isFields(asked) ? firstOf(asked, "bags", "total_bags") : undefined);
  const claims = isFields(context.claims) ? context.claims : {};
  // How many bags somebody needs, nobody else can say.
  const needed = firstOf(claims, "bags_needed", "needs_bags", "bags_wanted", "wanted_bags", "requested_bags", "bags_requested", "bags", "checked_bags");
  const changed = isDone(context.changed_or_cancelled, booking) ?? before.some((other) => changes.test(other.op) && bookingIdOf(other) === booking);
  const reason = reasonOf(context.reason);
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(complaint === undefined ? {} : { complaint: about !== undefined && about !== booking ? "another booking" : complaint }),
    customerAsked: asked === true || isFields(asked) || (typeof asked === "string" && asked !== "" && asked !== "false" && asked !== "no"),
    changedOrCancelled: changed,
    ...(typeof (wanted ?? needed) === "number"
      ? { bagsWanted: wanted ?? needed }
      : asked === false && /create_booking|baggage/.test(call.op)
        ? { bagsWanted: known.bags }
        : {}),
  };
}
