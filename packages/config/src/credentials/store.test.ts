import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCredentials } from "./store.ts";

let state: string;
let directory: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "credentials-"));
  directory = join(state, "credentials");
});
afterEach(() => rm(state, { recursive: true, force: true }));

const open = (options: { masterKey?: string; newMasterKey?: string } = {}) => openCredentials({ directory, ...options });
const key = "ab".repeat(32);
const otherKey = Buffer.alloc(32, 7).toString("base64");
const everything = async () => {
  const files = (await readdir(state, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async (entry) => ({ path: join(entry.parentPath, entry.name), text: await readFile(join(entry.parentPath, entry.name), "utf8") })),
  );
};

describe("stored credentials", () => {
  it("keeps values encrypted, in files only the owner reads, and lists names alone", async () => {
    const store = open();
    await store.set("mail", "hunter2-hunter2");
    await store.set("amadeus.secret", "ünïcode\nof two lines");
    expect(await open().get("mail")).toBe("hunter2-hunter2");
    expect(await open().get("amadeus.secret")).toBe("ünïcode\nof two lines");
    expect(await store.list()).toEqual([
      { name: "amadeus.secret", updatedAt: expect.any(String), readable: true },
      { name: "mail", updatedAt: expect.any(String), readable: true },
    ]);
    for (const { path, text } of await everything()) {
      expect(text).not.toMatch(/hunter2|n.code/);
      expect((await stat(path)).mode & 0o777, path).toBe(0o600);
    }
    await store.remove("mail");
    await expect(store.get("mail")).rejects.toMatchObject({ code: "NOT_FOUND", message: expect.stringContaining("credentials set mail") });
  });

  it("never encrypts the same value to the same text", async () => {
    await open().set("a", "same");
    const first = await readFile(open().pathOf("a"), "utf8");
    await open().set("a", "same");
    expect(JSON.parse(await readFile(open().pathOf("a"), "utf8")).data).not.toBe(JSON.parse(first).data);
  });

  it("takes a key in hex, in base64, or as a passphrase, and no short one", async () => {
    for (const masterKey of [key, otherKey, "correct horse battery staple"]) {
      await open({ masterKey }).set("x", `with ${masterKey.length}`);
      expect(await open({ masterKey }).get("x")).toBe(`with ${masterKey.length}`);
    }
    await expect(open({ masterKey: "short" }).set("x", "v")).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("16 characters"),
    });
    await expect(open({ masterKey: key }).get("x")).rejects.toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("another key") });
    expect(await open({ masterKey: key }).list()).toMatchObject([{ name: "x", readable: false }]);
  });

  it("notices every change of an entry, and an entry in another's place", async () => {
    const store = open({ masterKey: key });
    await store.set("a", "value-a");
    await store.set("b", "value-b");
    const sealed = JSON.parse(await readFile(store.pathOf("a"), "utf8")) as Record<string, string>;
    const flip = (text: string) => (text.startsWith("A") ? `B${text.slice(1)}` : `A${text.slice(1)}`);
    for (const field of ["nonce", "tag", "data"]) {
      await writeFile(store.pathOf("a"), JSON.stringify({ ...sealed, [field]: flip(sealed[field]!) }));
      await expect(store.get("a"), field).rejects.toMatchObject({ code: "STORAGE_CORRUPT", message: expect.stringContaining("credentials set a") });
    }
    for (const changed of [{ ...sealed, updatedAt: "2020-01-01T00:00:00Z" }, { ...sealed, tag: sealed.tag!.slice(0, 8) }, { ...sealed, v: 2 }, { v: 1 }]) {
      await writeFile(store.pathOf("a"), JSON.stringify(changed));
      await expect(store.get("a")).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
    }
    await rename(store.pathOf("b"), store.pathOf("a"));
    await expect(store.get("a")).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
    await writeFile(store.pathOf("a"), (await readFile(store.pathOf("a"), "utf8")).replace('"name": "b"', '"name": "a"'));
    await expect(store.get("a")).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
  });

  it("refuses names that are no file names, and values that are none", async () => {
    const store = open({ masterKey: key });
    for (const name of ["", "../up", "a/b", ".hidden", "x".repeat(65)])
      await expect(store.set(name, "v"), name).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(store.set("a", "")).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(store.remove("a")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("rotates the key of its own, and the old one opens nothing any more", async () => {
    await open().set("a", "value-a");
    await open().set("b", "value-b");
    const before = await readFile(join(state, "master.key"), "utf8");
    expect(await open().rotate()).toMatchObject({ rotated: 2 });
    expect(await readFile(join(state, "master.key"), "utf8")).not.toBe(before);
    expect([await open().get("a"), await open().get("b")]).toEqual(["value-a", "value-b"]);
    await expect(open({ masterKey: before.trim() }).get("a")).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("loses nothing when a rotation ends half way, and finishes it the next time", async () => {
    await open().set("a", "value-a");
    await open().set("b", "value-b");
    const oldKey = await readFile(join(state, "master.key"), "utf8");
    const oldEntry = await readFile(open().pathOf("b"), "utf8");
    await open().rotate();
    // As a crash leaves it after the first entry: the new key is on disk beside the old one, the second entry still has the old one.
    await rename(join(state, "master.key"), join(state, "master.key.next"));
    await writeFile(join(state, "master.key"), oldKey, { mode: 0o600 });
    await writeFile(open().pathOf("b"), oldEntry, { mode: 0o600 });
    expect([await open().get("a"), await open().get("b")]).toEqual(["value-a", "value-b"]);
    expect(await open().rotate()).toMatchObject({ rotated: 1 });
    expect([await open().get("a"), await open().get("b")]).toEqual(["value-a", "value-b"]);
    expect(await readdir(state)).toEqual(["credentials", "master.key"]);
  });

  it("rotates from one given key to another, and from the key file to a given one", async () => {
    await open().set("a", "value-a");
    await open({ newMasterKey: key }).rotate();
    expect(await open({ masterKey: key }).get("a")).toBe("value-a");
    expect(await readdir(state)).toEqual(["credentials"]);
    await expect(open({ masterKey: key }).rotate()).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("TRAVELAGENT_NEW_MASTER_KEY"),
    });
    await open({ masterKey: key, newMasterKey: otherKey }).rotate();
    expect(await open({ masterKey: otherKey }).get("a")).toBe("value-a");
  });

  it("does not begin a rotation that cannot finish", async () => {
    await open({ masterKey: key }).set("a", "value-a");
    await open({ masterKey: otherKey }).set("b", "value-b");
    const before = await everything();
    await expect(open({ masterKey: key, newMasterKey: "a new passphrase, long" }).rotate()).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect((await everything()).filter(({ path }) => !path.endsWith("salt"))).toEqual(before);
  });

  it("says when its key file is damaged or not its own", async () => {
    await open().set("a", "v");
    await writeFile(join(state, "master.key"), "half");
    await expect(open().get("a")).rejects.toMatchObject({ code: "STORAGE_CORRUPT", message: expect.stringContaining("master.key") });
    if (process.getuid?.() === 0) return;
    await chmod(join(state, "master.key"), 0o000);
    await expect(open().get("a")).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
