import { openDatabase } from "@travelagent/engine";
import { fakeClock } from "@travelagent/protocol/testing";
import type { HotelOffer, HotelQuery } from "@travelagent/tools-booking";
import { type SupplierBench, supplierContract } from "@travelagent/tools-booking/testing";
import { afterEach, describe, expect, it } from "vitest";
import { type GuestHouse, guestHouses } from "./guest-houses.ts";

const house = (id: string, perNight: bigint): GuestHouse => ({
  id,
  name: `Casa ${id}`,
  stars: 3,
  address: "Rua do Sol 1",
  city: "Lisbon",
  place: "LIS",
  latitude: 38.71,
  longitude: -9.13,
  timeZone: "Europe/Lisbon",
  distanceToCentreKm: 1,
  rooms: 2,
  perNight,
});
const query: HotelQuery = {
  place: "LIS",
  checkIn: "2027-03-12",
  checkOut: "2027-03-15",
  rooms: 1,
  adults: 2,
  childrenAges: [],
  refundableOnly: false,
  currency: "EUR",
  limit: 10,
};
const call = { signal: new AbortController().signal, requestId: "test" };
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});

async function bench() {
  const db = openDatabase({ path: ":memory:" });
  opened.push(db);
  const clock = fakeClock("2027-01-15T09:00:00Z");
  const { hotels } = await guestHouses({ db, houses: [house("amarela", 8000n), house("azul", 9500n)], clock });
  const supplier = hotels!;
  const book = (offer: HotelOffer, key: string) =>
    supplier.book({ offer, travellers: [], contact: { email: "ana.silva@example.com" }, key, maxTotal: offer.price.total }, call);
  return {
    supplier,
    query,
    clock,
    book,
    mismatch: ({ nights, rooms }) => (nights === 3 && rooms === 1 ? undefined : "another stay"),
    travellers: () => [{ id: "1", givenName: "Ana", familyName: "Silva", ptc: "ADT" }],
    pass: (ms) => clock.advance(ms),
    sold: async () => Number((await db.get("select count(*) as sold from guest_house_stay where status = 'confirmed'"))?.sold),
    async lastOne() {
      const [offer] = await supplier.search(query, call);
      await book(offer!, "all but one");
      return offer!;
    },
  } satisfies SupplierBench<HotelQuery, HotelOffer> & Record<string, unknown>;
}

supplierContract<HotelQuery, HotelOffer>({ describe, it, expect }, "guest houses", bench);

describe("guest houses", () => {
  it("keep the whole price in the last week", async () => {
    const { supplier, book, clock } = await bench();
    const [offer] = await supplier.search(query, call);
    const { reference } = await book(offer!, "key-1");
    await clock.advance(Date.parse("2027-03-06T00:00:00Z") - clock.now());
    expect(await supplier.quoteCancel(reference, call)).toMatchObject({ penalty: { amount: "240.00" }, refund: { amount: "0.00" } });
  });

  it("sell the nights between two stays", async () => {
    const { supplier, book } = await bench();
    const [offer] = await supplier.search(query, call);
    await book(offer!, "key-1");
    await book(offer!, "key-2");
    const found = async (checkIn: string, checkOut: string) =>
      (await supplier.search({ ...query, checkIn, checkOut }, call)).map(({ supplierRef }) => supplierRef);
    expect(await found("2027-03-14", "2027-03-17")).toEqual(["azul"]);
    expect(await found("2027-03-15", "2027-03-17")).toEqual(["amarela", "azul"]);
  });
});
