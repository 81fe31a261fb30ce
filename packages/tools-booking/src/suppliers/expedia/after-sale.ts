import { type Money, TravelAgentError } from "@travelagent/protocol";
import { compare, subtract, sum, zero } from "../../money.ts";
import { penaltyAt } from "../../offer-facts.ts";
import type { OrderChange, Quote, SupplierCall, SupplierOrder } from "../../supplier.ts";
import { afterSaleOnce, createQuoteBook, understand } from "../http/index.ts";
import { rejected } from "../rejected.ts";
import { cancellationOf } from "./map-cancellation.ts";
import { isCancelled, orderOf } from "./map-order.ts";
import { totalOf } from "./map-price.ts";
import type { ItineraryNote, Session } from "./session.ts";
import type { Itinerary, ItineraryRoom, Link } from "./wire.ts";

export interface AfterSale {
  read(reference: string, call: SupplierCall): Promise<SupplierOrder>;
  resume(reference: string, key: string, call: SupplierCall): Promise<SupplierOrder>;
  quoteCancel(reference: string, call: SupplierCall): Promise<Quote>;
  cancel(reference: string, token: string, key: string, call: SupplierCall): Promise<SupplierOrder>;
  quoteModify(reference: string, change: OrderChange, call: SupplierCall): Promise<Quote>;
  modify(reference: string, change: OrderChange, token: string, key: string, call: SupplierCall): Promise<SupplierOrder>;
}

const quoteMs = 15 * 60_000;

