export { type FileJobStoreOptions, openFileJobStore } from "./file-store.ts";
export { type CronHandlersOptions, cronHandlers } from "./handlers.ts";
export { Isolation, Job, JobDefinition, JobState, Payload, RunRecord, RunStatus, Schedule } from "./job.ts";
export { memoryJobStore } from "./memory-store.ts";
export { type JobSeed, type SeedOptions, type SeedResult, seedJobs } from "./seed.ts";
export type { JobStore } from "./store.ts";
export type { Workflow, WorkflowResult, WorkflowRun } from "./workflow.ts";
