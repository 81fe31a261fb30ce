export type { Fault, Faults, SandboxOperation } from "./faults.ts";
export type { OrderRecord as SandboxOrder } from "./order-record.ts";
export { declineMark } from "./payments.ts";
export { type SandboxPersonalDataOptions, sandboxPersonalData } from "./personal-data.ts";
export { createSandbox, type Sandbox, type SandboxLedger, type SandboxOptions } from "./sandbox.ts";
