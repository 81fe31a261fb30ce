import { type ChannelBench, channelContract, type FakeHost, fakeHost } from "@travelagent/channel-kit/testing";
import { testDatabase } from "@travelagent/engine/testing";
import type { DeliveryReport } from "@travelagent/protocol/messages";
import { systemClock } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createSms, createSmsLedger, type Sms, type SmsOptions, smsPersonalData, sns, twilio } from "./index.ts";
import { type SnsSimulator, startSns, startTwilio, type TwilioSimulator } from "./testing/index.ts";
import { type LocalServer, localServer } from "./testing/local-server.ts";

const ana = { channel: "sms", accountId: "default", chatType: "direct", peerId: "+34600111222" } as const;
const context = (id = "out-1") => ({ id, signal: new AbortController().signal });
const fast = { account: { burst: 1000, everyMs: 1 }, chat: { burst: 1000, everyMs: 1 } };
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The address the platform posts to, in front of a channel that is made later. */
async function door(): Promise<LocalServer & { to?: Sms; statuses: number[] }> {
  const statuses: number[] = [];
  const server = await localServer(async (request, body, response) => {
    const search = new URL(request.url ?? "/", "http://x").search;
    let status = 200;
    await opened.to?.receiveWebhook({ headers: request.headers, search, body }).then(
      ({ type, body: answer }) => response.writeHead(200, { "content-type": type }).end(answer),
      (error: { code?: string }) => {
        status = error.code === "UNAUTHORIZED" ? 401 : error.code === "UNAVAILABLE" ? 503 : 400;
        response.writeHead(status).end();
      },
    );
    statuses.push(status);
  });
  const opened: Awaited<ReturnType<typeof door>> = Object.assign(server, { statuses });
  closing.push(() => server.close());
  return opened;
}

async function ledgerOf(clock = systemClock) {
  const db = await testDatabase();
  closing.push(() => db.close());
  const ledger = createSmsLedger({ db, clock });
  await ledger.migrate();
  return { db, ledger };
}

interface Bench {
  sms: Sms;
  hook: string;
  host: FakeHost & { states: [string, string | undefined][]; reports: DeliveryReport[] };
  again(over?: Partial<SmsOptions>): Sms;
}
async function over(
  provider: (hook: string) => SmsOptions["provider"],
  options: Partial<SmsOptions> = {},
): Promise<Bench & Awaited<ReturnType<typeof ledgerOf>>> {
  const entrance = await door();
  const stored = await ledgerOf(options.clock);
  const states: [string, string | undefined][] = [];
  const reports: DeliveryReport[] = [];
  const host = Object.assign(fakeHost(), {
    states,
    reports,
    report: (state: string, reason?: string) => void states.push([state, reason]),
    delivered: async (report: DeliveryReport) => void reports.push(report),
  });
  const make = (more: Partial<SmsOptions> = {}): Sms => {
    const sms = createSms({ provider: provider(`${entrance.url}/webhooks/sms`), ledger: stored.ledger, pace: fast, ...options, ...more });
    entrance.to = sms;
    return sms;
  };
  return { sms: make(), hook: `${entrance.url}/webhooks/sms`, host, again: make, ...stored };
}
async function overTwilio(options: Partial<SmsOptions> = {}): Promise<Awaited<ReturnType<typeof over>> & { api: TwilioSimulator }> {
  const api = await startTwilio();
  closing.push(() => api.close());
  const bench = await over(
    (hook) => twilio({ accountSid: api.accountSid, authToken: api.authToken, from: api.number, apiRoot: api.url, webhookUrl: () => hook }),
    options,
  );
  return Object.assign(bench, { api });
}
async function overSns(options: Partial<SmsOptions> = {}): Promise<Awaited<ReturnType<typeof over>> & { api: SnsSimulator }> {
  const api = await startSns();
  closing.push(() => api.close());
  const bench = await over(() => sns({ region: api.region, keys: api.keys, endpoint: api.url, from: "+34600555000", topicArn: api.topicArn }), options);
  return Object.assign(bench, { api });
}

