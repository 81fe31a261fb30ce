import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { TranscriptEntry, TranscriptMessage } from "@travelagent/protocol/messages";
import { type Clock, type CommitOptions, type Database, type Logger, silentLogger, systemClock, type Tx } from "@travelagent/protocol/ports";
import { createDamageMarks } from "./damage-marks.ts";
import {
  countQuery,
  insertSession,
  insertTranscript,
  pageQuery,
  type SessionRow,
  sessionMigrations,
  toSession,
  updateSession,
  updateUse,
  writeCursor,
} from "./index-store.ts";
import { createKeptReads } from "./kept-reads.ts";
import { createKeptRefs } from "./kept-refs.ts";
import { agentOfKey } from "./key.ts";
import { modelMessages } from "./model-messages.ts";
import type { ChangeEntry } from "./rewrite-lines.ts";
import type { Session, SessionFilter, SessionMeta, SessionPage, SessionPatch, SessionUse } from "./session.ts";
import type { NewCompaction, NewEntry, SpilledText, TranscriptContext, TranscriptRef, TranscriptStore } from "./transcript.ts";

/** Conversations by key: an index of them, and their transcripts. Methods that need an existing session raise `NOT_FOUND` without one. */
export interface Sessions {
  /** Makes the tables, so that a schema of a newer version is refused now; without it the first use makes them. */
  start(): Promise<void>;
  /**
   * The session of this key, made when it is not there. `meta` counts for a new one only.
   * Raises `SCOPE_VIOLATION` when `meta.customerId` is another customer than the one the session belongs to.
   */
  ensure(key: string, meta?: SessionMeta): Promise<Session>;
  get(key: string): Promise<Session | undefined>;
  /** Newest first. The same page may be answered again while nothing changed: it must not be changed by whoever gets it. */
  list(filter?: SessionFilter): Promise<SessionPage>;
  /** How many sessions a filter matches on all its pages, counted up to 10 000. */
  count(filter?: SessionFilter): Promise<number>;
  /**
   * Says whose conversation this is. A session that belongs to somebody else raises `SCOPE_VIOLATION`, unless that
   * customer is named in `replaces` (two records merged into one).
   */
  bindCustomer(key: string, customerId: string, options?: { replaces?: string }): Promise<Session>;
  /** A new, empty transcript under the same key. Do it in the session's lane: a running turn would go on in the new one. */
  reset(key: string): Promise<Session>;
  /** The last entries, oldest first. Default 50. */
  history(key: string, options?: { limit?: number }): Promise<TranscriptEntry[]>;
  /**
   * The context of the next model call: the last summary and what came after what it covers. Every tool call in it is followed
   * by its result. Of a conversation that nobody summarised for megabytes the end.
   */
  messages(key: string): Promise<TranscriptMessage[]>;
  /** The same as entries, as they are stored; all of them unless `maxBytes` says otherwise. */
  context(key: string, options?: { maxBytes?: number }): Promise<TranscriptContext>;
  /**
   * From now on a model gets this summary instead of what came before the entry it names. Nothing is taken out of the
   * transcript. Do it in the session's lane. Raises `UNAVAILABLE` when the transcripts cannot keep summaries.
   */
  compact(key: string, compaction: NewCompaction): Promise<void>;
  /** Keeps a long text beside the transcript and forgets it with the session. False where that is not possible. */
  spill(key: string, id: string, text: string): Promise<boolean>;
  /** A part of a text this very session keeps. Raises `NOT_FOUND` for another. */
  readSpilled(key: string, id: string, options: { offset: number; limit: number }): Promise<SpilledText>;
  /** How many sessions have a transcript of which a part could not be read; to begin one anew or to delete it ends that. Known once started. */
  damaged(): number;
  /** Adds to the transcript; ids that are there already are skipped. Returns what was added. See `TranscriptStore.append`. */
  append(key: string, messages: readonly NewEntry[], options?: { durable?: boolean }): Promise<TranscriptEntry[]>;
  /** Marks the session as active now and changes what `patch` names; null removes a value. */
  touch(key: string, patch?: SessionPatch): Promise<Session>;
  /** The session was used by a turn, in the commit of `tx`, which is one of `db`. Nothing happens where there is none. */
  noteUse(tx: Tx, key: string, used: SessionUse): Promise<void>;
  /**
   * Takes the session out of the index. Its transcript is set aside, or left with `keepTranscript`; nothing is erased, and
   * `remove` still finds it all. Do it in the session's lane. False when there is none.
   */
  archive(key: string, options?: { keepTranscript?: boolean }): Promise<{ deleted: boolean; archived: string[] }>;
  /** Changes words in every transcript the session ever had and leaves nothing of the old ones; see `TranscriptStore.redact`. Returns how many entries changed. */
  redact(key: string, change: (text: string) => string): Promise<number>;
  /** Changes messages in every transcript the session ever had. See `TranscriptStore.rewrite`; 0 where that is not possible. */
  rewrite(key: string, change: ChangeEntry): Promise<number>;
  /** Erases the session with every transcript it ever had. False when there is none. */
  remove(key: string): Promise<boolean>;
}

