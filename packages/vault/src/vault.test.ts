import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@travelagent/engine";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { vaultPersonalData } from "./personal-data.ts";
import { memoryKeyRing } from "./testing/index.ts";
import { createVault, type NewDocument, type Vault } from "./vault.ts";

const number = "XK7319452";
const passport: NewDocument = {
  customerId: "cus_ana",
  kind: "passport",
  holder: { givenName: "Ana", familyName: "Silva" },
  number,
  country: "PT",
  nationality: "PT",
  bornOn: "1988-04-03",
  expiresOn: "2031-05-02",
};
const to = { supplier: "duffel", bookingId: "ord_1", key: "ord_1-1" };

describe("the vault", () => {
  let directory: string;
  let db: ReturnType<typeof openDatabase>;
  let vault: Vault;
  let keys = 0;
  const clock = fakeClock("2027-01-10T10:00:00Z");
  const state = {};
  const add = (more: Partial<NewDocument> = {}) => vault.add({ ...passport, ...more }, { actor: "operator:maria", idempotencyKey: `k${++keys}` });
  const bytes = () =>
    Buffer.concat(
      readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) =>
        entry.isFile() ? [readFileSync(join(entry.parentPath, entry.name))] : [],
      ),
    );

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "vault-"));
    db = openDatabase({ path: join(directory, "vault.db") });
    for (const key of Object.keys(state)) delete (state as Record<string, unknown>)[key];
    vault = await createVault({ db, keys: memoryKeyRing(state), clock, files: join(directory, "files") });
  });
  afterEach(async () => {
    await db.close();
    rmSync(directory, { recursive: true });
  });

  it("shows a document masked and has no byte of it in clear", async () => {
    const { document } = await add();
    expect(document).toMatchObject({ masked: { number: "…9452", bornOn: "1988", nationality: "kept" }, expiresOn: "2031-05-02", country: "PT" });
    expect((await vault.list("cus_ana")).documents).toEqual([document]);
    expect(JSON.stringify([document, await vault.audit({})])).not.toMatch(/XK7319452|1988-04/);
    expect(bytes().includes(number)).toBe(false);
    expect(bytes().includes("1988-04-03")).toBe(false);
  });

  it("opens for a supplier call, and says who, why and which fields without a value", async () => {
    const { document } = await add();
    expect(await vault.release({ documentId: document.id, to, fields: ["number", "nationality", "gender"] })).toEqual({ number, nationality: "PT" });
    expect((await vault.audit({ documentId: document.id })).find(({ action }) => action === "released")).toMatchObject({
      actor: "supplier:duffel",
      why: to,
      fields: ["number", "nationality"],
    });
    await expect(vault.release({ documentId: document.id, to: { ...to, bookingId: "" }, fields: ["number"] })).rejects.toMatchObject({
      code: "INVALID_REQUEST",
    });
    await expect(vault.release({ documentId: "doc_no", to, fields: ["number"] })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  const columns = {
    vault_document: [
      "id",
      "agency",
      "customer_id",
      "kind",
      "given_name",
      "family_name",
      "country",
      "expires_on",
      "issuer",
      "created_at",
      "updated_at",
      "version",
    ],
    vault_field: ["document_id", "field", "key_id", "nonce", "tag", "data"],
    vault_key: ["id", "owner", "root_id", "nonce", "tag", "data"],
  };
  for (const [table, names] of Object.entries(columns))
    for (const column of names)
      it(`refuses a document whose ${table}.${column} was changed`, async () => {
        const { document } = await add();
        const mine = table === "vault_key" ? "where owner = 'customer:cus_ana'" : table === "vault_field" ? "where field = 'number'" : "";
        const before = (await db.get(`select ${column} as it from ${table} ${mine}`))!.it;
        const changed =
          before instanceof Uint8Array
            ? Uint8Array.from(before, (byte, at) => (at === 0 ? byte ^ 1 : byte))
            : typeof before === "number"
              ? before + 1
              : column === "kind"
                ? "visa"
                : column === "field"
                  ? "gender"
                  : "other";
        await db.transaction((tx) => tx.run(`update ${table} set ${column} = ? ${mine}`, changed));
        const again = await createVault({ db, keys: memoryKeyRing(state), clock });
        await expect(again.release({ documentId: document.id, to, fields: ["number"] })).rejects.toMatchObject({
          code: expect.stringMatching(/STORAGE_CORRUPT|NOT_FOUND|CONFIG_INVALID/),
        });
        if (table !== "vault_document" || (column !== "id" && column !== "customer_id")) {
          const shown = await again.list("cus_ana").then(
            ({ documents }) => documents,
            () => [],
          );
          expect(shown).toEqual([]);
        }
      });

  it("does not open a value that was moved to another document, field or customer", async () => {
    const one = await add();
    const two = await add({ customerId: "cus_ben", number: "AB1234567" });
    await db.transaction((tx) => tx.run("delete from vault_field where document_id = ?", two.document.id));
    await db.transaction((tx) => tx.run("update vault_field set document_id = ? where document_id = ?", two.document.id, one.document.id));
    await expect(vault.release({ documentId: two.document.id, to, fields: ["number"] })).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
    expect(await vault.list("cus_ben")).toEqual({ documents: [], damaged: [two.document.id] });
  });

  it("brings the same number up to date, counts others who gave it, and takes a key once", async () => {
    const first = await add();
    const again = await add({ expiresOn: "2036-05-02", number: "xk 7319-452" });
    expect(again.document).toMatchObject({ id: first.document.id, version: 2, expiresOn: "2036-05-02", masked: { bornOn: "1988" } });
    expect((await add({ customerId: "cus_ben" })).duplicates).toBe(1);
    // Another agency knows nothing of it.
    expect((await add({ customerId: "cus_eva", agency: "coast" })).duplicates).toBe(0);
    const by = { actor: "a", idempotencyKey: "same" };
    const { document } = await vault.add({ ...passport, number: "CC7654321" }, by);
    expect((await vault.add({ ...passport, number: "CC7654321" }, by)).document).toEqual(document);
    await expect(vault.add({ ...passport, number: "CC7654322" }, by)).rejects.toMatchObject({ code: "IDEMPOTENCY_MISMATCH" });
    expect((await db.all("select digest from vault_index")).map(({ digest }) => digest)).not.toContain(number);
  });

  it("holds a number that was typed for its own conversation alone", async () => {
    const held = await vault.hold({ sessionKey: "s1", kind: "passport", number: "XK 7319452" });
    expect(held).toMatchObject({ kind: "passport", masked: "…9452" });
    expect(await vault.hold({ sessionKey: "s1", kind: "passport", number: "xk7319452" })).toEqual(held);
    expect(await vault.held("s1", held.token)).toEqual({ kind: "passport", masked: "…9452" });
    expect(await vault.held("s2", held.token)).toBeNull();
    await expect(add({ number: { token: held.token, sessionKey: "s2" } })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    const { document } = await add({ number: { token: held.token, sessionKey: "s1" } });
    expect(await vault.release({ documentId: document.id, to, fields: ["number"] })).toEqual({ number });
    expect(await vault.held("s1", held.token)).toBeNull();
    await vault.hold({ sessionKey: "s1", kind: "visa", number: "V12345678" });
    await clock.advance(31 * 86_400_000);
    expect(await vault.prune()).toBe(1);
    expect(bytes().includes(number)).toBe(false);
  });

  it("rotates in the middle of reading, and goes on after a crash between two owners", async () => {
    const ids = [];
    for (const customerId of ["a", "b", "c", "d"]) ids.push((await add({ customerId, number: `XK731945${ids.length}` })).document.id);
    const file = await vault.files.add({ customerId: "a", name: "visa.txt", bytes: Buffer.from("visa of Ana") }, { actor: "operator:maria" });
    const held = await vault.hold({ sessionKey: "s1", kind: "passport", number: "PP1234567" });
    const before = await db.all("select id, root_id from vault_key");
    // Crash: the process ends when two owners are done.
    let left = 2;
    const crashing = {
      ...db,
      transaction: (work: Parameters<typeof db.transaction>[0]) => (left-- > 0 ? db.transaction(work) : Promise.reject(new Error("killed"))),
    } as typeof db;
    const dying = await createVault({ db: { ...crashing, migrate: async () => {} } as typeof db, keys: memoryKeyRing(state), clock });
    await expect(dying.rotate()).rejects.toThrow("killed");
    const next = await createVault({ db, keys: memoryKeyRing(state), clock, files: join(directory, "files") });
    expect(await next.isRotating()).toBe(true);
    const reading = Promise.all(ids.map((documentId) => next.release({ documentId, to, fields: ["number"] })));
    const { keyId } = await next.rotate();
    expect((await reading).map((one) => one.number)).toEqual(["XK7319450", "XK7319451", "XK7319452", "XK7319453"]);
    expect(await next.isRotating()).toBe(false);
    const after = await db.all("select id, root_id from vault_key");
    expect(new Set(after.map(({ root_id }) => root_id))).toEqual(new Set([keyId]));
    const index = (await db.get("select id from vault_key where owner = 'index:main'"))!.id;
    expect(after.map(({ id }) => id).filter((id) => before.some((one) => one.id === id))).toEqual([index]);
    for (const [at, documentId] of ids.entries()) expect(await next.release({ documentId, to, fields: ["number"] })).toEqual({ number: `XK731945${at}` });
    expect((await next.files.read(file.id, { actor: "x" })).bytes.toString()).toBe("visa of Ana");
    expect(await next.held("s1", held.token)).toMatchObject({ masked: "…4567" });
  });

  it("tells of a wrong key instead of making a new one", async () => {
    const { document } = await add();
    const other = await createVault({ db, keys: memoryKeyRing(), clock });
    await expect(other.get(document.id)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("keeps a file in quarantine until every check says yes, and refuses what is not what it says", async () => {
    let answer: "yes" | "no" | "nothing" = "nothing";
    const scanner = {
      name: "scanner",
      async check() {
        if (answer === "nothing") throw new Error("no scanner");
        return answer === "yes" ? { ok: true as const } : { ok: false as const, reason: "Win.Test" };
      },
    };
    const checked = await createVault({ db, keys: memoryKeyRing(state), clock, files: join(directory, "files"), checks: [scanner] });
    const put = (name: string, content: string | Uint8Array) =>
      checked.files.add({ customerId: "cus_ana", name, bytes: Buffer.from(content) }, { actor: "operator:maria" });
    const waiting = await put("../../visa 4111 1111 1111 1111.txt", "a visa of Ana Silva");
    expect(waiting).toMatchObject({ state: "quarantined", type: "text/plain", name: "visa [card number removed].txt" });
    await expect(checked.files.read(waiting.id, { actor: "x" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await db.transaction((tx) => tx.run("update vault_file set state = 'clean'"));
    await expect(checked.files.read(waiting.id, { actor: "x" })).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
    await db.transaction((tx) => tx.run("update vault_file set state = 'quarantined'"));
    answer = "yes";
    expect(await checked.files.check(waiting.id)).toMatchObject({ state: "clean" });
    expect((await checked.files.read(waiting.id, { actor: "x" })).bytes.toString()).toBe("a visa of Ana Silva");
    expect(bytes().includes("a visa of Ana")).toBe(false);
    for (const [name, content] of [
      ["a.pdf", "PK\u0003\u0004 zip"],
      ["a.exe", Uint8Array.of(0x4d, 0x5a, 0x90, 0, 3)],
      ["a.docm", Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)],
      ["a.sh", "#!/bin/sh\nrm -rf ~"],
      ["a.svg", "<svg onload=alert(1)>"],
      ["a.png", "%PDF-1.7 nothing"],
      ["a.pdf", "%PDF-1.7 /OpenAction << /JavaScript (x) >>"],
      ["a.txt", ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].join("")],
    ] as const)
      expect([name, (await put(name, content)).state]).toEqual([name, "refused"]);
    answer = "no";
    expect(await put("b.txt", "words")).toMatchObject({ state: "refused", reason: "scanner: Win.Test" });
    await expect(put("empty.txt", "")).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(put("big.txt", Buffer.alloc(10 * 1024 * 1024 + 1, "a"))).rejects.toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
    // What was refused is not kept.
    expect(readdirSync(join(directory, "files"))).toEqual([`${waiting.id}.sealed`]);
    writeFileSync(join(directory, "files", `${waiting.id}.sealed`), Buffer.alloc(60));
    await expect(checked.files.read(waiting.id, { actor: "x" })).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
  });

  it("gives the person their papers, hands them over in a merge and back, and forgets them with their key", async () => {
    const personal = vaultPersonalData({ vault, db, clock, files: join(directory, "files") });
    const { document } = await add();
    const { document: second } = await add({ customerId: "cus_ana2", number: "BB7654321", kind: "visa" });
    const file = await vault.files.add({ customerId: "cus_ana", name: "ticket.txt", bytes: Buffer.from("paper") }, { actor: "operator:maria" });
    const subject = { customerIds: ["cus_ana"], sessionKeys: ["s1"], bookingIds: [], identities: [], identifiers: [] };
    expect(await personal.discover!(subject)).toEqual({ identifiers: ["Ana Silva", number] });
    const exported = [];
    for await (const one of personal.export(subject, new AbortController().signal)) exported.push(one);
    expect(exported.map(({ path }) => path)).toEqual(["documents.json", "opened.json", `files/${file.id}/ticket.txt`]);
    expect(JSON.stringify(exported[0])).toContain(number);
    expect(JSON.stringify(exported)).not.toContain("BB7654321");

    const moved = await db.transaction((tx) => personal.reassign!({ from: "cus_ana2", to: "cus_ana" }, tx));
    expect(moved).toEqual([second.id]);
    expect((await vault.list("cus_ana")).documents.map(({ id }) => id).sort()).toEqual([document.id, second.id].sort());
    expect(await vault.release({ documentId: second.id, to, fields: ["number"] })).toEqual({ number: "BB7654321" });
    await db.transaction((tx) => personal.reassign!({ from: "cus_ana", to: "cus_ana2", only: moved }, tx));
    expect((await vault.list("cus_ana2")).documents.map(({ id }) => id)).toEqual([second.id]);

    await vault.hold({ sessionKey: "s1", kind: "passport", number: "PP1234567" });
    const erasure = { reason: "asked", now: clock.now(), signal: new AbortController().signal };
    expect((await personal.erase(subject, erasure)).removed).toBeGreaterThan(3);
    expect((await personal.erase(subject, erasure)).removed).toBe(0);
    expect(await vault.list("cus_ana")).toEqual({ documents: [], damaged: [] });
    expect((await db.all("select owner from vault_key order by owner")).map(({ owner }) => owner)).toEqual(["customer:cus_ana2", "index:main"]);
    expect(readdirSync(join(directory, "files"))).toEqual([]);
    expect(await vault.release({ documentId: second.id, to, fields: ["number"] })).toEqual({ number: "BB7654321" });
  });
});