const refusedOnce = { twilio: { status: 400, code: 30007 }, sns: { status: 400, code: "InvalidParameter" } } as const;

channelContract({ describe, it, expect }, "sms by Twilio", async (): Promise<ChannelBench> => {
  const { api, sms, hook } = await overTwilio({ budget: { perRecipientHour: 100 } });
  return {
    adapter: sms,
    customer: ana,
    shown: () => api.sent.map(({ to, text }) => ({ to: { ...ana, peerId: to }, text })),
    async deliver({ externalId, text }) {
      const status = await api.write(hook, { from: ana.peerId, text, sid: externalId });
      if (status !== 200) throw new Error(`refused with ${status}`);
    },
    async echo(text) {
      await api.write(hook, { from: api.number, text });
    },
    failNext: (how) => api.failNext(how === "lost" ? "lost" : refusedOnce.twilio),
  };
});

channelContract({ describe, it, expect }, "sms by SNS", async (): Promise<ChannelBench> => {
  const { api, sms, hook } = await overSns({ budget: { perRecipientHour: 100 } });
  return {
    adapter: sms,
    customer: ana,
    shown: () => api.sent.map(({ to, text }) => ({ to: { ...ana, peerId: to }, text })),
    async deliver({ externalId, text }) {
      const status = await api.write(hook, { from: ana.peerId, text, id: externalId });
      if (status !== 200) throw new Error(`refused with ${status}`);
    },
    failNext: (how) => api.failNext(how === "lost" ? "lost" : refusedOnce.sns),
  };
});

describe("what it costs", () => {
  it("is held to a budget of the day that a restart does not forget, and people see that it is spent", async () => {
    const clock = fakeClock();
    const { api, sms, host, again } = await overTwilio({ clock, budget: { perDay: 3, perRecipientHour: 100 } });
    await sms.start(host);
    expect((await sms.send(ana, { text: "x".repeat(200) }, context("a"))).status).toBe("sent");
    await sms.stop();
    const next = again();
    await next.start(host);
    expect(await next.send(ana, { text: "y".repeat(200) }, context("b"))).toMatchObject({ status: "failed", retryable: false, code: "budget-spent" });
    expect(host.states).toEqual([["degraded", expect.stringContaining("budget of 3 SMS segments")]]);
    expect((await next.send(ana, { text: "short" }, context("c"))).status).toBe("sent");
    expect(await next.send(ana, { text: "short" }, context("d"))).toMatchObject({ code: "budget-spent" });
    expect(api.sent).toHaveLength(2);
    for (let hours = 0; hours < 25; hours += 1) await clock.advance(3_600_000);
    await expect.poll(() => host.states.at(-1)).toEqual(["running", undefined]);
    expect((await next.send(ana, { text: "a new day" }, context("e"))).status).toBe("sent");
    await next.stop();
  });

  it("is held to so much for one number within an hour, and others still hear", async () => {
    const clock = fakeClock();
    const { sms, host } = await overSns({ clock, budget: { perDay: 100, perRecipientHour: 2 } });
    await sms.start(host);
    for (const id of ["a", "b"]) expect((await sms.send(ana, { text: "hello" }, context(id))).status).toBe("sent");
    expect(await sms.send(ana, { text: "hello" }, context("c"))).toMatchObject({ status: "failed", code: "budget-spent" });
    expect((await sms.send({ ...ana, peerId: "+34600111333" }, { text: "hello" }, context("d"))).status).toBe("sent");
    expect(host.states).toEqual([]);
    await clock.advance(3_601_000);
    expect((await sms.send(ana, { text: "hello" }, context("e"))).status).toBe("sent");
  });

  it("is not paid for countries nobody allowed, nor for numbers that cost extra", async () => {
    const { api, sms, host } = await overTwilio({ countries: ["ES", "GB"] });
    await sms.start(host);
    const refused = async (peerId: string) => sms.send({ ...ana, peerId }, { text: "hello" }, context(peerId));
    expect(await refused("+37066612345")).toMatchObject({ status: "failed", retryable: false, reason: expect.stringContaining("to LT are not allowed") });
    expect(await refused("+881612345678")).toMatchObject({ status: "failed", retryable: false });
    expect(await refused("+34803111222")).toMatchObject({ status: "failed", reason: expect.stringContaining("cost extra") });
    expect(await refused("+3460011")).toMatchObject({ status: "failed", code: "no-such-recipient" });
    expect(await refused("KLM")).toMatchObject({ status: "failed", code: "no-such-recipient" });
    expect(api.sent).toEqual([]);
    expect((await refused("+447400123456")).status).toBe("sent");
  });

  it("counts for nothing when the platform said no", async () => {
    const { api, sms, host, ledger } = await overTwilio({ budget: { perDay: 2 } });
    await sms.start(host);
    api.failNext({ status: 400, code: 21614 });
    expect(await sms.send(ana, { text: "hello" }, context("a"))).toMatchObject({ status: "failed", retryable: false, code: "no-such-recipient" });
    expect(await ledger.spentToday("default")).toBe(0);
    api.failNext({ status: 429, code: 20429, retryAfter: 7 });
    expect(await sms.send(ana, { text: "hello" }, context("b"))).toMatchObject({ status: "failed", retryable: true, retryAfterMs: 7000 });
    expect(await ledger.spentToday("default")).toBe(1);
  });
});

