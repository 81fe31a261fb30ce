import type { ChannelAdapter, ChannelHost } from "@travelagent/channel-kit";
import { testEngine } from "@travelagent/engine/testing";
import { cardCodeMarker, cardMarker } from "@travelagent/protocol";
import type { Engine } from "@travelagent/protocol/ports";
import { recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cardNotice } from "./card-free.ts";
import { withoutCardParams } from "./card-params.ts";
import { createGateway, type Gateway } from "./gateway.ts";
import type { PaperKeeper } from "./private-words.ts";
import { memorySessions, plainSessionKey, scriptedAgent } from "./testing/index.ts";

describe("private words", () => {
  let engine: Engine;
  let gateway: Gateway;
  let host: ChannelHost;
  let asked: string[];
  let sent: string[];
  let answer: string;
  let held: Parameters<PaperKeeper["hold"]>[0][];
  let removed: { sessionKey: string; sample: string; final: boolean }[];
  let vaultWorks: boolean;
  const log = recordingLogger();

  beforeEach(async () => {
    engine = await testEngine();
    [asked, sent, held, removed, answer, vaultWorks] = [[], [], [], [], "Gladly.", true];
    const phone: ChannelAdapter = {
      contract: 1,
      id: "phone",
      accountId: "default",
      features: { maxTextLength: 4000, threads: false, cards: false },
      start: async (given) => {
        host = given;
      },
      stop: async () => {},
      async send(_, message) {
        sent.push(message.text);
        return { status: "sent" };
      },
    };
    gateway = createGateway({
      engine,
      sessions: memorySessions(),
      sessionKeyOf: plainSessionKey,
      agent: scriptedAgent((request) => {
        asked.push(JSON.stringify(request));
        return answer;
      }),
      channels: [phone],
      admission: { phone: { dmPolicy: "open" } },
      publisher: { publish: () => {}, isFollowed: () => false },
      log,
      papers: {
        async hold(paper) {
          if (!vaultWorks) throw new Error("another key");
          held.push(paper);
          return { token: `PAPER-AAAAAAA${"ABCDEFGH"[held.length]}`, masked: `…${paper.number.slice(-4)}` };
        },
      },
      removeParts: async (sessionKey, clean, { final }) => void removed.push({ sessionKey, sample: clean("he wrote 4111 1111 before, flight 4111"), final }),
    });
    await gateway.prepare();
    await engine.start();
    await gateway.start();
  });
  afterEach(async () => {
    await gateway.stop();
    await engine.stop();
  });

  let count = 0;
  const deliver = async (text: string) => {
    const before = sent.length;
    await host.receive({
      address: { channel: "phone", accountId: "default", chatType: "direct", peerId: "+34600111222" },
      externalId: `m-${++count}`,
      senderId: "+34600111222",
      text,
      sentAt: 1,
    });
    await expect.poll(() => sent.length).toBe(before + 1);
  };
  const stored = async () =>
    JSON.stringify([
      await engine.db.all("select * from inbox"),
      await engine.db.all("select * from outbox"),
      await engine.db.all("select * from conversation"),
    ]);

  it("take a card number out that comes in two messages, also of the first and of what was answered", async () => {
    answer = "I read 4111 1111, and the rest?";
    await deliver("my card is 4111 1111");
    answer = "Thank you.";
    await deliver("1111 1111, 12/28, 682");
    await deliver("682");
    expect(asked[1]).toContain(`${cardMarker}, 12/28, ${cardCodeMarker}`);
    expect(asked[2]).toContain(cardCodeMarker);
    await expect.poll(() => removed.map(({ final }) => final)).toEqual([false, true].flatMap((final) => (final ? [false, true] : [false])));
    // A part that is a whole group of digits goes wherever it stands; a shorter one elsewhere is something else.
    expect(removed[0]!.sample).toBe(`he wrote ${cardMarker} before, flight 4111`);
    expect(await stored()).not.toMatch(/1111|\b682\b/);
    expect(sent.filter((text) => text.includes(cardNotice))).toHaveLength(1);
  });

  it("leave digits of several messages that are no card", async () => {
    for (const text of ["we are 4 adults", "1500 EUR at most", "12 March 2027, flight 1234", "call me at +34 600 111 222", "450"]) await deliver(text);
    expect(await stored()).toContain("call me at +34 600 111 222");
    expect(await stored()).not.toContain("removed]");
  });

  it("keep the number of a paper in the vault and a token in the conversation", async () => {
    await deliver("my passport is XK7319452, and 2 adults");
    answer = "And the passport number of the child?";
    await deliver("one child too");
    await deliver("PB8812345");
    expect(held.map(({ kind, number }) => [kind, number])).toEqual([
      ["passport", "XK7319452"],
      ["passport", "PB8812345"],
    ]);
    expect(asked[0]).toContain("my passport is [passport …9452 kept safely as PAPER-AAAAAAAB], and 2 adults");
    expect(await stored()).not.toMatch(/XK7319452|PB8812345/);
    vaultWorks = false;
    await deliver("passport XK7319453");
    expect(asked.at(-1)).toContain("[passport number removed]");
    expect(await stored()).not.toContain("XK7319453");
  });

  it("refuse parameters with a card number, and let words in a conversation through", async () => {
    const handlers = withoutCardParams({ "sessions.patch": () => ({ ok: true }), "chat.send": () => ({ ok: true }) } as never) as Record<
      string,
      (params: unknown) => unknown
    >;
    expect(() => handlers["sessions.patch"]!({ key: "k", label: "4111 1111 1111 1111" })).toThrow(/card number/);
    expect(handlers["sessions.patch"]!({ key: "k", label: "ticket 047-2345678901", at: 1_789_999_999_999 })).toEqual({ ok: true });
    expect(handlers["chat.send"]!({ message: "4111 1111 1111 1111" })).toEqual({ ok: true });
  });
});
