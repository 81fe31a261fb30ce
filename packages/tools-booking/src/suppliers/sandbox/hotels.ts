import type { Money } from "@travelagent/protocol";
import { addDays, airportsFor, airportsOfCity, daysBetween, isDate, localToUtc, localTravelTime } from "../../geography/index.ts";
import { compare, money } from "../../money.ts";
import type { CancellationStep, HotelOffer, HotelQuery } from "../../offer.ts";
import { type Moment, type Product, type Proposal, priceOf, rejected } from "./product.ts";
import { exchange } from "./world/currency.ts";
import { seasonFactor } from "./world/fares.ts";
import type { Dice } from "./world/hash.ts";
import { type Property, propertiesOf, type RoomType } from "./world/properties.ts";

interface HotelTerms {
  city: string;
  property: string;
  room: string;
  plan: string;
  checkIn: string;
  nights: number;
  rooms: number;
  adults: number;
  childrenAges: number[];
  currency: string;
}

interface RatePlan {
  code: string;
  name: string;
  board: "RO" | "BB" | "HB";
  factor: number;
  refundable: boolean;
}

const plans: readonly RatePlan[] = [
  { code: "SAVER", name: "Saver, non-refundable", board: "RO", factor: 0.88, refundable: false },
  { code: "FLEXBB", name: "Flexible with breakfast", board: "BB", factor: 1.15, refundable: true },
  { code: "FLEXHB", name: "Flexible with half board", board: "HB", factor: 1.4, refundable: true },
];

/** City tax in euro cents, an adult and night, paid at the house; at most seven nights. */
const cityTax: Readonly<Record<string, number>> = {
  IT: 450,
  FR: 325,
  PT: 400,
  ES: 220,
  DE: 300,
  AT: 320,
  NL: 900,
  BE: 400,
  GR: 350,
  CZ: 200,
  HU: 250,
  HR: 190,
  CH: 350,
  AE: 400,
  MY: 210,
  JP: 130,
};
const taxedCitiesOnly: Readonly<Record<string, readonly string[]>> = { ES: ["BCN", "PMI", "IBZ", "MAH", "GRO", "REU"] };

const vatShare = 0.1;
const mostNights = 30;
const horizonDays = 500;
const hour = 3_600_000;
const day = 24 * hour;

