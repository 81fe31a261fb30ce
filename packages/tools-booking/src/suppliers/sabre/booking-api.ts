import { TravelAgentError } from "@travelagent/protocol";
import type { SupplierCall } from "../../supplier.ts";
import { surelyNothingHappened } from "../../write-outcome.ts";
import { type SupplierHttp, understand } from "../http/index.ts";
import { Booking, Cancelled, type CheckedTicket, CheckedTickets, Created } from "./wire-booking.ts";

export type BookingMethod = "createBooking" | "getBooking" | "modifyBooking" | "cancelBooking" | "fulfillFlightTickets" | "checkFlightTickets";

/** Seats that are empty objects come back otherwise, and a change that holds such is refused. Reading and changing must ask for the same. */
const extraFeatures = { returnEmptySeatObjects: false };

export interface BookingApi {
  create(body: unknown, call: SupplierCall): Promise<{ reference: string; booking: Booking | undefined }>;
  /** The whole record: parts of it carry no signature. `document` is what came, for changes that must give back all of it. */
  get(reference: string, call: SupplierCall): Promise<{ booking: Booking; document: Record<string, unknown> }>;
  fulfil(body: unknown, call: SupplierCall): Promise<void>;
  check(reference: string, call: SupplierCall): Promise<CheckedTicket[]>;
  cancel(reference: string, tickets: "VOID" | "REFUND" | undefined, call: SupplierCall): Promise<{ documents: number }>;
  modify(reference: string, change: { signature: string; before: unknown; after: unknown }, call: SupplierCall): Promise<void>;
}

/** The vendor's methods for orders. All are POST and none knows a key, so that each write is sent once. */
export function bookingApi(http: SupplierHttp, pcc: string): BookingApi {
  const request = (method: BookingMethod, json: unknown) => ({ method: "POST" as const, path: `v1/trip/orders/${method}`, route: method, json });
  const write = (method: BookingMethod, body: unknown, call: SupplierCall) => http.write(request(method, body), call);
  return {
    async create(body, call) {
      const reply = await write("createBooking", body, call);
      const { confirmationId, booking } = understand("sabre", "write", () => Created.parse(reply.body));
      return { reference: confirmationId, booking };
    },
    async get(reference, call) {
      const reply = await http.read(request("getBooking", { confirmationId: reference, bookingSource: "SABRE", targetPcc: pcc, extraFeatures }), call);
      return understand("sabre", "read", () => ({ booking: Booking.parse(reply.body), document: reply.body as Record<string, unknown> }));
    },
    async fulfil(body, call) {
      await write("fulfillFlightTickets", body, call);
    },
    async check(reference, call) {
      // Checking may ask the airline, which takes its time.
      const reply = await http.read({ ...request("checkFlightTickets", { confirmationId: reference, targetPcc: pcc }), timeoutMs: 45_000 }, call);
      return understand("sabre", "read", () => CheckedTickets.parse(reply.body).tickets);
    },
    async cancel(reference, tickets, call) {
      const reply = await write(
        "cancelBooking",
        {
          confirmationId: reference,
          bookingSource: "SABRE",
          targetPcc: pcc,
          cancelAll: true,
          retrieveBooking: false,
          errorHandlingPolicy: "HALT_ON_ERROR",
          receivedFrom: "TRAVEL AGENT OS",
          ...(tickets === undefined ? {} : { flightTicketOperation: tickets }),
        },
        call,
      );
      const { voidedTickets, refundedTickets } = understand("sabre", "write", () => Cancelled.parse(reply.body ?? {}));
      return { documents: voidedTickets.length + refundedTickets.length };
    },
    async modify(reference, { signature, before, after }, call) {
      const body = {
        confirmationId: reference,
        bookingSignature: signature,
        before,
        after,
        retrieveBooking: false,
        receivedFrom: "TRAVEL AGENT OS",
        extraFeatures,
      };
      await write("modifyBooking", body, call);
    },
  };
}

/**
 * What comes after a first write that went through: an error there never means that nothing happened.
 */
export async function afterWrite<T>(reference: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!surelyNothingHappened(error)) throw error;
    throw new TravelAgentError("OUTCOME_UNKNOWN", "Sabre has a booking of this purchase and could not be asked how it stands; it is looked up again", {
      details: { supplier: "sabre", reference },
      cause: error,
    });
  }
}

/** Bookings are read by their locator alone: there is no list, and no search by remark or name. */
export const noLocator = (key: string): TravelAgentError =>
  new TravelAgentError(
    "OUTCOME_UNKNOWN",
    `Sabre cannot be asked for a booking without its locator; look for one with the remark "AGENCY KEY ${key.toUpperCase()}" or the traveller's name`,
    { details: { supplier: "sabre", code: "no_locator", needsPerson: true } },
  );
