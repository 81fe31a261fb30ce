import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GatewayOptions } from "../gateway.ts";
import { gatewayPersonalData } from "../personal-data.ts";
import { type QueueBench, queueBench, until } from "../testing/queue-bench.ts";
import { createUsageLedger } from "../usage/ledger.ts";
import type { DoorRecord } from "./door.ts";
import { createPairing } from "./pairing.ts";
import { accountOfFile, filePairingStore } from "./pairing-files.ts";
import { pairingPersonalData } from "./personal-data.ts";

const account = { channel: "phone", accountId: "default" };
let directory: string;
let bench: QueueBench | undefined;
const clock = () => fakeClock("2027-03-01T10:00:00Z");

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "pairing-"));
});
afterEach(async () => {
  await bench?.close();
  bench = undefined;
  await rm(directory, { recursive: true, force: true });
});

describe("the files", () => {
  it("hold requests and who was let in, for nobody else on this machine", async () => {
    const time = clock();
    const pairing = createPairing({ store: filePairingStore({ directory, clock: time }), clock: time });
    const { code } = (await pairing.ask(account, { id: "+34600111222", meta: { name: "Ana Silva" } }))!.request;
    expect(code).toMatch(/^[ABCDEFGHJKLMNPQRSTUVWXYZ23456789]{8}$/);
    const requests = join(directory, "phone-pairing.json");
    expect(JSON.parse(readFileSync(requests, "utf8"))).toEqual({
      version: 1,
      requests: [{ id: "+34600111222", code, createdAt: "2027-03-01T10:00:00.000Z", lastSeenAt: "2027-03-01T10:00:00.000Z", meta: { name: "Ana Silva" } }],
    });
    await pairing.approve(account, ` ${code.toLowerCase()} `);
    const allowed = join(directory, "phone-allowFrom.json");
    expect(JSON.parse(readFileSync(allowed, "utf8"))).toEqual({ version: 1, allowFrom: ["+34600111222"] });
    expect(JSON.parse(readFileSync(requests, "utf8"))).toEqual({ version: 1, requests: [] });
    expect([requests, allowed].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
    await expect(pairing.approve(account, code)).rejects.toMatchObject({ code: "NOT_FOUND" });
    // Written by another program meanwhile: it counts at once.
    writeFileSync(allowed, JSON.stringify({ version: 1, allowFrom: ["somebody else"] }));
    expect(await pairing.isAllowed(account, "+34600111222")).toBe(false);
    expect(await pairing.isAllowed(account, "somebody else")).toBe(true);
  });

  it("know three who wait, and forget them after an hour", async () => {
    const time = clock();
    const pairing = createPairing({ store: filePairingStore({ directory, clock: time }), clock: time });
    const asked = await Promise.all(["a", "b", "c", "d", "a"].map((id) => pairing.ask(account, { id })));
    expect(asked.map((one) => one !== undefined)).toEqual([true, true, true, false, true]);
    expect(asked[4]).toEqual({ request: asked[0]!.request, isNew: false });
    expect(new Set(asked.slice(0, 3).map((one) => one!.request.code)).size).toBe(3);
    await time.advance(3_600_001);
    expect((await pairing.list(account)).requests).toEqual([]);
    expect(readFileSync(join(directory, "phone-pairing.json"), "utf8")).not.toContain('"id"');
    await expect(pairing.approve(account, asked[0]!.request.code)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await pairing.ask(account, { id: "d" })).toBeDefined();
  });

  it("of two stores at once lose nobody, and stay in their folder whatever a channel is called", async () => {
    const [one, two] = [filePairingStore({ directory }), filePairingStore({ directory })];
    await Promise.all(Array.from({ length: 20 }, (_, n) => [one, two][n % 2]!.change(account, (state) => void state.allowFrom.push(`p${n}`))));
    expect((await one.read(account)).allowFrom).toHaveLength(20);
    const odd = { channel: "../../etc/x", accountId: "A.b" };
    await one.change(odd, (state) => void state.allowFrom.push("ana"));
    const name = `${"%00002e%00002e%00002f".repeat(2)}etc%00002fx.a%00002eb-allowFrom.json`;
    expect(JSON.parse(readFileSync(join(directory, name), "utf8"))).toMatchObject({ allowFrom: ["ana"] });
    expect(accountOfFile(name)).toEqual({ channel: "../../etc/x", accountId: "a.b" });
    expect(accountOfFile("visitors.key")).toBeUndefined();
  });

  it("that cannot be read let nobody in and are not written over", async () => {
    writeFileSync(join(directory, "phone-allowFrom.json"), "{");
    const store = filePairingStore({ directory });
    await expect(store.read(account)).rejects.toMatchObject({ code: "UNAVAILABLE", message: expect.stringContaining("phone-allowFrom.json") });
    await expect(store.change(account, (state) => void state.allowFrom.push("x"))).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(readFileSync(join(directory, "phone-allowFrom.json"), "utf8")).toBe("{");
  });
});

describe("a channel that lets people in by code", () => {
  const records: DoorRecord[] = [];
  const start = async (over: Partial<GatewayOptions> = {}) => {
    records.length = 0;
    const time = clock();
    const store = filePairingStore({ directory, clock: time });
    bench = await queueBench(() => "an answer", {
      admission: { phone: { dmPolicy: "pairing", allowFrom: ["+1"] } },
      door: {
        pairing: createPairing({ store, clock: time }),
        rules: () => ({ agencyName: () => "Mar Viajes", localeOf: (text) => (text.startsWith("Hola") ? "es" : "en-GB") }),
        record: async (_, entry) => void records.push(entry),
      },
      ...over,
    });
    return { bench, time, store };
  };
  const codeIn = (text: string) => /[A-Z2-9]{8}/.exec(text)![0];

  it("tells a stranger a code once, asks no agent, and answers once somebody said yes", async () => {
    const {
      bench: { phone, agent, inbox, ask, events, engine },
    } = await start();
    const first = await phone.write("Hola, quiero viajar", "+34600111222", { senderName: "Ana Silva" });
    expect(await inbox(first.runId)).toEqual({ status: "ignored", reason: "pairing-required" });
    await until(() => phone.shown.length === 1);
    expect(phone.shown[0]).toMatchObject({ peer: "+34600111222", text: expect.stringContaining("le escribe Mar Viajes") });
    const code = codeIn(phone.shown[0]!.text);
    const second = await phone.write("Hola?", "+34600111222");
    expect(await inbox(second.runId)).toEqual({ status: "ignored", reason: "pairing-required" });
    const listed = await ask("channels.pairing.list", {});
    expect(listed).toMatchObject({ requests: [{ channel: "phone", accountId: "default", id: "+34600111222", name: "Ana Silva", code }], allowed: [] });
    expect(events.filter(({ event }) => event === "channels.pairing.requested")).toEqual([
      { event: "channels.pairing.requested", payload: expect.objectContaining({ code }) },
    ]);
    expect(agent.requests).toEqual([]);

    await ask("channels.pairing.approve", { channel: "phone", code: code.toLowerCase() });
    await until(() => phone.shown.length === 2);
    expect(phone.shown[1]!.text).toContain("Ya puede escribir aquí a Mar Viajes");
    expect(records).toEqual([expect.objectContaining({ ruleId: "door.pairing", decision: "allow", actor: "ana" })]);
    const third = await phone.write("Vuelos a Lisboa", "+34600111222");
    await until(() => phone.shown.length === 3);
    expect(phone.shown[2]!.text).toBe("an answer");
    expect(await inbox(third.runId)).toMatchObject({ status: "answered" });
    // Nothing that was said to the stranger is in a conversation of the agent's before they were let in.
    expect(Number((await engine.db.get("select count(*) as n from outbox where id like 'pairing:%'"))?.n)).toBe(2);
    await expect(ask("channels.pairing.approve", { channel: "phone", code })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await ask("channels.pairing.list", { channel: "phone" })).toMatchObject({ requests: [], allowed: [{ channel: "phone", id: "+34600111222" }] });
  });

  it("answers nobody beyond three who wait; who is listed writes at once; a repeat asks for nothing", async () => {
    const {
      bench: { phone, inbox, ask, metrics },
      time,
    } = await start();
    const message = { address: { ...account, chatType: "direct" as const, peerId: "a" }, externalId: "same", senderId: "a", text: "hi", sentAt: 0 };
    await phone.deliver(message);
    await phone.write("hi", "b");
    await phone.write("hi", "c");
    const fourth = await phone.write("hi", "d");
    expect(await inbox(fourth.runId)).toEqual({ status: "ignored", reason: "pairing-full" });
    await phone.write("hi", "+1");
    await until(() => phone.shown.length === 4);
    expect(phone.shown.map(({ peer }) => peer).sort()).toEqual(["+1", "a", "b", "c"]);
    await time.advance(25 * 3_600_000);
    expect(await phone.deliver(message)).toMatchObject({ duplicate: true });
    expect(await ask("channels.pairing.list", {})).toMatchObject({ requests: [] });
    expect(metrics.render()).toMatch(/messages_kept_total\{reason="pairing-required"\} 3/);
  });

  it("turns somebody down without a word, and asks again when they write again", async () => {
    const {
      bench: { phone, ask },
    } = await start();
    await phone.write("hi", "a");
    await until(() => phone.shown.length === 1);
    const code = codeIn(phone.shown[0]!.text);
    await ask("channels.pairing.reject", { channel: "PHONE", code });
    await phone.write("hi again", "a");
    await until(() => phone.shown.length === 2);
    expect(codeIn(phone.shown[1]!.text)).not.toBe(code);
    expect(records).toEqual([expect.objectContaining({ ruleId: "door.pairing", decision: "refused" })]);
    await expect(ask("channels.pairing.list", { channel: "carrier-pigeon" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("lets in nobody by code in groups or machines, and is well when the files are not", async () => {
    const {
      bench: { phone, inbox },
    } = await start({ admission: { phone: { dmPolicy: "pairing", groups: { g: {} }, allowFrom: ["+1"] } } });
    const machine = await phone.write("I am away", "m", { automated: "out-of-office note" });
    expect(await inbox(machine.runId)).toEqual({ status: "ignored", reason: "automated: out-of-office note" });
    const group = { ...account, chatType: "group" as const, peerId: "g" };
    const member = await phone.write("hi", "a", { address: group, senderId: "a", mentioned: true });
    expect(await inbox(member.runId)).toEqual({ status: "ignored", reason: "sender-not-allowed" });
    writeFileSync(join(directory, "phone-pairing.json"), "not JSON");
    const stranger = await phone.write("hi", "b");
    expect(await inbox(stranger.runId)).toEqual({ status: "ignored", reason: "pairing-failed" });
    expect(phone.shown).toEqual([]);
  });

  it("exports and forgets who asked and who was let in, and the words they wrote, and nobody else's", async () => {
    const {
      bench: { phone, ask, engine },
      store,
    } = await start();
    await phone.write("my private words", "+34600111222", { senderName: "Ana Silva" });
    await phone.write("hi", "+34600999888");
    await until(() => phone.shown.length === 2);
    const { requests } = (await ask("channels.pairing.list", {})) as { requests: { id: string; code: string }[] };
    await ask("channels.pairing.approve", { channel: "phone", code: requests.find(({ id }) => id.endsWith("222"))!.code, notify: false });
    const data = pairingPersonalData({ directory, store });
    const subject = { customerIds: [], sessionKeys: [], bookingIds: [], identities: [{ channel: "phone", peerId: "+34600111222" }], identifiers: [] };
    const files = [];
    for await (const file of data.export(subject, new AbortController().signal)) files.push(file);
    expect(JSON.stringify(files)).toContain("+34600111222");
    expect(JSON.stringify(files)).not.toContain("+34600999888");
    const request = { reason: "asked for it", now: 0, signal: new AbortController().signal };
    expect(await data.erase(subject, request)).toEqual({ removed: 1, held: [] });
    expect(await data.erase(subject, request)).toEqual({ removed: 0, held: [] });
    expect(await store.read(account)).toMatchObject({ allowFrom: [], requests: [{ id: "+34600999888" }] });
    await createUsageLedger({ db: engine.db, clock: clock() }).migrate();
    const messages = gatewayPersonalData({ db: engine.db });
    const { sessionKeys = [] } = await messages.discover!(subject);
    expect(sessionKeys).toEqual(["agent:main:phone:dm:+34600111222"]);
    await messages.erase({ ...subject, sessionKeys }, request);
    expect((await engine.db.all("select message from inbox")).filter(({ message }) => String(message).includes("private words"))).toEqual([]);
    expect((await engine.db.all("select id from inbox")).length).toBe(1);
  });
});
