import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type * as z from "zod";
import { toBooking } from "./booking-view.ts";
import type { Bookings } from "./bookings.ts";
import type { Search } from "./fan-out.ts";
import { type AccountBalance, type LedgerLine, marginOf, openOf } from "./ledger.ts";
import { money } from "./money.ts";
import type { Notice } from "./news/notices.ts";
import type { OrderFilter, StoredOrder } from "./order-store.ts";
import { SearchCarsArgs, SearchFlightsArgs, SearchHotelsArgs } from "./tools/arguments.ts";

/** A day stands for its first moment as `from` and for its last as `to`. */
function instant(name: string, text: string, wholeDay: boolean): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new TravelAgentError("INVALID_REQUEST", `${name} must be a date or an ISO 8601 time, such as 2027-03-12`);
  return wholeDay && /^\d{4}-\d{2}-\d{2}$/.test(text) ? at + 86_400_000 : at;
}

function parse<T>(schema: z.ZodType<T>, query: unknown): T {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw new TravelAgentError("INVALID_REQUEST", parsed.error.issues.map((issue) => `query.${issue.path.join(".")}: ${issue.message}`).join("; "));
}

const defined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };

function searchOf(kind: "flight" | "hotel" | "car", query: unknown, currency: string): Search {
  if (kind === "flight") {
    const args = parse(SearchFlightsArgs, query);
    return {
      kind,
      query: defined({ childrenAges: [], cabin: "ECONOMY", directOnly: false, limit: 20, ...args, currency: args.maxTotal?.currency ?? currency }) as Extract<
        Search,
        { kind: "flight" }
      >["query"],
    };
  }
  if (kind === "hotel") {
    const args = parse(SearchHotelsArgs, query);
    return {
      kind,
      query: defined({ rooms: 1, childrenAges: [], refundableOnly: false, limit: 20, ...args, currency: args.maxTotal?.currency ?? currency }) as Extract<
        Search,
        { kind: "hotel" }
      >["query"],
    };
  }
  const args = parse(SearchCarsArgs, query);
  return {
    kind,
    query: defined({ dropOff: args.pickUp, driverAge: 30, automaticOnly: false, limit: 20, ...args, currency: args.maxTotal?.currency ?? currency }) as Extract<
      Search,
      { kind: "car" }
    >["query"],
  };
}

const documents = ({ order }: StoredOrder) => order.items.flatMap((item) => item.documents.map((document) => ({ item: item.no, ...document })));

const noticeView = ({ orderId: _, createdAt, ...notice }: Notice) => ({ ...notice, createdAt: new Date(createdAt).toISOString() });

const lineView = ({ minor, currency, at, ...line }: LedgerLine) => ({ ...line, amount: money(minor, currency), at: new Date(at).toISOString() });
const figures = (accounts: readonly AccountBalance[]) => ({ balance: openOf(accounts), margin: marginOf(accounts) });

/** The wire methods of this package. */
export function bookingHandlers(bookings: Bookings, { currency = "EUR" }: { currency?: string } = {}): Handlers {
  const must = async (id: string): Promise<StoredOrder> => {
    const stored = (await bookings.get(id)) ?? (await bookings.byReference(id));
    if (!stored) throw new TravelAgentError("NOT_FOUND", `there is no booking ${id}`);
    return stored;
  };
  return {
    "bookings.list": (params) => {
      const { from, to, ...rest } = params ?? {};
      const filter = {
        ...defined(rest),
        ...(from === undefined ? {} : { from: instant("from", from, false) }),
        ...(to === undefined ? {} : { to: instant("to", to, true) }),
      };
      return bookings.list(filter as OrderFilter);
    },
    "bookings.get": async ({ id }) => {
      const stored = await must(id);
      const [history, payments] = await Promise.all([bookings.timeline(stored.order.id), bookings.payments(stored.order.id)]);
      return {
        booking: toBooking(stored),
        ...(stored.order.failure ? { failure: stored.order.failure } : {}),
        ...(stored.order.attention === undefined ? {} : { attention: stored.order.attention }),
        timeline: history.map(({ at, type, entry }) => ({ at: new Date(at).toISOString(), type, ...entry })),
        payments: payments.map(({ createdAt, orderId: _, heard: __, seen: ___, askedAt: ____, ...payment }) => ({
          ...payment,
          createdAt: new Date(createdAt).toISOString(),
        })),
        documents: documents(stored),
        notices: (await bookings.notices(stored.order.id)).map(noticeView),
        ledger: (await bookings.ledger(stored.order.id)).map(lineView),
        ...figures(await bookings.accounts(stored.order.id)),
      };
    },
    "bookings.reconcile": async ({ id }, { signal }) => {
      const stored = await must(id);
      return { booking: toBooking(await bookings.reconcile(stored.order.id, { waitMs: 25_000, signal })) };
    },
    "bookings.attend": async ({ id, idempotencyKey, item, supplierReference, ...said }, { signal, actor }) => {
      const stored = await must(id);
      const which = { ...(item === undefined ? {} : { item }), ...(supplierReference === undefined ? {} : { supplierReference }) };
      const after = await bookings.attend(
        { id: stored.order.id, ...said, ...which, by: actor },
        { idempotencyKey: `attend:${idempotencyKey}`, waitMs: 25_000, signal },
      );
      return { booking: toBooking(after) };
    },
    "bookings.release": async ({ id, text }, { actor }) => ({
      notice: noticeView(await bookings.releaseNotice({ id, by: actor, ...(text === undefined ? {} : { text }) })),
    }),
    "bookings.ledger": async (params) => {
      if (params?.id === undefined) {
        const accounts = await bookings.accounts();
        return { accounts, ...figures(accounts) };
      }
      const { id } = (await must(params.id)).order;
      const accounts = await bookings.accounts(id);
      return { accounts, lines: (await bookings.ledger(id)).map(lineView), ...figures(accounts) };
    },
    "offers.search": async ({ kind, query }, { requestId, connectionId, signal }) => {
      // An operator's search belongs to its connection: no customer can buy from it by guessing ids.
      const outcome = await bookings.search(searchOf(kind, query, currency), { sessionKey: `operator:${connectionId}` }, { requestId, signal });
      return {
        offers: outcome.offers.map(({ offer: { supplierRef: _, ...offer }, tags }) => ({ ...offer, tags })),
        suppliers: outcome.suppliers.map((answer) => ({ ...answer })),
      };
    },
    "suppliers.status": () => ({ suppliers: bookings.suppliers().map((supplier) => ({ ...supplier })) }),
  };
}
