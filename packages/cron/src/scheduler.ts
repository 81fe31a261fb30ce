import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, type Logger, silentLogger, systemClock, type Work } from "@travelagent/protocol/ports";
import { calendars, type OpenCalendar } from "./calendar.ts";
import { catchUp } from "./catch-up.ts";
import { dueHeap } from "./due-heap.ts";
import { type Job, type JobDefinition, JobDefinition as JobDefinitionSchema, type JobState, type RunRecord, type Schedule } from "./job.ts";
import { type JobOutcome, type JobRun, runWork } from "./job-run.ts";
import { type Occurrences, occurrencesOf } from "./occurrences.ts";
import { type JobPosition, type Missed, type OpenRun, runLedger } from "./run-ledger.ts";
import { defineRuns, runIdOf } from "./runs.ts";
import type { JobStore } from "./store.ts";

/** What happened to a job, for live clients. */
export type CronEvent =
  | { action: "added" | "updated"; jobId: string; job: Job }
  | { action: "removed"; jobId: string }
  | { action: "started"; jobId: string; runId: string; runAtMs: number; slotMs: number }
  | { action: "progress"; jobId: string; runId: string; done: number; of: number }
  | { action: "finished"; jobId: string; runId: string; job: Job | undefined; record: RunRecord };

export interface SchedulerOptions {
  store: JobStore;
  db: Database;
  work: Work;
  /**
   * Does one run. Called again after a crash in the middle: what it does outside stands in `run.step`. Rejects when the run failed. Must end
   * soon once `run.signal` aborts.
   */
  perform(run: JobRun): Promise<JobOutcome>;
  /**
   * Asked at each run: how many may run at the same time of those that ask an agent, and of the others. They wait in lines of their own, so that
   * a long turn holds up no reminder. A job never overlaps itself. Default 1.
   */
  maxConcurrentRuns?(kind: RunKind): number;
  /** False: nothing becomes due by itself. Default true. */
  enabled?: boolean;
  /** The zone of expressions that name none. Default the machine's. */
  timeZone?: string;
  /** Called at once; must not throw. */
  onEvent?(event: CronEvent): void;
  clock?: Clock;
  log?: Logger;
  /** A run that begins so much after its time has missed it. Default one minute. */
  lateAfterMs?: number;
  /** The most times of the past that a job with `catchUp: "all"` makes up for. Default 24. */
  catchUpCap?: number;
  /** A run that takes longer is ended and counts as failed. Default two hours. */
  stuckAfterMs?: number;
  newId?(): string;
}

export type RunKind = "agent" | "code";

/** A job to be, without what the scheduler keeps of it. */
export type NewJob = JobDefinition & { id?: string };

export interface Fire {
  atMs: number;
  /** On the wall clock of the job's zone, such as `2027-03-28 09:00`. */
  local: string;
  timeZone: string;
}

export interface Started {
  ran: boolean;
  runId?: string;
  /** Why it did not. */
  reason?: string;
}

/**
 * Runs jobs when they are due: each time of each job once, over restarts, crashes, steps of the clock and changes of daylight time, or accounts
 * for it by the job's policy. Reading has no effect on what runs.
 */
