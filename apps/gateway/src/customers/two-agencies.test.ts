import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayConfig, statePaths } from "@travelagent/config";
import { openEngine } from "@travelagent/engine";
import { createGateway, createUsageLedger } from "@travelagent/gateway-core";
import { scriptedAgent, testPlatform } from "@travelagent/gateway-core/testing";
import { discoverSubject } from "@travelagent/privacy";
import type { DataSubject, PersonalDataStore } from "@travelagent/protocol/personal-data";
import { type Engine, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { createSessions, fileTranscripts, type Sessions, sessionKey } from "@travelagent/sessions";
import { sqliteRecallIndex } from "@travelagent/sessions/recall";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OpenedConsent, openConsent } from "./consent.ts";
import type { CustomersOptions } from "./open-customers.ts";
import { openPersonalData } from "./personal-data.ts";
import { type OpenedRecords, openRecords } from "./records.ts";

const { signal } = new AbortController();
/** Chat id, number and address of both. */
const peerId = "+351960000111";
const email = "reservas@example.com";

describe("the same number at two agencies of one gateway", () => {
  let directory: string;
  let engine: Engine;
  let sessions: Sessions;
  let records: OpenedRecords;
  let consent: OpenedConsent;
  let stores: PersonalDataStore[];
  let close: () => Promise<void>;
  let people: Record<"main" | "north", { id: string; key: string; own: string; said: string[] }>;
  const platforms = { main: testPlatform({ id: "telegram" }), north: testPlatform({ id: "telegram", accountId: "north" }) };
  const log = () => join(statePaths(directory).logs, "gateway.jsonl");
  const notes = () => join(statePaths(directory).workspace, "memory", "2027-01-14.md");

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "two-agencies-"));
    const paths = statePaths(directory);
    const config = GatewayConfig.parse({ agencies: { north: { accounts: ["telegram:north"] } } });
    engine = openEngine({ path: join(directory, "travelagent.db") });
    sessions = createSessions({ db: engine.db, transcripts: fileTranscripts({ directory }) });
    await sessions.start();
    await sqliteRecallIndex({ db: engine.db }).migrate();
    await createUsageLedger({ db: engine.db, clock: systemClock }).migrate();
    const parts = {
      config: () => config,
      env: {},
      paths,
      db: engine.db,
      work: engine.work,
      sessions,
      clock: systemClock,
      log: silentLogger,
      bookings: () => ({ list: async () => ({ bookings: [] }), get: async () => null, byReference: async () => null }),
      gateway: () => gateway,
    } as unknown as CustomersOptions;
    records = await openRecords(parts, () => stores);
    consent = await openConsent({ ...parts, crm: records.crm });
    const data = openPersonalData({ ...parts, bookings: parts.bookings, others: [consent.personalData] });
    // Of the others no table is here.
    const here = ["work", "customer", "consents", "transcripts", "messages", "memory", "logs"];
    stores = data.stores.filter(({ name }) => here.includes(name));
    expect(stores).toHaveLength(here.length);
    const gateway = createGateway({
      engine,
      sessions,
      sessionKeyOf: (conversation) => sessionKey(conversation),
      agent: records.around(scriptedAgent(({ message }) => `you said ${message?.text}`)),
      channels: [platforms.main.adapter, platforms.north.adapter],
      admission: { telegram: { dmPolicy: "open", groups: { "*": {} } } },
      agencyOf: records.agencyOf,
      publisher: { publish() {}, isFollowed: () => false },
      queueRules: () => ({
        defaults: { mode: "followup", debounceMs: 0, cap: 20, drop: "new" },
        byChannel: {},
        inbound: { debounceMs: 0, byChannel: {} },
        holdAfterMs: 0,
        laneCapacity: 100,
        maxWaiting: 100,
        maxParked: 10,
      }),
    });
    await gateway.prepare();
    await engine.start();
    await gateway.start();
    for (const platform of Object.values(platforms)) platform.shown.length = 0;

    const entries: [string, (typeof people)["main"]][] = [];
    for (const [agency, name, own] of [
      ["main", "Ana Silva", "flugelhorn"],
      ["north", "Rui Costa", "glockenspiel"],
    ] as const) {
      const key = `agent:main:telegram:${agency === "main" ? "" : "north:"}dm:${peerId}`;
      const platform = platforms[agency];
      await platform.write(`before ${own}`, peerId);
      await expect.poll(() => platform.shown.length).toBe(1);
      // What was said before a reset is in a transcript of its own.
      await sessions.reset(key);
      await platform.write(`after ${own}`, peerId);
      await expect.poll(() => platform.shown.length).toBe(2);
      const { customer } = await records.crm.create(
        { name, phone: peerId, email },
        { idempotencyKey: own, agency, identity: { channel: "telegram", peerId, verified: true }, sessionKey: key },
      );
      const { id } = customer;
      await records.crm.addNote({ customerId: id, sessionKey: key }, { text: `note ${own}`, author: "eva" }, { idempotencyKey: own });
      // One word about the address alone, one about the record.
      const said = { kind: "withdrawal", agency, purpose: "marketing", proof: { how: "form", text: `no ${own}` } } as const;
      await consent.consents.record({ ...said, identity: { channel: "telegram", peerId }, channel: "telegram" });
      await consent.consents.record({ ...said, customerId: id, channel: "*" });
      mkdirSync(join(paths.workspace, "memory", "customers"), { recursive: true });
      writeFileSync(join(paths.workspace, "memory", "customers", `${id}.md`), `## 2027-01-14\nmemory ${own}\n\n`);
      entries.push([
        agency,
        {
          id,
          key,
          own,
          said: [`before ${own}`, `after ${own}`, `you said before ${own}`, `you said after ${own}`, `note ${own}`, `no ${own}`, `memory ${own}`],
        },
      ]);
    }
    people = Object.fromEntries(entries) as typeof people;
    const { main, north } = people;
    writeFileSync(notes(), `Call ${peerId} back.\n\nThe voucher of ${main.id} is sent.\n\nThe voucher of ${north.id} is sent.\n\n`);
    mkdirSync(paths.logs, { recursive: true });
    writeFileSync(log(), [peerId, email, main.id, north.id, main.key, north.key].map((text) => `${JSON.stringify({ text })}\n`).join(""));
    close = async () => {
      await gateway.stop();
      await engine.stop({ drainMs: 500 });
      records.close();
      await data.close();
      rmSync(directory, { recursive: true, force: true });
    };
  });
  afterEach(() => close());

  const subjectOf = (agency: "main" | "north") => discoverSubject(stores, { customerIds: [people[agency].id] }, signal);
  async function exported(subject: DataSubject): Promise<Record<string, string>> {
    const files: Record<string, string> = {};
    for (const store of stores)
      for await (const { path, content } of store.export(subject, signal))
        files[`${store.name}/${path}`] = typeof content === "string" ? content : JSON.stringify(content, null, 1);
    return files;
  }
  const mayContact = (agency: "main" | "north") =>
    consent.consents.mayContact({ agency, identities: [{ channel: "telegram", peerId }] }, "telegram", "marketing");

  describe.each([
    ["main", "north"],
    ["north", "main"],
  ] as const)("of %s", (mine, theirs) => {
    it("is one person with all that is theirs, and nothing of the other", async () => {
      const [me, other] = [people[mine], people[theirs]];
      const subject = await subjectOf(mine);
      expect(subject.customerIds).toEqual([me.id]);
      expect(subject.sessionKeys).toEqual([me.key]);
      expect(subject.identities).toEqual([{ channel: "telegram", peerId, ...(mine === "main" ? {} : { agency: mine }) }]);
      const all = Object.values(await exported(subject)).join("\n");
      for (const text of me.said) expect(all).toContain(text);
      for (const text of [other.id, other.own, other.key]) expect(all).not.toContain(text);
    });

    it("is found by the address alone, where no record is in the conversation and it is gone from the index", async () => {
      await engine.db.transaction(async (tx) => {
        await tx.run("update conversation set customer_id = null");
        await tx.run("update session set customer_id = null");
      });
      for (const { key } of Object.values(people)) await sessions.archive(key);
      expect((await subjectOf(mine)).sessionKeys).toEqual([people[mine].key]);
      await engine.db.transaction((tx) => tx.run("delete from conversation"));
      expect((await subjectOf(mine)).sessionKeys).toEqual([people[mine].key]);
    });

    it("is forgotten, and the other's export is as before", async () => {
      const [me, other] = [people[mine], people[theirs]];
      const [subject, others] = [await subjectOf(mine), await subjectOf(theirs)];
      const before = await exported(others);
      const refused = await mayContact(theirs);
      for (const store of stores) await store.erase(subject, { reason: "asked", now: Date.now(), signal });

      const { shared, ...same } = others;
      expect(shared).toEqual(expect.arrayContaining([peerId, email]));
      // What both had is one's alone now.
      expect(await subjectOf(theirs)).toEqual(same);
      expect(await exported(others)).toEqual(before);
      expect(await mayContact(theirs)).toEqual(refused);
      expect(await mayContact(mine)).toEqual(refused);
      const left = Object.values(await exported(subject)).join("\n");
      for (const text of [me.id, me.own, me.key]) expect(left).not.toContain(text);
      // Whose the number is, nobody can tell from a line: it stays. What is theirs alone goes.
      expect(readFileSync(notes(), "utf8")).toBe(`Call ${peerId} back.\n\nThe voucher of ${other.id} is sent.\n\n`);
      const lines = readFileSync(log(), "utf8");
      for (const text of [peerId, email, other.id, other.key]) expect(lines).toContain(JSON.stringify({ text }));
      for (const text of [me.id, me.key]) expect(lines).not.toContain(text);
    });

    it("is alone in a group that both write to", async () => {
      for (const agency of ["main", "north"] as const)
        await platforms[agency].write(`in the group ${people[agency].own}`, peerId, {
          address: { channel: "telegram", accountId: agency === "main" ? "default" : "north", chatType: "group", peerId: "g1" },
          mentioned: true,
        });
      await expect.poll(() => Object.values(platforms).map(({ shown }) => shown.length)).toEqual([3, 3]);
      const groups = { main: "agent:main:telegram:group:g1", north: "agent:main:telegram:group:north/g1" };
      for (const agency of ["main", "north"] as const) {
        const { id } = (await engine.db.get<{ id: string }>("select id from inbox where session_key = ?", groups[agency]))!;
        const content = `in the group ${people[agency].own}`;
        await sessions.append(groups[agency], [{ id, message: { role: "user", content, timestamp: 1, messageId: id } }]);
      }
      const { "messages/groups.json": said = "" } = await exported(await subjectOf(mine));
      expect(said).toContain(`in the group ${people[mine].own}`);
      expect(said).not.toContain(people[theirs].own);

      const subject = await subjectOf(mine);
      for (const store of stores) await store.erase(subject, { reason: "asked", now: Date.now(), signal });
      const wordsIn = async (agency: "main" | "north") =>
        (await sessions.history(groups[agency])).flatMap(({ message }) => (message.role === "user" ? [message.content] : []));
      expect([await wordsIn(mine), await wordsIn(theirs)]).toEqual([["[removed]"], [`in the group ${people[theirs].own}`]]);
    });
  });

  it("is looked for in plain text as soon as it is one person's alone", async () => {
    for (const agency of ["north", "main"] as const) {
      const subject = await subjectOf(agency);
      for (const store of stores) await store.erase(subject, { reason: "asked", now: Date.now(), signal });
    }
    expect(readFileSync(notes(), "utf8")).toBe("");
    expect(readFileSync(log(), "utf8")).not.toContain(peerId);
    expect(await engine.db.all("select key from session_transcript")).toEqual([]);
  });
});
