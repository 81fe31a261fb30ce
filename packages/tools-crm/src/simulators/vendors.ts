import { startHubspot } from "./hubspot.ts";
import { type CrmSimulatorOptions, startRestCrm } from "./rest.ts";
import { startSalesforce } from "./salesforce.ts";
import type { CrmSimulator } from "./simulator.ts";

/** Each CRM that can be started here, by name. */
export const crmVendors: Readonly<Record<string, (options?: CrmSimulatorOptions) => Promise<CrmSimulator>>> = {
  "crm-rest": startRestCrm,
  hubspot: startHubspot,
  salesforce: startSalesforce,
};
