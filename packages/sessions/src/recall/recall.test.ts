import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chunkLines } from "./chunk.ts";
import { type Embeddings, hashEmbeddings, similarity } from "./embeddings.ts";
import { memoryFiles } from "./memory-files.ts";
import { createRecall, type Recall } from "./recall.ts";
import { sqliteRecallIndex } from "./sqlite-recall-index.ts";

let directory: string;
let close: () => Promise<void>;
let recall: Recall;
let embedded: string[];

/** Counts what is embedded: an index that reads everything anew each time is no index. */
const counting = (inner: Embeddings): Embeddings => ({
  id: inner.id,
  embed(texts) {
    embedded.push(...texts);
    return inner.embed(texts);
  },
});

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "recall-"));
  embedded = [];
  const db = await testDatabase();
  close = () => db.close();
  const index = sqliteRecallIndex({ db });
  await index.migrate();
  recall = createRecall({
    files: memoryFiles({ directory }),
    index,
    embeddings: counting(hashEmbeddings()),
    clock: fakeClock("2026-05-03T23:30:00Z"),
    timeZone: "Europe/Madrid",
    formerly: async (customerId) => (customerId === "kept" ? ["merged"] : []),
  });
});
afterEach(async () => {
  await close();
  rmSync(directory, { recursive: true, force: true });
});
const write = (path: string, text: string) => {
  mkdirSync(join(directory, path, ".."), { recursive: true });
  writeFileSync(join(directory, path), text);
};
const paths = async (question: string, customerId?: string) => (await recall.search(question, { customerId })).map(({ path }) => path);