export interface Scheduler {
  readonly enabled: boolean;
  /** Creates the tables, reads the jobs and registers the durable function. Before the engine starts. */
  prepare(): Promise<void>;
  /** After the engine started: accounts for what a crash left, then waits for the next job. */
  start(): Promise<void>;
  /** Nothing becomes due any more; runs are the engine's to end. */
  stop(): Promise<void>;
  /** In the order of creation, with their state. */
  list(): Job[];
  get(id: string): Job | undefined;
  size(): number;
  /** When the next one is due; undefined when none is, or nothing runs by itself. */
  nextWakeAtMs(): number | undefined;
  /** Jobs that run now. */
  running(): { jobId: string; runId: string; runAtMs: number; done?: number; of?: number }[];
  /** Raises `INVALID_REQUEST` for what is no job, and `CONFLICT` when the id is taken. */
  add(job: NewJob): Promise<Job>;
  /** Times that have not begun to run when the schedule changes are those of the new one. Raises `NOT_FOUND` and `INVALID_REQUEST`. */
  update(id: string, patch: Partial<JobDefinition>): Promise<Job>;
  /** With its history; a run of it is ended. False when there is none. */
  remove(id: string): Promise<boolean>;
  /** Runs it now, beside its schedule; the same key again runs nothing. With `due` only when it is due. Raises `NOT_FOUND`. */
  run(id: string, options?: { mode?: "due" | "force"; key?: string }): Promise<Started>;
  /** Says what a run would do, and does nothing. Raises `NOT_FOUND`. */
  dryRun(id: string, signal?: AbortSignal): Promise<JobOutcome>;
  /** Ends the run of a job. False when it has none. Raises `NOT_FOUND`. */
  cancel(id: string): Promise<boolean>;
  /** Oldest first. */
  runs(id: string, options?: { limit?: number }): Promise<RunRecord[]>;
  /** Times that did not run, by the policy of the job, newest first. */
  missed(id: string, limit?: number): Promise<Missed[]>;
  /** The next times of a job or of a schedule. Raises `NOT_FOUND` and `INVALID_REQUEST`. */
  preview(of: string | Schedule, count: number): Promise<Fire[]>;
}

/** A job in memory. */
export interface Entry {
  job: Job;
  occurrences: Occurrences;
  scheduleKey: string;
  cursorMs: number;
  nextMs: number | undefined;
  state: Omit<JobState, "nextRunAtMs">;
  /** Due, and waiting for a free place. */
  noticedAt?: number;
  running?: { run: OpenRun; kind: RunKind; controller: AbortController; done?: number; of?: number };
}

/** Wall clocks may be set and machines may sleep: the timer looks again after this long, whatever it waits for. */
const longestWaitMs = 30_000;
/** More than this many due jobs are looked at in several rounds, so that nobody else waits for all of them. */
const mostAtOnce = 500;
const againAfterFailureMs = 5_000;

export const keyOfSchedule = ({ schedule, enabled }: Pick<Job, "schedule" | "enabled">): string => JSON.stringify([schedule, enabled]);

const kindOf = ({ payload }: Job): RunKind => (payload.kind === "agentTurn" ? "agent" : "code");

