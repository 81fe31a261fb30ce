import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { connectWire } from "../testing/wire-client.ts";

let state: ReturnType<typeof temporaryState>;
let gateway: GatewayProcess | undefined;
beforeEach(() => {
  state = temporaryState();
});
afterEach(async () => {
  await gateway?.kill();
  gateway = undefined;
  state.remove();
});

const departureDate = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);

it("is not there until it is turned on", async () => {
  gateway = await startGateway({ stateDir: state.path });
  expect((await fetch(`${gateway.url}/mcp`, { method: "POST", headers: { authorization: `Bearer ${gateway.token}` } })).status).toBe(404);
});

it("serves the travel tools of the whole gateway, and a booking that a person said yes to", async () => {
  writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ gateway: { http: { endpoints: { mcp: { enabled: true } } } } }));
  gateway = await startGateway({ stateDir: state.path });
  const url = new URL(`${gateway.url}/mcp`);
  expect((await fetch(url, { method: "POST" })).status).toBe(401);

  const asked: string[] = [];
  const client = new Client({ name: "test", version: "1" }, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler("elicitation/create", async ({ params }) => {
    asked.push(params.message);
    return { action: "accept", content: { confirm: true } };
  });
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization: `Bearer ${gateway.token}` } } }));
  const names = (await client.listTools()).tools.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["search_flights", "create_booking", "create_customer"]));
  expect(names).not.toContain("hand_over_to_person");

  const call = async (name: string, args: Record<string, unknown>) =>
    (await client.callTool({ name, arguments: args })).structuredContent as { status: string; offers: { offerId: string }[]; booking: { reference: string } };
  const { offers } = await call("search_flights", { origin: "LIS", destination: "MAD", departureDate, adults: 1 });
  const booked = await call("create_booking", {
    offerIds: [offers[0]!.offerId],
    travellers: [{ givenName: "Ana", familyName: "Silva" }],
    contact: { email: "ana@example.com" },
  });
  expect(asked).toHaveLength(1);
  expect(booked.status).toBe("booked");

  const wire = await connectWire(gateway);
  const { payload } = await wire.ask("bookings.list", {});
  expect(payload).toMatchObject({ bookings: [{ reference: booked.booking.reference, sessionKey: expect.stringMatching(/^agent:main:mcp:/) }] });
  expect((await wire.ask("customers.list", {})).payload).toMatchObject({ customers: [{ name: "Ana Silva" }] });
  wire.end();
  await client.close();
});
