import type { Money } from "@travelagent/protocol";
import type { Clock, Database, Work } from "@travelagent/protocol/ports";
import { recordingLogger } from "@travelagent/protocol/testing";
import { type Bookings, createBookings } from "../bookings.ts";
import type { Offer } from "../offer.ts";
import type { SagaTiming } from "../saga/saga.ts";
import type { TravellerInput } from "../travellers.ts";
import { compareBooks } from "./compare-books.ts";
import { crashingWork } from "./crashing-work.ts";
import { type FakePayments, fakePayments } from "./fake-payments.ts";
import { type FakeSupplier, type FakeSupplierOptions, fakeSupplier } from "./fake-supplier.ts";
import { sampleCar, sampleFlight, sampleHotel } from "./sample-offers.ts";

/** Real timers, and a date on which the sample offers are valid. */
export function benchClock(start = "2027-01-15T09:00:00Z"): Clock & { skip(ms: number): void } {
  const began = performance.now();
  let skipped = 0;
  return {
    now: () => Math.floor(Date.parse(start) + performance.now() - began) + skipped,
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    skip: (ms) => {
      skipped += ms;
    },
  };
}

export const ana: TravellerInput = { givenName: "Ana", familyName: "Silva" };
export const buyer = { sessionKey: "agent:main:webchat:direct:ana", channel: "webchat", peerId: "ana" };
export const contact = { email: "ana@example.com" };
const fast: Partial<SagaTiming> = { retryDelaysMs: [1], readBackDelaysMs: [1, 1, 1], writeTimeoutMs: 2000, readTimeoutMs: 2000 };

/** Bookings over a fake supplier and fake payments that keep their own books. */
export async function bookingBench({
  db,
  work = crashingWork(db),
  ...options
}: {
  db: Database;
  work?: Work;
  offers?: Offer[];
  canHold?: boolean;
  canChange?: boolean;
  timing?: Partial<SagaTiming>;
  supplier?: FakeSupplier;
  payments?: FakePayments;
}) {
  const clock = benchClock();
  const own: FakeSupplierOptions = {
    offers: options.offers ?? [sampleFlight(), sampleHotel(), sampleCar()],
    ...(options.canHold === undefined ? {} : { canHold: options.canHold }),
    ...(options.canChange === undefined ? {} : { canChange: options.canChange }),
  };
  const { supplier = fakeSupplier(own), payments = fakePayments() } = options;
  const log = recordingLogger();
  const statuses: string[] = [];
  const bookings: Bookings = createBookings({
    db,
    work,
    suppliers: [supplier],
    payments,
    clock,
    log,
    customers: { ensure: async ({ email }) => ({ customerId: `customer:${email}` }) },
    onChange: ({ status }) => void statuses.push(status),
    timing: { ...fast, ...options.timing },
  });
  await bookings.migrate();
  const { signal } = new AbortController();
  const findAll = async () => {
    const query = {
      place: "FRA",
      checkIn: "2027-03-12",
      checkOut: "2027-03-15",
      rooms: 1,
      adults: 1,
      childrenAges: [],
      refundableOnly: false,
      currency: "EUR",
      limit: 20,
    };
    await bookings.search({ kind: "hotel", query }, buyer, { requestId: "find", signal });
    const cars = {
      pickUp: "FRA",
      dropOff: "FRA",
      pickUpAt: "2027-03-12T13:00",
      dropOffAt: "2027-03-15T09:00",
      driverAge: 30,
      automaticOnly: false,
      currency: "EUR",
      limit: 20,
    };
    await bookings.search({ kind: "car", query: cars }, buyer, { requestId: "find", signal });
    const flights = {
      origin: "BCN",
      destination: "FRA",
      departureDate: "2027-03-12",
      adults: 1,
      childrenAges: [],
      cabin: "ECONOMY" as const,
      directOnly: false,
      currency: "EUR",
      limit: 20,
    };
    await bookings.search({ kind: "flight", query: flights }, buyer, { requestId: "find", signal });
  };
  const book = (offerIds: string[], idempotencyKey = "yes-1", more: { maxTotal?: Money; waitMs?: number } = {}) =>
    bookings.book(
      { offerIds, travellers: [ana], contact, buyer, ...(more.maxTotal ? { maxTotal: more.maxTotal } : {}) },
      { idempotencyKey, waitMs: more.waitMs ?? 5000, signal },
    );

  /** Where our books differ from those of supplier and provider; empty is right. */
  const differences = () => compareBooks(bookings, { suppliers: [supplier], payments: [payments] });

  return { bookings, supplier, payments, clock, log, statuses, work, db, signal, findAll, book, differences };
}
