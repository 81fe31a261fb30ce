export type { Crm, CustomerFields, Identity, Lead, LeadFields, LeadStage, Note, Page, PossibleDuplicate, Subject, WalkIn } from "./crm.ts";
export { type DatabaseCrmOptions, databaseCrm } from "./database-crm.ts";
export { customerHandlers } from "./handlers.ts";
export type { BookingHistory } from "./tools/booking-history.ts";
export { type CrmToolsOptions, crmTools } from "./tools/crm-tools.ts";
