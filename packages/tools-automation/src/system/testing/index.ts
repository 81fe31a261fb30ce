export { type SandboxBench, sandboxContract } from "./sandbox-contract.ts";
