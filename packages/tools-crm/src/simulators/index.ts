export type { BookEntry } from "./book.ts";
export { type HubspotSimulatorOptions, startHubspot } from "./hubspot.ts";
export { type CrmSimulatorOptions, startRestCrm } from "./rest.ts";
export { type SalesforceSimulatorOptions, startSalesforce } from "./salesforce.ts";
export type { Fault, SeenRequest } from "./server.ts";
export type { CrmSimulator, OutsideContact } from "./simulator.ts";
export { crmVendors } from "./vendors.ts";
