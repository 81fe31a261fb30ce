import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Talk, talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { bookFlight, day } from "../testing/journeys.ts";

const state = temporaryState();
let gateway: GatewayProcess;
let desk: Talk;
const call = <T>(method: string, params: object = {}) => desk.client.call(method as never, params as never) as Promise<T>;

beforeAll(async () => {
  gateway = await startGateway({ stateDir: state.path });
  desk = await talk({ url: gateway.url, token: gateway.token, sessionKey: "agent:main:ana" });
}, 30_000);
afterAll(async () => {
  await desk?.close();
  await gateway?.stop();
  state.remove();
});

interface Listed {
  jobs: { id: string; name: string; enabled: boolean; state: { lastStatus?: string; lastRunAtMs?: number } }[];
}
/** Runs a job now and waits for its summary. */
async function run(name: string): Promise<string> {
  const { id } = (await call<Listed>("cron.list", { includeDisabled: true, workflows: true })).jobs.find((job) => job.name === name)!;
  const before = (await call<{ entries: unknown[] }>("cron.runs", { id })).entries.length;
  await call("cron.run", { id, mode: "force" });
  const entries = async () => (await call<{ entries: { status: string; summary?: string; error?: string }[] }>("cron.runs", { id })).entries;
  await expect.poll(async () => (await entries()).length, { timeout: 15_000 }).toBe(before + 1);
  const [newest] = await entries();
  expect([name, newest!.status === "error" ? newest!.error : "fine"]).toEqual([name, "fine"]);
  return newest!.summary ?? "";
}

it("a fresh installation has the jobs, and none that asks suppliers or writes to customers runs before somebody says so", async () => {
  const { jobs } = await call<Listed>("cron.list", { includeDisabled: true, workflows: true });
  const on = (enabled: boolean) =>
    jobs
      .filter((job) => job.enabled === enabled)
      .map(({ name }) => name)
      .sort();
  expect(on(true)).toEqual(["daily-agency-digest", "ticketing-limit-guard", "unused-ticket-finder"]);
  expect(on(false)).toEqual([
    "booking-reminders",
    "customer-follow-ups",
    "passport-expiry-watch",
    "payment-reminders",
    "price-monitoring",
    "schedule-change-watch",
    "supplier-sync",
  ]);
});

it("watches a price, keeps the prices of a booking, and tells the customer once in their conversation", { timeout: 40_000 }, async () => {
  const booking = await bookFlight(desk, { from: "Barcelona", to: "Frankfurt", date: day(40) });
  const departureDate = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
  const watch = { sessionKey: desk.sessionKey, origin: "BCN", destination: "FRA", departureDate, below: 5000, idempotencyKey: "w1" };
  await call("watches.add", watch);
  await call("watches.add", watch);
  const { watches } = await call<{ watches: { id: string }[] }>("watches.list");
  expect(watches).toHaveLength(1);
  expect(await run("price-monitoring")).toContain("priced 2");
  await run("price-monitoring");
  const { items } = await call<{ items: { looks: { price?: { amount: string } }[] }[] }>("prices.history", { booking: booking.reference });
  expect(items[0]!.looks.length).toBe(2);
  expect(items[0]!.looks[0]!.price!.amount).toMatch(/^\d+\.\d\d$/);
  const told = async () => JSON.stringify(await desk.history()).split("You asked us to watch a price").length - 1;
  // In quiet hours it waits, and stands in line once.
  const sent = await call<{ status: string; id: string }>("templates.send", {
    id: `job:watch:${watches[0]!.id}`,
    name: "price-watch",
    sessionKey: desk.sessionKey,
    values: { flight: "x", price: { amount: "1.00", currency: "EUR" }, below: { amount: "1.00", currency: "EUR" } },
    idempotencyKey: "probe",
  }).catch((error: { code?: string }) => error.code);
  expect(sent).toBe("IDEMPOTENCY_MISMATCH");
  expect(await told()).toBeLessThanOrEqual(1);
  expect((await call<{ watches: { state: string }[] }>("watches.list", { all: true })).watches[0]!.state).toBe("told");
});

it("every job runs, and the digest lies where it says", { timeout: 40_000 }, async () => {
  for (const name of [
    "booking-reminders",
    "payment-reminders",
    "ticketing-limit-guard",
    "customer-follow-ups",
    "passport-expiry-watch",
    "unused-ticket-finder",
    "supplier-sync",
    "schedule-change-watch",
  ])
    await run(name);
  const summary = await run("daily-agency-digest");
  const path = /page: (.+)$/m.exec(summary)?.[1];
  expect(path).toBeDefined();
  expect(existsSync(join(path!))).toBe(true);
  const { digest } = await call<{ digest: { fortnight: unknown[] } }>("digest.get", { date: new Date().toISOString().slice(0, 10) });
  expect(digest.fortnight).toHaveLength(14);
});
