import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, type Row, systemClock, type Tx } from "@travelagent/protocol/ports";
import { compare, type HotelOffer, money, type Quote, type Supplier, type SupplierOrder, subtract, zero } from "@travelagent/tools-booking";
import { daysBetween, localTravelTime } from "@travelagent/tools-booking/geography";

export type GuestHouse = HotelOffer["property"] & {
  /** IATA code of the city. */
  place: string;
  rooms: number;
  /** Cents, taxes included. */
  perNight: bigint;
};

const table = `create table guest_house_stay (key text primary key, reference text not null unique, house text not null, arrives_at integer not null,
  leaves_at integer not null, rooms integer not null, total text not null, status text not null, refund text, penalty text, cancel_key text)`;
const weekMs = 7 * 86_400_000;
const offerLastsMs = 30 * 60_000;
const free = [{ from: "now", penalty: zero("EUR") }];
const euros = (amount: unknown) => ({ amount: String(amount), currency: "EUR" });
const rejected = (message: string) => new TravelAgentError("SUPPLIER_REJECTED", message);

const orderOf = (row: Row): SupplierOrder => ({
  reference: String(row.reference),
  key: String(row.key),
  status: row.status as "confirmed" | "cancelled",
  locators: [String(row.reference)],
  total: euros(row.total),
  documents: [{ type: "VOUCHER", number: String(row.reference) }],
  ...(row.status === "cancelled" ? { refund: euros(row.refund), penalty: euros(row.penalty) } : {}),
});

