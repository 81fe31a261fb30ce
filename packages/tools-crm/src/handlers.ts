import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import { companyHandlers } from "./companies/handlers.ts";
import type { Crm, CustomerFields } from "./crm.ts";
import { given } from "./given.ts";
import { mergingHandlers } from "./merging/handlers.ts";
import { partyHandlers } from "./parties/handlers.ts";

/** The CRM on the wire, without the abilities it lacks. What `customers.create` reports as possible duplicates is for operators alone. */
export const customerHandlers = (crm: Crm): Handlers => ({
  "customers.list": async (params) => crm.list(given(params ?? {})),
  "customers.get": async ({ id }) => {
    const customer = await crm.get(id);
    if (!customer) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
    return { customer };
  },
  "customers.create": async ({ idempotencyKey, agency, ...fields }) => {
    const { customer, possibleDuplicates } = await crm.create(given(fields) as CustomerFields, {
      idempotencyKey,
      ...(agency === undefined ? {} : { agency }),
    });
    return { customer, possibleDuplicates: possibleDuplicates.map(({ customer: other, by }) => ({ id: other.id, name: other.name, by })) };
  },
  "customers.update": async ({ id, idempotencyKey, expectedVersion, ...changes }) => ({
    customer: await crm.update(id, given(changes), { idempotencyKey, ...(expectedVersion === undefined ? {} : { expectedVersion }) }),
  }),
  "customers.identities.list": async ({ id }) => {
    if (!(await crm.get(id))) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
    return { identities: await crm.identities(id) };
  },
  "customers.identities.add": async ({ id, channel, peerId, verified = false }, { actor }) => {
    await crm.addIdentity(id, { channel, peerId, verified, how: "operator", verifiedBy: actor });
    return { identities: await crm.identities(id) };
  },
  ...(crm.removeIdentity
    ? {
        "customers.identities.remove": async ({ id, channel, peerId }, { actor }) => {
          await crm.removeIdentity?.(id, { channel, peerId }, actor);
          return { identities: await crm.identities(id) };
        },
      }
    : {}),
  ...(crm.merging ? mergingHandlers(crm.merging) : {}),
  ...(crm.parties ? partyHandlers(crm.parties) : {}),
  ...(crm.companies ? companyHandlers(crm.companies) : {}),
});
