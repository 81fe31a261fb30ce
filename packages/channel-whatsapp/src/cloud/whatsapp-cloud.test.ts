import { type ChannelBench, channelContract, type FakeHost, fakeHost } from "@travelagent/channel-kit/testing";
import { type OpenDatabase, openDatabase } from "@travelagent/engine";
import type { Attachment, Card, OutboundMessage } from "@travelagent/protocol/messages";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createWhatsAppCloud, type WhatsAppCloud, type WhatsAppCloudOptions } from "../index.ts";
import { type GraphServer, signed, startGraph } from "../testing/index.ts";

const ana = { channel: "whatsapp", accountId: "default", chatType: "direct", peerId: "+34600111222" } as const;
const hour = 3_600_000;
const context = (id = "out-1", over: object = {}) => ({ id, signal: new AbortController().signal, ...over });
const quick = { account: { burst: 1000, everyMs: 1 }, chat: { burst: 1000, everyMs: 1 } };
const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Bench {
  graph: GraphServer;
  db: OpenDatabase;
  whatsapp: WhatsAppCloud;
  host: FakeHost;
  states: string[];
  started(): Promise<void>;
  /** A gateway that starts again on the same store. */
  again(options?: Partial<WhatsAppCloudOptions>): WhatsAppCloud;
}

async function bench(options: Partial<WhatsAppCloudOptions> = {}, media = false): Promise<Bench> {
  const graph = await startGraph();
  const db = openDatabase({ path: ":memory:" });
  const states: string[] = [];
  const host = Object.assign(fakeHost({ media }), {
    report: (state: string, reason?: string) => void states.push(reason === undefined ? state : `${state}: ${reason}`),
  });
  const again = (over: Partial<WhatsAppCloudOptions> = {}): WhatsAppCloud => {
    const { url: graphUrl, phoneNumberId, token: accessToken, appSecret, verifyToken } = graph;
    const made = createWhatsAppCloud({
      graphUrl,
      phoneNumberId,
      accessToken,
      appSecret,
      verifyToken,
      db,
      pace: quick,
      statusPatienceMs: 60,
      ...options,
      ...over,
    });
    closers.push(() => made.stop());
    return made;
  };
  const whatsapp = again();
  closers.push(
    () => db.close(),
    () => graph.close(),
  );
  return { graph, db, whatsapp, host, states, started: () => whatsapp.start(host), again };
}

const post = async ({ whatsapp }: Pick<Bench, "whatsapp">, changes: Parameters<typeof signed>[0], secret: string): Promise<void> => {
  const { headers, body } = signed(changes, secret);
  await whatsapp.receiveWebhook(headers, body);
};

channelContract({ describe, it, expect }, "whatsapp cloud", async (): Promise<ChannelBench> => {
  const one = await bench();
  const { graph, whatsapp, db } = one;
  const idOf = (externalId: string): string => `wamid.${externalId}`;
  const deliver = (message: Record<string, unknown>): Promise<void> => post(one, [graph.posts.messages([message])], graph.appSecret);
  return {
    adapter: whatsapp,
    customer: ana,
    shown: () => graph.shown.map(({ to, text }) => ({ to: { ...ana, peerId: `+${to}` }, text })),
    deliver: ({ externalId, text }) => deliver({ id: idOf(externalId), type: "text", text: { body: text } }),
    idOf,
    failNext: (how) => graph.failNext("messages", how === "refused" ? { status: 400, code: 131026, message: "Message undeliverable" } : "lost"),
    limitNext: (retryAfterMs) => graph.failNext("messages", { status: 429, code: 130429, retryAfter: retryAfterMs / 1000 }),
    files: () => graph.shown.flatMap(({ file }) => (file ? [{ bytes: file.bytes, ...(file.fileName === undefined ? {} : { fileName: file.fileName }) }] : [])),
    buttons: () => graph.shown.flatMap(({ buttons = [] }) => buttons.map(({ title }) => title)),
    async press(label) {
      const button = graph.shown.flatMap(({ buttons = [] }) => buttons).findLast(({ title }) => title === label)!;
      await deliver({ type: "interactive", interactive: { type: "button_reply", button_reply: { id: button.id, title: button.title } } });
    },
    places: () => graph.shown.flatMap(({ location }) => (location ? [location] : [])),
    async deliverFile({ externalId, text, fileName, bytes }) {
      const id = graph.hold(bytes, "application/pdf");
      await deliver({
        id: idOf(externalId),
        type: "document",
        document: { id, filename: fileName, mime_type: "application/pdf", ...(text === "" ? {} : { caption: text }) },
      });
    },
    deliverPlace: ({ externalId, place }) => deliver({ id: idOf(externalId), type: "location", location: place }),
    deliverAutomated: ({ externalId, text }) => deliver({ id: idOf(externalId), type: "system", system: { type: "customer_identity_changed", body: text } }),
    async personWrites({ externalId, text }) {
      const echo = { id: idOf(externalId), from: "34910000001", to: "34600111222", timestamp: "1800000000", type: "text", text: { body: text } };
      const value = { metadata: { phone_number_id: graph.phoneNumberId }, message_echoes: [echo] };
      await post(one, [graph.posts.change("smb_message_echoes", value)], graph.appSecret);
    },
    async report({ externalId, state }) {
      const status = {
        id: externalId,
        status: state,
        recipient_id: "34600111222",
        ...(state === "failed" ? { errors: [{ code: 131026, title: "Message undeliverable" }] } : {}),
      };
      await post(one, [graph.posts.statuses([status])], graph.appSecret);
    },
    async close() {
      await graph.close();
      db.close();
      closers.length = 0;
    },
  };
});

