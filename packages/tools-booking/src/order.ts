import { type BookingStatus, canonicalJson, type ErrorShape, type Money, TravelAgentError } from "@travelagent/protocol";
import { add, subtract, sum, zero } from "./money.ts";
import type { ScheduleChange } from "./news/journey-changes.ts";
import type { Journey, Offer } from "./offer.ts";
import type { Contact, OrderChange, SupplierOrder, Traveller } from "./supplier.ts";

/** A write at the supplier that was started, so that a restart knows what may have happened. */
export interface Doing {
  what: "hold" | "book" | "ticket" | "cancel" | "change" | "modify";
  /** The key given to the supplier. */
  key: string;
  /** Where the item stands again if it turns out that nothing happened. */
  before: BookingStatus;
  /** Of a change: what it is exchanged for, and what that costs all told. `change` where the travel itself is kept. */
  to?: { offer: Offer; total: Money; change?: OrderChange };
}

/** Exchange of one item, or a change that keeps the travel. */
export type Alteration = { item: number; to: Offer } | { change: OrderChange };

/** What somebody said yes to for a change. */
export interface ChangeTerms {
  penalty: Money;
  refund: Money;
  due: Money;
}

/** A change that was confirmed and waits until the customer has paid for it. */
export interface PlannedChange {
  alteration: Alteration;
  confirmed: ChangeTerms;
  /** Key of the payment. */
  payment: string;
}

/** A payment the customer has to make on the provider's page. */
export interface AwaitedPayment {
  key: string;
  payUrl: string;
  /** ISO UTC; given up afterwards. */
  payUntil: string;
}

/** One offer of a trip, bought at one supplier. */
export interface OrderItem {
  /** 1, 2, … */
  no: number;
  offer: Offer;
  /** What the customer said yes to. */
  quoted: Money;
  /** What it costs now. */
  total: Money;
  /** What the supplier asks of us; in another currency where it counts in one. Absent before the purchase. */
  cost?: Money;
  /** What the supplier pays us for it; gone once cancelled. */
  commission?: Money;
  /** It was held, and the hold ran out. */
  lapsed?: boolean;
  /** After a change of bags. */
  checkedBags?: { total: number; paid: number };
  /** False when it is paid on the spot. */
  paidHere: boolean;
  status: BookingStatus;
  doing?: Doing;
  supplierReference?: string;
  locators: string[];
  documents: SupplierOrder["documents"];
  paymentTimeLimit?: string;
  /** Flights as the supplier has them now; set once they differ from those that were bought. */
  journeys?: Journey[];
  /** How `journeys` differ from what was agreed. What was bought stays in `offer`. */
  scheduleChange?: ScheduleChange;
  /** The last schedule change that the customer accepted. */
  agreed?: Journey[];
  /** What the supplier says it costs, or comes back, where that is not what was recorded and a person was told. */
  drift?: Money;
  /** Set once cancelled. */
  penalty?: Money;
  refund?: Money;
}

/** A trip as one customer buys it. Everything here is decided by events; no clock and no I/O. */
export interface Order {
  id: string;
  reference: string;
  customerId: string;
  sessionKey: string;
  travellers: Traveller[];
  contact: Contact;
  currency: string;
  /** Nothing is bought above it: the total of what was confirmed. */
  maxTotal: Money;
  items: OrderItem[];
  /** Captured less refunded. */
  paid: Money;
  /** Id of the provider that its payments go through. */
  provider?: string;
  /** Means of payment the customer has on file there. */
  method?: string;
  status: BookingStatus;
  /** Why it is given up; from then on everything is taken back. */
  failure?: ErrorShape;
  /** A person decided to keep what stands of it. */
  kept?: boolean;
  /** Why a person has to look at it. */
  attention?: string;
  /** A payment write whose outcome nobody knows yet: the key of the payment. */
  paymentInDoubt?: boolean | string;
  /** Nothing goes on before the customer has paid. */
  awaiting?: AwaitedPayment;
  planned?: PlannedChange;
  /** What became of the last request when it came to nothing, for the customer. */
  notice?: string;
  /** Somebody outside could not be reached in the middle: it goes on by itself later. */
  unfinished?: boolean;
}

type Facts = Pick<SupplierOrder, "reference" | "status" | "locators" | "documents" | "total"> &
  Partial<Pick<SupplierOrder, "paymentTimeLimit" | "penalty" | "refund" | "commission">>;

