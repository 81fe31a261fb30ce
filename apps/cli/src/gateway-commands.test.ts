import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answers, type GatewayServer, gatewayServer } from "./testing/gateway-server.ts";
import { cli, temporaryHome } from "./testing/run-cli.ts";

const place = (local: string) => ({ local, timeZone: "Europe/Madrid", utc: `${local}Z` });
const money = (amount: string) => ({ amount, currency: "EUR" });
const booking = {
  id: "bk_1",
  reference: "ABC123",
  status: "confirmed",
  customerId: "cus_1",
  sessionKey: "agent:main:main",
  total: money("189.40"),
  balance: money("0.00"),
  items: [
    {
      kind: "flight",
      supplier: "sandbox",
      locators: ["XYZ"],
      status: "confirmed",
      summary: "SB101 \u001b[31mBarcelona\u001b[0m\nto Lisbon",
      start: place("2027-03-12T10:15:00"),
      end: place("2027-03-12T11:20:00"),
      sandbox: true,
    },
  ],
  travellers: [{ id: "t1", name: "Ana Silva" }],
  createdAt: "2027-01-15T09:00:00Z",
  updatedAt: "2027-01-15T09:00:00Z",
  version: 1,
};
const approval = {
  id: "ap_1",
  tool: "cancel_booking",
  actionHash: "h",
  title: "Cancel ABC123",
  lines: ["Penalty 70.00 EUR"],
  sessionKey: "s",
  ruleId: "r",
  reason: "penalty",
  role: "agent",
  status: "pending",
  requestedAt: "x",
  expiresAt: "y",
};

const answers: Answers = {
  health: () => ({ ok: true, ts: 1, degraded: ["channel:telegram"], channels: { webchat: "running" } }),
  "bookings.list": () => ({ bookings: [booking], nextCursor: "next" }),
  "bookings.get": ({ id }) => {
    if (id !== "bk_1") throw { code: "NOT_FOUND", message: `there is no booking ${String(id)}` };
    const notices = [
      { id: "n-0", state: "told", text: "An old one" },
      { id: "n-1", state: "draft", text: "The airline changed\n\u001b[31mNow: LH1" },
    ];
    return { booking, notices, timeline: [{ at: "2027-01-15T09:00:00Z", type: "held" }], payments: [], documents: [], ledger: [], balance: [], margin: [] };
  },
  "bookings.ledger": ({ id }) => ({
    accounts: [{ account: "customer", balance: money("50.00") }],
    balance: [money("50.00")],
    margin: [],
    ...(id === undefined ? {} : { lines: [{ account: "customer", amount: money("50.00"), memo: "item 1 ticketed", at: "2027-01-15T09:00:00Z" }] }),
  }),
  "bookings.release": ({ id, text }) => ({ notice: { id, state: "ready", text: text ?? "The airline changed" } }),
  "bookings.attend": ({ resolution, note, item }) => ({ booking: { ...booking, reference: `${String(resolution)} ${String(note)} ${String(item)}` } }),
  "customers.list": () => ({ customers: [] }),
  "approvals.list": () => ({ approvals: [approval] }),
  "approvals.resolve": ({ decision }) => ({ approval: { ...approval, status: decision === "approve" ? "approved" : "denied" } }),
  "deliveries.resolve": () => ({ ok: true }),
  "policy.evaluate": () => ({ decision: "deny", code: "POLICY_DENIED", ruleId: "no-past-dates" }),
  "suppliers.status": () => ({ suppliers: [{ id: "sandbox", status: "ready" }] }),
  "sessions.reset": ({ key }) => ({ ok: true, key }),
  "chat.history": ({ sessionKey }) => ({
    sessionKey,
    messages: [
      { role: "user", content: "hello", timestamp: 1 },
      { role: "assistant", content: [{ type: "text", text: "Hi!" }], timestamp: 2, messageId: "m" },
    ],
  }),
  agent: ({ idempotencyKey, message }, conn) => {
    setTimeout(() => conn.later({ runId: idempotencyKey, status: "ok", result: { payloads: [{ text: `you said ${String(message)}` }] } }), 20);
    return { runId: idempotencyKey, status: "accepted", acceptedAt: 1 };
  },
};

