import { testDatabase } from "@travelagent/engine/testing";
import { expect, it } from "vitest";
import { randomRun } from "./random-runs.ts";
import { sandboxWorld } from "./sandbox-world.ts";

const worlds = { "of fakes": 150, "of the sandbox": 25 };

for (const [world, runs] of Object.entries(worlds))
  it(`keeps every promise over random runs with crashes in the world ${world}`, async () => {
    const bad: string[] = [];
    for (let seed = 1; seed <= runs; seed += 1) {
      const db = await testDatabase();
      const outside = await testDatabase();
      const { problems } = await randomRun({ seed, db, ...(world === "of fakes" ? {} : { openWorld: sandboxWorld(outside) }) });
      await db.close();
      await outside.close();
      if (problems.length > 0) bad.push(`seed ${seed}: ${problems.join("; ")}`);
    }
    expect(bad).toEqual([]);
  }, 180_000);
