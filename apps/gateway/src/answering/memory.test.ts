import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayConfig } from "@travelagent/config";
import { openDatabase } from "@travelagent/engine";
import { silentLogger } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { databaseCrm } from "@travelagent/tools-crm";
import { describe, expect, it } from "vitest";
import { embeddingsOf, openMemory } from "./memory.ts";

const idOf = (memory?: unknown) => embeddingsOf({ config: GatewayConfig.parse(memory === undefined ? {} : { memory }), clock: fakeClock() }).id;

describe("the embeddings of the memory", () => {
  it("ask nobody unless the configuration says so", () => {
    expect(idOf()).toBe("hash-256");
    expect(idOf({ embeddings: { provider: "local" } })).toBe("hash-256");
    expect(idOf({ embeddings: { provider: "openai" } })).toBe("openai https://api.openai.com/v1 text-embedding-3-small");
    expect(idOf({ embeddings: { provider: "openai", baseUrl: "http://127.0.0.1:9/v1/", model: "nomic" } })).toBe("openai http://127.0.0.1:9/v1 nomic");
  });

  it("take no key for a model that asks nobody", () => {
    expect(() => GatewayConfig.parse({ memory: { embeddings: { provider: "local", apiKey: "k" } } })).toThrow();
  });
});

describe("notes about customers who are merged", () => {
  it("are the survivor's until it is undone, also by way of a third record", async () => {
    const directory = mkdtempSync(join(tmpdir(), "memory-"));
    const db = openDatabase({ path: ":memory:" });
    const clock = fakeClock();
    const crm = await databaseCrm({ db, clock });
    const memory = await openMemory({ db, directory, clock, log: silentLogger, timeZone: "UTC" });
    const [first, second, third] = await Promise.all(
      ["first", "second", "third"].map(async (name) => (await crm.create({ name }, { idempotencyKey: name })).customer.id),
    );
    for (const id of [first, second, third]) await memory.note("Prefers quiet rooms.", { customerId: id });
    const found = async (customerId: string) => (await memory.search("prefers quiet rooms", { customerId })).map(({ path }) => path).sort();
    const filesOf = (...ids: string[]) => ids.map((id) => `memory/customers/${id}.md`).sort();

    await crm.merging!.merge(first!, second!, { idempotencyKey: "m1", actor: "eva" });
    await crm.merging!.merge(second!, third!, { idempotencyKey: "m2", actor: "eva" });
    expect(await found(third!)).toEqual(filesOf(first!, second!, third!));
    await crm.merging!.unmerge(second!, { idempotencyKey: "u", actor: "eva" });
    expect(await found(third!)).toEqual(filesOf(third!));
    expect(await found(second!)).toEqual(filesOf(first!, second!));
    await db.close();
    rmSync(directory, { recursive: true, force: true });
  });
});
