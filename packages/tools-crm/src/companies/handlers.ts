import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import { given } from "../given.ts";
import type { Companies, Company, CompanyFields } from "./companies.ts";

const shown = (company: Company) => ({ ...company, policy: { ...company.policy }, costCentres: [...company.costCentres] });

/** Firms on the wire. */
export const companyHandlers = (companies: Companies): Handlers => ({
  "customers.companies.list": async (params) => {
    const { companies: found, ...next } = await companies.list(given(params ?? {}));
    return { companies: found.map(shown), ...next };
  },
  "customers.companies.get": async ({ id }) => {
    const company = await companies.get(id);
    if (!company) throw new TravelAgentError("NOT_FOUND", "there is no such company");
    return { company: shown(company) };
  },
  "customers.companies.create": async ({ idempotencyKey, agency, ...fields }) => ({
    company: shown(await companies.create(given(fields) as CompanyFields, { idempotencyKey, ...(agency === undefined ? {} : { agency }) })),
  }),
  "customers.companies.update": async ({ id, idempotencyKey, expectedVersion, ...changes }) => ({
    company: shown(await companies.update(id, changes, { idempotencyKey, ...(expectedVersion === undefined ? {} : { expectedVersion }) })),
  }),
});
