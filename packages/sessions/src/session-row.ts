import type { SessionRow } from "@travelagent/protocol";
import { parseSessionKey } from "./key.ts";
import type { Session } from "./session.ts";

const kindOf = ({ key, chatType }: Session): SessionRow["kind"] => {
  if (key === "global") return "global";
  if (chatType) return chatType;
  const { kind } = parseSessionKey(key);
  return kind === "group" || kind === "channel" ? "group" : kind === "other" ? "unknown" : "direct";
};

/** A session as the wire shows it in lists, in the answers of patch and reset, and in `sessions.changed`. */
export function sessionRow(session: Session): SessionRow {
  const { key, agentId, sessionId, chatType, channel, accountId, peerId, threadId, label, displayName, model, sendPolicy, lastChannel, lastTo } = session;
  const [modelProvider, ...modelName] = (model ?? "").split("/");
  return {
    key,
    kind: kindOf(session),
    agentId,
    sessionId,
    updatedAt: session.updatedAt,
    createdAt: session.createdAt,
    systemSent: session.totalTokens > 0,
    abortedLastRun: false,
    inputTokens: session.inputTokens,
    outputTokens: session.outputTokens,
    totalTokens: session.totalTokens,
    contextTokens: session.contextTokens,
    ...(session.damagedAt === undefined ? {} : { damagedAt: session.damagedAt }),
    ...(chatType ? { chatType } : {}),
    ...(channel ? { channel, origin: { provider: channel, ...(accountId ? { accountId } : {}), ...(peerId ? { from: peerId } : {}) } } : {}),
    ...(threadId ? { threadId } : {}),
    ...(label ? { label } : {}),
    ...(displayName ? { displayName } : {}),
    ...(model ? { modelProvider, model: modelName.join("/") } : {}),
    ...(sendPolicy ? { sendPolicy } : {}),
    ...(session.prefer?.model ? { modelOverride: session.prefer.model } : {}),
    ...(session.prefer?.thinking ? { thinkingLevel: session.prefer.thinking } : {}),
    ...(session.queue ? { queue: session.queue } : {}),
    ...(lastChannel
      ? {
          lastChannel,
          ...(lastTo ? { lastTo } : {}),
          deliveryContext: { channel: lastChannel, ...(lastTo ? { to: lastTo } : {}), ...(accountId ? { accountId } : {}) },
        }
      : {}),
  };
}