describe("what goes out", () => {
  const confirmation: Card = {
    kind: "confirmation",
    confirmationId: "cf_7Q2",
    title: "Book this flight?",
    lines: ["LH1123 Barcelona to Frankfurt"],
    total: { amount: "189.40", currency: "EUR" },
    expiresAt: "2027-03-12T10:15:00Z",
    buttons: [
      { label: "Yes, book it", text: "Yes, book it", action: { type: "confirm", id: "cf_7Q2" } },
      { label: "No", text: "No", action: { type: "decline", id: "cf_7Q2" } },
    ],
  };

  it("carries our reference, quotes what it answers, and has buttons under the last piece of a long text", async () => {
    const { graph, whatsapp, started } = await bench();
    await started();
    const text = Array.from({ length: 400 }, (_, at) => `Line ${at} of a long answer.`).join("\n");
    const receipt = await whatsapp.send(ana, { text, cards: [confirmation], replyTo: "wamid.IN1" }, context("out-7"));
    const { shown } = graph;
    expect(receipt).toEqual({ status: "sent", externalId: shown.at(-1)!.messageId });
    expect(shown.map(({ reference }) => reference)).toEqual(shown.map((_, at) => `out-7#${at}`));
    expect(shown.map(({ replyTo }) => replyTo)).toEqual(["wamid.IN1", ...Array(shown.length - 1).fill(undefined)]);
    expect(shown.map(({ buttons }) => buttons?.map(({ title }) => title))).toEqual([...Array(shown.length - 1).fill(undefined), ["Yes, book it", "No"]]);
    const whole = shown.map((one) => one.text).join("\n");
    for (let at = 0; at < 400; at += 1) expect(whole.match(new RegExp(`Line ${at} of`, "g"))).toHaveLength(1);
    expect(graph.refused).toEqual([]);
  });

  it("makes a list of many choices, of which each says what it stands for", async () => {
    const { graph, whatsapp, host, started } = await bench();
    await started();
    const offers: Card = {
      kind: "offers",
      vertical: "flight",
      title: "Flights",
      offers: Array.from({ length: 12 }, (_, at) => ({
        offerId: `o${at}`,
        number: at + 1,
        title: `Lufthansa LH${1100 + at} in the morning 👨‍👩‍👧`,
        lines: ["10:15 to 12:25"],
        price: { amount: "189.40", currency: "EUR" },
        tags: [],
        sandbox: false,
      })),
      buttons: Array.from({ length: 12 }, (_, at) => ({ label: `Choose ${at + 1}`, text: String(at + 1) })),
    };
    expect((await whatsapp.send(ana, { text: "Twelve flights:", cards: [offers] }, context())).status).toBe("sent");
    expect(graph.refused).toEqual([]);
    const rows = graph.shown.at(-1)!.buttons!;
    expect(rows).toHaveLength(10);
    expect(rows[0]).toMatchObject({ id: "t:1", title: "1. Lufthansa LH1100 in…", description: "1. Lufthansa LH1100 in the morning 👨‍👩‍👧 · 189.40 EUR" });
    await post({ whatsapp }, [graph.posts.messages([{ type: "interactive", interactive: { type: "list_reply", list_reply: rows[3] } }])], graph.appSecret);
    expect(host.received.map(({ text }) => text)).toEqual(["4"]);
  });

  it("shows a picture with its words, a file with its name, a place, and says what WhatsApp does not take", async () => {
    const { graph, whatsapp, started } = await bench();
    await started();
    const file = (over: Partial<Attachment>): Attachment => ({ id: "f1", kind: "image", mimeType: "image/jpeg", bytes: 3, ...over });
    const read = async () => new Uint8Array([1, 2, 3]);
    const sends: OutboundMessage[] = [
      { text: "Your **hotel**", attachments: [file({})] },
      {
        text: "Papers",
        attachments: [
          file({ kind: "document", mimeType: "application/pdf", fileName: "trip.pdf" }),
          file({ kind: "audio", mimeType: "audio/ogg", voice: true }),
        ],
      },
      { text: "Here", attachments: [file({ mimeType: "image/webp", fileName: "map.webp" })], location: { latitude: 38.77, longitude: -9.13, name: "Airport" } },
    ];
    for (const [at, message] of sends.entries()) expect((await whatsapp.send(ana, message, context(`out-${at}`, { read }))).status).toBe("sent");
    expect(graph.shown.map(({ type, text, file: shown, location }) => [type, text, shown?.fileName, location?.name])).toEqual([
      ["image", "Your *hotel*", "f1", undefined],
      ["text", "Papers", undefined, undefined],
      ["document", "", "trip.pdf", undefined],
      ["audio", "", "f1", undefined],
      ["text", "Here\n\n[map.webp: WhatsApp does not take files of this kind]", undefined, undefined],
      ["location", "", undefined, "Airport"],
    ]);
    expect(graph.refused).toEqual([]);
  });

  it("tells reading, writing and signs, and nothing of writing to somebody who never wrote", async () => {
    const { graph, whatsapp, started } = await bench();
    await started();
    whatsapp.showTyping?.(ana);
    await post({ whatsapp }, [graph.posts.messages([{ id: "wamid.IN9", type: "text", text: { body: "hi" } }])], graph.appSecret);
    whatsapp.showTyping?.(ana);
    whatsapp.markRead?.(ana, "wamid.IN9");
    whatsapp.react?.(ana, "wamid.IN9", "👀");
    await expect.poll(() => graph.reactions).toEqual([{ to: "34600111222", messageId: "wamid.IN9", emoji: "👀" }]);
    whatsapp.react?.(ana, "wamid.IN9", null);
    await expect.poll(() => graph.reactions.at(-1)?.emoji).toBe("");
    await expect.poll(() => [graph.typing, graph.read]).toEqual([["wamid.IN9"], ["wamid.IN9", "wamid.IN9"]]);
  });

  it("goes on behind the parts WhatsApp has, also after a restart", async () => {
    const { graph, whatsapp, host, started, again } = await bench();
    await started();
    const message = { text: "A sentence of a long answer. ".repeat(400) };
    graph.failNext("messages", { status: 503, code: 131016 }, 1, 1);
    expect(await whatsapp.send(ana, message, context())).toMatchObject({ status: "failed", retryable: true });
    expect(graph.shown).toHaveLength(1);
    await whatsapp.stop();
    const second = again();
    await second.start(host);
    expect((await second.send(ana, message, context())).status).toBe("sent");
    expect(graph.shown.map(({ reference }) => reference)).toEqual(["out-1#0", "out-1#1", "out-1#2"]);
    expect(await second.send(ana, message, context())).toEqual({ status: "sent", externalId: graph.shown.at(-1)!.messageId });
    expect(graph.shown).toHaveLength(3);
  });

  it("knows a recipient by a number with its country, however it is written", async () => {
    const { whatsapp } = await bench();
    const cases = [
      ["+34 600 111 222", "+34600111222"],
      ["0034600111222", "+34600111222"],
      ["+1 (555) 555-0123", "+15555550123"],
      ["600111222", null],
      ["ana@example.com", null],
      ["+0123", null],
    ] as const;
    for (const [written, peer] of cases) expect([written, whatsapp.recipient!(written, "direct")]).toEqual([written, peer]);
    expect(whatsapp.recipient!("+34600111222", "group")).toBe(null);
  });
});

