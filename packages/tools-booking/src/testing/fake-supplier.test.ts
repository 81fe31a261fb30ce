import { describe, expect, it } from "vitest";
import { money } from "../money.ts";
import type { CarOffer, FlightOffer, HotelOffer, Offer } from "../offer.ts";
import type { Traveller, VerticalSupplier } from "../supplier.ts";
import { type FakeSupplier, fakeSupplier } from "./fake-supplier.ts";
import { sampleCar, sampleFlight, sampleHotel } from "./sample-offers.ts";
import { type SupplierBench, supplierContract } from "./supplier-contract.ts";

const ana: Traveller = { id: "1", givenName: "Ana", familyName: "Silva", ptc: "ADT" };

/** The fake behind the suite of every supplier; it knows no queries, so everything it has answers any. */
function bench<O extends Offer>(supplier: FakeSupplier, port: VerticalSupplier<never, O>): SupplierBench<object, O> {
  return {
    supplier: port as unknown as VerticalSupplier<object, O>,
    query: {},
    mismatch: () => undefined,
    travellers: () => [ana],
    loseReply: () => supplier.faults.next("book", "lost-reply"),
    sold: async () => supplier.orders().filter(({ status }) => status !== "held" && status !== "cancelled").length,
  };
}

const priced = <O extends Offer>(offer: O, minor: bigint): O => ({
  ...offer,
  price: { ...offer.price, total: money(minor, "EUR"), base: money(minor - 2000n, "EUR"), perPassenger: [{ ptc: "ADT", count: 1, each: money(minor, "EUR") }] },
});

supplierContract({ describe, it, expect }, "fake flights", () => {
  const offers: FlightOffer[] = [sampleFlight(), priced(sampleFlight({ id: "flight-2", supplierRef: "ref2" }), 21_000n)];
  const supplier = fakeSupplier({ offers });
  return bench<FlightOffer>(supplier, supplier.flights as never);
});
supplierContract({ describe, it, expect }, "fake hotels", () => {
  const supplier = fakeSupplier({ offers: [sampleHotel(), priced(sampleHotel({ id: "hotel-2", supplierRef: "ref2" }), 35_000n)] });
  return bench<HotelOffer>(supplier, supplier.hotels as never);
});
supplierContract({ describe, it, expect }, "fake cars", () => {
  const cars: CarOffer[] = [sampleCar({ paymentType: "PREPAID" }), priced(sampleCar({ id: "car-2", supplierRef: "ref2", paymentType: "PREPAID" }), 12_000n)];
  const supplier = fakeSupplier({ offers: cars });
  return bench<CarOffer>(supplier, supplier.cars as never);
});
