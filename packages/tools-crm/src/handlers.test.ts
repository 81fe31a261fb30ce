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
    return methods[name].result.parse(await handlers[name]!(parsed as never, {} as Call)) as Record<string, unknown>;
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
  await db.close();
});
