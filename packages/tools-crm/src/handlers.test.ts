import { testDatabase } from "@travelagent/engine/testing";
import { type Call, type MethodName, methods, type ParsedParams } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { expect, it } from "vitest";
import { databaseCrm } from "./database-crm.ts";
import { customerHandlers } from "./handlers.ts";

it("answers the customers methods in the form of the protocol", async () => {
  const db = await testDatabase();
  const handlers = customerHandlers(await databaseCrm({ db, clock: fakeClock() }));
  const call = async <M extends MethodName>(name: M, params: unknown) => {
    const parsed = methods[name].params.parse(params) as ParsedParams<M>;
    return methods[name].result.parse(await handlers[name]!(parsed as never, { actor: "eva" } as Call)) as Record<string, unknown>;
  };
  const fields = { name: "Ana Silva", email: "ana@example.com", tags: ["vip"] };
  const created = (await call("customers.create", { ...fields, idempotencyKey: "1" })) as { customer: { id: string }; possibleDuplicates: unknown[] };
  expect(created.customer).toMatchObject({ ...fields, version: 1 });
  expect(created.possibleDuplicates).toEqual([]);
  const twin = await call("customers.create", { ...fields, idempotencyKey: "2" });
  expect(twin.possibleDuplicates).toEqual([{ id: created.customer.id, name: "Ana Silva", by: ["email", "name"] }]);
  const { id } = created.customer;
  expect(await call("customers.update", { id, phone: "+351912345678", expectedVersion: 1, idempotencyKey: "3" })).toMatchObject({
    customer: { phone: "+351912345678", version: 2 },
  });
  await expect(call("customers.update", { id, phone: "+351912345679", expectedVersion: 1, idempotencyKey: "4" })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await call("customers.get", { id })).toMatchObject({ customer: { name: "Ana Silva" } });
  await expect(call("customers.get", { id: "cus_none" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect((await call("customers.list", { query: "ana", limit: 1 })) as { nextCursor?: string }).toMatchObject({ nextCursor: expect.any(String) });
  expect(((await call("customers.list", undefined)).customers as unknown[]).length).toBe(2);
  const other = (twin.customer as unknown as { id: string }).id;
  expect(await call("customers.list", { tag: "vip", agency: "main", lifecycle: "lead", limit: 1 })).toMatchObject({ customers: [{ id: other }] });
  expect(await call("customers.update", { id, country: "PT", phone: null, idempotencyKey: "5" })).toMatchObject({ customer: { country: "PT", version: 3 } });
  const peer = { id, channel: "telegram", peerId: "7" };
  expect(await call("customers.identities.add", { ...peer, verified: true, idempotencyKey: "6" })).toMatchObject({
    identities: [{ channel: "telegram", peerId: "7", verified: true, how: "operator", verifiedBy: "eva" }],
  });
  expect(await call("customers.identities.remove", { ...peer, idempotencyKey: "7" })).toMatchObject({ identities: [{ verified: false }] });
  expect(await call("customers.identities.list", { id })).toMatchObject({ identities: [{ removedAt: expect.any(String) }] });
  await expect(call("customers.identities.list", { id: "cus_none" })).rejects.toMatchObject({ code: "NOT_FOUND" });

  const { company } = (await call("customers.companies.create", { name: "Acme", policy: { maxHotelPerNight: 180 }, idempotencyKey: "8" })) as {
    company: { id: string };
  };
  expect(await call("customers.companies.update", { id: company.id, vatId: "PT1", idempotencyKey: "9" })).toMatchObject({
    company: { vatId: "PT1", version: 2 },
  });
  expect(await call("customers.companies.get", { id: company.id })).toMatchObject({ company: { name: "Acme" } });
  expect(await call("customers.companies.list", { query: "ac" })).toMatchObject({ companies: [{ id: company.id }] });
  await expect(call("customers.companies.get", { id: "com_none" })).rejects.toMatchObject({ code: "NOT_FOUND" });

  const { party } = (await call("customers.parties.save", {
    customerId: id,
    name: "Family",
    members: [{ role: "child", name: "Rui", birthDate: "2020-02-29" }],
    idempotencyKey: "10",
  })) as { party: { id: string } };
  expect(await call("customers.parties.list", { customerId: id })).toMatchObject({ parties: [{ id: party.id, members: [{ role: "child", name: "Rui" }] }] });
  expect(await call("customers.parties.remove", { id: party.id, idempotencyKey: "11" })).toEqual({ removed: true });

  expect(await call("customers.duplicates", { id })).toMatchObject({ candidates: [{ customers: [{ id }, { id: other }], by: ["email", "name"] }] });
  expect(((await call("customers.duplicates", undefined)).candidates as unknown[]).length).toBe(1);
  expect(await call("customers.merge", { id: other, into: id, idempotencyKey: "12" })).toMatchObject({ customer: { id }, moved: 0 });
  expect(await call("customers.get", { id: other })).toMatchObject({ customer: { mergedInto: id } });
  expect(await call("customers.unmerge", { id: other, idempotencyKey: "13" })).toMatchObject({ customer: { id: other }, survivor: { id }, returned: 0 });
  await db.close();
});
