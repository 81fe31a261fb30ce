import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import type { Crm } from "../crm.ts";
import { databaseCrm } from "../database-crm.ts";
import { hubspotCrm } from "../providers/hubspot/index.ts";
import type { CrmProvider } from "../providers/provider.ts";
import { restCrm } from "../providers/rest/index.ts";
import { type CrmSimulator, startHubspot, startRestCrm } from "../simulators/index.ts";
import { type CrmSync, type CrmSyncOptions, createCrmSync } from "./crm-sync.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(options: Partial<CrmSyncOptions> & { kind?: "rest" | "hubspot" } = {}) {
  const clock = fakeClock();
  const db = await testDatabase();
  const crm = await databaseCrm({ db, clock });
  const { kind = "rest", ...more } = options;
  const outside: CrmSimulator = kind === "rest" ? await startRestCrm({ clock }) : await startHubspot({ clock });
  const { apiUrl = "", apiKey = "", webhookSecret = "" } = outside.settings as Record<string, string>;
  const settings = { apiUrl, apiKey, webhookSecret, clock, readRetriesMs: [] };
  const provider: CrmProvider = kind === "rest" ? restCrm(settings) : hubspotCrm({ ...settings, leads: true });
  const sync = await createCrmSync({ db, crm, provider, clock, ...more });
  closers.push(
    () => db.close(),
    () => outside.close(),
    () => sync.stop(),
  );
  const round = async () => {
    const status = await sync.sync();
    await clock.advance(61_000);
    return status;
  };
  return { clock, db, crm, outside, provider, sync, round };
}

let keys = 0;
const key = () => ({ idempotencyKey: `k${++keys}` });
const add = async (crm: Crm, fields: Parameters<Crm["create"]>[0]) => (await crm.create(fields, key())).customer.id;
const openConflicts = async (sync: CrmSync) => (await sync.conflicts({})).conflicts;
const ana = { name: "Ana Silva", email: "ana@example.com", phone: "+351912345678" };

