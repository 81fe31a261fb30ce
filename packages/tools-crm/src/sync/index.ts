export type { ConflictKind, ConflictState, SyncConflict } from "./conflicts.ts";
export { type CrmSync, type CrmSyncOptions, type CrmSyncStatus, createCrmSync } from "./crm-sync.ts";
export { crmSyncHandlers } from "./handlers.ts";
export type { ConflictRule, ConflictRules } from "./merge.ts";
export { type CrmSyncPersonalDataOptions, crmSyncPersonalData } from "./personal-data.ts";
export { type Resolution, resolutions } from "./resolve.ts";
export { crmSyncMigrations } from "./tables.ts";
