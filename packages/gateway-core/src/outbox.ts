import type { ChannelAdapter, PartsOptions, SendContext } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { MediaStore } from "@travelagent/protocol/media";
import type { Address, DeliveryReport, FailureCode, OutboundMessage, Receipt } from "@travelagent/protocol/messages";
import type { Clock, Database, Logger, Row, Tx } from "@travelagent/protocol/ports";
import { type Contact, refusalOf, type SendPurpose } from "./contact.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { deliveryParts, partId } from "./delivery/parts.ts";
import { lastInboundAt, windowRefusal } from "./delivery/reply-window.ts";
import { createSendsUnderWay } from "./delivery/under-way.ts";
import { storeCannotWrite } from "./store-failure.ts";

export type DeliveryStatus = "pending" | "attempting" | "sent" | "unknown" | "failed" | "expired" | "refused";

export interface Delivery {
  id: string;
  runId?: string;
  sessionKey: string;
  address: Address;
  message: OutboundMessage;
  /** Whether the person wants to hear it is asked when it is sent. */
  purpose: SendPurpose;
  /** Only `agent` is fenced: a person's words and the system's own go out whoever owns the conversation. */
  author: "agent" | "operator" | "system";
  epoch: number;
  status: DeliveryStatus;
  attempts: number;
  externalId?: string;
  reason?: string;
  /** Why it failed, where the platform said so in a way that tells what would help. */
  code?: FailureCode;
  /** What the platform told of it later. */
  reported?: DeliveryReport["state"];
  reportedAt?: number;
  /** Of a long message: so many of its parts are with the platform. */
  partsSent: number;
  /** So much of the text went out before, in messages of their own (UTF-16 units): the rest is what is sent. */
  saidBefore: number;
  createdAt: number;
}

export interface OutboxOptions {
  db: Database;
  clock: Clock;
  log: Logger;
  adapter(channel: string, accountId: string): ChannelAdapter | undefined;
  onChange(delivery: Delivery): void;
  /** An adapter is asked to send; the returned function hears what it said. */
  onSend?(delivery: Delivery): (receipt: Receipt) => void;
  /** A reply older than this is not sent any more: after a long outage it would only confuse. Default 24 h. */
  timeToLiveMs?: number;
  /** Attempts of a send that surely did not happen, with growing pauses. The default lasts for an outage of about two hours. */
  maxAttempts?: number;
  /** An adapter that says nothing for so long is not waited for: the outcome is unknown. Default 60 s. */
  sendTimeoutMs?: number;
  /** What is being sent when the gateway stops gets this long to end. Default 2 s. */
  drainMs?: number;
  /** Asked before each send. Absent: everything may go out. */
  contact?: Contact;
  /** Files of conversations. Absent: what would go out as a file is named in the text. */
  media?: Pick<MediaStore, "read">;
  /** How texts are cut for an account, beside the platform's own limits. */
  limits?(channel: string, accountId: string): Omit<PartsOptions, "files">;
  /** Whether messages can flow there now. What cannot be sent waits, and costs no attempt; `wake` takes it up. Default: always. */
  ready?(channel: string, accountId: string): boolean;
  /** Between 0 and 1, so that what failed together is not tried again together. */
  random?(): number;
}