let home: ReturnType<typeof temporaryHome>;
let gateway: GatewayServer;
beforeEach(async () => {
  home = temporaryHome();
  gateway = await gatewayServer(answers);
});
afterEach(async () => {
  await gateway.close();
  home.remove();
});

const run = (...args: string[]) => cli(home.path, args, { TRAVELAGENT_GATEWAY_PORT: String(gateway.port), TRAVELAGENT_GATEWAY_TOKEN: "right-token" });

describe("commands at a gateway", () => {
  it("lists bookings for people, without letting their text steer the terminal", async () => {
    const { code, stdout } = await run("bookings", "list", "--status", "confirmed", "--limit", "5");
    expect(code).toBe(0);
    expect(gateway.calls).toEqual([{ method: "bookings.list", params: { status: "confirmed", limit: 5 } }]);
    expect(stdout).toBe(
      "REFERENCE  STATUS     TRAVEL                            TOTAL       CUSTOMER  ID\nABC123     confirmed  SB101 [31mBarcelona[0m to Lisbon  189.40 EUR  cus_1     bk_1\nmore: --cursor next\n",
    );
  });

  it("prints the gateway's own data with --json, unstyled on a terminal too", async () => {
    const { stdout } = await cli(
      home.path,
      ["bookings", "list", "--json"],
      { TRAVELAGENT_GATEWAY_PORT: String(gateway.port), TRAVELAGENT_GATEWAY_TOKEN: "right-token" },
      true,
    );
    expect(JSON.parse(stdout)).toEqual({ bookings: [booking], nextCursor: "next" });
  });

  it("styles on a terminal, and not with NO_COLOR", async () => {
    const env = { TRAVELAGENT_GATEWAY_PORT: String(gateway.port), TRAVELAGENT_GATEWAY_TOKEN: "right-token" };
    expect((await cli(home.path, ["health"], env, true)).stdout).toContain("\u001b[32mok");
    expect((await cli(home.path, ["health"], { ...env, NO_COLOR: "1" }, true)).stdout).not.toContain("\u001b");
  });

  it("shows one booking, and passes on why there is none", async () => {
    expect((await run("bookings", "show", "bk_1")).stdout).toContain("Travellers: Ana Silva");
    expect(await run("bookings", "show", "nope")).toEqual({ code: 1, stdout: "", stderr: "NOT_FOUND: there is no booking nope\n" });
    expect(await run("bookings", "show", "nope", "--json")).toEqual({ code: 1, stdout: "", stderr: "NOT_FOUND: there is no booking nope\n" });
  });

  it("shows what waits to be told to a customer, and releases it", async () => {
    const { stdout } = await run("bookings", "show", "bk_1");
    expect(stdout).toContain("waits for: bookings release n-1\n  The airline changed\n");
    expect(stdout).not.toContain("An old one");
    expect(stdout).not.toContain("\u001b");
    expect((await run("bookings", "release", "n-1", "--text", "Other words")).stdout).toBe("released: Other words\n");
    expect(gateway.calls.at(-1)).toMatchObject({ method: "bookings.release", params: { id: "n-1", text: "Other words" } });
    await run("bookings", "list", "--attention");
    expect(gateway.calls.at(-1)).toMatchObject({ method: "bookings.list", params: { attention: true } });
  });

  it("shows what stands on the accounts, and passes on what a person says of a booking", async () => {
    const one = await run("bookings", "ledger", "bk_1");
    expect(one.stdout).toContain("item 1 ticketed");
    expect(one.stdout).toContain("open from customers: 50.00 EUR; margin: nothing");
    expect(JSON.parse((await run("bookings", "ledger", "--json")).stdout)).toEqual({
      accounts: [{ account: "customer", balance: money("50.00") }],
      balance: [money("50.00")],
      margin: [],
    });
    const said = await run("bookings", "attend", "bk_1", "never-happened", "--note", "asked", "--item", "2");
    expect(said.stdout).toContain("never-happened asked 2");
    expect((await run("bookings", "attend", "bk_1", "perhaps", "--note", "asked")).stderr).toContain("there is no resolution perhaps");
  });

  it("decides approvals", async () => {
    expect((await run("approvals", "list")).stdout).toContain("Cancel ABC123");
    expect((await run("approvals", "deny", "ap_1", "--reason", "too dear")).stdout).toContain("denied  Cancel ABC123");
    expect(gateway.calls.at(-1)).toMatchObject({ method: "approvals.resolve", params: { id: "ap_1", decision: "deny", reason: "too dear" } });
  });

  it("resolves deliveries, resets sessions, tests rules", async () => {
    expect((await run("deliveries", "resolve", "d1", "--outcome", "sent")).code).toBe(0);
    expect((await run("deliveries", "resolve", "d1", "--outcome", "maybe")).code).toBe(2);
    expect((await run("sessions", "reset", "agent:main:main")).code).toBe(0);
    expect((await run("sessions", "show", "agent:main:main")).stdout).toMatch(/customer {2}hello\n.*agent {2}Hi!\n/);
    const verdict = await run("policy", "test", "--tool", "book_flight", "--args", "{offerId: 'o1'}", "--json");
    expect(JSON.parse(verdict.stdout)).toMatchObject({ decision: "deny", ruleId: "no-past-dates" });
    expect(gateway.calls.at(-1)).toEqual({ method: "policy.evaluate", params: { tool: "book_flight", args: { offerId: "o1" } } });
    expect((await run("policy", "test", "--tool", "x", "--args", "[")).code).toBe(2);
    expect((await run("customers", "list")).stdout).toBe("no customers\n");
  });

  it("asks the agent once and prints the answer", async () => {
    expect((await run("agent", "--message", "hello")).stdout).toBe("you said hello\n");
    expect(JSON.parse((await run("agent", "-m", "hello", "--session", "agent:main:trip", "--json")).stdout)).toMatchObject({ status: "ok" });
    expect(gateway.calls.at(-1)).toMatchObject({ method: "agent", params: { sessionKey: "agent:main:trip" } });
  });

  it("tells how the gateway is", async () => {
    expect((await run("health")).stdout).toBe("ok\nchannel   webchat: running\ndegraded  channel:telegram\n");
    expect(JSON.parse((await run("status", "--json")).stdout)).toMatchObject({ version: "9.9.9", pendingApprovals: 1, suppliers: [{ id: "sandbox" }] });
    expect((await run("gateway", "status")).stdout).toContain("version 9.9.9, up 1 min");
    await gateway.close();
    gateway = await gatewayServer({
      health: ({ probe }) => ({
        ok: false,
        ts: 1,
        channels: { telegram: { configured: true, linked: false, state: "failed" } },
        models: [{ id: "acme/m1", state: "auth-error", since: 0, code: "MODEL_AUTH", ...(probe ? { probe: { ok: false, ms: 3, error: "MODEL_AUTH" } } : {}) }],
        stores: [{ id: "database", state: "full", ms: 1, error: "STORAGE_FULL" }],
        degraded: ["store:database"],
      }),
    });
    expect(await run("health", "--probe")).toMatchObject({
      code: 1,
      stdout:
        "not ok\nchannel   telegram: failed\nmodel     acme/m1: auth-error  since 1970-01-01T00:00:00.000Z  (MODEL_AUTH)  did not answer (MODEL_AUTH)\nstore     database: full  (STORAGE_FULL)\ndegraded  store:database\n",
    });
    expect((await run("status")).stdout).toContain("model          acme/m1: auth-error");
  });

  it("says why the configuration file is not what runs", async () => {
    await gateway.close();
    gateway = await gatewayServer({
      health: () => ({ ok: true, ts: 1, degraded: ["config"], suppliers: [{ id: "sandbox", state: "untried" }] }),
      status: () => ({
        ok: true,
        config: { problem: "the configuration in force stays", issues: [{ path: "gateway.prot", message: "unknown key" }], pendingRestart: ["gateway.port"] },
      }),
    });
    expect((await run("status")).stdout.split("\n").slice(1)).toEqual([
      "supplier       sandbox: untried",
      "degraded       config",
      "config         the configuration in force stays",
      "config         gateway.prot: unknown key",
      "config         counts after a restart: gateway.port",
      "",
    ]);
    expect(JSON.parse((await run("status", "--json")).stdout)).toMatchObject({ config: { problem: "the configuration in force stays" } });
  });

  it("prints the log of a gateway elsewhere", async () => {
    await gateway.close();
    gateway = await gatewayServer({
      "logs.tail": () => ({
        file: "gateway-2027-01-15.jsonl",
        cursor: 10,
        size: 10,
        lines: ['{"level":"warn","time":"2027-01-15T09:00:00.000Z","subsystem":"engine","message":"slow"}'],
        truncated: false,
        reset: false,
      }),
    });
    const to = ["--url", gateway.url, "--token", "right-token"];
    expect((await cli(home.path, ["logs", "--limit", "3", ...to])).stdout).toBe("2027-01-15T09:00:00.000Z warn  slow  subsystem=engine\n");
    expect((await cli(home.path, ["logs", "--json", ...to])).stdout).toContain('"subsystem":"engine"');
    expect(gateway.calls[0]).toEqual({ method: "logs.tail", params: { limit: 3 } });
  });

  it("tells which models and keys rest", async () => {
    await gateway.close();
    const status = {
      models: [
        { id: "a/big", provider: "a", state: "overloaded", restsUntil: 60_000 },
        { id: "b/one", provider: "b", state: "ok" },
      ],
      keys: [
        { id: "a:work", provider: "a", state: "resting", until: 120_000, code: "MODEL_AUTH", billing: true },
        { id: "a:spare", provider: "a", state: "ready" },
      ],
    };
    gateway = await gatewayServer({ "models.status": () => status as never });
    const { stdout } = await run("models", "status");
    expect(stdout).toMatch(/a\/big +overloaded +1970-01-01T00:01:00\.000Z/);
    expect(stdout).toMatch(/a:work +resting +1970-01-01T00:02:00\.000Z +nobody pays for it/);
    expect(stdout).toMatch(/a:spare +ready/);
    expect(JSON.parse((await run("models", "status", "--json")).stdout)).toEqual(status);
  });

  it("says what a method is missing for", async () => {
    expect(await run("models", "list")).toEqual({ code: 1, stdout: "", stderr: "NOT_FOUND: no method models.list\n" });
  });
});

