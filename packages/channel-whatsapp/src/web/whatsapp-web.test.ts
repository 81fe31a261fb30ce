import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChannelBench, channelContract, type FakeHost, fakeHost } from "@travelagent/channel-kit/testing";
import { openDatabase } from "@travelagent/engine";
import { type FakeClock, fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { type FakeWebLink, fakeWebLink } from "../testing/index.ts";
import { createWhatsAppWeb, type WebMessage, type WhatsAppWebOptions } from "./index.ts";
import { messageIdOf } from "./sender.ts";
import { createSessionStore } from "./session-store.ts";

const ana = { channel: "whatsapp", accountId: "default", chatType: "direct", peerId: "+34600111222" } as const;
const jid = "34600111222@s.whatsapp.net";
const context = (id = "out-1", over: object = {}) => ({ id, signal: new AbortController().signal, ...over });
const quick = { account: { burst: 1000, everyMs: 1 }, chat: { burst: 1000, everyMs: 1 } };
const secret = async () => new Uint8Array(32).fill(7);
const seconds = () => Math.floor(Date.now() / 1000);
const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function bench({ paired = true, clock, ...options }: Partial<WhatsAppWebOptions> & { paired?: boolean; clock?: FakeClock } = {}, media = false) {
  const db = openDatabase({ path: ":memory:" });
  const directory = mkdtempSync(join(tmpdir(), "whatsapp-web-"));
  const versionFile = join(directory, "version");
  const store = createSessionStore({ db, accountId: "default", secret, versionFile });
  await store.open();
  if (paired) await store.saveCreds({ me: "us" }, true);
  const link = fakeWebLink(clock ? { now: clock.now } : {});
  const whatsapp = createWhatsAppWeb({ link, db, secret, versionFile, pace: quick, patienceMs: 60, random: () => 0, ...(clock ? { clock } : {}), ...options });
  const states: string[] = [];
  const host: FakeHost = Object.assign(fakeHost({ media }), { report: (state: string) => void states.push(state) });
  closers.push(
    () => rmSync(directory, { recursive: true }),
    () => db.close(),
    () => whatsapp.stop(),
  );
  return { db, link, whatsapp, host, states, started: () => whatsapp.start(host) };
}

const message = (id: string, content: Record<string, unknown>, key: Partial<WebMessage["key"]> = {}): WebMessage => ({
  key: { id, remoteJid: jid, fromMe: false, ...key },
  message: content,
  messageTimestamp: seconds(),
  pushName: "Ana Silva",
});
const textsOf = (link: FakeWebLink) => link.shown.map(({ content }) => (content.kind === "text" ? content.text : content.kind));

channelContract({ describe, it, expect }, "whatsapp web", async (): Promise<ChannelBench> => {
  const { link, whatsapp, db } = await bench();
  closers.splice(1, 2);
  return {
    adapter: whatsapp,
    customer: ana,
    shown: () =>
      link.shown.flatMap(({ jid: to, content }) => (content.kind === "text" ? [{ to: { ...ana, peerId: `+${to.split("@")[0]}` }, text: content.text }] : [])),
    deliver: ({ externalId, text }) => link.deliver(message(externalId, { conversation: text })),
    async echo(text) {
      await link.deliver(message(messageIdOf("default", "out-1", 0), { conversation: text }, { fromMe: true }));
    },
    failNext: (how) => link.failNext(how),
    files: () =>
      link.shown.flatMap(({ content }) =>
        content.kind === "file" ? [{ bytes: content.bytes, ...(content.fileName === undefined ? {} : { fileName: content.fileName }) }] : [],
      ),
    places: () => link.shown.flatMap(({ content }) => (content.kind === "location" ? [{ latitude: content.latitude, longitude: content.longitude }] : [])),
    async deliverFile({ externalId, text, fileName, bytes }) {
      link.files.set(externalId, bytes);
      await link.deliver(message(externalId, { documentMessage: { fileName, mimetype: "application/pdf", ...(text === "" ? {} : { caption: text }) } }));
    },
    deliverPlace: ({ externalId, place }) =>
      link.deliver(message(externalId, { locationMessage: { degreesLatitude: place.latitude, degreesLongitude: place.longitude, name: place.name } })),
    deliverEdit: ({ externalId, edits, text }) =>
      link.deliver(
        message(externalId, { editedMessage: { message: { protocolMessage: { type: 14, key: { id: edits }, editedMessage: { conversation: text } } } } }),
      ),
    personWrites: ({ externalId, text }) => link.deliver(message(externalId, { conversation: text }, { fromMe: true })),
    async report({ externalId, state }) {
      const before = (await db.get("select count(*) as n from whatsapp_send"))?.n;
      link.receipts({ id: externalId, state });
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(before).toBe(1);
    },
    close: () => db.close(),
  };
});

describe("connecting a phone", () => {
  it("goes by a picture, a restart at once, and from then on by itself", async () => {
    const clock = fakeClock();
    const { link, whatsapp, states, started } = await bench({ paired: false, clock });
    await started();
    await clock.advance(1);
    expect([states, link.attempts.length]).toEqual([["needs-pairing"], 0]);
    const begun = whatsapp.login.begin();
    await expect.poll(() => link.attempts.length).toBe(1);
    link.qr("first");
    expect(await begun).toMatchObject({ state: "scan", qr: "first" });
    const next = whatsapp.login.wait(1000);
    link.qr("second");
    expect(await next).toMatchObject({ state: "scan", qr: "second" });
    const done = whatsapp.login.wait(1000);
    await link.scan();
    await clock.advance(0);
    expect(await done).toEqual({ state: "connected", as: "+34910000001" });
    expect(link.attempts.map(({ at }) => at - link.attempts[0]!.at)).toEqual([0, 0]);
    await expect(whatsapp.login.begin()).rejects.toMatchObject({ code: "CONFLICT" });
    await whatsapp.login.logout();
    await whatsapp.login.logout();
    await clock.advance(60_000);
    expect([states.at(-1), link.attempts.length]).toEqual(["needs-pairing", 2]);
  });

  it("goes by a code for a number, and ends when nobody types it", async () => {
    const clock = fakeClock();
    const { link, whatsapp, states, started } = await bench({ paired: false, clock });
    await started();
    await expect(whatsapp.login.begin({ phone: "600111222" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    const begun = whatsapp.login.begin({ phone: "+34 910 000 001" });
    await expect.poll(() => link.attempts.length).toBe(1);
    link.qr("not asked for");
    expect(await begun).toMatchObject({ state: "type", code: "ABCD1234" });
    const failed = whatsapp.login.wait(1000);
    link.close(408);
    expect(await failed).toMatchObject({ state: "failed" });
    await clock.advance(600_000);
    expect([states.at(-1), link.attempts.length]).toEqual(["needs-pairing", 1]);
  });
});

describe("a connection that ends", () => {
  it.each([428, 408, 500, 503, 499, 411])("with %i is made again, slower and slower, and never more than once in five seconds", async (code) => {
    const clock = fakeClock();
    const { link, states, started } = await bench({ clock, random: () => 0.5 });
    await started();
    link.opens = false;
    for (let count = 0; count < 9; count += 1) {
      link.close(code);
      const before = link.attempts.length;
      while (link.attempts.length === before) await clock.advance(5_000);
    }
    const gaps = link.attempts.slice(1).map(({ at }, index) => at - link.attempts[index]!.at);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(301_000);
    expect(gaps.at(-1)).toBeGreaterThan(60_000);
    expect(states.at(-1)).toBe("degraded");
    link.opens = true;
    link.close(code);
    await clock.advance(301_000);
    expect(states.at(-1)).toBe("running");
    // Once it stood, it counts from the beginning.
    const before = link.attempts.length;
    link.close(code);
    await clock.advance(5_000);
    expect(link.attempts.length).toBe(before + 1);
  });

  it.each([
    [440, "logged-out"],
    [401, "logged-out"],
    [403, "logged-out"],
  ])("with %i is not made again, and says that a person has to do something", async (code, state) => {
    const clock = fakeClock();
    const { link, states, started } = await bench({ clock });
    await started();
    link.close(code);
    await clock.advance(3_600_000);
    expect([states.at(-1), link.attempts.length]).toEqual([state, 1]);
  });

  it("with 405 comes back with another version, and with 515 when it stood not more than once in five seconds", async () => {
    const clock = fakeClock();
    const { link, started } = await bench({ clock });
    await started();
    link.close(405);
    await clock.advance(5_000);
    expect(link.attempts.map(({ refresh }) => refresh)).toEqual([false, true]);
    link.close(515);
    await clock.advance(4_999);
    expect(link.attempts).toHaveLength(2);
    await clock.advance(1);
    expect(link.attempts).toHaveLength(3);
  });

  it("without saying so is noticed within a minute and made anew within a minute and a half", async () => {
    const clock = fakeClock();
    const { link, states, started } = await bench({ clock });
    await started();
    await clock.advance(300_000);
    expect([states, link.attempts.length]).toEqual([["running"], 1]);
    link.close(428);
    await clock.advance(6_000);
    const before = link.attempts.length;
    link.isSilent = true;
    await clock.advance(50_000);
    expect(states.at(-1)).toBe("degraded");
    await clock.advance(40_000);
    expect(link.attempts.length).toBe(before + 1);
    link.isSilent = false;
    await clock.advance(6_000);
    expect(states.at(-1)).toBe("running");
  });
});

describe("what goes over it", () => {
  it("has ids of ours, the same whenever it is tried again, and counts as sent by WhatsApp's word alone", async () => {
    const { link, whatsapp, started } = await bench();
    await started();
    link.failNext("lost");
    expect((await whatsapp.send(ana, { text: "**hello**" }, context())).status).toBe("unknown");
    expect(await whatsapp.reconcile!(ana, "out-1", context().signal)).toMatchObject({ status: "unknown" });
    expect(await whatsapp.reconcile!(ana, "out-2", context().signal)).toBe(null);
    const [sent] = link.shown;
    expect([sent?.jid, sent?.messageId, textsOf(link)]).toEqual([jid, messageIdOf("default", "out-1", 0), ["*hello*"]]);
    // The phone shows it to us as its own.
    await link.deliver(message(sent!.messageId!, { conversation: "*hello*" }, { fromMe: true }));
    expect(await whatsapp.reconcile!(ana, "out-1", context().signal)).toEqual({ status: "sent", externalId: sent!.messageId });
    expect((await whatsapp.send(ana, { text: "**hello**" }, context())).status).toBe("sent");
    expect(link.shown).toHaveLength(1);
  });

  it("knows groups, names that hide numbers, who is meant, and what is no message", async () => {
    const { link, host, started } = await bench();
    await started();
    link.numbers.set("555@lid", "+34600111333");
    const group = { remoteJid: "1203630@g.us", participant: "555@lid" };
    await link.deliver(
      message("g1", { extendedTextMessage: { text: "@us flights?", contextInfo: { mentionedJid: ["900@lid"] } } }, group),
      message("g2", { conversation: "see you at 8" }, group),
      message(
        "g3",
        { extendedTextMessage: { text: "and hotels", contextInfo: { stanzaId: "OUT1", participant: "34910000001:4@s.whatsapp.net" } } },
        { ...group, participantAlt: "34600111444:2@s.whatsapp.net" },
      ),
      message(
        "d1",
        { ephemeralMessage: { message: { extendedTextMessage: { text: "pay here", contextInfo: { isForwarded: true } } } } },
        { remoteJid: "777@lid", remoteJidAlt: "34600111555@s.whatsapp.net" },
      ),
      message("d2", { conversation: "who am I" }, { remoteJid: "888@lid" }),
      message("r1", { reactionMessage: { key: { id: "OUT1" }, text: "👍" } }),
      message("s1", { conversation: "story" }, { remoteJid: "status@broadcast", participant: jid }),
      message("n1", { conversation: "news" }, { remoteJid: "1@newsletter" }),
      message("p1", { protocolMessage: { type: 0, key: { id: "d1" } } }),
      message("k1", { senderKeyDistributionMessage: { groupId: "1203630@g.us" } }),
      { ...message("u1", {}), message: null, messageStubType: 2 },
      { ...message("old", { conversation: "years ago" }), messageTimestamp: { low: 1_500_000_000 } },
    );
    const told = host.received.map(({ externalId, text, address, senderId, mentioned, tainted }) => [
      externalId,
      text,
      address.chatType,
      address.peerId,
      senderId,
      mentioned,
      tainted,
    ]);
    expect(told.sort(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
      ["d1", "pay here", "direct", "+34600111555", "+34600111555", undefined, true],
      ["d2", "who am I", "direct", "888@lid", "888@lid", undefined, undefined],
      ["g1", "@us flights?", "group", "1203630@g.us", "+34600111333", true, undefined],
      ["g2", "see you at 8", "group", "1203630@g.us", "+34600111333", false, undefined],
      ["g3", "and hotels", "group", "1203630@g.us", "+34600111444", true, undefined],
      ["r1", "(reacted with 👍)", "direct", "+34600111222", "+34600111222", undefined, undefined],
    ]);
    expect(host.log.lines.some(({ message: line }) => /could not be decrypted/.test(line))).toBe(true);
  });

  it("is kept as soon as it can be, though WhatsApp does not bring it again", async () => {
    const clock = fakeClock();
    const { link, host, started } = await bench({ clock });
    await started();
    host.full = true;
    const hello = { ...message("in-1", { conversation: "hello" }), messageTimestamp: Math.floor(clock.now() / 1000) };
    await expect(link.deliver(hello)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    host.full = false;
    await clock.advance(1_000);
    expect(host.received.map(({ text }) => text)).toEqual(["hello"]);
  });
});
