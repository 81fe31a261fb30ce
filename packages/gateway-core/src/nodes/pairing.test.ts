import { openDatabase } from "@travelagent/engine";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createNodePairing } from "./pairing.ts";
import { nodeMigrations } from "./tables.ts";

const databases: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const database of databases.splice(0)) await database.close();
});

async function pairing(options: { maxPending?: number } = {}) {
  const clock = fakeClock();
  const db = openDatabase({ path: ":memory:" });
  databases.push(db);
  await db.migrate("nodes", nodeMigrations);
  const told: (readonly [string, string])[] = [];
  const nodes = createNodePairing({
    db,
    clock,
    onRequested: ({ nodeId }) => told.push(["requested", nodeId]),
    onResolved: ({ nodeId, decision }) => told.push([decision, nodeId]),
    ...options,
  });
  return { clock, db, nodes, told };
}

describe("pairing nodes by token", () => {
  it("has one request for each node while it waits, and a new one after five minutes", async () => {
    const { clock, nodes, told } = await pairing();
    const first = await nodes.request({ nodeId: "mac", displayName: "Office Mac" });
    expect(first).toMatchObject({ created: true, request: { nodeId: "mac", displayName: "Office Mac", isRepair: false } });
    const again = await nodes.request({ nodeId: "mac", displayName: "Another name" });
    expect(again).toEqual({ created: false, request: first.request });
    await clock.advance(300_000);
    expect((await nodes.list()).pending).toEqual([]);
    await expect(nodes.approve(first.request.requestId)).rejects.toMatchObject({ code: "NOT_FOUND" });
    const later = await nodes.request({ nodeId: "mac" });
    expect(later.created).toBe(true);
    expect(later.request.requestId).not.toBe(first.request.requestId);
    expect(told).toEqual([
      ["requested", "mac"],
      ["requested", "mac"],
    ]);
  });

  it("has no node that calls itself the gateway", async () => {
    const { nodes, told } = await pairing();
    await expect(nodes.request({ nodeId: "gateway" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(told).toEqual([]);
  });

  it("tells the token once, keeps only its hash, and every approval ends the token before", async () => {
    const { clock, db, nodes, told } = await pairing();
    const approve = async () => (await nodes.approve((await nodes.request({ nodeId: "mac" })).request.requestId)).node;
    const first = await approve();
    expect(await nodes.verify("mac", first.token)).toMatchObject({ nodeId: "mac" });
    await clock.advance(1000);
    expect((await nodes.request({ nodeId: "mac" })).request.isRepair).toBe(true);
    const second = await approve();
    expect(second.token).not.toBe(first.token);
    expect(second.createdAtMs).toBe(first.createdAtMs);
    expect(second.approvedAtMs).toBe(first.approvedAtMs + 1000);
    expect(await nodes.verify("mac", first.token)).toBeUndefined();
    expect(await nodes.verify("mac", second.token)).toBeDefined();
    expect(await nodes.verify("other", second.token)).toBeUndefined();
    const stored = JSON.stringify([await nodes.list(), await db.all("select * from node_pair")]);
    expect(stored).not.toContain(second.token);
    expect(told.filter(([what]) => what === "approved")).toHaveLength(2);
  });

  it("forgets a request that is rejected", async () => {
    const { nodes } = await pairing();
    const { requestId } = (await nodes.request({ nodeId: "mac" })).request;
    expect(await nodes.reject(requestId)).toEqual({ requestId, nodeId: "mac" });
    await expect(nodes.approve(requestId)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await nodes.list()).toEqual({ pending: [], paired: [] });
  });

  it("lets only so many wait", async () => {
    const { nodes } = await pairing({ maxPending: 2 });
    await nodes.request({ nodeId: "a" });
    await nodes.request({ nodeId: "b" });
    await expect(nodes.request({ nodeId: "c" })).rejects.toMatchObject({ code: "RATE_LIMITED" });
    expect((await nodes.request({ nodeId: "b" })).created).toBe(false);
  });
});
