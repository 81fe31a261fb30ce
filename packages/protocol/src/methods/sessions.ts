import * as z from "zod";
import { queueDrops, queueModes, thinkingLevels } from "../turn.ts";
import { cursor, open, str1 } from "./common.ts";
import { method } from "./define.ts";

const key = str1.max(300);
/** Sent by newer clients beside a key; the key says the agent already. */
const agentId = str1.max(64).optional();
const label = z.string().trim().min(1).max(64);

/** One row of the index of sessions. Rows may gain keys. */
export const SessionRow = z.looseObject({
  key: z.string(),
  kind: z.enum(["direct", "group", "global", "unknown"]),
  agentId: z.string(),
  sessionId: z.string(),
  updatedAt: z.number(),
  createdAt: z.number(),
  systemSent: z.boolean(),
  abortedLastRun: z.boolean(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  totalTokens: z.number(),
  contextTokens: z.number(),
  /** What an operator wants otherwise for this session than its agent's configuration. */
  modelOverride: z.string().optional(),
  thinkingLevel: z.string().optional(),
});
export type SessionRow = z.infer<typeof SessionRow>;

const listParams = {
  limit: z.int().min(1).max(1000).optional(),
  /** Rows to skip; `cursor` is the cheaper way to go on. */
  offset: z.int().min(0).max(100_000).optional(),
  cursor,
  activeMinutes: z.int().min(1).optional(),
  includeGlobal: z.boolean().optional(),
  includeUnknown: z.boolean().optional(),
  includeDerivedTitles: z.boolean().optional(),
  includeLastMessage: z.boolean().optional(),
  configuredAgentsOnly: z.boolean().optional(),
  requireLastInteraction: z.boolean().optional(),
  sortBy: z.enum(["updatedAt", "lastInteractionAt"]).optional(),
  ownerFirst: z.boolean().optional(),
  involvingMe: z.boolean().optional(),
  includePeople: z.boolean().optional(),
  /** Deleted sessions are not listed: with `true` the list is empty. */
  archived: z.union([z.boolean(), z.literal("all")]).optional(),
  label: label.optional(),
  spawnedBy: str1.optional(),
  agentId,
  search: z.string().max(200).optional(),
};

const following = z.looseObject({ subscribed: z.boolean() });
const followingKey = z.looseObject({ subscribed: z.boolean(), key: z.string() });

/** What becomes of messages that come while this session is being answered. */
const QueuePreference = z.strictObject({
  mode: z.enum(queueModes).optional(),
  debounceMs: z.int().min(0).max(60_000).optional(),
  cap: z.int().min(1).max(1_000).optional(),
  drop: z.enum(queueDrops).optional(),
});

export const sessionMethods = {
  "sessions.list": method({
    scope: "operator.read",
    params: z.strictObject(listParams).optional(),
    result: z.looseObject({
      ts: z.number(),
      path: z.string(),
      count: z.number(),
      totalCount: z.number(),
      hasMore: z.boolean(),
      defaults: z.looseObject({ modelProvider: z.string().nullable(), model: z.string().nullable(), contextTokens: z.number().nullable() }),
      sessions: z.array(SessionRow),
      nextCursor: z.string().optional(),
    }),
  }),
  /** The last words of several sessions. */
  "sessions.preview": method({
    scope: "operator.read",
    params: z.strictObject({
      keys: z.array(key).min(1).max(64),
      limit: z.int().min(1).max(50).optional(),
      maxChars: z.int().min(20).max(2000).optional(),
    }),
    result: z.looseObject({
      ts: z.number(),
      previews: z.array(
        z.looseObject({
          key: z.string(),
          status: z.enum(["ok", "empty", "missing"]),
          items: z.array(z.strictObject({ role: z.enum(["user", "assistant", "tool"]), text: z.string() })),
        }),
      ),
    }),
  }),
  /** The key of a session, by exactly one of key, session id and label. */
  "sessions.resolve": method({
    scope: "operator.read",
    params: z.strictObject({
      key: key.optional(),
      sessionId: str1.max(200).optional(),
      label: label.optional(),
      agentId,
      spawnedBy: str1.optional(),
      includeGlobal: z.boolean().optional(),
      includeUnknown: z.boolean().optional(),
      /** Answer `ok: false` instead of an error. */
      allowMissing: z.boolean().optional(),
    }),
    result: z.looseObject({ ok: z.boolean(), key: z.string().optional() }),
  }),
  "sessions.describe": method({
    scope: "operator.read",
    params: z.strictObject({ key, agentId, includeDerivedTitles: z.boolean().optional(), includeLastMessage: z.boolean().optional() }),
    result: z.looseObject({ session: SessionRow.nullable() }),
  }),
  /** What a person decides about a session; null takes it back. `sendPolicy: "deny"`: the agent does not speak there, a person does. */
  "sessions.patch": method({
    scope: "operator.admin",
    params: z.strictObject({
      key,
      agentId,
      label: label.nullable().optional(),
      sendPolicy: z.enum(["allow", "deny"]).nullable().optional(),
      /** An alias, `provider/model`, or a part of its name that only one has. */
      model: z.string().trim().min(1).max(200).nullable().optional(),
      thinkingLevel: z.enum(thinkingLevels).nullable().optional(),
      /** What is not named here stays as the configuration has it. */
      queue: QueuePreference.nullable().optional(),
    }),
    result: z.looseObject({ ok: z.literal(true), path: z.string(), key: z.string(), entry: SessionRow }),
  }),
  /** A new, empty transcript under the same key. */
  "sessions.reset": method({
    scope: "operator.admin",
    params: z.strictObject({ key, agentId, reason: z.enum(["new", "reset"]).optional() }),
    result: z.looseObject({ ok: z.boolean(), key: z.string() }),
  }),
  /**
   * Sums up the older part of a session: from then on a model gets the summary in its place. The transcript itself loses nothing.
   * `compacted: false` when there is nothing to sum up.
   */
  "sessions.compact": method({
    scope: "operator.admin",
    params: z.strictObject({
      key,
      agentId,
      /** So many of the newest messages stay as they are, and no model is asked. */
      maxLines: z.int().min(1).max(100_000).optional(),
      /** What the summary is to keep in mind. */
      instructions: z.string().trim().min(1).max(2000).optional(),
    }),
    result: z.looseObject({ ok: z.literal(true), key: z.string(), compacted: z.boolean() }),
    waitsMs: 90_000,
  }),
  /**
   * Takes a session out of the index and sets its transcript aside; nothing is erased. Refused for an agent's main session
   * and with `CONFLICT` while something of it is open.
   */
  "sessions.delete": method({
    scope: "operator.admin",
    params: z.strictObject({
      key,
      agentId,
      /** Default true. False leaves the transcript where it is. */
      deleteTranscript: z.boolean().optional(),
      expectedSessionId: str1.max(200).optional(),
      emitLifecycleHooks: z.boolean().optional(),
    }),
    result: z.looseObject({ ok: z.literal(true), key: z.string(), deleted: z.boolean(), archived: z.array(z.string()) }),
  }),
  /** From now on this connection hears `sessions.changed`. With parameters of a list it gets that list too. */
  "sessions.subscribe": method({ scope: "operator.read", params: z.strictObject(listParams).optional(), result: following }),
  "sessions.unsubscribe": method({ scope: "operator.read", params: z.strictObject({}).optional(), result: following }),
  /** From now on this connection hears `agent`, `chat` and `session.message` of that session. */
  "sessions.messages.subscribe": method({ scope: "operator.read", params: z.strictObject({ key, agentId }), result: followingKey }),
  "sessions.messages.unsubscribe": method({ scope: "operator.read", params: z.strictObject({ key, agentId }), result: followingKey }),
} as const;

/** For `sessions.changed`: what changed, and the row as it is then. */
export const SessionChange = z.looseObject({
  sessionKey: z.string(),
  reason: z.string(),
  ts: z.number(),
  session: open.optional(),
});
