import type { InboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import type { Conversations } from "../conversations.ts";
import type { Outbox } from "../outbox.ts";
import type { SessionPort } from "../ports.ts";
import { saidByGateway } from "../said.ts";
import { sessionMeta } from "../session-meta.ts";

export interface Holding {
  /** Tells the customer of this turn that it takes longer: once, before its reply, and only while the agent has the conversation. */
  hold(runId: string, text: string): Promise<void>;
  /** A message came in: it is looked after until it is answered. */
  watch(): void;
  /** Looks after what was open before. */
  start(): void;
  stop(): void;
}

export interface HoldingOptions {
  db: Database;
  conversations: Conversations;
  outbox: Outbox;
  sessions: SessionPort;
  clock: Clock;
  log: Logger;
  /** 0: nothing is said by itself. Asked at every look. */
  holdAfterMs(): number;
  onHeld(): void;
}

const stillThere = "This takes a little longer than usual. I am still on it and will answer you here.";
/** Whoever was told hears it again after so long at the earliest, whatever they write meanwhile. */
const toldForMs = 600_000;
/** Of a session: it was told, and nothing else has been said to it since. Parameters: not before. */
const toldSql = `select 1 from outbox h where h.session_key = i.session_key and h.id like '%:holding' and h.created_at >= ?
  and not exists (select 1 from outbox r where r.session_key = h.session_key and r.created_at > h.created_at and r.id not like '%:holding')`;
/** Conversations that are told at one look. */
const atOnce = 200;
const retryMs = 2_000;

/** No customer waits without a word: holding messages, asked for by a turn or said by the gateway itself. */
export function createHolding({ db, conversations, outbox, sessions, clock, log, holdAfterMs, onHeld }: HoldingOptions): Holding {
  let cancel: (() => void) | undefined;
  let stopped = false;

  const hold = async (runId: string, text: string): Promise<void> => {
    const id = `${runId}:holding`;
    const sessionKey = await db.transaction(async (tx) => {
      const row = await tx.get("select session_key, epoch, message from inbox where id = ? and status = 'accepted' and kind = 'customer'", runId);
      if (!row) return undefined;
      const owner = await tx.get("select epoch, state from conversation where session_key = ?", row.session_key as string);
      if (owner?.state !== "agent" || Number(owner.epoch) !== Number(row.epoch)) return undefined;
      if (await tx.get("select 1 as found from outbox where id in (?, ?)", id, runId)) return undefined;
      if (await tx.get(`select 1 as found from inbox i where i.id = ? and exists (${toldSql})`, runId, clock.now() - toldForMs)) return undefined;
      await outbox.insert(tx, {
        id,
        sessionKey: row.session_key as string,
        address: (JSON.parse(row.message as string) as InboundMessage).address,
        author: "system",
        epoch: Number(owner.epoch),
        message: { text },
      });
      return row.session_key as string;
    });
    if (sessionKey === undefined) return;
    onHeld();
    outbox.kick(sessionKey);
    const conversation = await conversations.get(sessionKey);
    if (conversation) await sessions.ensure(sessionKey, sessionMeta(conversation.agentId, conversation.address));
    await sessions.append(sessionKey, [{ id: `${id}:final`, message: saidByGateway(text, clock.now()) }]);
  };

  /** Oldest first: messages of customers who have been told nothing since, one of each turn. */
  const unheld = (before: number) =>
    db.all(
      `select coalesce(min(i.taken_by), min(i.id)) as run_id, i.session_key, min(i.received_at) as since
       from inbox i join conversation c on c.session_key = i.session_key and c.state = 'agent' and c.epoch = i.epoch
       where i.status = 'accepted' and i.kind = 'customer' and i.received_at <= ?
         and not exists (select 1 from outbox o where o.session_key = i.session_key and o.created_at >= i.received_at)
         and not exists (${toldSql})
       group by i.session_key order by since limit ?`,
      before,
      clock.now() - toldForMs,
      atOnce,
    );

  const look = async (): Promise<void> => {
    cancel = undefined;
    const afterMs = holdAfterMs();
    if (stopped || afterMs <= 0) return;
    try {
      const now = clock.now();
      for (const row of await unheld(now - afterMs)) await hold(row.run_id as string, stillThere);
      const next = await unheld(Number.MAX_SAFE_INTEGER);
      if (next.length > 0) arm(Math.max(retryMs, Number(next[0]!.since) + afterMs - clock.now()));
    } catch (error) {
      log.warn("it could not be found out who waits for an answer", { error });
      arm(retryMs);
    }
  };
  const arm = (delayMs: number): void => {
    if (stopped) return;
    cancel ??= clock.after(delayMs, () => void look());
  };

  return {
    hold,
    watch() {
      const afterMs = holdAfterMs();
      if (afterMs > 0) arm(afterMs);
    },
    start() {
      void look();
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
