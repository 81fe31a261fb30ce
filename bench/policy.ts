/**
 * What a decision of all policy packs together costs: the actions that most rules look at, with large facts, and how long reading the
 * files takes. `node bench/policy.ts [--json]`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { parsePolicy } from "../packages/agent-runtime/src/gate/policy.ts";
import { evaluatePolicy } from "../packages/agent-runtime/src/gate/policy-evaluate.ts";
import { quantile } from "./figures.ts";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const root = join(import.meta.dirname, "../apps/gateway/policy");
const files = readdirSync(root).flatMap((pack) =>
  readdirSync(join(root, pack)).map((name) => ({ name: `${pack}/${name}`, pack, text: readFileSync(join(root, pack, name), "utf8") })),
);
const started = performance.now();
const policy = parsePolicy(files);
const readingMs = performance.now() - started;

const traveller = { ptc: "ADT", ageOnFirstDate: 40, ageOnLastDate: 41, birthDateKnown: true, genderKnown: true, nameComplete: true };
const leg = (no: number) => ({
  flight: `XX${no}`,
  known: true,
  kept: false,
  status: "available",
  seats: 9,
  cabin: "economy",
  date: "2027-03-12",
  departed: false,
});
/** Nothing here is refused early: every rule is asked. */
const facts = {
  tainted: false,
  vertical: "flight",
  hasFlight: true,
  live: true,
  hoursToStart: 60,
  holdable: true,
  minutesToTicketingLimit: 600,
  total: { amount: 4321.99, currency: "EUR" },
  penalty: { amount: 120.5, currency: "EUR" },
  refund: { amount: 800, currency: "EUR" },
  budget: { amount: 5000, currency: "EUR" },
  party: { size: 9, adults: 5, children: 2, infants: 2 },
  travellers: Array.from({ length: 9 }, () => traveller),
  countries: ["ES", "DE", "GB", "US"],
  connections: Array.from({ length: 6 }, () => ({ airport: "FRA", minutes: 240, kind: "international" })),
  records: { cancelledSameFlight: 1, overlapping: 0 },
  desk: {
    membership: "gold",
    cabin: "economy",
    travellers: 5,
    incompleteTravellers: 0,
    trip: { cabins: ["economy"], legs: Array.from({ length: 4 }, (_, no) => leg(no)) },
    payments: Array.from({ length: 4 }, (_, no) => ({ kind: "gift_card", known: true, amount: 100 + no })),
  },
};
const inputs = ["create_booking", "modify_booking", "cancel_booking"].map((tool) => ({
  tool,
  group: "booking",
  args: { bookingReference: "ABC123", offerIds: ["o1", "o2"] },
  facts,
  turn: { agentId: "main", channel: "webchat", chatType: "direct", known: true, calls: { hour: 3, day: 9 } },
}));

/** Of a thousand decisions at a time, so that the clock's own steps do not count. */
const rounds: number[] = [];
for (let round = 0; round < 120; round += 1) {
  const before = performance.now();
  for (let index = 0; index < 1000; index += 1) evaluatePolicy(policy, inputs[index % inputs.length]!, "deny");
  if (round >= 20) rounds.push((performance.now() - before) / 1000);
}

const figures = {
  [`decision of ${policy.rules.length} rules of ${new Set(files.map(({ pack }) => pack)).size} packs, median ms`]: {
    measured: quantile(rounds, 0.5),
    goal: 0.2,
  },
  "the same, 99 % of rounds of 1,000, ms": { measured: quantile(rounds, 0.99), goal: 0.2 },
  "reading and compiling all files, ms": { measured: readingMs, goal: 150 },
};
if (values.json) console.log(JSON.stringify(figures));
else for (const [name, { measured, goal }] of Object.entries(figures)) console.log(`${name.padEnd(60)} ${measured.toFixed(4).padStart(9)}  goal ≤ ${goal}`);
process.exitCode = Object.values(figures).every(({ measured, goal }) => measured <= goal) ? 0 : 1;
