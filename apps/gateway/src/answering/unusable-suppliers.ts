import type { Handlers } from "@travelagent/protocol";
import type { UnusableSupplier } from "./suppliers.ts";

const rows = (unusable: readonly UnusableSupplier[]) => unusable.map(({ id, reason }) => ({ id, status: "not-configured", reason }));

/** `suppliers.status` that also names the suppliers and payment providers somebody meant to have, and what is missing. */
export function namingUnusable(handlers: Handlers, suppliers: readonly UnusableSupplier[], payments: readonly UnusableSupplier[]): Handlers {
  const ask = handlers["suppliers.status"];
  if (!ask) return handlers;
  return {
    ...handlers,
    async "suppliers.status"(params, context) {
      const found = await ask(params, context);
      return {
        ...found,
        suppliers: [...found.suppliers, ...rows(suppliers)],
        ...(payments.length > 0 ? { payments: rows(payments) } : {}),
      };
    },
  };
}
