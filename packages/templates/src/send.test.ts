import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openEngine } from "@travelagent/engine";
import { TravelAgentError } from "@travelagent/protocol";
import { type Engine, silentLogger } from "@travelagent/protocol/ports";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadTemplates } from "./load.ts";
import { templatePersonalData } from "./personal-data.ts";
import { createTemplateSender, type TemplateSender } from "./send.ts";

const set = loadTemplates([{ path: fileURLToPath(new URL("../templates", import.meta.url)), source: "shipped" }]);
const night = { quiet: { from: "21:00", to: "08:00" } };
const hour = 3_600_000;
const reminder = (id: string, amount = "120.00") => ({
  id,
  template: "payment-reminder",
  sessionKey: "s1",
  values: { name: "Ana Silva", reference: "K7QPLM", amount: { amount, currency: "EUR" }, dueAt: "2027-01-20T17:00:00Z", url: "https://example.com/pay" },
});

/** Jumps: what is due in between is run after the jump, once. The engine looks after itself every few seconds, which would take long over a night. */
function jumpingClock(start: string) {
  let now = Date.parse(start);
  const timers = new Map<number, { at: number; run: () => void }>();
  let count = 0;
  return {
    now: () => now,
    after(delayMs: number, run: () => void) {
      const id = ++count;
      timers.set(id, { at: now + delayMs, run });
      return () => void timers.delete(id);
    },
    async advance(ms: number) {
      now += ms;
      for (let pass = 0; pass < 20; pass++) {
        for (const [id, { at, run }] of [...timers].sort(([, a], [, b]) => a.at - b.at)) if (at <= now && timers.delete(id)) run();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
  };
}

describe("sending a template", () => {
  let folder: string;
  let engine: Engine;
  let sender: TemplateSender;
  let clock: ReturnType<typeof jumpingClock>;
  const told = new Map<string, { sessionKey: string; text: string }>();
  let tells = 0;
  let consent: { allowed: boolean; reason?: string };
  let gone: boolean;

  async function open(): Promise<void> {
    engine = openEngine({ path: join(folder, "test.db"), clock, log: silentLogger });
    sender = createTemplateSender({
      db: engine.db,
      work: engine.work,
      clock,
      templates: () => set,
      recipient: async (sessionKey) =>
        sessionKey === "s1" && !gone ? { channel: "webchat", customerId: "cus_1", locale: "de-AT", timeZone: "Europe/Lisbon" } : null,
      mayContact: async () => consent,
      hours: () => night,
      agencyLocale: () => "en-GB",
      async tell({ id, ...news }) {
        tells += 1;
        if (!told.has(id)) told.set(id, news);
      },
    });
    await sender.migrate();
    await engine.start();
    await sender.resume();
  }
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "templates-"));
    clock = jumpingClock("2027-01-15T12:00:00Z");
    told.clear();
    tells = 0;
    consent = { allowed: true };
    gone = false;
    await open();
  });
  afterEach(async () => {
    await engine.stop({ drainMs: 0 });
    rmSync(folder, { recursive: true, force: true });
  });
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => "no error",
      (error: unknown) => (TravelAgentError.is(error) ? error.code : String(error)),
    );
  const settled = async (id: string, status: string) => {
    for (let turn = 0; turn < 200; turn++) {
      if ((await sender.get(id))?.status === status) return;
      await clock.advance(1);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect((await sender.get(id))?.status).toBe(status);
  };

  it("sends at once by day, once for each id, in the customer's language", async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => sender.send(reminder("a"))));
    expect(new Set(all.map(({ id }) => id))).toEqual(new Set(["a"]));
    await settled("a", "sent");
    expect((await sender.send(reminder("a"))).status).toBe("sent");
    expect([...told.keys()]).toEqual(["template:a"]);
    expect(told.get("template:a")!.text).toContain("Ihre Buchung K7QPLM");
    expect(told.get("template:a")!.text).toContain("€");
    expect(await codeOf(sender.send(reminder("a", "999.00")))).toBe("IDEMPOTENCY_MISMATCH");
    expect(tells).toBe(1);
    // What was said is not kept a second time.
    expect(JSON.stringify(await engine.db.all("select * from template_send"))).not.toContain("Ana Silva");
    for (const table of ["work", "work_step"])
      expect(JSON.stringify(await engine.db.all(`select * from ${table}`).catch(() => []))).not.toMatch(/Ana Silva|K7QPLM/);
  });

  it("refuses before anything is stored what cannot be said", async () => {
    expect(await codeOf(sender.send({ ...reminder("a"), values: { name: "Ana" } }))).toBe("INVALID_REQUEST");
    expect(await codeOf(sender.send({ ...reminder("a"), template: "nothing" }))).toBe("NOT_FOUND");
    expect(await codeOf(sender.send({ ...reminder("a"), sessionKey: "s2" }))).toBe("NOT_FOUND");
    expect(await codeOf(sender.send({ ...reminder("a"), values: { ...reminder("a").values, name: "4111 1111 1111 1111" } }))).toBe("INVALID_REQUEST");
    expect(await sender.get("a")).toBe(null);
    expect(tells).toBe(0);
  });

  it("waits for the end of the quiet hours, also over a restart, and sends once", async () => {
    await clock.advance(11 * hour);
    const sending = await sender.send(reminder("late"));
    expect(sending).toMatchObject({ status: "scheduled", at: "2027-01-16T08:00:00.000Z" });
    expect(await sender.allowedAt("s1", "reminder")).toBe(Date.parse("2027-01-16T08:00:00Z"));
    expect(await sender.allowedAt("s1", "disruption")).toBe(clock.now());
    expect((await sender.send(reminder("late"))).status).toBe("scheduled");
    await clock.advance(5 * hour);
    expect(tells).toBe(0);
    await engine.stop({ drainMs: 0 });
    await open();
    await clock.advance(3 * hour);
    expect(tells).toBe(0);
    await clock.advance(2 * hour);
    await settled("late", "sent");
    expect([...told.keys()]).toEqual(["template:late"]);
    await engine.stop({ drainMs: 0 });
    await open();
    await clock.advance(hour);
    expect(told.size).toBe(1);
  });

  it("lets a code through at night", async () => {
    await clock.advance(11 * hour);
    await sender.send({ id: "code", template: "one-time-code", sessionKey: "s1", values: { code: "482913", minutes: 10 } });
    await settled("code", "sent");
    expect(told.get("template:code")!.text).toContain("482913");
  });

  it("asks for consent when it is made and again when it goes", async () => {
    consent = { allowed: false, reason: "opted out" };
    expect(await sender.send(reminder("no"))).toMatchObject({ status: "refused", reason: "opted out" });
    consent = { allowed: true };
    await clock.advance(11 * hour);
    await sender.send(reminder("later"));
    consent = { allowed: false, reason: "opted out since" };
    await clock.advance(10 * hour);
    await settled("later", "refused");
    expect(await sender.get("later")).toMatchObject({ reason: "opted out since" });
    expect(tells).toBe(0);
  });

  it("does not send what was forgotten with its person, nor to a conversation that is gone", async () => {
    await clock.advance(11 * hour);
    await sender.send(reminder("x"));
    await sender.send(reminder("y"));
    const store = templatePersonalData({ db: engine.db });
    const subject = { customerIds: ["cus_1"], sessionKeys: [], bookingIds: [], identities: [], identifiers: [] };
    const files: string[] = [];
    for await (const file of store.export(subject, new AbortController().signal)) files.push(JSON.stringify(file));
    expect(files.join()).toContain("Ana Silva");
    await store.erase(subject, { reason: "asked", now: clock.now(), signal: new AbortController().signal });
    expect(JSON.stringify(await engine.db.all("select * from template_send"))).not.toMatch(/Ana|s1/);
    await sender.send(reminder("z"));
    gone = true;
    await clock.advance(10 * hour);
    await settled("z", "failed");
    expect(tells).toBe(0);
  });
});
