import type { Call } from "./calls.ts";
import { bookingIdOf, type Known, wantedBags } from "./tool-call.ts";
import { causeOf, type Fields, firstOf, isFields, reasonOf, yesOrNo } from "./words.ts";

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
 * claims is left out but for how many bags are needed. `before` are the calls that were made in the conversation already.
 */
export function conversationFacts(context: Fields, call: Call, before: readonly Call[], known: Known): Fields {
  const booking = bookingIdOf(call);
  // Left out, nothing is known of it; null, false and "none" say that there is no complaint.
  const none = context.complaint === null || yesOrNo(context.complaint) === false;
  const complaint = none ? "none" : causeOf(context.complaint);
  const about = isFields(context.complaint) ? firstOf(context.complaint, "booking_id", "reservation_id") : undefined;
  const asked = context.customer_asked;
  // How many bags somebody needs, nobody else can say: the one thing that is taken from a claim.
  const wanted = [context, call.params, asked, context.claims].filter(isFields).map((said) => firstOf(said, ...wantedBags));
  const bags = [...wanted, ...[asked, context.claims].filter(isFields).map((said) => firstOf(said, "bags", "checked_bags"))].find(
    (count) => typeof count === "number",
  );
  const changed = isDone(context.changed_or_cancelled, booking) ?? before.some((other) => changes.test(other.op) && bookingIdOf(other) === booking);
  const reason = reasonOf(context.reason, known.coveredReasons);
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(complaint === undefined ? {} : { complaint: about !== undefined && about !== booking ? "another booking" : complaint }),
    customerAsked: asked === true || isFields(asked) || (typeof asked === "string" && asked !== "" && asked !== "false" && asked !== "no"),
    changedOrCancelled: changed,
    ...(bags !== undefined ? { bagsWanted: bags } : asked === false && /create_booking|baggage/.test(call.op) ? { bagsWanted: known.bags } : {}),
  };
}
