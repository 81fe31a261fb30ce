import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@travelagent/engine";
import { fakeClock, personalDataContract } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { hashEmbeddings } from "./embeddings.ts";
import { memoryFiles } from "./memory-files.ts";
import { memoryPersonalData } from "./personal-data.ts";
import { createRecall } from "./recall.ts";
import { sqliteRecallIndex } from "./sqlite-recall-index.ts";

const subject = (customerId: string, email: string) => ({
  customerIds: [customerId],
  sessionKeys: [],
  bookingIds: [],
  identities: [],
  identifiers: ["Ana Silva", email],
});
const mine = subject("cus_1", "ana@example.com");
const other = subject("cus_2", "other@example.com");

async function open() {
  const directory = mkdtempSync(join(tmpdir(), "memory-"));
  mkdirSync(join(directory, "memory", "customers"), { recursive: true });
  writeFileSync(join(directory, "memory", "customers", "cus_1.md"), "## 2027-01-14\nlikes word0 rooms\n\n");
  writeFileSync(join(directory, "memory", "customers", "cus_2.md"), "## 2027-01-14\nlikes word1 rooms\n\n");
  writeFileSync(
    join(directory, "memory", "2027-01-14.md"),
    "Write to Ana@Example.com about the voucher.\n\nThe office is closed on Friday.\n\nWrite to other@example.com too.\n\n",
  );
  writeFileSync(join(directory, "MEMORY.md"), "Ana Silva of the tourist office is helpful.\n");
  const db = openDatabase({ path: ":memory:" });
  const [files, index] = [memoryFiles({ directory }), sqliteRecallIndex({ db })];
  await index.migrate();
  const recall = createRecall({ files, index, embeddings: hashEmbeddings(), clock: fakeClock() });
  await recall.sync();
  const close = async () => {
    await db.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { directory, db, recall, store: memoryPersonalData({ files, index, directory }), close };
}

personalDataContract({ describe, it, expect }, "memory", async () => {
  const { store, close } = await open();
  return { store, mine, other, said: ["word0", "Ana@Example.com"], saidByOther: ["word1", "other@example.com"], close };
});

describe("what was written down about a person", () => {
  it("is one file, also when records were merged", async () => {
    const { store, close } = await open();
    const files: { path: string; content: unknown }[] = [];
    for await (const file of store.export({ ...mine, customerIds: ["cus_1", "cus_2"], identifiers: [] }, new AbortController().signal)) files.push(file);
    expect(files).toMatchObject([{ path: "about-you.md", content: "## 2027-01-14\nlikes word0 rooms\n\n## 2027-01-14\nlikes word1 rooms\n\n" }]);
    await close();
  });

  it("stays where a number or an address alone says that it is about them, and somebody of another agency has the same", async () => {
    const { directory, store, close } = await open();
    await store.erase({ ...mine, shared: ["ANA@example.com"] }, { reason: "asked", now: 0, signal: new AbortController().signal });
    expect(readFileSync(join(directory, "memory", "2027-01-14.md"), "utf8")).toContain("Write to Ana@Example.com");
    await close();
  });

  it("goes from the files and the index; a note with a name alone stays, since it may be about somebody else", async () => {
    const { directory, db, recall, store, close } = await open();
    await store.erase(mine, { reason: "asked", now: 0, signal: new AbortController().signal });
    expect(readFileSync(join(directory, "memory", "2027-01-14.md"), "utf8")).toBe("The office is closed on Friday.\n\nWrite to other@example.com too.\n\n");
    expect(readFileSync(join(directory, "MEMORY.md"), "utf8")).toContain("Ana Silva");
    expect(await db.all("select path from recall_file where path like '%cus_1%'")).toEqual([]);
    expect(await recall.search("likes word0 rooms", { customerId: "cus_1" })).toEqual([]);
    expect((await recall.search("office closed Friday", {})).map(({ snippet }) => snippet).join()).not.toContain("Ana@Example.com");
    await close();
  });
});
