export { nextBusinessDay } from "./deadline.ts";
export { type Detected, promisesIn } from "./detect.ts";
export { type SalesHandlersOptions, salesHandlers } from "./handlers.ts";
export {
  type Lead,
  type LeadChanges,
  type LeadFields,
  type LeadProgress,
  type LeadStage,
  type LeadStep,
  type Leads,
  leadStages,
  type NextStep,
} from "./lead.ts";
export type { NewObligation, Obligation, ObligationFilter, Obligations, PromisedBy, PromiseStatus, Reminder } from "./obligation.ts";
export { createObligations, type ObligationsOptions } from "./obligations.ts";
export { hearOutgoing, type OutgoingMessage } from "./outgoing.ts";
export { salesPersonalData } from "./personal-data.ts";
export { type PromiseToolOptions, promiseTool } from "./promise-tool.ts";
export { createReminders, type Reminders } from "./reminders.ts";
export { leadRetention, sessionsWithPromises } from "./retention.ts";
