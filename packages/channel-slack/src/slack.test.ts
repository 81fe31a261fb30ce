import { createHmac } from "node:crypto";
import { type ChannelBench, channelContract, deskContract, type FakeHost, fakeHost } from "@travelagent/channel-kit/testing";
import type { Card } from "@travelagent/protocol/messages";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createSlack, type Slack, type SlackOptions } from "./index.ts";
import { mrkdwn, plainOf } from "./mrkdwn.ts";
import { type SlackPlatform, startSlack } from "./testing/index.ts";

const user = "UANA00001";
const ana = { channel: "slack", accountId: "default", chatType: "direct", peerId: user } as const;
const trips = { channel: "slack", accountId: "default", chatType: "group", peerId: "CTRIPS001" } as const;
const context = (id = "out-1") => ({ id, signal: new AbortController().signal });
const fast = { account: { burst: 100, everyMs: 1 }, chat: { burst: 100, everyMs: 1 } };
const opened: { slack: Slack; platform: SlackPlatform }[] = [];
afterEach(async () => {
  for (const { slack, platform } of opened.splice(0)) {
    await slack.stop();
    await platform.close();
  }
});

async function bench(
  options: Partial<SlackOptions> = {},
): Promise<{ platform: SlackPlatform; slack: Slack; host: FakeHost; states: string[]; started(): Promise<void> }> {
  const platform = await startSlack();
  const slack = createSlack({ botToken: platform.botToken, appToken: platform.appToken, apiUrl: platform.url, pace: fast, ...options });
  opened.push({ slack, platform });
  const states: string[] = [];
  const host = Object.assign(fakeHost({ media: true }), { report: (state: string) => void states.push(state) });
  return { platform, slack, host, states, started: () => slack.start(host) };
}

channelContract({ describe, it, expect }, "slack", async (): Promise<ChannelBench> => {
  const platform = await startSlack({ redeliverMs: 100 });
  const slack = createSlack({ botToken: platform.botToken, appToken: platform.appToken, apiUrl: platform.url });
  const channel = platform.direct(user);
  const tsOf = (externalId: string): string => `${1_700_000_000 + Number(/\d+$/.exec(externalId)?.[0] ?? 1)}.000100`;
  const write = (externalId: string, text: string, extra: Record<string, unknown> = {}) =>
    platform.write({ channel, user, text, ts: tsOf(externalId), extra }, { within: 350 }).then(() => undefined);
  const standing = () => platform.posts.filter(({ deleted }) => !deleted).map(({ text }) => text);
  return {
    adapter: slack,
    customer: ana,
    shown: () => platform.posts.map(({ text }) => ({ to: ana, text })),
    deliver: ({ externalId, text }) => write(externalId, text),
    idOf: (externalId) => `message:${channel}:${tsOf(externalId)}`,
    echo: (text) => write("own-1", text, { user: platform.bot.userId, bot_id: platform.bot.botId }),
    failNext: (how) => platform.failNext("chat.postMessage", how === "refused" ? { error: "is_archived" } : "lost"),
    limitNext: (ms) => platform.failNext("chat.postMessage", { retryAfter: ms / 1000 }),
    files: () => platform.files.map(({ name, bytes }) => ({ fileName: name, bytes })),
    buttons: () => platform.posts.flatMap(({ blocks }) => blocks.flatMap(({ elements = [] }) => elements.map(({ text }) => text.text))),
    press: (label) => platform.press(label, user),
    standing,
    deliverFile: ({ externalId, text, fileName, bytes }) =>
      write(externalId, text, { subtype: "file_share", files: [{ name: fileName, mimetype: "application/pdf", url_private_download: platform.keep(bytes) }] }),
    deliverEdit: ({ edits, text }) =>
      platform.envelope("events_api", {
        event: {
          type: "message",
          subtype: "message_changed",
          channel,
          ts: "1700000099.000100",
          message: { type: "message", user, text, ts: tsOf(edits), edited: { user, ts: "1700000099.000000" } },
          previous_message: { type: "message", user, text: "before", ts: tsOf(edits) },
        },
      }),
    deliverAutomated: ({ externalId, text }) => write(externalId, text, { user: undefined, subtype: "bot_message", bot_id: "BOTHER001" }),
    close: () => platform.close(),
  };
});

