import type { Order, OrderEvent } from "../order.ts";

const between = "; ";

/** A person has to look for this reason, too. Nothing where that is said already. */
export function alsoAttend({ attention }: Pick<Order, "attention">, reason: string): OrderEvent[] {
  if (attention === undefined) return [{ type: "needs-human", reason }];
  return attention.includes(reason) ? [] : [{ type: "needs-human", reason: `${attention}${between}${reason}` }];
}

/** This reason is dealt with; others stay. */
export function noLongerAttend({ attention }: Pick<Order, "attention">, reason: string, attended: { by?: string; note: string }): OrderEvent[] {
  if (attention === undefined || !attention.includes(reason)) return [];
  if (attention === reason) return [{ type: "attended", ...attended }];
  const rest = attention.startsWith(`${reason}${between}`)
    ? attention.slice(reason.length + between.length)
    : attention.replace(`${between}${reason}`, () => "");
  return [{ type: "needs-human", reason: rest }];
}
