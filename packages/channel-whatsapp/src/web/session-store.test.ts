import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OpenDatabase, openDatabase } from "@travelagent/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSessionStore, type SessionStore } from "./session-store.ts";

let directory: string;
let db: OpenDatabase;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "whatsapp-session-"));
  db = openDatabase({ path: join(directory, "data.db") });
});
afterEach(() => {
  db.close();
  rmSync(directory, { recursive: true });
});

const at = (on = db, secret = 7, accountId = "default"): SessionStore =>
  createSessionStore({
    db: on,
    accountId,
    secret: async () => new Uint8Array(32).fill(secret),
    versionFile: join(directory, "whatsapp", `${accountId}.version`),
  });

describe("the session with a phone", () => {
  it("is there again after a restart, bytes and all", async () => {
    const store = at();
    await store.open();
    expect([store.isConnected(), await store.creds()]).toEqual([false, undefined]);
    await store.saveCreds({ noiseKey: { private: Buffer.from([1, 2, 3]) }, me: { id: "34910000001:1@s.whatsapp.net" } }, true);
    await store.set({ session: { "34600111222.0": new Uint8Array([9]), "34600111333.0": Buffer.from("x") }, "pre-key": { 7: { public: Buffer.from([4]) } } });
    await store.set({ session: { "34600111333.0": null } });
    const again = at();
    await again.open();
    expect(again.isConnected()).toBe(true);
    expect(await again.creds()).toEqual({ noiseKey: { private: Buffer.from([1, 2, 3]) }, me: { id: "34910000001:1@s.whatsapp.net" } });
    expect(await again.get("session", ["34600111222.0", "34600111333.0"])).toEqual({ "34600111222.0": Buffer.from([9]) });
    expect(await again.get("pre-key", ["7"])).toEqual({ 7: { public: Buffer.from([4]) } });
  });

  it("shows nobody a number or a key", async () => {
    const store = at();
    await store.open();
    await store.saveCreds({ advSecretKey: "very secret" }, true);
    await store.set({ session: { "34600111222.0": Buffer.from("very secret") } });
    const rows = JSON.stringify([
      await db.all("select * from whatsapp_web_key"),
      await db.all("select * from whatsapp_web_session"),
      readFileSync(join(directory, "whatsapp", "default.version"), "utf8"),
    ]);
    for (const word of ["34600111222", "very secret", Buffer.from("very secret").toString("base64").slice(0, 12)]) expect(rows).not.toContain(word);
  });

  it("is not used when it was changed, exchanged, or sealed with another key", async () => {
    const store = at();
    await store.open();
    await store.saveCreds({ a: 1 }, true);
    await store.set({ session: { one: Buffer.from("1"), two: Buffer.from("2") } });
    const [one, two] = await db.all("select name, sealed from whatsapp_web_key where name <> 'creds' order by name");
    await db.transaction(async (tx) => {
      await tx.run("update whatsapp_web_key set sealed = ? where name = ?", String(two!.sealed), String(one!.name));
      await tx.run("update whatsapp_web_key set sealed = substr(sealed, 1, 20) where name = 'creds'");
    });
    const outcomes = await Promise.allSettled([store.get("session", ["one"]), store.get("session", ["two"])]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await expect(store.creds()).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
    await expect(at(db, 8).open()).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
  });

  it("is not used when an older copy of the database was put back, or the note about it is torn", async () => {
    const store = at();
    await store.open();
    await store.saveCreds({ a: 1 }, true);
    const copy = openDatabase({ path: join(directory, "copy.db") });
    const older = createSessionStore({
      db: copy,
      accountId: "default",
      secret: async () => new Uint8Array(32).fill(7),
      versionFile: join(directory, "older.version"),
    });
    await older.open();
    await older.saveCreds({ a: 1 }, true);
    await store.set({ session: { one: Buffer.from("1") } });
    await expect(at(copy).open()).rejects.toMatchObject({ code: "STORAGE_CORRUPT", message: expect.stringContaining("older") });
    copy.close();
    await at().open();
    const file = join(directory, "whatsapp", "default.version");
    writeFileSync(file, readFileSync(file, "utf8").slice(0, 10));
    const torn = at();
    await expect(torn.open()).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
    await torn.clear();
    const fresh = at();
    await fresh.open();
    expect([fresh.isConnected(), await fresh.creds()]).toEqual([false, undefined]);
  });

  it("keeps every change of many at once", async () => {
    const store = at();
    await store.open();
    await Promise.all(Array.from({ length: 50 }, (_, index) => store.set({ session: { [`s${index}`]: Buffer.from([index]) } })));
    const again = at();
    await again.open();
    expect(
      Object.keys(
        await again.get(
          "session",
          Array.from({ length: 50 }, (_, index) => `s${index}`),
        ),
      ),
    ).toHaveLength(50);
  });
});
