import { airportsFor } from "../../geography/index.ts";
import { compare, zero } from "../../money.ts";
import type { CarOffer, CarQuery } from "../../offer.ts";
import type { BookRequest, SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { createPurchases, moneyOf, understand } from "../http/index.ts";
import { withinLimit } from "../within-limit.ts";
import { afterWrite } from "./client.ts";
import { type Cancellable, createGroundCancelling, rateOf, repriced, stillValid } from "./ground-orders.ts";
import { canBeBooked, carOfferOf } from "./map-car.ts";
import { keyField, keyIn } from "./map-order.ts";
import { penaltyAt } from "./map-stay.ts";
import { type DuffelParts, ownCall, rejected } from "./parts.ts";
import { phoneOf } from "./travellers.ts";
import { carBooking, carQuote, carRate, carSearch, type WireCarBooking } from "./wire-ground.ts";

const radiusKm = 10;
/** Duffel names no end of a car rate. It is quoted again before it is booked, so ours may be short. */
const rateValidMs = 15 * 60_000;

/** Cars. Duffel lists no car bookings, so that a lost reply can only be cleared up in its dashboard. */
export function duffelCars(parts: DuffelParts, residenceCountry: string | undefined): VerticalSupplier<CarQuery, CarOffer> {
  const { client, memory, clock, live } = parts;

  const quote = (rate: string, call: SupplierCall) =>
    client.read(carQuote, { method: "POST", path: "cars/quotes", route: "cars/quotes", json: { data: { rate_id: rate } } }, call);
  const totalOf = (wire: { total_amount: string; total_currency: string }) =>
    understand("duffel", "read", () => moneyOf(wire.total_amount, wire.total_currency));
  const fetch = (reference: string, call: SupplierCall) =>
    client.read(carBooking, { method: "GET", path: `cars/bookings/${encodeURIComponent(reference)}`, route: "cars/bookings/{id}" }, call);

  async function cancellable(wire: WireCarBooking, given?: string): Promise<Cancellable> {
    const key = given ?? ((await purchases.keyOf(wire.id)) || keyIn(wire.metadata));
    const total = totalOf(wire);
    const cancelled = wire.status === "cancelled";
    const steps = (await memory.get<CarOffer["cancellation"]>("car bought", wire.id)) ?? [{ from: "now", penalty: total }];
    const order: SupplierOrder = {
      reference: wire.id,
      key,
      status: cancelled ? "cancelled" : "confirmed",
      locators: wire.reference ? [wire.reference] : [],
      total,
      documents: wire.reference ? [{ type: "VOUCHER", number: wire.reference }] : [],
      // Nothing was paid for it, so nothing of it is lost.
      ...(cancelled && wire.payment_type === "postpaid" ? { refund: total, penalty: zero(total.currency) } : {}),
    };
    return {
      order,
      terms(now) {
        if (wire.payment_type !== "postpaid")
          throw rejected("refund_unknown", "duffel does not say what comes back of a car that is paid already; cancel it in its dashboard");
        return penaltyAt(steps, now);
      },
    };
  }

  const purchases = createPurchases({
    supplier: "duffel",
    memory,
    kind: "car",
    read: async (reference, key) => (await cancellable(await fetch(reference, ownCall(key)), key)).order,
  });

  async function create({ offer, travellers, contact, key, maxTotal }: BookRequest<CarOffer>, call: SupplierCall): Promise<SupplierOrder> {
    stillValid(offer, clock.now());
    const driver = travellers.find(({ ptc }) => ptc === "ADT");
    if (!driver?.bornOn) throw rejected("birth_date_missing", "car companies need the birth date of the driver; ask for it");
    const phone_number = phoneOf(contact);
    const quoted = await quote(rateOf(offer), call);
    withinLimit(totalOf(quoted), maxTotal, offer.price.total);
    const data = {
      quote_id: quoted.id,
      driver: { given_name: driver.givenName, family_name: driver.familyName, email: contact.email, phone_number, date_of_birth: driver.bornOn },
      metadata: { [keyField]: key },
    };
    const made = await client.write(carBooking, { method: "POST", path: "cars/bookings", route: "cars/bookings", json: { data } }, call);
    return afterWrite(async () => {
      await memory.put("car bought", made.id, offer.cancellation);
      return (await cancellable(made, key)).order;
    });
  }

  return {
    async search(query, call) {
      const [from] = airportsFor(query.pickUp);
      const [to] = airportsFor(query.dropOff);
      if (!from || !to) return [];
      const place = ({ latitude, longitude }: typeof from) => ({ radius: radiusKm, geographic_coordinates: { latitude, longitude } });
      const [pickup_date, pickup_time] = query.pickUpAt.slice(0, 16).split("T");
      const [dropoff_date, dropoff_time] = query.dropOffAt.slice(0, 16).split("T");
      const data = {
        pickup_date,
        pickup_time,
        dropoff_date,
        dropoff_time,
        pickup_location: place(from),
        dropoff_location: place(to),
        driver: { age: query.driverAge, residence_country_code: residenceCountry ?? from.country },
      };
      const { rates, live_mode } = await client.read(carSearch, { method: "POST", path: "cars/search", route: "cars/search", json: { data } }, call);
      // What was found in test mode is no travel.
      if (live && live_mode === false) return [];
      const expiresAt = clock.now() + rateValidMs;
      return rates
        .flatMap((raw): CarOffer[] => {
          const rate = carRate.safeParse(raw);
          if (!rate.success || rate.data.total_currency !== query.currency || !canBeBooked(rate.data)) return [];
          try {
            return [carOfferOf(rate.data, query, { from, to }, { live, expiresAt })];
          } catch (error) {
            if (error instanceof RangeError) return [];
            throw error;
          }
        })
        .filter(({ vehicle, price }) => {
          if (query.automaticOnly && vehicle.transmission !== "automatic") return false;
          if (query.category !== undefined && vehicle.category !== query.category && vehicle.acriss !== query.category) return false;
          return !query.maxTotal || compare(price.total, query.maxTotal) <= 0;
        })
        .sort((a, b) => compare(a.price.total, b.price.total))
        .slice(0, query.limit);
    },
    reprice: (offer, call) => repriced(offer, clock.now(), async () => totalOf(await quote(rateOf(offer), call))),
    book: (request, call) => purchases.buy(request.key, () => create(request, call)),
    find: (key) => purchases.find(key),
    read: async (reference, call) => (await cancellable(await fetch(reference, call))).order,
    ...createGroundCancelling(
      parts,
      "car",
      async (reference, call) => cancellable(await fetch(reference, call)),
      (reference, call) =>
        client.write(
          carBooking,
          { method: "POST", path: `cars/bookings/${encodeURIComponent(reference)}/actions/cancel`, route: "cars/bookings/{id}/actions/cancel" },
          call,
        ),
    ),
  };
}
