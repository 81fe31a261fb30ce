import { testDatabase } from "@travelagent/engine/testing";
import { expect, it } from "vitest";
import { randomRun } from "./random-runs.ts";

it("keeps every promise over random runs with crashes", async () => {
  const bad: string[] = [];
  for (let seed = 1; seed <= 200; seed += 1) {
    const db = await testDatabase();
    const { problems } = await randomRun({ seed, db });
    await db.close();
    if (problems.length > 0) bad.push(`seed ${seed}: ${problems.join("; ")}`);
  }
  expect(bad).toEqual([]);
}, 180_000);
