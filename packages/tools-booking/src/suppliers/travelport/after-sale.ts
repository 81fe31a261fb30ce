import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { minorUnits, zero } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { surelyNothingHappened } from "../../write-outcome.ts";
import { afterSaleOnce, type QuoteBook, type SupplierHttp, type SupplierMemory, understand } from "../http/index.ts";
import { rejected } from "../rejected.ts";
import { withinLimit } from "../within-limit.ts";
import { cancelTerms, type OrderNote, ticketsOf, totalOf } from "./map-reservation.ts";
import { cancelRequest } from "./requests.ts";
import type { Reservation } from "./wire.ts";
import { reservationIn, type Workbenches } from "./workbench.ts";

type Port = VerticalSupplier<FlightQuery, FlightOffer>;

export interface AfterSaleParts {
  http: SupplierHttp;
  bench: Workbenches;
  memory: SupplierMemory;
  quotes: QuoteBook;
  clock: Clock;
  read(reference: string, call: SupplierCall): Promise<SupplierOrder>;
  noteOf(reference: string): Promise<OrderNote | null>;
  putNote(reference: string, note: OrderNote): Promise<void>;
}

export interface AfterSale extends Required<Pick<Port, "ticket" | "quoteCancel" | "cancel">> {
  /** Pays and issues. Raises `PRICE_CHANGED` when the reservation costs more than `most`; nothing is paid then. */
  issue(reference: string, most: Money, call: SupplierCall): Promise<void>;
  withTickets(reference: string, call: SupplierCall): Promise<SupplierOrder>;
  /** Raises `OUTCOME_UNKNOWN` while an attempt to issue tickets, whose reply was lost, may still go through. */
  checkIssued(reference: string): Promise<void>;
  /** Takes back a reservation without tickets, then raises `why`. */
  undo(reference: string, note: OrderNote, why: unknown, call: SupplierCall): Promise<never>;
  /** What comes after a commit that went through: an error there never means that nothing happened. */
  afterCommit<T>(reference: string, work: () => Promise<T>): Promise<T>;
}

/** A workbench lives no longer: what it has not done by then it never does. */
const workbenchMs = 30 * 60_000;

const unknown = (reference: string, message: string, more: object = {}, cause?: unknown) =>
  new TravelAgentError("OUTCOME_UNKNOWN", message, { details: { supplier: "travelport", reference, ...more }, cause });