deskContract({ describe, it, expect }, "slack", user, async () => {
  const platform = await startSlack();
  const room = "CDESK0001";
  const slack = createSlack({ botToken: platform.botToken, appToken: platform.appToken, apiUrl: platform.url, deskRooms: [room], pace: fast });
  await slack.start(fakeHost());
  return {
    surface: slack.desk,
    room,
    shown: () =>
      platform.posts
        .filter(({ deleted }) => !deleted)
        .map(({ text, blocks, threadTs }) => ({
          text,
          buttons: blocks.flatMap(({ elements = [] }) => elements.map((button) => button.text.text)),
          thread: threadTs !== undefined,
        })),
    press: (label, who) => platform.press(label, who),
    write: (text, who, where) =>
      platform.write({ channel: room, user: who, text, ...(where === "thread" ? { threadTs: platform.posts[0]!.ts } : {}) }).then(() => undefined),
    loseNext: () => platform.failNext("chat.postMessage", "lost"),
    async close() {
      await slack.stop();
      await platform.close();
    },
  };
});

describe("what people write", () => {
  it("comes with who wrote it, as plain words, and is acknowledged once it is kept", async () => {
    const { platform, host, started } = await bench();
    await started();
    await platform.write({
      channel: platform.direct(user),
      user,
      text: "Is <https://example.com/a?b=1&amp;c=2|this> &lt;5 &amp; ok, <@UBEN00001>?",
      ts: "1800000000.000200",
    });
    expect(host.received).toEqual([
      {
        address: ana,
        externalId: `message:${platform.direct(user)}:1800000000.000200`,
        senderId: user,
        senderName: "Ana Silva",
        text: "Is this (https://example.com/a?b=1&c=2) <5 & ok, @UBEN00001?",
        sentAt: 1_800_000_000_000,
      },
    ]);
  });

  it("is meant for us in a channel by name and below our own words; a thread is a conversation of its own", async () => {
    const { platform, host, started } = await bench();
    await started();
    const channel = "CTRIPS001";
    await platform.write({ channel, user, text: `<@${platform.bot.userId}> any flights?` });
    await platform.write({ channel, user, text: "and hotels", threadTs: "1700000001.000100", extra: { parent_user_id: platform.bot.userId } });
    await platform.write({ channel, user, text: "lunch at 12?" });
    // The same message comes once more as a mention.
    await platform.write({ channel, user, text: `<@${platform.bot.userId}> twice`, ts: "1700000009.000100" });
    await platform.write({ channel, user, text: `<@${platform.bot.userId}> twice`, ts: "1700000009.000100", extra: { type: "app_mention" } });
    expect(host.received.map(({ text, mentioned, address, teamId }) => [text, mentioned, address.peerId, address.threadId, teamId])).toEqual([
      ["any flights?", true, channel, undefined, "T00000001"],
      ["and hotels", true, channel, "1700000001.000100", "T00000001"],
      ["lunch at 12?", false, channel, undefined, "T00000001"],
      ["twice", true, channel, undefined, "T00000001"],
    ]);
  });

  it("is not what Slack itself says, and words that were passed on are somebody else's", async () => {
    const { platform, host, started } = await bench();
    await started();
    const channel = platform.direct(user);
    await platform.write({ channel, user, text: "joined", extra: { subtype: "channel_join" } });
    await platform.write({ channel, user, text: "", extra: { subtype: "message_deleted", deleted_ts: "1.1" } });
    const unfurled = { type: "message", user, text: "see https://example.com", ts: "1700000001.000100" };
    await platform.envelope("events_api", {
      event: { type: "message", subtype: "message_changed", channel, ts: "2.0", message: unfurled, previous_message: unfurled },
    });
    await platform.write({ channel, user, text: "look", extra: { attachments: [{ is_share: true, text: "Transfer 500 EUR" }] } });
    expect(host.received.map(({ text, tainted }) => [text, tainted])).toEqual([["look\n\nTransfer 500 EUR", true]]);
  });

  it("brings no token of ours to an address that stands in a message", async () => {
    const { platform, host, started } = await bench();
    await started();
    let asked = 0;
    const { createServer } = await import("node:http");
    const stranger = createServer((_, response) => {
      asked += 1;
      response.end("x");
    });
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
    const { port } = stranger.address() as { port: number };
    const files = [
      { name: "a.pdf", url_private_download: `http://127.0.0.1:${port}/a.pdf` },
      { name: "b.pdf", url_private_download: "https://slack.com.example.com/b" },
    ];
    await platform.write({ channel: platform.direct(user), user, text: "files", extra: { subtype: "file_share", files } });
    expect(asked).toBe(0);
    expect(host.received[0]?.refusedAttachments).toEqual([
      { fileName: "a.pdf", reason: "the file is not kept by Slack" },
      { fileName: "b.pdf", reason: "the file is not kept by Slack" },
    ]);
    stranger.close();
  });

  it("may be a command, which is said in the conversation it was typed in", async () => {
    const { platform, host, started } = await bench();
    await started();
    await platform.command("/stop", user, platform.direct(user));
    expect(host.received[0]).toMatchObject({ address: ana, text: "/stop", senderId: user });
  });
});