export interface Outbox {
  /**
   * A repeat of the same id changes nothing. `claims`: the right to speak was looked at in this very commit, so that the delivery may
   * be claimed in it too; that is done where nothing else of the conversation waits and the adapter can tell after a crash what went out.
   */
  insert(
    tx: Tx,
    delivery: Pick<Delivery, "id" | "sessionKey" | "address" | "message" | "author" | "epoch"> & {
      runId?: string;
      claims?: boolean;
      purpose?: SendPurpose;
      saidBefore?: number;
      /** Not sent before this time. */
      notBefore?: number;
    },
  ): Promise<void>;
  /** What a person wrote on the platform itself: on record as sent. A repeat of the same id changes nothing. */
  record(tx: Tx, sent: Pick<Delivery, "id" | "sessionKey" | "address" | "message" | "epoch"> & { externalId: string; at: number }): Promise<void>;
  /** A person has the conversation now: what the agent has under way there is called off. Resolves when nothing of it can go out any more. */
  fence(sessionKey: string): Promise<void>;
  /** The channel can send again: what waits for it is tried now. */
  wake(channel: string, accountId: string): Promise<void>;
  /** There is something new for this conversation. Call after the commit. Before `start` nothing is sent. */
  kick(sessionKey: string): void;
  /**
   * Takes up what a crash left: what was being sent is asked after, never blindly sent again, and what follows it in its
   * conversation waits for that.
   */
  start(): Promise<void>;
  /** Starts no further send, waits for those under way, then aborts them: the next start asks what became of them. */
  stop(): Promise<void>;
  list(filter: { status?: string; limit?: number; cursor?: string }): Promise<{ deliveries: Delivery[]; nextCursor?: string }>;
  /** Replies of the agent that were dropped because a person had taken over: nobody saw them. */
  refusedIn(sessionKey: string): Promise<ReadonlySet<string>>;
  /** Ids of the confirmations in what was the conversation's last message at that time; none when it has not reached the customer. */
  lastShown(sessionKey: string, at: number): Promise<string[]>;
  /** Failed, expired or unknown goes back to pending. Raises `NOT_FOUND` or `CONFLICT`. */
  retry(id: string): Promise<void>;
  resolve(id: string, outcome: "sent" | "failed"): Promise<void>;
  /** Waits until the delivery is no longer on its way, at most five seconds. An id that is not there is not waited for. */
  settled(id: string): Promise<void>;
}

const settledWithinMs = 5_000;
const underWay = (status: DeliveryStatus): boolean => status === "pending" || status === "attempting";

const read = (row: Row): Delivery => ({
  id: row.id as string,
  ...(row.run_id ? { runId: row.run_id as string } : {}),
  sessionKey: row.session_key as string,
  address: JSON.parse(row.address as string) as Address,
  message: JSON.parse(row.message as string) as OutboundMessage,
  purpose: row.purpose as SendPurpose,
  author: row.author as Delivery["author"],
  epoch: Number(row.epoch),
  status: row.status as DeliveryStatus,
  attempts: Number(row.attempts),
  ...(row.external_id ? { externalId: row.external_id as string } : {}),
  ...(row.reason ? { reason: row.reason as string } : {}),
  ...(row.code ? { code: row.code as FailureCode } : {}),
  ...(row.reported ? { reported: row.reported as DeliveryReport["state"], reportedAt: Number(row.reported_at) } : {}),
  partsSent: Number(row.parts_sent),
  saidBefore: Number(row.said_before),
  createdAt: Number(row.created_at),
});

const takenOver = "a person has taken over the conversation";
/** A send that was called off gets this long to say whether it happened. */
const callOffMs = 2_000;

/**
 * pending → attempting → sent | unknown | failed | expired, or refused when a person owns the conversation meanwhile.
 * One conversation's messages go out one after the other, different conversations beside each other.
 */
