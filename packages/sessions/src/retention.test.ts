import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { expect, it } from "vitest";
import { transcriptRetention } from "./retention.ts";
import { createSessions } from "./sessions.ts";
import { memoryTranscripts } from "./testing/index.ts";

it("forgets what was said in conversations nobody has used for so long, but none that something open needs", async () => {
  const db = await testDatabase();
  const clock = fakeClock();
  const sessions = createSessions({ db, transcripts: memoryTranscripts({ clock }), clock });
  for (const key of ["agent:main:a", "agent:main:booked", "agent:main:c"]) {
    await sessions.ensure(key);
    await sessions.append(key, [{ id: "1", message: { role: "user", content: "hello", timestamp: 1 } }]);
  }
  await clock.advance(1_000);
  const before = clock.now();
  await clock.advance(1_000);
  await sessions.touch("agent:main:c");
  const store = transcriptRetention({ db, sessions, inUse: async (keys) => new Set(keys.filter((key) => key.endsWith("booked"))) });
  const prune = (dryRun: boolean) => store.prune(before, { dryRun, signal: new AbortController().signal });
  expect(await prune(true)).toEqual({ removed: 1, kept: 1 });
  expect(await sessions.count()).toBe(3);
  expect(await prune(false)).toEqual({ removed: 1, kept: 1 });
  expect(await sessions.get("agent:main:a")).toBeUndefined();
  expect(await sessions.history("agent:main:booked")).toHaveLength(1);
  expect(await sessions.count()).toBe(2);
  await db.close();
});
