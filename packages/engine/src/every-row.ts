import type { Row, SqlValue, StoredRow } from "@travelagent/protocol/ports";

const pageSize = 200;
/** Our own name for the number of a row; no table of ours has a column that is called so. */
const number = "row number";

/** All rows of all tables, in pages, so that others have their turn between them. Tables behind a full-text index come as they are stored. */
export async function* everyRow(all: (sql: string, ...params: SqlValue[]) => Promise<Row[]>): AsyncGenerator<StoredRow> {
  const tables = await all("select name, sql from sqlite_master where type = 'table' and sql not like 'create virtual table%' order by name");
  for (const { name, sql } of tables as { name: string; sql: string }[]) {
    const keys = (await all("select name from pragma_table_info(?) where pk > 0 order by pk", name)).map((column) => String(column.name));
    const numbered = !/without\s+rowid\s*$/i.test(sql);
    const order = numbered ? ["rowid"] : keys.map((key) => `"${key}"`);
    const columns = order.join(", ");
    let after: SqlValue[] | undefined;
    for (;;) {
      const beyond = after ? `where (${columns}) > (${after.map(() => "?").join(", ")})` : "";
      const page = await all(
        `select ${numbered ? `rowid as "${number}", ` : ""}* from "${name}" ${beyond} order by ${columns} limit ${pageSize}`,
        ...(after ?? []),
      );
      for (const { [number]: at, ...row } of page) yield { table: name, id: keys.length > 0 ? keys.map((key) => String(row[key])).join("/") : String(at), row };
      const last = page.at(-1);
      if (page.length < pageSize || !last) break;
      after = numbered ? [last[number] as SqlValue] : keys.map((key) => last[key] as SqlValue);
    }
  }
}
