import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answers, type GatewayServer, gatewayServer } from "./testing/gateway-server.ts";
import { cli, temporaryHome } from "./testing/run-cli.ts";

const letter = {
  id: "r1",
  kind: "turn",
  state: "open",
  runId: "r1",
  code: "TIMEOUT",
  reason: "it took too long",
  preview: "two seats\u001b[31m",
  at: "2027-01-15T09:00:00Z",
};
const pause = { agentId: "*", reason: "too expensive", by: "ana", at: "2027-01-15T09:00:00Z" };
const asked: [string, unknown][] = [];
const note =
  (name: string, answer: unknown): Answers[string] =>
  (params) => {
    asked.push([name, params]);
    return answer as never;
  };
const answers: Answers = {
  "queue.status": note("queue.status", {
    waiting: 3,
    running: 1,
    parked: 0,
    slots: 4,
    classes: { interactive: 3 },
    modes: { collect: 2, steer: 1 },
    deadLetters: 1,
  }),
  "queue.dlq.list": note("queue.dlq.list", { deadLetters: [letter] }),
  "queue.dlq.get": note("queue.dlq.get", { deadLetter: letter, messages: [{ text: "two seats to Lisbon", receivedAt: "2027-01-15T08:00:00Z" }] }),
  "queue.dlq.retry": note("queue.dlq.retry", { runId: "retry:r1", deadLetter: letter }),
  "queue.dlq.drop": note("queue.dlq.drop", { deadLetter: { ...letter, state: "dropped" } }),
  "agents.pause": note("agents.pause", { paused: [pause], handedOver: 2 }),
  "agents.resume": note("agents.resume", { paused: [] }),
  "agents.paused": note("agents.paused", { paused: [pause] }),
};

let home: ReturnType<typeof temporaryHome>;
let gateway: GatewayServer;
beforeEach(async () => {
  asked.length = 0;
  home = temporaryHome();
  gateway = await gatewayServer(answers);
});
afterEach(async () => {
  await gateway.close();
  home.remove();
});
const run = (...args: string[]) => cli(home.path, args, { TRAVELAGENT_GATEWAY_PORT: String(gateway.port), TRAVELAGENT_GATEWAY_TOKEN: "right-token" });

describe("the queue from the command line", () => {
  it("says how much waits", async () => {
    const { code, stdout } = await run("queue", "status");
    expect(code).toBe(0);
    expect(stdout).toMatch(/waiting +3 \(2 collect, 1 steer\)/);
    expect(stdout).toMatch(/running +1 of 4 slots/);
    expect(JSON.parse((await run("queue", "status", "--json")).stdout)).toMatchObject({ deadLetters: 1 });
  });

  it("lists, shows, retries and drops dead letters", async () => {
    const list = await run("queue", "dlq", "list", "--kind", "turn", "--state", "all");
    expect(list.stdout).toContain("TIMEOUT");
    expect(list.stdout).not.toContain("\u001b[31m");
    expect((await run("queue", "dlq", "show", "r1")).stdout).toContain("two seats to Lisbon");
    expect((await run("queue", "dlq", "retry", "r1")).stdout).toContain("retry:r1");
    expect((await run("queue", "dlq", "drop", "r1", "--reason", "done by telephone")).code).toBe(0);
    expect(asked).toEqual([
      ["queue.dlq.list", { kind: "turn", state: "all", limit: 50 }],
      ["queue.dlq.get", { id: "r1" }],
      ["queue.dlq.retry", { id: "r1", idempotencyKey: expect.any(String) }],
      ["queue.dlq.drop", { id: "r1", reason: "done by telephone", idempotencyKey: expect.any(String) }],
    ]);
    expect((await run("queue", "dlq", "drop", "r1")).code).toBe(2);
    expect((await run("queue", "dlq", "list", "--state", "lost")).code).toBe(2);
  });

  it("stops agents and lets them work again", async () => {
    expect((await run("agents", "pause", "sales", "--reason", "too expensive")).stdout).toContain("2 messages went to people");
    expect((await run("agents", "pause")).code).toBe(2);
    expect((await run("agents", "status")).stdout).toMatch(/all .*ana +too expensive/);
    expect((await run("agents", "resume")).stdout).toContain("every agent works");
    expect(asked[0]).toEqual(["agents.pause", { agentId: "sales", reason: "too expensive" }]);
  });
});
