import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import { minorUnits, money } from "../../money.ts";
import type { Answer, Route, SimulatedRequest, World } from "../kit/index.ts";
import { fault, type OrderFault, orderAnswer } from "./answers.ts";
import { type BookingParts, contactOf, createBooking, generous, simulatorCall, travellersOf, worldFault, worldKey } from "./create-booking.ts";
import { bookingDocument, type PassengerRecord, signatureOf } from "./record.ts";

const Named = z.looseObject({ confirmationId: z.string().regex(/^[A-Z0-9]{6,}$/) });

const Fulfil = Named.extend({
  acceptPriceChanges: z.boolean().default(true),
  priceQuoteExpirationMethod: z.enum(["Reprice", "Override", "Quit"]).default("Reprice"),
  formsOfPayment: z.array(z.looseObject({ type: z.string() })).default([]),
  fulfillments: z.array(z.looseObject({ payment: z.looseObject({ primaryFormOfPayment: z.number().int().min(1) }).optional() })).min(1),
});

const Modify = Named.extend({
  bookingSignature: z.string(),
  before: z.record(z.string(), z.unknown()),
  after: z.record(z.string(), z.unknown()),
});

const Cancel = Named.extend({ cancelAll: z.boolean().optional(), flightTicketOperation: z.enum(["VOID", "REFUND"]).optional() });

export interface AfterBookingParts extends BookingParts {
  /** How long after ticketing a ticket can be voided, in minutes. */
  voidMinutes: number;
}

/** The carrier takes seats back when the time limit passes; nobody writes that into the record. */
export async function hasLapsed(world: World, { status, sold, flight }: PassengerRecord): Promise<boolean> {
  if (status !== "open" || sold === undefined || !flight) return false;
  return (await world.counter("sabre").supplier.flights!.read(sold, simulatorCall())).status === "cancelled";
}

