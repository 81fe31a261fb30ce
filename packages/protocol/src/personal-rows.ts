import type { DataSubject, Erasure, ExportedFile, PersonalDataStore } from "./personal-data.ts";
import type { Database, Row, SqlValue, Tx } from "./ports.ts";

/** A table with rows about persons: how theirs are found, told and forgotten. */
export interface PersonalTable {
  table: string;
  /** Columns of the primary key. */
  key: readonly string[];
  /** What the rows are, for whoever reads an export: "Messages you wrote to us". Absent: not exported, since it tells a person nothing. */
  title?: string;
  /** Columns that say whose a row is; one that matches is enough. */
  customer?: string;
  session?: string;
  booking?: string;
  /** Text in which ids of the customer, of their conversations or of their bookings may stand. */
  mentions?: readonly string[];
  /** Rows that belong to rows of another table: those whose `column` is the `is` of one. */
  of?: { column: string; table: PersonalTable; is: string };
  /** A condition in SQL that holds for every row in question. */
  where?: string;
  /** Columns that hold JSON. */
  json?: readonly string[];
  /** Columns that are not told: hashes, texts of our own machinery. */
  hidden?: readonly string[];
  /** The rows go, or they lose what names the person: column and what it becomes, and then nothing in them may match any more. */
  erase: "delete" | Readonly<Record<string, SqlValue>>;
}

type Ids = Pick<DataSubject, "customerIds" | "sessionKeys" | "bookingIds">;

const pageSize = 500;
/** Of each kind in one statement. */
const idsAtOnce = 40;

function* chunks({ customerIds, sessionKeys, bookingIds }: Ids): Generator<Ids> {
  const longest = Math.max(customerIds.length, sessionKeys.length, bookingIds.length);
  for (let from = 0; from < longest; from += idsAtOnce) {
    const to = from + idsAtOnce;
    yield { customerIds: customerIds.slice(from, to), sessionKeys: sessionKeys.slice(from, to), bookingIds: bookingIds.slice(from, to) };
  }
}

