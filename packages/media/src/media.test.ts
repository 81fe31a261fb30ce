import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testDatabase } from "@travelagent/engine/testing";
import type { ExportedFile } from "@travelagent/protocol/personal-data";
import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { mediaPersonalData } from "./personal-data.ts";
import { mediaRetention } from "./retention.ts";
import { createSeal } from "./seal.ts";
import { openMedia } from "./store.ts";
import { mediaContract } from "./testing/contract.ts";
import { memoryMedia } from "./testing/memory-media.ts";
import { samples } from "./testing/samples.ts";

const root = randomBytes(32);
const nobody = { customerIds: [], bookingIds: [], identities: [], identifiers: [] };

async function bench() {
  const db = await testDatabase();
  const directory = await mkdtemp(join(tmpdir(), "media-"));
  const clock = fakeClock("2027-03-01T10:00:00Z");
  const media = await openMedia({ db, directory, seal: async () => createSeal(root), clock });
  return {
    db,
    directory,
    clock,
    media,
    async close() {
      await db.close();
      await rm(directory, { recursive: true });
    },
  };
}

mediaContract({ describe, it, expect }, "files", bench);
mediaContract({ describe, it, expect }, "memory", async () => ({ media: memoryMedia() }));

describe("files of conversations", () => {
  it("lie sealed on the disk, and one that was changed or swapped is not handed out", async () => {
    const { media, directory, close } = await bench();
    const visa = await media.save("a", { bytes: samples.text });
    const note = await media.save("a", { bytes: Buffer.from("Another note, for the other flight.\n") });
    const [first = "", second = ""] = [visa.id, note.id].map((id) => join(directory, `${id}.sealed`));
    expect((await readFile(first)).includes("passports")).toBe(false);
    await writeFile(first, await readFile(second));
    await expect(media.read("a", visa.id)).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
    await close();
  });

  it("are PDFs also when their pictures happen to hold letters that mean something elsewhere, and none that runs something", async () => {
    const { media, close } = await bench();
    const pdf = (inside: string, dictionary = "") =>
      Buffer.from(`%PDF-1.4\n1 0 obj<</Type/Catalog${dictionary}>>endobj\n2 0 obj<</Length 9>>stream\n${inside}\nendstream endobj\n%%EOF\n`, "latin1");
    await expect(media.save("a", { bytes: pdf("x/JS /AA y") })).resolves.toMatchObject({ mimeType: "application/pdf" });
    await expect(media.save("a", { bytes: pdf("x", "/OpenAction<</S/JavaScript/JS(app.alert(1))>>") })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await close();
  });

  it("sweep away what has no row once it is old, and nothing else", async () => {
    const { media, directory, clock, close } = await bench();
    const kept = await media.save("a", { bytes: samples.pdf });
    const lost = join(directory, `media_${"x".repeat(32)}.sealed`);
    await writeFile(lost, "half");
    await utimes(lost, clock.now() / 1000, clock.now() / 1000);
    expect(await media.sweep()).toBe(0);
    await utimes(lost, clock.now() / 1000 - 3_600, clock.now() / 1000 - 3_600);
    expect(await media.sweep()).toBe(1);
    expect(await readdir(directory)).toEqual([`${kept.id}.sealed`]);
    await close();
  });

  it("are exported as they were sent, and erased with their person alone", async () => {
    const { media, db, directory, close } = await bench();
    await media.save("a", { bytes: samples.pdf, fileName: "visa.pdf" });
    const other = await media.save("b", { bytes: samples.pdf, fileName: "visa.pdf" });
    const store = mediaPersonalData({ db, directory, media });
    const subject = { ...nobody, sessionKeys: ["a"] };
    const files: ExportedFile[] = [];
    for await (const file of store.export(subject, new AbortController().signal)) files.push(file);
    expect(files.map(({ path }) => path.split("/").at(-1))).toEqual(["files.json", "visa.pdf"]);
    expect(Buffer.from(files[1]!.content as Uint8Array).equals(samples.pdf)).toBe(true);
    const request = { reason: "asked", now: 0, signal: new AbortController().signal };
    expect(await store.erase(subject, request)).toEqual({ removed: 1, held: [] });
    expect(await store.erase(subject, request)).toEqual({ removed: 0, held: [] });
    expect(await readdir(directory)).toEqual([`${other.id}.sealed`]);
    await close();
  });

  it("go when the time of messages is over, except where something is open", async () => {
    const { media, db, clock, directory, close } = await bench();
    const old = await media.save("a", { bytes: samples.pdf });
    await media.save("open", { bytes: samples.pdf });
    for (const name of await readdir(directory)) await utimes(join(directory, name), 1, 1);
    const store = mediaRetention({ db, media, inUse: async (keys) => new Set(keys.filter((key) => key === "open")) });
    const signal = new AbortController().signal;
    expect(await store.prune(clock.now() + 1, { dryRun: true, signal })).toEqual({ removed: 1, kept: 1 });
    expect(await store.prune(clock.now() + 1, { dryRun: false, signal })).toEqual({ removed: 1, kept: 1 });
    expect(await media.find("a", old.id)).toBe(null);
    expect((await readdir(directory)).length).toBe(1);
    await close();
  });
});
