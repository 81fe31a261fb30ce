import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Crash } from "@travelagent/travel-jobs/testing";
import { afterEach, describe, expect, it } from "vitest";
import { channel, type NightShift, nightShift, phone } from "./testing/night-shift.ts";

const hour = 3_600_000;
const day = 24 * hour;
const open: NightShift[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
async function shift(vendor: "sandbox" | "duffel" = "sandbox", options = {}): Promise<NightShift> {
  const made = await nightShift(vendor, options);
  open.push(made);
  return made;
}
const sent = (night: NightShift, count: number) => expect.poll(() => night.shown().length, { timeout: 5_000 }).toBe(count);
/** Moves the clock to so long before `iso`. */
const before = (night: NightShift, iso: string, ms: number) => night.clock.skip(Date.parse(iso) - ms - night.clock.now());

describe.each(["sandbox", "duffel"] as const)("booking reminders at %s", (vendor) => {
  it("come seven days and one day before departure and at check-in, each once, over crashes at every step", async () => {
    const night = await shift(vendor);
    const offer = (await night.flights("2027-06-16"))[0]!;
    const { order } = await night.book(offer);
    const start = offer.vertical === "flight" ? offer.journeys[0]!.segments[0]!.departure.time : undefined;
    night.papers.push({ id: "doc_1", kind: "passport", holder: { givenName: "Ana", familyName: "Silva" }, country: "PT", expiresOn: "2030-01-01" });
    expect((await night.run("booking-reminders")).status).toBe("skipped");
    // Quiet hours would keep it: at noon it goes out.
    before(night, `${start!.local.slice(0, 10)}T12:00:00Z`, 7 * day - (Date.parse(start!.utc) % day > day / 2 ? day : 0));
    const slotMs = night.clock.now();
    const memo = new Map<string, string>();
    let crashes = 0;
    for (const where of ["before", "after"] as const) {
      const run = night.run("booking-reminders", {
        slotMs,
        memo,
        at: (at, step) => {
          if (at !== where || !step.startsWith("effect:")) return;
          crashes += 1;
          throw new Crash();
        },
      });
      await run.catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
      await night.restart();
    }
    expect(crashes).toBe(2);
    await night.run("booking-reminders", { slotMs, memo });
    await night.run("booking-reminders");
    await sent(night, 1);
    expect(night.shown()[0]!.text).toMatch(/^Hello Ana,\n\nyour trip to Frankfurt begins in [67] days/);
    before(night, start!.utc, 20 * hour);
    // Whatever the hour is, the customer's night is over before this ends.
    for (let hours = 0; hours < 14; hours++) {
      await night.run("booking-reminders");
      night.clock.skip(hour);
    }
    const rows = await night.db.all<{ template: string; status: string }>("select template, status from template_send order by created_at");
    expect(rows.map(({ template }) => template).sort()).toEqual(["check-in-reminder", "departure-reminder", "departure-reminder"]);
    const outbox = await night.outbox();
    expect(new Set(outbox.map(({ id }) => id)).size).toBe(outbox.length);
    expect(outbox.every(({ to }) => to === phone)).toBe(true);
    expect((await night.counter.ledger.orders()).map(({ reference }) => reference)).toHaveLength(1);
    expect((await night.bookings.get(order.id))!.order.status).toBe(order.status);
  });
});

it("missing passports are asked for once, and not of whom one is there", async () => {
  const night = await shift();
  await night.book((await night.flights("2027-02-16"))[0]!);
  night.clock.skip(12 * day);
  expect((await night.run("booking-reminders", { dryRun: true })).summary).toContain("1 passports are missing");
  expect(await night.db.all("select key from travel_effect")).toEqual([]);
  await night.run("booking-reminders");
  await night.run("booking-reminders");
  await sent(night, 1);
  expect(night.shown()[0]!.text).toMatch(/no passport or identity card of Ana Silva yet/);
  const other = await shift();
  await other.book((await other.flights("2027-02-16"))[0]!);
  other.papers.push({ id: "doc_1", kind: "passport", holder: { givenName: "Ana Maria", familyName: "SILVA" }, country: "PT", expiresOn: "2030-01-01" });
  other.clock.skip(12 * day);
  expect((await other.run("booking-reminders")).status).toBe("skipped");
});

it("passports that end too early are told without a number, with a task when time is short; good ones are not", async () => {
  const night = await shift();
  // Bangkok wants six months beyond entry.
  const [offer] = await night.flights("2027-03-16", { origin: "LON", destination: "BKK" });
  await night.book(offer!);
  night.papers.push({ id: "doc_1", kind: "passport", holder: { givenName: "Ana", familyName: "Silva" }, country: "GB", expiresOn: "2030-01-01" });
  expect((await night.run("passport-expiry-watch")).status).toBe("skipped");
  night.papers[0] = { ...night.papers[0]!, expiresOn: "2027-08-01" };
  await night.run("passport-expiry-watch", { params: { taskDays: 90 } });
  await night.run("passport-expiry-watch", { params: { taskDays: 90 } });
  await sent(night, 1);
  expect(night.shown()[0]!.text).toMatch(/for Bangkok the passport of Ana Silva has to be valid until \d+ September 2027/);
  expect(await night.tasks()).toEqual([expect.stringMatching(/has to be valid until 2027-09-1\d for Bangkok/)]);
});

it("payments are reminded of step by step, one at a time; a partial payment counts, and nothing comes once it is paid", async () => {
  const night = await shift("sandbox", { config: { agency: { name: "Sol Travel", invoiceDays: 14 } } });
  const { order } = await night.book((await night.flights("2027-06-16"))[0]!);
  expect((await night.run("payment-reminders")).status).toBe("skipped");
  // As after a change that was not paid in full.
  const owe = async (paid: string) =>
    night.db.transaction(async (tx) => {
      const { document } = (await tx.get<{ document: string }>("select document from booking_order where id = ?", order.id))!;
      await tx.run(
        "update booking_order set document = ? where id = ?",
        JSON.stringify({ ...JSON.parse(document), paid: { amount: paid, currency: "EUR" } }),
        order.id,
      );
    });
  await owe("10.00");
  const open_ = (Number(order.items[0]!.total.amount) - 10).toFixed(2);
  night.clock.skip(12 * day);
  await night.run("payment-reminders");
  await night.run("payment-reminders");
  await sent(night, 1);
  expect(night.shown()[0]!.text).toContain(`€${open_} is still open for your booking ${order.reference}. Please pay by`);
  // A week of silence: one letter, not two.
  await owe("20.00");
  night.clock.skip(10 * day);
  await night.run("payment-reminders");
  await sent(night, 2);
  expect(night.shown()[1]!.text).toContain(`€${(Number(open_) - 10).toFixed(2)} for your booking ${order.reference} was due on`);
  night.clock.skip(8 * day);
  await night.run("payment-reminders");
  expect(await night.tasks()).toEqual([expect.stringContaining(`Payment of booking ${order.reference}`)]);
  const other = await shift();
  const paid = await other.book((await other.flights("2027-06-16"))[0]!);
  expect(paid.order.paid.amount).toBe(paid.order.items[0]!.total.amount);
  other.clock.skip(60 * day);
  expect((await other.run("payment-reminders")).status).toBe("skipped");
  expect(await other.outbox()).toEqual([]);
});

it("a ticketing limit becomes a task, then urgent, and a hold that ran out is never silent; the limit is the supplier's clock", async () => {
  const night = await shift("sandbox", { config: { suppliers: { sandbox: { timeZone: "America/New_York" } } } });
  const { order } = await night.book((await night.flights("2027-06-16"))[0]!);
  const put = (changes: object) =>
    night.db.transaction(async (tx) => {
      const { document } = (await tx.get<{ document: string }>("select document from booking_order where id = ?", order.id))!;
      const known = JSON.parse(document) as { items: object[] };
      await tx.run(
        "update booking_order set document = ?, updated_at = ? where id = ?",
        JSON.stringify({ ...known, items: [{ ...known.items[0], ...changes }] }),
        night.clock.now(),
        order.id,
      );
    });
  // A date alone: the end of that day in New York is five in the morning in UTC.
  await put({ status: "held", paymentTimeLimit: "2027-01-20" });
  before(night, "2027-01-21T05:00:00Z", 25 * hour);
  expect((await night.run("ticketing-limit-guard")).status).toBe("skipped");
  before(night, "2027-01-21T05:00:00Z", 23 * hour);
  await night.run("ticketing-limit-guard");
  await night.run("ticketing-limit-guard");
  expect(await night.tasks()).toEqual([expect.stringContaining("are to be issued by 2027-01-20 23:59 America/New_York")]);
  before(night, "2027-01-21T05:00:00Z", 3 * hour);
  await night.run("ticketing-limit-guard");
  expect(await night.tasks()).toHaveLength(2);
  expect((await night.tasks()).some((text) => text.startsWith("URGENT"))).toBe(true);
  await put({ status: "cancelled", lapsed: true });
  await night.run("ticketing-limit-guard");
  await night.run("ticketing-limit-guard");
  expect((await night.tasks()).filter((text) => text.includes("ran out"))).toHaveLength(1);
  expect(await night.outbox()).toEqual([]);
});

it("a follow-up comes once after the trip, to those who want to hear such things and to nobody else", async () => {
  const night = await shift();
  const offer = (await night.flights("2027-02-16"))[0]!;
  await night.book(offer);
  await night.consent.consents.record({
    kind: "consent",
    identity: { channel, peerId: phone },
    channel,
    purpose: "marketing",
    proof: { how: "form", text: "Yes." },
  });
  before(night, "2027-02-19T12:00:00Z", 0);
  await night.run("customer-follow-ups");
  await night.run("customer-follow-ups");
  await sent(night, 1);
  expect(night.shown()[0]!.text).toContain("welcome back from Frankfurt");
  const silent = await shift();
  await silent.book((await silent.flights("2027-02-16"))[0]!);
  before(silent, "2027-02-19T12:00:00Z", 0);
  expect((await silent.run("customer-follow-ups")).counts).toMatchObject({ refused: 1 });
  await silent.run("customer-follow-ups");
  expect(await silent.outbox()).toEqual([]);
});

it("what an airline moved is read back, told by its weight, and nothing is accepted for anybody", async () => {
  const night = await shift("duffel");
  const { order } = await night.book((await night.flights("2027-06-16"))[0]!);
  expect((await night.run("supplier-sync")).counts).toEqual({ read: 1 });
  await night.simulator!.happen("schedule_change", order.items[0]!.supplierReference!);
  const result = await night.run("supplier-sync");
  expect(result.counts).toEqual({ read: 1, applied: 1 });
  const after = (await night.bookings.get(order.id))!.order.items[0]!;
  expect(after.scheduleChange).toMatchObject({ severity: expect.stringMatching(/minor|major/) });
  expect(after.scheduleChange!.answer).toBeUndefined();
  await expect.poll(async () => (await night.bookings.notices(order.id)).length, { timeout: 5_000 }).toBe(1);
  expect((await night.run("supplier-sync")).counts).toEqual({ read: 1 });
  if (after.scheduleChange!.severity === "major") {
    night.clock.skip(2 * day);
    await night.run("schedule-change-watch");
    await night.run("schedule-change-watch");
    expect((await night.tasks()).filter((text) => text.includes("nobody has answered"))).toHaveLength(1);
  }
});

it("a cancelled ticket whose money stayed away is found once, with what it may be worth and until when", async () => {
  const night = await shift();
  const offer = (await night.flights("2027-06-16")).find(({ conditions }) => conditions.refund.allowed !== true)!;
  const { order } = await night.book(offer);
  const terms = await night.bookings.quoteCancel(order.reference, { requestId: "c", signal: new AbortController().signal });
  await night.bookings.cancel({ reference: order.reference, confirmed: terms }, { idempotencyKey: "c", waitMs: 10_000, signal: new AbortController().signal });
  await night.run("unused-ticket-finder");
  await night.run("unused-ticket-finder");
  const tasks = await night.tasks();
  expect(tasks).toHaveLength(1);
  expect(tasks[0]).toContain(`up to ${order.items[0]!.total.amount} EUR of it did not come back`);
  expect(tasks[0]).toContain("2028-01-15");
});

it("the digest of yesterday: figures, a page that stands on its own, and the same by method", async () => {
  const night = await shift();
  const { order } = await night.book((await night.flights("2027-06-16"))[0]!);
  night.clock.skip(day);
  const { summary } = await night.run("daily-agency-digest");
  expect(summary).toContain("Digest of 2027-01-15 (UTC)");
  expect(summary).toContain(`1 made, 0 given back; sold ${order.items[0]!.total.amount} EUR`);
  expect(summary).toMatch(/01-15 {2}█+ 1/);
  const page = join(night.directory, "digests", "2027-01-15.html");
  expect(existsSync(page)).toBe(true);
  expect(readFileSync(page, "utf8")).toContain("<svg");
  expect(readFileSync(page, "utf8")).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  const { digest, text } = (await night.jobs().handlers["digest.get"]!({ date: "2027-01-15", format: "text" }, {} as never)) as {
    digest: object;
    text: string;
  };
  expect(digest).toMatchObject({ date: "2027-01-15", bookings: { made: 1 }, travelling: { leaving: 0 } });
  expect(text.split("\n")[0]).toBe("Digest of 2027-01-15 (UTC)");
});

it("a fresh installation has every job; those that ask suppliers or write to customers are switched off", async () => {
  const night = await shift();
  const { workflows, seeds } = night.jobs();
  expect(seeds.map(({ name }) => name).sort()).toEqual(workflows.map(({ name }) => name).sort());
  expect(seeds.filter(({ enabled }) => enabled).map(({ name }) => name)).toEqual(["ticketing-limit-guard", "unused-ticket-finder", "daily-agency-digest"]);
  for (const workflow of workflows) expect(workflow.params.parse({}), workflow.name).toBeTypeOf("object");
});
