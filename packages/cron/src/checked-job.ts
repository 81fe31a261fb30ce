import { TravelAgentError } from "@travelagent/protocol";
import type * as z from "zod";
import { Job, RunRecord } from "./job.ts";

/** A validated copy. Raises `INVALID_REQUEST` with every path that is wrong. */
export const checkedJob = (job: unknown): Job => checked(Job, job, "job");

export const checkedRun = (record: unknown): RunRecord => checked(RunRecord, record, "run record");

function checked<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || what}: ${message}`);
  throw new TravelAgentError("INVALID_REQUEST", `this is no valid ${what}: ${problems.join("; ")}`);
}