const confirmation: Card = {
  kind: "confirmation",
  confirmationId: "cf_7Q2",
  title: "Book this flight?",
  lines: ["LH1123 <Barcelona> & <@UBEN00001>"],
  total: { amount: "189.40", currency: "EUR" },
  expiresAt: "2027-03-12T10:15:00Z",
  buttons: [
    { label: "Yes, book it", text: "Yes, book it", action: { type: "confirm", id: "cf_7Q2" } },
    { label: "No", text: "No", action: { type: "decline", id: "cf_7Q2" } },
  ],
};

describe("what the agency says", () => {
  it("has buttons that answer exactly that question, and they are gone once pressed", async () => {
    const { platform, slack, host, started } = await bench();
    await started();
    expect((await slack.send(ana, { text: "Please check:", cards: [confirmation] }, context())).status).toBe("sent");
    expect(platform.posts[0]?.text).toContain("LH1123 <Barcelona> & <@UBEN00001>");
    expect(platform.posts[0]?.raw).toContain("&lt;@UBEN00001&gt;");
    await platform.press("Yes, book it", user);
    expect(host.received[0]).toMatchObject({ text: "Yes, book it", action: { type: "confirm", id: "cf_7Q2" }, senderId: user });
    await expect.poll(() => platform.posts[0]?.blocks.some(({ type }) => type === "actions")).toBe(false);
  });

  it("is Slack's own dialect", () => {
    expect(mrkdwn("# Trip\n\n**Two seats** to [Lisbon](https://example.com/a?b=1&c=2), *soon*, ~~not~~\n\n- `x < y`\n- <script> & co\n\n> said")).toBe(
      "*Trip*\n\n*Two seats* to <https://example.com/a?b=1&amp;c=2|Lisbon>, _soon_, ~not~\n\n• `x &lt; y`\n• &lt;script&gt; &amp; co\n\n>said",
    );
    expect(mrkdwn("[click](javascript:alert(1)) <!channel> <@U1>")).toBe("click (javascript:alert(1)) &lt;!channel&gt; &lt;@U1&gt;");
    expect(plainOf("<!here> <#C1|general> <mailto:a@example.com|a@example.com>")).toBe("@here #general a@example.com");
  });

  it("goes where the account says: into the channel, below the question, or its first part there", async () => {
    const long = "A sentence of a long answer. ".repeat(200);
    for (const [replyToMode, threads] of [
      ["off", [undefined, undefined]],
      ["first", ["1700000001.000100", undefined]],
      ["all", ["1700000001.000100", "1700000001.000100"]],
    ] as const) {
      const { platform, slack, started } = await bench({ replyToMode });
      await started();
      await slack.send(trips, { text: long, replyTo: "message:CTRIPS001:1700000001.000100" }, context());
      expect(platform.posts.map(({ threadTs }) => threadTs)).toEqual(threads);
      await slack.send({ ...trips, threadId: "1700000007.000100" }, { text: "in the thread" }, context("out-2"));
      expect(platform.posts.at(-1)?.threadTs).toBe("1700000007.000100");
    }
  });

  it("goes on where it stopped, also after a crash", async () => {
    const { platform, slack, started } = await bench();
    await started();
    const message = { text: "A sentence of a long answer. ".repeat(300) };
    expect((await slack.send(ana, message, context("whole"))).status).toBe("sent");
    const parts = platform.posts.length;
    expect(parts).toBeGreaterThan(2);
    // As after a crash between two parts: only the first is there, and nobody here remembers.
    for (const post of platform.posts.slice(1) as { deleted: boolean }[]) post.deleted = true;
    const fresh = createSlack({ botToken: platform.botToken, appToken: platform.appToken, apiUrl: platform.url, pace: fast });
    await fresh.start(fakeHost());
    expect(await fresh.reconcile!(ana, "whole", context().signal)).toBe(null);
    expect((await fresh.send(ana, message, context("whole"))).status).toBe("sent");
    expect(platform.posts.filter(({ deleted }) => !deleted)).toHaveLength(parts);
    expect(await fresh.reconcile!(ana, "whole", context().signal)).toMatchObject({ status: "sent" });
    await fresh.stop();
  });

  it("can be a sign under a message, which can be taken away", async () => {
    const { platform, slack, started } = await bench();
    await started();
    slack.react!(ana, `message:${platform.direct(user)}:1700000001.000100`, "👀");
    await expect.poll(() => platform.reactions.map(({ name }) => name)).toEqual(["eyes"]);
    slack.react!(ana, `message:${platform.direct(user)}:1700000001.000100`, null);
    await expect.poll(() => platform.reactions).toEqual([]);
  });
});

