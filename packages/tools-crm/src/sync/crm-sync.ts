import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { Crm, Page } from "../crm.ts";
import { mainAgency } from "../customer-rows.ts";
import { orderedIds } from "../ordered-id.ts";
import { type ContactField, type CrmProvider, contactFields, type WebhookDelivery } from "../providers/provider.ts";
import { type ConflictState, conflictTable, type SyncConflict } from "./conflicts.ts";
import { feedChanges } from "./feed.ts";
import { createHealth, type ExchangeHealth } from "./health.ts";
import { lookUp, takeChange } from "./incoming.ts";
import { linkTable, placeTable } from "./links.ts";
import type { ConflictRules } from "./merge.ts";
import { type Outgoing, outgoingTable } from "./outgoing.ts";
import { push } from "./push.ts";
import type { ExchangeParts } from "./reconcile.ts";
import { type Resolution, resolveConflict } from "./resolve.ts";
import { crmSyncMigrations } from "./tables.ts";

export interface CrmSyncOptions {
  db: Database;
  /** On the same database: changes are found in its tables. */
  crm: Crm;
  provider: CrmProvider;
  clock?: Clock;
  log?: Logger;
  /** Whose customers these are. Default `main`. Nothing of another agency goes out or is touched. */
  agency?: string;
  /** What may go out and come in. Default all of `contactFields`. */
  fields?: readonly ContactField[];
  /** Who wins what both sides changed. Default `newest` for each field. */
  rules?: ConflictRules;
  /** Whether records that are new there become customers here. Default true. */
  importNew?: boolean;
  /** Whether notes go out. Default false. */
  notes?: boolean;
  /** Whether leads go out. Default false. */
  leads?: boolean;
  /** Default one minute. */
  pollMs?: number;
  /** The state has changed; for who shows it. */
  onState?(): void;
}

export interface CrmSyncStatus extends ExchangeHealth {
  provider: string;
  agency: string;
  linked: number;
  waiting: number;
  held: number;
  aside: number;
  /** Conflicts that wait for a person. */
  conflicts: number;
}

/** The exchange with one CRM of somebody else. */
export interface CrmSync {
  readonly provider: CrmProvider;
  /** Begins to exchange by itself. */
  start(): void;
  /** Ends what is under way; nothing is lost by it. Safe to call twice. */
  stop(): Promise<void>;
  /** One exchange now, whatever the pause is; joins the one that is under way. Says how it went. */
  sync(): Promise<CrmSyncStatus>;
  status(): Promise<CrmSyncStatus>;
  /** Whether the last exchange went well, or none has ended yet. */
  isWell(): boolean;
  conflicts(filter: Page & { state?: ConflictState }): Promise<{ conflicts: SyncConflict[]; nextCursor?: string }>;
  /** Raises `NOT_FOUND`, `INVALID_REQUEST` for what cannot be decided so, `CONFLICT` when it was decided otherwise. */
  resolve(decision: { id: string; action: Resolution; customerId?: string }): Promise<SyncConflict>;
  /** A webhook of the vendor. Durable before it resolves. Raises `UNAUTHORIZED`; `NOT_FOUND` when there are none here. */
  receive(delivery: WebhookDelivery): Promise<void>;
  /** Asks the other side to remove these records, which are no customer's any more. Gives those that are still there. */
  remove(externalIds: readonly string[], signal: AbortSignal): Promise<string[]>;
}

/** A fault of our own is looked for in the log. */
const causeOf = ({ code, cause }: TravelAgentError): Record<string, unknown> =>
  code === "INTERNAL" && cause !== undefined ? { "pii.error": String(cause) } : {};

const batch = 50;
const lastAttempt = 10;
/** How long an erasure waits for an exchange to end. */
const longestWaitMs = 10_000;
const backoff = (attempts: number): number => Math.min(15 * 60_000, 2_000 * 2 ** Math.min(attempts, 10));
/** These stop the exchange as a whole: whoever comes next would hear the same. */
const stopsAll = (error: TravelAgentError): boolean => error.code === "UNAVAILABLE" || error.code === "RATE_LIMITED" || error.code === "UNAUTHORIZED";

