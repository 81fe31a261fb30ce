import { minorUnits, money, sum } from "../../money.ts";
import type { HotelOffer } from "../../offer.ts";
import type { Answer, Route, SimulatedRequest, World } from "../kit/index.ts";
import { anyCall, type Envelopes, moment, toNumber } from "./answers.ts";
import type { DemandBook, OrderDocument } from "./order-book.ts";
import type { OrderToken } from "./stay-shop.ts";
import { mealPlanOf, scheduleOf } from "./stay-words.ts";

interface Guest {
  name?: string;
  email?: string;
}
export interface CreateInput {
  order_token?: string;
  accommodation?: { label?: string; products?: { id: string; guests?: Guest[] }[] };
  car?: { label?: string; driver?: { first_name?: string; last_name?: string; title?: string; address?: { country?: string } } };
  booker?: { name?: { first_name?: string; last_name?: string }; email?: string; telephone?: string; address?: { country?: string } };
  payment?: { timing?: string; method?: string; card?: object };
}

export interface StayDocument extends OrderDocument {
  order_of: "stay";
  rooms: { offer: HotelOffer; guest: string; id: string }[];
  fee?: number;
  cancelledAt?: number;
}

const both = (value: number) => ({ accommodation_currency: value, booker_currency: value });

/** Stays from their order on. */
export function stayOrders(world: World, { good, bad }: Envelopes, book: DemandBook) {
  const hotels = world.counter("booking").supplier.hotels!;
  const tokens = world.shelf<OrderToken>("booking", "tokens");

  /** Called with a token that is good and a booker who is complete. */
  async function create(request: SimulatedRequest, name: string, token: OrderToken): Promise<Answer> {
    const { accommodation, booker, payment } = request.json as CreateInput;
    const { label = null, products = [] } = accommodation ?? {};
    if (products.length !== token.products.length || products.some(({ id }, i) => id !== token.products[i]))
      return bad(400, "invalid_request", "The products do not match those of the preview.");
    if (token.used) return bad(400, "invalid_token", "Token 'order_token' is invalid.");
    if (payment?.timing === "pay_online_now" && payment.method !== "wallet" && !payment.card)
      return bad(400, "missing_parameter", "Parameter 'payment.method' is missing.");
    if (request.has("card_declined")) return bad(422, "payment_refused_insufficient_funds", "The payment was refused.");
    if (request.has("sold_out")) return bad(409, "order_unavailable", "Order has unavailable items.");
    const order = world.newId("5", 14, "0123456789");
    const bought: string[] = [];
    for (const [i, offer] of token.offers.entries()) {
      const traveller = { id: "1", givenName: booker!.name!.first_name!, familyName: booker!.name!.last_name!, ptc: "ADT" as const };
      const maxTotal = money(minorUnits(offer.price.total) * 2n, offer.price.total.currency);
      try {
        bought.push(
          (await hotels.book({ offer, travellers: [traveller], contact: { email: booker!.email! }, key: `${order}-${i}`, maxTotal }, anyCall)).reference,
        );
      } catch {
        for (const reference of bought) await cancelInWorld(reference);
        return bad(409, "order_unavailable", "Order has unavailable items.");
      }
    }
    const now = world.clock.now();
    const { currency } = token.offers[0]!.price.total;
    const onTheSpot = token.offers.flatMap(({ mandatoryFees }) => (mandatoryFees ? [mandatoryFees] : []));
    const document: StayDocument = {
      order_of: "stay",
      order,
      reservation: world.newId("3", 9, "0123456789"),
      service: "accommodations",
      label,
      booker: { email: booker!.email! },
      createdAt: now,
      updatedAt: now,
      status: "booked",
      total: sum([...token.offers.map(({ price }) => price.total), ...onTheSpot], currency),
      ...(onTheSpot.length > 0 ? { onTheSpot: sum(onTheSpot, currency) } : {}),
      world: bought,
      rooms: token.offers.map((offer, i) => ({ offer, guest: products[i]!.guests?.[0]?.name ?? "", id: `${order}${i}` })),
    };
    await book.put(document);
    await tokens.put(name, { ...token, used: document.reservation });
    if (request.has("duplicate"))
      return bad(409, "duplicate_request", "This reservation already exists for the submitted request. Do not retry the request.", {
        reservation: document.reservation,
      });
    return good({ order, accommodation: { pincode: "0000", reservation: document.reservation }, payment: {} });
  }

  async function cancelInWorld(reference: string): Promise<number> {
    const { token } = await hotels.quoteCancel(reference, anyCall);
    return Number((await hotels.cancel(reference, token, `x${reference}`, anyCall)).penalty!.amount);
  }

  async function cancel(document: StayDocument, status: string): Promise<void> {
    let fee = 0;
    for (const reference of document.world) fee += await cancelInWorld(reference);
    const now = world.clock.now();
    await book.put({ ...document, status, fee, cancelledAt: now, updatedAt: now } as StayDocument);
  }

  async function read({ json }: SimulatedRequest): Promise<Answer> {
    const { reservations } = json as { reservations?: string[] };
    if (!reservations?.length) return bad(400, "missing_parameter", "One of the following parameters is missing: 'orders' and 'reservations'.");
    const documents = await Promise.all(reservations.map((id) => book.byReservation(id)));
    const own = documents.filter((one): one is StayDocument => one !== undefined && one.service === "accommodations" && book.visible(one));
    return good(
      own.map((one) => ({
        id: one.order,
        accommodation: toNumber(one.rooms[0]!.offer.property.id),
        accommodation_order_references: [`H${one.reservation}`],
        booker: { platform: "desktop" },
        cancellation_details:
          one.cancelledAt === undefined
            ? null
            : { at: moment(one.cancelledAt), fee: both(Number(one.fee!.toFixed(2))), original_total_price: both(Number(one.total.amount)) },
        checkin: one.rooms[0]!.offer.checkIn.local.slice(0, 10),
        checkout: one.rooms[0]!.offer.checkOut.local.slice(0, 10),
        commission: { actual_amount: null, actual_percentage: null, estimated_amount: both(Math.round(Number(one.total.amount) * 12) / 100) },
        currency: { accommodation: one.total.currency, booker: one.total.currency },
        inventory: { third_party: false, type: "sell" },
        label: one.label,
        pin_code: "0000",
        price: { commissionable: both(Number(one.total.amount)), total: both(Number(one.total.amount)) },
        products: one.rooms.map(({ offer, guest, id }) => ({
          allocation: { guests: 1, adults: offer.guests.adults, children: offer.guests.childrenAges },
          guests: [{ email: null, name: guest }],
          policies: { cancellation: scheduleOf(offer, null), meal_plan: mealPlanOf(offer), smoking_preference: null },
          room: String(toNumber(offer.room.name.slice(0, 3))),
          room_reservation: id,
          status: one.status,
        })),
        reservation: one.reservation,
        status: one.status,
      })),
    );
  }

  async function modify(request: SimulatedRequest): Promise<Answer> {
    const { modification } = request.json as {
      modification?: { accommodation?: { reservation?: string; type?: string; change?: { room_reservation?: string; guests?: Guest[] } } };
    };
    const { reservation = "", type, change } = modification?.accommodation ?? {};
    const document = (await book.byReservation(reservation)) as StayDocument | undefined;
    const room = document?.rooms.find(({ id }) => id === change?.room_reservation);
    const ok = document?.status === "booked" && type === "room" && room && !request.has("error_in_200");
    if (ok) {
      room.guest = change?.guests?.[0]?.name ?? room.guest;
      await book.put({ ...document, updatedAt: world.clock.now() } as StayDocument);
    }
    // A failure is a success with another word inside.
    return { status: 200, body: { modification: { accommodation: { status: ok ? "successful" : "failed" } } } };
  }

  const routes: Route[] = [
    { method: "POST", path: "/3.2/orders/details/accommodations", name: "read-stay", handle: read },
    { method: "POST", path: "/3.2/orders/modify", name: "modify", handle: modify },
  ];
  return { routes, create, cancel };
}
