import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import type { Database } from "@travelagent/protocol/ports";
import { afterEach, describe, expect, it } from "vitest";
import { createBookings } from "../bookings.ts";
import { openWorld, paperHash, startSimulator } from "../simulators/kit/index.ts";
import type { OpenedPaper, PaperRef, Supplier } from "../supplier.ts";
import { volatileMemory } from "../suppliers/http/index.ts";
import { benchClock, buyer } from "../testing/bench.ts";
import { crashingWork } from "../testing/crashing-work.ts";
import { fakePayments } from "../testing/fake-payments.ts";
import { flightQuery } from "../testing/simulator-bench.ts";
import { supplierVendors } from "../testing/vendors.ts";
import { withPapers } from "./with-papers.ts";

const number = "XK7319452";
const mile = "TP998877665";
const papers: Record<string, OpenedPaper> = {
  doc_pass: { kind: "passport", number, country: "PT", nationality: "PT", expiresOn: "2031-05-02" },
  doc_mile: { kind: "loyalty", number: mile, issuer: "TP" },
};
const refs: PaperRef[] = [
  { id: "doc_pass", kind: "passport" },
  { id: "doc_mile", kind: "loyalty" },
];
const traveller = { givenName: "Ana", familyName: "Silva", bornOn: "1988-04-03", gender: "F" as const, papers: refs };
const contact = { email: "ana@example.com", phone: "+351910000000" };

const rowsOf = async (db: Database): Promise<unknown[]> => {
  const rows: unknown[] = [];
  for await (const row of db.everyRow!()) rows.push(row);
  return rows;
};

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

describe("papers of travellers", () => {
  for (const vendor of ["amadeus", "duffel", "sabre", "travelport"])
    it(`reach ${vendor} in the one call that buys, and stay nowhere`, async () => {
      const clock = benchClock();
      const [outside, own] = [await testDatabase(), await testDatabase()];
      const { dialect, adapter } = supplierVendors[vendor]!;
      const simulator = await startSimulator(dialect(await openWorld({ db: outside, clock }), "http://127.0.0.1:9/none"), { clock });
      closing.push(
        () => outside.close(),
        () => own.close(),
        () => simulator.close(),
      );
      const opened: unknown[] = [];
      const supplier = withPapers(adapter(simulator.url, { memory: volatileMemory(), clock }), async (wanted, to) => {
        opened.push({ ids: wanted.map(({ id }) => id), ...to });
        return wanted.map(({ id }) => papers[id]!);
      });
      const bookings = createBookings({
        db: own,
        work: crashingWork(own),
        suppliers: [supplier],
        payments: fakePayments(),
        clock,
        customers: { ensure: async ({ email }) => ({ customerId: email }) },
        timing: { retryDelaysMs: [1], readBackDelaysMs: [1, 1, 1], writeTimeoutMs: 5000, readTimeoutMs: 5000 },
      });
      await bookings.migrate();
      const { offers } = await bookings.search(
        { kind: "flight", query: flightQuery },
        { sessionKey: "s1" },
        { requestId: "r1", signal: new AbortController().signal },
      );
      const stored = await bookings.book(
        { offerIds: [offers[0]!.offer.id], travellers: [traveller], contact, buyer },
        { idempotencyKey: "k1", waitMs: 20_000, signal: new AbortController().signal },
      );
      expect(stored.order.travellers[0]!.documents).toEqual(refs);
      // Each opening names the supplier, the booking and the purchase.
      expect(opened.length).toBeGreaterThan(0);
      for (const one of opened)
        expect(one).toEqual({ ids: ["doc_pass", "doc_mile"], supplier: vendor, bookingId: stored.order.id, key: expect.stringContaining(stored.order.id) });
      const seen = simulator.requests.flatMap((request) => request.papers ?? []);
      expect(seen.map(({ sha256 }) => sha256)).toEqual(expect.arrayContaining([paperHash(number), paperHash(mile)]));
      const everything = JSON.stringify([simulator.requests, await rowsOf(own), await rowsOf(outside), await bookings.timeline(stored.order.id), stored]);
      expect(everything).toContain("doc_pass");
      expect(everything).not.toContain(number);
      expect(everything).not.toContain(mile);
    });

  it("are in no error, though the supplier says them again", async () => {
    const refusing = {
      id: "echo",
      live: false,
      flights: {
        async book(_request: unknown, call: { papers?: (traveller: object) => Promise<OpenedPaper[]> }) {
          const [opened] = await call.papers!({ documents: refs });
          throw new TravelAgentError("SUPPLIER_REJECTED", `passport ${opened!.number} is not valid`, { details: { value: opened!.number, code: "E1" } });
        },
      },
    } as unknown as Supplier;
    const error = await withPapers(refusing, async () => [papers.doc_pass!])
      .flights!.book({ key: "bk1-1" } as never, { signal: new AbortController().signal, requestId: "r" })
      .catch((thrown: unknown) => thrown as TravelAgentError);
    expect(error).toMatchObject({ code: "SUPPLIER_REJECTED", details: { code: "E1" } });
    expect(JSON.stringify([(error as TravelAgentError).message, (error as TravelAgentError).details, String((error as TravelAgentError).stack)])).not.toContain(
      number,
    );
  });
});
