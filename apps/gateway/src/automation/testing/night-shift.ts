import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayConfig, statePaths } from "@travelagent/config";
import { openDatabase } from "@travelagent/engine";
import { testEngine } from "@travelagent/engine/testing";
import { createGateway } from "@travelagent/gateway-core";
import { memorySessions, plainSessionKey, scriptedAgent, testPlatform } from "@travelagent/gateway-core/testing";
import { type Clock, silentLogger } from "@travelagent/protocol/ports";
import { createBookings, type Offer, type Supplier } from "@travelagent/tools-booking";
import { duffelDialect, openWorld, startSimulator } from "@travelagent/tools-booking/simulators";
import { duffelSupplier } from "@travelagent/tools-booking/suppliers/duffel";
import { volatileMemory } from "@travelagent/tools-booking/suppliers/http";
import { databaseCrm } from "@travelagent/tools-crm";
import type { TravelPaper } from "@travelagent/travel-jobs";
import { type RunOptions, runWorkflow, type StepMemo } from "@travelagent/travel-jobs/testing";
import { expect } from "vitest";
import { openConsent } from "../../customers/consent.ts";
import type { CustomersOptions } from "../../customers/open-customers.ts";
import { openSales } from "../../customers/sales.ts";
import { openTemplates } from "../../customers/templates.ts";
import { openTravelJobs } from "../travel-jobs.ts";

/** Real timers, and days that can be left out. */
function skippingClock(start: string): Clock & { skip(ms: number): void } {
  const began = performance.now();
  let skipped = 0;
  return {
    now: () => Math.floor(Date.parse(start) + performance.now() - began) + skipped,
    after(delayMs, run) {
      const timer = setTimeout(run, Math.min(delayMs, 2 ** 31 - 1));
      timer.unref();
      return () => clearTimeout(timer);
    },
    skip: (ms) => {
      skipped += ms;
    },
  };
}

export const phone = "+34600111222";
export const channel = "telegram";
export const session = `agent:main:${channel}:dm:${phone}`;
const signal = new AbortController().signal;