describe("what was sent", () => {
  it("is asked after when the answer was lost, by number and text, and no part goes out twice", async () => {
    const { api, sms, host, again } = await overTwilio({ maxSegments: 1 });
    await sms.start(host);
    // The same words were sent before: they are another message's.
    expect((await sms.send(ana, { text: "See you at the gate." }, context("before"))).status).toBe("sent");
    api.failNext("lost");
    expect((await sms.send(ana, { text: "See you at the gate." }, context("out-1"))).status).toBe("unknown");
    await sms.stop();
    const next = again();
    await next.start(host);
    expect(await next.reconcile!(ana, "out-1", context().signal)).toEqual({ status: "sent", externalId: api.sent[1]!.id });
    expect(await next.reconcile!(ana, "before", context().signal)).toEqual({ status: "sent", externalId: api.sent[0]!.id });
    expect(await next.reconcile!(ana, "never", context().signal)).toBe(null);
  });

  it("goes on behind the parts that went out", async () => {
    const { api, sms, host } = await overTwilio({ maxSegments: 1, budget: { perRecipientHour: 100 } });
    await sms.start(host);
    const text = ["First ".repeat(20), "Second ".repeat(18), "Third ".repeat(20)].join("\n\n");
    api.failNext("hang");
    const cut = new AbortController();
    setTimeout(() => cut.abort(), 50);
    expect((await sms.send(ana, { text }, { id: "long", signal: cut.signal })).status).toBe("unknown");
    // The platform has no such message: nobody can tell, and nothing is sent again.
    expect((await sms.reconcile!(ana, "long", context().signal))?.status).toBe("unknown");
    api.failNext({ status: 429, code: 20429, retryAfter: 0 });
    expect((await sms.send(ana, { text }, context("other"))).status).toBe("failed");
    expect((await sms.send(ana, { text }, context("other"))).status).toBe("sent");
    expect(api.sent.map((one) => one.text.split(" ")[0])).toEqual(["First", "Second", "Third"]);
    expect((await sms.send(ana, { text }, context("other"))).status).toBe("sent");
    expect(api.sent).toHaveLength(3);
  });

  it("does not take a message for whole whose second part was refused", async () => {
    const { api, sms, host, ledger } = await overTwilio({ maxSegments: 1 });
    await sms.start(host);
    const text = ["First ".repeat(20), "Second ".repeat(18)].join("\n\n");
    await ledger.reserve(
      {
        account: "default",
        id: "b",
        to: ana.peerId,
        parts: [
          { text: "First", segments: 1 },
          { text: "Second", segments: 1 },
        ],
      },
      { perDay: 100, perRecipientHour: 100 },
    );
    await ledger.sent("default", "b", 0, "SM-first");
    api.failNext({ status: 400, code: 30007 });
    expect((await sms.send(ana, { text }, context("b"))).status).toBe("failed");
    expect((await sms.send(ana, { text }, context("b"))).status).toBe("sent");
    expect(api.sent.map((one) => one.text.split(" ")[0])).toEqual(["Second"]);
  });

  it("stays unknown where the platform keeps nothing that can be asked for", async () => {
    const { api, sms, host } = await overSns();
    await sms.start(host);
    api.failNext("lost");
    expect((await sms.send(ana, { text: "hello" }, context())).status).toBe("unknown");
    expect((await sms.reconcile!(ana, "out-1", context().signal))?.status).toBe("unknown");
    expect(api.sent).toHaveLength(1);
  });

  it("is told as arrived or not by the platform's reports, also when our send had no answer", async () => {
    const { api, sms, host } = await overTwilio();
    await sms.start(host);
    await sms.send(ana, { text: "one" }, context("a"));
    expect(await api.report(api.sent[0]!.id, "sent")).toBe(200);
    expect(await api.report(api.sent[0]!.id, "delivered")).toBe(200);
    await sms.send(ana, { text: "two" }, context("b"));
    expect(await api.report(api.sent[1]!.id, "undelivered", 30005)).toBe(200);
    expect(host.reports).toMatchObject([
      { externalId: api.sent[0]!.id, state: "delivered" },
      { externalId: api.sent[1]!.id, state: "failed", code: "no-such-recipient", reason: expect.stringContaining("30005") },
    ]);
    api.failNext("lost");
    expect((await sms.send(ana, { text: "three" }, context("c"))).status).toBe("unknown");
    await api.report(api.sent[2]!.id, "queued");
    expect(await sms.reconcile!(ana, "c", context().signal)).toEqual({ status: "sent", externalId: api.sent[2]!.id });
  });

  it("reports what a topic tells of deliveries, in both forms", async () => {
    const { api, sms, host, hook } = await overSns();
    await sms.start(host);
    await sms.send(ana, { text: "one" }, context("a"));
    const id = api.sent[0]!.id;
    await api.post(hook, api.notification({ eventType: "TEXT_DELIVERED", messageId: id, eventTimestamp: 1_800_000_000_000, isFinal: true }));
    await api.post(
      hook,
      api.notification({
        notification: { messageId: id, timestamp: "2026-11-01 10:00:00.000" },
        delivery: { providerResponse: "Phone number is opted out" },
        status: "FAILURE",
      }),
    );
    await api.post(hook, api.notification({ eventType: "TEXT_QUEUED", messageId: id }));
    expect(host.reports).toEqual([
      { externalId: id, state: "delivered", at: 1_800_000_000_000 },
      { externalId: id, state: "failed", at: expect.any(Number), reason: "Phone number is opted out", code: "opted-out" },
    ]);
  });

  it.each([
    ["twilio", { status: 500, code: 20500 }, { status: "unknown" }],
    ["twilio", { status: 503, code: 20503 }, { status: "failed", retryable: true }],
    ["twilio", { status: 400, code: 30007 }, { status: "failed", retryable: false, reason: expect.stringContaining("advertising") }],
    ["sns", { status: 500, code: "InternalError" }, { status: "unknown" }],
    ["sns", { status: 400, code: "Throttling" }, { status: "failed", retryable: true }],
    ["sns", { status: 400, code: "InvalidParameter", message: "Invalid parameter: PhoneNumber" }, { status: "failed", code: "no-such-recipient" }],
  ] as const)("is classed right: %s %o", async (which, fault, expected) => {
    const { api, sms, host } = which === "twilio" ? await overTwilio() : await overSns();
    await sms.start(host);
    api.failNext(fault);
    expect(await sms.send(ana, { text: "hello" }, context())).toMatchObject(expected);
  });
});