export function createScheduler({
  store,
  db,
  work,
  perform,
  maxConcurrentRuns = () => 1,
  enabled = true,
  timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone,
  onEvent = () => undefined,
  clock = systemClock,
  log = silentLogger,
  lateAfterMs = 60_000,
  catchUpCap = 24,
  stuckAfterMs = 2 * 3_600_000,
  newId = () => crypto.randomUUID(),
}: SchedulerOptions): Scheduler {
  const ledger = runLedger(db);
  const entries = new Map<string, Entry>();
  const heap = dueHeap();
  /** Due jobs that wait for a place, in the order in which they became due, and how many places are taken. */
  const lines = { agent: { ready: [] as string[], taken: 0 }, code: { ready: [] as string[], taken: 0 } };
  let phase: "new" | "started" | "stopped" = "new";
  let openedCalendar: OpenCalendar | undefined;
  let disarm = (): void => undefined;
  const instance = newId();
  const atWork = new Set<Entry>();

  const shown = ({ job, state, nextMs }: Entry): Job => ({
    ...job,
    state: { ...state, ...(nextMs !== undefined && job.enabled ? { nextRunAtMs: nextMs } : {}) },
  });
  const positionOf = ({ job, scheduleKey, cursorMs, nextMs, state }: Entry): JobPosition => ({ jobId: job.id, scheduleKey, cursorMs, nextMs, state });
  const found = (id: string): Entry => {
    const entry = entries.get(id);
    if (!entry) throw new TravelAgentError("NOT_FOUND", `there is no job ${id}; cron.list names them`);
    return entry;
  };

  async function occurrences(schedule: Schedule, createdAtMs: number): Promise<Occurrences> {
    if (schedule.kind === "cron") openedCalendar ??= await calendars();
    return occurrencesOf({ schedule, createdAtMs, zone: timeZone, calendar: openedCalendar });
  }

  /** Puts the job where it belongs: among those that wait for their time, or nowhere. */
  function place(entry: Entry): void {
    if (entry.running || entry.noticedAt !== undefined) return;
    if (entry.job.enabled && entry.nextMs !== undefined) heap.put(entry.job.id, entry.nextMs);
    else heap.drop(entry.job.id);
  }

  function arm(): void {
    disarm();
    disarm = () => undefined;
    if (phase !== "started" || !enabled) return;
    const next = heap.nextAt();
    if (next === undefined) return;
    disarm = clock.after(Math.min(longestWaitMs, Math.max(0, next - clock.now())), scan);
  }

  /** Who is due is noticed here, and only here. */
  function scan(): void {
    if (phase !== "started" || !enabled) return;
    const now = clock.now();
    for (let taken = 0; taken < mostAtOnce; taken++) {
      const due = heap.take(now);
      if (!due) break;
      const entry = entries.get(due.id);
      if (!entry) continue;
      entry.noticedAt = now;
      lines[kindOf(entry.job)].ready.push(due.id);
    }
    pump();
    arm();
  }

  function pump(): void {
    pumpLine("agent");
    pumpLine("code");
  }

  function pumpLine(kind: RunKind): void {
    const line = lines[kind];
    while (phase === "started" && line.ready.length > 0 && line.taken < maxConcurrentRuns(kind)) {
      const entry = entries.get(line.ready.shift()!);
      if (!entry || entry.noticedAt === undefined) continue;
      const noticedAt = entry.noticedAt;
      if (!entry.job.enabled || entry.nextMs === undefined || entry.running) {
        delete entry.noticedAt;
        place(entry);
        continue;
      }
      line.taken++;
      const launching = launch(entry, noticedAt);
      // From here on the run itself holds the place.
      const isHeld = entry.running !== undefined;
      if (isHeld) line.taken--;
      launching
        .catch((error: unknown) => {
          // Nothing was stored: it is due again in a moment.
          log.error("a job that is due could not begin; it is tried again", { jobId: entry.job.id, error: TravelAgentError.from(error).message });
          if (entries.get(entry.job.id) === entry && !entry.running && entry.nextMs !== undefined) heap.put(entry.job.id, clock.now() + againAfterFailureMs);
        })
        .finally(() => {
          if (!isHeld) line.taken--;
          pump();
          arm();
        });
    }
  }

  async function launch(entry: Entry, noticedAt: number): Promise<void> {
    const now = clock.now();
    const { job, scheduleKey } = entry;
    const decided = catchUp({
      policy: job.catchUp ?? "latest",
      occurrences: entry.occurrences,
      cursorMs: entry.cursorMs,
      slotMs: entry.nextMs!,
      noticedAt,
      now,
      lateAfterMs,
      cap: catchUpCap,
    });
    delete entry.noticedAt;
    if (!decided) return place(entry);
    const next = entry.occurrences.next(decided.cursorMs);
    const moved = { cursorMs: decided.cursorMs, nextMs: next };
    if (decided.missed) log.warn("a job missed times of its schedule", { jobId: job.id, ...decided.missed });
    if (decided.run === undefined) {
      const state = { ...entry.state, lastStatus: "skipped" as const };
      await ledger.pass({ jobId: job.id, scheduleKey, ...moved, state }, decided.missed!, now);
      settle(entry, scheduleKey, { ...moved, state });
      await tellMissed(entry, decided.missed!, now);
      return;
    }
    const run: OpenRun = { runId: runIdOf(job.id, decided.run), jobId: job.id, slotMs: decided.run, trigger: "slot", runAt: now };
    if (!(await begin(entry, run, moved, decided.missed))) {
      // Somebody else runs it: what it knows of the job is newer.
      const known = await ledger.position(job.id);
      const cursorMs = Math.max(decided.cursorMs, known?.cursorMs ?? 0);
      settle(entry, scheduleKey, { cursorMs, nextMs: entry.occurrences.next(cursorMs), state: known?.state ?? entry.state });
    }
  }

  /** The job has got further, unless it was edited meanwhile: then the edit says where it stands. */
  function settle(entry: Entry, scheduleKey: string, { cursorMs, nextMs, state }: Omit<JobPosition, "scheduleKey" | "jobId">): void {
    entry.state = state;
    if (entry.scheduleKey === scheduleKey) {
      entry.cursorMs = cursorMs;
      entry.nextMs = nextMs;
    } else entry.cursorMs = Math.max(entry.cursorMs, cursorMs);
    place(entry);
  }

  /** The job moves on in memory first: the run may have begun, and ended, before the commit is answered. */
  async function begin(entry: Entry, run: OpenRun, moved: Pick<JobPosition, "cursorMs" | "nextMs">, missed: Missed | undefined): Promise<boolean> {
    const { scheduleKey, cursorMs, nextMs, state } = entry;
    Object.assign(entry, moved, { state: { ...state, runningAtMs: run.runAt } });
    hold(entry, run);
    let mine = false;
    try {
      const input = { run, instance, ...(missed ? { missed: missed.count } : {}) };
      mine = await ledger.begin(run, positionOf(entry), missed, (tx) => work.submit({ name: runWork, id: run.runId, input }, tx));
    } finally {
      if (!mine) {
        release(entry, run.runId);
        entry.state = state;
        if (entry.scheduleKey === scheduleKey) Object.assign(entry, { cursorMs, nextMs });
      }
    }
    if (mine) onEvent({ action: "started", jobId: run.jobId, runId: run.runId, runAtMs: run.runAt, slotMs: run.slotMs });
    return mine;
  }

  function hold(entry: Entry, run: OpenRun): void {
    if (entry.running) return;
    const kind = kindOf(entry.job);
    entry.running = { run, kind, controller: new AbortController() };
    atWork.add(entry);
    lines[kind].taken++;
    heap.drop(run.jobId);
  }

  function release(entry: Entry, runId: string): void {
    if (entry.running?.run.runId !== runId) return;
    atWork.delete(entry);
    lines[entry.running.kind].taken--;
    delete entry.running;
  }

  async function tellMissed(entry: Entry, { fromMs, toMs, count }: Missed, now: number): Promise<void> {
    const times =
      count === 1 ? `the time ${new Date(fromMs).toISOString()}` : `${count} times from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`;
    const record: RunRecord = {
      ts: now,
      jobId: entry.job.id,
      action: "finished",
      status: "skipped",
      error: `${times} passed while nothing could run, and the job makes up for none`,
      runAtMs: now,
      durationMs: 0,
      ...(entry.nextMs === undefined ? {} : { nextRunAtMs: entry.nextMs }),
    };
    await store.appendRun(record);
    onEvent({ action: "finished", jobId: entry.job.id, runId: `missed:${entry.job.id}:${fromMs}`, job: shown(entry), record });
  }

  async function enter(job: Job, cursorMs: number, state: Omit<JobState, "nextRunAtMs"> = {}): Promise<Entry> {
    const times = await occurrences(job.schedule, job.createdAtMs);
    return { job, occurrences: times, scheduleKey: keyOfSchedule(job), cursorMs, nextMs: times.next(cursorMs), state };
  }

  /** Everything of a job that people decide is in its file; what was worked out for another schedule does not count. */
  async function load(): Promise<void> {
    const [jobs, positions] = [store.kept?.() ?? (await store.list()), await ledger.positions()];
    if (jobs.some(({ schedule }) => schedule.kind === "cron")) openedCalendar ??= await calendars();
    const now = clock.now();
    const fresh: JobPosition[] = [];
    for (const job of jobs) {
      const { nextRunAtMs: _, runningAtMs: __, ...filed } = job.state;
      const position = positions.get(job.id);
      try {
        const scheduleKey = keyOfSchedule(job);
        let entry: Entry;
        if (position?.scheduleKey === scheduleKey)
          entry = {
            job,
            occurrences: whenAsked(() => occurrencesOf({ schedule: job.schedule, createdAtMs: job.createdAtMs, zone: timeZone, calendar: openedCalendar })),
            scheduleKey,
            cursorMs: position.cursorMs,
            nextMs: position.nextMs,
            state: position.state,
          };
        else {
          entry = await enter(job, Math.max(position?.cursorMs ?? 0, position ? job.updatedAtMs : job.createdAtMs), position?.state ?? filed);
          fresh.push(positionOf(entry));
        }
        entries.set(job.id, entry);
        if (entry.cursorMs > now + 86_400_000)
          log.warn("a job has run for times that are more than a day ahead; was the clock wrong? It runs again when they are past", { jobId: job.id });
      } catch (error) {
        // One that cannot be understood any more must not keep the others from running.
        log.error("a job has a schedule that cannot be used; edit or remove it", { jobId: job.id, error: TravelAgentError.from(error).message });
        const never: Occurrences = { next: () => undefined, last: () => [], count: () => 0 };
        entries.set(job.id, { job, occurrences: never, scheduleKey: "", cursorMs: 0, nextMs: undefined, state: position?.state ?? filed });
      }
    }
    if (fresh.length > 0) await ledger.saveAll(fresh);
    for (const entry of entries.values()) place(entry);
    for (const run of await ledger.open()) {
      const entry = entries.get(run.jobId);
      if (entry) hold(entry, run);
    }
    for (const entry of entries.values())
      if (!entry.running && entry.state.runningAtMs !== undefined) {
        const { runningAtMs: _, ...state } = entry.state;
        entry.state = state;
      }
  }

  const runs = defineRuns({
    work,
    ledger,
    store,
    perform,
    clock,
    log,
    instance,
    stuckAfterMs,
    entryOf: (jobId) => entries.get(jobId),
    positionOf,
    shown,
    onEvent,
    async disable(id) {
      if (entries.get(id)?.job.enabled) await edit(id, { enabled: false });
    },
    async remove(id) {
      await remove(id);
    },
    hold,
    ended(entry, runId) {
      release(entry, runId);
      if (entries.get(entry.job.id) === entry) place(entry);
      pump();
      arm();
    },
  });

  async function edit(id: string, patch: Partial<JobDefinition>): Promise<Job> {
    const before = found(id);
    const { id: _, createdAtMs, updatedAtMs: __, state: ___, seed, ...definition } = before.job;
    const merged = checkedDefinition(Object.fromEntries(Object.entries({ ...definition, ...patch }).filter(([, value]) => value !== undefined)));
    const job: Job = { id, ...merged, createdAtMs, updatedAtMs: clock.now(), state: {}, ...(seed ? { seed } : {}) };
    const times = await occurrences(job.schedule, createdAtMs);
    await store.upsert({ ...job, state: shown(before).state });
    const entry = found(id);
    const scheduleKey = keyOfSchedule(job);
    if (entry.scheduleKey !== scheduleKey) {
      const now = clock.now();
      // A time that was due and had not begun stays due if the new schedule knows it.
      const open = entry.job.enabled && entry.nextMs !== undefined && entry.nextMs <= now ? entry.nextMs - 1 : now;
      entry.cursorMs = Math.max(entry.cursorMs, open);
      entry.occurrences = times;
      entry.scheduleKey = scheduleKey;
      entry.nextMs = times.next(entry.cursorMs);
      delete entry.noticedAt;
      entry.job = job;
      await ledger.save(positionOf(entry));
    } else entry.job = job;
    place(entry);
    arm();
    onEvent({ action: "updated", jobId: id, job: shown(entry) });
    return shown(entry);
  }

  async function remove(id: string): Promise<boolean> {
    const entry = entries.get(id);
    if (!entry) return false;
    entries.delete(id);
    heap.drop(id);
    const wasRunning = entry.running;
    await store.remove(id);
    await ledger.forget(id);
    wasRunning?.controller.abort(new TravelAgentError("CANCELLED", "the job was removed while it ran"));
    onEvent({ action: "removed", jobId: id });
    arm();
    return true;
  }

  return {
    enabled,
    async prepare() {
      await ledger.prepare();
      await load();
      runs.define();
    },
    async start() {
      if (phase !== "new") return;
      phase = "started";
      await runs.takeUp(await ledger.open());
      scan();
    },
    async stop() {
      if (phase === "stopped") return;
      phase = "stopped";
      disarm();
      await store.noteStates?.(new Map([...entries].map(([id, entry]) => [id, shown(entry).state])));
    },
    list: () => [...entries.values()].map(shown),
    get(id) {
      const entry = entries.get(id);
      return entry && shown(entry);
    },
    size: () => entries.size,
    nextWakeAtMs: () => (enabled ? heap.nextAt() : undefined),
    running: () =>
      [...atWork].flatMap(({ running: one }) =>
        one
          ? [
              {
                jobId: one.run.jobId,
                runId: one.run.runId,
                runAtMs: one.run.runAt,
                ...(one.done === undefined || one.of === undefined ? {} : { done: one.done, of: one.of }),
              },
            ]
          : [],
      ),
    async add({ id = newId(), ...given }) {
      if (entries.has(id)) throw new TravelAgentError("CONFLICT", `there is a job ${id} already; give another id, or update it`);
      const now = clock.now();
      const job: Job = { id, ...checkedDefinition(given), createdAtMs: now, updatedAtMs: now, state: {} };
      const entry = await enter(job, now);
      await store.upsert(shown(entry));
      await ledger.save(positionOf(entry));
      entries.set(id, entry);
      place(entry);
      arm();
      onEvent({ action: "added", jobId: id, job: shown(entry) });
      return shown(entry);
    },
    update: edit,
    remove,
    async run(id, { mode = "force", key = newId() } = {}) {
      const entry = found(id);
      const now = clock.now();
      if (entry.running) return { ran: false, reason: "already-running" };
      if (mode === "due") {
        if (!enabled || !entry.job.enabled || entry.nextMs === undefined || entry.nextMs > now) return { ran: false, reason: "not-due" };
        scan();
        return { ran: true, runId: runIdOf(id, entry.nextMs) };
      }
      if (phase !== "started") throw new TravelAgentError("UNAVAILABLE", "the scheduler is not running; try again in a moment", { retryAfterMs: 1_000 });
      const run: OpenRun = { runId: runIdOf(id, key), jobId: id, slotMs: now, trigger: "manual", runAt: now };
      // Beside the schedule: the job keeps its times.
      const began = await begin(entry, run, { cursorMs: entry.cursorMs, nextMs: entry.nextMs }, undefined);
      if (!began) place(entry);
      return began ? { ran: true, runId: run.runId } : { ran: false, runId: run.runId, reason: "already-run" };
    },
    async dryRun(id, signal = new AbortController().signal) {
      const { job } = found(id);
      const now = clock.now();
      return perform({
        job: structuredClone(job),
        runId: `dry:${id}:${now}`,
        slotMs: now,
        trigger: "manual",
        signal,
        dryRun: true,
        step: (_, task) => task(signal),
        progress: () => undefined,
      });
    },
    async cancel(id) {
      const { running: one } = found(id);
      one?.controller.abort(new TravelAgentError("CANCELLED", "somebody ended this run"));
      return one !== undefined;
    },
    async runs(id, options) {
      found(id);
      return store.runs(id, options);
    },
    missed: (id, limit = 50) => ledger.missed(id, limit),
    async preview(of, count) {
      const entry = typeof of === "string" ? found(of) : undefined;
      const schedule = entry ? entry.job.schedule : (of as Schedule);
      const times = entry?.occurrences ?? (await occurrences(schedule, clock.now()));
      const zone = (schedule.kind === "cron" ? schedule.tz : undefined) ?? timeZone;
      const wall = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
      const fires: Fire[] = [];
      let after = Math.max(clock.now(), entry?.cursorMs ?? 0);
      while (fires.length < count) {
        const at = times.next(after);
        if (at === undefined) break;
        fires.push({ atMs: at, local: wall.format(at), timeZone: zone });
        after = at;
      }
      return fires;
    },
  };
}

/** Of thousands of jobs few are due soon: the others' schedules are not read before somebody asks. */
function whenAsked(make: () => Occurrences): Occurrences {
  let made: Occurrences | undefined;
  const asked = (): Occurrences => {
    made ??= make();
    return made;
  };
  return {
    next: (after) => asked().next(after),
    last: (after, until, count) => asked().last(after, until, count),
    count: (after, before, most) => asked().count(after, before, most),
  };
}

function checkedDefinition(value: unknown): JobDefinition {
  const parsed = JobDefinitionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "job"}: ${message}`);
  throw new TravelAgentError("INVALID_REQUEST", `this is no valid job: ${problems.join("; ")}`);
}