export function bookingRoutes(parts: AfterBookingParts): Route[] {
  const { world, records, voidMinutes } = parts;
  const { clock } = world;
  const flights = () => world.counter("sabre").supplier.flights!;
  const cars = () => world.counter("sabre").supplier.cars!;

  const lapsed = (record: PassengerRecord) => hasLapsed(world, record);

  type Handler<T> = (record: PassengerRecord, body: T, request: SimulatedRequest) => Promise<{ body?: object; errors?: OrderFault[] }>;
  const forRecord =
    <T extends { confirmationId: string }>(schema: z.ZodType<T>, handle: Handler<T>) =>
    async (request: SimulatedRequest): Promise<Answer> => {
      const parsed = schema.safeParse(request.json);
      const now = clock.now();
      if (!parsed.success) {
        const at = parsed.error.issues[0]?.path.join(".") ?? "";
        return orderAnswer(now, request.json, {}, [{ ...fault("REQUIRED_FIELD_MISSING", `${at} is missing or invalid`, "BAD_REQUEST"), fieldName: at }]);
      }
      if (request.has("error_in_200")) return orderAnswer(now, parsed.data, {}, [fault("UNABLE_TO_PROCESS", "A downline service refused the request.")]);
      const record = await records.get(parsed.data.confirmationId);
      if (!record) return orderAnswer(now, parsed.data, {}, [fault("BOOKING_NOT_FOUND", "Unable to find the booking.", "NOT_FOUND")]);
      const { body = {}, errors = [] } = await handle(record, parsed.data, request);
      return orderAnswer(now, parsed.data, body, errors);
    };

  const get: Handler<z.infer<typeof Named>> = async (record, body) => {
    const document = bookingDocument(record, await lapsed(record));
    // A part of the record carries no signature.
    return { body: { ...document, ...(body.returnOnly === undefined ? { bookingSignature: signatureOf(record) } : {}) } };
  };

  const shownTickets = (tickets: PassengerRecord["tickets"]) => tickets.map(({ number }) => ({ number, ticketStatusName: "Issued", isCommitted: true }));

  const fulfil: Handler<z.infer<typeof Fulfil>> = async (record, body, request) => {
    const refused = (type: string, description: string) => ({ errors: [fault(type, description, "FULFILLMENT_ERROR")] });
    if (record.status === "ticketed") return refused("BOOKING_FULFILLED", "The booking is already fulfilled.");
    if (record.status !== "open" || !record.flight || (await lapsed(record)))
      return refused("NO_FLIGHTS_TO_FULFILL", "There are no active flights in the booking.");
    if (body.fulfillments.some(({ payment }) => (payment?.primaryFormOfPayment ?? 1) > body.formsOfPayment.length))
      return refused("INVALID_FORM_OF_PAYMENT_INDEX", "primaryFormOfPayment points to no form of payment.");
    const risen = request.has("price_changed");
    if (risen && !body.acceptPriceChanges) return refused("PRICE_MISMATCH", "No new tickets have been issued due to the price change.");
    let sold = record.sold;
    try {
      const order =
        sold === undefined
          ? await flights().book(
              {
                offer: record.flight,
                travellers: travellersOf(record),
                contact: contactOf(record),
                key: worldKey(record.confirmationId),
                maxTotal: generous(record.flight),
              },
              simulatorCall(),
            )
          : await flights().ticket!(sold, worldKey(record.confirmationId), simulatorCall());
      sold = order.reference;
      const all = order.documents.map(({ number, travellerId }) => ({ number, travelerIndex: Number(travellerId), statusCode: "TE" as const }));
      const partial = request.has("partial");
      const unshown = request.has("pending_then_webhook");
      const tickets = partial ? all.slice(0, Math.max(1, all.length - 1)) : all;
      const total = risen ? money((minorUnits(record.total) * 107n) / 100n, record.total.currency) : record.total;
      await records.put(record.confirmationId, {
        ...record,
        sold,
        status: "ticketed",
        tickets: partial && all.length === 1 ? [] : tickets,
        total,
        ticketedAt: clock.now(),
        version: record.version + 1,
        ...(unshown ? { unshown } : {}),
      });
      const warning = (type: string, description: string) => fault(type, description, "WARNING");
      const warnings = [
        ...(partial ? [warning("PARTIAL_FULFILLMENT", "Not all of the documents have been issued.")] : []),
        ...(unshown ? [warning("FULFILLMENT_NOT_CONFIRMED", "The tickets have not been committed to the booking.")] : []),
        ...(risen ? [warning("PRICE_CHANGE", "The price has changed during fulfillment.")] : []),
      ];
      return { body: { tickets: shownTickets(tickets) }, errors: warnings };
    } catch (error) {
      return { errors: [worldFault(error)] };
    }
  };

  const voidable = (record: PassengerRecord): boolean => record.ticketedAt !== undefined && clock.now() < record.ticketedAt + voidMinutes * 60_000;

  const check: Handler<z.infer<typeof Named>> = async (record, body) => {
    if (body.tickets !== undefined) return { errors: [fault("INVALID_FLAGS_COMBINATION", "confirmationId and tickets cannot be combined.", "BAD_REQUEST")] };
    if (record.status === "voided") return { errors: [fault("ORDER_VOIDED", "The order is voided.", "CHECK_ERROR")] };
    if (record.status === "refunded") return { errors: [fault("ORDER_REFUNDED", "The order is refunded.", "CHECK_ERROR")] };
    if (record.status !== "ticketed") return { errors: [fault("BOOKING_NOT_FULFILLED", "The booking has no tickets.", "CHECK_ERROR")] };
    const { refund } = await flights().quoteCancel(record.sold!, simulatorCall());
    const count = BigInt(record.tickets.length);
    const each = minorUnits(refund) / count;
    const allowed = record.flight!.conditions.refund.allowed === true;
    const tickets = record.tickets.map(({ number }, i) => ({
      number,
      isVoidable: voidable(record),
      isRefundable: allowed,
      isAutomatedRefundsEligible: allowed,
      ...(allowed
        ? {
            refundPenalties: [{ applicability: "BEFORE_DEPARTURE", conditionsApply: false, source: "Category 33" }],
            refundTotals: {
              // What does not divide comes back with the first ticket.
              total: money(i === 0 ? minorUnits(refund) - each * (count - 1n) : each, refund.currency).amount,
              currencyCode: refund.currency,
            },
          }
        : {}),
      isChangeable: record.flight!.conditions.change.allowed === true,
    }));
    return { body: { tickets } };
  };

  async function cancelSold(record: PassengerRecord): Promise<void> {
    const port = record.car ? cars() : flights();
    const { token } = await port.quoteCancel(record.sold!, simulatorCall());
    await port.cancel(record.sold!, token, worldKey(record.confirmationId), simulatorCall());
  }

  function cancelRefusal(record: PassengerRecord, all: boolean, operation: "VOID" | "REFUND" | undefined): [string, string] | undefined {
    if (record.status !== "open" && record.status !== "ticketed") return ["BOOKING_ALREADY_CANCELLED", "There is nothing to cancel in the booking."];
    if (!all) return ["REQUIRED_FIELD_MISSING", "Only cancelAll is simulated."];
    if (operation === "VOID" && !voidable(record)) return ["UNABLE_TO_VOID_TICKET", "The void period of the ticket is over."];
    if (operation === "REFUND" && record.flight?.conditions.refund.allowed !== true) return ["UNABLE_TO_REFUND_TICKET", "The ticket is not refundable."];
    return undefined;
  }

  const cancel: Handler<z.infer<typeof Cancel>> = async (record, body, request) => {
    const refused = (type: string, description: string) => ({ errors: [fault(type, description, "CANCELLATION_ERROR")] });
    const operation = record.status === "ticketed" ? body.flightTicketOperation : undefined;
    const reason = cancelRefusal(record, body.cancelAll === true, operation);
    if (reason) return refused(...reason);
    if (request.has("partial") && operation !== undefined)
      return {
        body: { [operation === "VOID" ? "voidedTickets" : "refundedTickets"]: [] },
        errors: [fault("PARTIAL_FULFILLMENT", "Not all tickets were processed.", "WARNING")],
      };
    const refund =
      record.sold === undefined ? undefined : record.status === "ticketed" ? (await flights().quoteCancel(record.sold, simulatorCall())).refund : undefined;
    try {
      if (record.sold !== undefined && !(await lapsed(record))) await cancelSold(record);
    } catch (error) {
      return refused("UNABLE_TO_CANCEL_BOOKING", TravelAgentError.from(error).message);
    }
    const numbers = record.tickets.map(({ number }) => number);
    await records.put(record.confirmationId, {
      ...record,
      status: operation === "VOID" ? "voided" : operation === "REFUND" ? "refunded" : "cancelled",
      tickets: record.tickets.map((ticket) => ({ ...ticket, statusCode: operation === "VOID" ? "TV" : operation === "REFUND" ? "TR" : ticket.statusCode })),
      version: record.version + 1,
      ...(operation === "VOID" ? { refund: record.total } : operation === "REFUND" && refund ? { refund } : {}),
    });
    return { body: { ...(operation === "VOID" ? { voidedTickets: numbers } : {}), ...(operation === "REFUND" ? { refundedTickets: numbers } : {}) } };
  };

  const modify: Handler<z.infer<typeof Modify>> = async (record, { bookingSignature, before, after }) => {
    if (bookingSignature !== signatureOf(record))
      return { errors: [fault("UNABLE_TO_MODIFY_BOOKING_WRONG_SIGNATURE", "Booking signature is different than specified in the request.")] };
    if (record.car || record.status !== "open")
      return { errors: [fault("OPERATION_NOT_SUPPORTED", "This booking cannot be modified.", "REQUEST_NOT_ALLOWED")] };
    // What stood before and is not there after is deleted: a document is compared, nothing is merged.
    const list = (name: "travelers" | "remarks"): Record<string, unknown>[] | undefined => {
      if (after[name] !== undefined) return after[name] as Record<string, unknown>[];
      return before[name] === undefined ? undefined : [];
    };
    const travelers = list("travelers") ?? record.travelers;
    if (travelers.length === 0) return { errors: [fault("UNABLE_TO_DELETE_ALL_TRAVELERS", "A booking needs a traveler.")] };
    await records.put(record.confirmationId, { ...record, travelers, remarks: list("remarks") ?? record.remarks, version: record.version + 1 });
    return {};
  };

  const route = (name: string, handle: Route["handle"]): Route => ({ method: "POST", path: `/v1/trip/orders/${name}`, name, handle });
  return [
    route("createBooking", createBooking(parts)),
    route("getBooking", forRecord(Named, get)),
    route("fulfillFlightTickets", forRecord(Fulfil, fulfil)),
    route("checkFlightTickets", forRecord(Named, check)),
    route("cancelBooking", forRecord(Cancel, cancel)),
    route("modifyBooking", forRecord(Modify, modify)),
  ];
}
