import type { Answer, LedgerEntry, Scenario, SimulatedRequest } from "../simulators/kit/index.ts";

/** Something that happens at a vendor without a request: what `happen` of its simulator calls it, and to what. */
export interface Move {
  event: string;
  reference: string;
}

type Asked = Pick<SimulatedRequest, "json" | "params">;
type Settling = (request: Asked, answer: Answer) => { well: Move; badly?: Move };

const both = (reference: string, well: string, badly: string) => ({ well: { event: well, reference }, badly: { event: badly, reference } });

/**
 * How a vendor ends what it took and left open with `pending_then_webhook`, by vendor and route. A route that is not here leaves it to
 * a person or to another request: an Amadeus hotel tells by telephone alone, a cancellation that did not take place is asked for again.
 */
const settlings: Readonly<Record<string, Settling>> = {
  "expedia create": (_, { body }) => both((body as { itinerary_id: string }).itinerary_id, "confirmed", "cancelled"),
  "booking create": (_, { body }) => both((body as { data: { car: { reservation_id: string } } }).data.car.reservation_id, "confirmed", "cancelled"),
  "duffel create-order": ({ json }) =>
    both((json as { data: { selected_offers: string[] } }).data.selected_offers[0]!, "order_created", "order_creation_failed"),
  "sabre fulfillFlightTickets": ({ json }) => ({ well: { event: "tickets_shown", reference: (json as { confirmationId: string }).confirmationId } }),
  "paypal capture": (_, { body }) => ({ well: { event: "capture-completes", reference: (body as { id: string }).id } }),
};

/** How what this request left open ends later. Undefined when nothing was left open, or nobody ends it by machine. */
export function settlingOf(vendor: string, route: string, met: ReadonlySet<Scenario>, request: Asked, answer: Answer): ReturnType<Settling> | undefined {
  return met.has("pending_then_webhook") && answer.status < 300 ? settlings[`${vendor} ${route}`]?.(request, answer) : undefined;
}

/** Where flights are moved, and what the simulator calls that. The other suppliers sell none, or tell of no times. */
const scheduleChanges: Readonly<Record<string, string>> = {
  amadeus: "schedule-change",
  duffel: "schedule_change",
  sabre: "schedule_change",
  travelport: "schedule_change",
};

/** A flight of this entry at other times; undefined where there is none to move. */
export function scheduleChangeOf(vendor: string, { kind, status, reference }: LedgerEntry): Move | undefined {
  const event = scheduleChanges[vendor];
  return event === undefined || kind !== "flight" || /cancel|void|refund/i.test(status) ? undefined : { event, reference };
}
