import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoredRow } from "@travelagent/protocol/ports";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "./database.ts";

describe("a database that was scrubbed", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "scrub-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const filesWith = (text: string) =>
    readdirSync(directory).filter((name) => readFileSync(join(directory, name)).toString("latin1").toLowerCase().includes(text));

  it("has no byte of what was deleted or replaced, in no file and no full-text index, and goes on working", async () => {
    const db = openDatabase({ path: join(directory, "a.db"), exclusive: true });
    await db.migrate("test", [
      {
        version: 1,
        sql: `create table note (id integer primary key, text text not null); create index note_text on note (text);
          create virtual table note_words using fts5 (text, content='', contentless_delete=1, tokenize='porter unicode61');`,
      },
    ]);
    const write = (id: number, text: string) =>
      db.transaction(async (tx) => {
        await tx.run("insert into note (id, text) values (?, ?) on conflict (id) do update set text = excluded.text", id, text);
        await tx.run("delete from note_words where rowid = ?", id);
        await tx.run("insert into note_words (rowid, text) values (?, ?)", id, text);
      });
    for (let id = 0; id < 300; id++) await write(id, `quetzalcanary ${id} ${"x".repeat(200)}`);
    await write(300, "kept words stay");
    for (let id = 0; id < 300; id += 2) await write(id, "something else");
    await db.transaction(async (tx) => {
      await tx.run("delete from note_words where rowid in (select id from note where text like 'quetzal%')");
      await tx.run("delete from note where text like 'quetzal%'");
    });
    expect(filesWith("quetzal")).not.toEqual([]);
    // Others write at the same time: nothing of theirs is lost.
    await Promise.all([db.scrub!(), write(301, "written meanwhile"), write(302, "and this")]);
    await db.scrub!();
    expect(filesWith("quetzal")).toEqual([]);
    expect(await db.get("select count(*) as n from note where id > 299")).toEqual({ n: 3 });
    expect(await db.all("select rowid from note_words where note_words match 'meanwhile'")).toEqual([{ rowid: 301 }]);
    await db.close();
  });

  it("shows every row of every table with its key", async () => {
    const db = openDatabase({ path: ":memory:" });
    await db.migrate("test", [
      {
        version: 1,
        sql: `create table numbered (text text); create table keyed (id text primary key, n integer);
          create table pair (a text not null, b integer not null, text text, primary key (a, b)) without rowid;`,
      },
    ]);
    await db.transaction(async (tx) => {
      for (let n = 0; n < 450; n++) {
        await tx.run("insert into keyed (id, n) values (?, ?)", `k${n}`, n);
        await tx.run("insert into pair (a, b, text) values (?, ?, 't')", n % 2 === 0 ? "x" : "y", n);
      }
      await tx.run("insert into numbered (text) values ('alone')");
    });
    const rows: StoredRow[] = [];
    for await (const row of db.everyRow!()) rows.push(row);
    const of = (table: string) => rows.filter((row) => row.table === table);
    expect(new Set(of("keyed").map(({ id }) => id)).size).toBe(450);
    expect(new Set(of("pair").map(({ id }) => id)).size).toBe(450);
    expect(of("pair")[0]).toEqual({ table: "pair", id: "x/0", row: { a: "x", b: 0, text: "t" } });
    expect(of("numbered")).toEqual([{ table: "numbered", id: "1", row: { text: "alone" } }]);
    await db.close();
  });
});
