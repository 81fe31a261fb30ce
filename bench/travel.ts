import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ms } from "./figures.ts";
import type { Row } from "./wire.ts";

const run = promisify(execFile);

/** Benchmarks of travel and customers alone, each in a process of its own: searching and deciding. */
export async function travelRows(row: Row): Promise<void> {
  for (const script of ["search.ts", "policy.ts", "customers.ts"]) {
    const args = ["--conditions=@travelagent/source", join(import.meta.dirname, script), "--json"];
    // A goal that is missed ends it with 1, and its figures are printed all the same.
    const { stdout } = await run(process.execPath, args).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? "{}" }));
    const figures = JSON.parse(stdout) as Record<string, { measured: number; goal: number }>;
    for (const [name, { measured, goal }] of Object.entries(figures))
      row(name.replace(/,? ms( later)?$/, "$1"), measured < 0.1 ? `${(measured * 1000).toFixed(0)} µs` : ms(measured), "", `≤ ${goal} ms`, measured <= goal);
  }
}