/** Makes the tables it needs; the CRM's own are there already. Asks nobody before `start` or `sync`. */
export async function createCrmSync(options: CrmSyncOptions): Promise<CrmSync> {
  const { db, crm, provider, clock = systemClock, log = silentLogger, agency = mainAgency, rules = {}, onState } = options;
  const { fields = contactFields, importNew = true, notes = false, leads = false, pollMs = 60_000 } = options;
  await db.migrate("crm-sync", crmSyncMigrations);
  const links = linkTable(provider.id);
  const places = placeTable(provider.id);
  const outgoing = outgoingTable(provider.id);
  const conflicts = conflictTable(provider.id, orderedIds());
  const history = { notes: notes && provider.addNote !== undefined, leads: leads && provider.upsertLead !== undefined };
  const parts: ExchangeParts = { db, crm, provider, clock, agency, fields, rules, links, outgoing, conflicts, ...history };
  const feed = { db, provider: provider.id, agency, outgoing, places, ...history, now: () => clock.now() };
  const health = createHealth(clock);
  const life = new AbortController();
  let prepared = false;
  let everything = true;
  let underWay: Promise<void> | undefined;
  let again = false;
  let cancelTimer: (() => void) | undefined;
  let running = false;
  /** Of one exchange. */
  let unknown = 0;

  /** A record that cannot be dealt with must not keep the others waiting. */
  async function guarded(externalId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const failure = TravelAgentError.from(error);
      if (stopsAll(failure) || failure.code.startsWith("STORAGE_") || life.signal.aborted) throw error;
      log.warn("a record of the crm was put aside", { provider: provider.id, code: failure.code, ...causeOf(failure) });
      await db.transaction((tx) =>
        conflicts.add(
          tx,
          { kind: "rejected", state: "open", dedupe: ["in", externalId], externalId, reason: `coming in: ${failure.code}: ${failure.message}` },
          clock.now(),
        ),
      );
    }
  }

  async function hints(): Promise<void> {
    const rows = await db.all<{ external_id: string }>("select external_id from crm_sync_hint where provider = ? order by at limit 500", provider.id);
    for (const { external_id: externalId } of rows) {
      life.signal.throwIfAborted();
      await guarded(externalId, async () => {
        await lookUp(parts, externalId, importNew, life.signal);
        await db.transaction((tx) => conflicts.settle(tx, "rejected", { externalId }, clock.now()));
      });
      await db.transaction((tx) => tx.run("delete from crm_sync_hint where provider = ? and external_id = ?", provider.id, externalId));
    }
  }

  async function incoming(): Promise<void> {
    for (let more = true; more; ) {
      life.signal.throwIfAborted();
      const page = await provider.changes(await places.read(db, "incoming"), { signal: life.signal });
      for (const change of page.changes)
        await guarded("contact" in change ? change.contact.externalId : change.removed, () => takeChange(parts, change, importNew, life.signal));
      await db.transaction((tx) => places.write(tx, "incoming", page.cursor));
      more = page.more;
    }
  }

  async function sendOne(row: Outgoing): Promise<void> {
    try {
      await push(parts, row, life.signal);
      await db.transaction((tx) => conflicts.settle(tx, "rejected", { field: `${row.kind}:${row.subjectId}` }, clock.now()));
    } catch (error) {
      if (life.signal.aborted) throw error;
      const failure = TravelAgentError.from(error);
      if (stopsAll(failure) || failure.code.startsWith("STORAGE_")) throw error;
      const passing = failure.code === "OUTCOME_UNKNOWN" || failure.code === "IN_PROGRESS" || failure.code === "INTERNAL";
      log.warn("something for the crm was not taken", {
        provider: provider.id,
        kind: row.kind,
        code: failure.code,
        attempts: row.attempts + 1,
        ...causeOf(failure),
      });
      await db.transaction(async (tx) => {
        if (passing && row.attempts + 1 < lastAttempt)
          return outgoing.later(tx, row, clock.now() + Math.max(backoff(row.attempts), failure.retryAfterMs ?? 0), failure.code);
        await outgoing.move(tx, row, "aside", failure.message);
        await conflicts.add(
          tx,
          {
            kind: "rejected",
            state: "open",
            dedupe: ["out", row.kind, row.subjectId],
            ...(row.kind === "customer" ? { customerId: row.subjectId } : {}),
            field: `${row.kind}:${row.subjectId}`,
            reason: `going out: ${failure.message}`,
          },
          clock.now(),
        );
      });
      // An outcome nobody knows may be the first sign that the other side is in trouble.
      if (failure.code === "OUTCOME_UNKNOWN") unknown += 1;
      if (unknown >= 3) throw new TravelAgentError("UNAVAILABLE", `${provider.id} leaves requests without an answer`);
    }
  }

  async function send(): Promise<void> {
    for (;;) {
      const rows = await outgoing.due(db, clock.now(), batch);
      for (const row of rows) {
        life.signal.throwIfAborted();
        await sendOne(row);
      }
      if (rows.length < batch) return;
    }
  }

  async function exchange(): Promise<void> {
    try {
      unknown = 0;
      if (!prepared) await provider.prepare?.({ signal: life.signal });
      prepared = true;
      await hints();
      await incoming();
      await feedChanges(feed, everything);
      everything = false;
      await send();
      health.ok();
    } catch (error) {
      if (life.signal.aborted) return;
      const failure = TravelAgentError.from(error);
      health.failed(failure.code, failure.retryAfterMs);
      log.warn("the exchange with the crm stopped", { provider: provider.id, code: failure.code, reason: failure.message });
    }
    onState?.();
  }

  /** One at a time; whoever asks while one is under way gets the one after it. */
  function run(): Promise<void> {
    if (underWay) {
      again = true;
      return underWay;
    }
    underWay = (async () => {
      do {
        again = false;
        await exchange();
      } while (again && !life.signal.aborted);
    })().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  function plan(ms: number): void {
    cancelTimer?.();
    if (!running || life.signal.aborted) return;
    cancelTimer = clock.after(ms, () => {
      void run().finally(() => plan(Math.max(pollMs, health.restMs())));
    });
  }

  async function status(): Promise<CrmSyncStatus> {
    const linked = await db.get<{ count: number }>("select count(*) as count from crm_sync_link where provider = ? and state = 'linked'", provider.id);
    return {
      provider: provider.id,
      agency,
      ...health.read(),
      linked: Number(linked?.count ?? 0),
      ...(await outgoing.counts(db)),
      conflicts: await conflicts.open(db),
    };
  }

  return {
    provider,
    start() {
      if (running) return;
      running = true;
      plan(0);
    },
    async stop() {
      running = false;
      cancelTimer?.();
      life.abort(new TravelAgentError("CANCELLED", "the exchange is stopping"));
      await underWay;
    },
    async sync() {
      await run();
      return status();
    },
    status,
    isWell() {
      const { state } = health.read();
      return state === "ok" || state === "untried";
    },
    conflicts: (filter) => conflicts.list(db, filter),
    async resolve(decision) {
      // Not beside an exchange that may be at the same record.
      await underWay;
      return resolveConflict(parts, decision, life.signal);
    },
    async receive(delivery) {
      if (!provider.webhooks) throw new TravelAgentError("NOT_FOUND", "this crm sends no webhooks here");
      const { externalIds } = await provider.webhooks.receive(delivery);
      await db.transaction(async (tx) => {
        for (const externalId of externalIds)
          await tx.run(
            "insert into crm_sync_hint (provider, external_id, at) values (?, ?, ?) on conflict (provider, external_id) do nothing",
            provider.id,
            externalId,
            clock.now(),
          );
      });
      if (running && health.restMs() === 0) plan(0);
    },
    async remove(externalIds, signal) {
      // A first exchange can take long; what is not removed now stays in the queue.
      const waited = new Promise<"late">((resolve) => clock.after(longestWaitMs, () => resolve("late")));
      if ((await Promise.race([underWay, waited])) === "late") return [...externalIds];
      const left: string[] = [];
      for (const externalId of externalIds) {
        const row = await outgoing.get(db, "remove", externalId);
        if (!row) continue;
        try {
          await push(parts, row, AbortSignal.any([signal, life.signal]));
        } catch (error) {
          log.warn("a record could not be removed from the crm yet", { provider: provider.id, code: TravelAgentError.from(error).code });
          left.push(externalId);
        }
      }
      return left;
    },
  };
}
