import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "@travelagent/engine";
import type { DataSubject, LegalHold, PersonalDataStore } from "@travelagent/protocol/personal-data";
import { silentLogger } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { certificateText, isGenuine } from "../certificate/certificate.ts";
import { createErasures, type Obstacle } from "./erasures.ts";
import { openErasureJournal } from "./journal.ts";
import { heldUntil, legalTermOf } from "./legal-terms.ts";
import { signingKey } from "./seal.ts";
import { discoverSubject, searchedFor, withoutOurs } from "./subject.ts";

const secret = "a secret of this test that is long enough";
const held: LegalHold = { what: "invoice 1", basis: "tax", until: "2037-01-01T00:00:00.000Z", where: "person/kept" };

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

async function open({ directory = mkdtempSync(join(tmpdir(), "erasure-")), obstacles = [] as Obstacle[], fails = (): boolean => false } = {}) {
  const engine = openEngine({ path: join(directory, "data.db") });
  const { db } = engine;
  await db.migrate("person", [{ version: 1, sql: "create table if not exists person (id text primary key, customer text, text text)" }]);
  const calls: string[] = [];
  const people: PersonalDataStore = {
    name: "people",
    async discover({ customerIds }) {
      const rows = (await Promise.all(customerIds.map((id) => db.all<{ text: string }>("select text from person where customer = ?", id)))).flat();
      return { identifiers: rows.map(({ text }) => text) };
    },
    async *export() {},
    async erase({ customerIds }) {
      let removed = 0;
      for (const id of customerIds) removed += (await db.transaction((tx) => tx.run("delete from person where customer = ? and id <> 'kept'", id))).changes;
      calls.push("people");
      return { removed, held: [held] };
    },
  };
  const second: PersonalDataStore = {
    name: "second",
    async *export() {},
    async erase() {
      calls.push("second");
      if (fails()) throw new Error("the disk is on fire");
      return { removed: 0, held: [] };
    },
  };
  const frozen: string[] = [];
  const options = {
    db,
    work: engine.work,
    clock: fakeClock(),
    log: silentLogger,
    stores: () => [people, second],
    exists: async (id: string) => (await db.get("select 1 as found from person where customer = ?", id)) !== undefined,
    obstacles: async () => obstacles,
    freeze: async (_: string, subject: DataSubject) => {
      frozen.push(`frozen ${subject.customerIds.join()}`);
      return async () => void frozen.push("thawed");
    },
    databases: [{ file: "data.db", db }],
    directory,
    journal: openErasureJournal(join(directory, "erasures.jsonl")),
    secret,
  };
  const erasures = createErasures(options);
  await erasures.prepare();
  await engine.start();
  const close = () => engine.stop({ drainMs: 0 });
  opened.push(async () => {
    await close();
    rmSync(directory, { recursive: true, force: true });
  });
  const add = (id: string, customer: string, text: string) =>
    db.transaction((tx) => tx.run("insert into person (id, customer, text) values (?, ?, ?)", id, customer, text));
  return { directory, db, erasures, add, calls, frozen, close };
}

const request = { customerId: "cus_000001", reason: "asked for it", by: "operator", idempotencyKey: "k1" };