describe("the window of 24 hours", () => {
  const templates = { "payment-reminder": { name: "payment_reminder", languages: { en: "en_US", de: "de" }, body: ["name", "amount"] } };
  const known = [
    { name: "payment_reminder", language: "en_US", body: 2, state: "APPROVED" as const },
    { name: "payment_reminder", language: "de", body: 2, state: "APPROVED" as const },
  ];
  const reminder: OutboundMessage = {
    text: "Dear Ana, 120 EUR are due.",
    template: { name: "payment-reminder", locale: "de-AT", variables: { name: "Ana\nSilva", amount: "120 EUR" } },
  };

  it("lets free words go inside of it, a template outside, and nothing where there is none", async () => {
    const clock = fakeClock();
    const { graph, whatsapp, started } = await bench({ clock, templates });
    graph.templates = known;
    await started();
    const before = (ms: number) => ({ lastInboundAt: clock.now() - ms });
    expect((await whatsapp.send(ana, reminder, context("in", before(24 * hour - 1)))).status).toBe("sent");
    expect((await whatsapp.send(ana, reminder, context("out", before(24 * hour)))).status).toBe("sent");
    expect((await whatsapp.send(ana, reminder, context("never"))).status).toBe("sent");
    expect(graph.shown.map(({ type }) => type)).toEqual(["text", "template", "template"]);
    expect(graph.shown[1]!.template).toEqual({
      name: "payment_reminder",
      language: { code: "de", policy: "deterministic" },
      components: [
        {
          type: "body",
          parameters: [
            { type: "text", text: "Ana Silva" },
            { type: "text", text: "120 EUR" },
          ],
        },
      ],
    });
    const calls = graph.calls("messages");
    expect(await whatsapp.send(ana, { text: "hello" }, context("none", before(25 * hour)))).toMatchObject({
      status: "failed",
      retryable: false,
      code: "reply-window-closed",
    });
    const other = { ...reminder, template: { ...reminder.template!, name: "not-approved" } };
    expect(await whatsapp.send(ana, other, context("other", before(25 * hour)))).toMatchObject({
      status: "failed",
      code: "reply-window-closed",
      reason: expect.stringContaining("not-approved"),
    });
    expect(graph.calls("messages")).toBe(calls);
  });

  it("is WhatsApp's to close: a moment too late the template goes instead, or nothing", async () => {
    const { graph, whatsapp, started } = await bench({ templates });
    graph.templates = known;
    await started();
    graph.window("34600111222", "closed");
    const late = { lastInboundAt: Date.now() - 24 * hour + 1000 };
    expect((await whatsapp.send(ana, reminder, context("out-1", late))).status).toBe("sent");
    expect(graph.shown.map(({ type }) => type)).toEqual(["template"]);
    expect(await whatsapp.send(ana, { text: "hello" }, context("out-2", late))).toMatchObject({
      status: "failed",
      retryable: false,
      code: "reply-window-closed",
    });
    expect(graph.shown).toHaveLength(1);
  });

  it("says when a template is refused, and when WhatsApp pauses one", async () => {
    const { graph, whatsapp, states, started } = await bench({ templates });
    graph.templates = known.map((one) => ({ ...one, state: "PAUSED" as const }));
    await started();
    const old = { lastInboundAt: Date.now() - 25 * hour };
    expect(await whatsapp.send(ana, reminder, context("out-1", old))).toMatchObject({ status: "failed", retryable: false, code: "template-refused" });
    graph.templates = [{ ...known[1]!, body: 3 }];
    expect(await whatsapp.send(ana, reminder, context("out-2", old))).toMatchObject({ status: "failed", code: "template-refused" });
    const missing = { ...reminder, template: { ...reminder.template!, variables: { name: "Ana" } } };
    expect(await whatsapp.send(ana, missing, context("out-3", old))).toMatchObject({ status: "failed", reason: expect.stringContaining("amount") });
    const news = (event: string, name: string) =>
      graph.posts.change("message_template_status_update", { event, message_template_name: name, message_template_language: "de", reason: "LOW_QUALITY" });
    await post({ whatsapp }, [news("PAUSED", "payment_reminder"), news("PAUSED", "of_others")], graph.appSecret);
    await post({ whatsapp }, [news("APPROVED", "payment_reminder")], graph.appSecret);
    expect(states).toEqual(["degraded: the WhatsApp template payment_reminder is paused", "running"]);
  });
});

