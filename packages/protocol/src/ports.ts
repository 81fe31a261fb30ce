import type { ErrorShape } from "./errors.ts";

/**
 * Ports that more than one layer calls. All are asynchronous and know no engine: the embedded implementation runs on
 * `node:sqlite`, another may run on PostgreSQL.
 */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `run` once after `delayMs`; the returned function cancels it. Never keeps a process alive by itself. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.min(delayMs, 2 ** 31 - 1));
    (timer as unknown as { unref?: () => void }).unref?.();
    return () => clearTimeout(timer);
  },
};

export type Fields = Record<string, unknown>;

/** The message is a constant, values are fields; personal data only under a key that starts with `pii.`, which sinks may drop or mask. */
export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  child(fields: Fields): Logger;
}

export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  /** No words of customers and no personal data: ids, names of methods, tools and models, counts, outcomes. */
  attributes?: SpanAttributes;
  /** W3C `traceparent` of what caused it. Absent, malformed or empty: a trace of its own. */
  parent?: string | undefined;
  /** Milliseconds since the epoch; default now. */
  startTime?: number;
}

/** One thing that takes time. */
export interface Span {
  /** W3C `traceparent` for what it causes, also in another process. Empty when nobody traces. */
  readonly traceparent: string;
  setAttribute(name: string, value: string | number | boolean): void;
  /** It failed. Of the error only its kind and code are told. */
  recordError(error: unknown): void;
  /** Once. */
  end(): void;
}

/** Who wants to know where time goes. Never throws, never waits. */
export interface Tracer {
  startSpan(name: string, options?: SpanOptions): Span;
}

const silentSpan: Span = { traceparent: "", setAttribute() {}, recordError() {}, end() {} };

export const silentTracer: Tracer = { startSpan: () => silentSpan };

export type SqlValue = string | number | bigint | null | Uint8Array;

/** A row, keyed by column name. */
export type Row = Record<string, unknown>;

/**
 * Statements use `?` for parameters and the SQL that SQLite ≥ 3.45 and PostgreSQL ≥ 15 share
 * (`on conflict`, `returning`, no dialect functions). Times are integers in milliseconds, JSON is text.
 */
export interface Tx {
  all<R extends Row = Row>(sql: string, ...params: SqlValue[]): Promise<R[]>;
  get<R extends Row = Row>(sql: string, ...params: SqlValue[]): Promise<R | undefined>;
  run(sql: string, ...params: SqlValue[]): Promise<{ changes: number }>;
}

export interface Migration {
  /** Ascending within its owner, starting at 1. Never edited after release. */
  version: number;
  sql: string;
}

export interface CommitOptions {
  /**
   * `false` for what may be done again: it outlives the process, but a loss of power undoes it unless something durable was
   * committed after it or a moment has passed. Cheaper: the disk is not waited for. Default true.
   */
  durable?: boolean;
}

/** The handle stores are written against. */
export interface Database {
  /** Committed state only. */
  all<R extends Row = Row>(sql: string, ...params: SqlValue[]): Promise<R[]>;
  get<R extends Row = Row>(sql: string, ...params: SqlValue[]): Promise<R | undefined>;
  /**
   * Runs `work` alone and commits durably before it resolves; what `work` throws rolls back only its own statements.
   * Inside `work`, await nothing but `tx`: other writers wait meanwhile.
   * Raises `STORAGE_FULL`, `STORAGE_BUSY` or `STORAGE_CORRUPT` when the disk or the database fails; nothing was stored then.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: CommitOptions): Promise<T>;
  /** Brings the tables of `owner` up to date. A schema newer than `migrations` is refused with `STORAGE_CORRUPT`. */
  migrate(owner: string, migrations: readonly Migration[]): Promise<void>;
  /**
   * An ability: two calls with the same answer saw the same committed state, whoever writes, so that what was read between
   * them can be kept. At once and cheap.
   */
  version?(): number;
  /**
   * An ability: what was deleted or replaced before is in no byte of the database's files afterwards, search indexes and logs of
   * writes included. Everybody who reads or writes waits meanwhile, about a second for each gigabyte.
   */
  scrub?(): Promise<void>;
  /** An ability: every row of every table, whoever owns it, for one who looks for something everywhere. */
  everyRow?(): AsyncIterable<StoredRow>;
}

/** A row with the name of its table; `id` is its primary key, parts of which stand with a `/` between them. */
export interface StoredRow {
  table: string;
  id: string;
  row: Row;
}

export type WorkState = "queued" | "running" | "done" | "failed" | "cancelled" | "dead";

/** `durable: false` for a step without effects outside, which may run again after a loss of power. */
export interface StepOptions extends CommitOptions {
  /** Further attempts after the first failure, only for failures that are `retryable`. Default 0. */
  retries?: number;
  timeoutMs?: number;
  /**
   * True for a result that need not have a commit of its own: it is remembered with the next step or transaction of the run, and
   * until then a crash runs the step again. For a step without effects outside, and when nothing but our own stores is touched
   * before what comes next. Default: never.
   */
  joinsNext?(result: unknown): boolean;
}

