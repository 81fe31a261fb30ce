import type { Money } from "@travelagent/protocol";
import type { Answer, LedgerEntry, Route, SimulatedRequest, World } from "../kit/index.ts";
import { type Envelopes, moment } from "./answers.ts";

/** What all orders have, whatever they are of. */
export interface OrderDocument {
  order: string;
  reservation: string;
  service: "accommodations" | "cars";
  label: string | null;
  booker: { email: string };
  createdAt: number;
  updatedAt: number;
  status: string;
  total: Money;
  /** The part of it that the guest pays at the property. */
  onTheSpot?: Money;
  /** The world's orders behind it. */
  world: string[];
}

const day = 24 * 3_600_000;

interface ListInput {
  created?: { from: string; to?: string };
  updated?: { from: string; to?: string };
  orders?: string[];
  reservations?: string[];
  services?: string[];
  currency?: string;
  maximum_results?: number;
  page?: string;
}

/** The list of orders of all kinds, and where they are kept. */
export function openOrderBook(world: World, { good, bad }: Envelopes, { lagMs, pageSize }: { lagMs: number; pageSize: number }) {
  const shelf = world.shelf<OrderDocument>("booking", "orders");
  const visible = ({ createdAt }: OrderDocument) => world.clock.now() - createdAt >= lagMs;

  const within = (at: number, { from, to }: { from: string; to?: string }) => at >= Date.parse(from) && at <= (to ? Date.parse(to) : world.clock.now());

  const shown = ({ order, reservation, service, label, booker, createdAt, updatedAt, status, total }: OrderDocument) => ({
    id: order,
    accommodations: service === "accommodations" ? { reservation, name: "Hotel", number_of_guests: 1 } : null,
    affiliate: 111111,
    attractions: null,
    booker,
    cars: service === "cars" ? { reservation, payment: { timing: "unknown" } } : null,
    created: moment(createdAt),
    currencies: { booker: total.currency, product: total.currency },
    flights: null,
    label,
    price: { total_price: { booker_currency: Number(total.amount), product_currency: Number(total.amount) } },
    status,
    taxis: null,
    updated: moment(updatedAt),
  });

  async function list({ json }: SimulatedRequest): Promise<Answer> {
    const given = (json ?? {}) as ListInput;
    const asked = given.page ? (JSON.parse(Buffer.from(given.page, "base64url").toString()) as ListInput & { offset: number }) : { ...given, offset: 0 };
    if (!asked.currency) return bad(400, "missing_parameter", "Parameter 'currency' is missing.");
    const range = asked.created ?? asked.updated;
    if (!range && !asked.orders && !asked.reservations) return bad(400, "missing_parameter", "A filter is missing.");
    if (range && Date.parse(range.to ?? moment(world.clock.now())) - Date.parse(range.from) > 7 * day)
      return bad(400, "invalid_parameter", "The maximum time range is 7 days.");
    const most = asked.maximum_results ?? 100;
    if (most % 10 !== 0 || most < 10 || most > 100) return bad(400, "invalid_parameter", "Parameter 'maximum_results' is invalid.");
    const found = (await shelf.all()).filter(
      (one) =>
        visible(one) &&
        (!asked.services || asked.services.includes(one.service)) &&
        (!asked.created || within(one.createdAt, asked.created)) &&
        (!asked.updated || within(one.updatedAt, asked.updated)) &&
        (!asked.orders || asked.orders.includes(one.order)) &&
        (!asked.reservations || asked.reservations.includes(one.reservation)),
    );
    const size = Math.min(most, pageSize);
    const end = asked.offset + size;
    const next = end < found.length ? Buffer.from(JSON.stringify({ ...asked, offset: end })).toString("base64url") : null;
    return good(found.slice(asked.offset, end).map(shown), { metadata: { next_page: next, total_results: found.length } });
  }

  const routes: Route[] = [{ method: "POST", path: "/3.2/orders/details", name: "orders", handle: list }];

  return {
    routes,
    visible,
    async byReservation(id: string): Promise<OrderDocument | undefined> {
      return (await shelf.all()).find(({ reservation }) => reservation === id);
    },
    put: (document: OrderDocument) => shelf.put(document.order, document),
    async ledger(): Promise<LedgerEntry[]> {
      return (await shelf.all()).map(({ reservation, label, service, status, total, onTheSpot }) => ({
        kind: service === "cars" ? "car" : "hotel",
        reference: reservation,
        ...(label === null ? {} : { clientReference: label }),
        status: status.startsWith("cancelled") ? "cancelled" : status,
        total,
        ...(onTheSpot ? { onTheSpot } : {}),
      }));
    },
  };
}
export type DemandBook = ReturnType<typeof openOrderBook>;
