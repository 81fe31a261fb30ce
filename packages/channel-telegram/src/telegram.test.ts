import { type ChannelBench, channelContract, type FakeHost, fakeHost } from "@travelagent/channel-kit/testing";
import type { Card } from "@travelagent/protocol/messages";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createTelegram, type Telegram, type TelegramOptions } from "./index.ts";
import { type BotApi, startBotApi } from "./testing/index.ts";

const ana = { channel: "telegram", accountId: "default", chatType: "direct", peerId: "4001" } as const;
const context = (id = "out-1") => ({ id, signal: new AbortController().signal });
const opened: { telegram: Telegram; api: BotApi }[] = [];
afterEach(async () => {
  for (const { telegram, api } of opened.splice(0)) {
    await telegram.stop();
    await api.close();
  }
});

async function bench(
  options: Partial<TelegramOptions> = {},
): Promise<{ api: BotApi; telegram: Telegram; host: FakeHost; states: string[]; started(): Promise<void> }> {
  const api = await startBotApi();
  const telegram = createTelegram({
    botToken: api.token,
    apiRoot: api.url,
    pollSeconds: 1,
    pace: { account: { burst: 100, everyMs: 1 }, chat: { burst: 100, everyMs: 1 } },
    ...options,
  });
  opened.push({ telegram, api });
  const states: string[] = [];
  const host = Object.assign(fakeHost(), { report: (state: string) => void states.push(state) });
  return { api, telegram, host, states, started: () => telegram.start(host) };
}

channelContract({ describe, it, expect }, "telegram", async (): Promise<ChannelBench> => {
  const api = await startBotApi();
  const telegram = createTelegram({ botToken: api.token, apiRoot: api.url, pollSeconds: 1 });
  const messageOf = (externalId: string): number => 9000 + Number(/\d+$/.exec(externalId)?.[0] ?? 1);
  return {
    adapter: telegram,
    customer: ana,
    shown: () => api.shown.map(({ chatId, text }) => ({ to: { ...ana, peerId: chatId }, text })),
    async deliver({ externalId, text }) {
      api.write({ text, message_id: messageOf(externalId) });
      // Refused is what stays where it is for longer than a moment.
      await expect.poll(() => api.waiting(), { timeout: 3500 }).toBe(0);
    },
    idOf: (externalId) => `message:4001:${messageOf(externalId)}`,
    files: () => api.shown.flatMap(({ file }) => (file ? [file] : [])),
    buttons: () => api.shown.flatMap(({ keyboard }) => keyboard?.flat().map(({ text }) => text) ?? []),
    places: () => api.shown.flatMap(({ place }) => (place ? [place] : [])),
    standing: () => api.shown.map(({ text }) => text),
    async press(label) {
      api.press(label);
      await expect.poll(() => api.waiting(), { timeout: 3500 }).toBe(0);
    },
    async deliverFile({ externalId, text, fileName, bytes }) {
      const document = { file_id: api.addFile(bytes, `documents/${fileName}`), file_unique_id: "u", file_name: fileName };
      api.write({ document, ...(text === "" ? {} : { caption: text }), message_id: messageOf(externalId) });
      await expect.poll(() => api.waiting(), { timeout: 3500 }).toBe(0);
    },
    async deliverPlace({ externalId, place }) {
      api.write({ location: { latitude: place.latitude, longitude: place.longitude }, message_id: messageOf(externalId) });
      await expect.poll(() => api.waiting(), { timeout: 3500 }).toBe(0);
    },
    limitNext: (ms) => api.failNext("sendMessage", { status: 429, description: "Too Many Requests", retryAfter: Math.ceil(ms / 1000) }),
    failNext: (how) => api.failNext("sendMessage", how === "refused" ? { status: 403, description: "Forbidden: bot was blocked by the user" } : "lost"),
    close: () => api.close(),
  };
});

