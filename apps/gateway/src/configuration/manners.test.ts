import { GatewayConfig, parseConfig } from "@travelagent/config";
import { describe, expect, it } from "vitest";
import { mannersOf } from "./manners.ts";

const of = (config: object, channel = "telegram", accountId = "default") => mannersOf(parseConfig(GatewayConfig, config), channel, accountId);

describe("manners", () => {
  it("are quiet when nothing is said: no blocks, no previews, a sign where a group addressed the agent", () => {
    expect(of({})).toEqual({
      ack: { emoji: "👀", direct: false, group: "mentions", removeAfterReply: false },
      markRead: true,
      preview: false,
      text: {},
    });
  });

  it("are those of the account, else of its channel, else of all", () => {
    const config = {
      agents: {
        defaults: {
          typingMode: "message",
          typingIntervalSeconds: 4,
          blockStreamingDefault: "on",
          blockStreamingChunk: { minChars: 200 },
          humanDelay: { mode: "natural" },
        },
      },
      channels: {
        telegram: {
          textChunkLimit: 1000,
          streamMode: "partial",
          accounts: { second: { textChunkLimit: 500, chunkMode: "newline", typingMode: "never", blockStreaming: false } },
        },
      },
    };
    expect(of(config)).toMatchObject({
      typing: "message",
      typingEveryMs: 4000,
      preview: true,
      blocks: { minChars: 200, humanDelay: { minMs: 800, maxMs: 2500 } },
      text: { textChunkLimit: 1000 },
    });
    const second = of(config, "telegram", "second");
    expect(second).toMatchObject({ typing: "never", preview: true, text: { textChunkLimit: 500, chunkMode: "newline" } });
    expect(second.blocks).toBe(undefined);
  });

  it.each([
    ["off", undefined],
    ["direct", { direct: true, group: "never" }],
    ["group-all", { direct: false, group: "always" }],
    ["all", { direct: true, group: "always" }],
  ])("put a sign where the scope %s says", (ackReactionScope, expected) => {
    const { ack } = of({ messages: { ackReactionScope, removeAckAfterReply: true } });
    if (expected) expect(ack).toMatchObject({ ...expected, removeAfterReply: true });
    else expect(ack).toBe(undefined);
  });

  it("take the agent's emoji, and none where none is wanted", () => {
    expect(of({ agents: { list: [{ id: "main", identity: { name: "Sol", emoji: "🌞" } }] } }).ack?.emoji).toBe("🌞");
    expect(of({ messages: { ackReaction: "" } }).ack).toBe(undefined);
    expect(of({ channels: { whatsapp: { ackReaction: { emoji: "✈️", direct: false } } } }, "whatsapp").ack).toMatchObject({
      emoji: "✈️",
      direct: false,
      group: "mentions",
    });
  });

  it("keep messages of a desk chat short enough not to be folded", () => {
    expect(of({}, "discord").text).toEqual({ maxLines: 17 });
  });
});
