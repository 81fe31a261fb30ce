import { createHash } from "node:crypto";
import type { Database, Migration, Tx } from "@travelagent/protocol/ports";

/** What is kept about one customer for searching. */
export interface Indexed {
  words: readonly string[];
  /** Exact values: who looks after them, tags, the agency. */
  facets: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface IndexQuery {
  /** Rows of words that must all be there, one after the other within a row; of each row the last word may go on. */
  terms: readonly (readonly string[])[];
  facets: Readonly<Record<string, string>>;
  /** Only customers with a lower number. */
  before?: number;
  limit: number;
}

/** Where customers are found by words. Which customer is meant is their number, which grows with each new one. */
export interface CustomerIndex {
  migrate(): Promise<void>;
  put(tx: Tx, customer: number, entry: Indexed): Promise<void>;
  /** Nothing of the entry is left in the index. */
  remove(tx: Tx, customer: number): Promise<void>;
  /** Numbers, highest first. Something must be asked for. */
  find(query: IndexQuery): Promise<number[]>;
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create virtual table crm_word using fts5 (words, facets, tokenize='unicode61 remove_diacritics 0', prefix='1 2 3');
      insert into crm_word (crm_word, rank) values ('secure-delete', 1);
    `,
  },
];

/** One word for a value of a facet, whatever is in it. */
const facetWord = (name: string, value: string): string =>
  `f${createHash("sha256").update(`${name}\n${value.trim().toLowerCase()}`).digest("hex").slice(0, 24)}`;

/** FTS5: the newest of many hits are found without looking at the rest, also where several common words come together. */
export const ftsCustomerIndex = (db: Database): CustomerIndex => ({
  migrate: () => db.migrate("crm-search", migrations),

  async put(tx, customer, { words, facets }) {
    const values = Object.entries(facets).flatMap(([name, given]) => (given === undefined ? [] : [given].flat().map((value) => facetWord(name, value))));
    await tx.run("delete from crm_word where rowid = ?", customer);
    await tx.run("insert into crm_word (rowid, words, facets) values (?, ?, ?)", customer, words.join(" "), values.join(" "));
  },

  async remove(tx, customer) {
    await tx.run("delete from crm_word where rowid = ?", customer);
  },

  async find({ terms, facets, before, limit }) {
    const asked = [
      ...terms.map((term) => `{words} : "${term.join(" ")}" *`),
      ...Object.entries(facets).map(([name, value]) => `{facets} : "${facetWord(name, value)}"`),
    ];
    const rows = await db.all<{ rowid: number }>(
      `select rowid from crm_word where crm_word match ? ${before === undefined ? "" : "and rowid < ?"} order by rowid desc limit ?`,
      asked.join(" AND "),
      ...(before === undefined ? [] : [before]),
      limit,
    );
    return rows.map(({ rowid }) => Number(rowid));
  },
});
