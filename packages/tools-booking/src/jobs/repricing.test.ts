import { afterEach, describe, expect, it } from "vitest";
import { minorUnits } from "../money.ts";
import type { Offer } from "../offer.ts";
import type { StoredOrder } from "../order-store.ts";
import { carQuery, flightQuery, hotelQuery, simulated } from "../testing/simulator-bench.ts";
import { supplierVendors } from "../testing/vendors.ts";
import { createRepricing, searchFor } from "./repricing.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const signal = new AbortController().signal;
const call = { signal, requestId: "test" };
const bought = (offer: Offer): StoredOrder =>
  ({ order: { id: "bk1", items: [{ no: 1, offer, total: offer.price.total, paidHere: true, status: "confirmed" }] } }) as unknown as StoredOrder;

const kinds = [
  ["duffel", "flights", { ...flightQuery, returnDate: "2027-03-15", childrenAges: [4] }],
  ["duffel", "hotels", hotelQuery],
  ["duffel", "cars", carQuery],
  ["amadeus", "flights", flightQuery],
  ["expedia", "hotels", hotelQuery],
  ["avis", "cars", carQuery],
] as const;

describe("the price of what is bought, asked at its own supplier", () => {
  it.each(kinds)("%s %s: the same travel is found again, at the price of now", async (vendor, kind, query) => {
    const { dialect, adapter } = supplierVendors[vendor]!;
    const parts = await simulated({
      dialect: (world) => dialect(world, "http://127.0.0.1:9/"),
      adapter: ({ url, memory, clock }) => adapter(url, { memory, clock }),
    });
    open.push(parts);
    const search = (asked: object) => (parts.supplier[kind] as unknown as { search(query: object, given: object): Promise<Offer[]> }).search(asked, call);
    const offers = await search(query);
    expect(offers.length).toBeGreaterThan(0);
    const repricing = createRepricing({ suppliers: [parts.supplier], clock: parts.clock });
    for (const offer of offers.slice(0, 3)) {
      const found = await repricing.priceNow(bought(offer), 1, signal);
      expect(found.status === "priced" && [found.offer.id, found.price]).toEqual([
        expect.any(String),
        expect.objectContaining({ currency: offer.price.total.currency }),
      ]);
      if (found.status !== "priced") throw new Error("gone");
      // Nothing moved in the world meanwhile; the cheapest of what is alike counts.
      expect(minorUnits(found.price) <= minorUnits(offer.price.total)).toBe(true);
      expect(found.offer.vertical).toBe(offer.vertical);
    }
    expect(await parts.simulator.ledger()).toEqual([]);
  });

  it("a journey of more than there and back, or of open jaw, is not asked for", async () => {
    const { dialect, adapter } = supplierVendors.duffel!;
    const parts = await simulated({
      dialect: (world) => dialect(world, "http://127.0.0.1:9/"),
      adapter: ({ url, memory, clock }) => adapter(url, { memory, clock }),
    });
    open.push(parts);
    const [offer] = await parts.supplier.flights!.search(flightQuery, call);
    const [journey] = offer!.journeys;
    expect(searchFor({ ...offer!, journeys: [journey!, journey!, journey!] })).toBe(null);
    expect(searchFor({ ...offer!, journeys: [journey!, journey!] })).toBe(null);
    expect(searchFor(offer!)).toMatchObject({ kind: "flight", query: { origin: "BCN", destination: "FRA", departureDate: "2027-03-12", adults: 1 } });
  });
});