describe("what people write", () => {
  it("comes as it was written, from whom and when, and is acknowledged once it is kept", async () => {
    const { api, host, started } = await bench();
    const release = host.hold();
    await started();
    api.write({ text: "Flights to Lisbon?", date: 1_800_000_000 });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(api.waiting()).toBe(1);
    release();
    await expect.poll(() => api.waiting()).toBe(0);
    expect(host.received).toEqual([
      { address: ana, externalId: "message:4001:101", senderId: "4001", senderName: "Ana Silva", text: "Flights to Lisbon?", sentAt: 1_800_000_000_000 },
    ]);
  });

  it("is asked for again while it cannot be kept, and nothing behind it overtakes it", async () => {
    const { api, host, started } = await bench();
    host.full = true;
    await started();
    api.write({ text: "one" });
    api.write({ text: "two" });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([host.received.length, api.waiting()]).toEqual([0, 2]);
    host.full = false;
    await expect.poll(() => host.received.map(({ text }) => text), { timeout: 6000 }).toEqual(["one", "two"]);
  });

  it("counts as addressed to us in a group by name, by an answer to us, and not otherwise", async () => {
    const { api, host, started } = await bench();
    await started();
    const chat = { id: -100200, type: "supergroup", title: "Family" } as const;
    const name = `@${api.bot.username}`;
    api.write({ chat, text: `${name} any flights?`, entities: [{ type: "mention", offset: 0, length: name.length }] } as never);
    api.write({ chat, text: "and hotels", reply_to_message: { from: { id: api.bot.id, is_bot: true } } } as never);
    api.write({ chat, text: "see you at 8", is_topic_message: true, message_thread_id: 7 } as never);
    await expect.poll(() => host.received.length).toBe(3);
    expect(host.received.map(({ text, mentioned, address }) => [text, mentioned, address.chatType, address.peerId, address.threadId])).toEqual([
      ["any flights?", true, "group", "-100200", undefined],
      ["and hotels", true, "group", "-100200", undefined],
      ["see you at 8", false, "group", "-100200", "7"],
    ]);
  });

  it("is not what other bots, channels and Telegram itself say; forwarded words are somebody else's", async () => {
    const { api, host, started } = await bench();
    await started();
    api.write({ text: "I am a bot" }, { id: 9, first_name: "Bot", is_bot: true });
    api.write({ text: "news", sender_chat: { id: -5, type: "channel", title: "News" } } as never);
    api.write({ new_chat_title: "Other" } as never);
    api.write({ text: "Transfer 500 EUR", forward_origin: { type: "hidden_user", sender_user_name: "X", date: 1 } } as never);
    api.write({ photo: [], caption: "my passport" } as never);
    await expect.poll(() => host.received.length).toBe(3);
    await expect.poll(() => api.waiting()).toBe(0);
    expect(host.received.map(({ text, tainted, automated }) => [text, tainted, automated])).toEqual([
      ["I am a bot", undefined, "another bot wrote it"],
      ["Transfer 500 EUR", true, undefined],
      ["my passport", undefined, undefined],
    ]);
  });
});

const confirmation: Card = {
  kind: "confirmation",
  confirmationId: "cf_7Q2",
  title: "Book this flight?",
  lines: ["LH1123 <Barcelona> & Frankfurt"],
  total: { amount: "189.40", currency: "EUR" },
  expiresAt: "2027-03-12T10:15:00Z",
  buttons: [
    { label: "Yes, book it", text: "Yes, book it", action: { type: "confirm", id: "cf_7Q2" } },
    { label: "No", text: "No", action: { type: "decline", id: "cf_7Q2" } },
  ],
};