/** What a durable function may use. Steps are found again by name, so a name is unique within one run of the function. */
export interface WorkContext {
  readonly id: string;
  readonly lane: string | undefined;
  /** Aborts on cancellation, time-out and shutdown; `reason` is a `TravelAgentError`. */
  readonly signal: AbortSignal;
  /** 1 on the first run, one more after each restart in the middle. */
  readonly attempt: number;
  /**
   * Runs `work` once and remembers its result or failure; after a restart the remembered outcome is returned instead.
   * A crash while `work` runs means that it runs again, so a side effect inside needs a key of its own.
   * Results are stored as JSON.
   */
  step<T>(name: string, work: (signal: AbortSignal) => Promise<T>, options?: StepOptions): Promise<T>;
  /**
   * Waits for `ms` from the first time this is reached, also over restarts, without a slot: other lanes go on, its own lane
   * waits. The time-out of the work does not run meanwhile. Rejects with the reason of `signal` when that aborts.
   */
  sleep(name: string, ms: number): Promise<void>;
  /**
   * A step whose statements and memo are one commit where the engine shares its database with the stores. An engine that
   * cannot do that runs it at least once, so statements inside are idempotent (`on conflict do nothing`).
   */
  transaction<T>(name: string, work: (tx: Tx) => Promise<T>, options?: CommitOptions): Promise<T>;
}

export type WorkFunction = (context: WorkContext, input: unknown) => Promise<unknown>;

export interface WorkOptions {
  /** Restarts in the middle after which a piece of work is `dead` instead of run again. Default 3. */
  maxCrashes?: number;
  /**
   * That it runs may be stored with its first step or transaction, and before any step is begun. Until then a crash is not
   * counted, once: what was queued when the process died begins with a commit of its own. For a function that only reads before
   * its first step. Default false.
   */
  beginsWithFirstStep?: boolean;
}

export interface WorkRequest {
  name: string;
  /** Submitting the same id again changes nothing. */
  id: string;
  /** Work of one lane runs one at a time, in the order of submission. Without a lane it runs at once. */
  lane?: string;
  input?: unknown;
  timeoutMs?: number;
  /** A higher one starts first when several lanes wait for a free slot; never reorders one lane. Default 0. */
  priority?: number;
}

export interface WorkResult {
  state: WorkState;
  value?: unknown;
  error?: ErrorShape;
}

export interface WorkInfo {
  id: string;
  name: string;
  lane: string | undefined;
  state: WorkState;
  crashes: number;
  submittedAt: number;
  error?: ErrorShape;
}

/** Durable functions. A turn is one in the lane of its session, a booking saga one without a lane. */
export interface Work {
  /** Before `start`, for every name that may have unfinished work. */
  define(name: string, work: WorkFunction, options?: WorkOptions): void;
  /**
   * Durable before it resolves. With `tx` it joins that commit where the engine can; a caller that uses `tx` must
   * also submit again on start whatever it finds unfinished, since another engine commits apart.
   */
  submit(request: WorkRequest, tx?: Tx): Promise<void>;
  /** Queued work never starts; running work sees its signal abort. Unknown or finished ids are ignored. */
  cancel(id: string): Promise<void>;
  state(id: string): Promise<WorkState | null>;
  /** Waits for the end. Raises `TIMEOUT` after `timeoutMs`, `NOT_FOUND` for an unknown id. */
  result(id: string, timeoutMs?: number): Promise<WorkResult>;
  /** Newest first. */
  list(filter: { state?: WorkState; name?: string; limit?: number }): Promise<WorkInfo[]>;
  /** What this process holds now: work that waits for a slot, work that runs, and the slots there are. Absent where an engine cannot tell. */
  load?(): { waiting: number; running: number; slots: number };
  /** Puts dead or failed work back at the end of its lane, its memoized steps kept. False when it is neither. */
  retry(id: string): Promise<boolean>;
}

export interface Lease {
  readonly name: string;
  /** Grows with every new owner: write it beside what you do, and refuse what carries an older one. */
  readonly epoch: number;
  valid(): boolean;
  /** Aborts when the lease is lost. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface Leases {
  /** Null while somebody else owns it. Renewed by itself until released or lost. */
  acquire(name: string, ttlMs: number): Promise<Lease | null>;
}

/** Best effort, at most once, to every process. What must not be lost is in a table, and the bus says only that it is there. */
export interface Bus {
  publish(topic: string, message: unknown): void;
  /** Returns the function that ends the subscription. A listener must not throw. */
  subscribe(listener: (topic: string, message: unknown) => void): () => void;
}

export interface Engine {
  readonly work: Work;
  readonly leases: Leases;
  readonly bus: Bus;
  readonly db: Database;
  /** Takes up unfinished work. */
  start(): Promise<void>;
  /** Stops taking work, gives running work `drainMs` to end, aborts the rest (it resumes at the next start). Safe to call twice. */
  stop(options?: { drainMs?: number }): Promise<void>;
}
