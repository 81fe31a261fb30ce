import { testDatabase } from "../packages/engine/src/testing/index.ts";
import { type RunReport, randomRun } from "../packages/tools-booking/src/testing/random-runs.ts";
import type { OpenWorld } from "../packages/tools-booking/src/testing/random-world.ts";
import { sandboxWorld } from "../packages/tools-booking/src/testing/sandbox-world.ts";
import { simulatedWorld } from "../packages/tools-booking/src/testing/simulated-world.ts";
import { paymentVendors, supplierVendors } from "../packages/tools-booking/src/testing/vendors.ts";

/**
 * `node --conditions=@travelagent/source bench/booking-runs.ts --runs 10000 --seed 1`: random trips in a world where everything goes wrong that can, with a process that
 * dies in the middle, compared with the books outside. One line of figures;
 * `--sandbox` in the sandbox's world; `--supplier duffel --payments stripe` with real adapters over sockets against their simulators (`all` is
 * each supplier in turn, with the providers taking turns unless one is named); `--faults` the faults that requests met; `--events` one more of what the bookings went through; every broken promise with its seed. Exits with 1 for one.
 */
const numberAfter = (flag: string, otherwise: number): number => {
  const at = process.argv.indexOf(flag);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isSafeInteger(value)) throw new Error(`${flag} needs a whole number`);
  return value;
};
const runs = numberAfter("--runs", 10_000);
const first = numberAfter("--seed", 1);
const wordAfter = (flag: string): string | undefined => {
  const at = process.argv.indexOf(flag);
  return at < 0 ? undefined : process.argv[at + 1];
};
const inSandbox = process.argv.includes("--sandbox");
const supplier = wordAfter("--supplier");
const suppliers = supplier === "all" ? Object.keys(supplierVendors) : supplier === undefined ? [] : [supplier];
const providers = wordAfter("--payments")?.split(",") ?? Object.keys(paymentVendors);
const faults = new Map<string, number>();
const worldOf = (seed: number, db: Awaited<ReturnType<typeof testDatabase>>): OpenWorld | undefined => {
  if (inSandbox) return sandboxWorld(db);
  const chosen = suppliers[seed % suppliers.length];
  if (chosen === undefined) return undefined;
  const payments = providers[Math.floor(seed / suppliers.length) % providers.length]!;
  return simulatedWorld({ db, supplier: chosen, payments, onFault: (fault) => faults.set(fault, (faults.get(fault) ?? 0) + 1) });
};
const started = performance.now();
const broken: RunReport[] = [];
const totals = { crashes: 0, misfortunes: 0, bookings: 0, rounds: 0, attended: 0 };
const statuses = new Map<string, number>();
const events = new Map<string, number>();

for (let seed = first; seed < first + runs; seed += 1) {
  const db = await testDatabase();
  const outside = await testDatabase();
  const openWorld = worldOf(seed, outside);
  const report = await randomRun({ seed, db, ...(openWorld ? { openWorld } : {}) });
  await db.close();
  await outside.close();
  for (const key of ["crashes", "misfortunes", "rounds", "attended"] as const) totals[key] += report[key];
  totals.bookings += report.statuses.length;
  for (const status of report.statuses) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  for (const [event, count] of Object.entries(report.events)) events.set(event, (events.get(event) ?? 0) + count);
  if (report.problems.length > 0) {
    broken.push(report);
    process.stdout.write(`seed ${seed}: ${report.problems.join("; ")}\n`);
  }
}

const most = (counts: Map<string, number>): string[] => [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `${count} ${name}`);
const seconds = (performance.now() - started) / 1000;
process.stdout.write(
  `${runs} runs from seed ${first}: ${totals.bookings} bookings (${most(statuses).join(", ")}), ${totals.misfortunes} misfortunes, ${totals.crashes} crashes, ` +
    `${totals.rounds} rounds, ${totals.attended} put before a person; ${broken.length} broken; ${seconds.toFixed(0)} s\n`,
);
if (process.argv.includes("--faults")) process.stdout.write(`${most(faults).join("\n")}\n`);
if (process.argv.includes("--events")) process.stdout.write(`${most(events).join(", ")}\n`);
process.exitCode = broken.length === 0 ? 0 : 1;
