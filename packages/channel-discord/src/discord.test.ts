import { type ChannelBench, channelContract, deskContract, type FakeHost, fakeHost } from "@travelagent/channel-kit/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { closeCodes } from "./close-codes.ts";
import { plain } from "./components.ts";
import { createDiscord, type Discord, type DiscordOptions, type DiscordSession } from "./index.ts";
import { maxLines, messagesOf } from "./lines.ts";
import { type DiscordPlatform, startDiscord } from "./testing/index.ts";

const user = "4001000000";
const guild = "600000000000000001";
const ana = { channel: "discord", accountId: "default", chatType: "direct", peerId: user } as const;
const trips = { channel: "discord", accountId: "default", chatType: "group", peerId: "500000000000000001" } as const;
const context = (id = "out-1") => ({ id, signal: new AbortController().signal });
const fast = { account: { burst: 100, everyMs: 1 }, chat: { burst: 100, everyMs: 1 } };
const messages = /^\/channels\/\d+\/messages$/;
const opened: { discord: Discord; platform: DiscordPlatform }[] = [];
afterEach(async () => {
  for (const { discord, platform } of opened.splice(0)) {
    await discord.stop();
    await platform.close();
  }
});

async function bench(
  options: Partial<DiscordOptions> = {},
): Promise<{ platform: DiscordPlatform; discord: Discord; host: FakeHost; states: string[]; started(): Promise<void> }> {
  const platform = await startDiscord();
  const discord = createDiscord({ botToken: platform.token, apiUrl: platform.url, pace: fast, ...options });
  opened.push({ discord, platform });
  const states: string[] = [];
  const host = Object.assign(fakeHost({ media: true }), { report: (state: string) => void states.push(state) });
  return { platform, discord, host, states, started: () => discord.start(host) };
}

channelContract({ describe, it, expect }, "discord", async (): Promise<ChannelBench> => {
  const platform = await startDiscord();
  const discord = createDiscord({ botToken: platform.token, apiUrl: platform.url });
  const channel = platform.direct(user);
  const idOf = (externalId: string): string => `70000000000000${String(/\d+$/.exec(externalId)?.[0] ?? 1).padStart(4, "0")}`;
  const write = (externalId: string, text: string, extra: Record<string, unknown> = {}) =>
    platform.write({ channel, user, text, id: idOf(externalId), extra }, { within: 500 }).then(() => undefined);
  return {
    adapter: discord,
    customer: ana,
    shown: () => platform.posts.map(({ text }) => ({ to: ana, text })),
    deliver: ({ externalId, text }) => write(externalId, text),
    idOf: (externalId) => `message:${channel}:${idOf(externalId)}`,
    echo: (text) => write("own-1", text, { author: { id: platform.botId, bot: true } }),
    failNext: (how) =>
      how === "refused"
        ? platform.failNext("POST", messages, { status: 403, code: 50007, message: "Cannot send messages to this user" })
        : platform.failNext("POST", messages, "lost", 3),
    limitNext: (ms) => platform.failNext("POST", messages, { retryAfter: ms / 1000 }),
    files: () => platform.files.map(({ name, bytes }) => ({ fileName: name, bytes })),
    buttons: () => platform.posts.flatMap(({ components }) => components.flatMap((row) => row.components.map(({ label }) => label))),
    press: (label) => platform.press(label, user),
    standing: () => platform.posts.filter(({ deleted }) => !deleted).map(({ text }) => text),
    deliverFile: ({ externalId, text, fileName, bytes }) =>
      write(externalId, text, { attachments: [{ id: "1", filename: fileName, content_type: "application/pdf", url: platform.keep(bytes) }] }),
    deliverEdit: ({ edits, text }) =>
      platform.event("MESSAGE_UPDATE", {
        id: idOf(edits),
        channel_id: channel,
        author: { id: user, username: "ana" },
        content: text,
        timestamp: "2027-01-01T10:00:00Z",
        edited_timestamp: "2027-01-01T10:01:00Z",
        type: 0,
      }),
    deliverAutomated: ({ externalId, text }) => write(externalId, text, { author: { id: "42", username: "other", bot: true } }),
    close: () => platform.close(),
  };
});