export function createAfterSale(session: Session): AfterSale {
  const { memory, clock, follow, notes, retrieve } = session;
  const quotes = createQuoteBook(memory, clock, quoteMs);

  interface Seen {
    note: ItineraryNote;
    shown: Itinerary;
    order: SupplierOrder;
  }

  async function look(reference: string, call: SupplierCall): Promise<Seen> {
    const note = await notes.get(reference);
    if (!note) throw rejected("order_not_found", "this itinerary was not booked here, and Rapid shows it only with the guest's e-mail address");
    try {
      const shown = await retrieve(reference, note, call);
      return { note, shown, order: understand("expedia", "read", () => orderOf(shown, note)) };
    } catch (error) {
      // Rapid forgets a hold that ran out.
      if (!note.heldUntil || note.resumed || Date.parse(note.heldUntil) > clock.now() || !TravelAgentError.is(error, "SUPPLIER_REJECTED")) throw error;
      const nothing = zero(note.total.currency);
      const shown: Itinerary = { itinerary_id: reference };
      const order: SupplierOrder = {
        reference,
        key: note.key,
        status: "cancelled",
        locators: [reference],
        total: note.total,
        documents: [],
        refund: nothing,
        penalty: nothing,
      };
      return { note, shown, order };
    }
  }

  function alive({ order }: Seen): void {
    if (order.status === "cancelled") throw rejected("already_cancelled", "the itinerary is cancelled already; nothing is left to do");
  }

  /** What cancelling a room costs now, and until when that holds. */
  function roomTerms({ rate, checkin }: ItineraryRoom, { checkInUtc, timeZone }: ItineraryNote): { penalty: Money; total: Money; until: number } {
    const now = clock.now();
    if (!rate?.pricing) throw new TravelAgentError("SUPPLIER_UNAVAILABLE", "Rapid does not show what the booking cost; try again in some minutes");
    const total = totalOf([rate.pricing]);
    const rules = {
      refundable: rate.refundable ?? false,
      penalties: rate.cancel_penalties ?? [],
      nonrefundable: rate.nonrefundable_date_ranges ?? [],
    };
    const steps = cancellationOf(rules, { checkIn: checkin, checkInUtc, timeZone, rooms: [rate.pricing], total }, now);
    const next = steps.find(({ from }) => from !== "now" && Date.parse(from) > now);
    return { penalty: penaltyAt(steps, now, total.currency), total, until: next ? Date.parse(next.from) : Number.POSITIVE_INFINITY };
  }

  function terms({ order, shown, note }: Seen): { penalty: Money; refund: Money; until: number } {
    const { currency } = order.total;
    if (order.status === "held") return { penalty: zero(currency), refund: zero(currency), until: Number.POSITIVE_INFINITY };
    const rooms = (shown.rooms ?? []).filter((room) => !isCancelled(room)).map((room) => roomTerms(room, note));
    const penalty = sum(
      rooms.map((room) => room.penalty),
      currency,
    );
    return { penalty, refund: subtract(order.total, penalty), until: Math.min(...rooms.map(({ until }) => until)) };
  }

  /** 202 says that Rapid itself does not know; then only reading tells. */
  async function act(link: Link | undefined, route: string, call: SupplierCall, json?: unknown): Promise<void> {
    if (!link) throw rejected("not_allowed", "Rapid does not allow that for this booking any more");
    await follow("write", link, route, call, json);
  }

  async function verified(reference: string, call: SupplierCall, done: (seen: Seen) => boolean, what: string): Promise<SupplierOrder> {
    let seen: Seen;
    try {
      seen = await look(reference, call);
    } catch (error) {
      throw new TravelAgentError("OUTCOME_UNKNOWN", `Rapid took the ${what} and cannot show the booking; read it later`, { cause: error });
    }
    if (!done(seen)) throw new TravelAgentError("OUTCOME_UNKNOWN", `Rapid took the ${what} and does not show it yet; read the booking later`);
    return seen.order;
  }

  const resumed = ({ order }: Seen) => order.status === "confirmed" || order.status === "ticketed";

  async function markResumed(reference: string, call: SupplierCall): Promise<SupplierOrder> {
    await verified(reference, call, resumed, "confirmation");
    const note = await notes.get(reference);
    await notes.put(reference, { ...note!, resumed: true });
    return (await look(reference, call)).order;
  }

  const namesOf = (change: OrderChange): readonly { givenName: string; familyName: string }[] => {
    if (!change.travellers?.length || change.cabin !== undefined || change.checkedBags !== undefined)
      throw rejected("change_not_allowed", "at a hotel only the names of the guests can be changed");
    return change.travellers;
  };

  const hasNames = ({ shown }: Seen, names: readonly { givenName: string; familyName: string }[]): boolean =>
    (shown.rooms ?? []).every((room, i) => {
      const { givenName, familyName } = names[i] ?? names[0]!;
      return isCancelled(room) || (room.given_name === givenName && room.family_name === familyName);
    });

  return {
    read: async (reference, call) => (await look(reference, call)).order,

    resume: (reference, key, call) =>
      afterSaleOnce(
        memory,
        "hotel ticket",
        { reference, key },
        {
          async act() {
            const seen = await look(reference, call);
            if (seen.order.status === "cancelled") throw rejected("order_lapsed", "the hold ran out or was cancelled; book again");
            if (seen.order.status === "held") await act(seen.shown.links?.resume, "itineraries/{id}/resume", call);
            return markResumed(reference, call);
          },
          settled: async () => (resumed(await look(reference, call)) ? markResumed(reference, call) : null),
        },
      ),

    async quoteCancel(reference, call) {
      const seen = await look(reference, call);
      alive(seen);
      const { penalty, refund, until } = terms(seen);
      const expiresAt = new Date(Math.min(clock.now() + quoteMs, until)).toISOString();
      return quotes.issue({ action: "cancel", reference, penalty, refund, due: zero(penalty.currency), vendor: null }, expiresAt);
    },

    cancel: (reference, token, key, call) =>
      afterSaleOnce(
        memory,
        "hotel cancel",
        { reference, key },
        {
          async act() {
            const quote = await quotes.accept(token, "cancel", reference);
            const seen = await look(reference, call);
            alive(seen);
            const { penalty } = terms(seen);
            if (compare(penalty, quote.penalty) > 0)
              throw new TravelAgentError("PRICE_CHANGED", "cancelling costs more by now; ask for a new quote", {
                details: { was: quote.penalty, now: penalty },
              });
            const standing = (seen.shown.rooms ?? []).filter((room) => !isCancelled(room));
            await notes.put(reference, { ...seen.note, cancelled: { refund: quote.refund, penalty: quote.penalty } });
            if (seen.order.status === "held") await act(seen.shown.links?.cancel, "itineraries/{id}", call);
            for (const [i, room] of standing.entries()) {
              if (seen.order.status === "held") break;
              try {
                await act(room.links?.cancel, "itineraries/{id}/rooms/{room}", call);
              } catch (error) {
                // With one room gone and another refused, the cancellation as a whole is neither done nor undone.
                if (i === 0) throw error;
                throw new TravelAgentError("OUTCOME_UNKNOWN", "some rooms are cancelled and one was refused; read the booking", { cause: error });
              }
            }
            return verified(reference, call, ({ order }) => order.status === "cancelled", "cancellation");
          },
          async settled() {
            const { order } = await look(reference, call);
            return order.status === "cancelled" ? order : null;
          },
        },
      ),

    async quoteModify(reference, change, call) {
      namesOf(change);
      const seen = await look(reference, call);
      alive(seen);
      const nothing = zero(seen.order.total.currency);
      return quotes.issue({ action: "modify", reference, penalty: nothing, refund: nothing, due: nothing, vendor: null });
    },

    modify: (reference, change, token, key, call) =>
      afterSaleOnce(
        memory,
        "hotel modify",
        { reference, key },
        {
          async act() {
            await quotes.accept(token, "modify", reference);
            const names = namesOf(change);
            const seen = await look(reference, call);
            alive(seen);
            for (const [i, room] of (seen.shown.rooms ?? []).entries()) {
              if (isCancelled(room)) continue;
              const { givenName, familyName } = names[i] ?? names[0]!;
              await act(room.links?.change, "itineraries/{id}/rooms/{room}", call, { given_name: givenName, family_name: familyName });
            }
            return verified(reference, call, (now) => hasNames(now, names), "change");
          },
          async settled() {
            const seen = await look(reference, call);
            return hasNames(seen, namesOf(change)) ? seen.order : null;
          },
        },
      ),
  };
}