/** The agency's own guest houses as a supplier: sold in euros, paid in advance, free to cancel until a week before arrival. */
export async function guestHouses({ db, houses, clock = systemClock }: { db: Database; houses: GuestHouse[]; clock?: Clock }): Promise<Supplier> {
  await db.migrate("guest-houses", [{ version: 1, sql: table }]);

  const totalOf = (house: GuestHouse, nights: number, rooms: number) => money(house.perNight * BigInt(nights * rooms), "EUR");
  const houseOf = ({ property }: HotelOffer) => {
    const house = houses.find(({ id }) => id === property.id);
    if (!house) throw rejected(`there is no house ${property.id}`);
    return house;
  };
  const priceNow = (offer: HotelOffer) => totalOf(houseOf(offer), offer.nights, offer.rooms);
  const isOver = ({ offerExpiresAt }: HotelOffer) => Date.parse(offerExpiresAt) <= clock.now();
  const isFree = async (tx: Pick<Tx, "get">, house: GuestHouse, { checkIn, checkOut, rooms }: Pick<HotelOffer, "checkIn" | "checkOut" | "rooms">) => {
    const sql = "select sum(rooms) as taken from guest_house_stay where house = ? and arrives_at < ? and leaves_at > ? and status = 'confirmed'";
    return house.rooms - Number((await tx.get(sql, house.id, Date.parse(checkOut.utc), Date.parse(checkIn.utc)))?.taken ?? 0) >= rooms;
  };
  const stay = async (tx: Pick<Tx, "get">, reference: string): Promise<Row> => {
    const row = await tx.get("select * from guest_house_stay where reference = ?", reference);
    if (!row) throw rejected(`there is no stay ${reference}`);
    return row;
  };
  const quote = ({ reference, status, total, arrives_at }: Row): Quote => {
    if (status === "cancelled") throw rejected(`the stay ${String(reference)} is cancelled already`);
    const penalty = Number(arrives_at) - clock.now() < weekMs ? euros(total) : zero("EUR");
    const expiresAt = new Date(clock.now() + offerLastsMs).toISOString();
    return { token: `${String(reference)} ${penalty.amount}`, penalty, refund: subtract(euros(total), penalty), due: zero("EUR"), expiresAt };
  };

  const hotels: NonNullable<Supplier["hotels"]> = {
    async search({ place, rooms, adults, childrenAges, currency, minStars = 0, maxTotal, limit, ...dates }) {
      const nights = daysBetween(dates.checkIn, dates.checkOut);
      const offers: HotelOffer[] = [];
      if (currency !== "EUR" || nights < 1 || adults + childrenAges.length > 2 * rooms) return offers;
      for (const house of houses) {
        const total = totalOf(house, nights, rooms);
        const checkIn = localTravelTime(`${dates.checkIn}T15:00`, house.timeZone);
        const checkOut = localTravelTime(`${dates.checkOut}T11:00`, house.timeZone);
        const freeUntil = Date.parse(checkIn.utc) - weekMs;
        if (house.place !== place || house.stars < minStars || freeUntil <= clock.now() || (maxTotal && compare(total, maxTotal) > 0)) continue;
        if (!(await isFree(db, house, { checkIn, checkOut, rooms }))) continue;
        offers.push({
          id: randomUUID(),
          vertical: "hotel",
          supplier: "guest-houses",
          sandbox: false,
          supplierRef: house.id,
          price: { total, base: total, taxes: zero("EUR"), fees: zero("EUR"), perPassenger: [{ ptc: "ADT", count: 1, each: total }] },
          offerExpiresAt: new Date(clock.now() + offerLastsMs).toISOString(),
          conditions: { refund: { allowed: true, penalty: zero("EUR") }, change: { allowed: false } },
          property: house,
          room: { name: "Room for two", beds: "1 double bed" },
          ratePlan: { code: "OWN", name: "Our own", board: "BB", paymentType: "PREPAID" },
          checkIn,
          checkOut,
          nights,
          rooms,
          guests: { adults, childrenAges },
          cancellation: [...free, { from: new Date(freeUntil).toISOString(), penalty: total }],
        });
      }
      return offers.slice(0, limit);
    },
    async reprice(offer) {
      if (isOver(offer)) return { status: "expired" };
      if (!(await isFree(db, houseOf(offer), offer))) return { status: "sold-out" };
      const total = priceNow(offer);
      if (compare(total, offer.price.total) === 0) return { status: "available", offer };
      return { status: "price-changed", offer: { ...offer, price: { ...offer.price, total, base: total } }, was: offer.price.total };
    },
    book: ({ offer, key, maxTotal }) =>
      db.transaction(async (tx) => {
        const before = await tx.get("select * from guest_house_stay where key = ?", key);
        if (before) return orderOf(before);
        if (isOver(offer)) throw new TravelAgentError("OFFER_EXPIRED", "this offer is over; search again");
        const now = priceNow(offer);
        if (compare(now, maxTotal) > 0) throw new TravelAgentError("PRICE_CHANGED", "it costs more now", { details: { now } });
        if (!(await isFree(tx, houseOf(offer), offer))) throw new TravelAgentError("SOLD_OUT", "the last room is gone");
        const columns = "key, reference, house, arrives_at, leaves_at, rooms, total, status";
        const sql = `insert into guest_house_stay (${columns}) values (?, ?, ?, ?, ?, ?, ?, 'confirmed') returning *`;
        const [arrivesAt, leavesAt] = [Date.parse(offer.checkIn.utc), Date.parse(offer.checkOut.utc)];
        return orderOf((await tx.get(sql, key, `GH-${key}`, offer.property.id, arrivesAt, leavesAt, offer.rooms, now.amount))!);
      }),
    async find(key) {
      const row = await db.get("select * from guest_house_stay where key = ?", key);
      return row ? orderOf(row) : null;
    },
    read: async (reference) => orderOf(await stay(db, reference)),
    quoteCancel: async (reference) => quote(await stay(db, reference)),
    cancel: (reference, token, key) =>
      db.transaction(async (tx) => {
        const row = await stay(tx, reference);
        if (row.cancel_key === key) return orderOf(row);
        const { token: current, refund, penalty } = quote(row);
        if (token !== current) throw rejected("this quote no longer counts; ask for a new one");
        const sql = "update guest_house_stay set status = 'cancelled', cancel_key = ?, refund = ?, penalty = ? where reference = ? returning *";
        return orderOf((await tx.get(sql, key, refund.amount, penalty.amount, reference))!);
      }),
  };
  return { id: "guest-houses", live: true, hotels };
}