describe("what the agency says", () => {
  it("has buttons that answer exactly that question, and a pressed one is gone", async () => {
    const { api, telegram, host, started } = await bench();
    await started();
    expect((await telegram.send(ana, { text: "Please check:", cards: [confirmation] }, context())).status).toBe("sent");
    expect(api.shown[0]?.text).toContain("LH1123 <Barcelona> & Frankfurt");
    api.press("Yes, book it");
    await expect.poll(() => host.received.length).toBe(1);
    expect(host.received[0]).toMatchObject({ text: "Yes, book it", action: { type: "confirm", id: "cf_7Q2" }, senderId: "4001" });
    await expect.poll(() => api.shown[0]?.keyboard).toBe(undefined);
  });

  it("is bold where it was bold, and words stay words", async () => {
    const { api, telegram, started } = await bench();
    await started();
    await telegram.send(ana, { text: "**Two seats** to [Lisbon](https://example.com/a?b=1&c=2)\n\n- <script> & co\n- `x < y`" }, context());
    expect(api.shown[0]).toMatchObject({ parseMode: "HTML", text: "Two seats to Lisbon\n\n• <script> & co\n• x < y" });
  });

  it("is said without markup when Telegram cannot read it", async () => {
    const { api, telegram, started } = await bench();
    await started();
    api.failNext("sendMessage", { status: 400, description: "Bad Request: can't parse entities: Unsupported start tag" });
    expect((await telegram.send(ana, { text: "**Seats** at [us](https://example.com)" }, context())).status).toBe("sent");
    expect(api.shown.map(({ text, parseMode }) => [text, parseMode])).toEqual([["Seats at us (https://example.com)", undefined]]);
  });

  it("comes in parts when it is long, with the buttons under the last one, and nothing of it is lost", async () => {
    const { api, telegram, started } = await bench();
    await started();
    const text = Array.from({ length: 300 }, (_, at) => `Line ${at} of a long answer.`).join("\n");
    const message = { text, cards: [confirmation] };
    expect(await telegram.send(ana, message, context())).toMatchObject({ status: "sent" });
    expect(api.shown.length).toBeGreaterThan(1);
    expect(api.shown.map(({ keyboard }) => keyboard !== undefined)).toEqual([...Array(api.shown.length - 1).fill(false), true]);
    const whole = api.shown.map((one) => one.text).join("\n");
    for (let at = 0; at < 300; at += 1) expect(whole).toContain(`Line ${at} of`);
  });

  it("goes on where it stopped when Telegram refuses a part of it", async () => {
    const clock = fakeClock(new Date().toISOString());
    const { api, telegram, started } = await bench({ clock });
    await started();
    const message = { text: "A sentence of a long answer. ".repeat(400) };
    const parts = Math.ceil(message.text.length / 4096);
    api.failNext("sendMessage", { status: 429, description: "Too Many Requests", retryAfter: 1 }, 1, 1);
    expect(await telegram.send(ana, message, context())).toMatchObject({ status: "failed", retryAfterMs: 1000 });
    expect(api.shown).toHaveLength(1);
    await clock.advance(1500);
    expect((await telegram.send(ana, message, context())).status).toBe("sent");
    expect(api.shown).toHaveLength(parts);
    expect(
      api.shown
        .map(({ text }) => text)
        .join(" ")
        .replace(/\s+/g, " ")
        .trim(),
    ).toBe(message.text.trim());
  });

  it("quotes the message it answers, and goes into the topic it belongs to", async () => {
    const { api, telegram, started } = await bench();
    await started();
    const topic = { channel: "telegram", accountId: "default", chatType: "group", peerId: "-100200", threadId: "7" } as const;
    const receipt = await telegram.send(topic, { text: "Yes", replyTo: "message:-100200:55" }, context());
    expect(api.shown[0]).toMatchObject({ chatId: "-100200", threadId: 7, replyTo: 55 });
    expect(receipt).toEqual({ status: "sent", externalId: `-100200:${api.shown[0]!.messageId}` });
  });
});

