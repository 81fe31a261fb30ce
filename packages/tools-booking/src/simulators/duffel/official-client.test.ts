import { Duffel } from "@duffel/api";
import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorld, type Simulator, startSimulator } from "../kit/index.ts";
import { duffelDialect } from "./index.ts";

/** Duffel's own client believes that it talks to Duffel: what it reads and sends is the dialect. */
describe("duffel's official client against the simulator", () => {
  let simulator: Simulator;
  let duffel: Duffel;
  let db: Awaited<ReturnType<typeof testDatabase>>;

  beforeAll(async () => {
    db = await testDatabase();
    const world = await openWorld({ db, clock: fakeClock() });
    simulator = await startSimulator(duffelDialect(world), { clock: world.clock });
    duffel = new Duffel({ token: "duffel_test_official", basePath: simulator.url });
  });
  afterAll(async () => {
    await simulator.close();
    await db.close();
  });

  const search = async (origin: string, destination: string, departure_date = "2027-03-12") =>
    (
      await duffel.offerRequests.create({
        slices: [{ origin, destination, departure_date, arrival_time: null, departure_time: null }],
        passengers: [{ type: "adult" }],
        cabin_class: "economy",
        return_offers: true,
      })
    ).data;

  const passenger = (id: string) => ({
    id,
    given_name: "Ana",
    family_name: "Silva",
    born_on: "1988-04-05",
    gender: "f" as const,
    title: "ms" as const,
    email: "ana.silva@example.com",
    phone_number: "+351910000000",
  });

  async function instantOrder(origin = "BCN", destination = "FRA") {
    const found = await search(origin, destination);
    const chosen = found.offers.find(({ conditions }) => conditions.refund_before_departure?.allowed && conditions.change_before_departure?.allowed)!;
    const { data: offer } = await duffel.offers.get(chosen.id, { return_available_services: true });
    const { data: order } = await duffel.orders.create({
      type: "instant",
      selected_offers: [offer.id],
      passengers: [passenger(offer.passengers[0]!.id)],
      payments: [{ type: "balance", amount: offer.total_amount, currency: offer.total_currency }],
      metadata: { trip: "T-1" },
    });
    return { offer, order };
  }

  it("searches, books, reads, lists and cancels a flight", async () => {
    const { offer, order } = await instantOrder();
    expect(order).toMatchObject({ total_amount: offer.total_amount, metadata: { trip: "T-1" }, cancelled_at: null, live_mode: false });
    expect(order.documents?.[0]).toMatchObject({ type: "electronic_ticket", passenger_ids: [offer.passengers[0]!.id] });
    expect(order.payment_status.awaiting_payment).toBe(false);
    expect(order.slices[0]!.segments[0]!.origin.iata_code).toBe("BCN");
    expect((await duffel.orders.get(order.id)).data.booking_reference).toBe(order.booking_reference);
    expect((await duffel.orders.list({ booking_reference: order.booking_reference })).data.map(({ id }) => id)).toEqual([order.id]);
    const { data: quote } = await duffel.orderCancellations.create({ order_id: order.id });
    expect(quote).toMatchObject({ order_id: order.id, refund_to: "balance", confirmed_at: null });
    const { data: confirmed } = await duffel.orderCancellations.confirm(quote.id);
    expect(confirmed.confirmed_at).toBeTruthy();
    expect((await duffel.orders.get(order.id)).data.cancellation?.refund_amount).toBe(quote.refund_amount);
  });

  it("holds an order and pays for it later", async () => {
    const found = await search("JFK", "EWR");
    expect(found.offers.length).toBeGreaterThan(0);
    expect(found.offers.every(({ payment_requirements }) => !payment_requirements.requires_instant_payment)).toBe(true);
    const offer = found.offers[0]!;
    const { data: held } = await duffel.orders.create({ type: "pay_later", selected_offers: [offer.id], passengers: [passenger(offer.passengers[0]!.id)] });
    expect(held.payment_status).toMatchObject({ awaiting_payment: true, paid_at: null });
    expect(Date.parse(held.payment_status.price_guarantee_expires_at!)).toBeLessThan(Date.parse(held.payment_status.payment_required_by!));
    const payment = { type: "balance" as const, amount: held.total_amount, currency: held.total_currency };
    expect((await duffel.payments.create({ order_id: held.id, payment })).data.amount).toBe(held.total_amount);
    const { data: paid } = await duffel.orders.get(held.id);
    expect(paid.payment_status.awaiting_payment).toBe(false);
    expect(paid.documents).toHaveLength(1);
    await expect(duffel.payments.create({ order_id: held.id, payment })).rejects.toMatchObject({ errors: [{ code: "already_paid" }] });
  });

  it("changes the flights of an order", async () => {
    const { order } = await instantOrder();
    const { data: asked } = await duffel.orderChangeRequests.create({
      order_id: order.id,
      slices: {
        remove: [{ slice_id: order.slices[0]!.id }],
        add: [{ origin: "BCN", destination: "FRA", departure_date: "2027-03-14", cabin_class: "economy" }],
      },
    });
    const [choice] = asked.order_change_offers;
    const { data: pending } = await duffel.orderChanges.create({ selected_order_change_offer: choice!.id });
    const due = String(pending.change_total_amount);
    const payment = { type: "balance" as const, amount: due, currency: String(pending.change_total_currency) };
    await duffel.orderChanges.confirm(pending.id, Number(due) > 0 ? { payment } : {});
    const { data: changed } = await duffel.orders.get(order.id);
    expect(changed.total_amount).toBe(pending.new_total_amount);
    expect(changed.slices[0]!.segments[0]!.departing_at.slice(0, 10)).toBe("2027-03-14");
  });

  it("adds a bag to an order, and accepts a change of the airline", async () => {
    const { order } = await instantOrder("LHR", "LTN");
    const { data: services } = await duffel.orders.getAvailableServices(order.id);
    const [bag] = services;
    await duffel.orders.addServices(order.id, {
      add_services: [{ id: bag!.id, quantity: 1 }],
      payment: { type: "balance", amount: bag!.total_amount, currency: bag!.total_currency },
    });
    expect((await duffel.orders.get(order.id)).data.services).toHaveLength(1);
    const { data: changes } = await duffel.airlineInitiatedChanges.list(order.id);
    expect(changes[0]!.added[0]!.segments[0]!.departing_at).not.toBe(changes[0]!.removed[0]!.segments[0]!.departing_at);
    await duffel.airlineInitiatedChanges.accept(changes[0]!.id);
    expect((await duffel.orders.get(order.id)).data.slices[0]!.segments[0]!.departing_at).toBe(changes[0]!.added[0]!.segments[0]!.departing_at);
  });

  it("searches, quotes, books, lists and cancels a stay", async () => {
    const { data: found } = await duffel.stays.search({
      check_in_date: "2027-03-12",
      check_out_date: "2027-03-15",
      rooms: 1,
      guests: [{ type: "adult" }, { type: "adult" }],
      location: { radius: 20, geographic_coordinates: { latitude: 38.711, longitude: -9.139 } },
    });
    const { data: result } = await duffel.stays.searchResults.fetchAllRates(found.results[0]!.id);
    const rate = result.accommodation.rooms.flatMap(({ rates }) => rates).find(({ payment_type }) => payment_type === "pay_now")!;
    const { data: quote } = await duffel.stays.quotes.create(rate.id);
    expect(quote.total_amount).toBe(rate.total_amount);
    const { data: booking } = await duffel.stays.bookings.create({
      quote_id: quote.id,
      guests: [{ given_name: "Ana", family_name: "Silva" }],
      email: "ana.silva@example.com",
      phone_number: "+351910000000",
    });
    expect(booking).toMatchObject({ status: "confirmed", check_in_date: "2027-03-12", cancelled_at: null });
    expect((await duffel.stays.bookings.list()).data.map(({ id }) => id)).toContain(booking.id);
    expect((await duffel.stays.bookings.cancel(booking.id)).data.status).toBe("cancelled");
    expect((await duffel.stays.bookings.get(booking.id)).data.cancelled_at).toBeTruthy();
  });

  it("searches, quotes, books and cancels a car", async () => {
    const at = { radius: 10, geographic_coordinates: { latitude: 38.78, longitude: -9.13 } };
    const { data: found } = await duffel.cars.search({
      pickup_date: "2027-03-12",
      pickup_time: "10:00",
      dropoff_date: "2027-03-15",
      dropoff_time: "10:00",
      pickup_location: at,
      dropoff_location: at,
      driver: { age: 35, residence_country_code: "PT" },
    });
    const rate = found.rates.find(({ payment_type }) => payment_type === "postpaid")!;
    const { data: quote } = await duffel.cars.quotes.create(rate.id);
    expect(quote).toMatchObject({ rate_id: rate.id, total_amount: rate.total_amount });
    const { data: booking } = await duffel.cars.bookings.create({
      quote_id: quote.id,
      driver: { given_name: "Ana", family_name: "Silva", email: "ana.silva@example.com", phone_number: "+351910000000", date_of_birth: "1988-04-05" },
    });
    expect((await duffel.cars.bookings.get(booking.id)).data.reference).toBe(booking.reference);
    expect((await duffel.cars.bookings.cancel(booking.id)).data.status).toBe("cancelled");
  });

  it("is refused with Duffel's error body: wrong token, wrong version, an offer of a search that was booked", async () => {
    const stranger = new Duffel({ token: "someone", basePath: simulator.url });
    await expect(stranger.orders.list()).rejects.toMatchObject({
      meta: { status: 401 },
      errors: [{ type: "authentication_error", code: "access_token_not_found" }],
    });
    const old = new Duffel({ token: "duffel_test_official", basePath: simulator.url, apiVersion: "v1" });
    await expect(old.orders.list()).rejects.toMatchObject({ errors: [{ code: "unsupported_version" }] });
    const { offer } = await instantOrder();
    const again = duffel.orders.create({
      type: "instant",
      selected_offers: [offer.id],
      passengers: [passenger(offer.passengers[0]!.id)],
      payments: [{ type: "balance", amount: offer.total_amount, currency: offer.total_currency }],
    });
    await expect(again).rejects.toMatchObject({ meta: { status: 422, request_id: expect.any(String) }, errors: [{ code: "offer_request_already_booked" }] });
  });
});
