/**
 * Price monitoring of many bookings: how long it takes at the rate a supplier allows, whether the supplier ever sees more, and what it costs
 * customers whose turns go on meanwhile, beside turns of the same run without it. `node bench/price-monitoring.ts [--bookings 10000] [--rate 50] [--json]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { jobServices } from "../apps/gateway/src/automation/job-services.ts";
import { GatewayConfig } from "../packages/config/src/index.ts";
import { openEngine } from "../packages/engine/src/index.ts";
import { createGateway } from "../packages/gateway-core/src/index.ts";
import { memorySessions, plainSessionKey, scriptedAgent, testPlatform } from "../packages/gateway-core/src/testing/index.ts";
import { silentLogger, systemClock } from "../packages/protocol/src/ports.ts";
import { createBookings } from "../packages/tools-booking/src/bookings.ts";
import { newOrderId, newReference } from "../packages/tools-booking/src/ids.ts";
import type { FlightOffer } from "../packages/tools-booking/src/offer.ts";
import type { Supplier } from "../packages/tools-booking/src/supplier.ts";
import { fakePayments } from "../packages/tools-booking/src/testing/fake-payments.ts";
import { sampleFlight } from "../packages/tools-booking/src/testing/sample-offers.ts";
import { runWorkflow } from "../packages/travel-jobs/src/testing/index.ts";
import { createTravelJobs } from "../packages/travel-jobs/src/travel-jobs.ts";
import { median, quantile } from "./figures.ts";

const { values } = parseArgs({
  options: { bookings: { type: "string", default: "10000" }, rate: { type: "string", default: "50" }, json: { type: "boolean", default: false } },
});
const count = Number(values.bookings);
/** Calls in a second. */
const allowed = Number(values.rate);
const answersAfterMs = 3;
const turnsEachSecond = 20;
const aloneMs = 10_000;

const directory = mkdtempSync(join(tmpdir(), "price-monitoring-"));
const engine = openEngine({ path: `${directory}/agency.db` });
const clock = systemClock;
const start = new Date(clock.now() + 90 * 86_400_000).toISOString().slice(0, 10);

const moved = <T extends { local: string; utc: string }>(time: T): T => ({
  ...time,
  local: `${start}${time.local.slice(10)}`,
  utc: `${start}${time.utc.slice(10)}`,
});

/** Flights of a day on one route. */
const flightsADay = 20;
function flight(index: number): FlightOffer {
  const sample = sampleFlight({ id: `offer-${index}`, supplier: "counting", sandbox: false });
  const journeys = sample.journeys.map((journey) => ({
    ...journey,
    segments: journey.segments.map((segment) => ({
      ...segment,
      flightNumber: String(1000 + index),
      departure: { ...segment.departure, time: moved(segment.departure.time) },
      arrival: { ...segment.arrival, time: moved(segment.arrival.time) },
    })),
  }));
  return { ...sample, journeys };
}

const calls: number[] = [];
const supplier = {
  id: "counting",
  live: true,
  flights: {
    async search() {
      calls.push(performance.now());
      await new Promise((resolve) => setTimeout(resolve, answersAfterMs));
      return Array.from({ length: flightsADay }, (_, index) => flight(index));
    },
  },
} as unknown as Supplier;

const bookings = createBookings({
  db: engine.db,
  work: engine.work,
  suppliers: [supplier],
  payments: fakePayments(),
  customers: { ensure: async ({ email }) => ({ customerId: email }) },
});
await bookings.migrate();
for (let from = 0; from < count; from += 500)
  await engine.db.transaction(async (tx) => {
    for (let index = from; index < Math.min(count, from + 500); index++) {
      const id = newOrderId();
      const offer = flight(index % flightsADay);
      const { total } = offer.price;
      const order = {
        id,
        reference: `${newReference()}${index}`,
        customerId: `cus_${index}`,
        sessionKey: `agent:main:phone:dm:${index}`,
        travellers: [{ id: "1", givenName: "Ana", familyName: "Silva", ptc: "ADT" }],
        contact: { email: "ana@example.com" },
        currency: total.currency,
        maxTotal: total,
        items: [
          { no: 1, offer, quoted: total, total, paidHere: true, status: "ticketed", locators: ["ABCDEF"], documents: [], supplierReference: `ref-${index}` },
        ],
        paid: total,
        status: "ticketed",
      };
      await tx.run(
        "insert into booking_order (id, reference, customer_id, session_key, status, document, round, version, created_at, updated_at) values (?, ?, ?, ?, 'ticketed', ?, 1, 1, ?, ?)",
        ...[id, order.reference, order.customerId, order.sessionKey, JSON.stringify(order), clock.now() - index, clock.now()],
      );
    }
  });