const like = (id: string): string => `%${id.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
const allOf = ({ customerIds, sessionKeys, bookingIds }: Ids): string[] => [...customerIds, ...sessionKeys, ...bookingIds];

/** Which rows may be theirs. Undefined when none can. */
function condition({ customer, session, booking, mentions = [], of, where }: PersonalTable, ids: Ids): { sql: string; params: SqlValue[] } | undefined {
  const parts: string[] = [];
  const params: SqlValue[] = [];
  for (const [column, values] of [
    [customer, ids.customerIds],
    [session, ids.sessionKeys],
    [booking, ids.bookingIds],
  ] as const) {
    if (column === undefined || values.length === 0) continue;
    parts.push(`${column} in (${values.map(() => "?").join(", ")})`);
    params.push(...values);
  }
  for (const column of mentions)
    for (const id of allOf(ids)) {
      parts.push(`${column} like ? escape '\\'`);
      params.push(like(id));
    }
  const parent = of && condition(of.table, ids);
  if (of && parent) {
    parts.push(`${of.column} in (select ${of.is} from ${of.table.table} where ${parent.sql})`);
    params.push(...parent.params);
  }
  if (parts.length === 0) return undefined;
  return { sql: `(${parts.join(" or ")})${where === undefined ? "" : ` and (${where})`}`, params };
}

const moreOfKey = /^(?:[\p{L}\p{N}_@.+-]|:[\p{L}\p{N}])/u;
const moreOfId = /^[\p{L}\p{N}_]/u;

/** The id stands there as a whole, not as the beginning of a longer one. Keys for suppliers are ids with something behind a dash. */
function says(text: string, id: string, more: RegExp): boolean {
  const lower = text.toLowerCase();
  const wanted = id.toLowerCase();
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
    if (!more.test(text.slice(at + wanted.length, at + wanted.length + 3))) return true;
  }
  return false;
}

/** `like` knows no ends of ids: what it found by a mention alone is looked at again. */
function isTheirs({ customer, session, booking, mentions = [], of }: PersonalTable, row: Row, ids: Ids): boolean {
  if (mentions.length === 0 || of) return true;
  const named = (column: string | undefined, values: readonly string[]) => column !== undefined && values.includes(String(row[column]));
  if (named(customer, ids.customerIds) || named(session, ids.sessionKeys) || named(booking, ids.bookingIds)) return true;
  const texts = mentions.flatMap((column) => (typeof row[column] === "string" ? [row[column]] : []));
  return texts.some(
    (text) => ids.sessionKeys.some((key) => says(text, key, moreOfKey)) || [...ids.customerIds, ...ids.bookingIds].some((id) => says(text, id, moreOfId)),
  );
}

/** Pages of rows, each read when it is asked for. What was shown may be deleted before the next is read. */
async function* rowsOf(db: Database, table: PersonalTable, subject: Ids): AsyncGenerator<Row[]> {
  const columns = table.key.join(", ");
  for (const ids of chunks(subject)) {
    const found = condition(table, ids);
    if (!found) continue;
    let after: SqlValue[] | undefined;
    for (;;) {
      const beyond = after ? ` and (${columns}) > (${after.map(() => "?").join(", ")})` : "";
      const page = await db.all(
        `select * from ${table.table} where ${found.sql}${beyond} order by ${columns} limit ${pageSize}`,
        ...found.params,
        ...(after ?? []),
      );
      const theirs = page.filter((row) => isTheirs(table, row, ids));
      if (theirs.length > 0) yield theirs;
      const last = page.at(-1);
      if (page.length < pageSize || !last) break;
      after = table.key.map((column) => last[column] as SqlValue);
    }
  }
}

const keyCondition = ({ key }: PersonalTable): string => key.map((column) => `${column} = ?`).join(" and ");
const keyOf = ({ key }: PersonalTable, row: Row): SqlValue[] => key.map((column) => row[column] as SqlValue);

async function eraseRows(tx: Tx, table: PersonalTable, rows: readonly Row[]): Promise<number> {
  const { erase } = table;
  const [sql, values] =
    erase === "delete"
      ? [`delete from ${table.table} where ${keyCondition(table)}`, []]
      : [
          `update ${table.table} set ${Object.keys(erase)
            .map((column) => `${column} = ?`)
            .join(", ")} where ${keyCondition(table)}`,
          Object.values(erase),
        ];
  let changed = 0;
  for (const row of rows) changed += (await tx.run(sql, ...values, ...keyOf(table, row))).changes;
  return changed;
}

/** JSON columns as values; what is no JSON stays text. Bytes are told in base64. */
function readable({ json = [], hidden = [] }: PersonalTable, row: Row): Row {
  const told: Row = {};
  for (const [column, value] of Object.entries(row)) {
    if (hidden.includes(column) || value === null) continue;
    if (value instanceof Uint8Array) told[column] = btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join(""));
    else if (json.includes(column) && typeof value === "string") told[column] = parsed(value);
    else told[column] = typeof value === "bigint" ? Number(value) : value;
  }
  return told;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** An id of a row that changed hands: table and key, with signs of a JSON array. */
const rowId = (table: PersonalTable, row: Row): string => `${table.table}:${JSON.stringify(keyOf(table, row))}`;

/**
 * A store of plain tables, children before what they belong to. Erasing goes table by table, some hundred rows a commit: what a crash
 * left is found again by the next call.
 */
export function personalRows({
  name,
  db,
  tables,
  discover,
}: {
  name: string;
  db: Database;
  tables: readonly PersonalTable[];
  discover?: (subject: DataSubject) => Promise<Partial<DataSubject>>;
}): PersonalDataStore {
  const owned = tables.filter(({ customer }) => customer !== undefined);
  return {
    name,
    covers: { tables: tables.map(({ table }) => table) },
    ...(discover ? { discover } : {}),

    async *export(subject, signal): AsyncIterable<ExportedFile> {
      for (const table of tables) {
        if (table.title === undefined) continue;
        const told = new Map<string, Row>();
        for await (const page of rowsOf(db, table, subject)) {
          signal.throwIfAborted();
          for (const row of page) told.set(rowId(table, row), readable(table, row));
        }
        if (told.size > 0) yield { path: `${table.table.replaceAll("_", "-")}.json`, title: table.title, content: [...told.values()] };
      }
    },

    async erase(subject, { signal }): Promise<Erasure> {
      let removed = 0;
      for (const table of tables)
        for await (const page of rowsOf(db, table, subject)) {
          signal.throwIfAborted();
          removed += await db.transaction((tx) => eraseRows(tx, table, page));
        }
      return { removed, held: [] };
    },

    ...(owned.length === 0
      ? {}
      : {
          async reassign({ from, to, only }, tx) {
            const moved: string[] = [];
            for (const table of owned) {
              const rows = await tx.all(`select * from ${table.table} where ${table.customer} = ?${table.where ? ` and (${table.where})` : ""}`, from);
              for (const row of rows) {
                const id = rowId(table, row);
                if (only && !only.includes(id)) continue;
                // Documents say whose they are too.
                const documents = (table.json ?? []).filter((column) => typeof row[column] === "string");
                await tx.run(
                  `update ${table.table} set ${[table.customer, ...documents].map((column) => `${column} = ?`).join(", ")} where ${keyCondition(table)}`,
                  to,
                  ...documents.map((column) => String(row[column]).replaceAll(JSON.stringify(from), JSON.stringify(to))),
                  ...keyOf(table, row),
                );
                moved.push(id);
              }
            }
            return moved;
          },
        }),
  };
}
