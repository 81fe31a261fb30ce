import type { Money } from "@travelagent/protocol";
import { compare, subtract, zero } from "../../money.ts";
import type { Journey } from "../../offer.ts";
import type { SupplierOrder } from "../../supplier.ts";
import { moneyOf } from "../http/index.ts";
import { journeysOf } from "./map-itinerary.ts";
import type { WireOrder } from "./wire-air.ts";

/** Where our key is in Duffel's metadata, and where a hold says that it is one. */
export const keyField = "travelagent_key";
export const typeField = "travelagent_type";

/** Refunds that come back as money. Others are credits with the airline. */
const asMoney: ReadonlySet<string> = new Set(["balance", "arc_bsp_cash", "card", "original_form_of_payment", "awaiting_payment"]);
export const comesBackAsMoney = (refundTo: string | null | undefined): boolean => refundTo != null && asMoney.has(refundTo);

export const keyIn = (metadata: Record<string, unknown> | null | undefined): string => {
  const key = metadata?.[keyField];
  return typeof key === "string" ? key : "";
};

export const totalOf = (wire: Pick<WireOrder, "total_amount" | "total_currency">): Money => moneyOf(wire.total_amount, wire.total_currency);

/**
 * A hold that ran out is shown as "not awaiting payment", exactly as a paid order is; what tells them apart is that nothing was
 * paid and no document exists.
 */
function statusOf({ cancelled_at, payment_status: payment, documents, metadata }: WireOrder, now: number): SupplierOrder["status"] {
  if (cancelled_at) return "cancelled";
  const ticketed = documents?.some(({ type }) => type === "electronic_ticket") ?? false;
  if (payment.awaiting_payment) return payment.payment_required_by && Date.parse(payment.payment_required_by) <= now ? "cancelled" : "held";
  if (metadata?.[typeField] === "hold" && !payment.paid_at && !ticketed) return "cancelled";
  return ticketed ? "ticketed" : "confirmed";
}

/** The flights as they are now: changes of the airline that nobody has answered yet are in force. */
function currentJourneys({ slices, airline_initiated_changes: changes }: WireOrder): Journey[] | undefined {
  if (!slices || slices.length === 0) return undefined;
  let current = slices;
  for (const { action_taken, added, removed } of changes ?? []) {
    if (action_taken || !added || added.length === 0) continue;
    const gone = new Set(removed?.map(({ id }) => id));
    const at = current.findIndex(({ id }) => gone.has(id));
    if (at < 0) continue;
    const kept = current.filter(({ id }) => !gone.has(id));
    current = [...kept.slice(0, at), ...added, ...kept.slice(at)];
  }
  try {
    return journeysOf(current);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The newest change of the airline, where nobody has answered it. */
const changeToAnswer = ({ airline_initiated_changes: changes }: WireOrder): string | undefined => {
  const last = changes?.at(-1);
  return last && !last.action_taken ? (last.id ?? undefined) : undefined;
};

/** What was kept and what came back of a cancelled order. Nothing was paid for a hold, so nothing of it is lost. */
function settlement(wire: WireOrder, total: Money): Pick<SupplierOrder, "refund" | "penalty"> {
  const nothing = zero(total.currency);
  const { cancellation, payment_status } = wire;
  if (wire.metadata?.[typeField] === "hold" && !payment_status.paid_at) return { refund: nothing, penalty: nothing };
  if (!cancellation?.refund_amount) return {};
  const given = moneyOf(cancellation.refund_amount, cancellation.refund_currency ?? total.currency);
  if (given.currency !== total.currency) return {};
  const refund = !comesBackAsMoney(cancellation.refund_to) ? nothing : compare(given, total) > 0 ? total : given;
  return { refund, penalty: subtract(total, refund) };
}

/** `travellers` are our numbers of Duffel's passengers, by their ids. */
export function orderOf(wire: WireOrder, key: string, travellers: Readonly<Record<string, string>>, now: number): SupplierOrder {
  const total = totalOf(wire);
  const status = statusOf(wire, now);
  const journeys = currentJourneys(wire);
  const waiting = status === "cancelled" ? undefined : changeToAnswer(wire);
  const { payment_required_by } = wire.payment_status;
  return {
    reference: wire.id,
    key,
    status,
    locators: wire.booking_reference ? [wire.booking_reference] : [],
    total,
    ...(status === "held" && payment_required_by ? { paymentTimeLimit: new Date(payment_required_by).toISOString() } : {}),
    documents: (wire.documents ?? []).flatMap(({ type, unique_identifier, passenger_ids }) => {
      if (type !== "electronic_ticket") return [];
      const travellerId = passenger_ids?.length === 1 ? travellers[passenger_ids[0]!] : undefined;
      return [{ type: "ETKT" as const, number: unique_identifier, ...(travellerId ? { travellerId } : {}) }];
    }),
    ...(status === "cancelled" ? settlement(wire, total) : {}),
    ...(journeys ? { journeys } : {}),
    ...(waiting === undefined ? {} : { changeToAnswer: waiting }),
  };
}
