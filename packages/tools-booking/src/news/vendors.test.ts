import { afterEach, describe, expect, it } from "vitest";
import { minorUnits, money } from "../money.ts";
import type { Offer } from "../offer.ts";
import type { OrderItem } from "../order.ts";
import { avisDialect } from "../simulators/avis/index.ts";
import { bookingDialect } from "../simulators/booking/index.ts";
import { expediaDialect } from "../simulators/expedia/index.ts";
import { sabreDialect } from "../simulators/sabre/index.ts";
import { travelportDialect } from "../simulators/travelport/index.ts";
import type { Supplier, SupplierCall, SupplierOrder } from "../supplier.ts";
import { setup as amadeus } from "../suppliers/amadeus/simulated-amadeus.ts";
import { avisSupplier } from "../suppliers/avis/index.ts";
import { bookingDemandSupplier } from "../suppliers/booking/index.ts";
import { setup as duffel } from "../suppliers/duffel/simulated-duffel.ts";
import { expediaRapidSupplier } from "../suppliers/expedia/index.ts";
import { sabreSupplier } from "../suppliers/sabre/index.ts";
import { travelportSupplier } from "../suppliers/travelport/index.ts";
import { carQuery, flightQuery, hotelQuery, partyFor, type SimulatorSetup, simulated } from "../testing/simulator-bench.ts";
import { changesOf } from "./changes-of.ts";

const setups: Record<string, SimulatorSetup> = {
  amadeus: amadeus(),
  duffel,
  sabre: {
    dialect: (world) => sabreDialect(world),
    adapter: ({ url, memory, clock }) =>
      sabreSupplier({ baseUrl: url, authVersion: "v2", epr: "1234", password: "secret", pcc: "G7HE", live: false, memory, clock }),
  },
  travelport: {
    dialect: (world) => travelportDialect(world),
    adapter: ({ url, memory, clock }) =>
      travelportSupplier({
        ...{ baseUrl: `${url}/11`, authUrl: `${url}/oauth/token`, clientId: "client", clientSecret: "secret", username: "agency", password: "secret" },
        ...{ pcc: "7K9S", live: false, memory, clock },
      }),
  },
  expedia: {
    dialect: (world) => expediaDialect(world),
    adapter: ({ url, memory, clock }) =>
      expediaRapidSupplier({ baseUrl: `${url}/v3`, apiKey: "rapid-key", sharedSecret: "rapid-secret", holdMinutes: 30, live: false, memory, clock }),
  },
  booking: {
    dialect: (world) => bookingDialect(world),
    adapter: ({ url, memory, clock }) =>
      bookingDemandSupplier({ baseUrl: `${url}/3.2`, apiToken: "demand-token", affiliateId: 111111, wallet: true, live: false, memory, clock }),
  },
  avis: {
    dialect: (world) => avisDialect(world),
    adapter: ({ url, memory, clock }) => avisSupplier({ baseUrl: url, clientId: "avis-client", clientSecret: "avis-secret", live: false, memory, clock }),
  },
};

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
const call = (): SupplierCall => ({ signal: new AbortController().signal, requestId: "test" });

/** Buys the first offer that can be bought, ticketed where that is a step of its own. */
async function bought(supplier: Supplier, kind: "flights" | "hotels" | "cars"): Promise<{ item: OrderItem; read(): Promise<SupplierOrder> }> {
  const port = supplier[kind]! as NonNullable<Supplier["flights"]>;
  const query = { flights: flightQuery, hotels: hotelQuery, cars: carQuery }[kind];
  const offer = (await port.search(query as never, call()))[0] as Offer;
  const { total } = offer.price;
  const request = {
    ...{ offer, travellers: partyFor(offer), key: "key-1", maxTotal: money(minorUnits(total) * 2n, total.currency) },
    contact: { email: "ana.silva@example.com", phone: "+351910000000" },
  };
  const { reference, status, locators, documents, total: cost, commission } = await port.book(request as never, call());
  const item = {
    no: 1,
    offer,
    quoted: total,
    total,
    cost,
    paidHere: true,
    status: status as OrderItem["status"],
    supplierReference: reference,
    locators,
    documents,
    ...(commission ? { commission } : {}),
  };
  return { item, read: () => port.read(reference, call()) };
}

describe("what was bought and what is read afterwards agree, so that no news is made up", () => {
  for (const [name, setup] of Object.entries(setups))
    it(name, async () => {
      const parts = await simulated(setup);
      opened.push(parts);
      let kinds = 0;
      for (const kind of ["flights", "hotels", "cars"] as const) {
        if (!parts.supplier[kind]) continue;
        const { item, read } = await bought(parts.supplier, kind);
        const changes = changesOf(item, await read());
        // Tickets and documents may come a moment later; that is true news.
        expect(changes.filter((change) => change.kind !== "ticketed" && change.kind !== "papers")).toEqual([]);
        kinds += 1;
      }
      expect(kinds).toBeGreaterThan(0);
    });
});

describe("a schedule change at the vendor is found when the booking is read again", () => {
  for (const name of ["duffel", "sabre", "travelport"])
    it(name, async () => {
      const parts = await simulated(setups[name]!);
      opened.push(parts);
      const { item, read } = await bought(parts.supplier, "flights");
      await parts.simulator.happen("schedule_change", item.supplierReference!);
      const changes = changesOf(item, await read());
      expect(changes).toContainEqual(expect.objectContaining({ kind: "schedule", change: expect.objectContaining({ severity: "major" }) }));
      if (name !== "duffel") return;
      const { changeToAnswer } = await read();
      const { flights } = parts.supplier;
      expect(await flights!.acceptChange!(item.supplierReference!, changeToAnswer!, call())).not.toHaveProperty("changeToAnswer");
      // Again is no error, another change is.
      await flights!.acceptChange!(item.supplierReference!, changeToAnswer!, call());
      await parts.simulator.happen("schedule_change", item.supplierReference!);
      const { changeToAnswer: first } = await read();
      await parts.simulator.happen("schedule_change", item.supplierReference!);
      await expect(flights!.acceptChange!(item.supplierReference!, first!, call())).rejects.toMatchObject({ code: "SUPPLIER_REJECTED" });
    });
});