describe("who wrote STOP to the carrier", () => {
  it("is not written to again, until they write START", async () => {
    const { api, sms, host, hook } = await overTwilio();
    await sms.start(host);
    api.optOut(ana.peerId);
    expect(await sms.send(ana, { text: "hello" }, context("a"))).toMatchObject({ status: "failed", retryable: false, code: "opted-out" });
    const before = api.calls();
    expect(await sms.send(ana, { text: "hello" }, context("b"))).toMatchObject({ code: "opted-out" });
    expect(api.calls()).toBe(before);
    await api.write(hook, { from: ana.peerId, text: "START" });
    await sms.send(ana, { text: "hello" }, context("c"));
    expect(api.calls()).toBe(before + 1);
    // The word is the gateway's to act on.
    expect(host.received.map(({ text }) => text)).toEqual(["START"]);
    await api.write(hook, { from: "+34600111333", text: "STOP", optOutType: "STOP" });
    expect(await sms.send({ ...ana, peerId: "+34600111333" }, { text: "hello" }, context("d"))).toMatchObject({ code: "opted-out" });
  });

  it("is known to SNS too, and forgotten and told with the person", async () => {
    const { api, sms, host, db } = await overSns();
    await sms.start(host);
    api.optOut(ana.peerId);
    expect(await sms.send(ana, { text: "hello" }, context("a"))).toMatchObject({ code: "opted-out" });
    await sms.send({ ...ana, peerId: "+34600111333" }, { text: "hello" }, context("b"));
    const subject = { customerIds: [], sessionKeys: [], bookingIds: [], identities: [ana, { ...ana, peerId: "+34600111333" }], identifiers: [] };
    const store = smsPersonalData({ db });
    const files = [];
    for await (const file of store.export(subject, context().signal)) files.push(file.path);
    expect(files).toEqual(["sms-part.json", "sms-opt-out.json"]);
    expect((await store.erase(subject, { reason: "asked", now: 0, signal: context().signal })).removed).toBe(2);
    expect(JSON.stringify([await db.all("select * from sms_part"), await db.all("select * from sms_opt_out")])).not.toContain("600111");
  });
});

