/**
 * Search over customers: what a page costs among 100,000 of them, for common and rare words and for combinations, beside a scan of a
 * plain table in the same run. `node bench/customers.ts [--json] [--quick]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { openDatabase } from "../packages/engine/src/database.ts";
import { insertCustomer } from "../packages/tools-crm/src/customer-rows.ts";
import { databaseCrm } from "../packages/tools-crm/src/database-crm.ts";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false }, quick: { type: "boolean", default: false } } });
const count = values.quick ? 20_000 : 100_000;
const goal = 30;

const given = ["Ana", "Bruno", "Carla", "Daniel", "Elena", "Felipe", "Greta", "Hugo", "Ines", "Jonas"];
const family = ["Silva", "Costa", "Meyer", "Rossi", "Moreau", "Novak", "Jensen", "Kowalski", "Santos", "Weber", "Garcia"];
const owners = ["eva", "rui", "mia", "tom"];

const directory = mkdtempSync(join(tmpdir(), "customers-"));
const db = openDatabase({ path: join(directory, "customers.db") });
await databaseCrm({ db });
const filling = performance.now();
for (let from = 0; from < count; from += 5000)
  await db.transaction(async (tx) => {
    for (let n = from; n < from + 5000; n++) {
      const [first, last] = [given[n % given.length]!, family[(n * 7) % family.length]!];
      await insertCustomer(
        tx,
        `cus_${n}`,
        {
          name: `${first} ${last} ${n % 997 === 0 ? "Quartzman" : ""}`.trim(),
          email: `${first}.${last}${n}@example.com`.toLowerCase(),
          phone: `+3519${String(10_000_000 + n)}`,
          owner: owners[n % owners.length]!,
          tags: [n % 3 === 0 ? "vip" : "regular", ...(n % 5000 === 0 ? ["charter"] : [])],
          notes: `prefers ${n % 2 === 0 ? "window seats" : "quiet rooms near the lift"}, came by recommendation, dossier ${n}`,
        },
        n,
        n % 10 === 0 ? "north" : "main",
      );
    }
  });
const crm = await databaseCrm({ db });
const filled = performance.now() - filling;

const median = (times: number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
async function timed(work: () => Promise<unknown>, times: number): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await work();
    taken.push(performance.now() - started);
  }
  return median(taken);
}

const searches: Record<string, Parameters<typeof crm.list>[0]> = {
  "common word (ana)": { query: "ana" },
  "one letter (a)": { query: "a" },
  "word of everybody (example)": { query: "example.com" },
  "two common words (ana meyer)": { query: "ana meyer" },
  "common words that meet nowhere (ana bruno)": { query: "ana bruno" },
  "rare word (quartzman)": { query: "quartzman" },
  "common and rare (ana quartzman)": { query: "ana quartz" },
  address: { query: "ana.silva@example" },
  "end of a number": { query: "10077777" },
  "nothing (zzz)": { query: "zzz" },
  "notes (quiet lift dossier)": { query: "quiet lift dossier" },
  "tag and owner and agency": { tag: "vip", owner: "eva", agency: "north" },
  "rare tag with a common word": { tag: "charter", query: "example" },
  "common word, agency, page far behind": { query: "ana", agency: "main", cursor: String(Math.floor(count / 50)) },
};
const figures: Record<string, { measured: number; goal: number }> = {};
for (const [name, filter] of Object.entries(searches))
  figures[`${name}, median ms`] = { measured: await timed(() => crm.list({ limit: 50, ...filter }), 15), goal };
const scan = await timed(
  () =>
    db.all(
      "select * from crm_customer where lower(name) like '%ana%' and lower(name || ' ' || coalesce(email, '') || ' ' || coalesce(notes, '') || ' ' || tags) like '%quartz%' order by created_at desc limit 50",
    ),
  5,
);
await db.close();
rmSync(directory, { recursive: true, force: true });

const beside = { "scan of the plain table for two words, median ms": scan, "made and indexed, seconds": filled / 1000, customers: count };
if (values.json) console.log(JSON.stringify(figures));
else {
  for (const [name, figure] of Object.entries(figures)) console.log(`${name.padEnd(62)} ${figure.measured.toFixed(1).padStart(7)}  goal ≤ ${figure.goal}`);
  for (const [name, figure] of Object.entries(beside)) console.log(`${name.padEnd(62)} ${figure.toFixed(1).padStart(7)}`);
}
process.exitCode = Object.values(figures).every((figure) => figure.measured <= figure.goal) ? 0 : 1;
