import type { GatewayConfig } from "@travelagent/config";
import type { Manners } from "@travelagent/gateway-core";

type Defaults = GatewayConfig["agents"]["defaults"];
/** What a section of a channel, or an account in it, says. */
type Own = Pick<
  NonNullable<GatewayConfig["channels"]["telegram"]>,
  "textChunkLimit" | "maxLinesPerMessage" | "chunkMode" | "blockStreaming" | "streamMode" | "typingMode" | "sendReadReceipts" | "ackReaction"
>;

/** A pause between two messages, as people make one. */
const natural = { minMs: 800, maxMs: 2_500 };
const usualEmoji = "👀";

const delayOf = ({
  humanDelay: { mode = "off", minMs = natural.minMs, maxMs = natural.maxMs } = {},
}: Defaults): { minMs: number; maxMs: number } | undefined =>
  mode === "off" ? undefined : mode === "natural" ? natural : { minMs, maxMs: Math.max(minMs, maxMs) };

function blocksOf(own: Own, defaults: Defaults): Manners["blocks"] {
  if (!(own.blockStreaming ?? defaults.blockStreamingDefault === "on")) return undefined;
  const { minChars, maxChars, breakPreference } = defaults.blockStreamingChunk ?? {};
  const humanDelay = delayOf(defaults);
  return {
    ...(minChars === undefined ? {} : { minChars }),
    ...(maxChars === undefined ? {} : { maxChars }),
    ...(breakPreference === "paragraph" ? { paragraphs: true } : {}),
    ...(defaults.blockStreamingCoalesce?.idleMs === undefined ? {} : { idleMs: defaults.blockStreamingCoalesce.idleMs }),
    ...(humanDelay ? { humanDelay } : {}),
  };
}

/** The emoji of the agent that answers where nothing else is said. */
function identityEmoji({ agents: { list } }: GatewayConfig): string | undefined {
  const identity = (list.find((agent) => agent.default) ?? list[0])?.identity;
  return typeof identity === "object" ? identity.emoji : undefined;
}

function ackOf(own: Own, config: GatewayConfig): Manners["ack"] {
  const { ackReaction, ackReactionScope: scope = "group-mentions", removeAckAfterReply = false } = config.messages;
  const emoji = own.ackReaction?.emoji ?? ackReaction ?? identityEmoji(config) ?? usualEmoji;
  if (emoji === "") return undefined;
  if (own.ackReaction) {
    const { direct = true, group = "mentions" } = own.ackReaction;
    return { emoji, direct, group, removeAfterReply: removeAckAfterReply };
  }
  if (scope === "off") return undefined;
  const group = scope === "group-mentions" ? "mentions" : scope === "direct" ? "never" : "always";
  return { emoji, direct: scope === "direct" || scope === "all", group, removeAfterReply: removeAckAfterReply };
}

/** How the agent behaves on an account, as the configuration says now. */
export function mannersOf(config: GatewayConfig, channel: string, accountId: string): Manners {
  const section = (config.channels as Record<string, (Own & { accounts?: Record<string, Own> }) | undefined>)[channel];
  const { accounts, ...shared } = section ?? {};
  const own: Own = { ...shared, ...(accountId === "default" ? {} : accounts?.[accountId]) };
  const { defaults } = config.agents;
  const typing = own.typingMode ?? defaults.typingMode;
  const blocks = blocksOf(own, defaults);
  const ack = ackOf(own, config);
  return {
    ...(typing === undefined ? {} : { typing }),
    ...(defaults.typingIntervalSeconds === undefined ? {} : { typingEveryMs: defaults.typingIntervalSeconds * 1_000 }),
    ...(ack ? { ack } : {}),
    markRead: own.sendReadReceipts ?? true,
    preview: own.streamMode === "partial",
    ...(blocks ? { blocks } : {}),
    text: {
      ...(own.textChunkLimit === undefined ? {} : { textChunkLimit: own.textChunkLimit }),
      ...(own.maxLinesPerMessage === undefined ? (channel === "discord" ? { maxLines: 17 } : {}) : { maxLines: own.maxLinesPerMessage }),
      ...(own.chunkMode === undefined ? {} : { chunkMode: own.chunkMode }),
    },
  };
}