export function createOutbox({
  db,
  clock,
  log,
  adapter,
  onChange,
  onSend,
  timeToLiveMs = 24 * 3_600_000,
  maxAttempts = 32,
  sendTimeoutMs = 60_000,
  drainMs = 2_000,
  contact,
  media,
  limits = () => ({}),
  ready = () => true,
  random = Math.random,
}: OutboxOptions): Outbox {
  const running = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const timers = new Map<string, () => void>();
  const stopping = new AbortController();
  let draining = false;
  let begun = false;
  /** Conversations in which nobody knows yet what became of a send before the start. */
  const unsure = new Set<string>();
  const waiting = new Map<string, Set<() => void>>();
  /** By conversation: what was inserted as claimed, in a commit that may be under way or may have failed. */
  const claimedAtOnce = new Map<string, string>();
  const underWayNow = createSendsUnderWay();
  const partsOf = (delivery: Delivery, channel: ChannelAdapter): OutboundMessage[] =>
    deliveryParts(delivery, channel, { ...limits(delivery.address.channel, delivery.address.accountId), files: media !== undefined });

  const changed = (delivery: Delivery): void => {
    if (!underWay(delivery.status)) for (const wake of waiting.get(delivery.id) ?? []) wake();
    onChange(delivery);
  };

  const settle = async (
    id: string,
    status: DeliveryStatus,
    fields: { externalId?: string; reason?: string; code?: FailureCode; nextAt?: number; partsSent?: number } = {},
  ): Promise<void> => {
    // A loss of power leaves `attempting`, which is asked after at the next start.
    const row = await db.transaction(
      (tx) =>
        tx.get(
          `update outbox set status = ?, external_id = coalesce(?, external_id), reason = ?, code = ?, next_at = ?, parts_sent = coalesce(?, parts_sent),
           updated_at = ? where id = ? returning *`,
          status,
          fields.externalId ?? null,
          fields.reason ?? null,
          fields.code ?? null,
          fields.nextAt ?? 0,
          fields.partsSent ?? null,
          clock.now(),
          id,
        ),
      { durable: status !== "sent" },
    );
    if (row) changed(read(row));
  };

  /** Claims the head of a conversation's queue in one commit with the check that the agent still may speak. */
  const claim = (sessionKey: string): Promise<{ delivery: Delivery; send: boolean; waitMs: number } | null> =>
    db.transaction(async (tx) => {
      const row = await tx.get("select * from outbox where status = 'pending' and session_key = ? order by created_at, id limit 1", sessionKey);
      if (!row) return null;
      const waitMs = Number(row.next_at) - clock.now();
      const delivery = read(row);
      if (waitMs > 0) return { delivery, send: false, waitMs };
      // Another one of the same conversation may go elsewhere; order comes first.
      if (!ready(delivery.address.channel, delivery.address.accountId) && Number(row.expires_at) > clock.now()) return null;
      const owner = await tx.get("select state, epoch, customer_id from conversation where session_key = ?", sessionKey);
      const fenced = delivery.author === "agent" && owner !== undefined && Number(owner.epoch) !== delivery.epoch;
      const expired = Number(row.expires_at) <= clock.now();
      const unwanted = fenced || expired ? undefined : await unwantedBecause(tx, delivery, owner?.customer_id as string | null | undefined);
      const status: DeliveryStatus = fenced || unwanted ? "refused" : expired ? "expired" : "attempting";
      const reason = fenced ? takenOver : expired ? "too old to be sent without a person's decision" : (unwanted ?? null);
      if (claimedAtOnce.get(sessionKey) === delivery.id) claimedAtOnce.delete(sessionKey);
      await tx.run("update outbox set status = ?, reason = ?, attempts = attempts + 1, updated_at = ? where id = ?", status, reason, clock.now(), delivery.id);
      return {
        delivery: { ...delivery, status, attempts: delivery.attempts + 1, ...(reason === null ? {} : { reason }) },
        send: status === "attempting",
        waitMs: 0,
      };
    });
  const unwantedBecause = (
    tx: Tx,
    { address, author, sessionKey, purpose }: Pick<Delivery, "address" | "author" | "sessionKey" | "purpose">,
    customerId: string | null | undefined,
  ): Promise<string | undefined> => refusalOf(tx, contact, { address, author, sessionKey, purpose, ...(customerId ? { customerId } : {}) }, clock.now());

  /** What was claimed when it was inserted, once that is committed. */
  const alreadyClaimed = async (sessionKey: string): Promise<Awaited<ReturnType<typeof claim>>> => {
    const id = claimedAtOnce.get(sessionKey);
    const row = id === undefined ? undefined : await db.get("select * from outbox where id = ? and status = 'attempting'", id);
    if (!row || claimedAtOnce.get(sessionKey) !== id) return null;
    claimedAtOnce.delete(sessionKey);
    return { delivery: read(row), send: true, waitMs: 0 };
  };
  const mayClaimAtOnce = async (tx: Tx, sessionKey: string, { channel, accountId }: Address): Promise<boolean> =>
    begun &&
    !draining &&
    // Nothing is being sent there.
    !unsure.has(sessionKey) &&
    !running.has(sessionKey) &&
    !claimedAtOnce.has(sessionKey) &&
    ready(channel, accountId) &&
    adapter(channel, accountId)?.reconcile !== undefined &&
    (await tx.get("select 1 as found from outbox where status = 'pending' and session_key = ? limit 1", sessionKey)) === undefined;

  const isWanted = async (tx: Tx, delivery: Pick<Delivery, "address" | "author" | "sessionKey" | "purpose">): Promise<boolean> => {
    const owner = await tx.get("select customer_id from conversation where session_key = ?", delivery.sessionKey);
    return (await unwantedBecause(tx, delivery, owner?.customer_id as string | null | undefined)) === undefined;
  };

  /** Most conversations have nothing more to send after each reply: that is looked up without a commit. What comes later is kicked for. */
  const hasPending = async (sessionKey: string): Promise<boolean> =>
    (await db.get("select 1 as found from outbox where status = 'pending' and session_key = ? limit 1", sessionKey)) !== undefined;

  const finish = async (delivery: Delivery, receipt: Receipt): Promise<void> => {
    const { id, partsSent, attempts } = delivery;
    if (receipt.status === "sent") return settle(id, "sent", { partsSent, ...(receipt.externalId === undefined ? {} : { externalId: receipt.externalId }) });
    if (receipt.status === "unknown") return settle(id, "unknown", { partsSent, reason: receipt.reason });
    const { reason, code } = receipt;
    const told = { reason, partsSent, ...(code === undefined ? {} : { code }) };
    if (!receipt.retryable || attempts >= maxAttempts) return settle(id, "failed", told);
    const pauseMs = Math.min(300_000, 500 * 2 ** attempts) * (0.9 + random() * 0.2);
    return settle(id, "pending", { ...told, nextAt: clock.now() + Math.max(receipt.retryAfterMs ?? 0, Math.round(pauseMs)) });
  };

  /** Whether the agent may still say this; a person's words and the system's own always may. */
  const maySpeak = async ({ author, sessionKey, epoch }: Delivery): Promise<boolean> => {
    if (author !== "agent") return true;
    const owner = await db.get("select epoch from conversation where session_key = ?", sessionKey);
    return owner === undefined || Number(owner.epoch) === epoch;
  };

  /** A part is with the platform: a restart goes on behind it. */
  const partSent = async (delivery: Delivery, part: number, receipt: Receipt & { status: "sent" }): Promise<void> => {
    const { id, sessionKey, address } = delivery;
    await db.transaction(
      async (tx) => {
        await tx.run("update outbox set parts_sent = ?, updated_at = ? where id = ?", part + 1, clock.now(), id);
        if (receipt.externalId !== undefined)
          await tx.run(
            `insert into delivery_part (delivery_id, part, session_key, channel, account_id, external_id, at) values (?, ?, ?, ?, ?, ?, ?)
             on conflict (delivery_id, part) do update set external_id = excluded.external_id, reported = null`,
            id,
            part,
            sessionKey,
            address.channel,
            address.accountId,
            receipt.externalId,
            clock.now(),
          );
      },
      { durable: false },
    );
  };

  /** Sends what is left of a delivery, part by part. `fenced`: a person took over first, and what is left is not sent. */
  const sendParts = async (delivery: Delivery, channel: ChannelAdapter): Promise<{ delivery: Delivery; receipt: Receipt; fenced?: true }> => {
    const parts = partsOf(delivery, channel);
    const wrote = await lastInboundAt(db, delivery);
    const read = media && ((attachment: { id: string }) => media.read(delivery.sessionKey, attachment.id));
    let receipt: Receipt = { status: "sent" };
    let current = delivery;
    for (let part = delivery.partsSent; part < parts.length; part += 1) {
      const message = parts[part]!;
      const closed = windowRefusal(message, channel.features, wrote, clock.now());
      if (closed) return { delivery: current, receipt: closed };
      const own = underWayNow.begin(current);
      try {
        if (!(await maySpeak(current)) || own.calledOff) return { delivery: current, receipt, fenced: true };
        const context = (signal: AbortSignal): SendContext => ({
          id: partId(current.id, part),
          author: current.author,
          signal,
          ...(current.runId === undefined ? {} : { runId: current.runId }),
          ...(read ? { read } : {}),
          ...(wrote === undefined ? {} : { lastInboundAt: wrote }),
        });
        receipt = await inTime(async (signal) => channel.send(current.address, message, context(signal)), own);
      } finally {
        own.end();
      }
      if (own.calledOff && receipt.status === "unknown" && channel.reconcile && !stopping.signal.aborted) {
        const known = await inTime(async (signal) => channel.reconcile!(current.address, partId(current.id, part), signal));
        receipt = known ?? { status: "failed", reason: takenOver, retryable: false };
      }
      if (own.calledOff && receipt.status === "failed") return { delivery: current, receipt, fenced: true };
      if (receipt.status !== "sent") return { delivery: current, receipt };
      if (parts.length > 1) await whenPossible(current.id, () => partSent(current, part, receipt as Receipt & { status: "sent" }));
      current = { ...current, partsSent: part + 1 };
    }
    return { delivery: current, receipt };
  };

  const drain = async (sessionKey: string): Promise<void> => {
    for (let first = true; ; first = false) {
      if (draining) return;
      again.delete(sessionKey);
      const own = await alreadyClaimed(sessionKey);
      const claimed = own ?? (first || (await hasPending(sessionKey)) ? await claim(sessionKey) : null);
      if (!claimed) {
        if (again.has(sessionKey)) continue;
        return;
      }
      const { delivery, send, waitMs } = claimed;
      if (waitMs > 0) {
        timers.get(sessionKey)?.();
        timers.set(
          sessionKey,
          clock.after(waitMs, () => kick(sessionKey)),
        );
        return;
      }
      if (!send) {
        changed(delivery);
        continue;
      }
      const channel = adapter(delivery.address.channel, delivery.address.accountId);
      const sent = onSend?.(delivery);
      const outcome = channel
        ? await sendParts(delivery, channel)
        : {
            delivery,
            receipt: { status: "failed", reason: `the channel ${delivery.address.channel} is not running`, retryable: true } satisfies Receipt,
          };
      const { receipt } = outcome;
      sent?.(receipt);
      // Cut off by the stop: it stays `attempting`, and the next start asks the adapter what became of it.
      if (stopping.signal.aborted && receipt.status === "unknown") return;
      const fenced = "fenced" in outcome && outcome.fenced;
      const said = outcome.delivery.partsSent > 0 ? `${takenOver}; a part of this was sent before` : takenOver;
      await whenPossible(delivery.id, () => (fenced ? settle(delivery.id, "refused", { reason: said }) : finish(outcome.delivery, receipt)));
    }
  };

  /** Asks an adapter and settles when it answers, when its time is over, or when the gateway stops; never rejects. */
  const inTime = <R>(
    ask: (signal: AbortSignal) => Promise<R>,
    callOff?: { onCallOff(listener: () => void): void },
  ): Promise<R | (Receipt & { status: "unknown" })> =>
    new Promise((resolve) => {
      // A signal of its own: what an adapter hangs on to it goes with the send.
      const own = new AbortController();
      let late = (): void => undefined;
      const end = (reason: string) => {
        own.abort(new TravelAgentError("UNAVAILABLE", reason));
        settle({ status: "unknown", reason });
      };
      const onStop = () => end("the gateway stopped while this was being sent");
      const disarm = clock.after(sendTimeoutMs, () => end(`the channel did not answer within ${sendTimeoutMs / 1000} s`));
      const settle = (outcome: R | (Receipt & { status: "unknown" })) => {
        disarm();
        late();
        stopping.signal.removeEventListener("abort", onStop);
        resolve(outcome);
      };
      stopping.signal.addEventListener("abort", onStop, { once: true });
      callOff?.onCallOff(() => {
        own.abort(new TravelAgentError("CANCELLED", takenOver));
        late = clock.after(callOffMs, () => end("it was called off while it was being sent"));
      });
      ask(own.signal).then(settle, (error: unknown) => settle({ status: "unknown", reason: `the adapter threw: ${String(error)}` }));
    });

  /** What became of a send is known now and to nobody else: a store that cannot write is asked until it can. */
  const whenPossible = async (deliveryId: string, write: () => Promise<void>): Promise<void> => {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (stopping.signal.aborted || !storeCannotWrite(error)) throw error;
        log.error("what became of a delivery waits for the storage", { deliveryId, code: TravelAgentError.from(error).code });
        await new Promise<void>((resolve) => void clock.after(1_000, resolve));
      }
    }
  };

  const kick = (sessionKey: string): void => {
    if (draining || !begun || unsure.has(sessionKey)) return;
    again.add(sessionKey);
    if (running.has(sessionKey)) return;
    const run = drain(sessionKey)
      .catch((error: unknown) => {
        log.error("the outbox could not record a delivery", { "pii.sessionKey": sessionKey, code: TravelAgentError.from(error).code });
        clock.after(2_000, () => kick(sessionKey));
      })
      .finally(() => {
        running.delete(sessionKey);
        if (again.has(sessionKey) && !draining && !timers.has(sessionKey)) queueMicrotask(() => kick(sessionKey));
      });
    timers.get(sessionKey)?.();
    timers.delete(sessionKey);
    running.set(sessionKey, run);
  };

  const set = async (id: string, from: readonly DeliveryStatus[], sql: string, ...values: (string | number)[]): Promise<Delivery> => {
    const row = await db.transaction(async (tx) => {
      const before = await tx.get("select * from outbox where id = ?", id);
      if (!before) throw new TravelAgentError("NOT_FOUND", `there is no delivery ${id}`);
      if (!from.includes(before.status as DeliveryStatus))
        throw new TravelAgentError("CONFLICT", `this delivery is ${String(before.status)}; only ${from.join(", ")} can be changed`);
      return tx.get(`update outbox set ${sql}, updated_at = ? where id = ? returning *`, ...values, clock.now(), id);
    });
    changed(read(row!));
    return read(row!);
  };

  return {
    async insert(tx, { id, runId, sessionKey, address, message, author, epoch, claims = false, purpose = "service", saidBefore = 0, notBefore = 0 }) {
      // What goes on behind blocks of the same answer comes after them, also within a millisecond.
      const now = clock.now() + (saidBefore > 0 ? 1 : 0);
      // Whether it is wanted is asked when it is claimed apart, so that a refusal is one everywhere.
      const claimed =
        claims &&
        notBefore <= now &&
        (await mayClaimAtOnce(tx, sessionKey, address)) &&
        (contact === undefined || (await isWanted(tx, { address, author, sessionKey, purpose })));
      const { changes } = await tx.run(
        `insert into outbox (id, run_id, session_key, channel, account_id, address, message, author, epoch, status, attempts, next_at, created_at, expires_at, updated_at, purpose, said_before)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`,
        id,
        runId ?? null,
        sessionKey,
        address.channel,
        address.accountId,
        JSON.stringify(address),
        JSON.stringify(message),
        author,
        epoch,
        claimed ? "attempting" : "pending",
        claimed ? 1 : 0,
        notBefore,
        now,
        now + timeToLiveMs,
        now,
        purpose,
        saidBefore,
      );
      if (claimed && changes > 0) claimedAtOnce.set(sessionKey, id);
    },
    async record(tx, { id, sessionKey, address, message, epoch, externalId, at }) {
      await tx.run(
        `insert into outbox (id, session_key, channel, account_id, address, message, author, epoch, status, attempts, next_at, external_id, created_at,
           expires_at, updated_at) values (?, ?, ?, ?, ?, ?, 'operator', ?, 'sent', 0, 0, ?, ?, ?, ?) on conflict (id) do nothing`,
        id,
        sessionKey,
        address.channel,
        address.accountId,
        JSON.stringify(address),
        JSON.stringify(message),
        epoch,
        externalId,
        at,
        at,
        clock.now(),
      );
    },
    fence: (sessionKey) => underWayNow.callOff(sessionKey),
    async wake(channel, accountId) {
      await db.transaction((tx) =>
        tx.run(
          "update outbox set next_at = 0 where status = 'pending' and next_at > 0 and attempts > 0 and channel = ? and account_id = ?",
          channel,
          accountId,
        ),
      );
      for (const row of await db.all("select distinct session_key from outbox where status = 'pending' and channel = ? and account_id = ?", channel, accountId))
        kick(row.session_key as string);
    },
    kick,
    async start() {
      const interrupted = (await db.all("select * from outbox where status = 'attempting' order by created_at, id")).map(read);
      const askAfter = async (delivery: Delivery): Promise<void> => {
        const channel = adapter(delivery.address.channel, delivery.address.accountId);
        const part = partId(delivery.id, delivery.partsSent);
        const receipt = channel?.reconcile && (await inTime(async (signal) => channel.reconcile!(delivery.address, part, signal)));
        // Cut off by the stop: the next start asks again.
        if (stopping.signal.aborted) return;
        if (receipt === null) await settle(delivery.id, "pending");
        else if (receipt?.status === "sent" && channel && delivery.partsSent + 1 < partsOf(delivery, channel).length) {
          await partSent(delivery, delivery.partsSent, receipt);
          await settle(delivery.id, "pending");
        } else await finish(delivery, receipt ?? { status: "unknown", reason: "the gateway stopped while this was being sent" });
      };
      for (const { sessionKey } of interrupted) unsure.add(sessionKey);
      // From here on rows that are being sent are our own.
      begun = true;
      for (const row of await db.all("select distinct session_key from outbox where status = 'pending'")) kick(row.session_key as string);
      // Beside each other: a platform that does not answer holds up no other, nor the start for long.
      await Promise.all(
        [...unsure].map(async (sessionKey) => {
          await Promise.all(interrupted.filter((delivery) => delivery.sessionKey === sessionKey).map(askAfter));
          unsure.delete(sessionKey);
          kick(sessionKey);
        }),
      );
    },
    async stop() {
      draining = true;
      for (const cancel of timers.values()) cancel();
      timers.clear();
      let disarm = (): void => undefined;
      const late = new Promise<void>((resolve) => (disarm = clock.after(drainMs, resolve)));
      await Promise.race([Promise.allSettled(running.values()), late]);
      disarm();
      stopping.abort(new TravelAgentError("UNAVAILABLE", "the gateway is stopping"));
      await Promise.allSettled(running.values());
      // Nobody has begun to send these: nothing about them has to be asked after.
      for (const id of claimedAtOnce.values())
        await db
          .transaction((tx) => tx.run("update outbox set status = 'pending', attempts = 0 where id = ? and status = 'attempting'", id))
          .catch((error: unknown) => log.warn("a delivery is asked after at the next start, although nobody sent it", { deliveryId: id, error }));
    },
    async list({ status, limit = 50, cursor }) {
      const [at, after] = readCursor(cursor);
      const wanted = status ? [status] : ["unknown", "failed", "expired", "refused", "pending", "attempting"];
      const rows = await db.all(
        `select * from outbox where status in (${wanted.map(() => "?").join(", ")}) and (created_at < ? or (created_at = ? and id > ?)) order by created_at desc, id limit ?`,
        ...wanted,
        at,
        at,
        after,
        limit + 1,
      );
      const deliveries = rows.slice(0, limit).map(read);
      const last = deliveries.at(-1);
      return {
        deliveries,
        ...(rows.length > limit && last ? { nextCursor: writeCursor(last.createdAt, last.id) } : {}),
      };
    },
    async refusedIn(sessionKey) {
      return new Set((await db.all("select id from outbox where session_key = ? and status = 'refused'", sessionKey)).map((row) => row.id as string));
    },
    async lastShown(sessionKey, at) {
      const row = await db.get(
        "select message, status from outbox where session_key = ? and created_at <= ? order by created_at desc, id desc limit 1",
        sessionKey,
        at,
      );
      if (row?.status !== "sent" && row?.status !== "attempting") return [];
      const { cards = [] } = JSON.parse(row.message as string) as OutboundMessage;
      return cards.flatMap((card) => (card.kind === "confirmation" ? [card.confirmationId] : []));
    },
    async retry(id) {
      const delivery = await set(
        id,
        ["failed", "expired", "unknown", "refused"],
        "status = 'pending', next_at = 0, attempts = 0, reported = null, code = null, parts_sent = case when reported = 'failed' then 0 else parts_sent end, expires_at = ?",
        clock.now() + timeToLiveMs,
      );
      kick(delivery.sessionKey);
    },
    async resolve(id, outcome) {
      const row = await db.get("select * from outbox where id = ?", id);
      const delivery = row && read(row);
      const channel = delivery && adapter(delivery.address.channel, delivery.address.accountId);
      // Of a long message the part nobody was sure of: what comes behind it is still to be sent.
      const goesOn = outcome === "sent" && channel !== undefined && delivery!.partsSent + 1 < partsOf(delivery!, channel).length;
      if (!goesOn) return void (await set(id, ["unknown"], "status = ?", outcome));
      await set(id, ["unknown"], "status = 'pending', next_at = 0, parts_sent = ?", delivery!.partsSent + 1);
      kick(delivery!.sessionKey);
    },
    async settled(id) {
      let wake = (): void => undefined;
      const woken = new Promise<void>((resolve) => (wake = resolve));
      const waiters = waiting.get(id) ?? new Set();
      waiting.set(id, waiters.add(wake));
      const disarm = clock.after(settledWithinMs, wake);
      try {
        const row = await db.get("select status from outbox where id = ?", id);
        if (row && underWay(row.status as DeliveryStatus)) await woken;
      } finally {
        disarm();
        waiters.delete(wake);
        if (waiters.size === 0) waiting.delete(id);
      }
    },
  };
}
