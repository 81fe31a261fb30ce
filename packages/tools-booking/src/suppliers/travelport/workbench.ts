import { TravelAgentError } from "@travelagent/protocol";
import type { Logger } from "@travelagent/protocol/ports";
import { openPapers } from "../../documents/opened-papers.ts";
import type { FlightOffer } from "../../offer.ts";
import type { BookRequest, Contact, SupplierCall } from "../../supplier.ts";
import { type Reply, type SupplierHttp, understand } from "../http/index.ts";
import { cashRequest, commentRequest, commitRequest, contactRequest, offerRequest, paymentRequest, travelerRequest } from "./requests.ts";
import { termsOf } from "./terms.ts";
import { OfferList, type Price, type Reservation, ReservationReply } from "./wire.ts";

/** A session in which a reservation is made up. Nothing of it lasts before it is committed. */
interface Workbench {
  id: string;
  /** The reservation it was opened for; empty for a new one. */
  reservation: Reservation;
  send(path: string, route: string, body: unknown): Promise<Reply>;
}

export interface Workbenches {
  /** Makes a reservation of an offer. `price` is what the workbench says right after the offer was added. */
  reserve(
    request: BookRequest<FlightOffer> & { contact: Contact & { phone: string } },
    check: (price: Price) => void,
    call: SupplierCall,
  ): Promise<Reservation>;
  /** Pays a reservation and issues its tickets. `check` sees the reservation before any money is named. */
  ticket(
    reference: string,
    check: (reservation: Reservation) => { total: { amount: string; currency: string }; offers: readonly string[] },
    call: SupplierCall,
  ): Promise<Reservation>;
}

export const reservationIn = (effect: "read" | "write", reply: Reply): Reservation =>
  understand("travelport", effect, () => ReservationReply.parse(reply.body).ReservationResponse.Reservation);

export function workbenches(http: SupplierHttp, log: Logger): Workbenches {
  const post = (path: string, route: string, json: unknown, query: Record<string, string> = {}) => ({ method: "POST" as const, path, route, json, query });

  /** Before the commit nothing has happened outside of the workbench, so that a lost reply there is no open question. */
  async function harmless<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (TravelAgentError.is(error) && error.code !== "OUTCOME_UNKNOWN") throw error;
      throw new TravelAgentError("SUPPLIER_UNAVAILABLE", "Travelport did not answer while the reservation was made up; nothing was booked", { cause: error });
    }
  }

  async function discard(id: string): Promise<void> {
    // The caller may have given up: the workbench must go all the same.
    const own = { signal: new AbortController().signal, requestId: "travelport-discard" };
    const path = `air/book/session/reservationworkbench/${id}`;
    await http
      .write({ method: "DELETE", path, route: "discard", timeoutMs: 10_000 }, own)
      .catch(() => log.warn("a workbench of Travelport could not be discarded; it goes by itself", { supplier: "travelport", workbench: id }));
  }

  /** Opens a workbench, works in it, commits it. It is discarded unless the commit went through, or may have. */
  async function committed(
    open: { path: string; route: string; query?: Record<string, string> },
    issuance: "Ticket" | undefined,
    work: (bench: Workbench) => Promise<void>,
    call: SupplierCall,
  ): Promise<Reservation> {
    const reservation = await harmless(async () => reservationIn("read", await http.write(post(open.path, open.route, {}, open.query), call)));
    const id = reservation.Identifier?.value;
    if (id === undefined) throw new TravelAgentError("SUPPLIER_UNAVAILABLE", "Travelport opened no workbench; try again in a minute");
    let keep = false;
    try {
      await harmless(() => work({ id, reservation, send: (path, route, body) => http.write(post(path, route, body), call) }));
      const path = `air/book/reservation/reservations/${id}`;
      try {
        const reply = await http.write(post(path, "commit", commitRequest(), issuance === undefined ? {} : { Issuance: issuance }), call);
        keep = true;
        return reservationIn("write", reply);
      } catch (error) {
        keep ||= TravelAgentError.is(error, "OUTCOME_UNKNOWN");
        throw error;
      }
    } finally {
      if (!keep) await discard(id);
    }
  }

  return {
    reserve: ({ offer, travellers, contact, key }, check, call) =>
      committed(
        { path: "air/book/session/reservationworkbench", route: "open" },
        undefined,
        async ({ id, send }) => {
          const added = await send(
            `air/book/airoffer/reservationworkbench/${id}/offers/buildfromcatalogproductofferings`,
            "add-offer",
            offerRequest(termsOf(offer.supplierRef)),
          );
          const price = understand("travelport", "read", () => OfferList.parse(added.body).OfferListResponse.OfferID[0]?.Price);
          if (price) check(price);
          const papers = await openPapers(travellers, call);
          for (const traveller of travellers)
            await send(`air/book/traveler/reservationworkbench/${id}/travelers`, "add-traveler", travelerRequest(traveller, contact, papers.get(traveller.id)));
          await send(`air/book/remarks/reservationworkbench/${id}/reservationcomments/list`, "add-comment", commentRequest(key));
          await send(`air/payment/reservationworkbench/${id}/formofpayment`, "add-form-of-payment", cashRequest());
          await send(`air/book/primarycontact/reservationworkbench/${id}/primarycontacts`, "add-contact", contactRequest(contact));
        },
        call,
      ),
    ticket: (reference, check, call) =>
      committed(
        { path: "air/book/session/reservationworkbench/buildfromlocator", route: "open-from-locator", query: { Locator: reference } },
        "Ticket",
        async ({ id, reservation, send }) => {
          const { total, offers } = check(reservation);
          await send(`air/payment/reservationworkbench/${id}/formofpayment`, "add-form-of-payment", cashRequest());
          await send(`air/paymentoffer/reservationworkbench/${id}/payments`, "add-payment", paymentRequest(total, offers));
        },
        call,
      ),
  };
}