export interface SessionsDeps {
  db: Database;
  transcripts: TranscriptStore;
  /** `damaged` gives another number now. */
  onDamaged?(): void;
  clock?: Clock;
  log?: Logger;
}

const DEFAULT_HISTORY = 50;
/** A conversation that grew to this without a summary needs one: it fills the windows of most models. */
const contextBytes = 1.5 * 1024 * 1024;

export function createSessions({ db, transcripts, onDamaged = () => undefined, clock = systemClock, log = silentLogger }: SessionsDeps): Sessions {
  const canonical = (key: string) => {
    const text = key.trim().toLowerCase();
    if (text === "") throw new TravelAgentError("INVALID_REQUEST", "a session key cannot be empty");
    return text;
  };
  const select = "select * from session where key = ?";

  const pages = createKeptReads<SessionPage>(db);
  const counts = createKeptReads<number>(db);
  /** Grows when a session comes or goes. A database that tells its version has one process, and that is this one. */
  let members = 0;
  const totals = createKeptReads<number>(db.version ? { version: () => members } : {});
  const refs = createKeptRefs();
  const marks = createDamageMarks({ db, clock, log, onChange: () => void clock.after(1, onDamaged) });
  transcripts.onDamage?.((damage) => {
    members += 1;
    marks.add(damage);
  });
  let migrated: Promise<void> | undefined;
  const migrate = async () => {
    await db.migrate("sessions", sessionMigrations);
    await marks.start();
  };
  /** A failure is not kept: the next use tries again. */
  function ready(): Promise<void> {
    migrated ??= migrate().catch((error: unknown) => {
      migrated = undefined;
      throw error;
    });
    return migrated;
  }

  async function find(key: string): Promise<Session | undefined> {
    await ready();
    const row = await db.get<SessionRow>(select, canonical(key));
    return row && marks.on(toSession(row));
  }

  async function need(key: string): Promise<Session> {
    const session = await find(key);
    if (!session) throw notFound(key);
    return session;
  }

  /** Where the transcript is: asked for several times in every turn, and other only after a reset. */
  const refOf = (key: string): TranscriptRef | Promise<TranscriptRef> =>
    refs.get(canonical(key)) ??
    refs.load(canonical(key), async () => {
      const { agentId, sessionId } = await need(key);
      return { agentId, sessionId };
    });

  /** Changes one session in a transaction and returns it as it is then. */
  async function change(key: string, work: (tx: Tx, before: Session) => Promise<void>, options?: CommitOptions): Promise<Session> {
    await ready();
    return db.transaction(async (tx) => {
      const before = await tx.get<SessionRow>(select, canonical(key));
      if (!before) throw notFound(key);
      await work(tx, toSession(before));
      return toSession((await tx.get<SessionRow>(select, canonical(key)))!);
    }, options);
  }

  function belongsTo(session: Session, customerId: string | undefined): Session {
    if (customerId !== undefined && session.customerId !== undefined && session.customerId !== customerId) {
      log.error("a session was asked for on behalf of another customer", { "pii.sessionKey": session.key });
      throw new TravelAgentError("SCOPE_VIOLATION", "this conversation belongs to another customer; use that customer's own session", {
        details: { key: session.key },
      });
    }
    return session;
  }

  const contextOf = async (ref: TranscriptRef, maxBytes?: number): Promise<TranscriptContext> =>
    transcripts.context ? transcripts.context(ref, maxBytes === undefined ? {} : { maxBytes }) : { entries: await transcripts.read(ref), whole: true };

  return {
    start: ready,

    async ensure(key, meta = {}) {
      const known = await find(key);
      if (known) return belongsTo(known, meta.customerId);
      const identity = { key: canonical(key), sessionId: randomUUID(), agentId: agentOfKey(key) };
      const row = await db.transaction(async (tx) => {
        await insertSession(tx, identity, meta, clock.now());
        return tx.get<SessionRow>(select, identity.key);
      });
      members += 1;
      return belongsTo(toSession(row!), meta.customerId);
    },

    get: find,

    async list(filter = {}) {
      const { sql, params, size } = pageQuery(filter);
      await ready();
      return pages.read(sql, params, async () => {
        const rows = await db.all<SessionRow>(sql, ...params);
        const sessions = rows.slice(0, size).map((row) => marks.on(toSession(row)));
        const last = sessions.at(-1);
        return { sessions, ...(rows.length > size && last ? { nextCursor: writeCursor(last) } : {}) };
      });
    },

    async count(filter = {}) {
      const { sql, params } = countQuery(filter);
      await ready();
      // Without a condition it is every session: not counted anew after each message.
      const kept = params.length === 0 ? totals : counts;
      return kept.read(sql, params, async () => Number((await db.get<{ total: number }>(sql, ...params))?.total ?? 0));
    },

    bindCustomer(key, customerId, { replaces } = {}) {
      return change(key, async (tx, before) => {
        if (before.customerId !== replaces || replaces === undefined) belongsTo(before, customerId);
        await tx.run("update session set customer_id = ? where key = ?", customerId, before.key);
      });
    },

    async reset(key) {
      const session = await change(key, async (tx, before) => {
        const sessionId = randomUUID();
        const now = clock.now();
        await tx.run(
          "update session set session_id = ?, input_tokens = 0, output_tokens = 0, total_tokens = 0, context_tokens = 0, updated_at = ? where key = ?",
          sessionId,
          now,
          before.key,
        );
        await insertTranscript(tx, { ...before, sessionId }, now);
        await marks.remove(tx, before.sessionId);
      });
      refs.forget(session.key);
      return session;
    },

    async history(key, { limit = DEFAULT_HISTORY } = {}) {
      const ref = await refOf(key);
      if (limit <= 0) return [];
      return [...(transcripts.last ? await transcripts.last(ref, limit) : (await transcripts.read(ref)).slice(-limit))];
    },

    async messages(key) {
      return modelMessages(await contextOf(await refOf(key), contextBytes));
    },

    async context(key, { maxBytes } = {}) {
      return contextOf(await refOf(key), maxBytes);
    },

    async compact(key, compaction) {
      if (!transcripts.compact) throw new TravelAgentError("UNAVAILABLE", "these transcripts cannot keep summaries; begin the session anew instead");
      await transcripts.compact(await refOf(key), compaction);
    },

    async spill(key, id, text) {
      return (await transcripts.spill?.(await refOf(key), id, text)) ?? false;
    },

    async readSpilled(key, id, options) {
      const found = await transcripts.readSpilled?.(await refOf(key), id, options);
      if (!found) throw new TravelAgentError("NOT_FOUND", `this conversation keeps no text ${id.slice(0, 100)}`);
      return found;
    },

    damaged: () => marks.count(),

    async append(key, messages, options) {
      return transcripts.append(await refOf(key), messages, options);
    },

    // What a turn leaves may be lost with the power, and only that: a person's choice is kept.
    touch: (key, patch = {}) =>
      change(key, (tx, before) => updateSession(tx, before, patch, clock.now()), {
        durable: patch.sendPolicy !== undefined || patch.prefer !== undefined || patch.queue !== undefined || patch.label !== undefined,
      }),

    async noteUse(tx, key, used) {
      await updateUse(tx, canonical(key), used, clock.now());
    },

    async archive(key, { keepTranscript = false } = {}) {
      const session = await find(key);
      if (!session) return { deleted: false, archived: [] };
      // The row of the transcript stays, so that an erasure finds the file under whatever name.
      const moved = keepTranscript ? undefined : await transcripts.archive?.(session);
      const { changes } = await db.transaction(async (tx) => {
        await marks.remove(tx, session.sessionId);
        return tx.run("delete from session where key = ? and session_id = ?", session.key, session.sessionId);
      });
      refs.forget(session.key);
      members += 1;
      return { deleted: changes > 0, archived: moved === undefined ? [] : [moved] };
    },

    async redact(key, change) {
      const name = canonical(key);
      await ready();
      const files = await db.all<{ session_id: string; agent_id: string }>("select session_id, agent_id from session_transcript where key = ?", name);
      let count = 0;
      for (const { session_id, agent_id } of files) count += (await transcripts.redact?.({ agentId: agent_id, sessionId: session_id }, change)) ?? 0;
      return count;
    },
    async rewrite(key, change) {
      await ready();
      let changed = 0;
      for (const { session_id, agent_id } of await db.all<{ session_id: string; agent_id: string }>(
        "select session_id, agent_id from session_transcript where key = ?",
        canonical(key),
      ))
        changed += (await transcripts.rewrite?.({ agentId: agent_id, sessionId: session_id }, change)) ?? 0;
      return changed;
    },

    async remove(key) {
      const name = canonical(key);
      await ready();
      const files = await db.all<{ session_id: string; agent_id: string }>("select session_id, agent_id from session_transcript where key = ?", name);
      // Files first: if this fails half-way, the rows still say what is left to erase.
      for (const { session_id, agent_id } of files) await transcripts.remove({ agentId: agent_id, sessionId: session_id });
      const removed = await db.transaction(async (tx) => {
        for (const { session_id } of files) await marks.remove(tx, session_id);
        await tx.run("delete from session_transcript where key = ?", name);
        return (await tx.run("delete from session where key = ?", name)).changes > 0;
      });
      refs.forget(name);
      members += 1;
      return removed;
    },
  };
}

function notFound(key: string): TravelAgentError {
  return new TravelAgentError("NOT_FOUND", `there is no session ${key}; list the sessions to find its key`);
}
