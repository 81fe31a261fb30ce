import { type Clock, systemClock } from "@travelagent/protocol/ports";
import type { Compensation, DeskBooking, DeskCustomer, Proposal, SupplierDesk } from "../../desk.ts";
import type { Supplier } from "../../supplier.ts";
import { type Books, createBooks } from "./books.ts";
import { dollars, usd } from "./dollars.ts";
import { factsOf } from "./facts.ts";
import { type FlightParts, flightPort, offerFor, orderOf, supplierId } from "./flights.ts";
import type { WorldData } from "./record.ts";
import { instantOf } from "./times.ts";
import type { Fees } from "./trip.ts";
import { giveCertificate } from "./writes.ts";

export interface AirlineWorldOptions {
  /** Never written to. */
  data: WorldData;
  clock?: Clock;
  /** Asked at each price, so that other fees count at once. */
  fees(): Fees;
}

/** An airline with its flights, customers and bookings in memory: plays the outside world. */
export interface AirlineWorld {
  readonly supplier: Supplier;
  readonly books: Books;
  /** Back to the beginning, with these replacements. What was bought and compensated meanwhile is forgotten. */
  restart: Books["restart"];
  /** How the world differs from its beginning. */
  changes: Books["changes"];
}

export function createAirlineWorld({ data, clock = systemClock, fees }: AirlineWorldOptions): AirlineWorld {
  const books = createBooks(data);
  const parts: FlightParts = { books, fees, now: () => clock.now(), keys: new Map(), former: new Map() };
  let given = new Map<string, Compensation>();
  const causeOf = (reference: string, cause: string) => `${reference} ${cause}`;

  const desk: SupplierDesk = {
    async customer(id): Promise<DeskCustomer | null> {
      const user = books.get("users", id);
      if (!user) return null;
      return {
        id,
        name: `${user.name.first_name} ${user.name.last_name}`,
        email: user.email,
        membership: user.membership,
        paymentMethods: Object.values(user.payment_methods).map((method) => ({
          id: method.id,
          kind: method.source,
          ...(method.amount === undefined ? {} : { balance: usd(method.amount) }),
        })),
        bookings: [...user.reservations],
      };
    },
    async retrieve(reference): Promise<DeskBooking | null> {
      const booked = books.get("reservations", reference);
      if (!booked) return null;
      const user = books.get("users", booked.user_id);
      return {
        order: orderOf(parts, reference),
        offer: offerFor(parts, { customerId: booked.user_id, reference, itinerary: {}, travellers: booked.passengers.length }),
        travellers: booked.passengers.map(({ first_name, last_name, dob }, index) => ({
          id: String(index + 1),
          givenName: first_name,
          familyName: last_name,
          ptc: "ADT",
          bornOn: dob,
        })),
        contact: { email: user?.email ?? "" },
        customerId: booked.user_id,
        createdAt: new Date(instantOf(booked.created_at)).toISOString(),
      };
    },
    assess: async (proposal: Proposal) => factsOf(books, proposal, { fees: fees(), now: clock.now(), former: parts.former }),
    async compose(proposal) {
      if (proposal.kind === "book")
        return offerFor(parts, { customerId: proposal.customerId, itinerary: proposal.itinerary, travellers: proposal.travellers.length });
      const { reference, itinerary } = proposal;
      const booked = books.get("reservations", reference);
      return offerFor(parts, { reference, itinerary, travellers: booked?.passengers.length ?? 0 });
    },
    async compensate({ reference, cause, amount, key }) {
      const before = given.get(key) ?? given.get(causeOf(reference, cause));
      if (before) return before;
      const id = giveCertificate(books, books.get("reservations", reference)!.user_id, dollars(amount));
      const made: Compensation = { reference: id, amount, form: "certificate" };
      given.set(key, made);
      given.set(causeOf(reference, cause), made);
      return made;
    },
    compensated: async (reference, cause) => given.get(causeOf(reference, cause)) ?? null,
  };
  return {
    supplier: { id: supplierId, live: false, flights: flightPort(parts), desk },
    books,
    restart(patches) {
      parts.keys.clear();
      parts.former.clear();
      given = new Map();
      books.restart(patches);
    },
    changes: () => books.changes(),
  };
}
