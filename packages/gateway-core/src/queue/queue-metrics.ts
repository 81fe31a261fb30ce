import type { DeadLetter } from "@travelagent/protocol";
import type { Clock, Database } from "@travelagent/protocol/ports";
import type { MessageKind } from "../inbox.ts";
import type { Metrics } from "../metrics.ts";

/** How urgent a turn is: people before programs, cron jobs and hooks. */
export const turnClasses = ["interactive", "background"] as const;
export type TurnClass = (typeof turnClasses)[number];

export const classOf = (kind: MessageKind): TurnClass => (kind === "program" ? "background" : "interactive");

/** Of `Work.submit`: who gets the next free slot. */
export const priorityOf = (turnClass: TurnClass): number => (turnClass === "interactive" ? 10 : 0);

export interface QueueMetrics {
  dropped(policy: "old" | "new" | "summarize" | "interrupt" | "capacity" | "busy"): void;
  merged(messages: number): void;
  deadLetter(kind: DeadLetter["kind"]): void;
  held(): void;
  /** No model can answer this run for now, or one can again. */
  parked(runId: string, isParked: boolean): void;
  readonly parkedNow: number;
  isParked(runId: string): boolean;
}

/** What waits is counted in the table, when somebody scrapes, and at most this often; a scrape shows what the one before found out. */
const recountAfterMs = 1_000;

export function createQueueMetrics({ db, clock, metrics }: { db: Database; clock: Clock; metrics: Metrics }): QueueMetrics {
  const dropped = metrics.counter("queue_dropped_total", "Messages that ended unanswered because others came, by policy.", ["policy"]);
  const merged = metrics.counter("queue_merged_total", "Messages that were answered together with another one.");
  const letters = metrics.counter("dead_letters_total", "Turns and flows that ended without doing what they were for, by kind.", ["kind"]);
  const holding = metrics.counter("holding_messages_total", "Customers who were told that an answer takes longer.");
  const parked = new Set<string>();
  metrics.gauge("turns_parked", "Turns that wait for a model that can answer.", () => parked.size);

  let counted = { waiting: new Map<TurnClass, number>(), oldestAt: 0, open: 0, at: Number.NEGATIVE_INFINITY };
  const recount = async (): Promise<void> => {
    counted.at = clock.now();
    const rows = await db.all("select kind, count(*) as n, min(received_at) as oldest from inbox where status = 'accepted' and taken_by is null group by kind");
    const waiting = new Map<TurnClass, number>();
    let oldestAt = 0;
    for (const { kind, n, oldest } of rows) {
      const turnClass = classOf(kind as MessageKind);
      waiting.set(turnClass, (waiting.get(turnClass) ?? 0) + Number(n));
      oldestAt = oldestAt === 0 ? Number(oldest) : Math.min(oldestAt, Number(oldest));
    }
    const open = Number((await db.get("select count(*) as n from dead_letter where state = 'open'"))?.n ?? 0);
    counted = { waiting, oldestAt, open, at: counted.at };
  };
  const current = (): typeof counted => {
    if (clock.now() - counted.at >= recountAfterMs) recount().catch(() => undefined);
    return counted;
  };
  metrics.gauge("queue_waiting_messages", "Messages that wait for their turn, by class.", () => {
    const { waiting } = current();
    return turnClasses.map((turnClass) => ({ labels: { class: turnClass }, value: waiting.get(turnClass) ?? 0 }));
  });
  metrics.gauge("queue_oldest_seconds", "Age of the message that waits longest.", () => {
    const { oldestAt } = current();
    return oldestAt === 0 ? 0 : Math.max(0, clock.now() - oldestAt) / 1000;
  });
  metrics.gauge("dead_letters", "Dead letters that nobody has dealt with.", () => current().open);

  return {
    dropped: (policy) => dropped.at(policy).inc(),
    merged: (messages) => merged.at().inc(messages),
    deadLetter: (kind) => letters.at(kind).inc(),
    held: () => holding.at().inc(),
    parked(runId, isParked) {
      if (isParked) parked.add(runId);
      else parked.delete(runId);
    },
    isParked: (runId) => parked.has(runId),
    get parkedNow() {
      return parked.size;
    },
  };
}
