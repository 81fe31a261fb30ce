import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { z } from "zod";
import type { SupplierCall } from "../../supplier.ts";
import { type SupplierHttp, type SupplierMemory, understand } from "../http/index.ts";
import { ownCall } from "../own-call.ts";
import { rejected } from "../rejected.ts";
import { type ListedOrder, orderList } from "./wire.ts";

/** What is remembered of a reservation; its reference is the reservation's id. */
export interface ReservationNote {
  key: string;
  /** What the customer pays for it, in the currency that is charged. */
  total: Money;
  /** ISO UTC of check-in or pick-up. */
  startsAt: string;
  timeZone: string;
  /** Part of the price that is paid at the house although the rest is prepaid. */
  dueAtHouse?: Money;
  /** What was accepted when it was cancelled, for the time until the vendor says it. */
  cancelled?: { refund: Money; penalty: Money };
}

/** Written down before the order is sent: what a look-up needs, and what the reply does not say. */
export interface Attempt extends Omit<ReservationNote, "key" | "cancelled"> {
  at: number;
  /** Known once the vendor has said it. */
  reservation?: string;
}

/** Every operation of the Demand API is a POST; whether it has an effect is for us to know. */
export interface Session {
  memory: SupplierMemory;
  clock: Clock;
  /** Where the booker is, two small letters. */
  country: string;
  language: string;
  post<S extends z.ZodType>(effect: "read" | "write", path: string, json: unknown, schema: S, call: SupplierCall): Promise<z.infer<S>>;
  notes: {
    get(reservation: string): Promise<ReservationNote>;
    put(reservation: string, note: ReservationNote): Promise<void>;
  };
  /** The reservation whose label is `key`; null when it surely does not exist. Raises `OUTCOME_UNKNOWN` while that cannot be said. */
  byLabel(key: string, service: "accommodations" | "cars"): Promise<string | null>;
}

/** Until then the list of orders may not have a new one yet. */
const settledAfterMs = 15 * 60_000;
/** The list is asked for around the time of the attempt, as the vendor's clock is not ours. */
const slackMs = 10 * 60_000;
const day = 24 * 3_600_000;

export function createSession({
  http,
  memory,
  clock,
  country,
  language,
}: Pick<Session, "memory" | "clock" | "country" | "language"> & { http: SupplierHttp }): Session {
  const post: Session["post"] = async (effect, path, json, schema, call) => {
    const { body } = await http[effect]({ method: "POST", path, route: path, json }, call);
    return understand("booking", effect, () => schema.parse(body));
  };

  const reservationOf = (order: ListedOrder, service: "accommodations" | "cars") => order[service]?.reservation;

  return {
    memory,
    clock,
    country,
    language,
    post,
    notes: {
      async get(reservation) {
        const note = await memory.get<ReservationNote>("reservation", reservation);
        if (!note) throw rejected("order_not_found", `the reservation ${reservation} was not made here; look it up at Booking.com`);
        return note;
      },
      put: (reservation, note) => memory.put("reservation", reservation, note),
    },
    async byLabel(key, service) {
      const attempt = await memory.get<Attempt>(`${service} attempt`, key);
      if (!attempt) return null;
      const { at, reservation: said, ...known } = attempt;
      let reservation = said;
      const created = { from: new Date(at - slackMs).toISOString(), to: new Date(Math.min(clock.now() + slackMs, at + 6 * day)).toISOString() };
      let query: object | undefined = { created, currency: known.total.currency, maximum_results: 100, services: [service] };
      while (reservation === undefined && query) {
        const { data, metadata }: { data: ListedOrder[]; metadata?: { next_page?: string | null | undefined } | null | undefined } = await post(
          "read",
          "orders/details",
          query,
          orderList,
          ownCall(key),
        );
        const found = data.find(({ label }) => label === key);
        reservation = found && reservationOf(found, service);
        query = metadata?.next_page ? { page: metadata.next_page } : undefined;
      }
      if (reservation !== undefined) {
        await memory.put("reservation", reservation, { key, ...known } satisfies ReservationNote);
        return reservation;
      }
      if (clock.now() < at + settledAfterMs)
        throw new TravelAgentError("OUTCOME_UNKNOWN", "Booking.com shows no such order yet and says itself that it may still come; ask again later");
      return null;
    },
  };
}
