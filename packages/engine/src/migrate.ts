import { TravelAgentError } from "@travelagent/protocol";
import type { Migration } from "@travelagent/protocol/ports";
import type { Connection } from "./connection.ts";

const versionTable = "create table if not exists schema_version (owner text primary key, version integer not null)";

/** The migrations of `owner` that are still to run. Raises `STORAGE_CORRUPT` when the schema is newer than what is known here. */
export function pendingMigrations(connection: Connection, owner: string, migrations: readonly Migration[]): Migration[] {
  for (const [index, { version }] of migrations.entries()) {
    if (version !== index + 1) throw new TravelAgentError("INTERNAL", `migration ${index + 1} of ${owner} has version ${version}; number them 1, 2, 3 …`);
  }
  connection.exec(versionTable);
  const row = connection.get<{ version: number }>("select version from schema_version where owner = ?", [owner]);
  const current = row?.version ?? 0;
  if (current > migrations.length) {
    throw new TravelAgentError(
      "STORAGE_CORRUPT",
      `the tables of ${owner} in ${connection.path} have version ${current}, this program knows ${migrations.length}; start the newer program again, or restore a backup`,
      { details: { owner, found: current, known: migrations.length } },
    );
  }
  return migrations.slice(current);
}

/** Runs one migration inside the open transaction. */
export function applyMigration(connection: Connection, owner: string, { version, sql }: Migration): void {
  connection.exec(sql);
  connection.run("insert into schema_version (owner, version) values (?, ?) on conflict (owner) do update set version = excluded.version", [owner, version]);
}