describe("finding the gateway", () => {
  it("says what to do when nobody answers", async () => {
    await gateway.close();
    const result = await run("health");
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toBe(`UNAVAILABLE: no gateway answers at ${gateway.url}; start one with "travelagent gateway", or name another with --url\n`);
    expect(JSON.parse((await run("gateway", "status", "--json")).stdout)).toMatchObject({ reachable: false });
  });

  it("says where a refused secret came from, and never the secret", async () => {
    const result = await cli(home.path, ["health", "--token", "wrong-secret"], { TRAVELAGENT_GATEWAY_PORT: String(gateway.port) });
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^UNAUTHORIZED: .*refused the secret from --token/);
    expect(result.stderr).not.toContain("wrong-secret");
  });

  it("takes port and token from the configuration, and the token the gateway made for itself", async () => {
    mkdirSync(home.state);
    writeFileSync(join(home.state, "travelagent.json"), `{ gateway: { port: ${gateway.port} } }`);
    writeFileSync(join(home.state, "gateway.token"), "right-token\n");
    expect((await cli(home.path, ["health"])).code).toBe(0);
    expect((await cli(home.path, ["health"], { CLAWDBOT_GATEWAY_TOKEN: "wrong" })).code).toBe(1);
    expect((await cli(home.path, ["health", "--token", "right-token"], { CLAWDBOT_GATEWAY_TOKEN: "wrong" })).code).toBe(0);
  });

  it("sends this machine's token to no address that was given by hand", async () => {
    mkdirSync(home.state);
    writeFileSync(join(home.state, "gateway.token"), "right-token\n");
    const result = await cli(home.path, ["health", "--url", gateway.url]);
    expect(result.stderr).toContain("wants a secret");
    expect(JSON.stringify(gateway.connects)).not.toContain("right-token");
    expect((await cli(home.path, ["health", "--url", gateway.url.replace("ws", "http"), "--token", "right-token"])).code).toBe(0);
    expect((await cli(home.path, ["health", "--url", "ftp://x"])).code).toBe(2);
  });
});
