import { testEngine } from "@travelagent/engine/testing";
import type { Engine } from "@travelagent/protocol/ports";
import { type FakeClock, fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openConsents } from "../consents/ledger.ts";
import { consentPersonalData } from "../consents/personal-data.ts";
import { createDisclosures, type DisclosedReply, type DisclosureSettings, type Disclosures } from "./disclosures.ts";

const dayMs = 86_400_000;
async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}
let engine: Engine;
let clock: FakeClock;
let settings: DisclosureSettings;
let disclosures: Disclosures;

beforeEach(async () => {
  engine = await testEngine();
  clock = fakeClock("2027-01-10T00:00:00Z");
  settings = { enabled: true, agencyName: "Sol Travel", repeatAfterDays: 30 };
  await openConsents({ db: engine.db, clock, secret: "x".repeat(32) });
  disclosures = createDisclosures({ db: engine.db, clock, settings: () => settings });
});
afterEach(() => engine.stop());

const reply = (messageId: string, over: Partial<DisclosedReply> = {}): DisclosedReply => ({ sessionKey: "s", messageId, epoch: 1, ...over });
const give = async (given: DisclosedReply) => {
  const due = await disclosures.due(given);
  if (due) await engine.db.transaction((tx) => disclosures.shown(tx, given, due));
  return due?.text;
};

it("is said once in a conversation, again after its time and after a person had it", async () => {
  expect(await give(reply("1"))).toBe("You are chatting with the AI assistant of Sol Travel. You can ask for a person at any time.");
  expect(await give(reply("2"))).toBeUndefined();
  expect(await give(reply("3", { sessionKey: "other" }))).toBeDefined();
  expect(await give(reply("4", { epoch: 3 }))).toBeDefined();
  expect(await give(reply("5", { epoch: 3 }))).toBeUndefined();
  await clock.advance(30 * dayMs);
  expect(await give(reply("6", { epoch: 3 }))).toBeDefined();
  expect((await disclosures.list(["s"])).map(({ messageId }) => messageId)).toEqual(["6", "4", "1"]);
});

it("is the same again for a reply whose commit a crash separated from its end, whatever the settings are by then", async () => {
  const text = await give(reply("1"));
  settings = { ...settings, enabled: false, agencyName: "Other" };
  expect((await disclosures.due(reply("1")))?.text).toBe(text);
  expect(await disclosures.due(reply("2", { epoch: 9 }))).toBeUndefined();
});

it("is not on record when the commit of the reply fails", async () => {
  const due = (await disclosures.due(reply("1")))!;
  await engine.db
    .transaction(async (tx) => {
      await disclosures.shown(tx, reply("1"), due);
      throw new Error("no");
    })
    .catch(() => undefined);
  expect(await give(reply("2"))).toBeDefined();
});

it("speaks the customer's language, else that of the message, else the agency's", async () => {
  settings = { ...settings, locale: "de" };
  expect(await give(reply("1", { sessionKey: "a", language: "pt-BR", said: "hello, I need a flight" }))).toMatch(/^Está a falar/);
  expect(await give(reply("2", { sessionKey: "b", said: "Hola, quiero un vuelo a Roma, por favor" }))).toMatch(/^Está hablando/);
  expect(await give(reply("3", { sessionKey: "c", said: "Bonjour, je voudrais des vols pour Rome" }))).toMatch(/^Vous échangez/);
  expect(await give(reply("4", { sessionKey: "d", said: "LIS MAD" }))).toMatch(/^Sie schreiben/);
  expect(await disclosures.localeIn("b", engine.db)).toBe("es");
  settings = { ...settings, text: { en: "Bot of {agency}.", "es-MX": "Robot de {agency}." } };
  expect(await give(reply("5", { sessionKey: "e", language: "es" }))).toBe("Robot de Sol Travel.");
  expect(await give(reply("6", { sessionKey: "f", language: "fr" }))).toBe("Bot of Sol Travel.");
  settings = { ...settings, text: "I am a bot." };
  expect(await give(reply("7", { sessionKey: "g", language: "fr" }))).toBe("I am a bot.");
});

it("goes with the person", async () => {
  await give(reply("1"));
  const store = consentPersonalData({ db: engine.db, clock, secret: "x".repeat(32) });
  const subject = { customerIds: [], sessionKeys: ["s"], bookingIds: [], identities: [], identifiers: [] };
  expect((await all(store.export(subject, new AbortController().signal))).map(({ path }) => path)).toEqual(["disclosures.json"]);
  expect((await store.erase(subject, { reason: "asked", now: clock.now(), signal: new AbortController().signal })).removed).toBe(1);
  expect(await disclosures.list(["s"])).toEqual([]);
  expect(await engine.db.all("select * from consent_text")).toEqual([]);
});
