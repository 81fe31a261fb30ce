import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Tx } from "@travelagent/protocol/ports";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OpenDatabase, openDatabase } from "./database.ts";

const migrations = [{ version: 1, sql: "create table note (id integer primary key, body text not null); create table seen (id integer primary key);" }];
const code = (expected: string) => expect.objectContaining({ code: expected });

describe("the database", () => {
  let directory: string;
  let path: string;
  let db: OpenDatabase;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "database-"));
    path = join(directory, "test.db");
    db = openDatabase({ path, busyTimeoutMs: 50, stuckAfterMs: 200 });
    await db.migrate("notes", migrations);
  });
  afterEach(async () => {
    await db.close();
    await rm(directory, { recursive: true, force: true });
  });
  const insert = (id: number, body = "text") => db.transaction((tx) => tx.run("insert into note (id, body) values (?, ?)", id, body));
  const ids = async () => (await db.all<{ id: number }>("select id from note order by id")).map(({ id }) => id);

  it("has another version after every commit, whoever made it, and the same one until then", async () => {
    const versions = new Set([db.version!()]);
    await ids();
    expect(db.version!()).toBe([...versions][0]);
    for (let id = 0; id < 20; id++) {
      await insert(id);
      versions.add(db.version!());
      expect(await ids()).toHaveLength(id + 1);
    }
    await expect(db.transaction(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(versions.has(db.version!())).toBe(true);
    const other = new DatabaseSync(path);
    other.exec("insert into note (id, body) values (100, 'from another program')");
    other.close();
    versions.add(db.version!());
    expect(versions.size).toBe(22);
    const inMemory = openDatabase({ path: ":memory:" });
    expect(inMemory.version).toBeUndefined();
    await inMemory.close();
    await db.close();
    expect(() => db.version!()).toThrow(code("UNAVAILABLE"));
  });

  it("keeps what did not wait for the disk, also over a restart", async () => {
    await db.transaction((tx) => tx.run("insert into note (id, body) values (1, 'x')"), { durable: false });
    expect(await ids()).toEqual([1]);
    await Promise.all([
      insert(2),
      db.transaction((tx) => tx.run("insert into note (id, body) values (3, 'x')"), { durable: false }),
      expect(db.transaction(() => Promise.reject(new Error("no")), { durable: false })).rejects.toThrow("no"),
    ]);
    await db.close();
    db = openDatabase({ path });
    expect(await ids()).toEqual([1, 2, 3]);
  });

  it("rolls back alone what throws among many that share a commit", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, id) =>
        db.transaction(async (tx) => {
          await tx.run("insert into note (id, body) values (?, 'x')", id);
          await tx.run("insert into seen (id) values (?)", id);
          if (id % 10 === 3) throw new Error(`no ${id}`);
          return id;
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === "rejected").map((outcome) => (outcome as PromiseRejectedResult).reason.message)).toEqual(
      [3, 13, 23, 33, 43].map((id) => `no ${id}`),
    );
    expect(await ids()).toEqual(Array.from({ length: 50 }, (_, id) => id).filter((id) => id % 10 !== 3));
    expect(await db.get("select count(*) as n from seen")).toEqual({ n: 45 });
  });

  it("goes on inside a transaction after a violated constraint that was caught", async () => {
    await insert(1);
    await db.transaction(async (tx) => {
      await expect(tx.run("insert into note (id, body) values (1, 'again')")).rejects.toThrow(/UNIQUE/);
      await tx.run("insert into note (id, body) values (2, 'other')");
    });
    expect(await ids()).toEqual([1, 2]);
  });

  it("has committed durably when the promise resolves, and shows readers nothing before", async () => {
    let during: unknown;
    await db.transaction(async (tx) => {
      await tx.run("insert into note (id, body) values (1, 'x')");
      during = await db.get("select count(*) as n from note");
      expect(await tx.get("select count(*) as n from note")).toEqual({ n: 1 });
    });
    expect(during).toEqual({ n: 0 });
    const other = new DatabaseSync(path, { readOnly: true });
    expect(other.prepare("select count(*) as n from note").get()).toEqual({ n: 1 });
    other.close();
  });

  it("refuses a transaction that is used after its end", async () => {
    let kept: Tx | undefined;
    await db.transaction(async (tx) => {
      kept = tx;
    });
    await expect(kept?.run("insert into note (id, body) values (9, 'late')")).rejects.toEqual(code("INTERNAL"));
    expect(await ids()).toEqual([]);
  });

  it("rolls back a transaction that waits for something else, so that the others go on", async () => {
    const nested = db.transaction(async (tx) => {
      await tx.run("insert into note (id, body) values (1, 'x')");
      await insert(2);
    });
    await expect(nested).rejects.toEqual(code("INTERNAL"));
    await insert(3);
    expect(await ids()).toEqual([2, 3]);
  });

  it("says STORAGE_FULL when no space is left, keeps what was stored, and goes on when there is space again", async () => {
    await insert(1);
    await db.transaction((tx) => tx.all("pragma max_page_count = 12"));
    const outcomes = await Promise.allSettled([insert(2), insert(3, "x".repeat(100_000)), insert(4)]);
    expect(outcomes[1]).toEqual({ status: "rejected", reason: code("STORAGE_FULL") });
    const stored = [1, ...outcomes.flatMap(({ status }, at) => (status === "fulfilled" ? [at + 2] : []))];
    expect(await ids()).toEqual(stored);
    await db.transaction((tx) => tx.all("pragma max_page_count = 1000000"));
    await insert(5, "x".repeat(100_000));
    expect(await ids()).toEqual([...stored, 5]);
  });

  it("says STORAGE_BUSY while another program holds the lock, and stores nothing then", async () => {
    const other = new DatabaseSync(path);
    other.exec("begin immediate");
    await expect(insert(1)).rejects.toEqual(code("STORAGE_BUSY"));
    other.exec("rollback");
    other.close();
    await insert(2);
    expect(await ids()).toEqual([2]);
  });

  it("waits for a lock of another program without standing still", async () => {
    await db.close();
    db = openDatabase({ path, busyTimeoutMs: 5_000 });
    await insert(1);
    const other = new DatabaseSync(path);
    other.exec("begin immediate");
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 5);
    setTimeout(() => {
      other.exec("rollback");
      other.close();
    }, 150);
    await Promise.all([insert(2), insert(3)]);
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(5);
    expect(await ids()).toEqual([1, 2, 3]);
  });

  it("rejects everything that shared a commit which failed", async () => {
    await db.migrate("linked", [{ version: 1, sql: "create table link (note_id integer references note (id) deferrable initially deferred)" }]);
    const dangling = db.transaction((tx) => tx.run("insert into link (note_id) values (77)"));
    const outcomes = await Promise.allSettled([insert(1), dangling, insert(2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(await ids()).toEqual([]);
    await insert(3);
    expect(await ids()).toEqual([3]);
  });

  it("names a file that is no database or is damaged", async () => {
    const bad = join(directory, "bad.db");
    writeFileSync(bad, "this is a text and no database at all, long enough to be looked at".repeat(40));
    expect(() => openDatabase({ path: bad })).toThrowError(expect.objectContaining({ code: "STORAGE_CORRUPT", message: expect.stringContaining(bad) }));
  });

  it("runs migrations once and in order, and refuses a schema that is newer", async () => {
    await db.migrate("notes", [...migrations, { version: 2, sql: "alter table note add column author text" }]);
    await db.transaction((tx) => tx.run("insert into note (id, body, author) values (1, 'x', 'Ana Silva')"));
    await db.migrate("notes", [...migrations, { version: 2, sql: "alter table note add column author text" }]);
    await expect(db.migrate("notes", migrations)).rejects.toEqual(code("STORAGE_CORRUPT"));
    await expect(
      db.migrate("other", [
        { version: 1, sql: "create table first (id integer)" },
        { version: 2, sql: "create table second (id integer); create table nonsense (" },
      ]),
    ).rejects.toThrow();
    expect(await db.get("select version from schema_version where owner = 'other'")).toEqual({ version: 1 });
    expect(await db.get("select count(*) as n from sqlite_master where name = 'second'")).toEqual({ n: 0 });
  });

  it("runs a migration once when two ask for it at the same time", async () => {
    const twice = [
      { version: 1, sql: "create table once (id integer)" },
      { version: 2, sql: "insert into once values (1)" },
    ];
    await Promise.all([db.migrate("twice", twice), db.migrate("twice", twice)]);
    expect(await db.get("select count(*) as n from once")).toEqual({ n: 1 });
  });

  it("ends what is queued before it closes, and refuses what comes later", async () => {
    const last = insert(1);
    const closing = db.close();
    await last;
    await closing;
    await expect(insert(2)).rejects.toEqual(code("UNAVAILABLE"));
    await expect(db.get("select 1")).rejects.toEqual(code("UNAVAILABLE"));
  });
});

describe("a database in memory", () => {
  it("shows readers committed rows only", async () => {
    const db = openDatabase({ path: ":memory:" });
    await db.migrate("notes", migrations);
    const writes = [1, 2, 3].map((id) => db.transaction((tx) => tx.run("insert into note (id, body) values (?, 'x')", id)));
    const failing = db.transaction(async (tx) => {
      await tx.run("insert into note (id, body) values (4, 'x')");
      await tx.get("select 1");
      throw new Error("no");
    });
    await Promise.allSettled([...writes, failing]);
    expect(await db.get("select count(*) as n from note")).toEqual({ n: 3 });
    await db.close();
  });
});
