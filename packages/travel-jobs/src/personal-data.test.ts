import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock, personalDataContract, recordingLogger } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createEffects } from "./effects.ts";
import { travelJobPersonalData } from "./personal-data.ts";
import { createPriceHistory } from "./price-history.ts";
import { travelJobMigrations } from "./tables.ts";
import { createWatches } from "./watches.ts";

const subject = (n: number) => ({
  customerIds: [`cus_${n}`],
  sessionKeys: [`agent:main:sms:dm:${n}`],
  bookingIds: [`bk${n}`],
  identities: [],
  identifiers: [],
});

personalDataContract({ describe, it, expect }, "travel jobs", async () => {
  const db = await testDatabase();
  await db.migrate("travel-jobs", travelJobMigrations);
  const clock = fakeClock();
  const watches = createWatches({ db, clock });
  const history = createPriceHistory({ db, clock });
  const nobody = {
    messages: {
      send: async () => {
        throw new Error("not now");
      },
    },
    tasks: { open: async () => ({ id: "t" }), count: async () => ({ open: 0, overdue: 0 }) },
  };
  const effects = createEffects({ db, services: nobody, clock, log: recordingLogger() });
  for (const [n, place, name] of [
    [1, "LIS", "Ana"],
    [2, "FRA", "Bruno"],
  ] as const) {
    const about = { customerId: `cus_${n}`, sessionKey: `agent:main:sms:dm:${n}` };
    await watches.add(
      {
        ...about,
        flight: { origin: "BCN", destination: place, departureDate: "2027-06-16", adults: 1, currency: "EUR" },
        below: { amount: "200.00", currency: "EUR" },
      },
      { idempotencyKey: `w${n}` },
    );
    await history.keep({ subject: `bk${n}/1`, tripId: `bk${n}`, ...about }, 1, { amount: `${n}01.00`, currency: "EUR" });
    await effects.perform({
      key: `departure:bk${n}:7`,
      job: "booking-reminders",
      about: { tripId: `bk${n}`, ...about },
      make: async () => ({ kind: "message", template: "departure-reminder", values: { name } }),
    });
  }
  return {
    store: travelJobPersonalData({ db }),
    mine: subject(1),
    other: subject(2),
    said: ["LIS", "Ana", "101.00"],
    saidByOther: ["FRA", "Bruno", "201.00"],
    transaction: (work) => db.transaction(work),
    close: () => db.close(),
  };
});