describe("erasure", () => {
  it("ends with a signed certificate that names nobody, and the same one for every repeat", async () => {
    const { erasures, add, frozen, directory } = await open();
    await add("p1", request.customerId, "Ana Canarinha");
    await add("p2", "cus_000002", "Rui Other");
    const certificate = await erasures.erase(request);
    expect(certificate).toMatchObject({
      state: "complete",
      reason: "asked for it",
      stores: [
        { name: "people", removed: 1 },
        { name: "second", removed: 0 },
      ],
      holds: [held],
      scan: { residue: [], held: 0 },
    });
    expect(isGenuine(certificate, signingKey(secret))).toBe(true);
    expect(isGenuine({ ...certificate, reason: "another" }, signingKey(secret))).toBe(false);
    expect(isGenuine(certificate, signingKey("another secret"))).toBe(false);
    expect(certificateText(certificate)).toContain("1 records, until 2037-01-01 at the latest: tax");
    expect(await erasures.erase(request)).toEqual(certificate);
    expect(await erasures.erase({ ...request, idempotencyKey: "k2" })).toEqual(certificate);
    await expect(erasures.erase({ ...request, reason: "other" })).rejects.toMatchObject({ code: "IDEMPOTENCY_MISMATCH" });
    await expect(erasures.erase({ ...request, customerId: "cus_9", idempotencyKey: "k3" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(frozen).toEqual([`frozen ${request.customerId}`, "thawed"]);
    for (const file of readdirSync(directory))
      expect([file, /canarinha|cus_000001/i.test(readFileSync(join(directory, file)).toString("latin1"))]).toEqual([file, false]);
    expect(readFileSync(join(directory, "data.db")).toString("latin1")).toContain("Rui Other");
  });

  it("is incomplete while something is left, and complete when that is gone or a person lets it stay", async () => {
    const { erasures, add, directory } = await open();
    await add("p1", request.customerId, "Ana Canarinha");
    writeFileSync(join(directory, "notes.txt"), "Ana Canarinha was here");
    const first = await erasures.erase(request);
    expect(first).toMatchObject({ state: "incomplete", scan: { residue: [{ place: "notes.txt", identifiers: 1 }] } });
    expect(await erasures.erase(request)).toEqual(first);
    const second = await erasures.erase({ ...request, idempotencyKey: "k2" });
    expect(second).toMatchObject({ id: first.id, state: "incomplete" });
    const accepted = await erasures.erase({ ...request, idempotencyKey: "k3", acceptResidue: true });
    expect(accepted).toMatchObject({ id: first.id, state: "complete", scan: { residueAccepted: true, residue: [{ place: "notes.txt" }] } });
  });

  it("counts what a law keeps as explained, by its row", async () => {
    const { erasures, add } = await open();
    await add("kept", request.customerId, "Ana Canarinha");
    expect(await erasures.erase(request)).toMatchObject({ state: "complete", scan: { held: 1, residue: [] } });
  });

  it("waits for what is not over, and goes over it only where that is allowed", async () => {
    const { erasures, add } = await open({ obstacles: [{ what: "booking TA1: the travel is still to come" }] });
    await add("p1", request.customerId, "Ana Canarinha");
    await expect(erasures.erase(request)).rejects.toMatchObject({
      code: "CONFLICT",
      details: { code: "ERASURE_NOT_YET", obstacles: ["booking TA1: the travel is still to come"] },
    });
    expect(await erasures.list()).toEqual([]);
    expect(await erasures.erase({ ...request, force: true })).toMatchObject({ state: "complete", forced: true });
    const firm = await open({ obstacles: [{ what: "booking TA1: something is being done", firm: true }] });
    await firm.add("p1", request.customerId, "Ana Canarinha");
    await expect(firm.erasures.erase({ ...request, force: true })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("takes no reason that names the person", async () => {
    const { erasures, add } = await open();
    await add("p1", request.customerId, "Ana Canarinha");
    await expect(erasures.erase({ ...request, reason: "ANA CANARINHA asked" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("goes on after a restart without doing again what was done, and begins anew after a failure", async () => {
    let fails = true;
    const first = await open({ fails: () => fails });
    await first.add("p1", request.customerId, "Ana Canarinha");
    await expect(first.erasures.erase(request)).rejects.toMatchObject({ code: "INTERNAL" });
    expect(await first.erasures.list()).toMatchObject([{ state: "incomplete" }]);
    fails = false;
    expect(await first.erasures.erase({ ...request, idempotencyKey: "k2" })).toMatchObject({ state: "complete" });
    expect(first.calls).toEqual(["people", "second", "people", "second"]);
  });

  it("forgets again whom a restored backup brought back", async () => {
    const { erasures, add, db } = await open();
    await add("p1", request.customerId, "Ana Canarinha");
    await add("p2", "cus_000002", "Rui Other");
    await erasures.erase(request);
    const there = async function* () {
      for (const { customer } of await db.all<{ customer: string }>("select distinct customer from person order by customer")) yield customer;
    };
    expect(await erasures.repeat(there)).toBe(0);
    await add("p1", request.customerId, "Ana Canarinha");
    expect(await erasures.repeat(there)).toBe(1);
    await expect.poll(async () => (await erasures.list()).map(({ state }) => state)).toEqual(["complete"]);
    expect(await db.all("select id from person")).toEqual([{ id: "p2" }]);
  });
});

describe("who a person is", () => {
  it("is asked of all stores until none knows more", async () => {
    const knows = (name: string, given: (subject: DataSubject) => Partial<DataSubject>): PersonalDataStore => ({
      name,
      discover: async (subject) => given(subject),
      async *export() {},
      erase: async () => ({ removed: 0, held: [] }),
    });
    const stores = [
      knows("papers", ({ bookingIds }) => (bookingIds.includes("ord_1") ? { identifiers: ["XQ7319452"] } : {})),
      knows("bookings", ({ sessionKeys }) => (sessionKeys.length > 0 ? { bookingIds: ["ord_1"] } : {})),
      knows("sessions", ({ customerIds }) => ({
        sessionKeys: customerIds.map((id) => `agent:main:${id}`),
        identities: [{ channel: "sms", peerId: "+34600111222" }],
      })),
    ];
    const subject = await discoverSubject(stores, { customerIds: ["cus_1"] }, new AbortController().signal);
    expect(subject).toEqual({
      customerIds: ["cus_1"],
      sessionKeys: ["agent:main:cus_1"],
      bookingIds: ["ord_1"],
      identities: [{ channel: "sms", peerId: "+34600111222" }],
      identifiers: ["XQ7319452"],
    });
    expect(searchedFor({ ...subject, sessionKeys: ["agent:main:main", "agent:main:cus_1"], identifiers: ["Ana", "XQ7319452"] })).toEqual([
      "cus_1",
      "agent:main:cus_1",
      "+34600111222",
      "XQ7319452",
    ]);
  });
});

describe("the same peer at two agencies", () => {
  const at = (agency?: string) => ({ channel: "sms", peerId: "+34600111222", ...(agency === undefined ? {} : { agency }) });
  const knows = (given: Partial<DataSubject>): PersonalDataStore => ({
    name: "records",
    discover: async () => given,
    async *export() {},
    erase: async () => ({ removed: 0, held: [] }),
  });

  it("is two people: neither takes the place of the other, and what both have is looked for in no text", async () => {
    const subject = await discoverSubject(
      [knows({ identities: [at()] }), knows({ identities: [at("main"), at("north")], identifiers: ["ana@example.com"], shared: ["+34 600 111 222"] })],
      { customerIds: ["cus_1"] },
      new AbortController().signal,
    );
    expect(subject.identities).toEqual([at("main"), at("north")]);
    expect(searchedFor(subject)).toEqual(["cus_1", "ana@example.com"]);
  });
});

describe("what is the agency's own", () => {
  it("names nobody, however it is written", () => {
    const subject = {
      customerIds: [],
      sessionKeys: [],
      bookingIds: [],
      identities: [],
      identifiers: ["Desk@Agency.example", "+34 900 111 222", "ana@example.com"],
    };
    expect(withoutOurs(subject, ["desk@agency.example", "+34900111222", ""]).identifiers).toEqual(["ana@example.com"]);
  });
});

describe("terms of law", () => {
  it("run from the end of the year, by country, by the agency's own rule, or for the longest", () => {
    const issued = Date.parse("2027-03-05T00:00:00Z");
    const until = (country?: string, years?: number) => new Date(heldUntil(issued, legalTermOf(country, years))).toISOString().slice(0, 10);
    expect([until("DE"), until("es"), until(undefined), until("XX"), until("DE", 3)]).toEqual([
      "2036-01-01",
      "2034-01-01",
      "2038-01-01",
      "2038-01-01",
      "2031-01-01",
    ]);
  });
});