/** An agency with its customers, its bookings and its channel, over one world of travel; `duffel` is that world in a vendor's own dialect over a socket. */
export async function nightShift(vendor: "sandbox" | "duffel", { start = "2027-01-15T12:00:00Z", config = {} }: { start?: string; config?: object } = {}) {
  const directory = mkdtempSync(join(tmpdir(), "night-"));
  const settings = GatewayConfig.parse({ agency: { name: "Sol Travel" }, ...config });
  const clock = skippingClock(start);
  const engine = await testEngine({ clock });
  const books = openDatabase({ path: ":memory:" });
  const { db, work } = engine;
  const world = await openWorld({ db: books, clock });
  const counter = world.counter(vendor);
  const simulator = vendor === "duffel" ? await startSimulator(duffelDialect(world, { webhook: { secret: "whsec_night" } }), { clock }) : undefined;
  const inner: Supplier = simulator
    ? duffelSupplier({ baseUrl: simulator.url, accessToken: "duffel_test_night", webhookSecret: "whsec_night", live: false, memory: volatileMemory(), clock })
    : counter.supplier;
  /** What the jobs asked of the supplier. */
  const asked: string[] = [];
  const counted = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name, receiver) {
        const value = Reflect.get(target, name, receiver);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          asked.push(String(name));
          return (value as (...given: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  const supplier: Supplier = { ...inner, ...(inner.flights ? { flights: counted(inner.flights) } : {}) };
  const sessions = memorySessions();
  const crm = await databaseCrm({ db, clock });
  const platform = testPlatform({ id: channel });
  const customers = {
    config: () => settings,
    paths: statePaths(directory),
    timeZone: "UTC",
    ...{ db, work, clock, crm, sessions, log: silentLogger },
    agencyOf: () => undefined,
    gateway: () => gateway,
    bookings: () => bookings,
    publish: () => undefined,
  } as unknown as CustomersOptions & { crm: typeof crm; agencyOf: () => undefined };
  const consent = await openConsent(customers);
  const templates = await openTemplates({ ...customers, consents: consent.consents });
  const sales = openSales(customers);
  const bookings = createBookings({
    ...{ db, work, clock },
    suppliers: [supplier],
    payments: counter.payments,
    customers: { ensure: (person) => crm.ensureCustomer(person) },
    announce: async ({ id, sessionKey, text }) => void (await gateway.tell({ id, sessionKey, text })),
    timing: { readBackDelaysMs: [1, 1, 1], retryDelaysMs: [1] },
    news: { watchSandbox: false },
  });
  await bookings.migrate();
  const papers: TravelPaper[] = [];
  const open = () =>
    openTravelJobs({
      ...{ config: () => settings, db, work, clock, bookings, timeZone: "UTC", log: silentLogger, paths: statePaths(directory) },
      suppliers: [supplier],
      papers: { share: async (id, kind) => ({ url: `https://agency.example/documents/${kind}/${id}`, expiresAt: new Date(clock.now()).toISOString() }) },
      templates: templates.sender,
      obligations: sales.obligations,
      vault: { list: async () => ({ documents: papers as never, damaged: [] }) },
      chatUrl: () => "https://agency.example/chat",
      customerOf: async (key) => sessions.get(key),
    });
  let jobs = await open();
  const gateway = createGateway({
    engine,
    sessions,
    sessionKeyOf: plainSessionKey,
    agent: scriptedAgent(() => "here is a flight"),
    channels: [platform.adapter],
    admission: { [channel]: { dmPolicy: "open" } },
    publisher: { publish: () => undefined, isFollowed: () => false },
    contact: consent.contact,
    clock,
  });
  await gateway.prepare();
  await engine.start();
  await gateway.start();
  await platform.write("hello", phone, { sentAt: clock.now() });
  await expect.poll(() => platform.shown.length, { timeout: 5_000 }).toBe(1);

  const call = { requestId: "night", signal };
  return {
    ...{ clock, db, engine, gateway, bookings, consent, crm, counter, simulator, papers, asked, supplier, directory, config: settings },
    obligations: sales.obligations,
    jobs: () => jobs,
    /** Another process takes over: nothing that was in memory is left. */
    async restart() {
      jobs = await open();
    },
    /** Runs a job for the slot of now. */
    async run(name: string, options: Partial<RunOptions> & { memo?: StepMemo } = {}) {
      const workflow = jobs.workflows.find((one) => one.name === name)!;
      const asks = ["price-monitoring", "schedule-change-watch", "supplier-sync"].includes(name);
      return runWorkflow(workflow, { slotMs: clock.now(), ...options, params: { ...(asks ? { callsPerMinute: 60_000 } : {}), ...options.params } });
    },
    /** What the outside world was sent beyond the greeting: rows of the outbox. */
    outbox: async () =>
      (await db.all<{ id: string; status: string; address: string }>("select id, status, address from outbox order by created_at, id"))
        .filter(({ id }) => id.startsWith("template:"))
        .map(({ id, status, address }) => ({ id, status, to: (JSON.parse(address) as { peerId: string }).peerId })),
    shown: () => platform.shown.slice(1).map(({ text, peer }) => ({ text, peer })),
    tasks: async () => (await sales.obligations.list({ limit: 200 })).promises.map(({ text }) => text),
    async flights(departureDate: string, more: { returnDate?: string; origin?: string; destination?: string } = {}): Promise<Offer[]> {
      const query = {
        origin: "BCN",
        destination: "FRA",
        departureDate,
        adults: 1,
        childrenAges: [],
        cabin: "ECONOMY" as const,
        directOnly: false,
        currency: "EUR",
        limit: 50,
        ...more,
      };
      return (await bookings.search({ kind: "flight", query }, { sessionKey: session }, call)).offers.map(({ offer }) => offer);
    },
    /** What the customer says yes to. */
    book: (offer: Offer) =>
      bookings.book(
        {
          offerIds: [offer.id],
          travellers: [{ givenName: "Ana", familyName: "Silva", bornOn: "1988-04-05", gender: "F" }],
          contact: { email: "ana@example.com", phone },
          buyer: { sessionKey: session, channel, peerId: phone },
        },
        { idempotencyKey: `yes:${offer.id}`, waitMs: 10_000, signal },
      ),
    async close() {
      bookings.stop();
      await sales.close();
      await gateway.stop();
      await engine.stop();
      await simulator?.close();
      await books.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export type NightShift = Awaited<ReturnType<typeof nightShift>>;