describe("what goes wrong", () => {
  it("tells what surely did not arrive from what nobody knows, and why", async () => {
    const { graph, whatsapp, started } = await bench();
    await started();
    const cases = [
      [
        { status: 400, code: 131026 },
        { status: "failed", retryable: false, code: "no-such-recipient" },
      ],
      [
        { status: 400, code: 131050 },
        { status: "failed", retryable: false, code: "opted-out" },
      ],
      [
        { status: 400, code: 131047 },
        { status: "failed", retryable: false, code: "reply-window-closed" },
      ],
      [
        { status: 404, code: 132001 },
        { status: "failed", retryable: false, code: "template-refused" },
      ],
      [
        { status: 400, code: 100 },
        { status: "failed", retryable: false },
      ],
      [
        { status: 400, code: 131056 },
        { status: "failed", retryable: true, retryAfterMs: 10_000 },
      ],
      [
        { status: 500, code: 131000 },
        { status: "failed", retryable: true },
      ],
      [{ status: 500, code: 1 }, { status: "unknown" }],
      ["html", { status: "unknown" }],
      ["lost", { status: "unknown" }],
    ] as const;
    for (const [at, [fault, receipt]] of cases.entries()) {
      graph.failNext("messages", fault);
      expect([fault, await whatsapp.send({ ...ana, peerId: `+3460000000${at}` }, { text: "hello" }, context(`out-${at}`))]).toMatchObject([fault, receipt]);
    }
    expect(graph.shown.map(({ to }) => to)).toEqual(["34600000009"]);
    await graph.close();
    expect(await whatsapp.send(ana, { text: "hello" }, context("out-x"))).toMatchObject({ status: "failed", retryable: true });
  });

  it("waits with one person when WhatsApp says so, and not with others", async () => {
    const clock = fakeClock();
    const { graph, whatsapp, started } = await bench({ clock });
    await started();
    graph.failNext("messages", { status: 400, code: 131056 });
    await whatsapp.send(ana, { text: "one" }, context("out-1"));
    const held = whatsapp.send(ana, { text: "two" }, context("out-2"));
    expect((await whatsapp.send({ ...ana, peerId: "+34600111223" }, { text: "other" }, context("out-3"))).status).toBe("sent");
    expect(graph.shown.map(({ text }) => text)).toEqual(["other"]);
    await clock.advance(10_000);
    expect((await held).status).toBe("sent");
  });

  it("keeps to one message in six seconds to one person after a burst", async () => {
    const clock = fakeClock();
    const { graph, whatsapp, started } = await bench({ clock, pace: { account: { burst: 100, everyMs: 1 }, chat: { burst: 2, everyMs: 6000 } } });
    await started();
    for (const id of ["1", "2"]) expect((await whatsapp.send(ana, { text: id }, context(id))).status).toBe("sent");
    const third = whatsapp.send(ana, { text: "3" }, context("3"));
    await clock.advance(5_900);
    expect(graph.shown).toHaveLength(2);
    await clock.advance(200);
    expect((await third).status).toBe("sent");
  });

  it("says that the token was taken back, and that the quality is low", async () => {
    const { graph, whatsapp, states, started } = await bench();
    await started();
    const quality = (event: string) =>
      graph.posts.change("phone_number_quality_update", { display_phone_number: "34910000001", event, current_limit: "TIER_1K" });
    await post(
      { whatsapp },
      [quality("FLAGGED"), graph.posts.change("phone_number_quality_update", { display_phone_number: "34999999999", event: "UNFLAGGED" })],
      graph.appSecret,
    );
    expect(states).toEqual(["degraded: WhatsApp rates the quality of this number as low"]);
    await post({ whatsapp }, [quality("UNFLAGGED")], graph.appSecret);
    expect(states.at(-1)).toBe("running");
    await whatsapp.probe!(new AbortController().signal);
    graph.revoke();
    await expect(whatsapp.probe!(new AbortController().signal)).rejects.toThrow(/190/);
    expect(await whatsapp.send(ana, { text: "hello" }, context())).toMatchObject({ status: "failed", retryable: true });
    expect(states.at(-1)).toBe("logged-out: WhatsApp does not take the access token any more");
  });

  it("does not start with what Graph does not know, and starts again when Graph is away", async () => {
    const { graph, host, again } = await bench();
    await expect(again({ accessToken: "wrong" }).start(host)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(again({ phoneNumberId: "999999999" }).start(host)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect(() => again({ graphUrl: "https://graph.facebook.com" })).toThrow(/version/);
    expect(() => again({ phoneNumberId: "+34 910 000 001" })).toThrow(/phoneNumberId/);
    expect(() => again({ verifyToken: "short" })).toThrow(/16/);
    graph.failNext("number", { status: 503, code: 2 });
    await expect(again().start(host)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await again().start(host);
  });
});

describe("a send whose outcome nobody heard", () => {
  const status = (graph: GraphServer, state: string, over: object = {}) => {
    const { messageId: id, reference } = graph.shown.at(-1)!;
    return graph.posts.statuses([{ id, status: state, recipient_id: "34600111222", biz_opaque_callback_data: reference, ...over }]);
  };

  it("is proven by the status that comes while it is waited for", async () => {
    const { graph, whatsapp, started } = await bench({ statusPatienceMs: 5000 });
    await started();
    graph.failNext("messages", "lost");
    const sending = whatsapp.send(ana, { text: "hello" }, context());
    await expect.poll(() => graph.shown.length).toBe(1);
    await post({ whatsapp }, [status(graph, "sent")], graph.appSecret);
    expect(await sending).toEqual({ status: "sent", externalId: graph.shown[0]!.messageId });
  });

  it("is told from one that was never begun, after a crash and whenever the status comes", async () => {
    const { graph, whatsapp, host, started, again } = await bench();
    await started();
    graph.failNext("messages", "hang");
    const cut = new AbortController();
    const sending = whatsapp.send(ana, { text: "hello" }, { id: "out-1", signal: cut.signal });
    await expect.poll(() => graph.shown.length).toBe(1);
    cut.abort();
    expect((await sending).status).toBe("unknown");
    await whatsapp.stop();
    const second = again();
    // Before it runs, as a gateway asks at its start.
    const { signal } = new AbortController();
    expect(await second.reconcile!(ana, "out-never", signal)).toBe(null);
    expect(await second.reconcile!(ana, "out-1", signal)).toMatchObject({ status: "unknown" });
    await second.start(host);
    await post({ whatsapp: second }, [status(graph, "sent")], graph.appSecret);
    expect(await second.reconcile!(ana, "out-1", signal)).toEqual({ status: "sent", externalId: graph.shown[0]!.messageId });
    await post({ whatsapp: second }, [status(graph, "delivered")], graph.appSecret);
    expect(host.reports).toMatchObject([{ externalId: graph.shown[0]!.messageId, state: "delivered", sendId: "out-1" }]);
    expect((await second.send(ana, { text: "hello" }, context("out-1"))).status).toBe("sent");
    expect(graph.shown).toHaveLength(1);
  });

  it("has failed when the status says so, with the reason", async () => {
    const { graph, whatsapp, host, started } = await bench();
    await started();
    await whatsapp.send(ana, { text: "hello" }, context());
    const errors = [{ code: 131047, title: "Re-engagement message", error_data: { details: "more than 24 hours" } }];
    await post({ whatsapp }, [status(graph, "failed", { errors })], graph.appSecret);
    expect(host.reports).toMatchObject([{ state: "failed", code: "reply-window-closed", reason: "Re-engagement message: more than 24 hours (131047)" }]);
    // A later word that it was on its way does not make it well again.
    await post({ whatsapp }, [status(graph, "sent")], graph.appSecret);
    expect(await whatsapp.reconcile!(ana, "out-1", new AbortController().signal)).toMatchObject({ status: "failed", code: "reply-window-closed" });
  });

  it("of a long message the last piece counts, and one piece that fails is told of the whole", async () => {
    const { graph, whatsapp, host, started } = await bench();
    await started();
    const receipt = await whatsapp.send(ana, { text: "A sentence of a long answer. ".repeat(300) }, context());
    const [first, second, last] = graph.shown;
    const told = (shown: typeof first, state: string) =>
      graph.posts.statuses([{ id: shown!.messageId, status: state, biz_opaque_callback_data: shown!.reference }]);
    await post({ whatsapp }, [told(first, "read"), told(second, "failed"), told(last, "read")], graph.appSecret);
    expect(host.reports.map(({ externalId, state }) => [externalId, state])).toEqual([
      [receipt.status === "sent" && receipt.externalId, "failed"],
      [last!.messageId, "read"],
    ]);
  });
});
