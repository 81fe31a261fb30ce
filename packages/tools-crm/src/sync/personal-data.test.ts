import { testDatabase } from "@travelagent/engine/testing";
import type { DataSubject } from "@travelagent/protocol/personal-data";
import { fakeClock, personalDataContract } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { databaseCrm } from "../database-crm.ts";
import { restCrm } from "../providers/rest/index.ts";
import { startRestCrm } from "../simulators/index.ts";
import { createCrmSync } from "./crm-sync.ts";
import { crmSyncPersonalData } from "./personal-data.ts";

const subject = (id: string): DataSubject => ({ customerIds: [id], sessionKeys: [], bookingIds: [], identities: [], identifiers: [] });
const never = new AbortController().signal;

async function open() {
  const clock = fakeClock();
  const db = await testDatabase();
  const crm = await databaseCrm({ db, clock });
  const outside = await startRestCrm({ clock });
  const sync = await createCrmSync({ db, crm, clock, provider: restCrm({ apiUrl: outside.url, apiKey: "rest-key", clock, readRetriesMs: [] }) });
  const add = async (name: string, phone: string) => (await crm.create({ name, phone }, { idempotencyKey: name })).customer.id;
  const mine = await add("Ana Silva", "+351910000001");
  const other = await add("Bo Li", "+351910000002");
  await sync.sync();
  const recordOf = (customerId: string) => outside.contacts().find((contact) => contact.customerId === customerId)?.externalId ?? "";
  const disagree = async (id: string, ours: string, theirs: string) => {
    await crm.update(id, { phone: ours }, { idempotencyKey: ours });
    outside.edit(recordOf(id), { phone: theirs });
    await clock.advance(60_000);
    await sync.sync();
  };
  const close = async () => {
    await sync.stop();
    await outside.close();
    await db.close();
  };
  return { clock, db, crm, outside, sync, mine, other, recordOf, disagree, close, store: crmSyncPersonalData({ db, sync: () => sync }) };
}

personalDataContract({ describe, it, expect }, "crm sync", async () => {
  const bench = await open();
  await bench.disagree(bench.mine, "+351910000011", "+351910000012");
  await bench.disagree(bench.other, "+351910000021", "+351910000022");
  return {
    store: bench.store,
    mine: subject(bench.mine),
    other: subject(bench.other),
    said: ["+351910000011", "+351910000012"],
    saidByOther: ["+351910000021"],
    transaction: (work) => bench.db.transaction(work),
    close: bench.close,
  };
});

