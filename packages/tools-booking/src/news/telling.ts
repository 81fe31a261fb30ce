import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import type { Order, OrderEvent } from "../order.ts";
import type { OrderStore, StoredOrder } from "../order-store.ts";
import { summaryOf } from "../wording.ts";
import { alsoAttend, noLongerAttend } from "./attention.ts";
import { choicesFor, type FindOffers } from "./choices.ts";
import type { DueNotice, Notice, Notices } from "./notices.ts";
import { sayCancelled, sayMajorChange, sayMinorChange, sayRestored, sayTicketed } from "./say-change.ts";

/** Words for the customer of a booking, ready to go out. */
export interface CustomerNews {
  /** The same again is told once. */
  id: string;
  sessionKey: string;
  text: string;
  stored: StoredOrder;
}

export interface TellingParts {
  db: Database;
  orders: OrderStore;
  notices: Notices;
  clock: Clock;
  log: Logger;
  find: FindOffers;
  /** Durable when it resolves; tried again when it raises. */
  announce(news: CustomerNews): Promise<void>;
  onChange(stored: StoredOrder): void;
}

/** Puts what suppliers did into words, and gets them to the customer: small things at once, the rest when a person approved them. */
export interface Telling {
  /** Does what is due; when the next is. */
  tell(): Promise<number | undefined>;
  /** A person approves a draft, or sends other words instead. Raises `CONFLICT` for what is no draft any more. */
  release(request: { id: string; text?: string; by: string }): Promise<Notice>;
}

const inHandMs = 120_000;
const againMs = [5000, 30_000, 120_000, 600_000, 1_800_000];

export function createTelling({ db, orders, notices, clock, log, find, announce, onChange }: TellingParts): Telling {
  async function words({ order }: StoredOrder, notice: Notice): Promise<{ text: string; approve: boolean }> {
    const { facts } = notice;
    const item = order.items.find(({ no }) => no === notice.item)!;
    switch (facts.kind) {
      case "ticketed":
        return {
          text: sayTicketed(
            order.reference,
            facts.documents.map(({ number }) => number),
          ),
          approve: false,
        };
      case "schedule-restored":
        return { text: sayRestored(order.reference), approve: false };
      case "cancelled":
        return { text: sayCancelled(summaryOf(item.offer), facts.refund, await choicesFor(order, item, undefined, clock.now(), find)), approve: true };
      case "schedule":
        if (facts.change.severity === "minor") return { text: sayMinorChange(facts.change, order.reference), approve: false };
        return { text: sayMajorChange(facts.change, await choicesFor(order, item, facts.change, clock.now(), find)), approve: true };
    }
  }

  async function apply(order: Order, events: readonly OrderEvent[]): Promise<void> {
    onChange(await db.transaction((tx) => orders.apply(tx, order.id, events)));
  }

  /** Nobody can be told by machine: a person does it. */
  async function giveUp(order: Order, notice: Notice, text: string): Promise<void> {
    await notices.end(notice.id, "failed", text);
    const reason = `the customer could not be told in the conversation of this booking; tell them by another way: ${text}`;
    await apply(order, alsoAttend(order, reason));
  }

  async function deal(notice: DueNotice): Promise<void> {
    const now = clock.now();
    if (!(await notices.claim(notice, now + inHandMs))) return;
    const stored = await orders.get(notice.orderId);
    if (!stored) return notices.end(notice.id, "failed", notice.text ?? "");
    if (notice.state === "new") {
      const { text, approve } = await words(stored, notice);
      if (approve) {
        await notices.draft(notice.id, text);
        return onChange(stored);
      }
      notice.text = text;
    }
    const text = notice.text ?? "";
    try {
      await announce({ id: notice.id, sessionKey: stored.order.sessionKey, text, stored });
      await notices.end(notice.id, "told", text);
    } catch (error) {
      const pause = againMs[notice.tries];
      log.warn("a customer could not be told of a supplier's news", { orderId: notice.orderId, code: TravelAgentError.from(error).code });
      if (pause === undefined || TravelAgentError.is(error, "NOT_FOUND")) return giveUp(stored.order, notice, text);
      await notices.later(notice.id, clock.now() + pause);
    }
  }

  return {
    async tell() {
      for (const notice of await notices.due(clock.now()))
        await deal(notice).catch((error: unknown) => log.error("a notice could not be dealt with", { orderId: notice.orderId, cause: String(error) }));
      return notices.nextAt();
    },

    async release({ id, text, by }) {
      const notice = await notices.get(id);
      if (!notice) throw new TravelAgentError("NOT_FOUND", `there is no draft ${id}`);
      const after = await db.transaction(async (tx) => {
        if (!(await notices.approve(tx, id, text, by, clock.now()))) return undefined;
        const stored = (await orders.get(notice.orderId, tx))!;
        const reason = notice.facts.kind === "schedule" ? notice.facts.attention : undefined;
        const events = reason === undefined ? [] : noLongerAttend(stored.order, reason, { by, note: "released the message to the customer" });
        return orders.apply(tx, stored.order.id, events);
      });
      if (!after) {
        const { state, approvedBy } = (await notices.get(id))!;
        if (approvedBy === by) return (await notices.get(id))!;
        throw new TravelAgentError("CONFLICT", `this message is ${state} and no draft any more; reload the booking`);
      }
      onChange(after);
      return (await notices.get(id))!;
    },
  };
}
