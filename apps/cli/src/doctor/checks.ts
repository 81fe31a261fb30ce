import type { Terminal } from "../terminal.ts";
import { checkConfigFile } from "./config-file.ts";
import { checkDatabase } from "./database.ts";
import { checkGateway, checkSuppliers } from "./gateway.ts";
import { checkDiskSpace, checkNode } from "./machine.ts";
import { checkLeftovers, checkModes } from "./state-directory.ts";

export interface Check {
  id: string;
  title: string;
  /** `note`: nothing wrong, but good to know. */
  status: "ok" | "note" | "warning" | "broken" | "fixed";
  detail: string;
  /** What to do about it. */
  advice?: string;
}

/** Every check, one after the other; a check that fails itself is a broken one. `fix` lets them repair what loses nothing. */
export async function runChecks(terminal: Terminal, fix: boolean): Promise<Check[]> {
  const { locateState, statePaths } = await import("@travelagent/config");
  const { stateDir, configPath } = locateState(terminal);
  const paths = statePaths(stateDir);
  const checks: [id: string, title: string, look: () => Promise<Omit<Check, "id" | "title">>][] = [
    ["node", "Node", async () => checkNode(process.versions.node)],
    ["modes", "State directory", () => checkModes(paths, configPath, fix)],
    ["leftovers", "Leftover files", () => checkLeftovers(stateDir)],
    ["disk", "Disk space", () => checkDiskSpace(stateDir)],
    ["config", "Configuration", () => checkConfigFile(terminal)],
    ["database", "Database", () => checkDatabase(paths.database)],
    ["gateway", "Gateway", () => checkGateway(terminal)],
    ["suppliers", "Suppliers", () => checkSuppliers(terminal)],
  ];
  const results: Check[] = [];
  for (const [id, title, look] of checks) {
    results.push({
      id,
      title,
      ...(await look().catch((error: unknown) => ({ status: "broken" as const, detail: error instanceof Error ? error.message : String(error) }))),
    });
  }
  return results;
}