export type OrderEvent =
  | { type: "repriced"; item: number; offer: Offer }
  /** On record before the supplier is called. */
  | { type: "attempt"; item: number; what: Doing["what"]; key: string; to?: Doing["to"] }
  /** The supplier's own record after the write, whether from its reply or read back. */
  | { type: "outcome"; item: number; facts: Facts }
  /** Surely nothing happened. */
  | { type: "refused"; item: number }
  /** Nobody can tell. */
  | { type: "lost"; item: number }
  /** A hold that ran out at the supplier. */
  | { type: "lapsed"; item: number }
  /** Locators and documents that the supplier added by itself: all of them. */
  | { type: "papers"; item: number; locators: string[]; documents: SupplierOrder["documents"] }
  /** The supplier moved the flights by itself. */
  | { type: "schedule-changed"; item: number; journeys: Journey[]; change: ScheduleChange }
  /** It moved them back to what was agreed. */
  | { type: "schedule-restored"; item: number }
  | { type: "schedule-answered"; item: number; answer: "accepted" | "refused" }
  /** The supplier's price, or refund of what is cancelled, is another one than was recorded. */
  | { type: "drifted"; item: number; was: Money; now: Money }
  /** It says what we earn, and had not said so when the travel was bought. */
  | { type: "earned"; item: number; commission: Money }
  /** The trip is given up. */
  | { type: "failed"; error: ErrorShape }
  | { type: "needs-human"; reason: string }
  /** A person took it in hand; by whom, how and why where that was said. */
  | { type: "attended"; by?: string; resolution?: string; note?: string }
  /** A person decided that what stands is kept, although the trip was given up. */
  | { type: "kept" }
  /** All money that moved so far, so that hearing it twice changes nothing. */
  | { type: "paid"; paid: Money }
  | { type: "payment-lost"; key: string }
  | { type: "payment-settled"; key: string }
  | ({ type: "awaiting-payment" } & AwaitedPayment)
  /** Paid, refused or too late. */
  | { type: "payment-over"; key: string }
  | { type: "planned"; planned: PlannedChange }
  /** On record before the supplier hears of it: from then on it is the item that shows what happens. */
  | { type: "change-begun" }
  | { type: "change-dropped"; reason: string }
  | { type: "unfinished" }
  | { type: "finished" }
  /** The money of cancelled items is back with the customer: `voided` when it was never taken. */
  | { type: "returned"; how: "refunded" | "voided" };

const booked: readonly BookingStatus[] = ["held", "confirmed", "ticketed"];
const gone: readonly BookingStatus[] = ["cancelled", "voided", "refunded", "failed"];

export const isBooked = (item: OrderItem): boolean => booked.includes(item.status);
/** Nothing of it is left at the supplier. */
export const isGone = (item: OrderItem): boolean => gone.includes(item.status);

/** Whether nobody knows what became of a write on this payment. */
export const isInDoubt = ({ paymentInDoubt }: Pick<Order, "paymentInDoubt">, key: string): boolean => paymentInDoubt === true || paymentInDoubt === key;

const illegal = (item: OrderItem, event: string): TravelAgentError =>
  new TravelAgentError(
    "CONFLICT",
    `item ${item.no} is ${item.status}${item.doing ? ` (${item.doing.what} under way)` : ""} and cannot take "${event}"; reload the booking`,
  );

const startable: Record<Doing["what"], readonly BookingStatus[]> = {
  hold: ["pending"],
  book: ["pending"],
  ticket: ["held", "confirmed"],
  cancel: booked,
  change: ["confirmed", "ticketed"],
  modify: booked,
};

const endsAs: Record<Doing["what"], readonly SupplierOrder["status"][]> = {
  hold: ["held", "confirmed", "ticketed", "cancelled"],
  book: ["confirmed", "ticketed", "held", "cancelled"],
  ticket: ["ticketed", "confirmed", "cancelled"],
  cancel: ["cancelled"],
  change: ["held", "confirmed", "ticketed"],
  modify: ["held", "confirmed", "ticketed"],
};

function without<T extends object, K extends keyof T>(value: T, ...keys: K[]): Omit<T, K> {
  const copy = { ...value };
  for (const key of keys) delete copy[key];
  return copy;
}

/** An exchange leaves behind what happened to the travel that was exchanged. */
const newsOfOld = ["journeys", "scheduleChange", "agreed"] as const;

function withFacts(item: OrderItem, facts: Facts): OrderItem {
  const { doing, ...rest } = item;
  const to = doing?.what === "change" || doing?.what === "modify" ? doing.to : undefined;
  const cancelled = facts.status === "cancelled";
  // What the customer pays stays in the currency of the trip, whatever the supplier counts in.
  const total = cancelled || facts.total.currency !== item.total.currency ? item.total : facts.total;
  return {
    // With the supplier's own record of now, what drifted from an older one is no drift any more.
    ...without(rest, "paymentTimeLimit", "commission", "drift", ...(doing?.what === "change" ? newsOfOld : [])),
    ...(to ? { offer: to.offer, quoted: to.total } : {}),
    ...(to?.change?.checkedBags ? { checkedBags: to.change.checkedBags } : {}),
    status: facts.status,
    total: to ? to.total : total,
    cost: cancelled && item.cost ? item.cost : facts.total,
    ...(facts.commission && !cancelled ? { commission: facts.commission } : {}),
    supplierReference: facts.reference,
    locators: facts.locators,
    documents: facts.documents,
    ...(facts.paymentTimeLimit === undefined || facts.status !== "held" ? {} : { paymentTimeLimit: facts.paymentTimeLimit }),
    ...(cancelled && facts.penalty ? { penalty: facts.penalty } : {}),
    ...(cancelled && facts.refund ? { refund: facts.refund } : {}),
  };
}

