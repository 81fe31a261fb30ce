import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayConfig, statePaths } from "@travelagent/config";
import { testEngine } from "@travelagent/engine/testing";
import { createGateway, type Gateway } from "@travelagent/gateway-core";
import { memorySessions, plainSessionKey, scriptedAgent, type TestPlatform, testPlatform } from "@travelagent/gateway-core/testing";
import { type Engine, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { databaseCrm } from "@travelagent/tools-crm";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type OpenedConsent, openConsent } from "./consent.ts";
import type { CustomersOptions } from "./open-customers.ts";

let directory: string;
let engine: Engine;
let gateway: Gateway;
let sms: TestPlatform;
let consent: OpenedConsent;
let agent: ReturnType<typeof scriptedAgent>;
let config = GatewayConfig.parse({});

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "consent-"));
  config = GatewayConfig.parse({ agency: { name: "Sol Travel" } });
  engine = await testEngine();
  sms = testPlatform({ id: "sms" });
  agent = scriptedAgent(() => "here is a flight");
  const sessions = memorySessions();
  const crm = await databaseCrm({ db: engine.db, clock: systemClock });
  consent = await openConsent({
    config: () => config,
    paths: statePaths(directory),
    db: engine.db,
    clock: systemClock,
    crm,
    sessions,
    log: silentLogger,
  } as unknown as CustomersOptions & { crm: typeof crm });
  gateway = createGateway({
    engine,
    sessions,
    sessionKeyOf: plainSessionKey,
    agent,
    channels: [sms.adapter],
    admission: { sms: { dmPolicy: "open" } },
    publisher: { publish: () => undefined, isFollowed: () => false },
    contact: consent.contact,
  });
  await gateway.prepare();
  await engine.start();
  await gateway.start();
});
afterEach(async () => {
  await gateway.stop();
  await engine.stop();
  rmSync(directory, { recursive: true, force: true });
});

const texts = () => sms.shown.map(({ text }) => text);
const heard = (count: number) => expect.poll(texts, { timeout: 5_000 }).toHaveLength(count);
const session = "agent:main:sms:dm:+34600111222";
const write = (text: string) => sms.write(text, "+34600111222", { sentAt: Date.now() });

it("STOP on SMS: one confirmation, then nothing from anybody and no model asked, until START", async () => {
  await write("Hola, quiero un vuelo a Roma, por favor");
  await heard(1);
  expect(texts()[0]).toMatch(/^Está hablando con el asistente de inteligencia artificial de Sol Travel\..*\n\nhere is a flight$/s);
  await write("a stop in Rome, please");
  await heard(2);
  await write("Stop!");
  await heard(3);
  // In the language of the disclosure.
  expect(texts()[2]).toMatch(/^No recibirá más mensajes/);
  const asked = agent.requests.length;
  await gateway.tell({ id: "news", sessionKey: session, text: "your flight is late" });
  const { runId } = await write("are you there?");
  await expect.poll(async () => (await engine.db.get("select status, reason from inbox where id = ?", runId))?.status, { timeout: 5_000 }).toBe("handed-over");
  await expect.poll(async () => (await engine.db.all("select id from outbox where status = 'refused'")).length, { timeout: 5_000 }).toBe(2);
  for (const { reason } of await engine.db.all("select reason from outbox where status = 'refused'"))
    expect(reason).toBe("opted-out: the person wants no messages on sms");
  expect(agent.requests).toHaveLength(asked);
  await write("start");
  await heard(4);
  await gateway.tell({ id: "more", sessionKey: session, text: "your flight is on time" });
  await heard(5);
  // Consent to service is none to advertising.
  await gateway.tell({ id: "ad", sessionKey: session, text: "Rome for 99!", purpose: "marketing" });
  await expect
    .poll(async () => (await engine.db.get("select reason from outbox where id = 'ad'"))?.reason, { timeout: 5_000 })
    .toBe("no-consent: the person has not consented to marketing on sms");
  const me = { identities: [{ channel: "sms", peerId: "+34600111222" }] };
  await consent.consents.record({
    kind: "consent",
    ...{ identity: me.identities[0]! },
    channel: "sms",
    purpose: "marketing",
    proof: { how: "form", text: "Yes." },
  });
  await gateway.tell({ id: "ad-2", sessionKey: session, text: "Rome for 89!", purpose: "marketing" });
  await heard(6);
});

it("what a configuration says of a channel and of the disclosure counts at once", async () => {
  config = GatewayConfig.parse({ privacy: { disclosure: { enabled: false }, optOut: { channels: { sms: "marketing" }, words: ["nada"] } } });
  await write("stop");
  await heard(1);
  expect(texts()).toEqual(["here is a flight"]);
  config = GatewayConfig.parse({ privacy: { optOut: { words: ["nada"] } } });
  await write("Nada.");
  await heard(2);
  expect(texts()[1]).toMatch(/^You will get no more messages/);
});