describe("what is posted to us", () => {
  it("counts only with Twilio's signature over address and fields", async () => {
    const { api, sms, host, hook } = await overTwilio();
    await sms.start(host);
    const fields = { AccountSid: api.accountSid, MessageSid: "SM1", From: ana.peerId, To: api.number, Body: "hi", NumMedia: "0" };
    const post = (signature: string | undefined, sent: Record<string, string> = fields, address = hook) =>
      fetch(address, { method: "POST", headers: signature === undefined ? {} : { "x-twilio-signature": signature }, body: new URLSearchParams(sent) }).then(
        ({ status }) => status,
      );
    const right = api.sign(hook, fields);
    expect(await post(undefined)).toBe(401);
    expect(await post("")).toBe(401);
    expect(await post(right.replace(/^./, (sign) => (sign === "A" ? "B" : "A")))).toBe(401);
    expect(await post(right, { ...fields, Body: "yes" })).toBe(401);
    expect(await post(right, { ...fields, Extra: "1" })).toBe(401);
    expect(await post(right, fields, `${hook}?x=1`)).toBe(401);
    const foreign = { ...fields, AccountSid: `AC${"c3".repeat(16)}` };
    expect(await post(api.sign(hook, foreign), foreign)).toBe(401);
    expect(host.received).toEqual([]);
    expect(await post(right)).toBe(200);
    expect(host.received).toMatchObject([{ externalId: "SM1", text: "hi", address: ana }]);
  });

  it("names files that cannot be taken, and machines that cannot be answered", async () => {
    const { api, sms, host, hook } = await overTwilio();
    await sms.start(host);
    await api.write(hook, { from: ana.peerId, text: "my passport", files: 2 });
    await api.write(hook, { from: "32665", text: "Your code is 1234" });
    expect(host.received).toMatchObject([{ refusedAttachments: [{}, {}] }, { automated: expect.any(String) }]);
  });

  it("counts only with SNS's signature, of our topic, with the region's own certificate", async () => {
    const { api, sms, host, hook } = await overSns();
    await sms.start(host);
    const said = { originationNumber: ana.peerId, destinationNumber: "+34600555000", messageBody: "hi", inboundMessageId: "in-1" };
    const elsewhere = await startSns();
    closing.push(() => elsewhere.close());
    const good = api.notification(said);
    const wrong: Record<string, string>[] = [
      { ...good, Message: JSON.stringify({ ...said, messageBody: "yes" }) },
      { ...good, Signature: "" },
      { ...good, SignatureVersion: "3" },
      // Signed right, by somebody else's key.
      elsewhere.notification(said, { TopicArn: api.topicArn }),
      elsewhere.notification(said, { TopicArn: api.topicArn, SigningCertURL: good.SigningCertURL! }),
      api.notification(said, { TopicArn: api.topicArn.replace("inbound", "another") }),
      api.notification(said, { SigningCertURL: `${api.url}/evil.pem` }),
      api.notification(said, { SigningCertURL: good.SigningCertURL!.replace("127.0.0.1", "localhost") }),
      api.notification(said, { SigningCertURL: good.SigningCertURL!.replace("http://", "http://user@") }),
      api.notification(said, { Timestamp: new Date(Date.now() - 25 * 3_600_000).toISOString() }),
      api.notification(said, { Timestamp: "soon" }),
    ];
    for (const message of wrong) expect(await api.post(hook, message), JSON.stringify(message).slice(0, 200)).toBe(401);
    expect([host.received, elsewhere.certificates()]).toEqual([[], 0]);
    for (const version of ["1", "2"]) expect(await api.post(hook, api.notification(said, { SignatureVersion: version }))).toBe(200);
    expect(host.received).toMatchObject(
      [{ externalId: "in-1", text: "hi", address: ana, sentAt: Date.parse(good.Timestamp!) }].map(({ sentAt: _, ...rest }) => rest),
    );
    expect(api.certificates()).toBe(1);
    expect(await api.post(hook, { hello: "there" })).toBe(400);
  });

  it("confirms subscriptions of its own topic, at SNS itself and not where a message says", async () => {
    const { api, sms, host, hook } = await overSns();
    await sms.start(host);
    expect(await api.post(hook, api.confirmation("foreign", { TopicArn: api.topicArn.replace("inbound", "another") }))).toBe(401);
    expect(await api.post(hook, { ...api.confirmation("forged"), Token: "other" })).toBe(401);
    expect(api.confirmed).toEqual([]);
    expect(await api.post(hook, api.confirmation("right", { SubscribeURL: "https://elsewhere.example/?x=1" }))).toBe(200);
    expect(api.confirmed).toEqual(["right"]);
  });
});