describe("what goes wrong", () => {
  it("tells what surely did not arrive from what nobody knows", async () => {
    const { platform, slack, started } = await bench();
    await started();
    const cases = [
      [{ retryAfter: 30 }, { status: "failed", retryable: true, retryAfterMs: 30_000 }],
      [{ error: "channel_not_found" }, { status: "failed", retryable: false, code: "no-such-recipient" }],
      [{ error: "service_unavailable" }, { status: "failed", retryable: true }],
      [{ error: "internal_error" }, { status: "unknown" }],
      ["html", { status: "unknown" }],
      ["lost", { status: "unknown" }],
    ] as const;
    for (const [at, [fault, receipt]] of cases.entries()) {
      platform.failNext("chat.postMessage", fault);
      // Channels of their own: a wait that Slack asks for holds up that channel only.
      expect([fault, await slack.send({ ...trips, peerId: `CTRIPS10${at}` }, { text: "hello" }, context(`out-${at}`))]).toMatchObject([fault, receipt]);
    }
    expect(platform.posts.map(({ channel }) => channel)).toEqual(["CTRIPS105"]);
    expect(await slack.reconcile!({ ...trips, peerId: "CTRIPS105" }, "out-5", context().signal)).toMatchObject({ status: "sent" });
    await platform.close();
    expect(await slack.send(trips, { text: "hello" }, context("out-9"))).toMatchObject({ status: "failed", retryable: true });
  });

  it("loses nothing when Slack changes the connection, cuts it, or falls silent", async () => {
    const { platform, host, states, started } = await bench();
    await started();
    const channel = platform.direct(user);
    platform.disconnect("refresh");
    await platform.write({ channel, user, text: "one" });
    await expect.poll(() => platform.sockets).toBe(1);
    platform.disconnect("cut");
    await platform.write({ channel, user, text: "two" });
    expect(host.received.map(({ text }) => text)).toEqual(["one", "two"]);
    platform.failNext("apps.connections.open", "html", 2);
    platform.disconnect("cut");
    await platform.write({ channel, user, text: "three" });
    expect(host.received.map(({ text }) => text)).toEqual(["one", "two", "three"]);
    await expect.poll(() => states).toEqual(["degraded", "running"]);
  });

  it("gives up a connection on which Slack says nothing", async () => {
    const clock = fakeClock(new Date().toISOString());
    const { platform, started } = await bench({ clock });
    await started();
    await expect.poll(() => platform.sockets).toBe(1);
    const before = platform.calls("apps.connections.open");
    platform.disconnect("mute");
    await expect
      .poll(async () => {
        await clock.advance(10_000);
        return platform.calls("apps.connections.open");
      })
      .toBe(before + 1);
  });

  it("does not start with tokens Slack does not know, and says when they are taken back", async () => {
    const { platform } = await bench();
    const wrong = createSlack({ botToken: "xoxb-2-2-anothertoken", appToken: platform.appToken, apiUrl: platform.url });
    await expect(wrong.start(fakeHost())).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect(() => createSlack({ botToken: "nonsense", appToken: platform.appToken })).toThrow(/xoxb/);
    expect(() => createSlack({ botToken: platform.botToken })).toThrow(/signingSecret/);
    const other = await bench();
    await other.started();
    other.platform.failNext("apps.connections.open", { error: "token_revoked" });
    other.platform.disconnect("cut");
    await expect.poll(() => other.states).toEqual(["logged-out"]);
  });
});

