import { Client, type ClientOptions, type ElicitRequest, type ElicitResult, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createGate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { testEngine } from "@travelagent/engine/testing";
import { createAuth, createControlPlane } from "@travelagent/gateway-core";
import { serve } from "@travelagent/gateway-core/node";
import { bookingTools, createBookings } from "@travelagent/tools-booking";
import { createSandbox } from "@travelagent/tools-booking/suppliers/sandbox";
import { afterEach, describe, expect, it } from "vitest";
import { confirmKey } from "./confirmation.ts";
import { createMcpEndpoint, type McpEndpointOptions } from "./endpoint.ts";

const token = "a-token-for-tests-0123456789abcdef";
const policy = parsePolicy([
  {
    name: "test",
    text: `{ version: 1, rules: [
    { id: "booking.confirm", tools: ["create_booking"], then: { decision: "needs-confirmation", reason: "the customer confirms" } },
  ] }`,
  },
]);
const strict = parsePolicy([
  {
    name: "strict",
    text: `{ version: 1, rules: [
    { id: "booking.confirm", tools: ["create_booking"], then: { decision: "needs-confirmation", reason: "the customer confirms" } },
    { id: "booking.approve", tools: ["create_booking"], then: { decision: "needs-approval", role: "manager", reason: "a manager approves" } },
  ] }`,
  },
]);
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** The sandbox's travel tools behind `/mcp`, on a real server. */
async function agency(options: Partial<McpEndpointOptions> = {}, rules = policy) {
  const [engine, world] = [await testEngine(), await testEngine()];
  open.push(
    () => engine.stop(),
    () => world.stop(),
  );
  const { db, work } = engine;
  const sandbox = createSandbox({ db: world.db });
  const bookings = createBookings({
    db,
    work,
    suppliers: [sandbox.supplier],
    payments: sandbox.payments,
    customers: { ensure: async ({ email }) => ({ customerId: `customer:${email}` }) },
  });
  await bookings.migrate();
  const gate = createGate({ db, tools: bookingTools(bookings), policy: () => rules });
  await gate.migrate();
  const mcp = createMcpEndpoint({
    gate,
    db,
    version: "1",
    scope: async ({ id }) => ({
      agentId: "main",
      sessionKey: `agent:main:mcp:${id}`,
      channel: "mcp",
      accountId: "default",
      chatType: "direct",
      peerId: id,
      timeZone: "Europe/Lisbon",
    }),
    ...options,
  });
  open.push(() => mcp.close());
  const auth = createAuth({ mode: "token", token });
  auth.onRevoked(mcp.revoke);
  const control = createControlPlane({ handlers: {}, auth, version: "1", routes: mcp.routes });
  control.setReady();
  const server = await serve({ control, port: 0 });
  open.push(async () => {
    control.shutdown("the test is over");
    await server.close();
  });
  return { url: new URL(`${server.url}/mcp`), bookings, gate, mcp, auth };
}

async function connect(url: URL, { bearer = token, ...options }: ClientOptions & { bearer?: string } = {}, ask?: (request: ElicitRequest) => ElicitResult) {
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization: `Bearer ${bearer}` } } });
  const client = new Client({ name: "test", version: "1" }, { ...options, ...(ask ? { capabilities: { elicitation: { form: {} } } } : {}) });
  if (ask) client.setRequestHandler("elicitation/create", async (request) => ask(request));
  await client.connect(transport);
  open.push(() => client.close());
  const call = async (name: string, args: Record<string, unknown>, meta?: Record<string, unknown>) => {
    const result = await client.callTool({ name, arguments: args, ...(meta ? { _meta: meta } : {}) });
    // biome-ignore lint/suspicious/noExplicitAny: the shape is what these tests look at
    return { isError: result.isError === true, value: result.structuredContent as any };
  };
  return { client, transport, call };
}

const departureDate = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
const flights = { origin: "BCN", destination: "FRA", departureDate, adults: 1 };
const booking = (offerId: string) => ({ offerIds: [offerId], travellers: [{ givenName: "Ana", familyName: "Silva" }], contact: { email: "ana@example.com" } });

