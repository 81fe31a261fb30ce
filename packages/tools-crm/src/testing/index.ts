export { type CrmBench, crmContract } from "./crm-contract.ts";
export { type CrmProviderBench, crmProviderContract } from "./crm-provider-contract.ts";
