import { minorUnits, money, subtract } from "../../money.ts";
import type { CarOffer } from "../../offer.ts";
import type { Answer, Route, SimulatedRequest, World } from "../kit/index.ts";
import { anyCall, type Envelopes, moment, toNumber } from "./answers.ts";
import { timingOf } from "./car-shop.ts";
import type { DemandBook, OrderDocument } from "./order-book.ts";
import type { CreateInput } from "./stay-orders.ts";
import type { OrderToken } from "./stay-shop.ts";

export interface CarDocument extends OrderDocument {
  order_of: "car";
  offer: CarOffer;
  timing: string;
  driver: string;
}

const hour = 3_600_000;

/** Cars from their order on. */
export function carOrders(world: World, { good, bad }: Envelopes, book: DemandBook, { sandbox }: { sandbox: boolean }) {
  const cars = world.counter("booking").supplier.cars!;
  const offers = world.shelf<{ offer: CarOffer; search: string }>("booking", "car-offers");
  const tokens = world.shelf<OrderToken>("booking", "tokens");

  const blocked = (path: string) =>
    bad(403, "sandbox_blocked", `The ${path} endpoint for cars is not available in the sandbox. Use the production environment instead.`);

  async function create(request: SimulatedRequest, name: string, token: OrderToken): Promise<Answer> {
    if (sandbox) return blocked("/orders/create");
    const { car, booker, payment } = request.json as CreateInput;
    const { first_name: first, last_name: last, title, address } = car?.driver ?? {};
    if (!first || !last || !title || !address?.country) return bad(400, "missing_parameter", "Parameter 'car.driver' is missing.");
    if (token.used)
      return bad(409, "duplicate_request", "This reservation already exists for the submitted request. Do not retry the request.", { reservation: token.used });
    if (request.has("card_declined")) return bad(422, "payment_refused_insufficient_funds", "The payment was refused.");
    const { offer } = (await offers.get(token.car!))!;
    const { timing } = timingOf(offer);
    if (payment?.timing !== timing) return bad(400, "invalid_parameter", "Parameter 'payment.timing' is invalid.");
    if (timing === "pay_online_now" && payment.method !== "wallet" && !payment.card)
      return bad(400, "missing_parameter", "Parameter 'payment.method' is missing.");
    const order = world.newId("5", 14, "0123456789");
    const traveller = { id: "1", givenName: first, familyName: last, ptc: "ADT" as const };
    const maxTotal = money(minorUnits(offer.price.total) * 2n, offer.price.total.currency);
    let bought: string;
    try {
      if (request.has("sold_out")) throw new Error("sold out");
      bought = (await cars.book({ offer, travellers: [traveller], contact: { email: booker!.email! }, key: order, maxTotal }, anyCall)).reference;
    } catch {
      return bad(409, "order_unavailable", "Order has unavailable items.");
    }
    const now = world.clock.now();
    const document: CarDocument = {
      order_of: "car",
      order,
      reservation: world.newId("8", 7, "0123456789"),
      service: "cars",
      label: car?.label ?? null,
      booker: { email: booker!.email! },
      createdAt: now,
      updatedAt: now,
      status: request.has("pending_then_webhook") ? "processing" : "booked",
      total: offer.price.total,
      world: [bought],
      offer,
      timing,
      driver: `${first} ${last}`,
    };
    await book.put(document);
    await tokens.put(name, { ...token, used: document.reservation });
    if (request.has("duplicate"))
      return bad(409, "duplicate_request", "This reservation already exists for the submitted request. Do not retry the request.", {
        reservation: document.reservation,
      });
    return good({ order, car: { reservation_id: document.reservation, status: "Processing" } });
  }

  async function cancel(document: CarDocument): Promise<void> {
    const { token } = await cars.quoteCancel(document.world[0]!, anyCall);
    await cars.cancel(document.world[0]!, token, `x${document.reservation}`, anyCall);
    await book.put({ ...document, status: "cancelled", updatedAt: world.clock.now() } as CarDocument);
  }

  async function live({ json }: SimulatedRequest): Promise<Answer> {
    const { reservations, booker } = json as { reservations?: string[]; booker?: { country?: string } };
    if (reservations?.length !== 1) return bad(400, "missing_parameter", "One of the following parameters is missing: 'reservations'.");
    if (!booker?.country) return bad(400, "missing_parameter", "Parameter 'booker' is missing.");
    const found = (await book.byReservation(reservations[0]!)) as CarDocument | undefined;
    if (found?.service !== "cars" || !book.visible(found)) return good([]);
    const { offer, total, timing, status } = found;
    const start = Date.parse(offer.pickUp.time.utc);
    const dayRate = offer.cancellation.find(({ from }) => from !== "now")?.penalty ?? total;
    const shown = (value: number) => ({ display: { value, currency: total.currency }, pay: { value, currency: total.currency, timing } });
    const all = Number(total.amount);
    return good([
      {
        affiliate: 1234567,
        reservation: found.reservation,
        duration: 3,
        status: status === "booked" ? "confirmed" : status,
        pickup: {
          datetime: offer.pickUp.time.local,
          location: offer.pickUp.address,
          depot_type: "Airport",
          depot_id: String(toNumber(offer.pickUp.locationCode)),
        },
        dropoff: {
          datetime: offer.dropOff.time.local,
          location: offer.dropOff.address,
          depot_type: "Airport",
          depot_id: String(toNumber(offer.dropOff.locationCode)),
        },
        driver: { name: found.driver },
        car: {
          id: toNumber(offer.vehicle.acriss),
          transmission: offer.vehicle.transmission,
          currency: total.currency,
          make_and_model: offer.vehicle.exampleModel,
          supplier: { id: offer.vendor.code, name: offer.vendor.name, confirmation_number: status === "processing" ? null : `R${found.reservation}` },
          price: { base: shown(Number(subtract(total, offer.price.fees).amount)), total: [shown(all)] },
          policies: {
            mileage: { type: "unlimited" },
            fuel_policy: "return_same",
            cancellation: {
              type: "free_cancellation",
              schedule: [
                { from: moment(found.createdAt), to: moment(start - 48 * hour - 1000), free_cancellation: true, price: null },
                { from: moment(start - 48 * hour), to: moment(start), free_cancellation: false, price: shown(Number(dayRate.amount)) },
              ],
            },
          },
        },
      },
    ]);
  }

  const routes: Route[] = [{ method: "POST", path: "/3.2/orders/details/cars/live", name: "read-car", handle: live }];
  return { routes, create, cancel, blocked };
}
