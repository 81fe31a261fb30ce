import { type Airport, addDays, airportsFor, distanceKm, localToUtc, localTravelTime, wallClock } from "../../geography/index.ts";
import { compare, minorUnits, money } from "../../money.ts";
import type { CarOffer, CarQuery } from "../../offer.ts";
import { type Moment, type Product, type Proposal, priceOf, rejected } from "./product.ts";
import { exchange } from "./world/currency.ts";
import { seasonFactor } from "./world/fares.ts";
import type { Dice } from "./world/hash.ts";
import { type CarClass, carClasses, type Vendor, vendors } from "./world/vehicles.ts";

interface CarTerms {
  vendor: string;
  acriss: string;
  pickUp: string;
  dropOff: string;
  pickUpAt: string;
  dropOffAt: string;
  driverAge: number;
  currency: string;
}

const youngestDriver = 21;
const youngUnder = 25;
const youngFeeCents = 1800;
const mostDays = 60;
const horizonDays = 400;
const hour = 3_600_000;
const day = 24 * hour;

export function createCars(dice: Dice): Product<CarQuery, CarOffer, CarTerms> {
  const depot = (code: string): Airport | undefined => airportsFor(code)[0];
  const fleetKey = (terms: CarTerms, date: string) => `${terms.vendor} ${terms.acriss} ${terms.pickUp} ${date}`;

  function carsLeft(terms: CarTerms, place: Airport, vehicle: CarClass, date: string, { now, taken }: Moment): number {
    const key = fleetKey(terms, date);
    const fleet = Math.ceil((3 + place.rank * 2.5) * vehicle.share * (0.7 + 0.6 * dice.draw(`fleet ${terms.vendor} ${terms.acriss} ${terms.pickUp}`)));
    const daysLeft = (Date.parse(`${date}T00:00:00Z`) - now) / day;
    const sold = (0.4 + 0.6 * dice.draw(`demand ${key}`)) / (1 + Math.exp((Math.floor(daysLeft) - 10) / 8));
    return Math.max(0, Math.floor(fleet * (1 - sold)) - taken(key));
  }

  const servedBy = (vendor: Vendor, place: Airport) => place.rank >= 5 || dice.draw(`depot ${vendor.code} ${place.code}`) < 0.25 + place.rank * 0.15;

  function propose(terms: CarTerms, vendor: Vendor, vehicle: CarClass, moment: Moment): Proposal<CarOffer, CarTerms> | null {
    const from = depot(terms.pickUp)!;
    const to = depot(terms.dropOff)!;
    const startsAt = localToUtc(terms.pickUpAt, from.timeZone);
    const endsAt = localToUtc(terms.dropOffAt, to.timeZone);
    // Half an hour late is not another day.
    const days = Math.max(1, Math.ceil((endsAt - startsAt - hour / 2) / day));
    if (startsAt < moment.now + 2 * hour || startsAt > moment.now + horizonDays * day || endsAt <= startsAt || days > mostDays) return null;
    if (!servedBy(vendor, from) || !servedBy(vendor, to)) return null;
    const km = distanceKm(from, to);
    const oneWay = from.city !== to.city;
    if (oneWay && km > (from.country === to.country ? 4000 : 1500)) return null;
    const first = terms.pickUpAt.slice(0, 10);
    const dates = Array.from({ length: days }, (_, i) => addDays(first, i));
    const left = Math.min(...dates.map((date) => carsLeft(terms, from, vehicle, date, moment)));
    if (left < 1) return null;

    const { currency, minor } = exchange(terms.currency);
    const filed = 0.95 + 0.12 * dice.draw(`rate ${vendor.code} ${from.code} ${Math.floor(moment.now / day)}`);
    const aDay = 34 * vehicle.factor * vendor.factor * seasonFactor(first, from.latitude) * (0.8 + 0.5 * dice.draw(`level ${from.city}`)) * filed;
    const discount = days >= 28 ? 0.72 : days >= 7 ? 0.85 : days >= 3 ? 0.95 : 1;
    const rental = Math.round(aDay * discount * days) * 100;
    const feeCents =
      (oneWay ? Math.round(45 + km * (from.country === to.country ? 0.22 : 0.6)) * 100 : 0) +
      (terms.driverAge < youngUnder ? youngFeeCents * Math.min(10, days) : 0);
    const price = priceOf([{ ptc: "ADT", count: 1, base: minor(rental), taxes: minor(Math.round(rental * 0.2)), fees: minor(feeCents) }], currency);
    const total = minorUnits(price.total);
    const dayMinor = total / BigInt(days);
    const steps = [
      { at: Number.NEGATIVE_INFINITY, penalty: 0n },
      { at: startsAt - 48 * hour, penalty: dayMinor },
      { at: startsAt, penalty: total },
    ];
    const current = steps.findLastIndex(({ at }) => at <= moment.now);
    const cancellation = steps
      .slice(current)
      .map(({ at, penalty }, i) => ({ from: i === 0 ? "now" : new Date(at).toISOString(), penalty: money(penalty, currency) }));
    const condition = { allowed: true, penalty: cancellation[0]!.penalty };
    const place = (airport: Airport, local: string) => ({
      locationCode: airport.code,
      address: `${airport.name} Airport, car rental desks`,
      time: localTravelTime(local, airport.timeZone),
    });
    return {
      terms,
      content: {
        vertical: "car",
        price,
        seatsRemaining: Math.min(9, left),
        conditions: { refund: condition, change: condition },
        vendor: { code: vendor.code, name: vendor.name },
        vehicle: {
          acriss: vehicle.acriss,
          category: vehicle.category,
          transmission: vehicle.acriss[2] === "A" ? "automatic" : "manual",
          seats: vehicle.seats,
          bags: vehicle.bags,
          exampleModel: vehicle.exampleModel,
        },
        pickUp: place(from, terms.pickUpAt),
        dropOff: place(to, terms.dropOffAt),
        mileage: vendor.dailyKm === undefined ? "unlimited" : `${vendor.dailyKm} km a day`,
        fuelPolicy: "full to full",
        paymentType: "PREPAID",
        deposit: money(minor(vehicle.depositCents), currency),
        cancellation,
      },
      takes: dates.map((date) => ({ day: date, resource: fleetKey(terms, date), units: 1 })),
    };
  }

  function checked(query: Pick<CarQuery, "pickUpAt" | "dropOffAt" | "driverAge">): void {
    try {
      if (wallClock(query.dropOffAt) <= wallClock(query.pickUpAt) - 14 * hour)
        throw rejected("invalid_dates", "the car is given back before it is picked up; give a later return");
    } catch (error) {
      if (error instanceof RangeError) throw rejected("invalid_dates", error.message);
      throw error;
    }
  }

  return {
    kind: "car",
    days(query) {
      checked(query);
      return [query.pickUpAt.slice(0, 10), addDays(query.dropOffAt.slice(0, 10), 1)];
    },
    search(query, moment) {
      const from = depot(query.pickUp);
      const to = depot(query.dropOff);
      if (!from || !to || query.driverAge < youngestDriver) return [];
      const found: Proposal<CarOffer, CarTerms>[] = [];
      for (const vehicle of carClasses) {
        if (query.automaticOnly && vehicle.acriss[2] !== "A") continue;
        if (query.category !== undefined && vehicle.category !== query.category && vehicle.acriss !== query.category) continue;
        if (query.driverAge < vehicle.youngest) continue;
        for (const vendor of vendors) {
          if (query.vendors !== undefined && !query.vendors.includes(vendor.code)) continue;
          const terms: CarTerms = {
            vendor: vendor.code,
            acriss: vehicle.acriss,
            pickUp: from.code,
            dropOff: to.code,
            pickUpAt: query.pickUpAt.slice(0, 16),
            dropOffAt: query.dropOffAt.slice(0, 16),
            driverAge: query.driverAge,
            currency: query.currency,
          };
          const offer = propose(terms, vendor, vehicle, moment);
          if (offer && (!query.maxTotal || compare(offer.content.price.total, query.maxTotal) <= 0)) found.push(offer);
        }
      }
      found.sort((a, b) => compare(a.content.price.total, b.content.price.total));
      // Each class once at its lowest before a second vendor of the same class.
      const seen = new Set<string>();
      const lowest = found.filter(({ content }) => !seen.has(content.vehicle.acriss) && seen.add(content.vehicle.acriss));
      return [...new Set([...lowest, ...found])].slice(0, query.limit).sort((a, b) => compare(a.content.price.total, b.content.price.total));
    },
    daysOf: (terms) => [terms.pickUpAt.slice(0, 10), addDays(terms.dropOffAt.slice(0, 10), 1)],
    propose(terms, moment) {
      const vendor = vendors.find(({ code }) => code === terms.vendor);
      const vehicle = carClasses.find(({ acriss }) => acriss === terms.acriss);
      return vendor && vehicle ? propose(terms, vendor, vehicle, moment) : null;
    },
    startsAt: (offer) => offer.pickUp.time.utc,
  };
}
