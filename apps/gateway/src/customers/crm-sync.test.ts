import type { GatewayConfig } from "@travelagent/config";
import { testDatabase } from "@travelagent/engine/testing";
import type { HttpRequest } from "@travelagent/gateway-core";
import type { Call } from "@travelagent/protocol";
import { systemClock } from "@travelagent/protocol/ports";
import { recordingLogger } from "@travelagent/protocol/testing";
import { databaseCrm } from "@travelagent/tools-crm";
import { type CrmSimulator, startHubspot, startRestCrm, startSalesforce } from "@travelagent/tools-crm/simulators";
import { afterEach, describe, expect, it } from "vitest";
import { openCrmSync } from "./crm-sync.ts";

type Section = GatewayConfig["channels"]["crm"];
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(section: Section, env: Record<string, string> = {}) {
  const db = await testDatabase();
  closers.push(() => db.close());
  const crm = await databaseCrm({ db });
  const log = recordingLogger();
  const opened = await openCrmSync({
    config: () => ({ channels: section === undefined ? {} : { crm: section } }) as GatewayConfig,
    env,
    db,
    crm,
    clock: systemClock,
    log,
    publicUrl: () => "https://agency.example.com",
  });
  closers.push(() => opened.close());
  const call = async (method: string, params: object = {}) =>
    (await (opened.handlers as Record<string, (params: unknown, call: Call) => unknown>)[method]!(params, {} as Call)) as Record<string, unknown>;
  return { crm, log, opened, call };
}

async function outside(make: () => Promise<CrmSimulator>): Promise<CrmSimulator> {
  const simulator = await make();
  closers.push(() => simulator.close());
  return simulator;
}

async function until(done: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it did not happen");
}

describe("channels.crm", () => {
  it("is nothing without its section, or when it is switched off", async () => {
    for (const section of [undefined, { provider: "rest", enabled: false, apiUrl: "http://127.0.0.1:1", apiKey: "k" } as const]) {
      const { opened } = await open(section);
      expect([opened.handlers, opened.routes, opened.degraded()]).toEqual([{}, [], []]);
      opened.start();
      expect(
        await opened.personalData.erase(
          { customerIds: ["cus_1"], sessionKeys: [], bookingIds: [], identities: [], identifiers: [] },
          { reason: "r", now: 1, signal: new AbortController().signal },
        ),
      ).toEqual({ removed: 0, held: [] });
    }
  });

  it("says what is missing, and calls nobody", async () => {
    const { call, opened } = await open({ provider: "hubspot", apiUrl: "https://api.hubapi.com" });
    expect(await call("crm.status")).toMatchObject({ state: "unusable", reason: expect.stringMatching(/channels\.crm\.apiKey \(or CRM_API_KEY\)/) });
    expect(opened.degraded()).toEqual(["crm:hubspot"]);
    const plain = await open({ provider: "custom", apiUrl: "http://crm.example.com/api", apiKey: "k" });
    expect(await plain.call("crm.status")).toMatchObject({ state: "unusable", reason: expect.stringContaining("https") });
  });

  it("exchanges with an own system, with HubSpot and with Salesforce, as their sections say", async () => {
    for (const make of [startRestCrm, startHubspot, startSalesforce]) {
      const there = await outside(make);
      const section = { ...there.settings, ...(there.vendor === "rest" ? { provider: "custom" } : {}) } as unknown as Section;
      const { crm, opened, call } = await open(section);
      await crm.create({ name: "Ana Silva", email: "ana@example.com" }, { idempotencyKey: "a" });
      opened.start();
      await until(() => there.contacts().length === 1);
      expect(there.contacts()[0]!.fields).toMatchObject({ name: "Ana Silva", email: "ana@example.com" });
      await until(async () => (await call("crm.status")).state === "ok");
      expect(await call("crm.conflicts")).toEqual({ conflicts: [] });
      expect(opened.degraded()).toEqual([]);
    }
  });

  it("lets the environment win, and hears webhooks at its own address", async () => {
    const there = await outside(startRestCrm);
    const { crm, opened } = await open(
      { provider: "rest", apiUrl: "https://elsewhere.example.com", apiKey: "wrong", pollSeconds: 3600 },
      { CRM_BASE_URL: there.url, CRM_API_KEY: "rest-key", CRM_WEBHOOK_SECRET: "rest-webhook-secret" },
    );
    opened.start();
    const external = there.add({ name: "Bo Li" });
    await until(async () => (await crm.list({})).customers.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    there.edit(external, { name: "Bo Lin" });
    const [route] = opened.routes;
    expect(route).toMatchObject({ method: "POST", path: "/webhooks/crm/rest", auth: "none" });
    const { headers, body } = there.delivery!("https://agency.example.com/webhooks/crm/rest", [external]);
    const request = {
      method: "POST",
      url: new URL("http://127.0.0.1/webhooks/crm/rest"),
      headers,
      requestId: "r",
      body: async () => Buffer.from(body),
    } as unknown as HttpRequest;
    await expect(Promise.resolve(route!.handle({ ...request, headers: {} }))).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await route!.handle(request);
    await until(async () => (await crm.list({})).customers[0]?.name === "Bo Lin");
  });
});