const waiting = new Map<string, () => void>();
const phone = testPlatform({
  id: "phone",
  async send(to, _message, { id }) {
    waiting.get(to.peerId)?.();
    return { status: "sent", externalId: id };
  },
});
const gateway = createGateway({
  engine,
  sessions: memorySessions(),
  sessionKeyOf: plainSessionKey,
  agent: scriptedAgent(() => "here is a flight"),
  channels: [phone.adapter],
  admission: { phone: { dmPolicy: "open" } },
  publisher: { publish: () => undefined, isFollowed: () => false },
});
await gateway.prepare();
await engine.start();
await gateway.start();

/** One customer writes and waits for the answer on their platform. */
let customers = 0;
async function turn(): Promise<number> {
  customers += 1;
  const peer = `+34600${String(customers % 500).padStart(6, "0")}`;
  const began = performance.now();
  const answered = new Promise<void>((resolve) => waiting.set(peer, resolve));
  await phone.write("any news?", peer, { sentAt: clock.now(), externalId: `m-${customers}` });
  await answered;
  return performance.now() - began;
}
/** Turns at an even pace until told to stop. */
function customersWrite(): { stop(): Promise<number[]> } {
  const turns: Promise<number>[] = [];
  const timer = setInterval(() => turns.push(turn()), 1000 / turnsEachSecond);
  return {
    async stop() {
      clearInterval(timer);
      return Promise.all(turns);
    },
  };
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const warm = customersWrite();
await pause(2000);
await warm.stop();

const services = jobServices({
  config: () => GatewayConfig.parse({}),
  bookings,
  suppliers: [supplier],
  papers: { share: async () => ({ url: "https://agency.example", expiresAt: "" }) },
  templates: { send: async ({ id }) => ({ id, status: "sent", at: "" }) },
  obligations: {} as never,
  vault: {} as never,
  work: engine.work,
  clock,
  chatUrl: () => "https://agency.example/chat",
  timeZone: "UTC",
});
const jobs = createTravelJobs({ db: engine.db, services, timeZone: "UTC", keepPage: async () => "", log: silentLogger });
await jobs.migrate();
const monitoring = jobs.workflows.find(({ name }) => name === "price-monitoring")!;
const rounds = 5;
const slotMs = clock.now();
const alone: number[] = [];
const beside: number[] = [];
let looks = 0;
let tookMs = 0;
// In turns, so that whatever else the machine does meets both alike.
for (let round = 0; round < rounds; round++) {
  const before = customersWrite();
  await pause(aloneMs);
  alone.push(...(await before.stop()));
  const during = customersWrite();
  const began = performance.now();
  const params = { callsPerMinute: allowed * 60, callsPerDay: 10_000_000, maxChecks: Math.ceil(count / rounds), maxMinutes: 60 };
  const result = await runWorkflow(monitoring, { slotMs, params });
  tookMs += performance.now() - began;
  beside.push(...(await during.stop()));
  looks += Number(result.counts?.priced ?? 0) + Number(result.counts?.gone ?? 0);
}

/** The most calls that any second saw. */
let most = 0;
for (let from = 0, to = 0; to < calls.length; to++) {
  while (calls[to]! - calls[from]! >= 1000) from += 1;
  most = Math.max(most, to - from + 1);
}
await gateway.stop();
await engine.stop();
rmSync(directory, { recursive: true, force: true });

const p95 = (times: number[]): number => quantile(times, 0.95);
const figures = {
  bookings: count,
  looks,
  seconds: Math.round(tookMs / 100) / 10,
  allowedPerSecond: allowed,
  mostInASecond: most,
  turnsAlone: { count: alone.length, p50: median(alone), p95: p95(alone) },
  turnsBeside: { count: beside.length, p50: median(beside), p95: p95(beside) },
};
if (values.json) console.log(JSON.stringify(figures));
else {
  console.log(`${figures.looks} of ${count} bookings looked at in ${figures.seconds} s, ${most} calls in the busiest second of ${allowed} allowed`);
  for (const [what, { count: turns, p50, p95: late }] of [["without it", figures.turnsAlone] as const, ["beside it", figures.turnsBeside] as const])
    console.log(`customers' turns ${what}: ${turns}, p50 ${p50.toFixed(1)} ms, p95 ${late.toFixed(1)} ms`);
}
