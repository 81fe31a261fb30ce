import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger, Row } from "@travelagent/protocol/ports";
import type { TravelJobServices } from "./services.ts";

/** What a job does outside: a message to a customer, or something for a person of the agency to do. */
export type Effect =
  | { kind: "message"; template: string; values: Readonly<Record<string, unknown>> }
  | { kind: "task"; text: string; dueAt: number; note?: string };

export interface EffectRequest {
  /** The same for the same effect, whatever crashes and however often its job runs. */
  key: string;
  job: string;
  about: { tripId?: string; customerId?: string; sessionKey: string };
  /** Milliseconds: what was not done by then is left. */
  until?: number;
  /** Called when it is done for the first time, and never in a dry run. */
  make(): Promise<Effect>;
}

/**
 * `done` now, `known`: it was done before. `refused`: the customer does not want it. `failed`: it cannot be done. `expired`: too late.
 * `later`: somebody could not be reached; the next run does it.
 */
export type EffectOutcome = "done" | "known" | "refused" | "failed" | "expired" | "later";

export interface EffectCount {
  job: string;
  kind: string;
  state: string;
  count: number;
}

/** Everything the jobs did outside, each once. */
export interface Effects {
  /**
   * On record before it is done, with its words; done again with the same words and the same key after a crash, so that whoever does it
   * does it once.
   */
  perform(request: EffectRequest): Promise<EffectOutcome>;
  /** Whether it was begun or done. */
  has(key: string): Promise<boolean>;
  /** What a crash left begun. How many could be ended. */
  finish(job: string): Promise<number>;
  /** Of a span of time, milliseconds. */
  counts(from: number, to: number): Promise<EffectCount[]>;
  /** Forgets what ended before; nothing that old is done again. How many. */
  forget(before: number): Promise<number>;
}

export interface EffectsOptions {
  db: Database;
  services: Pick<TravelJobServices, "messages" | "tasks">;
  clock: Clock;
  log: Logger;
}

export function createEffects({ db, services, clock, log }: EffectsOptions): Effects {
  const end = (key: string, state: EffectOutcome, reason?: string): Promise<unknown> =>
    db.transaction((tx) =>
      tx.run(
        "update travel_effect set state = ?, reason = ?, content = null, ended_at = ? where key = ? and state = 'begun'",
        state,
        reason ?? null,
        clock.now(),
        key,
      ),
    );

  async function outside(row: Row): Promise<{ outcome: EffectOutcome; reason?: string }> {
    const key = row.key as string;
    const sessionKey = row.session_key as string;
    const effect = JSON.parse(row.content as string) as Effect;
    if (effect.kind === "task") {
      const { text, dueAt, note } = effect;
      const customer = row.customer_id === null ? {} : { customerId: row.customer_id as string };
      await services.tasks.open({ key: `job:${key}`, sessionKey, ...customer, text, dueAt, ...(note === undefined ? {} : { note }) });
      return { outcome: "done" };
    }
    const { status, reason } = await services.messages.send({ id: `job:${key}`, template: effect.template, sessionKey, values: effect.values });
    if (status === "refused" || status === "failed") return { outcome: status, ...(reason === undefined ? {} : { reason }) };
    return { outcome: "done" };
  }

  async function finishOne(row: Row): Promise<EffectOutcome> {
    const key = row.key as string;
    if (row.until !== null && Number(row.until) <= clock.now()) {
      await end(key, "expired");
      return "expired";
    }
    try {
      const { outcome, reason } = await outside(row);
      await end(key, outcome, reason);
      return outcome;
    } catch (thrown) {
      const error = TravelAgentError.from(thrown);
      log.warn("a job could not do what it meant to", { job: row.job as string, kind: row.kind as string, code: error.code });
      // What can never be done is not tried each night.
      if (!["NOT_FOUND", "INVALID_REQUEST", "IDEMPOTENCY_MISMATCH"].includes(error.code)) return "later";
      await end(key, "failed", error.message);
      return "failed";
    }
  }

  const rowOf = (key: string): Promise<Row | undefined> => db.get("select * from travel_effect where key = ?", key);

  return {
    async perform({ key, job, about, until, make }) {
      const known = await rowOf(key);
      if (known) return known.state === "begun" ? finishOne(known) : "known";
      if (until !== undefined && until <= clock.now()) return "expired";
      const effect = await make();
      await db.transaction((tx) =>
        tx.run(
          `insert into travel_effect (key, job, kind, booking_id, customer_id, session_key, content, state, until, begun_at)
           values (?, ?, ?, ?, ?, ?, ?, 'begun', ?, ?) on conflict (key) do nothing`,
          key,
          job,
          effect.kind === "task" ? "task" : effect.template,
          about.tripId ?? null,
          about.customerId ?? null,
          about.sessionKey,
          JSON.stringify(effect),
          until ?? null,
          clock.now(),
        ),
      );
      const row = (await rowOf(key))!;
      return row.state === "begun" ? finishOne(row) : "known";
    },

    has: async (key) => (await rowOf(key)) !== undefined,

    async finish(job) {
      let ended = 0;
      for (const row of await db.all("select * from travel_effect where job = ? and state = 'begun' order by begun_at limit 500", job))
        if ((await finishOne(row)) !== "later") ended += 1;
      return ended;
    },

    async counts(from, to) {
      const rows = await db.all(
        "select job, kind, state, count(*) as count from travel_effect where begun_at >= ? and begun_at < ? group by job, kind, state order by job, kind, state",
        from,
        to,
      );
      return rows.map((row) => ({ job: String(row.job), kind: String(row.kind), state: String(row.state), count: Number(row.count) }));
    },

    forget: (before) =>
      db.transaction(async (tx) => (await tx.run("delete from travel_effect where begun_at < ? and state <> 'begun'", before)).changes, { durable: false }),
  };
}