export function travelportAfterSale({ http, bench, memory, quotes, clock, read, noteOf, putNote }: AfterSaleParts): AfterSale {
  async function afterCommit<T>(reference: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!surelyNothingHappened(error)) throw error;
      throw unknown(reference, "Travelport has a reservation of this purchase and could not be asked how it stands; it is looked up again", {}, error);
    }
  }

  const cancelAll = (reference: string, call: SupplierCall) =>
    http.write({ method: "POST", path: `air/receipt/reservations/${encodeURIComponent(reference)}/receipts`, route: "cancel", json: cancelRequest() }, call);

  async function checkIssued(reference: string): Promise<void> {
    const since = await memory.get<number>("flight ticketing", reference);
    // Nothing at Travelport refuses a second ticket, so that the first attempt must be surely over.
    if (since !== null && clock.now() < since + workbenchMs)
      throw unknown(reference, "an earlier attempt to issue these tickets may still go through at Travelport; ask again in half an hour");
  }

  async function issue(reference: string, most: Money, call: SupplierCall): Promise<void> {
    await checkIssued(reference);
    await memory.put("flight ticketing", reference, clock.now());
    const check = (reservation: Reservation) => {
      if (ticketsOf(reservation).length > 0)
        throw unknown(reference, "the reservation has tickets already; it is looked up again", { code: "ALREADY_TICKETED" });
      const total = totalOf(reservation);
      if (!total) throw rejected("no_price", "the reservation has no price to pay; a person has to price it");
      withinLimit(total, most, most);
      return { total, offers: reservation.Offer.map(({ id }) => id ?? "") };
    };
    await bench.ticket(reference, check, call).catch(async (error: unknown) => {
      if (surelyNothingHappened(error)) await memory.remove("flight ticketing", reference);
      throw error;
    });
    const note = await noteOf(reference);
    if (note) await putNote(reference, { ...note, issued: true });
  }

  async function withTickets(reference: string, call: SupplierCall): Promise<SupplierOrder> {
    const order = await afterCommit(reference, () => read(reference, call));
    if (order.status === "ticketed") return order;
    throw unknown(reference, "Travelport took the payment and shows no tickets for all travellers; a person has to look at the reservation", {
      needsPerson: true,
    });
  }

  return {
    afterCommit,
    issue,
    checkIssued,
    withTickets,
    async undo(reference, note, why, call) {
      // A cancellation without a reply may arrive later: until then the reservation must not pass for bought.
      await putNote(reference, { ...note, undoneAt: clock.now() });
      try {
        await cancelAll(reference, call);
      } catch (error) {
        if (surelyNothingHappened(error)) await putNote(reference, note);
        throw unknown(reference, "a reservation that must not be bought could not be taken back at Travelport; it is looked up again", {}, error);
      }
      throw why;
    },
    ticket: (reference, key, call) =>
      afterSaleOnce(
        memory,
        "flight ticket",
        { reference, key },
        {
          async act() {
            const before = await read(reference, call);
            if (before.status === "cancelled") throw rejected("order_lapsed", "the order is cancelled or its hold ran out; book again");
            if (before.status === "ticketed") return before;
            // A hold keeps the seats and not the price: no more than what it was held for is paid.
            await issue(reference, (await noteOf(reference))?.total ?? before.total, call);
            return withTickets(reference, call);
          },
          async settled() {
            const order = await read(reference, call);
            if (order.status === "ticketed") return order;
            await checkIssued(reference);
            return null;
          },
        },
      ),
    async quoteCancel(reference, call) {
      const order = await read(reference, call);
      return quotes.issue({ action: "cancel", reference, ...(await terms(order, call)), due: zero(order.total.currency), vendor: { status: order.status } });
    },
    cancel: (reference, token, key, call) =>
      afterSaleOnce(
        memory,
        "flight cancel",
        { reference, key },
        {
          async act() {
            const quote = await quotes.accept<{ status: string }>(token, "cancel", reference);
            const now = await read(reference, call);
            const { penalty } = await terms(now, call);
            if (now.status !== quote.vendor.status || minorUnits(penalty) !== minorUnits(quote.penalty))
              throw rejected("quote_outdated", "what cancelling costs has changed since the quote; ask for a new one");
            const note = (await noteOf(reference)) ?? { key: "", total: now.total };
            await putNote(reference, { ...note, total: now.total, cancelling: { penalty: quote.penalty, refund: quote.refund } });
            await cancelAll(reference, call);
            const order = await afterCommit(reference, () => read(reference, call));
            if (order.status !== "cancelled")
              throw unknown(reference, "Travelport took the cancellation and still shows the flights; a person has to look at it", { needsPerson: true });
            return order;
          },
          async settled() {
            const order = await read(reference, call);
            return order.status === "cancelled" ? order : null;
          },
        },
      ),
  };

  /** By the fare's own rules: whether a ticket can still be voided is nothing that is worked out here. */
  async function terms(order: SupplierOrder, call: SupplierCall): Promise<{ penalty: Money; refund: Money }> {
    if (order.status === "cancelled") throw rejected("already_cancelled", "the order is cancelled already; nothing is left to do");
    const nothing = zero(order.total.currency);
    if (order.status !== "ticketed") return { penalty: nothing, refund: nothing };
    const path = `air/book/reservation/reservations/${encodeURIComponent(order.reference)}`;
    const reservation = reservationIn("read", await http.read({ method: "GET", path, route: "retrieve", query: { detailViewInd: true } }, call));
    const known = understand("travelport", "read", () => cancelTerms(reservation, order.total));
    if (!known) throw rejected("manual_refund", "the fare's rules for a refund are not stated; a person has to ask the airline");
    return known;
  }
}