describe("what goes wrong", () => {
  it("tells what surely did not arrive from what nobody knows", async () => {
    const { api, telegram, started } = await bench();
    await started();
    const cases = [
      [
        { status: 429, description: "Too Many Requests", retryAfter: 30 },
        { status: "failed", retryable: true, retryAfterMs: 30_000 },
      ],
      [
        { status: 403, description: "Forbidden: bot was blocked by the user" },
        { status: "failed", retryable: false },
      ],
      [
        { status: 500, description: "Internal Server Error" },
        { status: "failed", retryable: true },
      ],
      ["html", { status: "unknown" }],
      ["lost", { status: "unknown" }],
    ] as const;
    for (const [at, [fault, receipt]] of cases.entries()) {
      api.failNext("sendMessage", fault);
      // Chats of their own: a wait that Telegram asks for holds up that chat only.
      expect([fault, await telegram.send({ ...ana, peerId: String(5000 + at) }, { text: "hello" }, context(`out-${at}`))]).toMatchObject([fault, receipt]);
    }
    expect(api.shown.map(({ chatId }) => chatId)).toEqual(["5004"]);
    await api.close();
    expect(await telegram.send(ana, { text: "hello" }, context("out-9"))).toMatchObject({ status: "failed", retryable: true });
  });

  it("waits with one chat when Telegram says so, and not with others", async () => {
    const clock = fakeClock(new Date().toISOString());
    const { api, telegram, started } = await bench({ clock });
    await started();
    api.failNext("sendMessage", { status: 429, description: "Too Many Requests", retryAfter: 10 });
    await telegram.send(ana, { text: "one" }, context("out-1"));
    const held = telegram.send(ana, { text: "two" }, context("out-2"));
    expect((await telegram.send({ ...ana, peerId: "4002" }, { text: "other" }, context("out-3"))).status).toBe("sent");
    expect(api.shown.map(({ text }) => text)).toEqual(["other"]);
    await clock.advance(10_000);
    expect((await held).status).toBe("sent");
  });

  it("says that it is deaf, and hears again by itself", async () => {
    const { api, host, states, started } = await bench();
    api.failNext("getUpdates", { status: 502, description: "Bad Gateway" }, 2);
    await started();
    await expect.poll(() => states, { timeout: 4000 }).toEqual(["degraded"]);
    api.write({ text: "still there?" });
    await expect.poll(() => host.received.length, { timeout: 8000 }).toBe(1);
    expect(states).toEqual(["degraded", "running"]);
  });

  it("gives up a question that hangs, a little after Telegram should have answered", async () => {
    const clock = fakeClock(new Date().toISOString());
    const { api, host, started } = await bench({ clock });
    api.failNext("getUpdates", "hang");
    await started();
    await expect.poll(() => api.calls("getUpdates")).toBe(1);
    api.write({ text: "hello?" });
    await clock.advance(16_000);
    await expect
      .poll(async () => {
        await clock.advance(1000);
        return host.received.length;
      })
      .toBe(1);
  });

  it("does not start with a token Telegram does not know, and stops when it is taken back", async () => {
    const { api } = await bench();
    const wrong = createTelegram({ botToken: `700100:${"B".repeat(35)}`, apiRoot: api.url });
    await expect(wrong.start(fakeHost())).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect(() => createTelegram({ botToken: "nonsense" })).toThrow(/BotFather/);
    const other = await bench();
    other.api.failNext("getUpdates", { status: 401, description: "Unauthorized" });
    await other.started();
    await expect.poll(() => other.states).toEqual(["logged-out"]);
    const asked = other.api.calls("getUpdates");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(other.api.calls("getUpdates")).toBe(asked);
  });
});

