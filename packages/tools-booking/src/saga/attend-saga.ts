import { TravelAgentError } from "@travelagent/protocol";
import type { OrderItem } from "../order.ts";
import type { SupplierOrder } from "../supplier.ts";
import { goOn } from "./booking-saga.ts";
import { writeOffPayment } from "./money-steps.ts";
import { portOf, purchaseKey, type Saga } from "./saga.ts";

/**
 * What a person found out or decided. `found`: the supplier has it, under this reference. `never-happened`: the supplier, or the
 * payment provider, surely knows nothing of it. `keep`: what stands is kept, the rest given up. `accept-cost`: everything is taken
 * back, whatever that costs. `settled`: it was put right outside; the records are compared again.
 */
export const resolutions = ["found", "never-happened", "keep", "accept-cost", "settled"] as const;
export type Resolution = (typeof resolutions)[number];

export interface AttendInput {
  orderId: string;
  resolution: Resolution;
  /** Which item; may be left out where only one is in doubt. */
  item?: number;
  supplierReference?: string;
  note: string;
  /** Who decided. */
  by: string;
}

/** The item a person means. Undefined for the payment. Raises `INVALID_REQUEST` where that cannot be told. */
export function meantItem(
  items: readonly OrderItem[],
  { item, resolution }: Pick<AttendInput, "item" | "resolution">,
  paymentInDoubt: boolean,
): OrderItem | undefined {
  const doubtful = items.filter(({ doing }) => doing !== undefined);
  if (item !== undefined) {
    const found = doubtful.find(({ no }) => no === item);
    if (!found) throw new TravelAgentError("INVALID_REQUEST", `nothing is in doubt about item ${item}`);
    return found;
  }
  if (doubtful.length === 1) return doubtful[0];
  if (doubtful.length > 1) throw new TravelAgentError("INVALID_REQUEST", "several items are in doubt; say which one");
  if (paymentInDoubt && resolution === "never-happened") return undefined;
  throw new TravelAgentError("INVALID_REQUEST", "nothing in this booking is in doubt; use keep, accept-cost or settled");
}

/** False when it goes back to the person. */
async function found(saga: Saga, item: OrderItem, reference: string | undefined): Promise<boolean> {
  const { no, offer, doing } = item;
  const seen = await saga.look(`attend:read:${no}`, async (signal): Promise<SupplierOrder | null> => {
    const call = { signal, requestId: saga.ctx.id };
    const port = portOf(saga.suppliers, offer);
    const own = purchaseKey(saga.order(), no);
    const theirs = reference ?? item.supplierReference;
    const purchase = doing?.what === "book" || doing?.what === "hold";
    const record = theirs === undefined ? await port.find(own, call) : await (purchase && port.adopt ? port.adopt(theirs, own, call) : port.read(theirs, call));
    if (record && /^bk[a-z0-9]{16}-\d/.test(record.key) && record.key !== own && record.key !== doing?.key)
      throw new TravelAgentError("CONFLICT", `${record.reference} belongs to another booking of ours`);
    return record;
  });
  const problem =
    "failed" in seen
      ? `the supplier could not show it: ${seen.failed.message}`
      : seen.value === null
        ? "the supplier does not find it; give its reference"
        : null;
  if (problem === null && "value" in seen) {
    await saga.record("attend:found", [{ type: "outcome", item: no, facts: seen.value! }]);
    return true;
  }
  await saga.record("attend:not-found", [{ type: "needs-human", reason: `item ${no} was said to be found, but ${problem}` }]);
  return false;
}

/** A person's word about what nobody else could tell, on record with their name; then it goes on from there. */
export async function attendSaga(saga: Saga, input: AttendInput): Promise<null> {
  const { resolution, note, by } = input;
  // As it stood when the person spoke, also after a crash.
  const meant = await saga.ctx.step("meant", async () => {
    if (resolution !== "found" && resolution !== "never-happened") return null;
    return meantItem(saga.order().items, input, saga.order().paymentInDoubt !== undefined) ?? null;
  });
  const failure = saga.order().failure
    ? []
    : [{ type: "failed" as const, error: new TravelAgentError("CANCELLED", "it was taken back by the agency").toShape() }];
  await saga.record("attended", [
    { type: "attended", by, resolution, note },
    ...(resolution === "keep" ? [{ type: "kept" as const }] : []),
    ...(resolution === "accept-cost" ? failure : []),
    ...(resolution === "never-happened" && meant ? [{ type: "refused" as const, item: meant.no }] : []),
  ]);
  if (resolution === "found" && meant && !(await found(saga, meant, input.supplierReference))) return null;
  if (resolution === "never-happened" && !meant) await writeOffPayment(saga);
  await goOn(saga, { looked: true, atAnyCost: resolution === "accept-cost" });
  return null;
}
