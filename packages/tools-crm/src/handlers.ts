import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Crm, CustomerFields } from "./crm.ts";

/** Validated parameters say `undefined` for what is absent. */
const given = <T extends Record<string, unknown>>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };

/** The CRM on the wire. What `customers.create` reports as possible duplicates is for operators alone. */
export const customerHandlers = (crm: Crm): Handlers => ({
  "customers.list": async (params) => crm.list(given(params ?? {})),
  "customers.get": async ({ id }) => {
    const customer = await crm.get(id);
    if (!customer) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
    return { customer };
  },
  "customers.create": async ({ idempotencyKey, ...fields }) => {
    const { customer, possibleDuplicates } = await crm.create(given(fields) as CustomerFields, { idempotencyKey });
    return { customer, possibleDuplicates: possibleDuplicates.map(({ customer: other, by }) => ({ id: other.id, name: other.name, by })) };
  },
  "customers.update": async ({ id, idempotencyKey, expectedVersion, ...changes }) => ({
    customer: await crm.update(id, given(changes), { idempotencyKey, ...(expectedVersion === undefined ? {} : { expectedVersion }) }),
  }),
});