/** Whether the item already shows what `facts` says, so that the same news twice is no error. */
const shows = (item: OrderItem, facts: Facts): boolean =>
  item.doing === undefined && item.status === facts.status && item.supplierReference === facts.reference;

type NewsEvent = Extract<OrderEvent, { type: "papers" | "schedule-changed" | "schedule-restored" | "schedule-answered" | "drifted" | "earned" }>;

/** What the supplier did by itself. Nothing of it touches what was bought, its status or its price. */
function advanceByNews(item: OrderItem, event: NewsEvent): OrderItem {
  const next = withNews(item, event);
  if (canonicalJson(next) === canonicalJson(item)) return item;
  if (item.doing || (event.type !== "drifted" && !isBooked(item))) throw illegal(item, event.type);
  return next;
}

function withNews(item: OrderItem, event: NewsEvent): OrderItem {
  switch (event.type) {
    case "papers":
      return { ...item, locators: event.locators, documents: event.documents };
    case "schedule-changed":
      return { ...item, journeys: event.journeys, scheduleChange: event.change };
    case "schedule-restored":
      return { ...without(item, "journeys", "scheduleChange"), ...(item.agreed ? { journeys: item.agreed } : {}) };
    case "schedule-answered": {
      const { scheduleChange, journeys } = item;
      if (!scheduleChange || !journeys) throw illegal(item, event.type);
      return { ...item, scheduleChange: { ...scheduleChange, answer: event.answer }, ...(event.answer === "accepted" ? { agreed: journeys } : {}) };
    }
    case "drifted":
      return { ...item, drift: event.now };
    case "earned":
      return { ...item, commission: event.commission };
  }
}

function advanceItem(item: OrderItem, event: Extract<OrderEvent, { item: number }>): OrderItem {
  const { doing } = item;
  switch (event.type) {
    case "repriced":
      if (item.status !== "pending" || doing) throw illegal(item, event.type);
      return { ...item, offer: event.offer, total: event.offer.price.total };
    case "attempt":
      if (doing?.key === event.key && doing.what === event.what && item.status !== "unknown") return item;
      if (doing || !startable[event.what].includes(item.status)) throw illegal(item, event.what);
      return {
        ...item,
        status: event.what === "cancel" ? "cancellation-pending" : item.status,
        doing: { what: event.what, key: event.key, before: item.status, ...(event.to ? { to: event.to } : {}) },
      };
    case "outcome":
      if (shows(item, event.facts)) return item;
      if (!doing || !endsAs[doing.what].includes(event.facts.status)) throw illegal(item, event.facts.status);
      return withFacts(item, event.facts);
    case "refused": {
      if (!doing) {
        if (item.status === "failed") return item;
        throw illegal(item, event.type);
      }
      return { ...without(item, "doing"), status: doing.before === "pending" ? "failed" : doing.before };
    }
    case "lost":
      if (!doing) throw illegal(item, event.type);
      return { ...item, status: "unknown" };
    case "lapsed":
      if (item.status === "cancelled") return item;
      if (item.status !== "held" || doing) throw illegal(item, event.type);
      return { ...without(item, "paymentTimeLimit"), status: "cancelled", lapsed: true, penalty: zero(item.total.currency), refund: zero(item.total.currency) };
    case "papers":
    case "schedule-changed":
    case "schedule-restored":
    case "schedule-answered":
    case "drifted":
    case "earned":
      return advanceByNews(item, event);
  }
}

/** The status of the trip as its items, its payment and its failure make it: the least settled of them shows. */
export function statusOf(order: Pick<Order, "items" | "failure" | "attention" | "paymentInDoubt">): BookingStatus {
  const has = (status: BookingStatus) => order.items.some((item) => item.status === status);
  if (order.attention !== undefined) return "needs-human";
  if (has("unknown") || order.paymentInDoubt) return "unknown";
  if (has("cancellation-pending")) return "cancellation-pending";
  const alive = order.items.filter((item) => !isGone(item));
  if (alive.length > 0) return (["pending", ...booked] as const).find((status) => alive.some((item) => item.status === status)) ?? "pending";
  if (order.failure || order.items.every((item) => item.status === "failed")) return "failed";
  return (["refunded", "voided", "cancelled"] as const).find(has) ?? "failed";
}

