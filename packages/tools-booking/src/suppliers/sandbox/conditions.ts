import { minorUnits } from "../../money.ts";
import type { Offer } from "../../offer.ts";
import type { OrderRecord } from "./order-record.ts";

/** What the supplier keeps when the order is cancelled at `now`, in minor units of its total. */
export function cancellationPenalty({ offer, total, status }: OrderRecord, startsAt: number, now: number): bigint {
  const paid = minorUnits(total);
  if (status === "held") return 0n;
  if (offer.vertical === "flight") {
    if (now >= startsAt) return paid;
    const { allowed, penalty } = offer.conditions.refund;
    if (!allowed) return paid;
    const kept = penalty ? minorUnits(penalty) : 0n;
    return kept < paid ? kept : paid;
  }
  let kept = 0n;
  for (const { from, penalty } of offer.cancellation) {
    if (from === "now" || Date.parse(from) <= now) kept = minorUnits(penalty);
  }
  return kept < paid ? kept : paid;
}

/** The fee of a change at `now`; null where the order cannot be changed any more. */
export function changeFee(order: OrderRecord, startsAt: number, now: number): bigint | null {
  const { offer } = order;
  if (now >= startsAt || !offer.conditions.change.allowed) return null;
  if (offer.vertical !== "flight") return cancellationPenalty(order, startsAt, now) === 0n ? 0n : null;
  return offer.conditions.change.penalty ? minorUnits(offer.conditions.change.penalty) : 0n;
}

interface PartyProblem {
  code: string;
  message: string;
}

/** How many of each kind travel; only flights name everybody. */
export function partyProblem(
  offer: Offer,
  travellers: readonly { ptc: string; bornOn?: string; givenName: string; familyName: string }[],
): PartyProblem | undefined {
  if (travellers.length === 0) return { code: "invalid_travellers", message: "somebody must travel; give the name of at least one traveller" };
  if (travellers.some(({ givenName, familyName }) => !givenName.trim() || !familyName.trim())) {
    return { code: "invalid_travellers", message: "every traveller needs a given name and a family name" };
  }
  if (offer.vertical !== "flight") return undefined;
  for (const ptc of ["ADT", "CHD", "INF"] as const) {
    const wanted = offer.passengers.find((one) => one.ptc === ptc)?.count ?? 0;
    const given = travellers.filter((one) => one.ptc === ptc);
    if (given.length !== wanted)
      return {
        code: "invalid_travellers",
        message: `this offer is for ${wanted} of type ${ptc} and ${given.length} were named; search again for the right party`,
      };
    if (ptc !== "ADT" && given.some(({ bornOn }) => !bornOn)) return { code: "invalid_travellers", message: "children and infants need a date of birth" };
  }
  return undefined;
}
