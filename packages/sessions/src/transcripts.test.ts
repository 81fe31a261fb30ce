import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UserMessage } from "@travelagent/protocol/messages";
import { recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileTranscripts } from "./file-transcripts.ts";
import { memoryTranscripts, transcriptStoreContract } from "./testing/index.ts";
import type { TranscriptDamage } from "./transcript.ts";

transcriptStoreContract({ describe, it, expect }, "memory", async () => {
  const store = memoryTranscripts();
  return { store, reopen: async () => store, dispose: async () => {} };
});

transcriptStoreContract({ describe, it, expect }, "files", async () => {
  const directory = await mkdtemp(join(tmpdir(), "transcripts-"));
  const open = () => fileTranscripts({ directory });
  return { store: open(), reopen: async () => open(), dispose: () => rm(directory, { recursive: true, force: true }) };
});

describe("transcript files", () => {
  let directory: string;
  let path: string;
  const ref = { agentId: "main", sessionId: "s1" };
  const user = (id: string, content = id): { id: string; message: UserMessage } => ({ id, message: { role: "user", content, timestamp: 1 } });
  const lines = () => readFileSync(path, "utf8").split("\n").filter(Boolean);
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "transcripts-"));
    path = join(directory, "agents", "main", "sessions", "s1.jsonl");
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("begin with a header of version 3 and are for their owner only", async () => {
    await fileTranscripts({ directory }).append(ref, [user("one")], { durable: true });
    expect(JSON.parse(lines()[0]!)).toMatchObject({ type: "session", version: 3, id: "s1" });
    expect(JSON.parse(lines()[1]!)).toMatchObject({ type: "message", id: "one", parentId: null, message: { role: "user", content: "one" } });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    for (const folder of [join(directory, "agents"), join(directory, "agents", "main", "sessions")]) expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it("lose a torn last line to the file beside them, and can be written again", async () => {
    await fileTranscripts({ directory }).append(ref, [user("one"), user("two")]);
    appendFileSync(path, '{"type":"message","id":"three","par');
    const log = recordingLogger();
    const store = fileTranscripts({ directory, log });
    await store.append(ref, [user("four")]);
    expect((await fileTranscripts({ directory }).read(ref)).map(({ id }) => id)).toEqual(["one", "two", "four"]);
    expect(readFileSync(`${path}.corrupt`, "utf8")).toBe('{"type":"message","id":"three","par\n');
    expect(log.lines.map(({ level }) => level)).toEqual(["warn"]);
    expect(lines().every((line) => JSON.parse(line))).toBe(true);
  });

  it("are set aside when lines in the middle are corrupt, and go on with the rest, entries of other kinds too, and a note", async () => {
    await fileTranscripts({ directory }).append(ref, [user("one")]);
    appendFileSync(path, 'not json\n{"type":"message","id":"bad","message":{"role":"nobody"}}\n{"type":"label","id":"l1","targetId":"one"}\n');
    const before = readFileSync(path);
    await fileTranscripts({ directory }).append({ ...ref, sessionId: "s2" }, [user("other")]);
    const log = recordingLogger();
    const store = fileTranscripts({ directory, log });
    const damage: TranscriptDamage[] = [];
    store.onDamage?.((each) => damage.push(each));
    await store.append(ref, [user("two")]);
    const read = await store.read(ref);
    expect(read.map(({ id, parentId }) => [id, parentId])).toEqual([
      ["one", null],
      [read[1]!.id, "l1"],
      ["two", read[1]!.id],
    ]);
    expect(read[1]?.message).toMatchObject({ role: "user", synthetic: true, content: expect.stringContaining("damaged") });
    expect(lines().map((line) => JSON.parse(line).type)).toEqual(["session", "message", "label", "message", "message"]);
    expect(damage).toEqual([{ ref, path: expect.stringContaining("s1.jsonl.quarantined."), lostLines: 2 }]);
    expect(readFileSync(damage[0]!.path)).toEqual(before);
    expect(log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    expect((await store.read({ ...ref, sessionId: "s2" })).map(({ id }) => id)).toEqual(["other"]);
    await store.remove(ref);
    expect(readdirSync(join(directory, "agents", "main", "sessions"))).toEqual(["s2.jsonl"]);
  });

  it("may be nothing but rubbish, and start again", async () => {
    await fileTranscripts({ directory }).append(ref, [user("one")]);
    writeFileSync(path, Buffer.from([0, 159, 146, 150, 10, 255, 254]));
    const store = fileTranscripts({ directory });
    expect((await store.read(ref)).map(({ message }) => message)).toEqual([expect.objectContaining({ synthetic: true })]);
    await store.append(ref, [user("two")]);
    expect((await fileTranscripts({ directory }).read(ref)).map(({ id }) => id).at(-1)).toBe("two");
  });

  it("survive a row of 400 MB without taking it into memory", { timeout: 60_000 }, async () => {
    await fileTranscripts({ directory }).append(ref, [user("one")]);
    appendFileSync(path, '{"type":"message","id":"huge","message":{"role":"user","content":"');
    const block = "x".repeat(4 * 1024 * 1024);
    for (let at = 0; at < 100; at++) appendFileSync(path, block);
    appendFileSync(path, '"}}\n');
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 1);
    const before = process.memoryUsage().rss;
    const store = fileTranscripts({ directory });
    await store.append(ref, [user("two")]);
    clearInterval(watch);
    expect((await store.read(ref)).map(({ id }) => id)).toEqual(["one", expect.stringContaining("damaged"), "two"]);
    expect(statSync(path).size).toBeLessThan(10_000);
    // Pieces that were read wait for the collector, which takes its time on a busy machine: far less than the row is what counts.
    expect(most - before).toBeLessThan(200 * 1024 * 1024);
  });

  it("are read from their end: a long one is neither parsed nor kept as a whole", async () => {
    const store = fileTranscripts({ directory });
    for (let at = 0; at < 100; at++)
      await store.append(
        ref,
        Array.from({ length: 100 }, (_, index) => user(`m${at * 100 + index}`, `message ${at * 100 + index} ${"words ".repeat(60)}`)),
      );
    const later = fileTranscripts({ directory, cacheBytes: 256 * 1024 });
    // What nobody needs is not looked at: this would not be JSON.
    const bytes = readFileSync(path);
    bytes.write("#", bytes.indexOf('{"type":"message"'));
    writeFileSync(path, bytes);
    expect((await later.last!(ref, 50)).map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, at) => `m${9950 + at}`));
    expect((await later.last!(ref, 3_000)).map(({ id }) => id)).toEqual(Array.from({ length: 3_000 }, (_, at) => `m${7000 + at}`));
    expect(await later.append(ref, [user("m9990"), user("new")])).toHaveLength(1);
    expect((await later.context!(ref, { maxBytes: 1024 * 1024 })).whole).toBe(false);
    // All of it is: then the damage is found, and only the damaged line is gone.
    expect((await later.read(ref)).length).toBe(10_001);
    expect((await later.last!(ref, 2)).map(({ id }) => id)).toEqual(["new", expect.stringContaining("damaged")]);
  });

  it("keep texts beside them, for their owner only, the oldest giving way, until they are forgotten", async () => {
    const store = fileTranscripts({ directory, spill: { totalBytes: 2_500, maxBytes: 1_200 } });
    expect(await store.spill!(ref, "own-1", "ä".repeat(500))).toBe(true);
    expect(await store.spill!(ref, "own-2", "b".repeat(1_000))).toBe(true);
    const folder = join(directory, "agents", "main", "sessions", "s1.spill");
    expect(statSync(join(folder, "own-1.txt")).mode & 0o777).toBe(0o600);
    expect(await store.readSpilled!(ref, "own-1", { offset: 499, limit: 10 })).toEqual({ text: "ä", total: 500 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await store.spill!(ref, "own-3", "c".repeat(1_000))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(["own-2.txt", "own-3.txt"]);
    expect(await store.readSpilled!(ref, "own-1", { offset: 0, limit: 10 })).toBeUndefined();
    expect(await store.readSpilled!(ref, "../s1", { offset: 0, limit: 10 })).toBeUndefined();
    expect(await store.readSpilled!({ ...ref, sessionId: "s2" }, "own-2", { offset: 0, limit: 10 })).toBeUndefined();
    await store.append(ref, [user("one")]);
    await store.remove(ref);
    expect(existsSync(folder)).toBe(false);
  });

  it("accept a last line without an end when it is whole", async () => {
    await fileTranscripts({ directory }).append(ref, [user("one"), user("two")]);
    writeFileSync(path, readFileSync(path, "utf8").trimEnd());
    const store = fileTranscripts({ directory });
    await store.append(ref, [user("three")]);
    expect((await fileTranscripts({ directory }).read(ref)).map(({ id }) => id)).toEqual(["one", "two", "three"]);
    expect(existsSync(`${path}.corrupt`)).toBe(false);
  });

  it("stay valid when the disk is full in the middle of an append, and take the same append later", async () => {
    let full = false;
    const store = fileTranscripts({
      directory,
      async appendBytes(file, bytes) {
        appendFileSync(file, full ? bytes.slice(0, bytes.length / 2) : bytes);
        if (full) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      },
    });
    await fileTranscripts({ directory }).append(ref, [user("one")]);
    full = true;
    await expect(store.append(ref, [user("two", "x".repeat(1000))])).rejects.toEqual(expect.objectContaining({ code: "STORAGE_FULL" }));
    expect((await store.read(ref)).map(({ id }) => id)).toEqual(["one"]);
    expect(lines().every((line) => JSON.parse(line))).toBe(true);
    expect(existsSync(`${path}.corrupt`)).toBe(false);
    full = false;
    await store.append(ref, [user("two")]);
    expect((await fileTranscripts({ directory }).read(ref)).map(({ id }) => id)).toEqual(["one", "two"]);
  });

  it("keep their length right over bytes that are no UTF-8", async () => {
    await fileTranscripts({ directory }).append(ref, [user("one", "caf#"), user("two")]);
    const broken = readFileSync(path);
    broken[broken.indexOf("#")] = 0xe9;
    writeFileSync(path, broken);
    let full = true;
    const store = fileTranscripts({
      directory,
      appendBytes: async (file, bytes) => {
        if (full) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
        appendFileSync(file, bytes);
      },
    });
    await expect(store.append(ref, [user("three")])).rejects.toEqual(expect.objectContaining({ code: "STORAGE_FULL" }));
    full = false;
    await store.append(ref, [user("three")]);
    expect(readFileSync(path, "utf8")).not.toContain("\0");
    expect((await fileTranscripts({ directory }).read(ref)).map(({ id }) => id)).toEqual(["one", "two", "three"]);
    expect(existsSync(`${path}.corrupt`)).toBe(false);
  });

  it("refuse a session id that would leave the directory", async () => {
    for (const sessionId of ["../x", "a/b", "", ".hidden"]) {
      await expect(fileTranscripts({ directory }).read({ agentId: "main", sessionId })).rejects.toEqual(expect.objectContaining({ code: "INVALID_REQUEST" }));
    }
  });

  it("are read from disk once while they are in the cache, and again when it is full", async () => {
    const store = fileTranscripts({ directory, cacheBytes: 1 });
    await store.append(ref, [user("one")]);
    appendFileSync(path, `${JSON.stringify({ type: "message", id: "foreign", parentId: "one", timestamp: "", message: user("x").message })}\n`);
    expect(await store.read(ref)).toHaveLength(1);
    await store.append({ ...ref, sessionId: "s2" }, [user("other")]);
    expect(await store.read(ref)).toHaveLength(2);
  });
});
