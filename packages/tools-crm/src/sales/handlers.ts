import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Crm } from "../crm.ts";
import type { Leads } from "./lead.ts";
import type { Obligations } from "./obligation.ts";

export interface SalesHandlersOptions {
  crm: Leads & Pick<Crm, "get">;
  obligations: Obligations;
  /** The customer of a conversation. Null for a conversation that never was. */
  customerOf(sessionKey: string): Promise<{ customerId?: string; timeZone: string } | null>;
}

/** Validated parameters say `undefined` for what is absent. */
const given = <T extends Record<string, unknown>>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };

/** Leads and promises on the wire, for people of the agency. */
export function salesHandlers({ crm, obligations, customerOf }: SalesHandlersOptions): Handlers {
  const conversation = async (sessionKey: string): Promise<{ customerId?: string }> => {
    const found = await customerOf(sessionKey);
    if (!found) throw new TravelAgentError("NOT_FOUND", `there is no conversation ${sessionKey}`);
    return found.customerId === undefined ? {} : { customerId: found.customerId };
  };
  /** Whom a lead or promise is about: a conversation and its customer, or a customer one has not written with yet. */
  const about = async (sessionKey: string | undefined, customerId: string | undefined): Promise<{ sessionKey: string; customerId?: string }> => {
    const customer = customerId === undefined ? null : await crm.get(customerId);
    if (customerId !== undefined && !customer) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
    if (sessionKey === undefined) {
      if (customerId === undefined) throw new TravelAgentError("INVALID_REQUEST", "say whom it is about: give sessionKey or customerId");
      return { sessionKey: `customer:${customerId}`, customerId };
    }
    const known = await conversation(sessionKey);
    if (customerId !== undefined && known.customerId !== undefined && known.customerId !== customerId)
      throw new TravelAgentError("CONFLICT", "this conversation is with another customer; leave customerId out");
    return { sessionKey, ...known, ...(customerId === undefined ? {} : { customerId }) };
  };
  const timeOf = (text: string): number => {
    const at = Date.parse(text);
    if (Number.isNaN(at)) throw new TravelAgentError("INVALID_REQUEST", `${text} is no time; write it in ISO 8601, such as 2027-01-20T15:00:00Z`);
    return at;
  };

  return {
    "leads.list": async (params) => ({ ...(await crm.leads(given(params ?? {}))) }),
    "leads.get": async ({ id }) => {
      const found = await crm.lead(id);
      if (!found) throw new TravelAgentError("NOT_FOUND", "there is no such lead");
      return { lead: found.lead, history: found.history };
    },
    "leads.create": async ({ sessionKey, customerId, source = "operator", idempotencyKey, ...fields }, { actor }) => ({
      lead: await crm.createLead(await about(sessionKey, customerId), { source, ...given(fields) } as Parameters<Leads["createLead"]>[1], {
        idempotencyKey,
        by: actor,
      }),
    }),
    "leads.update": async ({ id, expectedVersion, idempotencyKey: _key, ...changes }, { actor }) => ({
      lead: await crm.updateLead(id, changes as Parameters<Leads["updateLead"]>[1], {
        by: actor,
        ...(expectedVersion === undefined ? {} : { expectedVersion }),
      }),
    }),
    "promises.list": async (params) => obligations.list(given(params ?? {})),
    "promises.add": async ({ sessionKey, customerId, text, dueAt, note, idempotencyKey }, { actor }) => ({
      promise: await obligations.add(
        { ...(await about(sessionKey, customerId)), text, dueAt: timeOf(dueAt), promisedBy: "operator", actor, ...(note === undefined ? {} : { note }) },
        { idempotencyKey },
      ),
    }),
    "promises.update": async ({ id, text, dueAt, note, expectedVersion }) => ({
      promise: await obligations.update(
        id,
        { text, note, dueAt: dueAt === undefined ? undefined : timeOf(dueAt) },
        expectedVersion === undefined ? {} : { expectedVersion },
      ),
    }),
    "promises.settle": async ({ id, status, note }, { actor }) => ({ promise: await obligations.settle(id, { status, by: actor, note }) }),
  };
}
