export { type CrmBench, crmContract } from "./crm-contract.ts";
