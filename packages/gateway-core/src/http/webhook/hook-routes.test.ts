import { testDatabase } from "@travelagent/engine/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Agency, openAgency } from "../../openai/testing/agency.ts";
import { createWebhookGuard, hookRoutes, signStandardWebhook } from "./index.ts";

const token = "hook-token-0123456789";
let agency: Agency;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  const db = await testDatabase();
  opened.push(db);
  const guard = createWebhookGuard({ db });
  await guard.migrate();
  agency = await openAgency({
    routes: ({ gateway }) =>
      hookRoutes({
        guard,
        runs: gateway.runs,
        token,
        agents: () => ({ agentIds: ["main", "booking"], defaultAgentId: "main" }),
        sessionKeyOf: ({ agentId, name }) => `agent:${agentId}:hook:${encodeURIComponent(name)}`,
      }),
  });
});
afterAll(async () => {
  await agency.close();
  for (const each of opened) await each.close();
});

async function post(path: string, body: unknown, headers: Record<string, string> = { authorization: `Bearer ${token}` }) {
  const answer = await fetch(agency.url + path, { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) });
  return {
    status: answer.status,
    body: (await answer.json()) as { ok?: boolean; runId?: string; mode?: string; error?: { code: string; message: string; requestId: string } },
  };
}
const said = async (sessionKey: string) => (await agency.sessions.history(sessionKey)).map(({ message }) => message);

describe("hooks", () => {
  it("set an agent to work in a conversation of the automation's own", async () => {
    const { status, body } = await post("/hooks/agent", { message: "Flight IB123 is late. Whom does it concern?", name: "Flight Watch", agentId: "booking" });
    expect(status).toBe(202);
    expect(body).toEqual({ ok: true, runId: expect.any(String) });
    await agency.gateway.runs.result(body.runId!);
    expect(await said("agent:booking:hook:flight%20watch")).toMatchObject([
      { role: "user", content: "Flight IB123 is late. Whom does it concern?", tainted: true, messageId: body.runId },
      { role: "assistant", content: [{ type: "text", text: "Hello." }] },
    ]);
  });

  it("wake the main conversation", async () => {
    const { status, body } = await post("/hooks/wake", { text: "The fax is here.", mode: "now" }, { "x-travelagent-token": token });
    expect([status, body.ok, body.mode]).toEqual([200, true, "now"]);
    await expect.poll(() => said("agent:main:main")).toMatchObject([{ role: "user", content: "The fax is here.", tainted: true }, { role: "assistant" }]);
  });

  it("cannot say yes for a customer", async () => {
    agency.script(({ messages }) =>
      messages.at(-1)?.role === "user" && messages.length === 1 ? { toolCalls: [{ name: "sell", arguments: { item: "bag" } }] } : "Well.",
    );
    const say = async (message: string) => agency.gateway.runs.result((await post("/hooks/agent", { message, name: "yes" })).body.runId!);
    expect((await say("sell a bag")).cards).toMatchObject([{ kind: "confirmation" }]);
    await say("yes");
    expect(agency.sold).toEqual([]);
    agency.script(() => "Hello.");
  });

  it("do the same thing once for one key", async () => {
    const send = (message: string) => post("/hooks/agent", { message, name: "once", idempotencyKey: "job-7" });
    const first = await send("do it");
    expect((await send("do it")).body).toEqual(first.body);
    expect((await send("do something else")).status).toBe(422);
    await agency.gateway.runs.result(first.body.runId!);
    expect((await said("agent:main:hook:once")).filter(({ role }) => role === "user")).toHaveLength(1);
  });

  it("take a signature for a token, once", async () => {
    const body = JSON.stringify({ message: "signed", name: "signed" });
    const at = Math.floor(Date.now() / 1000);
    const headers = { "webhook-id": "evt_1", "webhook-timestamp": String(at), "webhook-signature": signStandardWebhook(token, "evt_1", at, Buffer.from(body)) };
    expect((await post("/hooks/agent", body, headers)).status).toBe(202);
    expect((await post("/hooks/agent", body, headers)).status).toBe(409);
    expect((await post("/hooks/agent", body.replace("signed", "forged"), headers)).status).toBe(401);
  });

  it("answer what is wrong with its code", async () => {
    const good = { message: "hi" };
    const cases: [path: string, body: unknown, headers: Record<string, string> | undefined, status: number][] = [
      ["/hooks/agent", good, {}, 401],
      ["/hooks/agent", good, { authorization: "Bearer wrong" }, 401],
      ["/hooks/agent", good, { authorization: `Bearer ${agency.token}` }, 401],
      [`/hooks/agent?token=${token}`, good, {}, 400],
      [`/hooks/agent?token=${token}`, good, undefined, 400],
      ["/hooks/agent", { message: " " }, undefined, 400],
      ["/hooks/agent", { message: "hi", name: "a:b" }, undefined, 400],
      ["/hooks/agent", { message: "hi", name: "4111 1111 1111 1111" }, undefined, 400],
      ["/hooks/agent", good, { authorization: `Bearer ${token}`, "idempotency-key": "k".repeat(300) }, 400],
      ["/hooks/agent", { message: "hi", sessionKey: "agent:main:main" }, undefined, 400],
      ["/hooks/agent", { message: "hi", agentId: "nobody" }, undefined, 400],
      ["/hooks/wake", { text: "hi", mode: "next-heartbeat" }, undefined, 400],
      ["/hooks/wake", "{", undefined, 400],
      ["/hooks/wake", { text: "x".repeat(300_000) }, undefined, 413],
      ["/hooks/github", good, undefined, 404],
    ];
    for (const [path, body, headers, status] of cases) {
      const answer = await post(path, body, headers);
      expect(answer.status, `${path} ${JSON.stringify(body).slice(0, 60)}`).toBe(status);
      expect(answer.body.error).toEqual({ code: expect.any(String), message: expect.any(String), requestId: expect.any(String) });
    }
    expect((await fetch(`${agency.url}/hooks/agent`)).status).toBe(405);
  });

  it("slow down whoever guesses", async () => {
    let last = 0;
    for (let tries = 0; tries < 15; tries++) last = (await post("/hooks/wake", { text: "hi" }, { authorization: `Bearer guess-${tries}` })).status;
    expect(last).toBe(429);
  });

  it("are not served without a token, nor at the root", async () => {
    const db = await testDatabase();
    opened.push(db);
    const options = {
      guard: createWebhookGuard({ db }),
      runs: agency.gateway.runs,
      agents: () => ({ agentIds: ["main"], defaultAgentId: "main" }),
      sessionKeyOf: () => "k",
    };
    expect(() => hookRoutes({ ...options, token: " " })).toThrow(/has no secret/);
    expect(() => hookRoutes({ ...options, token: "whsec_c2hvcnQ=" })).toThrow(/whsec_/);
    expect(() => hookRoutes({ ...options, token, path: "/" })).toThrow(/hooks\.path/);
  });
});
