import { createInvoke } from "@travelagent/agent-runtime/gate";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Agency, openAgency } from "../openai/testing/agency.ts";
import { toolRoutes } from "./tool-routes.ts";

let agency: Agency;

beforeAll(async () => {
  agency = await openAgency({
    routes: ({ gate }) => {
      const invoke = createInvoke(gate);
      return toolRoutes(({ sessionKey = "agent:main:main", ...request }) =>
        invoke({
          ...request,
          scope: { agentId: "main", sessionKey, channel: "api", accountId: "default", chatType: "direct", peerId: sessionKey, timeZone: "UTC" },
        }),
      );
    },
  });
});
afterAll(() => agency.close());
beforeEach(() => {
  agency.notes.length = 0;
  agency.sold.length = 0;
});

async function invoke(body: unknown, { method = "POST", headers = {} }: { method?: string; headers?: Record<string, string> } = {}) {
  const answer = await fetch(`${agency.url}/tools/invoke`, {
    method,
    headers: { authorization: `Bearer ${agency.token}`, "content-type": "application/json", ...headers },
    ...(method === "GET" ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return {
    status: answer.status,
    body: (await answer.json()) as { ok?: boolean; result?: unknown; error?: { code: string; message: string; requestId: string } },
  };
}
const audit = async () => (await agency.gate.audit.list({ limit: 1 })).entries[0]!;

describe("POST /tools/invoke", () => {
  it("runs a read, and it is on record who asked", async () => {
    const { status, body } = await invoke({ tool: "look", args: { item: "bag" } });
    expect([status, body]).toEqual([200, { ok: true, result: { item: "bag", price: 7 } }]);
    expect(await audit()).toMatchObject({ tool: "look", decision: "allow", actor: "operator", sessionKey: "agent:main:main" });
  });

  it("runs a write that needs no yes, once for one key", async () => {
    const write = { tool: "note", args: { text: "called back" }, idempotencyKey: "k-1" };
    expect((await invoke(write)).body).toEqual({ ok: true, result: { notes: 1 } });
    expect((await invoke(write)).body).toEqual({ ok: true, result: { notes: 1 } });
    expect(agency.notes).toEqual(["called back"]);
    expect(await invoke({ ...write, args: { text: "other" } })).toMatchObject({ status: 422, body: { error: { code: "IDEMPOTENCY_MISMATCH" } } });
    // Without a key each call is a call of its own; in another conversation the key is another one.
    await invoke({ tool: "note", args: { text: "again" } });
    await invoke({ ...write, sessionKey: "agent:main:desk" });
    expect(agency.notes).toEqual(["called back", "again", "called back"]);
  });

  it("hands no card number to a tool", async () => {
    await invoke({ tool: "note", args: { text: "paid with 4111 1111 1111 1111" } });
    expect(agency.notes).toEqual([expect.stringMatching(/^paid with (?!.*1111)/)]);
  });

  it("carries out one of two writes that come with one key at the same time", async () => {
    const both = await Promise.all([1, 2].map(() => invoke({ tool: "note", args: { text: "twice" } }, { headers: { "idempotency-key": "k-2" } })));
    expect(agency.notes).toEqual(["twice"]);
    expect(both.map(({ status }) => status).every((status) => status === 200 || status === 409)).toBe(true);
  });

  it("refuses a write that needs a yes, asks nobody and leaves nothing waiting", async () => {
    for (const [item, code, status] of [
      ["bag", "CONFIRMATION_REQUIRED", 409],
      ["yacht", "CONFIRMATION_REQUIRED", 409],
      ["bridge", "POLICY_DENIED", 403],
    ] as const) {
      expect(await invoke({ tool: "sell", args: { item } })).toMatchObject({ status, body: { error: { code } } });
      expect(await audit()).toMatchObject({ tool: "sell", decision: "refused", code });
    }
    expect(agency.sold).toEqual([]);
    expect((await agency.gate.decisions.list({ kind: "confirmation" })).decisions).toEqual([]);
    expect((await agency.gate.decisions.list({ kind: "approval" })).decisions).toEqual([]);
  });

  it("tells what would be decided, and does nothing", async () => {
    expect((await invoke({ tool: "note", args: { text: "dry" }, dryRun: true })).body).toMatchObject({ ok: true, result: { decision: "allow" } });
    expect((await invoke({ tool: "sell", args: { item: "bag" }, dryRun: true })).body).toMatchObject({ ok: true, result: { decision: "needs-confirmation" } });
    expect(agency.notes).toEqual([]);
  });

  it("hands the action on as an argument, and nothing of an inner failure out", async () => {
    const { status, body } = await invoke({ tool: "note", action: "fail", args: { text: "x" } });
    expect([status, body.error?.code]).toEqual([500, "INTERNAL"]);
    expect(JSON.stringify(body)).not.toContain("internal detail");
  });

  it("answers what is wrong with its status", async () => {
    const good = { tool: "look", args: { item: "bag" } };
    const cases: [given: Parameters<typeof invoke>, status: number][] = [
      [[good, { method: "GET" }], 405],
      [[good, { headers: { authorization: "" } }], 401],
      [[good, { headers: { authorization: "Bearer wrong" } }], 401],
      [[{ tool: "hidden", args: {} }], 404],
      [[{ tool: "nothing", args: {} }], 404],
      [[{ tool: "look", args: { item: 7 } }], 400],
      [[{ tool: "look", args: { item: "bag", more: 1 } }], 400],
      [[{ tool: "look", args: [] }], 400],
      [[{ args: {} }], 400],
      [["{"], 400],
      [[good, { headers: { "content-type": "text/plain" } }], 400],
      [[{ tool: "look", args: { item: "x".repeat(3_000_000) } }], 413],
    ];
    for (const [given, status] of cases) {
      const answer = await invoke(...given);
      expect(answer.status, JSON.stringify(given).slice(0, 80)).toBe(status);
      expect(answer.body.error).toEqual({ code: expect.any(String), message: expect.any(String), requestId: expect.any(String) });
    }
  });
});
