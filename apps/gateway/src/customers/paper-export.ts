import type { GatewayConfig } from "@travelagent/config";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import { type Clock, type Database, systemClock } from "@travelagent/protocol/ports";
import type { Bookings } from "@travelagent/tools-booking";
import { createInvoices } from "@travelagent/tools-booking/papers";
import { paperOf } from "../papers/booking-papers.ts";

export interface PaperExportOptions {
  config: () => GatewayConfig;
  db: Database;
  /** Not before everything is wired. */
  bookings: () => Pick<Bookings, "get">;
  clock?: Clock;
}

/** Itineraries and invoices as the customer knows them. They are printed when they are asked for, so there is nothing to forget here. */
export function paperExport({ config, db, bookings, clock = systemClock }: PaperExportOptions): PersonalDataStore {
  const invoices = createInvoices({ db, clock });
  return {
    name: "papers",
    async *export({ bookingIds }, signal) {
      for (const id of bookingIds) {
        signal.throwIfAborted();
        const stored = await bookings().get(id);
        if (!stored) continue;
        // As of its last change, so that the same booking is the same paper.
        const parts = { config: config(), now: stored.updatedAt };
        const issued = await invoices.ofOrder(id);
        const wanted = [
          { kind: "itinerary" as const, title: "Itineraries", parts },
          ...issued.map(({ number }) => ({ kind: "invoice" as const, title: "Invoices", parts: { ...parts, number } })),
        ];
        for (const one of wanted) {
          // What cannot be printed, such as a trip that came to nothing, is among the bookings as data.
          const paper = await paperOf(one.kind, stored, issued, one.parts).catch(() => undefined);
          if (paper) yield { path: paper.name, title: one.title, content: paper.bytes };
        }
      }
    },
    erase: async () => ({ removed: 0, held: [] }),
  };
}