function change(order: Order, event: OrderEvent): Order {
  if ("item" in event) {
    const item = order.items.find(({ no }) => no === event.item);
    if (!item) throw new TravelAgentError("INVALID_REQUEST", `this booking has no item ${event.item}; it has ${order.items.length}`);
    const next = advanceItem(item, event);
    if (next === item) return order;
    const travellers = event.type === "outcome" && item.doing?.what === "modify" ? item.doing.to?.change?.travellers : undefined;
    return { ...order, ...(travellers ? { travellers: [...travellers] } : {}), items: order.items.map((other) => (other === item ? next : other)) };
  }
  switch (event.type) {
    case "failed":
      if (order.failure) return order;
      return {
        ...order,
        failure: event.error,
        items: order.items.map((item) => (item.status === "pending" && !item.doing ? { ...item, status: "failed" as const } : item)),
      };
    case "needs-human":
      return order.attention === event.reason ? order : { ...order, attention: event.reason };
    case "attended":
      // One with a note is always on record.
      return order.attention === undefined ? (event.note === undefined ? order : { ...order }) : without(order, "attention");
    case "kept":
      return {
        ...without(order, "failure"),
        kept: true,
        items: order.items.map((item) => (item.status === "pending" && !item.doing ? { ...item, status: "failed" as const } : item)),
      };
    case "planned":
      return { ...without(order, "notice"), planned: event.planned };
    case "change-begun":
      return order.planned || order.notice !== undefined ? without(order, "planned", "notice") : order;
    case "change-dropped":
      return { ...without(order, "planned"), notice: event.reason };
    case "unfinished":
      return order.unfinished ? order : { ...order, unfinished: true };
    case "finished":
      return order.unfinished ? without(order, "unfinished") : order;
    case "returned":
      if (!order.items.some((item) => item.status === "cancelled")) {
        if (order.items.some((item) => item.status === event.how)) return order;
        throw new TravelAgentError("CONFLICT", `a booking that is ${order.status} has nothing to give back; cancel it first`);
      }
      return { ...order, items: order.items.map((item) => (item.status === "cancelled" && item.paidHere ? { ...item, status: event.how } : item)) };
    default:
      return changePayment(order, event);
  }
}

type PaymentEvent = Extract<OrderEvent, { type: "paid" | "payment-lost" | "payment-settled" | "awaiting-payment" | "payment-over" }>;

function changePayment(order: Order, event: PaymentEvent): Order {
  switch (event.type) {
    case "paid":
      subtract(event.paid, order.paid);
      return order.paid.amount === event.paid.amount ? order : { ...order, paid: event.paid };
    case "payment-lost":
      return order.paymentInDoubt ? order : { ...order, paymentInDoubt: event.key };
    case "payment-settled":
      return isInDoubt(order, event.key) ? without(order, "paymentInDoubt") : order;
    case "awaiting-payment": {
      const { type: _, ...awaiting } = event;
      const same = order.awaiting?.key === awaiting.key && order.awaiting.payUrl === awaiting.payUrl && order.awaiting.payUntil === awaiting.payUntil;
      return same ? order : { ...order, awaiting };
    }
    case "payment-over":
      return order.awaiting?.key === event.key ? without(order, "awaiting") : order;
  }
}

/**
 * Every legal move of an order is in this function. News heard twice changes nothing and gives the same object; only `refused`
 * of a write on something already bought is heard once, since afterwards nothing is under way any more. Raises `CONFLICT` for a move that the item's state forbids, `INVALID_REQUEST` for an item that is not there.
 */
export function advance(order: Order, event: OrderEvent): Order {
  const next = change(order, event);
  if (next === order) return order;
  const status = statusOf(next);
  return { ...next, status };
}

/** What the customer owes for an item: its price once it is bought, its penalty once cancelled, nothing before, nor for a hold. */
export function chargeOf(item: OrderItem): Money {
  const nothing = zero(item.total.currency);
  const status = item.doing && item.status !== "cancellation-pending" ? item.doing.before : item.status;
  if (status === "pending" || status === "held" || status === "failed") return nothing;
  if (!gone.includes(status)) return item.total;
  if (item.penalty) return item.penalty;
  return item.refund && item.paidHere ? subtract(item.total, item.refund) : nothing;
}

export const totalOf = (order: Pick<Order, "items" | "currency">): Money =>
  sum(
    order.items.map((item) => item.total),
    order.currency,
  );

/** Still to be paid; what is not bought yet counts as long as the trip is not given up. Negative when we owe the customer. */
export function balanceOf(order: Order): Money {
  const owed = order.items.map((item) => (isGone(item) ? chargeOf(item) : item.total));
  return subtract(owed.reduce(add, zero(order.currency)), order.paid);
}