describe("the keys", () => {
  it("are looked at when the channel starts", async () => {
    const { api } = await overTwilio();
    const { ledger } = await ledgerOf();
    const wrong = twilio({ accountSid: api.accountSid, authToken: "other", from: api.number, apiRoot: api.url, webhookUrl: () => "" });
    await expect(createSms({ provider: wrong, ledger }).start(fakeHost())).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    const { api: aws } = await overSns();
    const other = sns({ region: aws.region, keys: { ...aws.keys, secretAccessKey: "wrong" }, endpoint: aws.url });
    await expect(createSms({ provider: other, ledger, countries: ["ES"] }).start(fakeHost())).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    const away = twilio({ accountSid: api.accountSid, authToken: "x", from: api.number, apiRoot: "http://127.0.0.1:9", webhookUrl: () => "" });
    await expect(createSms({ provider: away, ledger }).start(fakeHost())).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("need countries where no number says one", async () => {
    const { ledger } = await ledgerOf();
    const named = twilio({ accountSid: `AC${"0".repeat(32)}`, authToken: "x", from: "Agency", webhookUrl: () => "" });
    expect(() => createSms({ provider: named, ledger })).toThrow(/countries/);
    expect(() => createSms({ provider: named, ledger, countries: ["XX"] })).toThrow(/no country/);
    expect(() => twilio({ accountSid: "AC1", authToken: "x", from: "Agency", webhookUrl: () => "" })).toThrow(/account SID/);
  });

  it("know a recipient from what an operator writes", async () => {
    const { sms } = await overTwilio({ countries: ["ES", "FR"] });
    expect(["600 111 222", "+33 6 12 34 56 78", "0049 170 1234567", "nobody", "803 111 222"].map((to) => sms.recipient!(to, "direct"))).toEqual([
      "+34600111222",
      "+33612345678",
      null,
      null,
      null,
    ]);
  });
});