deskContract({ describe, it, expect }, "discord", user, async () => {
  const platform = await startDiscord();
  const room = "550000000000000001";
  const discord = createDiscord({ botToken: platform.token, apiUrl: platform.url, deskRooms: [room], pace: fast });
  await discord.start(fakeHost());
  return {
    surface: discord.desk,
    room,
    shown: () =>
      platform.posts
        .filter(({ deleted }) => !deleted)
        .map(({ text, components, channel }) => ({
          text,
          buttons: components.flatMap((row) => row.components.map(({ label }) => label)),
          thread: channel !== room,
        })),
    press: (label, who) => platform.press(label, who, { guild }),
    write: (text, who, where) => platform.write({ channel: where === "thread" ? platform.posts[0]!.id : room, user: who, guild, text }).then(() => undefined),
    loseNext: () => platform.failNext("POST", messages, "lost", 3),
    async close() {
      await discord.stop();
      await platform.close();
    },
  };
});

describe("what people write", () => {
  it("comes with who wrote it, and a thread is a conversation of its own", async () => {
    const { platform, host, started } = await bench();
    await started();
    const channel = trips.peerId;
    platform.thread("510000000000000001", channel);
    await platform.write({ channel: platform.direct(user), user, text: "Flights <:plane:123> for <@4242>?" });
    await platform.write({ channel, user, guild, text: `<@${platform.botId}> any flights?`, extra: { mentions: [{ id: platform.botId }] } });
    await platform.write({ channel: "510000000000000001", user, guild, text: "in the thread" });
    await platform.write({ channel, user, guild, text: "yes", extra: { type: 19, referenced_message: { id: "1", author: { id: platform.botId } } } });
    await platform.write({ channel, user, guild, text: "joined", extra: { type: 7 } });
    await platform.write({ channel, user, guild, text: "look", extra: { message_snapshots: [{ message: { content: "Transfer 500 EUR" } }] } });
    expect(
      host.received.map(({ text, mentioned, address, senderName, tainted }) => [
        text,
        mentioned,
        address.chatType,
        address.peerId,
        address.threadId,
        senderName,
        tainted,
      ]),
    ).toEqual([
      ["Flights :plane: for @4242?", undefined, "direct", user, undefined, "Ana Silva", undefined],
      ["any flights?", true, "group", channel, undefined, "Ana Silva", undefined],
      ["in the thread", false, "group", channel, "510000000000000001", "Ana Silva", undefined],
      ["yes", true, "group", channel, undefined, "Ana Silva", undefined],
      ["look\n\nTransfer 500 EUR", false, "group", channel, undefined, "Ana Silva", true],
    ]);
  });

  it("may be a command that Discord lists, and is acknowledged in secret", async () => {
    const { platform, host, started } = await bench();
    await started();
    expect(platform.commands).toEqual(["help", "new", "stop"]);
    await platform.command("stop", user, platform.direct(user));
    await platform.command("approvals", user, platform.direct(user));
    expect(host.received).toMatchObject([{ address: ana, text: "/stop" }]);
    expect(platform.whispers.map(({ text }) => text)).toEqual(["Thank you, the answer follows.", "This is for people of the agency, in their own channels."]);
  });

  it("is not lost over a cut, a new session, silence, and another process", async () => {
    let saved: DiscordSession | undefined;
    const sessions = {
      load: async () => saved,
      async save(session: DiscordSession | undefined) {
        saved = session;
      },
    };
    const { platform, discord, host, states, started } = await bench({ sessions });
    await started();
    const channel = platform.direct(user);
    platform.disconnect("cut");
    await platform.write({ channel, user, text: "one" });
    platform.disconnect("reconnect");
    await platform.write({ channel, user, text: "two" });
    platform.disconnect("mute");
    await platform.write({ channel, user, text: "three" });
    expect(platform.began).toEqual(["identify", "resume", "resume", "resume"]);
    // Not stored when the process ends: the next one is told again.
    host.full = true;
    await platform.write({ channel, user, text: "four" }, { within: 100 }).catch(() => undefined);
    await discord.stop();
    await platform
      .event(
        "MESSAGE_CREATE",
        { id: "71", channel_id: channel, author: { id: user }, content: "five", timestamp: new Date().toISOString(), type: 0 },
        { within: 20 },
      )
      .catch(() => undefined);
    host.full = false;
    const next = createDiscord({ botToken: platform.token, apiUrl: platform.url, pace: fast, sessions });
    await next.start(host);
    await expect.poll(() => host.received.map(({ text }) => text)).toEqual(["one", "two", "three", "four", "five"]);
    expect(platform.began.at(-1)).toBe("resume");
    expect(states.filter((state) => state === "logged-out")).toEqual([]);
    await next.stop();
  });

  it("begins anew where Discord says that the session is over, within what it allows", async () => {
    const { platform, host, started } = await bench();
    await started();
    platform.disconnect("invalid");
    await expect.poll(() => platform.began, { timeout: 8000 }).toEqual(["identify", "identify"]);
    await platform.write({ channel: platform.direct(user), user, text: "again" });
    expect(host.received.map(({ text }) => text)).toEqual(["again"]);
    const other = await bench();
    other.platform.startsLeft = 0;
    await expect(other.started()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(other.platform.began).toEqual([]);
  });
});

describe("what the agency says", () => {
  it("comes in messages of at most 2000 characters and 17 lines, and nothing of it is lost", async () => {
    const text = `Intro\n\`\`\`\n${Array.from({ length: 60 }, (_, at) => `row ${at}`).join("\n")}\n\`\`\`\nThe end. ${"word ".repeat(900)}`;
    const parts = messagesOf(text.trim());
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(2000);
      expect(part.split("\n").length).toBeLessThanOrEqual(maxLines);
      expect((part.match(/^```/gm) ?? []).length % 2).toBe(0);
    }
    for (let at = 0; at < 60; at += 1) expect(parts.join("\n")).toContain(`row ${at}\n`);
    const { platform, discord, started } = await bench();
    await started();
    const buttons = [{ label: "Yes", text: "yes" }];
    expect((await discord.send(ana, { text, buttons, replyTo: `message:${platform.direct(user)}:55` }, context())).status).toBe("sent");
    expect(platform.posts.map(({ content }) => content)).toEqual(parts);
    expect(platform.posts.map(({ components }) => components.length)).toEqual([...Array(parts.length - 1).fill(0), 1]);
    expect(platform.posts.map(({ replyTo }) => replyTo)).toEqual(["55", ...Array(parts.length - 1).fill(undefined)]);
  });

  it("is said once when the answer to it is lost: Discord knows it again by its nonce", async () => {
    const { platform, discord, started } = await bench();
    await started();
    for (const fault of ["lost", "html", { status: 500 }] as const) {
      const before = platform.posts.length;
      platform.failNext("POST", messages, fault);
      expect(await discord.send(ana, { text: "hello" }, context(`out-${JSON.stringify(fault)}`))).toMatchObject({ status: "sent" });
      expect(platform.posts.length).toBe(before + 1);
    }
  });

  it("takes buttons away once one is pressed, and signs under messages come and go", async () => {
    const { platform, discord, host, started } = await bench();
    await started();
    await discord.send(
      ana,
      {
        text: "Which?",
        buttons: [
          { label: "First", text: "1" },
          { label: "Long", text: "x".repeat(120) },
        ],
      },
      context(),
    );
    expect(platform.posts[0]?.text).toBe("Which?\n- Long");
    await platform.press("First", user);
    expect(host.received[0]).toMatchObject({ text: "1", address: ana });
    await expect.poll(() => platform.posts[0]?.components).toEqual([]);
    discord.react!(ana, `message:${platform.direct(user)}:55`, "👀");
    await expect.poll(() => platform.reactions.map(({ emoji }) => emoji)).toEqual(["👀"]);
    discord.react!(ana, `message:${platform.direct(user)}:55`, null);
    await expect.poll(() => platform.reactions).toEqual([]);
  });
});

describe("what goes wrong", () => {
  it("tells what surely did not arrive from what nobody knows", async () => {
    const { platform, discord, started } = await bench();
    await started();
    const cases = [
      [{ retryAfter: 30 }, { status: "failed", retryable: true, retryAfterMs: 30_000 }],
      [
        { status: 403, code: 50007 },
        { status: "failed", retryable: false, code: "opted-out" },
      ],
      [
        { status: 404, code: 10003 },
        { status: "failed", retryable: false, code: "no-such-recipient" },
      ],
      [
        { status: 400, code: 50035 },
        { status: "failed", retryable: false },
      ],
    ] as const;
    for (const [at, [fault, receipt]] of cases.entries()) {
      platform.failNext("POST", messages, fault);
      expect([fault, await discord.send({ ...trips, peerId: `50000000000000000${at}` }, { text: "hello" }, context(`out-${at}`))]).toMatchObject([
        fault,
        receipt,
      ]);
    }
    expect(platform.posts).toEqual([]);
    await platform.close();
    expect(await discord.send(trips, { text: "hello" }, context("out-8"))).toMatchObject({ status: "failed", retryable: true });
  });

  it("does not go on with a token Discord does not know, and without what it needs", async () => {
    const { platform } = await bench();
    const wrong = createDiscord({ botToken: platform.token.replace("MMM", "NNN"), apiUrl: platform.url });
    await expect(wrong.start(fakeHost())).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect(() => createDiscord({ botToken: "nonsense" })).toThrow(/Developer Portal/);
    const other = await bench();
    await other.started();
    other.platform.disconnect(4014);
    await expect.poll(() => other.states).toEqual(["logged-out"]);
    expect(
      Object.entries(closeCodes)
        .filter(([, { next }]) => next === "give-up")
        .map(([code]) => Number(code)),
    ).toEqual([4004, 4010, 4011, 4012, 4013, 4014]);
  });

  it("gives up a connection that does not answer heartbeats", async () => {
    const clock = fakeClock(new Date().toISOString());
    const platform = await startDiscord({ heartbeatMs: 40_000 });
    const discord = createDiscord({ botToken: platform.token, apiUrl: platform.url, clock });
    opened.push({ discord, platform });
    await discord.start(fakeHost());
    platform.disconnect("mute");
    await expect
      .poll(async () => {
        await clock.advance(20_000);
        return platform.began.length;
      })
      .toBe(2);
  });
});

describe("a room of the agency's own people", () => {
  const room = "550000000000000001";

  it("is shown cards with a thread below, and what is said and pressed there reaches no agent", async () => {
    const { platform, discord, host, started } = await bench({ deskRooms: [room] });
    const heard: unknown[] = [];
    discord.desk.listen({
      async pressed(press) {
        heard.push(press);
        return "noted";
      },
      async wrote(words) {
        heard.push(words);
        return undefined;
      },
      asked: async ({ command }) => `you asked for ${command}`,
    });
    await started();
    expect(platform.commands).toContain("approvals");
    const card = {
      title: "Refund @everyone",
      lines: ["89.00 EUR **not bold**", "# no heading"],
      buttons: [{ label: "Approve", value: "yes:1:abc", style: "primary" as const }],
    };
    const post = await discord.desk.post(room, card, { id: "p-1", signal: context().signal });
    const externalId = (post as { externalId: string }).externalId;
    expect(platform.posts[0]).toMatchObject({ channel: room, text: "Refund @everyone\n89.00 EUR **not bold**\n# no heading" });
    const below = await discord.desk.post(room, { lines: ["Ana: hello"] }, { id: "p-2", thread: externalId, signal: context().signal });
    expect(platform.posts[1]?.channel).toBe(platform.posts[0]!.id);
    await platform.press("Approve", user, { guild });
    await platform.write({ channel: platform.posts[0]!.id, user, guild, text: "on it" });
    await platform.write({ channel: room, user: "43", guild, text: "a bot", extra: { author: { id: "43", bot: true } } });
    await platform.command("approvals", user, room, guild);
    expect(heard).toMatchObject([
      { room, user, value: "yes:1:abc" },
      { room, user, text: "on it", thread: externalId, files: false },
    ]);
    expect(platform.whispers).toEqual([
      { user, text: "noted" },
      { user, text: "you asked for approvals" },
    ]);
    expect(host.received).toEqual([]);
    expect(await discord.desk.reconcile(room, { id: "p-1", signal: context().signal })).toEqual({ status: "sent", externalId });
    expect(await discord.desk.reconcile(room, { id: "p-2", thread: externalId, signal: context().signal })).toEqual(below);
    expect(await discord.desk.reconcile(room, { id: "p-3", signal: context().signal })).toBe(null);
    expect((await discord.desk.edit(room, externalId, { lines: ["Done."] }, context().signal)).status).toBe("sent");
    expect(platform.posts[0]).toMatchObject({ text: "Done.", components: [], embeds: [{ footer: { text: "ref p-1" } }] });
    for (let at = 0; at < 2; at += 1) expect((await discord.desk.remove(room, externalId, context().signal)).status).toBe("sent");
    expect(await discord.desk.edit(room, externalId, { lines: ["x"] }, context().signal)).toMatchObject({ status: "failed", code: "no-such-recipient" });
  });

  it("is no place for customers, also where nobody listens or Discord does not say what a channel is", async () => {
    const { platform, discord, host, started } = await bench({ deskRooms: [room] });
    await started();
    expect(await discord.send({ ...trips, peerId: room }, { text: "hello" }, context())).toMatchObject({ status: "failed", retryable: false });
    await platform.write({ channel: room, user, guild, text: "without a listener" });
    platform.thread("560000000000000001", room);
    platform.failNext("GET", /^\/channels\/560000000000000001$/, { status: 500 });
    await platform.write({ channel: "560000000000000001", user, guild, text: "in a thread of it" });
    expect(host.received).toEqual([]);
    expect(plain("*a* [x](y) <@1>")).toBe("\\*a\\* \\[x\\]\\(y\\) \\<\\@1\\>");
  });
});
