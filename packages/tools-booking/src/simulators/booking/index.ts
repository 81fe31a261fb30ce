import type { Answer, Dialect, SimulatedRequest, World } from "../kit/index.ts";
import { createGuard, type DemandAccount, envelopes } from "./answers.ts";
import { type CarDocument, carOrders } from "./car-orders.ts";
import { carShop } from "./car-shop.ts";
import { openOrderBook } from "./order-book.ts";
import { type CreateInput, type StayDocument, stayOrders } from "./stay-orders.ts";
import { type OrderToken, stayShop } from "./stay-shop.ts";

export interface BookingDialectOptions extends Partial<DemandAccount> {
  /** Plays the vendor's sandbox, where cars cannot be ordered. Default false. */
  sandbox?: boolean;
  /** Milliseconds until a new order is shown anywhere. Default 0. */
  lagMs?: number;
  /** Orders on a page of the list, below what was asked for. Default 100. */
  pageSize?: number;
}

/** Booking.com Demand API 3.2 below `/3.2`: stays and cars, every operation a POST, amounts as JSON numbers. */
export function bookingDialect(world: World, options: BookingDialectOptions = {}): Dialect {
  const { apiToken = "demand-token", affiliateId = "111111", sandbox = false, lagMs = 0, pageSize = 100 } = options;
  const answers = envelopes(world);
  const { bad, good } = answers;
  const book = openOrderBook(world, answers, { lagMs, pageSize });
  const stayOffers = stayShop(world, answers);
  const carOffers = carShop(world, answers);
  const stays = stayOrders(world, answers, book);
  const cars = carOrders(world, answers, book, { sandbox });
  const tokens = world.shelf<OrderToken>("booking", "tokens");

  const preview = (request: SimulatedRequest): Promise<Answer> =>
    (request.json as { car?: object }).car ? carOffers.preview(request) : stayOffers.preview(request);

  async function create(request: SimulatedRequest): Promise<Answer> {
    const { order_token: name = "", booker, payment } = request.json as CreateInput;
    const token = await tokens.get(name);
    if (!token) return bad(400, "invalid_token", "Token 'order_token' is invalid.");
    if (token.until <= world.clock.now()) return bad(400, "expired_token", "Token 'order_token' has expired.");
    const { name: person, email, telephone, address } = booker ?? {};
    if (!person?.first_name || !person.last_name || !email || !telephone || !address?.country || !payment?.timing)
      return bad(400, "missing_parameter", "Parameter 'booker' is missing.");
    return token.service === "cars" ? cars.create(request, name, token) : stays.create(request, name, token);
  }

  async function cancel(request: SimulatedRequest): Promise<Answer> {
    const { accommodation, car } = request.json as {
      accommodation?: { reservation?: string; reason?: string };
      car?: { reservation?: string; booker?: object };
    };
    if (car && sandbox) return cars.blocked("/orders/cancel");
    const document = await book.byReservation((accommodation ?? car)?.reservation ?? "");
    if (!document || (car && !car.booker)) return bad(400, "invalid_request", "Invalid request parameters.");
    if (document.status !== "booked") return bad(409, "not_cancellable", "The travel service is not eligible for cancellation.");
    if (document.service === "cars") {
      if (!request.has("pending_then_webhook")) await cars.cancel(document as CarDocument);
      return good({ status: "processing" });
    }
    await stays.cancel(document as StayDocument, "cancelled_by_guest");
    return good({ status: "successful" });
  }

  return {
    vendor: "booking",
    routes: [
      ...stayOffers.routes,
      ...carOffers.routes,
      ...stays.routes,
      ...cars.routes,
      ...book.routes,
      { method: "POST", path: "/3.2/orders/preview", name: "preview", handle: preview },
      { method: "POST", path: "/3.2/orders/create", name: "create", handle: create },
      { method: "POST", path: "/3.2/orders/cancel", name: "cancel", handle: cancel },
    ],
    ...createGuard(answers, { apiToken, affiliateId }),
    ledger: book.ledger,
    async happen(event, reference) {
      const document = await book.byReservation(reference);
      if (!document) throw new Error(`there is no reservation ${reference}`);
      if (event === "confirmed") return book.put({ ...document, status: "booked", updatedAt: world.clock.now() });
      if (event !== "cancelled") throw new Error(`the booking simulator knows no event ${event}`);
      if (document.service === "cars") await cars.cancel(document as CarDocument);
      else await stays.cancel(document as StayDocument, "cancelled_by_accommodation");
    },
  };
}
