import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { expect, it } from "vitest";
import { amountOf, minor } from "./amounts.ts";
import { sparkline, svgBars, textBars } from "./charts.ts";
import { createPriceHistory } from "./price-history.ts";
import { travelJobMigrations } from "./tables.ts";

const eur = (amount: string) => ({ amount, currency: "EUR" });

it("tells a drop once, a further one once more, and again after it was gone; a rise and noise tell nothing", async () => {
  const db = await testDatabase();
  await db.migrate("travel-jobs", travelJobMigrations);
  const clock = fakeClock();
  const history = createPriceHistory({ db, clock });
  const subject = { subject: "bk1/1", tripId: "bk1", customerId: "cus_1", sessionKey: "s1" };
  const paid = 20_000n;
  const told: string[] = [];
  let slot = 0;
  for (const amount of ["200.00", "210.00", "188.00", "188.00", "187.50", "190.00", "175.00", "175.00", "199.00", "185.00", "240.00"]) {
    const price = eur(amount);
    slot += 1;
    const decision = await history.decide(subject.subject, price, { saving: paid - minor(price), threshold: 1_000n });
    if (decision.kind === "alert") told.push(`${decision.alert}: ${amount}`);
    await history.keep(subject, slot, price, decision.kind === "alert" ? { kind: "alerted", alert: decision.alert } : decision);
    // The same slot again, as after a crash.
    await history.keep(subject, slot, price, decision.kind === "alert" ? { kind: "alerted", alert: decision.alert } : decision);
    await clock.advance(3_600_000);
  }
  expect(told).toEqual(["1: 188.00", "2: 175.00", "3: 185.00"]);
  const looks = await history.looks("bk1/1");
  expect(looks.map(({ price }) => price?.amount)).toEqual([
    "200.00",
    "210.00",
    "188.00",
    "188.00",
    "187.50",
    "190.00",
    "175.00",
    "175.00",
    "199.00",
    "185.00",
    "240.00",
  ]);
  expect(await history.order([subject, { subject: "new", sessionKey: "s2" }], slot)).toEqual([{ subject: "new", sessionKey: "s2" }]);
  expect((await history.order([subject, { subject: "new", sessionKey: "s2" }], slot + 1)).map((one) => one.subject)).toEqual(["new", "bk1/1"]);
  await db.close();
});

it("what moving costs more than it saves is weighed once, not every hour", async () => {
  const db = await testDatabase();
  await db.migrate("travel-jobs", travelJobMigrations);
  const history = createPriceHistory({ db, clock: fakeClock() });
  const subject = { subject: "bk1/1", sessionKey: "s1" };
  const decide = (amount: string) => history.decide("bk1/1", eur(amount), { saving: 20_000n - minor(eur(amount)), threshold: 1_000n });
  expect(await decide("180.00")).toEqual({ kind: "alert", alert: 1 });
  await history.keep(subject, 1, eur("180.00"), { kind: "weighed" });
  expect(await decide("180.00")).toEqual({ kind: "quiet" });
  expect(await decide("170.00")).toEqual({ kind: "alert", alert: 1 });
  await db.close();
});

it("counts in whole smallest units, of currencies with and without decimals", () => {
  expect(amountOf(minor(eur("10.05")) - minor(eur("20.10")), eur("0.00"))).toEqual(eur("-10.05"));
  expect(amountOf(5n, eur("1.00"))).toEqual(eur("0.05"));
  expect(amountOf(1200n, { amount: "1", currency: "JPY" })).toEqual({ amount: "1200", currency: "JPY" });
});

it("draws bars and lines, and a picture without anything of its own", () => {
  expect(
    textBars(
      [
        { label: "a", value: 2 },
        { label: "bb", value: 4 },
        { label: "c", value: 0 },
      ],
      4,
    ),
  ).toBe("a   ██ 2\nbb  ████ 4\nc   0");
  expect(sparkline([1, undefined, 8])).toBe("▁ █");
  expect(sparkline([5, 5])).toBe("▄▄");
  expect(svgBars('<b>"', [{ label: "<i>", value: 1 }])).not.toMatch(/<[bi]>/);
});
