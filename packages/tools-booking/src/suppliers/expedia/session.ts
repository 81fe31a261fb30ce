import type { Money } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { SupplierCall } from "../../supplier.ts";
import { type Reply, type SupplierHttp, type SupplierMemory, understand } from "../http/index.ts";
import { type Itinerary, itinerary, type Link } from "./wire.ts";

/** What is remembered of an itinerary: Rapid shows it only to who has its link or its e-mail address. */
export interface ItineraryNote {
  key: string;
  email: string;
  retrieve?: Link;
  total: Money;
  /** What Rapid said at the price check that it pays; counts where the itinerary does not show its prices. */
  commission?: Money;
  /** ISO UTC. */
  checkInUtc: string;
  timeZone: string;
  /** ISO UTC, of a hold. */
  heldUntil?: string;
  resumed?: boolean;
  cancelled?: { refund: Money; penalty: Money };
}

/** What the operations on Rapid share. */
export interface Session {
  http: SupplierHttp;
  memory: SupplierMemory;
  clock: Clock;
  /** Follows a link of a reply. Its path stands from the root of the host, not below our base address. */
  follow(effect: "read" | "write", link: Link, route: string, call: SupplierCall, json?: unknown): Promise<Reply>;
  notes: {
    get(reference: string): Promise<ItineraryNote | null>;
    put(reference: string, note: ItineraryNote): Promise<void>;
  };
  retrieve(reference: string, note: ItineraryNote, call: SupplierCall): Promise<Itinerary>;
}

const noteKind = "itinerary";

export function createSession({ http, memory, clock, baseUrl }: Pick<Session, "http" | "memory" | "clock"> & { baseUrl: string }): Session {
  const follow: Session["follow"] = (effect, { method, href }, route, call, json) => {
    const path = new URL(href, baseUrl).href;
    return http[effect]({ method, path, route, ...(json === undefined ? {} : { json }) }, call);
  };
  return {
    http,
    memory,
    clock,
    follow,
    notes: {
      get: (reference) => memory.get<ItineraryNote>(noteKind, reference),
      put: (reference, note) => memory.put(noteKind, reference, note),
    },
    async retrieve(reference, note, call) {
      const route = "itineraries/{id}";
      const reply = note.retrieve
        ? await follow("read", note.retrieve, route, call)
        : await http.read({ method: "GET", path: `itineraries/${encodeURIComponent(reference)}`, route, query: { email: note.email } }, call);
      return understand("expedia", "read", () => itinerary.parse(reply.body));
    },
  };
}
