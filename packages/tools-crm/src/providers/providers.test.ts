import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { type CrmSimulator, startHubspot, startRestCrm, startSalesforce } from "../simulators/index.ts";
import { type CrmProviderBench, crmProviderContract } from "../testing/crm-provider-contract.ts";
import { hubspotCrm } from "./hubspot/index.ts";
import type { CrmProvider } from "./provider.ts";
import { restCrm } from "./rest/index.ts";
import { salesforceCrm } from "./salesforce/index.ts";

const runner = { describe, it, expect };
const { signal } = new AbortController();
type Clock = ReturnType<typeof fakeClock>;

const bench = (simulator: CrmSimulator, provider: CrmProvider, clock: Clock, refused: CrmProviderBench["refused"]): CrmProviderBench => {
  return {
    provider,
    clock,
    outside: simulator,
    loseNextReply: () => {
      let armed = true;
      simulator.chance((route) => {
        if (!armed || route.effect !== "write") return undefined;
        armed = false;
        return "lost_reply";
      });
    },
    limitNext: () => simulator.next({ fault: "rate_limited" }),
    failNext: () => simulator.next({ fault: "server_error" }),
    refused,
    ...(simulator.delivery ? { delivery: (ids) => simulator.delivery!("https://agency.example.com/webhooks/crm", ids) } : {}),
    close: () => simulator.close(),
  };
};
const fast = { readRetriesMs: [] };

crmProviderContract(runner, "rest", async () => {
  const clock = fakeClock();
  const simulator = await startRestCrm({ clock });
  const { apiUrl, apiKey, webhookSecret } = simulator.settings as Record<string, string>;
  const provider = restCrm({ apiUrl: apiUrl!, apiKey: apiKey!, webhookSecret: webhookSecret!, clock, ...fast });
  return bench(simulator, provider, clock, { name: "", email: "canary@example.com" });
});

crmProviderContract(runner, "hubspot", async () => {
  const clock = fakeClock();
  const simulator = await startHubspot({ clock, searchLagMs: 30_000 });
  const { apiUrl, apiKey, webhookSecret } = simulator.settings as Record<string, string>;
  const provider = hubspotCrm({ apiUrl: apiUrl!, apiKey: apiKey!, webhookSecret: webhookSecret!, leads: true, clock, ...fast });
  return bench(simulator, provider, clock, { name: "Canary Name", email: "canary at example" });
});

crmProviderContract(runner, "salesforce", async () => {
  const clock = fakeClock();
  const simulator = await startSalesforce({ clock, pageSize: 60 });
  const { apiUrl, clientId, clientSecret } = simulator.settings as Record<string, string>;
  const provider = salesforceCrm({ apiUrl: apiUrl!, clientId: clientId!, clientSecret: clientSecret!, clock, ...fast });
  return bench(simulator, provider, clock, { name: "Canary Name", email: "canary at example" });
});

crmProviderContract(runner, "salesforce without the optional fields", async () => {
  const clock = fakeClock();
  const simulator = await startSalesforce({ clock, customFields: ["TravelAgent_Id__c"] });
  const { apiUrl, clientId, clientSecret } = simulator.settings as Record<string, string>;
  const provider = salesforceCrm({ apiUrl: apiUrl!, clientId: clientId!, clientSecret: clientSecret!, clock, ...fast });
  return bench(simulator, provider, clock, { name: "Canary Name", email: "canary at example" });
});

describe("providers", () => {
  it("ask Salesforce for one token, and for another when it counts no more", async () => {
    const clock = fakeClock();
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const simulator = await startSalesforce({ clock, publicKey: publicKey.export({ type: "spki", format: "pem" }) as string });
    const provider = salesforceCrm({
      apiUrl: simulator.url,
      clientId: "salesforce-client",
      privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
      username: "sync@agency.example",
      clock,
      ...fast,
    });
    const tokens = () => simulator.requests.filter(({ route }) => route === "token").length;
    await Promise.all([1, 2, 3].map((number) => provider.find({ customerId: `cus_${number}` }, { signal })));
    expect(tokens()).toBe(1);
    simulator.next({ fault: "expired", on: "create-contact" });
    await provider.create({ customerId: "cus_1", fields: { name: "Ana Silva" } }, { signal, idempotencyKey: "k" });
    expect(tokens()).toBe(2);
    expect(simulator.contacts()).toHaveLength(1);
    await simulator.close();
  });

  it("say what an administrator has to do when Salesforce has no field for our id", async () => {
    const simulator = await startSalesforce({ customFields: [] });
    const { apiUrl, clientId, clientSecret } = simulator.settings as Record<string, string>;
    const provider = salesforceCrm({ apiUrl: apiUrl!, clientId: clientId!, clientSecret: clientSecret! });
    await expect(provider.prepare!({ signal })).rejects.toMatchObject({ code: "SUPPLIER_REJECTED", message: expect.stringContaining("TravelAgent_Id__c") });
    await simulator.close();
  });

  it("refuse wrong credentials as such, and nobody's secret is in the error or the log", async () => {
    const simulator = await startRestCrm();
    const log = recordingLogger();
    const provider = restCrm({ apiUrl: simulator.url, apiKey: "canary-key", log });
    const failure = await provider.changes(undefined, { signal }).catch((error: unknown) => error);
    expect(TravelAgentError.is(failure, "UNAUTHORIZED")).toBe(true);
    const sound = restCrm({ apiUrl: simulator.url, apiKey: "rest-key", log });
    const made = await sound.create({ customerId: "cus_1", fields: { name: "Canary Name", email: "canary@example.com" } }, { signal, idempotencyKey: "k" });
    await sound.find({ externalId: made.externalId }, { signal });
    expect(JSON.stringify([log.lines, String(failure)])).not.toMatch(/canary|crm-1/i);
    expect(log.lines.length).toBeGreaterThan(2);
    await simulator.close();
  });

  it("follow no link to another host, and no redirect", async () => {
    const asked: string[] = [];
    const other = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end("{}");
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const server = createServer((request, response) => {
      if (request.url === "/services/oauth2/token")
        return void response.end(JSON.stringify({ access_token: "t", instance_url: `http://${request.headers.host}` }));
      if (request.url?.includes("/queryAll")) return void response.end(JSON.stringify({ done: false, nextRecordsUrl: `${elsewhere}/x`, records: [] }));
      response.writeHead(307, { location: elsewhere }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = salesforceCrm({ apiUrl: url, clientId: "c", clientSecret: "s", ...fast });
    const first = await provider.changes(undefined, { signal });
    await provider.changes(first.cursor, { signal });
    await expect(restCrm({ apiUrl: url, apiKey: "k", ...fast }).find({ externalId: "1" }, { signal })).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(asked).toEqual([]);
    server.closeAllConnections();
    other.closeAllConnections();
    await Promise.all([new Promise((resolve) => server.close(resolve)), new Promise((resolve) => other.close(resolve))]);
  });

  it("know an unreachable vendor from one that may have heard us", async () => {
    const simulator = await startRestCrm();
    await simulator.close();
    const provider = restCrm({ apiUrl: simulator.url, apiKey: "k", ...fast });
    await expect(provider.create({ customerId: "c", fields: { name: "A" } }, { signal, idempotencyKey: "k" })).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
