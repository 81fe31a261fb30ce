export { memoryJobStore } from "../memory-store.ts";
export { sampleJob } from "./sample-job.ts";
export { type JobStoreBench, jobStoreContract } from "./store-contract.ts";
