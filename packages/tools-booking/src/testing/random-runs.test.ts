import { testDatabase } from "@travelagent/engine/testing";
import { expect, it } from "vitest";
import { randomRun } from "./random-runs.ts";
import { sandboxWorld } from "./sandbox-world.ts";

/** The last one died between giving a booking back and its own end, while another run had it in hand already. */
const worlds = { "of fakes": [...Array(150).keys(), 2354], "of the sandbox": [...Array(25).keys()] };

for (const [world, seeds] of Object.entries(worlds))
  it(`keeps every promise over random runs with crashes in the world ${world}`, async () => {
    const bad: string[] = [];
    for (const seed of seeds) {
      const db = await testDatabase();
      const outside = await testDatabase();
      const { problems } = await randomRun({ seed, db, ...(world === "of fakes" ? {} : { openWorld: sandboxWorld(outside) }) });
      await db.close();
      await outside.close();
      if (problems.length > 0) bad.push(`seed ${seed}: ${problems.join("; ")}`);
    }
    expect(bad).toEqual([]);
  }, 180_000);