describe("posts of Slack", () => {
  const posted = async () => {
    const now = fakeClock(new Date().toISOString());
    const { platform, slack, host, started } = await bench({ appToken: undefined as never, signingSecret: "0123456789abcdef0123456789abcdef", clock: now });
    await started();
    const headers = (body: string, at: number, secret = platform.signingSecret, type = "application/json") => {
      const timestamp = String(Math.floor(at / 1000));
      const hmac = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
      return { "content-type": type, "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${hmac}` };
    };
    return { platform, slack, host, now, headers };
  };

  it("are taken with Slack's signature of the last five minutes, and only then", async () => {
    const { slack, host, now, headers } = await posted();
    const body = JSON.stringify({
      type: "event_callback",
      event_id: "Ev1",
      event: { type: "message", channel: "DANA00001", user, text: "hi", ts: "1700000001.000100" },
    });
    const good = headers(body, now.now());
    for (const wrong of [
      {},
      { ...good, "x-slack-signature": undefined },
      { ...good, "x-slack-signature": `${good["x-slack-signature"].slice(0, -1)}x` },
      headers(body, now.now(), "another secret of some length"),
      headers(body, now.now() - 6 * 60_000),
      headers(body, now.now() + 6 * 60_000),
      { ...good, "x-slack-request-timestamp": String(Math.floor(now.now() / 1000) - 1) },
    ])
      await expect(slack.receivePost(wrong, body)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(slack.receivePost(good, `${body} `)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(host.received).toEqual([]);
    expect(await slack.receivePost(good, body)).toEqual({});
    await slack.receivePost(good, body);
    expect(host.received.map(({ text }) => text)).toEqual(["hi"]);
    host.full = true;
    const other = body.replace(".000100", ".000200");
    await expect(slack.receivePost(headers(other, now.now()), other)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("are answered as Slack wants it: the challenge, presses, commands, and nothing else", async () => {
    const { slack, host, now, headers } = await posted();
    const challenge = JSON.stringify({ type: "url_verification", challenge: "abc", token: "x" });
    expect(await slack.receivePost(headers(challenge, now.now()), challenge)).toEqual({ challenge: "abc" });
    const form = "application/x-www-form-urlencoded";
    const press = {
      type: "block_actions",
      user: { id: user },
      channel: { id: "DANA00001" },
      actions: [{ action_id: "b0", action_ts: "1.1", value: JSON.stringify(["1"]) }],
    };
    const pressBody = new URLSearchParams({ payload: JSON.stringify(press) }).toString();
    await slack.receivePost(headers(pressBody, now.now(), undefined, form), pressBody);
    const command = new URLSearchParams({ command: "/help", user_id: user, channel_id: "DANA00001", trigger_id: "t1" }).toString();
    await slack.receivePost(headers(command, now.now(), undefined, form), command);
    expect(host.received.map(({ text }) => text)).toEqual(["1", "/help"]);
    for (const wrong of ["", "{}", "[1]", "null", '{"type":"event_callback"'])
      await expect(slack.receivePost(headers(wrong, now.now()), wrong)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });
});

describe("a room of the agency's own people", () => {
  const room = "CDESK0001";

  it("is shown cards, and what is said and pressed there reaches no agent", async () => {
    const { platform, slack, host, started } = await bench({ deskRooms: [room] });
    const heard: unknown[] = [];
    slack.desk.listen({
      pressed: async (press) => {
        heard.push(press);
        return "noted";
      },
      wrote: async (words) => void heard.push(words),
      asked: async ({ command }) => `you asked for ${command}`,
    });
    await started();
    const card = {
      title: "Refund <@UBEN00001>",
      lines: ["89.00 EUR & more", "*not bold*"],
      buttons: [{ label: "Approve", value: "yes:1", style: "primary" as const }],
    };
    const post = await slack.desk.post(room, card, { id: "p-1", signal: context().signal });
    expect(post.status).toBe("sent");
    expect(platform.posts[0]).toMatchObject({ channel: room, text: "Refund <@UBEN00001>\n89.00 EUR & more\n*not bold*" });
    const externalId = (post as { externalId: string }).externalId;
    await platform.press("Approve", user);
    await platform.write({ channel: room, user, text: "on it", threadTs: platform.posts[0]!.ts });
    await platform.write({ channel: room, user, text: "a bot", extra: { bot_id: "BOTHER001" } });
    await platform.command("/approvals", user, room);
    expect(heard).toMatchObject([
      { room, user, value: "yes:1" },
      { room, user, text: "on it", thread: externalId, files: false },
    ]);
    expect(platform.whispers).toMatchObject([{ channel: room, user, text: "noted" }]);
    expect(platform.commandAnswers).toEqual(["you asked for approvals"]);
    expect(host.received).toEqual([]);
    expect(await slack.desk.reconcile(room, { id: "p-1", signal: context().signal })).toEqual({ status: "sent", externalId });
    expect(await slack.desk.reconcile(room, { id: "p-2", signal: context().signal })).toBe(null);
    expect((await slack.desk.edit(room, externalId, { lines: ["Done."] }, context().signal)).status).toBe("sent");
    expect(platform.posts[0]?.text).toBe("Done.");
    expect((await slack.desk.remove(room, externalId, context().signal)).status).toBe("sent");
    expect((await slack.desk.remove(room, externalId, context().signal)).status).toBe("sent");
    expect(await slack.desk.edit(room, externalId, { lines: ["x"] }, context().signal)).toMatchObject({ status: "failed", code: "no-such-recipient" });
  });

  it("is no place for customers: nothing is sent to it as to one, and its buttons mean nothing elsewhere", async () => {
    const { platform, slack, host, started } = await bench({ deskRooms: [room] });
    await started();
    expect(await slack.send({ ...trips, peerId: room }, { text: "hello" }, context())).toMatchObject({ status: "failed", retryable: false });
    expect(slack.recipient!(room, "group")).toBe(null);
    await platform.write({ channel: room, user, text: "without a listener" });
    await platform.envelope("interactive", {
      type: "block_actions",
      user: { id: user },
      channel: { id: "CTRIPS001" },
      actions: [{ action_id: "b0", action_ts: "1.1", value: "desk:yes:1" }],
    });
    expect(host.received).toEqual([]);
  });
});