describe("recall", () => {
  it("finds what was written, by words, by forms of words and with an accent missing", async () => {
    write("MEMORY.md", "# House rules\nRefunds over 500 EUR go to Marta.\n");
    write("memory/2026-05-01.md", "The charter to Málaga is sold out until June.\n");
    write("memory/2026-05-02.md", "The espresso machine is broken.\n");
    expect((await paths("who decides about refunds"))[0]).toBe("MEMORY.md");
    expect((await paths("refund"))[0]).toBe("MEMORY.md");
    expect((await paths("charters to malaga"))[0]).toBe("memory/2026-05-01.md");
    expect(await paths("quantum chromodynamics")).toEqual([]);
  });

  it("finds for a customer what was noted about records that went up in theirs, and not the other way round", async () => {
    await recall.note("Prefers aisle seats.", { customerId: "merged" });
    await recall.note("Prefers window seats.", { customerId: "kept" });
    expect((await paths("prefers seats", "kept")).sort()).toEqual(["memory/customers/kept.md", "memory/customers/merged.md"]);
    expect((await recall.get("memory/customers/merged.md", { customerId: "kept" })).text).toContain("aisle");
    expect(await paths("prefers seats", "merged")).toEqual(["memory/customers/merged.md"]);
    await expect(recall.get("memory/customers/kept.md", { customerId: "merged" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("keeps every customer's memory to that customer", async () => {
    await recall.note("Prefers aisle seats and vegan meals.", { customerId: "c1" });
    await recall.note("Prefers window seats.", { customerId: "c2" });
    await recall.note("Seats on regional jets are narrow.", {});
    expect((await paths("prefers seats", "c1")).sort()).toEqual(["memory/2026-05-04.md", "memory/customers/c1.md"]);
    expect(await paths("prefers seats")).toEqual(["memory/2026-05-04.md"]);
    await expect(recall.get("memory/customers/c2.md", { customerId: "c1" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(recall.get("memory/customers/c2.md", {})).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await recall.get("memory/customers/c1.md", { customerId: "c1" })).text).toBe("## 2026-05-04\nPrefers aisle seats and vegan meals.\n\n");
  });

  it.each(["../secret.md", "memory/../../secret.md", "memory/customers/../../x.md", "/etc/passwd", "memory/notes.txt", "memory/customers/a b.md"])(
    "reads no %s",
    async (path) => {
      await expect(recall.get(path, { customerId: "c1" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    },
  );

  it("refuses to write for an id that would leave the directory", async () => {
    await expect(recall.note("x", { customerId: "../../c1" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("writes files only their owner can read", async () => {
    const path = await recall.note("Likes Lisbon.", { customerId: "c1" });
    expect(statSync(join(directory, path)).mode & 0o777).toBe(0o600);
  });

  it("reads only what changed, forgets what is gone, and all of it anew with other embeddings", async () => {
    write("MEMORY.md", "Refunds go to Marta.\n");
    write("memory/2026-05-01.md", "The charter is sold out.\n");
    expect(await recall.sync()).toEqual({ indexed: 2, removed: 0 });
    expect(await recall.sync()).toEqual({ indexed: 0, removed: 0 });
    appendFileSync(join(directory, "MEMORY.md"), "Complaints go to Luis.\n");
    embedded = [];
    expect((await paths("complaints"))[0]).toBe("MEMORY.md");
    expect(embedded.filter((text) => text.includes("charter"))).toEqual([]);
    unlinkSync(join(directory, "memory/2026-05-01.md"));
    expect(await recall.sync()).toEqual({ indexed: 0, removed: 1 });
    expect(await paths("charter sold out")).toEqual([]);
  });

  it("takes no word of a question for an operator", async () => {
    write("MEMORY.md", "Refunds go to Marta.\n");
    for (const question of ['refunds" OR text:', "NEAR(refunds, 2)", "refunds* NOT marta", "(", "'", "", "-refunds"])
      await expect(recall.search(question, {})).resolves.toBeDefined();
  });

  it("answers from a large memory at once", async () => {
    for (let day = 1; day <= 28; day++)
      write(
        `memory/2026-02-${String(day).padStart(2, "0")}.md`,
        Array.from({ length: 200 }, (_, line) => `Note ${day}-${line}: a customer asked about route ${day * 200 + line}.`).join("\n"),
      );
    write("MEMORY.md", "The night train to Vienna needs a supplement in sleeping cars.\n");
    await recall.sync();
    const [best] = await recall.search("supplement on the night train to Vienna", {});
    expect(best).toMatchObject({ path: "MEMORY.md", startLine: 1 });
  });
});

describe("chunks", () => {
  it("hold every line, in order, none longer than asked but by its overlap, and say where they stand", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: "grapheme", maxLength: 60 }).map((line) => line.replaceAll("\n", " ")),
          { maxLength: 80 },
        ),
        fc.integer({ min: 40, max: 200 }),
        (lines, size) => {
          const chunks = chunkLines(lines.join("\n"), { size, overlap: Math.floor(size / 4) });
          const covered = new Set<number>();
          for (const { text, startLine, endLine } of chunks) {
            expect(text.length).toBeLessThanOrEqual(size + 1);
            for (let line = startLine; line <= endLine; line++) covered.add(line);
          }
          lines.forEach((line, at) => {
            if (line.trim() !== "" && line.length <= size) expect(covered.has(at + 1)).toBe(true);
          });
        },
      ),
    );
  });

  it("cut no character in two", () => {
    const text = "👩‍💻".repeat(100);
    expect(
      chunkLines(text, { size: 50, overlap: 0 })
        .map((chunk) => chunk.text)
        .join(""),
    ).toBe(text);
    for (const { text: part } of chunkLines("🙂".repeat(100), { size: 51 })) expect(part.isWellFormed()).toBe(true);
  });
});

describe("hash embeddings", () => {
  it("are the same everywhere, and nearer for texts about the same", async () => {
    const { embed } = hashEmbeddings();
    const [one, near, far, again] = await embed([
      "a flight from Paris to Rome",
      "flights Paris Rome",
      "the espresso machine is broken",
      "a flight from Paris to Rome",
    ]);
    expect(again).toEqual(one);
    expect(similarity(one!, one!)).toBeCloseTo(1, 5);
    expect(similarity(one!, near!)).toBeGreaterThan(similarity(one!, far!) + 0.2);
    expect([...one!.slice(0, 3)].map((value) => value.toFixed(4))).toMatchInlineSnapshot(`
      [
        "0.0000",
        "0.0000",
        "0.0000",
      ]
    `);
  });
});
