export { contractChild } from "./contract-child.ts";
export { type EngineBench, engineContract } from "./engine-contract.ts";
export { testDatabase, testEngine } from "./test-engine.ts";
