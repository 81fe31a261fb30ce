import type { HotelOffer, HotelQuery } from "../../offer.ts";
import type { SupplierCall } from "../../supplier.ts";
import type { Sandbox } from "../../suppliers/sandbox/index.ts";
import type { World } from "../kit/index.ts";
import { cityOf, toNumber } from "./ids.ts";

export const anyCall: SupplierCall = { signal: new AbortController().signal, requestId: "simulator" };

/** One room of a stay: adults, then children's ages. */
export interface Occupancy {
  adults: number;
  childrenAges: number[];
}

export function parseOccupancy(text: string): Occupancy | undefined {
  const match = /^(\d{1,2})(?:-(\d{1,2}(?:,\d{1,2})*))?$/.exec(text);
  if (!match || Number(match[1]) < 1) return undefined;
  return { adults: Number(match[1]), childrenAges: match[2]?.split(",").map(Number) ?? [] };
}

/** What this vendor sells of the world, a room at a time: Rapid's rooms are priced, booked and cancelled each on its own. */
export function openStock(world: World) {
  const counter: Sandbox = world.counter("expedia");
  const hotels = counter.supplier.hotels!;
  const query = (city: string, { adults, childrenAges }: Occupancy, checkIn: string, checkOut: string, currency: string): HotelQuery => ({
    place: city,
    checkIn,
    checkOut,
    rooms: 1,
    adults,
    childrenAges,
    refundableOnly: false,
    currency,
    limit: 1000,
  });
  return {
    hotels,
    /** All houses of a city, as offers of some day: the world shows them by selling them. */
    async houses(city: string): Promise<Map<string, HotelOffer>> {
      const day = (ahead: number) => new Date(world.clock.now() + ahead * 86_400_000).toISOString().slice(0, 10);
      const offers = await hotels.search(query(city, { adults: 1, childrenAges: [] }, day(60), day(61), "EUR"), anyCall);
      return new Map(offers.map((offer) => [toNumber(offer.property.id), offer]));
    },
    /** Offers for each of the rooms, by house, room and rate; only what all rooms can have. */
    async rates(propertyIds: readonly string[], rooms: readonly Occupancy[], checkIn: string, checkOut: string, currency: string): Promise<HotelOffer[][]> {
      const found: HotelOffer[][] = [];
      for (const city of new Set(propertyIds.map(cityOf))) {
        const each = await Promise.all(rooms.map((room) => hotels.search(query(city, room, checkIn, checkOut, currency), anyCall)));
        for (const first of each[0] ?? []) {
          if (!propertyIds.includes(toNumber(first.property.id))) continue;
          const same = each.map((offers) =>
            offers.find(
              ({ property, room, ratePlan }) => property.id === first.property.id && room.name === first.room.name && ratePlan.code === first.ratePlan.code,
            ),
          );
          const enough = same.every((offer) => (offer?.seatsRemaining ?? 0) >= rooms.length);
          if (enough) found.push(same as HotelOffer[]);
        }
      }
      return found;
    },
  };
}
export type Stock = ReturnType<typeof openStock>;
