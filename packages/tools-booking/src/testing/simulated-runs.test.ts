import { testDatabase } from "@travelagent/engine/testing";
import { describe, expect, it } from "vitest";
import { randomRun } from "./random-runs.ts";
import { simulatedWorld } from "./simulated-world.ts";
import { supplierVendors } from "./vendors.ts";

const seeds = [1, 2, 3, 4, 5];

describe.each(Object.keys(supplierVendors))("random trips at %s over a socket, with faults on any request and a process that dies", (supplier) => {
  it("end with one order and one charge at most, and with books like the simulators'", async () => {
    const bad: string[] = [];
    for (const seed of seeds) {
      const [db, outside] = [await testDatabase(), await testDatabase()];
      const openWorld = simulatedWorld({ db: outside, supplier, payments: seed % 2 === 0 ? "stripe" : "paypal" });
      const { problems } = await randomRun({ seed, db, openWorld });
      await db.close();
      await outside.close();
      if (problems.length > 0) bad.push(`seed ${seed}: ${problems.join("; ")}`);
    }
    expect(bad).toEqual([]);
  }, 60_000);
});
