import type { Money } from "@travelagent/protocol";
import { airportsFor } from "../../geography/index.ts";
import { compare, subtract } from "../../money.ts";
import type { CancellationStep, HotelOffer, HotelQuery } from "../../offer.ts";
import type { BookRequest, SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { cancellationSteps } from "../cancellation-steps.ts";
import { createPurchases, moneyOf, understand } from "../http/index.ts";
import { cityCentre } from "../sandbox/world/centres.ts";
import { withinLimit } from "../within-limit.ts";
import type { Attempts } from "./attempts.ts";
import { afterWrite, vendorCodeOf } from "./client.ts";
import { type Cancellable, createGroundCancelling, rateOf, repriced, stillValid } from "./ground-orders.ts";
import { keyField, keyIn } from "./map-order.ts";
import { hotelOfferOf, isBookable, penaltiesOf, penaltyAt, type StayPlace } from "./map-stay.ts";
import { type DuffelParts, ownCall, rejected } from "./parts.ts";
import { phoneOf } from "./travellers.ts";
import { listedBooking, stayBooking, stayQuote, stayRate, stayResult, staySearch, type WireStayBooking } from "./wire-ground.ts";

const radiusKm = 25;
/** Rates are a request of their own for each house. */
const mostHouses = 12;

/** What a booking cost and how it can be cancelled; Duffel's bookings do not repeat it. */
interface BoughtStay {
  total: Money;
  steps: CancellationStep[];
}

/** What was the whole price to lose is the whole price of the quote. */
const boughtFrom = ({ cancellation, price }: HotelOffer, total: Money): BoughtStay => ({
  total,
  steps: cancellation.map((step) => (compare(step.penalty, price.total) >= 0 || compare(step.penalty, total) > 0 ? { ...step, penalty: total } : step)),
});

export function duffelStays(parts: DuffelParts, attempts: Attempts): VerticalSupplier<HotelQuery, HotelOffer> {
  const { client, memory, clock, live, log } = parts;

  async function ratesOf(id: string, query: HotelQuery, place: StayPlace, call: SupplierCall): Promise<HotelOffer[]> {
    const path = `stays/search_results/${encodeURIComponent(id)}/actions/fetch_all_rates`;
    const { accommodation: house, expires_at } = await client.read(
      stayResult,
      { method: "POST", path, route: "stays/search_results/{id}/actions/fetch_all_rates" },
      call,
    );
    const now = clock.now();
    const resultExpiresAt = expires_at ?? new Date(now + 15 * 60_000).toISOString();
    return (house.rooms ?? []).flatMap((room) =>
      room.rates.flatMap((raw) => {
        const rate = stayRate.safeParse(raw);
        if (!rate.success || rate.data.total_currency !== query.currency || !isBookable(rate.data)) return [];
        try {
          const offer = hotelOfferOf(rate.data, { house, room, resultExpiresAt }, query, place, { live, now });
          if (!offer || (query.refundableOnly && !offer.conditions.refund.allowed)) return [];
          return query.maxTotal && compare(offer.price.total, query.maxTotal) > 0 ? [] : [offer];
        } catch (error) {
          if (error instanceof RangeError) return [];
          throw error;
        }
      }),
    );
  }

  const quote = (rate: string, call: SupplierCall) =>
    client.read(stayQuote, { method: "POST", path: "stays/quotes", route: "stays/quotes", json: { data: { rate_id: rate } } }, call);
  const totalOf = (wire: { total_amount: string; total_currency: string }) =>
    understand("duffel", "read", () => moneyOf(wire.total_amount, wire.total_currency));
  const fetch = (reference: string, call: SupplierCall) =>
    client.read(stayBooking, { method: "GET", path: `stays/bookings/${encodeURIComponent(reference)}`, route: "stays/bookings/{id}" }, call);

  /** From our own record, or the one rate of the booked house where the booking was not made here. */
  async function boughtOf(wire: WireStayBooking): Promise<BoughtStay> {
    const known = await memory.get<BoughtStay>("hotel bought", wire.id);
    if (known) return known;
    const rates = (wire.accommodation?.rooms ?? []).flatMap((room) => room.rates.flatMap((raw) => stayRate.safeParse(raw).data ?? []));
    if (rates.length !== 1) throw rejected("terms_unknown", "what this booking cost is not in duffel's record; look in its dashboard");
    const total = totalOf(rates[0]!);
    return { total, steps: cancellationSteps(penaltiesOf(rates[0]!.cancellation_timeline, total), total, Number.NEGATIVE_INFINITY) };
  }

  async function cancellable(wire: WireStayBooking, given?: string): Promise<Cancellable> {
    const key = given ?? ((await purchases.keyOf(wire.id)) || keyIn(wire.metadata));
    const { total, steps } = await boughtOf(wire);
    const terms = (now: number) => penaltyAt(steps, now);
    const cancelled = wire.status === "cancelled" || wire.cancelled_at != null;
    const penalty = terms(wire.cancelled_at ? Date.parse(wire.cancelled_at) : clock.now()).penalty;
    const { estimated_commission_amount: commission, estimated_commission_currency: currency } = wire;
    const order: SupplierOrder = {
      reference: wire.id,
      key,
      status: cancelled ? "cancelled" : "confirmed",
      locators: wire.reference ? [wire.reference] : [],
      total,
      documents: wire.reference ? [{ type: "VOUCHER", number: wire.reference }] : [],
      ...(cancelled ? { refund: subtract(total, penalty), penalty } : {}),
      ...(!cancelled && commission && currency ? { commission: understand("duffel", "read", () => moneyOf(commission, currency)) } : {}),
    };
    return { order, terms };
  }

  async function listed(key: string, call: SupplierCall): Promise<string | undefined> {
    for await (const { id, metadata } of client.pages(listedBooking, "stays/bookings", {}, call)) if (keyIn(metadata) === key) return id;
    return undefined;
  }

  const purchases = createPurchases({
    supplier: "duffel",
    memory,
    kind: "hotel",
    async read(reference, key) {
      const wire = await fetch(reference, ownCall(key));
      // A booking whose reply was lost: what it was to cost was noted with the attempt.
      const wanted = await memory.get<BoughtStay>("hotel wanted", key);
      if (wanted && !(await memory.get("hotel bought", reference))) await memory.put("hotel bought", reference, wanted);
      return (await cancellable(wire, key)).order;
    },
    lookUp: (key) => attempts.resolve(key, () => listed(key, ownCall(key))),
  });

  async function create({ offer, travellers, contact, key, maxTotal }: BookRequest<HotelOffer>, call: SupplierCall): Promise<SupplierOrder> {
    stillValid(offer, clock.now());
    const phone_number = phoneOf(contact);
    const quoted = await quote(rateOf(offer), call);
    const total = totalOf(quoted);
    withinLimit(total, maxTotal, offer.price.total);
    const bought = boughtFrom(offer, total);
    await memory.put("hotel wanted", key, bought);
    await attempts.begin(key, { of: quoted.id });
    const data = {
      quote_id: quoted.id,
      guests: travellers.map(({ givenName, familyName }) => ({ given_name: givenName, family_name: familyName })),
      email: contact.email,
      phone_number,
      metadata: { [keyField]: key },
    };
    const made = await client
      .write(stayBooking, { method: "POST", path: "stays/bookings", route: "stays/bookings", json: { data } }, call)
      .catch(async (error: unknown) => {
        if (vendorCodeOf(error) === "accepted") await attempts.accepted(key);
        throw error;
      });
    return afterWrite(async () => {
      await memory.put("hotel bought", made.id, bought);
      return (await cancellable(made, key)).order;
    });
  }

  return {
    async search(query, call) {
      const [airport] = airportsFor(query.place);
      if (!airport) return [];
      const centre = cityCentre(airport.city) ?? airport;
      const data = {
        check_in_date: query.checkIn,
        check_out_date: query.checkOut,
        rooms: query.rooms,
        guests: [...Array.from({ length: query.adults }, () => ({ type: "adult" })), ...query.childrenAges.map((age) => ({ type: "child", age }))],
        location: { radius: radiusKm, geographic_coordinates: { latitude: centre.latitude, longitude: centre.longitude } },
        ...(query.refundableOnly ? { free_cancellation_only: true } : {}),
      };
      const { results } = await client.read(staySearch, { method: "POST", path: "stays/search", route: "stays/search", json: { data } }, call);
      const houses = results
        .flatMap((raw) => stayResult.safeParse(raw).data ?? [])
        .filter(({ accommodation }) => query.minStars === undefined || (accommodation.rating ?? 0) >= query.minStars)
        .sort((a, b) => Number(a.cheapest_rate_total_amount ?? 0) - Number(b.cheapest_rate_total_amount ?? 0))
        .slice(0, Math.min(mostHouses, Math.max(1, query.limit)));
      const found = await Promise.allSettled(houses.map(({ id }) => ratesOf(id, query, { airport, centre }, call)));
      const failed = found.filter((one) => one.status === "rejected");
      if (failed.length > 0 && failed.length === found.length) throw failed[0]!.reason;
      if (failed.length > 0) log.warn("duffel did not give the rates of every house", { failed: failed.length, requestId: call.requestId });
      return choice(
        found.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
        query.limit,
      );
    },
    reprice: (offer, call) => repriced(offer, clock.now(), async () => totalOf(await quote(rateOf(offer), call))),
    book: (request, call) => purchases.buy(request.key, () => create(request, call)),
    find: (key) => purchases.find(key),
    read: async (reference, call) => (await cancellable(await fetch(reference, call))).order,
    ...createGroundCancelling(
      parts,
      "hotel",
      async (reference, call) => cancellable(await fetch(reference, call)),
      (reference, call) => {
        const path = `stays/bookings/${encodeURIComponent(reference)}/actions/cancel`;
        return client.write(stayBooking, { method: "POST", path, route: "stays/bookings/{id}/actions/cancel" }, call);
      },
    ),
  };
}

/** Houses at their lowest, and for a part of the list the freer rates of the same houses: the lowest often gives nothing back. */
function choice(houses: readonly HotelOffer[][], most: number): HotelOffer[] {
  const byPrice = (a: HotelOffer, b: HotelOffer) => compare(a.price.total, b.price.total);
  const sorted = houses
    .filter((offers) => offers.length > 0)
    .map((offers) => [...offers].sort(byPrice))
    .sort((a, b) => byPrice(a[0]!, b[0]!));
  const lowest = sorted.map(([offer]) => offer!);
  const freer = sorted.flatMap((offers) => offers.slice(1));
  const ways = Math.max(1, most - freer.length, Math.ceil(most * 0.6));
  return [...lowest.slice(0, ways), ...freer, ...lowest.slice(ways)].slice(0, most).sort(byPrice);
}