describe("crm sync", () => {
  it("brings customers there and contacts here, once, and then is quiet", async () => {
    const { crm, outside, round } = await open();
    const id = await add(crm, { ...ana, tags: ["vip"] });
    outside.add({ name: "Bo Li", email: "bo@example.com" });
    await round();
    await round();
    const before = outside.requests.length;
    expect(await round()).toMatchObject({ state: "ok", linked: 2, waiting: 0, aside: 0, conflicts: 0 });
    expect(outside.requests.slice(before).map(({ route }) => route)).toEqual(["changes"]);
    expect(outside.contacts().map(({ customerId, fields }) => [customerId, fields.name, fields.email, fields.tags])).toEqual([
      [undefined, "Bo Li", "bo@example.com", ""],
      [id, "Ana Silva", "ana@example.com", "vip"],
    ]);
    expect((await crm.list({})).customers.map(({ name }) => name).sort()).toEqual(["Ana Silva", "Bo Li"]);
  });

  it("carries changes both ways, and never back to where they came from", async () => {
    const { crm, outside, round } = await open();
    const id = await add(crm, ana);
    await round();
    const external = outside.contacts()[0]!.externalId;
    await crm.update(id, { phone: "+351960000000" }, key());
    outside.edit(external, { email: "ana.silva@example.com", tags: "family;vip" });
    await round();
    await round();
    expect(outside.contacts()[0]!.fields).toMatchObject({ phone: "+351960000000", email: "ana.silva@example.com" });
    expect(await crm.get(id)).toMatchObject({ phone: "+351960000000", email: "ana.silva@example.com", tags: ["family", "vip"] });
    outside.edit(external, { phone: "" });
    await round();
    expect((await crm.get(id))?.phone).toBeUndefined();
    const writes = outside.entries.filter(({ by }) => by === "api").length;
    await round();
    expect(outside.entries.filter(({ by }) => by === "api").length).toBe(writes);
  });

  it("decides what both sides changed by rule, and tells it so that a person can turn it round", async () => {
    const { crm, outside, round, sync, clock } = await open({ rules: { phone: "theirs", email: "ours" } });
    const id = await add(crm, ana);
    await round();
    const external = outside.contacts()[0]!.externalId;
    await crm.update(id, { phone: "+351910000001", email: "one@example.com", name: "Ana One" }, key());
    await clock.advance(1000);
    outside.edit(external, { phone: "+351910000002", email: "two@example.com", name: "Ana Two" });
    await round();
    await round();
    const settled = (await sync.conflicts({ state: "settled" })).conflicts;
    expect(settled.map(({ field, ours, theirs, taken }) => [field, ours, theirs, taken]).sort()).toEqual([
      ["email", "one@example.com", "two@example.com", "ours"],
      ["name", "Ana One", "Ana Two", "theirs"],
      ["phone", "+351910000001", "+351910000002", "theirs"],
    ]);
    for (const side of [await crm.get(id), outside.contacts()[0]!.fields])
      expect(side).toMatchObject({ phone: "+351910000002", email: "one@example.com", name: "Ana Two" });
    await sync.resolve({ id: settled.find(({ field }) => field === "email")!.id, action: "theirs" });
    await round();
    expect((await crm.get(id))?.email).toBe("two@example.com");
    expect(outside.contacts()[0]!.fields.email).toBe("two@example.com");
  });

  it("leaves what is to be asked until somebody has answered", async () => {
    const { crm, outside, round, sync } = await open({ rules: { phone: "ask" } });
    const id = await add(crm, ana);
    await round();
    await crm.update(id, { phone: "+351910000001" }, key());
    outside.edit(outside.contacts()[0]!.externalId, { phone: "+351910000002" });
    await round();
    await round();
    expect((await crm.get(id))?.phone).toBe("+351910000001");
    expect(outside.contacts()[0]!.fields.phone).toBe("+351910000002");
    const [asked, ...others] = await openConflicts(sync);
    expect(others).toEqual([]);
    expect(await sync.resolve({ id: asked!.id, action: "ours" })).toMatchObject({ state: "resolved", resolution: "ours" });
    await round();
    expect(outside.contacts()[0]!.fields.phone).toBe("+351910000001");
    expect(await openConflicts(sync)).toEqual([]);
  });

  it("links nobody by name, address or number, and asks instead", async () => {
    const { crm, outside, round, sync, db } = await open();
    const { customer } = await crm.create(ana, { ...key(), identity: { channel: "telegram", peerId: "1", verified: true } });
    const external = outside.add({ name: "A. Silva", email: "ANA@example.com" });
    outside.add({ name: "Ana Silva" });
    await round();
    await round();
    expect((await crm.list({})).customers).toHaveLength(2);
    const [asked] = await openConflicts(sync);
    expect(asked).toMatchObject({ kind: "possible-duplicate", externalId: external, candidates: [customer.id] });
    expect(outside.contacts().filter(({ customerId }) => customerId === customer.id)).toEqual([]);
    await sync.resolve({ id: asked!.id, action: "link" });
    await round();
    await round();
    expect(outside.contacts()).toHaveLength(2);
    expect(outside.contacts().find(({ externalId }) => externalId === external)?.fields).toMatchObject({ phone: ana.phone, email: ana.email });
    expect(await db.all("select customer_id from crm_sync_link where external_id = ?", external)).toEqual([{ customer_id: customer.id }]);
  });

  it("keeps look-alikes apart when somebody says so", async () => {
    const { crm, outside, round, sync } = await open();
    await add(crm, ana);
    outside.add({ name: "A. Silva", email: "ana@example.com" });
    await round();
    await sync.resolve({ id: (await openConflicts(sync))[0]!.id, action: "apart" });
    await round();
    expect((await crm.list({})).customers).toHaveLength(2);
    expect(outside.contacts()).toHaveLength(2);
    expect(await openConflicts(sync)).toEqual([]);
  });

  it("makes one contact though the reply was lost, and the customer changed before the next try", async () => {
    for (const kind of ["rest", "hubspot"] as const) {
      const { crm, outside, round, clock } = await open({ kind });
      const id = await add(crm, ana);
      outside.next({ fault: "lost_reply", on: "create-contact" });
      await round();
      await crm.update(id, { phone: "+351960000000" }, key());
      outside.edit(outside.contacts()[0]!.externalId, { email: "new@example.com" });
      await clock.advance(60_000);
      await round();
      await round();
      expect(outside.contacts()).toHaveLength(1);
      for (const side of [outside.contacts()[0]!.fields, await crm.get(id)]) expect(side).toMatchObject({ phone: "+351960000000", email: "new@example.com" });
    }
  });

  it("touches nothing of another agency, also when a record there carries its id", async () => {
    const { crm, outside, round, sync } = await open({ agency: "north" });
    const other = (await crm.create(ana, { ...key(), agency: "south" })).customer.id;
    const own = (await crm.create({ name: "Bo Li", phone: "+351910000009" }, { ...key(), agency: "north" })).customer.id;
    outside.add({ name: "Ana Silva", email: "ana@example.com" });
    await round();
    expect(outside.contacts().map(({ customerId }) => customerId)).toEqual([undefined, own]);
    expect((await crm.list({ agency: "south" })).customers).toHaveLength(1);
    expect((await crm.list({ agency: "north" })).customers).toHaveLength(2);
    const foreign = outside.add({ name: "Somebody", customerId: other } as never);
    await round();
    expect((await openConflicts(sync)).map(({ kind, externalId }) => [kind, externalId])).toEqual([["unknown-customer", foreign]]);
    expect((await crm.get(other))?.name).toBe("Ana Silva");
  });

  it("goes on when the other side is down, and catches up", async () => {
    const { crm, outside, round, sync, clock } = await open();
    outside.chance(() => "server_error");
    await add(crm, ana);
    expect(await round()).toMatchObject({ state: "degraded", code: "UNAVAILABLE" });
    outside.chance(() => "rate_limited");
    expect(await round()).toMatchObject({ state: "degraded", code: "RATE_LIMITED" });
    outside.chance(undefined);
    await clock.advance(20 * 60_000);
    expect(await sync.sync()).toMatchObject({ state: "ok", linked: 1 });
  });

  it("exchanges by itself, waits when turned away, and stops when told", async () => {
    const { crm, outside, sync, clock } = await open();
    const settle = async (done: () => boolean) => {
      for (let tries = 0; tries < 200 && !done(); tries += 1) {
        await clock.advance(1000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    await add(crm, ana);
    sync.start();
    await settle(() => outside.contacts().length === 1);
    expect(outside.contacts()).toHaveLength(1);
    await sync.stop();
    await add(crm, { name: "Bo Li" });
    await clock.advance(600_000);
    expect(outside.contacts()).toHaveLength(1);
  });

  it("puts aside what is never taken, without keeping others waiting, and tries a changed one again", async () => {
    const { crm, outside, round, sync } = await open({ kind: "hubspot" });
    const bad = await add(crm, { name: "Bad Address", email: "not an address" });
    await add(crm, ana);
    expect(await round()).toMatchObject({ linked: 1, aside: 1, conflicts: 1 });
    const [rejected] = await openConflicts(sync);
    expect(rejected).toMatchObject({ kind: "rejected", customerId: bad, subject: `customer:${bad}` });
    expect(JSON.stringify(rejected)).not.toContain("not an address");
    await crm.update(bad, { email: "good@example.com" }, key());
    expect(await round()).toMatchObject({ linked: 2, aside: 0, conflicts: 0 });
    expect(outside.contacts()).toHaveLength(2);
  });

  it("asks when HubSpot refuses an address for another contact that has it", async () => {
    const { crm, outside, round, sync } = await open({ kind: "hubspot", importNew: false });
    const external = outside.add({ name: "Ana S.", email: "ana@example.com" });
    const id = await add(crm, ana);
    await round();
    const [asked] = await openConflicts(sync);
    expect(asked).toMatchObject({ kind: "possible-duplicate", externalId: external, candidates: [id] });
    await sync.resolve({ id: asked!.id, action: "link", customerId: id });
    await round();
    await round();
    expect(outside.contacts()).toHaveLength(1);
    expect(outside.contacts()[0]!.fields.phone).toBe(ana.phone);
  });

  it("keeps a customer whose record was removed there, and makes it again only when told", async () => {
    const { crm, outside, round, sync } = await open();
    const id = await add(crm, ana);
    await round();
    outside.discard(outside.contacts()[0]!.externalId);
    await round();
    await crm.update(id, { phone: "+351960000000" }, key());
    await round();
    expect(outside.contacts()).toEqual([]);
    const [gone] = await openConflicts(sync);
    expect(gone).toMatchObject({ kind: "gone", customerId: id });
    await sync.resolve({ id: gone!.id, action: "recreate" });
    await round();
    expect(outside.contacts()).toMatchObject([{ customerId: id, fields: { phone: "+351960000000" } }]);
  });

  it("takes no value our records cannot hold, and loses none", async () => {
    const { crm, outside, round, sync } = await open();
    const id = await add(crm, ana);
    await round();
    outside.edit(outside.contacts()[0]!.externalId, { phone: "ask at the desk" });
    await round();
    expect((await crm.get(id))?.phone).toBe(ana.phone);
    expect(outside.contacts()[0]!.fields.phone).toBe("ask at the desk");
    expect(await openConflicts(sync)).toMatchObject([{ kind: "unreadable", field: "phone" }]);
    outside.edit(outside.contacts()[0]!.externalId, { phone: "+351960000000" });
    await round();
    expect((await crm.get(id))?.phone).toBe("+351960000000");
    expect(await openConflicts(sync)).toEqual([]);
  });

  it("sends notes and leads only when told to, once, and never the notes on the record", async () => {
    for (const wanted of [false, true]) {
      const { crm, outside, round } = await open({ notes: wanted, leads: wanted });
      const id = await add(crm, { ...ana, notes: "canary remark" });
      const about = { customerId: id, sessionKey: "agent:main:telegram:1" };
      await crm.addNote(about, { text: "Prefers trains", author: "Eva" }, key());
      const lead = await crm.createLead(about, { summary: "Japan in spring", source: "telegram" }, key());
      await round();
      await crm.updateLead(lead.id, { stage: "won" });
      await round();
      await round();
      expect(outside.notes().map(({ text }) => text)).toEqual(wanted ? ["Prefers trains"] : []);
      expect(outside.leads().map(({ title, stage }) => [title, stage])).toEqual(wanted ? [["Japan in spring", "won"]] : []);
      expect(JSON.stringify(outside.requests)).not.toContain("canary");
    }
  });

  it("lets out no field that is not allowed", async () => {
    const { crm, outside, round } = await open({ fields: ["name", "email"] });
    const id = await add(crm, ana);
    await round();
    expect(outside.contacts()[0]!.fields).toMatchObject({ name: "Ana Silva", email: "ana@example.com", phone: "" });
    outside.edit(outside.contacts()[0]!.externalId, { phone: "+351960000000" });
    await round();
    expect((await crm.get(id))?.phone).toBe(ana.phone);
    expect(JSON.stringify(outside.requests)).not.toContain("351912345678");
  });

  it("hears of changes by webhook, asks for the record, and believes nobody else", async () => {
    const { crm, outside, sync, round, clock } = await open();
    const id = await add(crm, ana);
    await round();
    const external = outside.contacts()[0]!.externalId;
    outside.edit(external, { name: "Ana Prado" });
    const delivery = outside.delivery!("https://agency.example.com/webhooks/crm/rest", [external]);
    await expect(sync.receive({ ...delivery, headers: { ...delivery.headers, "travelagent-signature": "v1=00" } })).rejects.toMatchObject({
      code: "UNAUTHORIZED",
    });
    await sync.receive(delivery);
    await sync.receive(delivery);
    outside.next({ fault: "server_error", on: "changes" });
    await sync.sync();
    expect((await crm.get(id))?.name).toBe("Ana Prado");
    await clock.advance(1000);
  });

  it("carries no card number either way", async () => {
    const { crm, outside, round, db } = await open({ notes: true });
    const id = await add(crm, ana);
    await crm.addNote({ customerId: id, sessionKey: "s" }, { text: "paid with 4111 1111 1111 1111", author: "Eva" }, key());
    outside.add({ name: "Bo 5555555555554444 Li", phone: "4111 1111 1111 1111" });
    await round();
    outside.edit(outside.contacts().find(({ customerId }) => customerId === id)!.externalId, { tags: "visa 4111111111111111" });
    await round();
    await round();
    expect(outside.notes().map(({ text }) => text)).toEqual(["paid with [card number removed]"]);
    const rows = await Promise.all(
      ["crm_customer", "crm_sync_conflict", "crm_sync_outside", "crm_sync_outgoing"].map((table) => db.all(`select * from ${table}`)),
    );
    expect(JSON.stringify(rows).replaceAll(" ", "")).not.toMatch(/4111111111111111|5555555555554444/);
  });
});