describe("a webhook", () => {
  const webhook = { url: "https://agency.example/telegram", secret: "a-secret-of-24-characters" };

  it("is set at Telegram, and takes what comes with its secret", async () => {
    const { api, telegram, host, started } = await bench({ webhook });
    await started();
    expect(api.webhook).toEqual(webhook);
    const body = JSON.stringify({
      update_id: 1,
      message: { message_id: 1, date: 1, chat: { id: 4001, type: "private" }, from: { id: 4001, first_name: "Ana" }, text: "hi" },
    });
    for (const secret of [undefined, "", "a-secret-of-24-characterS", `${webhook.secret}x`])
      await expect(telegram.receiveWebhook({ "x-telegram-bot-api-secret-token": secret }, body)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    const headers = { "x-telegram-bot-api-secret-token": webhook.secret };
    for (const wrong of ["", "{}", "[1]", "null"]) await expect(telegram.receiveWebhook(headers, wrong)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await telegram.receiveWebhook(headers, body);
    await telegram.receiveWebhook(headers, body);
    expect(host.received.map(({ text }) => text)).toEqual(["hi"]);
    host.full = true;
    await expect(telegram.receiveWebhook(headers, body.replace('"message_id":1', '"message_id":2'))).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});

describe("files, places and what is changed", () => {
  const pdf = new TextEncoder().encode("%PDF-1.7\n%%EOF\n");

  it("of a photo the largest form is kept, and an album is as many messages as it has pictures", async () => {
    const { api, telegram } = await bench();
    const host = fakeHost({ media: true });
    await telegram.start(host);
    const [small, large] = [api.addFile(Buffer.from("small"), "photos/1.jpg"), api.addFile(Buffer.from("large"), "photos/2.jpg")];
    const photo = [
      { file_id: small, file_unique_id: "a", width: 90, height: 60 },
      { file_id: large, file_unique_id: "b", width: 900, height: 600 },
    ];
    api.write({ photo, caption: "our hotel", media_group_id: "m" });
    api.write({ photo, media_group_id: "m" });
    await expect.poll(() => host.received.length, { timeout: 4000 }).toBe(2);
    expect(host.received.map(({ text, attachments = [] }) => [text, attachments.map(({ id }) => Buffer.from(host.files.get(id)!).toString())])).toEqual([
      ["our hotel", ["large"]],
      ["", ["large"]],
    ]);
  });

  it("a file that Telegram does not hand out is told, and one whose download broke comes again", async () => {
    const { api, telegram } = await bench();
    const host = fakeHost({ media: true });
    await telegram.start(host);
    api.write({ document: { file_id: "gone", file_unique_id: "u", file_name: "visa.pdf" }, caption: "here" });
    await expect.poll(() => host.received.length).toBe(1);
    expect(host.received[0]).toMatchObject({
      text: "here",
      refusedAttachments: [{ fileName: "visa.pdf", reason: expect.stringContaining("Telegram") as string }],
    });
    api.failNext("getFile", { status: 502 });
    api.write({ document: { file_id: api.addFile(pdf, "documents/a.pdf"), file_unique_id: "u", file_name: "a.pdf" } });
    await expect.poll(() => host.received.length, { timeout: 6000 }).toBe(2);
    expect(host.received[1]?.attachments?.length).toBe(1);
  });

  it("a message that was changed says which, under an id of its own", async () => {
    const { api, host, started } = await bench();
    await started();
    const chat = { id: 4001, type: "private", first_name: "Ana" } as const;
    const from = { id: 4001, first_name: "Ana", is_bot: false };
    api.update({ edited_message: { message_id: 55, date: 1_800_000_000, edit_date: 1_800_000_060, chat, from, text: "for three" } } as never);
    await expect.poll(() => host.received.length).toBe(1);
    expect(host.received[0]).toMatchObject({
      externalId: "message:4001:55:1800000060",
      edits: "message:4001:55",
      text: "for three",
      sentAt: 1_800_000_060_000,
    });
  });

  it("words go first, then each file, and a send that broke in the middle goes on behind what was sent", async () => {
    const { api, telegram, started } = await bench();
    await started();
    const attachment = (id: string, over: object) =>
      ({ id, kind: "document", mimeType: "application/pdf", bytes: pdf.length, fileName: `${id}.pdf`, ...over }) as const;
    const message = {
      text: "Your papers",
      attachments: [attachment("one", {}), attachment("two", { kind: "image", mimeType: "image/jpeg", fileName: "map.jpg" })],
    };
    const given = { ...context(), read: async () => pdf };
    api.failNext("sendPhoto", { status: 429, description: "Too Many Requests", retryAfter: 0 });
    expect(await telegram.send(ana, message as never, given)).toMatchObject({ status: "failed", retryable: true });
    expect((await telegram.send(ana, message as never, given)).status).toBe("sent");
    expect(api.shown.map(({ text, file }) => file?.name ?? text)).toEqual(["Your papers", "one.pdf", "map.jpg"]);
    expect(api.shown.map(({ file }) => file?.method)).toEqual([undefined, "sendDocument", "sendPhoto"]);
  });

  it("puts a sign under a message and takes it away", async () => {
    const { api, telegram, started } = await bench();
    await started();
    telegram.react?.(ana, "message:4001:77", "👀");
    await expect.poll(() => [...api.reactions]).toEqual([["4001:77", "👀"]]);
    telegram.react?.(ana, "message:4001:77", null);
    await expect.poll(() => api.reactions.size).toBe(0);
  });

  it("shows an answer while it is written, one version at a time, and none once it is there", async () => {
    const clock = fakeClock();
    const { api, telegram, started } = await bench({ clock });
    await started();
    for (const text of ["Three", "Three flights", "Three flights to"]) telegram.preview?.(ana, text, "run-1");
    await expect.poll(() => api.drafts.map(({ text }) => text)).toEqual(["Three"]);
    await clock.advance(700);
    await expect.poll(() => api.drafts.map(({ text }) => text)).toEqual(["Three", "Three flights to"]);
    telegram.preview?.(ana, "Three flights to Lisbon", "run-1");
    await telegram.send(ana, { text: "Three flights to Lisbon." }, { ...context(), runId: "run-1" });
    await clock.advance(2000);
    expect(api.drafts.length).toBe(2);
    expect(new Set(api.drafts.map(({ draftId }) => draftId)).size).toBe(1);
  });
});
