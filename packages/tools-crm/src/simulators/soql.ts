/** One query as far as a sync needs it: `SELECT a, b FROM Contact [WHERE SystemModstamp >= t] [ORDER BY …] [LIMIT n]`. */
export interface Soql {
  columns: string[];
  object: string;
  /** Milliseconds since the epoch. */
  since: number;
  limit: number;
}

/** Raises with a message when the query is another one. */
export function readSoql(text: string): Soql {
  const found =
    /^\s*SELECT\s+(.+?)\s+FROM\s+(\w+)(?:\s+WHERE\s+SystemModstamp\s*>=\s*(\S+))?(?:\s+ORDER\s+BY\s+SystemModstamp(?:\s+ASC)?(?:,\s*Id)?)?(?:\s+LIMIT\s+(\d+))?\s*$/i.exec(
      text,
    );
  if (!found) throw new Error("unexpected token");
  const [, columns = "", object = "", since, limit] = found;
  return {
    columns: columns.split(",").map((column) => column.trim()),
    object,
    since: since === undefined ? 0 : Date.parse(since),
    limit: limit === undefined ? Number.POSITIVE_INFINITY : Number(limit),
  };
}
