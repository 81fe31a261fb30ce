import type { Database, Migration, Row, Tx } from "@travelagent/protocol/ports";
import { similarity } from "./embeddings.ts";
import type { Candidate, MemoryScope, RecallIndex } from "./recall-index.ts";

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table recall_file (path text primary key, scope text not null, hash text not null);
      create table recall_chunk (
        id integer primary key, path text not null, scope text not null, start_line bigint not null, end_line bigint not null,
        text text not null, vector blob not null
      );
      create index recall_chunk_path on recall_chunk (path);
      create index recall_chunk_scope on recall_chunk (scope);
      create virtual table recall_words using fts5 (text, content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2');
    `,
  },
  { version: 2, sql: "alter table recall_chunk add column hash text not null default ''" },
];

interface ChunkRow extends Row {
  id: number;
  path: string;
  scope: string;
  start_line: number;
  end_line: number;
  text: string;
  vector_length: number;
}

/** Words of the question as FTS5 reads them: each quoted, so that nothing in it is an operator. */
const matching = (text: string): string =>
  (text.match(/[\p{L}\p{N}]+/gu) ?? [])
    .slice(0, 32)
    .map((word) => `"${word}"`)
    .join(" OR ");

const pack = (vector: Float32Array): Uint8Array => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
/** A copy: what a database hands out need not lie where four bytes may be read as a number. */
const unpack = (bytes: Uint8Array): Float32Array => new Float32Array(bytes.slice().buffer);

/** An index in SQLite: FTS5 for words, vectors compared one by one within the scopes of the question. */
export function sqliteRecallIndex({ db }: { db: Database }): RecallIndex {
  // Vectors of the agency's memory are asked for in every search; those of customers are few each.
  const vectors = new Map<string, { id: number; vector: Float32Array }[]>();
  const vectorsOf = async (scope: MemoryScope) => {
    const known = vectors.get(scope);
    if (known) return known;
    const rows = await db.all<{ id: number; vector: Uint8Array }>(
      "select id, vector from recall_chunk where scope = ? and length(vector) > 0 order by id",
      scope,
    );
    const read = rows.map(({ id, vector }) => ({ id: Number(id), vector: unpack(vector) }));
    if (vectors.size >= 64) vectors.delete(vectors.keys().next().value!);
    vectors.set(scope, read);
    return read;
  };

  return {
    migrate: () => db.migrate("recall", migrations),
    async files() {
      return (await db.all<{ path: string; scope: string; hash: string }>("select path, scope, hash from recall_file order by path")).map((row) => ({
        path: row.path,
        scope: row.scope as MemoryScope,
        hash: row.hash,
      }));
    },
    async vectors(path) {
      const rows = await db.all<{ hash: string; vector: Uint8Array }>("select hash, vector from recall_chunk where path = ? and length(vector) > 0", path);
      return new Map(rows.map(({ hash, vector }) => [hash, unpack(vector)]));
    },
    async put({ path, scope, hash }, chunks) {
      await db.transaction(async (tx) => {
        await forget(tx, path);
        for (const { text, startLine, endLine, vector, hash: ofChunk } of chunks) {
          const row = await tx.get<{ id: number }>(
            "insert into recall_chunk (path, scope, start_line, end_line, text, vector, hash) values (?, ?, ?, ?, ?, ?, ?) returning id",
            path,
            scope,
            startLine,
            endLine,
            text,
            vector ? pack(vector) : new Uint8Array(),
            ofChunk,
          );
          await tx.run("insert into recall_words (rowid, text) values (?, ?)", row!.id, text);
        }
        await tx.run(
          "insert into recall_file (path, scope, hash) values (?, ?, ?) on conflict (path) do update set scope = excluded.scope, hash = excluded.hash",
          path,
          scope,
          hash,
        );
      });
      vectors.clear();
    },
    async remove(path) {
      await db.transaction(async (tx) => {
        await forget(tx, path);
        await tx.run("delete from recall_file where path = ?", path);
      });
      vectors.clear();
    },
    async candidates({ scopes, text, vector, limit }) {
      const found = new Map<number, { words?: number; meaning?: number }>();
      const match = matching(text);
      const marks = scopes.map(() => "?").join(", ");
      if (match !== "") {
        const rows = await db.all<{ id: number; rank: number }>(
          `select c.id, recall_words.rank as rank from recall_words join recall_chunk c on c.id = recall_words.rowid
           where recall_words match ? and c.scope in (${marks}) order by recall_words.rank limit ?`,
          match,
          ...scopes,
          limit,
        );
        // FTS5 ranks from minus something to 0; the best of this question counts as 1.
        const best = Math.min(...rows.map(({ rank }) => Number(rank)), -1e-9);
        for (const { id, rank } of rows) found.set(Number(id), { words: Number(rank) / best });
      }
      const near = (vector ? (await Promise.all(scopes.map(vectorsOf))).flat() : [])
        .map(({ id, vector: own }) => ({ id, meaning: own.length === vector?.length ? similarity(own, vector) : 0 }))
        .filter(({ meaning }) => meaning > 0)
        .sort((a, b) => b.meaning - a.meaning || a.id - b.id)
        .slice(0, limit);
      for (const { id, meaning } of near) found.set(id, { ...found.get(id), meaning: Math.min(1, meaning) });
      if (found.size === 0) return [];
      const ids = [...found.keys()];
      const rows = await db.all<ChunkRow>(
        `select id, path, scope, start_line, end_line, text, length(vector) as vector_length from recall_chunk where scope in (${marks}) and id in (${ids.map(() => "?").join(", ")})`,
        ...scopes,
        ...ids,
      );
      return rows.map(
        (row): Candidate => ({
          path: row.path,
          scope: row.scope as MemoryScope,
          text: row.text,
          startLine: Number(row.start_line),
          endLine: Number(row.end_line),
          ...found.get(Number(row.id)),
          ...(Number(row.vector_length) === 0 ? { wordsOnly: true } : {}),
        }),
      );
    },
  };
}

async function forget(tx: Tx, path: string): Promise<void> {
  await tx.run("delete from recall_words where rowid in (select id from recall_chunk where path = ?)", path);
  await tx.run("delete from recall_chunk where path = ?", path);
}
