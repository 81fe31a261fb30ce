import type { Handlers } from "@travelagent/protocol";
import type { Merging } from "./merging.ts";

/** Duplicates, merging and its undoing on the wire. */
export const mergingHandlers = (merging: Merging): Handlers => ({
  "customers.duplicates": async ({ id, agency, limit } = {}) => {
    const groups = await merging.duplicates({
      ...(id === undefined ? {} : { customerId: id }),
      ...(agency === undefined ? {} : { agency }),
      ...(limit === undefined ? {} : { limit }),
    });
    return { candidates: groups.map(({ customers, by }) => ({ customers: customers.map((customer) => ({ id: customer.id, name: customer.name })), by })) };
  },
  "customers.merge": ({ id, into, idempotencyKey }, { actor }) => merging.merge(id, into, { idempotencyKey, actor }),
  "customers.unmerge": ({ id, idempotencyKey }, { actor }) => merging.unmerge(id, { idempotencyKey, actor }),
});
