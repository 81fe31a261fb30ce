export { Crash, type RunOptions, runWorkflow, type StepMemo } from "./run-workflow.ts";
