import { type Handlers, joinJson, memoizeJson, type ParsedParams, type SessionRow, TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import type { Session, SessionFilter, SessionPage } from "./session.ts";
import { sessionRow } from "./session-row.ts";
import type { Sessions } from "./sessions.ts";
import { words } from "./words.ts";

export interface SessionHandlersOptions {
  /** Resets a session in its lane, since a running turn would go on in the new transcript. Absent: there is no such method. */
  reset?: (key: string) => Promise<void>;
  /** Archives a session in its lane; raises `CONFLICT` while something of it is open. Absent: there is no such method. */
  archive?: (key: string, options: { keepTranscript: boolean }) => Promise<{ deleted: boolean; archived: string[] }>;
  /** The key a short one such as `main` stands for. Default the key itself. */
  keyOf?: (key: string, agentId?: string) => string;
  /** Of sessions without a model of their own. */
  defaults?: () => { modelProvider: string | null; model: string | null; contextTokens: number | null };
  /** The reference of the model a person names; raises `INVALID_REQUEST` for none and for one that is not to be used. Absent: sessions have no models of their own. */
  resolveModel?: (text: string) => { model: string; authProfile?: string };
  /** A row is other than it was, or gone. */
  onChange?: (key: string, reason: string) => void;
  clock?: Clock;
}

type Preference = NonNullable<Session["prefer"]>;

/** What was chosen before, with what is chosen now; null takes a choice back. */
function preference(
  { model, authProfile, thinking: level }: Preference = {},
  change: { chosen?: { model: string; authProfile?: string } | null; thinking?: NonNullable<Preference["thinking"]> | null },
): Preference {
  const chosen = change.chosen === undefined ? { ...(model ? { model } : {}), ...(authProfile ? { authProfile } : {}) } : change.chosen;
  const thinking = change.thinking === undefined ? level : change.thinking;
  return { ...chosen, ...(thinking ? { thinking } : {}) };
}

type ListParams = NonNullable<ParsedParams<"sessions.list">>;

const previewChars = 240;
const titleChars = 60;

/** The index of sessions on the wire. */
export function sessionHandlers(
  sessions: Sessions,
  {
    reset,
    archive,
    keyOf = (key) => key.trim().toLowerCase(),
    defaults = () => ({ modelProvider: null, model: null, contextTokens: null }),
    resolveModel,
    onChange = () => undefined,
    clock = systemClock,
  }: SessionHandlersOptions = {},
): Handlers {
  const detailed = async (
    session: Session,
    wanted: { includeDerivedTitles?: boolean | undefined; includeLastMessage?: boolean | undefined },
  ): Promise<SessionRow> => {
    const row = sessionRow(session);
    if (!wanted.includeDerivedTitles && !wanted.includeLastMessage) return row;
    const entries = await sessions.history(session.key, { limit: 1000 });
    const last = wanted.includeLastMessage ? entries.findLast((entry) => entry.message.role !== "toolResult" && words(entry, previewChars)) : undefined;
    const first =
      wanted.includeDerivedTitles && !session.label ? entries.find((entry) => entry.message.role === "user" && words(entry, titleChars)) : undefined;
    return {
      ...row,
      ...(last ? { lastMessagePreview: words(last, previewChars)!.text } : {}),
      ...(first ? { derivedTitle: words(first, titleChars)!.text } : {}),
    };
  };

  const filterOf = (params: ListParams): SessionFilter => ({
    ...(params.limit ? { limit: Math.min(params.limit, 500) } : {}),
    ...(params.cursor ? { cursor: params.cursor } : {}),
    ...(params.offset ? { offset: params.offset } : {}),
    ...(params.agentId ? { agentId: params.agentId.toLowerCase() } : {}),
    ...(params.search ? { search: params.search } : {}),
    ...(params.label ? { label: params.label } : {}),
    ...(params.activeMinutes ? { activeSince: clock.now() - params.activeMinutes * 60_000 } : {}),
  });

  /** Of pages that come again while nothing changed: their rows as text, and how many there are. */
  const known = new WeakMap<SessionPage, { rows: SessionRow[]; totalCount: number }>();
  const shownAs = async (page: SessionPage, filter: SessionFilter, wanted: ListParams): Promise<{ rows: SessionRow[]; totalCount: number }> => {
    if (wanted.includeDerivedTitles || wanted.includeLastMessage)
      return { rows: await Promise.all(page.sessions.map((session) => detailed(session, wanted))), totalCount: await sessions.count(filter) };
    const shown = known.get(page) ?? { rows: memoizeJson(page.sessions.map(sessionRow)), totalCount: await sessions.count(filter) };
    known.set(page, shown);
    return shown;
  };

  const found = async ({ key, sessionId, label, agentId }: ParsedParams<"sessions.resolve">): Promise<Session | undefined> => {
    if ([key, sessionId, label].filter((one) => one !== undefined).length !== 1)
      throw new TravelAgentError("INVALID_REQUEST", "Provide exactly one of key, sessionId, or label");
    if (key !== undefined) return sessions.get(keyOf(key, agentId));
    const page = await sessions.list({
      limit: 2,
      ...(agentId ? { agentId: agentId.toLowerCase() } : {}),
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(label === undefined ? {} : { label }),
    });
    if (page.sessions.length > 1) throw new TravelAgentError("INVALID_REQUEST", `several sessions are called ${label}; name the agent too`);
    return page.sessions[0];
  };

  return {
    "sessions.list": async (params = {}) => {
      const filter = filterOf(params);
      // Nobody spawns sessions, and deleted ones are gone from the index: such a list is empty.
      const nothing = params.spawnedBy !== undefined || params.archived === true;
      const page: SessionPage = nothing ? { sessions: [] } : await sessions.list(filter);
      const { nextCursor } = page;
      const { rows, totalCount } = nothing ? { rows: [], totalCount: 0 } : await shownAs(page, filter, params);
      return joinJson({
        ts: clock.now(),
        path: "(database)",
        count: rows.length,
        totalCount,
        limitApplied: filter.limit ?? 50,
        hasMore: nextCursor !== undefined,
        nextOffset: nextCursor === undefined || params.cursor !== undefined ? null : (params.offset ?? 0) + rows.length,
        defaults: defaults(),
        sessions: rows,
        ...(nextCursor ? { nextCursor } : {}),
      });
    },

    "sessions.preview": async ({ keys, limit = 12, maxChars = previewChars }) => ({
      ts: clock.now(),
      previews: await Promise.all(
        keys.map(async (wanted) => {
          const session = await sessions.get(keyOf(wanted));
          if (!session) return { key: wanted, status: "missing" as const, items: [] };
          const items = (await sessions.history(session.key, { limit: 1000 })).flatMap((entry) => words(entry, maxChars) ?? []).slice(-limit);
          return { key: wanted, status: items.length > 0 ? ("ok" as const) : ("empty" as const), items };
        }),
      ),
    }),

    "sessions.resolve": async (params) => {
      const session = await found(params);
      if (session) return { ok: true, key: session.key, agentId: session.agentId };
      if (params.allowMissing) return { ok: false };
      throw new TravelAgentError("INVALID_REQUEST", `No session found: ${params.key ?? params.sessionId ?? params.label}`);
    },

    "sessions.describe": async ({ key, agentId, ...wanted }) => {
      const session = await sessions.get(keyOf(key, agentId));
      return { session: session ? await detailed(session, wanted) : null };
    },

    "sessions.patch": async ({ key: wanted, agentId, label, sendPolicy, model, thinkingLevel, queue }) => {
      const key = keyOf(wanted, agentId);
      const before = await sessions.get(key);
      if (!before) throw new TravelAgentError("NOT_FOUND", `there is no session ${key}; list the sessions to find its key`);
      if (label && (await sessions.list({ limit: 2, label })).sessions.some((other) => other.key !== key))
        throw new TravelAgentError("INVALID_REQUEST", `label already in use: ${label}`);
      if (model && !resolveModel) throw new TravelAgentError("INVALID_REQUEST", "this gateway has no models to choose from");
      const session = await sessions.touch(key, {
        ...(label === undefined ? {} : { label }),
        ...(sendPolicy === undefined ? {} : { sendPolicy }),
        ...(model === undefined && thinkingLevel === undefined
          ? {}
          : {
              prefer: preference(before.prefer, {
                ...(model === undefined ? {} : { chosen: model === null ? null : resolveModel!(model) }),
                ...(thinkingLevel === undefined ? {} : { thinking: thinkingLevel }),
              }),
            }),
        ...(queue === undefined ? {} : { queue: queue as Session["queue"] | null }),
      });
      onChange(key, "patch");
      return { ok: true as const, path: "(database)", key, entry: sessionRow(session) };
    },

    ...(reset
      ? {
          "sessions.reset": async ({ key: wanted, agentId }: ParsedParams<"sessions.reset">) => {
            const key = keyOf(wanted, agentId);
            await reset(key);
            const session = await sessions.get(key);
            onChange(key, "reset");
            return { ok: true, key, ...(session ? { entry: sessionRow(session) } : {}) };
          },
        }
      : {}),

    ...(archive
      ? {
          "sessions.delete": async ({ key: wanted, agentId, deleteTranscript = true, expectedSessionId }: ParsedParams<"sessions.delete">) => {
            const key = keyOf(wanted, agentId);
            if (/^agent:[^:]+:main$/.test(key)) throw new TravelAgentError("INVALID_REQUEST", `Cannot delete the main session (${key}); reset it instead`);
            const session = await sessions.get(key);
            if (session && expectedSessionId !== undefined && session.sessionId !== expectedSessionId)
              throw new TravelAgentError("CONFLICT", "this session was reset meanwhile; look at it again before you delete it");
            const outcome = session ? await archive(key, { keepTranscript: !deleteTranscript }) : { deleted: false, archived: [] };
            if (outcome.deleted) onChange(key, "delete");
            return { ok: true as const, key, ...outcome };
          },
        }
      : {}),
  };
}
