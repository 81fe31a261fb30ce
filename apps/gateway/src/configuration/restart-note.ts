import { readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Why the gateway restarts, kept on disk until the next start has read it. */
export interface RestartNote {
  kind: "config-apply" | "config" | "signal";
  /** ISO 8601. */
  at: string;
  message: string;
  /** Of whoever wrote the configuration over the wire. */
  note?: string;
  sessionKey?: string;
}

/** How the last restart went. */
export interface LastRestart extends RestartNote {
  /** `refused`: the configuration did not start, and the gateway goes on with another. `interrupted`: the process ended in the middle of it. */
  outcome: "ok" | "refused" | "interrupted";
}

const restartNotePath = (stateDir: string): string => join(stateDir, "restart-sentinel.json");

export async function leaveRestartNote(stateDir: string, note: RestartNote): Promise<void> {
  await writeFile(restartNotePath(stateDir), `${JSON.stringify(note)}\n`, { mode: 0o600 });
}

/** The note of the restart that led here, once. */
export function takeRestartNote(stateDir: string): RestartNote | undefined {
  try {
    return JSON.parse(readFileSync(restartNotePath(stateDir), "utf8")) as RestartNote;
  } catch {
    return undefined;
  } finally {
    rmSync(restartNotePath(stateDir), { force: true });
  }
}