export function createHotels(dice: Dice): Product<HotelQuery, HotelOffer, HotelTerms> {
  const nightKey = (property: Property, room: RoomType, date: string) => `${property.id} ${room.code} ${date}`;

  function roomsLeft(property: Property, room: RoomType, date: string, { now, taken }: Moment): number {
    const key = nightKey(property, room, date);
    const daysLeft = Math.max(0, daysBetween(new Date(now).toISOString().slice(0, 10), date));
    const demand = 0.45 + 0.55 * dice.draw(`demand ${key}`);
    const sold = demand / (1 + Math.exp((daysLeft - 12 - 20 * dice.draw(`middle ${key}`)) / 12));
    return Math.max(0, Math.floor(room.count * (1 - sold)) - taken(key));
  }

  /** Euro a room for one night: house, season, weekday, and the fairs and festivals of the city. */
  function nightly(property: Property, room: RoomType, city: string, date: string, now: number): number {
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    const week = Math.floor(Date.parse(`${date}T00:00:00Z`) / (7 * day));
    const event = dice.draw(`event ${city} ${week}`) < 0.07 ? 1.45 : 1;
    const filed = 0.96 + 0.1 * dice.draw(`rate ${property.id} ${Math.floor(now / day)}`);
    return property.usualRate * room.factor * seasonFactor(date, property.latitude) * (weekday === 5 || weekday === 6 ? 1.12 : 1) * event * filed;
  }

  /** Free until 18:00 at the house two days before; then the first night; from the day of arrival everything. */
  function cancellation(plan: RatePlan, terms: HotelTerms, zone: string, total: Money, firstNight: Money, now: number): CancellationStep[] {
    if (!plan.refundable) return [{ from: "now", penalty: total }];
    const late = localToUtc(`${addDays(terms.checkIn, -2)}T18:00`, zone);
    const arrival = localToUtc(`${terms.checkIn}T15:00`, zone);
    const free = money(0n, total.currency);
    const steps = [
      { at: Number.NEGATIVE_INFINITY, penalty: free },
      { at: late, penalty: firstNight },
      { at: arrival, penalty: total },
    ];
    const current = steps.findLastIndex(({ at }) => at <= now);
    return steps.slice(current).map(({ at, penalty }, i) => ({ from: i === 0 ? "now" : new Date(at).toISOString(), penalty }));
  }

  function mandatoryFees(property: Property, terms: HotelTerms): Money | undefined {
    const { minor, currency } = exchange(terms.currency);
    const tax = cityTax[property.country];
    const only = taxedCitiesOnly[property.country];
    if (!tax || (only && !only.includes(terms.city))) return undefined;
    return money(minor(tax) * BigInt(terms.adults * Math.min(7, terms.nights)), currency);
  }

  function propose(property: Property, room: RoomType, plan: RatePlan, terms: HotelTerms, moment: Moment): Proposal<HotelOffer, HotelTerms> | null {
    const nights = Array.from({ length: terms.nights }, (_, i) => addDays(terms.checkIn, i));
    const left = Math.min(...nights.map((night) => roomsLeft(property, room, night, moment)));
    if (left < terms.rooms) return null;
    const { minor, currency } = exchange(terms.currency);
    const heads = terms.adults + terms.childrenAges.length;
    const extra = plan.board === "HB" ? 1 + 0.08 * Math.max(0, heads / terms.rooms - 2) : 1;
    const cents = nights.map((night) => Math.round(nightly(property, room, terms.city, night, moment.now) * plan.factor * extra) * 100 * terms.rooms);
    const nightMinor = cents.map(minor);
    const gross = nightMinor.reduce((sum, amount) => sum + amount, 0n);
    const taxes = minor(Math.round((cents.reduce((sum, amount) => sum + amount, 0) * vatShare) / (1 + vatShare)));
    const price = priceOf([{ ptc: "ADT", count: 1, base: gross - taxes, taxes, fees: 0n }], currency);
    const fees = mandatoryFees(property, terms);
    const steps = cancellation(plan, terms, property.timeZone, price.total, money(nightMinor[0]!, currency), moment.now);
    const condition = plan.refundable ? { allowed: true, penalty: steps[0]!.penalty } : { allowed: false };
    const { id, name, stars, address, city, latitude, longitude, timeZone, distanceToCentreKm } = property;
    return {
      terms,
      content: {
        vertical: "hotel",
        price,
        seatsRemaining: Math.min(9, left),
        conditions: { refund: condition, change: condition },
        property: { id, name, stars, address, city, latitude, longitude, timeZone, distanceToCentreKm },
        room: { name: room.name, beds: room.beds },
        ratePlan: { code: plan.code, name: plan.name, board: plan.board, paymentType: "PREPAID" },
        checkIn: localTravelTime(`${terms.checkIn}T15:00`, timeZone),
        checkOut: localTravelTime(`${addDays(terms.checkIn, terms.nights)}T11:00`, timeZone),
        nights: terms.nights,
        rooms: terms.rooms,
        guests: { adults: terms.adults, childrenAges: terms.childrenAges },
        ...(fees ? { mandatoryFees: fees } : {}),
        cancellation: steps,
      },
      takes: nights.map((night) => ({ day: night, resource: nightKey(property, room, night), units: terms.rooms })),
    };
  }

  const onSale = (checkIn: string, zone: string, now: number) =>
    localToUtc(`${checkIn}T23:00`, zone) > now && daysBetween(new Date(now).toISOString().slice(0, 10), checkIn) <= horizonDays;

  return {
    kind: "hotel",
    days(query) {
      if (!isDate(query.checkIn) || !isDate(query.checkOut)) throw rejected("invalid_dates", "a date of this search does not exist; write 2027-03-28");
      const nights = daysBetween(query.checkIn, query.checkOut);
      if (nights < 1 || nights > mostNights) throw rejected("invalid_dates", `a stay is 1 to ${mostNights} nights; change the dates`);
      if (query.adults < 1 || query.rooms < 1 || query.adults < query.rooms) throw rejected("invalid_guests", "every room needs an adult; ask for fewer rooms");
      return [query.checkIn, query.checkOut];
    },
    search(query, moment) {
      const city = airportsFor(query.place)[0]?.city;
      const zone = city && airportsOfCity(city)[0]?.timeZone;
      if (!city || !zone || !onSale(query.checkIn, zone, moment.now)) return [];
      const perRoom = Math.ceil((query.adults + query.childrenAges.length) / query.rooms);
      const found: Proposal<HotelOffer, HotelTerms>[][] = [];
      for (const property of propertiesOf(city, dice)) {
        if (query.minStars !== undefined && property.stars < query.minStars) continue;
        const room = property.rooms.find(({ sleeps, code }) => sleeps >= perRoom && (code !== "STD" || query.childrenAges.length === 0));
        if (!room) continue;
        const offers: Proposal<HotelOffer, HotelTerms>[] = [];
        for (const plan of plans) {
          if (query.refundableOnly && !plan.refundable) continue;
          const terms: HotelTerms = {
            city,
            property: property.id,
            room: room.code,
            plan: plan.code,
            checkIn: query.checkIn,
            nights: daysBetween(query.checkIn, query.checkOut),
            rooms: query.rooms,
            adults: query.adults,
            childrenAges: [...query.childrenAges],
            currency: query.currency,
          };
          const offer = propose(property, room, plan, terms, moment);
          if (offer && (!query.maxTotal || compare(offer.content.price.total, query.maxTotal) <= 0)) offers.push(offer);
        }
        if (offers.length > 0) found.push(offers);
      }
      const byPrice = (a: Proposal<HotelOffer, HotelTerms>, b: Proposal<HotelOffer, HotelTerms>) => compare(a.content.price.total, b.content.price.total);
      // Every house once at its lowest, spread over the classes of houses, then the freer rates of the same houses.
      found.sort((a, b) => byPrice(a[0]!, b[0]!));
      const seen = new Map<number, number>();
      const ranked = found
        .map((offers, i) => {
          const { stars } = offers[0]!.content.property;
          const place = seen.get(stars) ?? 0;
          seen.set(stars, place + 1);
          return { offers, place, i };
        })
        .sort((a, b) => a.place - b.place || a.i - b.i);
      const houses = Math.max(1, Math.ceil(query.limit * 0.6));
      const mixed = [
        ...ranked.slice(0, houses).map(({ offers }) => offers[0]!),
        ...ranked.flatMap(({ offers }) => offers.slice(1)).slice(0, query.limit - houses),
        ...ranked.slice(houses).map(({ offers }) => offers[0]!),
      ];
      return [...new Set(mixed)].slice(0, query.limit).sort(byPrice);
    },
    daysOf: (terms) => [terms.checkIn, addDays(terms.checkIn, terms.nights)],
    propose(terms, moment) {
      const property = propertiesOf(terms.city, dice).find(({ id }) => id === terms.property);
      const room = property?.rooms.find(({ code }) => code === terms.room);
      const plan = plans.find(({ code }) => code === terms.plan);
      if (!property || !room || !plan || !onSale(terms.checkIn, property.timeZone, moment.now)) return null;
      return propose(property, room, plan, terms, moment);
    },
    startsAt: (offer) => offer.checkIn.utc,
  };
}