describe("personal data of the exchange", () => {
  it("is erased on the other side too, and never comes back", async () => {
    const { crm, outside, sync, store, mine, db, clock, close } = await open();
    expect(await store.erase(subject(mine), { reason: "asked for it", now: clock.now(), signal: never })).toMatchObject({ held: [] });
    await db.transaction((tx) => tx.run("delete from crm_customer where id = ?", mine));
    await clock.advance(60_000);
    await sync.sync();
    expect(outside.contacts().map(({ fields }) => fields.name)).toEqual(["Bo Li"]);
    expect((await crm.list({})).customers.map(({ name }) => name)).toEqual(["Bo Li"]);
    const rows = await Promise.all(["link", "outside", "outgoing", "conflict"].map((table) => db.all(`select * from crm_sync_${table}`)));
    expect(JSON.stringify(rows)).not.toMatch(/Ana|351910000001/);
    await close();
  });

  it("tells what is left outside while the other side does not answer, keeps it out, and tries again", async () => {
    const { crm, outside, sync, store, mine, recordOf, db, clock, close } = await open();
    const record = recordOf(mine);
    outside.chance(() => "server_error");
    const request = { reason: "asked for it", now: clock.now(), signal: never };
    const first = await store.erase(subject(mine), request);
    expect(first.held).toMatchObject([{ where: `rest: contact ${record}`, basis: expect.stringContaining("tried again") }]);
    expect(await store.erase(subject(mine), request)).toEqual({ removed: 0, held: first.held });
    await db.transaction((tx) => tx.run("delete from crm_customer where id = ?", mine));
    outside.chance((route) => (route.name === "delete-contact" ? "server_error" : undefined));
    outside.edit(record, { name: "Ana Prado" });
    await clock.advance(60_000);
    await sync.sync();
    expect((await crm.list({})).customers.map(({ name }) => name)).toEqual(["Bo Li"]);
    outside.chance(undefined);
    await clock.advance(20 * 60_000);
    await sync.sync();
    expect(outside.contacts()).toHaveLength(1);
    expect(await store.erase(subject(mine), request)).toEqual({ removed: 0, held: [] });
    await close();
  });

  it("goes with a merge: one record goes on, the other waits to be merged there, and an undo brings both back", async () => {
    const { outside, sync, store, mine, other, recordOf, db, clock, close } = await open();
    const [first, second] = [recordOf(mine), recordOf(other)];
    const setMerged = (into: string | null) => db.transaction((tx) => tx.run("update crm_customer set merged_into = ? where id = ?", into, other));
    const moved = await db.transaction((tx) => store.reassign!({ from: other, to: mine }, tx));
    await setMerged(mine);
    expect((await sync.conflicts({})).conflicts).toMatchObject([{ kind: "merged", externalId: second }]);
    await clock.advance(60_000);
    expect(await sync.sync()).toMatchObject({ linked: 1 });
    await db.transaction((tx) => store.reassign!({ from: mine, to: other, only: moved }, tx));
    await setMerged(null);
    await clock.advance(60_000);
    expect(await sync.sync()).toMatchObject({ linked: 2, conflicts: 0 });
    expect(
      outside
        .contacts()
        .map(({ externalId }) => externalId)
        .sort(),
    ).toEqual([first, second].sort());
    await close();
  });
});

describe("an erasure that stays at home", () => {
  it("asks the other side for nothing, and says what is left there", async () => {
    const { outside, sync, db, mine, recordOf, clock, close } = await open();
    const store = crmSyncPersonalData({ db, sync: () => sync, removeOutside: false });
    const request = { reason: "asked for it", now: clock.now(), signal: never };
    const { held } = await store.erase(subject(mine), request);
    expect(held).toMatchObject([{ where: `rest: contact ${recordOf(mine)}`, basis: expect.stringContaining("by hand") }]);
    await db.transaction((tx) => tx.run("delete from crm_customer where id = ?", mine));
    await clock.advance(60_000);
    await sync.sync();
    expect(outside.contacts()).toHaveLength(2);
    expect(await store.erase(subject(mine), request)).toEqual({ removed: 0, held });
    await close();
  });
});

describe("an erasure in the middle of something", () => {
  it("finds the record whose making was never heard of, and removes it", async () => {
    const { crm, outside, sync, store, clock, close } = await open();
    outside.next({ fault: "lost_reply", on: "create-contact" });
    const { id } = (await crm.create({ name: "Eva Prado", phone: "+351910000003" }, { idempotencyKey: "eva" })).customer;
    await clock.advance(60_000);
    await sync.sync();
    expect(outside.contacts()).toHaveLength(3);
    expect(await store.erase(subject(id), { reason: "asked for it", now: clock.now(), signal: never })).toMatchObject({ held: [] });
    expect(outside.contacts().map(({ fields }) => fields.name)).toEqual(["Ana Silva", "Bo Li"]);
    await close();
  });

  it("takes the words of records that wait for a decision with it", async () => {
    const { outside, sync, store, mine, db, clock, close } = await open();
    outside.add({ name: "A. Silva", phone: "+351910000001" });
    await clock.advance(60_000);
    await sync.sync();
    expect((await sync.conflicts({})).conflicts).toHaveLength(1);
    const request = { reason: "asked for it", now: clock.now(), signal: never };
    await store.erase({ ...subject(mine), customerIds: [], identifiers: ["+351910000001"] }, request);
    expect(JSON.stringify(await db.all("select * from crm_sync_conflict"))).not.toContain("910000001");
    await clock.advance(60_000);
    await sync.sync();
    expect((await sync.conflicts({})).conflicts).toEqual([]);
    await close();
  });
});