describe("the travel tools over MCP", () => {
  it("are listed with their schemas, and say which of them only read", async () => {
    const { client } = await connect((await agency()).url);
    const { tools } = await client.listTools();
    const byName = new Map(tools.map((tool) => [tool.name, tool]));
    expect(byName.get("search_flights")).toMatchObject({
      annotations: { readOnlyHint: true },
      inputSchema: { type: "object", required: expect.arrayContaining(["origin"]) },
    });
    expect(byName.get("create_booking")).toMatchObject({ annotations: { readOnlyHint: false, destructiveHint: true } });
  });

  it("offer only what they are told to offer", async () => {
    const { client, call } = await connect((await agency({ offers: (tool) => tool !== "cancel_booking" })).url);
    expect((await client.listTools()).tools.map(({ name }) => name)).not.toContain("cancel_booking");
    expect(await call("cancel_booking", { bookingReference: "ABC123" })).toMatchObject({ isError: true, value: { error: { code: "TOOL_NOT_ALLOWED" } } });
  });

  it("search at once, and put it on record under who asked", async () => {
    const { url, gate } = await agency();
    const { call } = await connect(url);
    const { isError, value } = await call("search_flights", flights);
    expect(isError).toBe(false);
    expect(value.offers.length).toBeGreaterThan(0);
    expect((await gate.audit.list({})).entries[0]).toMatchObject({ tool: "search_flights", actor: "mcp:operator", decision: "allow" });
    expect(await call("search_flights", { ...flights, seatsNearThePilot: true })).toMatchObject({
      isError: true,
      value: { error: { code: "INVALID_REQUEST" } },
    });
  });

  it("never book without a yes: the exact question comes back, and the program's yes covers exactly that", async () => {
    const { url, bookings } = await agency();
    const { call } = await connect(url);
    const [first, second] = (await call("search_flights", flights)).value.offers;
    const asked = await call("create_booking", booking(first.offerId));
    expect(asked.value).toMatchObject({
      status: "confirmation-required",
      confirmationId: expect.any(String),
      howToConfirm: expect.stringContaining(confirmKey),
    });
    expect(asked.value.text).toContain(`Total: ${first.price.amount} ${first.price.currency}`);
    // The model cannot say yes in its arguments, and a yes to one thing is no yes to another.
    expect(await call("create_booking", { ...booking(first.offerId), [confirmKey]: asked.value.confirmationId })).toMatchObject({ isError: true });
    expect((await call("create_booking", booking(first.offerId))).value.status).toBe("confirmation-required");
    expect((await call("create_booking", booking(second.offerId), { [confirmKey]: asked.value.confirmationId })).value.status).toBe("confirmation-required");
    expect((await bookings.list({})).bookings).toEqual([]);

    const done = await call("create_booking", booking(first.offerId), { [confirmKey]: asked.value.confirmationId });
    expect(done).toMatchObject({ isError: false, value: { booking: { status: expect.stringMatching(/confirmed|ticketed/) } } });
    expect((await bookings.list({})).bookings).toHaveLength(1);
    // The yes is used up.
    expect((await call("create_booking", booking(first.offerId), { [confirmKey]: asked.value.confirmationId })).value.status).not.toBe("ok");
    expect((await bookings.list({})).bookings).toHaveLength(1);
  });

  it("ask the user of a client that can ask, and do what the answer is", async () => {
    const { url, bookings } = await agency();
    const heard: string[] = [];
    let answer: ElicitResult = { action: "decline" };
    const { call } = await connect(url, {}, ({ params }) => {
      heard.push(params.message);
      return answer;
    });
    const [offer] = (await call("search_flights", flights)).value.offers;
    expect((await call("create_booking", booking(offer.offerId))).value.status).toBe("declined");
    answer = { action: "accept", content: { confirm: false } };
    expect((await call("create_booking", booking(offer.offerId))).value.status).toBe("declined");
    answer = { action: "cancel" };
    expect((await call("create_booking", booking(offer.offerId))).value.status).toBe("confirmation-required");
    expect((await bookings.list({})).bookings).toEqual([]);
    answer = { action: "accept", content: { confirm: true } };
    expect((await call("create_booking", booking(offer.offerId))).value.booking.status).toMatch(/confirmed|ticketed/);
    expect(heard).toHaveLength(4);
    expect(heard.at(-1)).toContain(`Total: ${offer.price.amount} ${offer.price.currency}`);
    expect((await bookings.list({})).bookings).toHaveLength(1);
  });

  it("that need an approval too wait for a person of the agency; then the same call is done", async () => {
    const { url, gate, bookings } = await agency({}, strict);
    const { call } = await connect(url);
    const [offer] = (await call("search_flights", flights)).value.offers;
    const { confirmationId } = (await call("create_booking", booking(offer.offerId))).value;
    const waiting = await call("create_booking", booking(offer.offerId), { [confirmKey]: confirmationId });
    expect(waiting.value.status).toBe("approval-required");
    expect((await call("create_booking", booking(offer.offerId))).value.status).toBe("approval-required");
    const { decisions } = await gate.decisions.list({ kind: "approval", status: "pending" });
    expect(decisions).toHaveLength(1);
    await gate.decisions.resolve(decisions[0]!.id, true, "a colleague");
    expect((await bookings.list({})).bookings).toEqual([]);
    expect((await call("create_booking", booking(offer.offerId))).value.booking.status).toMatch(/confirmed|ticketed/);
  });

  it("deny what no rule allows, with its code", async () => {
    const { url } = await agency();
    const { call } = await connect(url);
    const [offer] = (await call("search_flights", flights)).value.offers;
    const { confirmationId } = (await call("create_booking", booking(offer.offerId))).value;
    const { value } = await call("create_booking", booking(offer.offerId), { [confirmKey]: confirmationId });
    const denied = await call("cancel_booking", { bookingReference: value.booking.reference });
    expect(denied).toMatchObject({ isError: true, value: { error: { code: "POLICY_DENIED" } } });
  });
});

