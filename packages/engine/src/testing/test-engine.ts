import type { Engine } from "@travelagent/protocol/ports";
import { type OpenDatabase, openDatabase } from "../database.ts";
import { type EngineOptions, openEngine } from "../engine.ts";

/** An empty database in memory. Close it at the end of the test. */
export async function testDatabase(): Promise<OpenDatabase> {
  return openDatabase({ path: ":memory:" });
}

/** A started engine in memory. Define work on it at any time; stop it at the end of the test. */
export async function testEngine(options: Partial<EngineOptions> = {}): Promise<Engine> {
  const engine = openEngine({ path: ":memory:", ...options });
  await engine.start();
  return engine;
}
