/**
 * Search over many suppliers: what merging and ranking cost, and how much later than its slowest supplier, or its deadline, a
 * search returns. `node bench/search.ts [--json]`.
 */
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { silentLogger, systemClock } from "../packages/protocol/src/ports.ts";
import { fanOut } from "../packages/tools-booking/src/fan-out.ts";
import { candidate, merge } from "../packages/tools-booking/src/merge.ts";
import { money } from "../packages/tools-booking/src/money.ts";
import type { FlightOffer } from "../packages/tools-booking/src/offer.ts";
import type { Supplier } from "../packages/tools-booking/src/supplier.ts";
import { sampleFlight } from "../packages/tools-booking/src/testing/sample-offers.ts";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const suppliers = 8;
const offersEach = 625;

function offer(supplier: number, index: number): FlightOffer {
  // Every second flight is sold by all suppliers, so that there is something to merge.
  const number = String(index % 2 === 0 ? index : supplier * 1000 + index);
  const sample = sampleFlight({ id: `${supplier}-${index}`, supplier: `s${supplier}` });
  const [journey] = sample.journeys;
  return {
    ...sample,
    price: { ...sample.price, total: money(BigInt(10_000 + ((index * 7919 + supplier * 104_729) % 50_000)), "EUR") },
    journeys: [{ ...journey!, duration: 90 + ((index * 31) % 600), segments: journey!.segments.map((segment) => ({ ...segment, flightNumber: number })) }],
  };
}

const all = Array.from({ length: suppliers }, (_, s) => Array.from({ length: offersEach }, (_, i) => offer(s, i)));
const median = (times: number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
const timed = async (work: () => unknown): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

const now = systemClock.now();
const merging: number[] = [];
for (let i = 0; i < 25; i += 1) merging.push(await timed(() => merge(all.flat().map(candidate), 20, now)));

const query = {
  origin: "BCN",
  destination: "FRA",
  departureDate: "2027-03-12",
  adults: 1,
  childrenAges: [],
  cabin: "ECONOMY",
  directOnly: false,
  currency: "EUR",
  limit: 20,
} as const;
/** How much later than it could the search came back: after the last answer, or after the deadline. */
async function later(delays: number[], deadlineMs: number): Promise<number> {
  const started = performance.now();
  let last = 0;
  const supplierOf = (id: number, delayMs: number): Supplier => {
    const search = () =>
      new Promise((resolve) => {
        setTimeout(() => {
          last = performance.now();
          resolve(all[id]!);
        }, delayMs);
      });
    return { id: `s${id}`, live: true, flights: { search } } as unknown as Supplier;
  };
  const options = { suppliers: delays.map((delay, i) => supplierOf(i, delay)), clock: systemClock, log: silentLogger, deadlineMs };
  await fanOut(options, { kind: "flight", query: { ...query, childrenAges: [] } }, "bench", new AbortController().signal);
  const due = delays.some((delay) => delay > deadlineMs) ? started + deadlineMs : last;
  return performance.now() - due;
}
const afterSlowest: number[] = [];
const afterDeadline: number[] = [];
for (let i = 0; i < 9; i += 1) {
  afterSlowest.push(await later([20, 40, 60, 80, 100, 120, 140, 160], 1000));
  afterDeadline.push(await later([20, 40, 60, 80, 100, 120, 140, 5000], 200));
}

const figures = {
  "merge and rank 5,000 offers of 8 suppliers, median ms": { measured: median(merging), goal: 30 },
  "search returns after its slowest supplier, median ms later": { measured: median(afterSlowest), goal: 20 },
  "search returns after the deadline of a silent supplier, median ms later": { measured: median(afterDeadline), goal: 20 },
};
if (values.json) console.log(JSON.stringify(figures));
else for (const [name, { measured, goal }] of Object.entries(figures)) console.log(`${name.padEnd(75)} ${measured.toFixed(1).padStart(7)}  goal ≤ ${goal}`);
process.exitCode = Object.values(figures).every(({ measured, goal }) => measured <= goal) ? 0 : 1;
process.exit();