describe("sessions", () => {
  it("do not see what another one searched and booked", async () => {
    const { url } = await agency();
    const [mine, other] = [await connect(url), await connect(url)];
    const [offer] = (await mine.call("search_flights", flights)).value.offers;
    expect(await other.call("create_booking", booking(offer.offerId))).toMatchObject({ isError: true, value: { error: { code: "SCOPE_VIOLATION" } } });
  });

  it("need the gateway's token on every request", async () => {
    const { url, mcp } = await agency();
    await expect(connect(url, { bearer: "a-wrong-one" })).rejects.toThrow();
    const initialize = {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "x", version: "1" } },
    };
    const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    for (const method of ["POST", "GET", "DELETE"])
      expect((await fetch(url, { method, headers, ...(method === "POST" ? { body: JSON.stringify(initialize) } : {}) })).status).toBe(401);
    const { transport } = await connect(url);
    const stolen = await fetch(url, {
      method: "POST",
      headers: { ...headers, "mcp-session-id": transport.sessionId! },
      body: JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/list" }),
    });
    expect(stolen.status).toBe(401);
    expect(mcp.sessions).toBe(1);
  });

  it("refuse a foreign page and a rebound name", async () => {
    const { url, mcp } = await agency();
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    expect((await fetch(url, { method: "POST", headers: { ...headers, origin: "https://evil.example" }, body: "{}" })).status).toBe(403);
    expect(mcp.sessions).toBe(0);
  });

  it("begin with initialize, and end when they are deleted, replaced, unused for long, or their credential is", async () => {
    const { url, mcp, auth } = await agency({ maxSessions: 2, idleMs: 300 });
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json, text/event-stream" };
    const list = (id?: string) =>
      fetch(url, {
        method: "POST",
        headers: { ...headers, ...(id ? { "mcp-session-id": id } : {}) },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
      });
    expect((await list()).status).toBe(400);
    expect((await list("made-up")).status).toBe(404);

    const deleted = await connect(url);
    const id = deleted.transport.sessionId!;
    expect((await list(id)).status).toBe(200);
    await deleted.transport.terminateSession();
    expect((await list(id)).status).toBe(404);

    const [first, second, third] = [await connect(url), await connect(url), await connect(url)];
    expect(mcp.sessions).toBe(2);
    expect((await list(first.transport.sessionId)).status).toBe(404);
    expect((await list(second.transport.sessionId)).status).toBe(200);
    expect((await list(third.transport.sessionId)).status).toBe(200);
    await expect.poll(() => mcp.sessions, { timeout: 3000 }).toBe(0);

    await connect(url);
    auth.rotate("another-token-0123456789abcdef0123");
    expect(mcp.sessions).toBe(0);
  });

  it("serve a client that asks for the newest protocol first", async () => {
    const { call } = await connect((await agency()).url, { versionNegotiation: { mode: "auto" } });
    expect((await call("search_flights", flights)).value.offers.length).toBeGreaterThan(0);
  });
});
