import { openDatabase } from "@travelagent/engine";
import { fakeClock, personalDataContract } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { databaseCrm } from "./database-crm.ts";
import { crmPersonalData } from "./personal-data.ts";

async function open() {
  const db = openDatabase({ path: ":memory:" });
  const crm = await databaseCrm({ db, clock: fakeClock() });
  const people = [];
  for (const index of [0, 1]) {
    const sessionKey = `agent:main:whatsapp:dm:v${index}`;
    const identity = { channel: "whatsapp", peerId: `+3460011122${index}`, verified: true };
    const { customer } = await crm.create(
      { name: `Person Number${index}`, email: `word${index}@example.com`, phone: `+3460011122${index}`, notes: `secret${index}` },
      { idempotencyKey: `c${index}`, identity, sessionKey },
    );
    await crm.addNote({ customerId: customer.id, sessionKey }, { text: `note${index}`, author: "operator" }, { idempotencyKey: `n${index}` });
    people.push({ customerIds: [customer.id], sessionKeys: [sessionKey], bookingIds: [], identities: [], identifiers: [] });
  }
  const [mine, other] = [people[0]!, people[1]!];
  return { db, crm, mine, other, store: crmPersonalData({ db }) };
}

personalDataContract({ describe, it, expect }, "customer records", async () => {
  const { db, mine, other, store } = await open();
  const said = ["Person Number0", "word0@example.com", "secret0", "note0"];
  return { store, mine, other, said, saidByOther: ["Number1", "word1", "note1"], close: () => db.close() };
});

describe("a customer's record", () => {
  it("tells who the person is, and is found by no word once it is gone", async () => {
    const { db, crm, mine, store } = await open();
    const [id] = mine.customerIds;
    expect(await store.discover!({ ...mine, sessionKeys: [] })).toEqual({
      customerIds: [id],
      identities: [{ channel: "whatsapp", peerId: "+34600111220" }],
      identifiers: ["Person Number0", "word0@example.com", "+34600111220"],
    });
    expect((await crm.list({ query: "word0" })).customers).toHaveLength(1);
    await store.erase(mine, { reason: "asked", now: 0, signal: new AbortController().signal });
    expect((await crm.list({ query: "word0" })).customers).toEqual([]);
    expect(await crm.byIdentity("whatsapp", "+34600111220")).toBe(null);
    const left: string[] = [];
    for await (const { table, row } of db.everyRow!())
      if (
        /Number0|word0|note0|secret0|600111220/.test(
          JSON.stringify(row, (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value)),
        )
      )
        left.push(table);
    expect(left).toEqual([]);
    await db.close();
  });

  it("leaves the parties of others, without the person", async () => {
    const { db, mine, other, store } = await open();
    const [id, owner] = [mine.customerIds[0]!, other.customerIds[0]!];
    await db.transaction(async (tx) => {
      const members = JSON.stringify([
        { role: "wife", customerId: id },
        { role: "child", name: "Lea" },
      ]);
      await tx.run(
        "insert into crm_party (id, customer_id, name, members, created_at, updated_at, version) values ('p', ?, 'family', ?, 1, 1, 1)",
        owner,
        members,
      );
      await tx.run("insert into crm_party_member (party_id, customer_id) values ('p', ?)", id);
    });
    await store.erase(mine, { reason: "asked", now: 0, signal: new AbortController().signal });
    expect(await db.get("select members from crm_party where id = 'p'")).toEqual({ members: JSON.stringify([{ role: "child", name: "Lea" }]) });
    expect(await db.all("select * from crm_party_member")).toEqual([]);
    await db.close();
  });
});
