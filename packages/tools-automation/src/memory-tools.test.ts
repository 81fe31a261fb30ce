import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tool, ToolContext } from "@travelagent/agent-runtime";
import { testDatabase } from "@travelagent/engine/testing";
import type { TurnScope } from "@travelagent/protocol/turn";
import { createRecall, hashEmbeddings, memoryFiles, type Recall, sqliteRecallIndex } from "@travelagent/sessions/recall";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryTools } from "./memory-tools.ts";

const turn = (more: Partial<TurnScope>): TurnScope => ({
  runId: "r",
  agentId: "main",
  sessionKey: "agent:main:webchat:direct:p",
  channel: "webchat",
  accountId: "default",
  chatType: "direct",
  peerId: "p",
  timeZone: "UTC",
  ...more,
});

describe("memory tools", () => {
  const directory = mkdtempSync(join(tmpdir(), "memory-tools-"));
  let db: Awaited<ReturnType<typeof testDatabase>>;
  let recall: Recall;
  let tools: Map<string, Tool>;
  const call = async (name: string, args: Record<string, unknown>, scope: Partial<TurnScope> = {}) => {
    const tool = tools.get(name)!;
    const context: ToolContext = { turn: turn(scope), toolCallId: "1", idempotencyKey: "1", signal: new AbortController().signal, now: 0 };
    return tool.execute(tool.args.parse(args), context);
  };

  beforeEach(async () => {
    db = await testDatabase();
    const index = sqliteRecallIndex({ db });
    await index.migrate();
    recall = createRecall({ files: memoryFiles({ directory }), index, embeddings: hashEmbeddings() });
    tools = new Map(memoryTools(recall).map((tool) => [tool.name, tool]));
    writeFileSync(join(directory, "MEMORY.md"), "The office is closed on Sundays.\n");
  });
  afterEach(async () => {
    await db.close();
    rmSync(join(directory, "memory"), { recursive: true, force: true });
  });

  it("find the agency's notes and those about this customer, and nobody else's", async () => {
    await recall.note("Prefers aisle seats.", { customerId: "c1" });
    await recall.note("Prefers window seats.", { customerId: "c2" });
    const found = await call("memory_search", { query: "prefers seats" }, { customerId: "c1" });
    expect(JSON.stringify(found.content)).toContain("aisle");
    expect(JSON.stringify(found.content)).not.toContain("window");
    expect(JSON.stringify((await call("memory_search", { query: "prefers seats" })).content)).not.toMatch(/aisle|window/);
    expect(JSON.stringify((await call("memory_search", { query: "open on sunday" })).content)).toContain("closed on Sundays");
    await expect(call("memory_get", { path: "memory/customers/c2.md" }, { customerId: "c1" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await call("memory_get", { path: "memory/customers/c1.md" }, { customerId: "c1" })).content).toMatchObject({ from: 1 });
  });

  it("keep a customer's notes closed in a group", async () => {
    await recall.note("Prefers aisle seats.", { customerId: "c1" });
    const found = await call("memory_search", { query: "prefers aisle seats" }, { customerId: "c1", chatType: "group" });
    expect(JSON.stringify(found.content)).not.toContain("aisle");
  });

  it("say that what they bring was written by others", async () => {
    expect((await call("memory_search", { query: "closed on sundays" })).tainted).toBe(true);
    expect((await call("memory_get", { path: "MEMORY.md" })).tainted).toBe(true);
  });
});
