import { TravelAgentError } from "@travelagent/protocol";
import type { Connection } from "./connection.ts";

/**
 * Writes the whole database anew, so that no page holds what is not in a table any more, and empties the write-ahead log. Not inside
 * a transaction. Raises `STORAGE_BUSY` when another program reads at the same moment.
 */
export function scrub(connection: Connection): void {
  // A full-text index keeps the words of what was deleted until its parts are merged.
  for (const { name } of connection.all<{ name: string }>("select name from sqlite_master where type = 'table' and sql like 'create virtual table%fts5%'", []))
    connection.exec(`insert into "${name}" ("${name}") values ('optimize')`);
  connection.exec("pragma secure_delete = on; vacuum;");
  connection.exec("pragma secure_delete = off");
  const done = connection.get<{ busy: number }>("pragma wal_checkpoint(truncate)", []);
  if (Number(done?.busy ?? 0) !== 0)
    throw new TravelAgentError("STORAGE_BUSY", `another program reads the database ${connection.path}; close it and try again`, {
      details: { path: connection.path },
    });
}
