import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openDatabase } from "@travelagent/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFinder } from "./finder.ts";
import { linesPersonalData } from "./overwrite.ts";
import { scanForResidue } from "./scan.ts";

describe("residue", () => {
  let directory: string;
  const finder = createFinder(["Ana Silva", "ana.silva@example.com", "+34600111222"]);
  const signal = new AbortController().signal;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "residue-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(join(directory, path, ".."), { recursive: true });
    writeFileSync(join(directory, path), content);
  };

  it("is found in files, names of files and what is compressed, and told without naming anybody", async () => {
    write("a/clean.txt", "nobody");
    write("a/b/plain.txt", `${"x".repeat(300_000)}Ana Silva`);
    write("log.gz", gzipSync("one line with Ana Silva\n"));
    write("mixed.bin", Buffer.concat([Buffer.from("head"), gzipSync("0034 600 111 222"), Buffer.from("tail")]));
    write("ana-silva.txt", "");
    const { findings, files, bytes } = await scanForResidue({ directory, finder, databases: [], signal });
    expect(findings).toEqual([
      { place: "a/b/plain.txt", identifiers: 1 },
      { place: "*********.txt (the name of the file)", identifiers: 1 },
      { place: "log.gz", identifiers: 1 },
      { place: "mixed.bin", identifiers: 1 },
    ]);
    expect(files).toBe(5);
    expect(bytes).toBeGreaterThan(300_000);
  });

  it("names the row of a database, and what is in no row of it", async () => {
    const path = join(directory, "data.db");
    const db = openDatabase({ path });
    await db.migrate("test", [{ version: 1, sql: "create table note (id text primary key, text text, picture blob)" }]);
    const say = (id: string, text: string, picture: Uint8Array | null = null) =>
      db.transaction((tx) => tx.run("insert into note (id, text, picture) values (?, ?, ?)", id, text, picture));
    const look = async () => (await scanForResidue({ directory, finder, databases: [{ file: "data.db", db }], signal })).findings.map(({ place }) => place);
    await say("n1", "nothing");
    await say("n2", "from Ana Silva");
    await say("n3", "a picture", Buffer.from("ana.silva@example.com"));
    expect(await look()).toEqual(["data.db note/n2", "data.db note/n3"]);
    await db.transaction((tx) => tx.run("delete from note where id in ('n2', 'n3')"));
    expect((await look()).every((place) => place.endsWith("(outside of every row)"))).toBe(true);
    expect(await look()).not.toEqual([]);
    await db.scrub!();
    expect(await look()).toEqual([]);
    await db.close();
  });

  it("is overwritten in logs, whose lines stay JSON and stay as long as they were", async () => {
    const line = (text: string) => `${JSON.stringify({ level: "info", message: text, n: 34600111222 })}\n`;
    write("logs/gateway-2027-01-14.jsonl", line("Ana Silva wrote") + line("somebody else") + line("to ana.silva@example.com, 600 111 222"));
    const store = linesPersonalData({
      name: "logs",
      covers: ["logs/*"],
      directories: [join(directory, "logs"), join(directory, "missing")],
      identifiersOf: ({ identifiers }) => identifiers,
    });
    const subject = { customerIds: [], sessionKeys: [], bookingIds: [], identities: [], identifiers: ["Ana Silva", "ana.silva@example.com", "+34600111222"] };
    const before = readFileSync(join(directory, "logs/gateway-2027-01-14.jsonl"), "utf8");
    const first = await store.erase(subject, { reason: "asked", now: 0, signal });
    expect(first.removed).toBeGreaterThan(5);
    const after = readFileSync(join(directory, "logs/gateway-2027-01-14.jsonl"), "utf8");
    expect(after.length).toBe(before.length);
    const lines = after
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text) as { message: string });
    expect(lines.map(({ message }) => message)).toEqual(["xxxxxxxxx wrote", "somebody else", "to xxxxxxxxxxxxxxxxxxxxx, 999x999x999"]);
    expect(await store.erase(subject, { reason: "asked", now: 0, signal })).toEqual({ removed: 0, held: [] });
  });
});
