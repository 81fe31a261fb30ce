import type { Handlers } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";

const row = ({
  key,
  sessionId,
  chatType,
  channel,
  label,
  displayName,
  updatedAt,
  inputTokens,
  outputTokens,
  totalTokens,
  contextTokens,
  model,
  lastChannel,
}: Session) => ({
  key,
  kind: chatType ?? "unknown",
  sessionId,
  updatedAt,
  inputTokens,
  outputTokens,
  totalTokens,
  contextTokens,
  ...(channel ? { channel } : {}),
  ...(label ? { label } : {}),
  ...(displayName ? { displayName } : {}),
  ...(model ? { model } : {}),
  ...(lastChannel ? { lastChannel } : {}),
});

/** The index of sessions on the wire. `reset` resets a session in its lane, since a running turn would go on in the new transcript; without it there is no such method. */
export const sessionHandlers = (
  sessions: Sessions,
  { reset, clock = systemClock }: { reset?: (key: string) => Promise<void>; clock?: Clock } = {},
): Handlers => ({
  "sessions.list": async (params) => {
    const page = await sessions.list({
      ...(params?.limit ? { limit: Math.min(params.limit, 500) } : {}),
      ...(params?.cursor ? { cursor: params.cursor } : {}),
      ...(params?.agentId ? { agentId: params.agentId } : {}),
      ...(params?.search ? { search: params.search } : {}),
      ...(params?.activeMinutes ? { activeSince: clock.now() - params.activeMinutes * 60_000 } : {}),
    });
    return {
      ts: clock.now(),
      path: "",
      count: page.sessions.length,
      sessions: page.sessions.map(row),
      ...(page.nextCursor ? { nextCursor: page.nextCursor } : {}),
    };
  },
  ...(reset
    ? {
        "sessions.reset": async ({ key }: { key: string }) => {
          await reset(key);
          const session = await sessions.get(key);
          return { ok: true, key, ...(session ? { entry: row(session) } : {}) };
        },
      }
    : {}),
});
