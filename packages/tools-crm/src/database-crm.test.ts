import { testDatabase } from "@travelagent/engine/testing";
import type { Database, SqlValue } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { insertCustomer } from "./customer-rows.ts";
import { databaseCrm } from "./database-crm.ts";
import { crmMigrations } from "./tables.ts";
import { crmContract } from "./testing/crm-contract.ts";

crmContract({ describe, it, expect }, "database", async () => {
  const db = await testDatabase();
  const clock = fakeClock();
  return { crm: await databaseCrm({ db, clock }), clock, close: () => db.close() };
});

describe("database crm", () => {
  it("finds its way through indexes, however many customers there are", async () => {
    const real = await testDatabase();
    const plans: string[] = [];
    const db: Database = {
      ...real,
      async all(sql, ...params: SqlValue[]) {
        const plan = await real.all<{ detail: string }>(`explain query plan ${sql}`, ...params);
        plans.push(...plan.map(({ detail }) => detail));
        return real.all(sql, ...params);
      },
    };
    await databaseCrm({ db: real, clock: fakeClock() });
    await real.transaction(async (tx) => {
      for (let number = 0; number < 700; number++)
        await insertCustomer(tx, `cus_${number}`, { name: `Common Guest${number}`, email: `g${number}@example.com` }, number);
    });
    // Rows without an entry in the index are taken in at the next start.
    const crm = await databaseCrm({ db, clock: fakeClock() });
    plans.length = 0;
    const names = async (query: string, limit = 2) => (await crm.list({ query, limit })).customers.map(({ name }) => name);
    expect((await crm.list({ limit: 1, cursor: "401" })).customers[0]?.name).toBe("Common Guest399");
    expect(await names("common")).toEqual(["Common Guest699", "Common Guest698"]);
    expect(await names("common guest12", 20)).toHaveLength(11);
    expect(await names("common example.com", 1)).toEqual(["Common Guest699"]);
    expect(await names("g42@example.com")).toEqual(["Common Guest42"]);
    expect(plans.length).toBeGreaterThan(5);
    expect(plans.filter((step) => step.startsWith("SCAN") && !/USING (?:COVERING )?INDEX|VIRTUAL TABLE INDEX/.test(step))).toEqual([]);
    await real.close();
  });

  it("keeps no argument of a call beside its hash", async () => {
    const db = await testDatabase();
    const crm = await databaseCrm({ db, clock: fakeClock() });
    await crm.create({ name: "Ana Silva", email: "ana@example.com" }, { idempotencyKey: "k" });
    expect(JSON.stringify(await db.all("select * from crm_done"))).not.toMatch(/ana/i);
    await db.close();
  });

  it("takes over the tables of the first release: everybody is found, known by their identities, and in the same order", async () => {
    const db = await testDatabase();
    await db.migrate("crm", crmMigrations.slice(0, 1));
    await db.transaction(async (tx) => {
      for (const [id, name, at] of [
        ["cus_b", "Bo Li", 2],
        ["cus_a", "Ana João", 1],
        ["cus_c", "Carla Ana", 2],
      ] as const)
        await tx.run(
          "insert into crm_customer (id, name, name_key, tags, created_at, updated_at, version) values (?, ?, ?, '[]', ?, ?, 1)",
          id,
          name,
          name,
          at,
          at,
        );
      await tx.run("insert into crm_identity (customer_id, channel, peer_id, verified, created_at) values ('cus_a', 'telegram', '7', 1, 5)");
      await tx.run("insert into crm_identity (customer_id, channel, peer_id, verified, created_at) values ('cus_b', 'telegram', '7', 0, 5)");
    });
    const crm = await databaseCrm({ db, clock: fakeClock() });
    expect((await crm.list({})).customers.map(({ id }) => id)).toEqual(["cus_c", "cus_b", "cus_a"]);
    expect((await crm.list({ query: "ana" })).customers.map(({ id }) => id)).toEqual(["cus_c", "cus_a"]);
    expect((await crm.list({ lifecycle: "lead", agency: "main" })).customers.length).toBe(3);
    expect((await crm.byIdentity("telegram", "7"))?.id).toBe("cus_a");
    expect(await crm.identities("cus_a")).toMatchObject([{ verified: true, how: "platform" }]);
    expect((await crm.create({ name: "New" }, { idempotencyKey: "n" })).customer.id).toBe((await crm.list({ limit: 1 })).customers[0]?.id);
    await db.close();
  });

  it("opens tables that are there already", async () => {
    const db = await testDatabase();
    const { customer } = await (await databaseCrm({ db })).create({ name: "Ana Silva" }, { idempotencyKey: "k" });
    expect((await (await databaseCrm({ db })).get(customer.id))?.name).toBe("Ana Silva");
    await db.close();
  });
});
