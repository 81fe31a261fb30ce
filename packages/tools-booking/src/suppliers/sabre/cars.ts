import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { compare, subtract, zero } from "../../money.ts";
import type { CarOffer, CarQuery } from "../../offer.ts";
import type { BookRequest, Reprice, SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { afterSaleOnce, createPurchases, createQuoteBook, moneyOf, type SupplierHttp, type SupplierMemory, understand } from "../http/index.ts";
import { ownCall } from "../own-call.ts";
import { offerTooOld, rejected } from "../rejected.ts";
import { withinLimit } from "../within-limit.ts";
import { afterWrite, bookingApi, noLocator } from "./booking-api.ts";
import { carBooking } from "./booking-request.ts";
import { isAlive, type OrderNote, totalOf } from "./map-booking.ts";
import { carOffer, carPenalty, carTerms, rateIn } from "./map-cars.ts";
import type { Booking } from "./wire-booking.ts";
import { VehicleAvailability, VehiclePriceCheck } from "./wire-cars.ts";

export interface CarParts {
  http: SupplierHttp;
  pcc: string;
  live: boolean;
  memory: SupplierMemory;
  clock: Clock;
}

/** The search has no field for the driver's age, so that surcharges of the young cannot be known. */
const youngestDriver = 25;
const standsMs = 30 * 60_000;

function rateOf(supplierRef: string): { rateKey: string; currency: string } {
  try {
    const ref = JSON.parse(supplierRef) as { rateKey?: string; currency?: string };
    if (ref.rateKey && ref.currency) return { rateKey: ref.rateKey, currency: ref.currency };
  } catch {
    // falls through
  }
  throw rejected("invalid_offer", "this offer is not one of Sabre's, or was altered; search again");
}

function carOrder(booking: Booking, note: OrderNote | null): SupplierOrder {
  const reference = booking.bookingId;
  const [car] = booking.cars;
  const paid = car?.payment ? moneyOf(car.payment.total, car.payment.currencyCode) : totalOf(booking, "carTotals");
  const total = paid ?? note?.total;
  if (!total) throw new RangeError("a booking without a price");
  const locators = [...new Set([reference, ...(car?.confirmationId ? [car.confirmationId] : [])])];
  const common = { reference, key: note?.key ?? "", locators, total, documents: [] };
  if (car && isAlive(car.carStatusCode)) return { ...common, status: "confirmed" };
  const nothing = zero(total.currency);
  const { penalty, refund } = note?.cancelling ?? { penalty: nothing, refund: nothing };
  return { ...common, status: "cancelled", penalty, refund };
}

/** Rental cars of the vendors in Sabre, Hertz (ZE) among them; paid at the counter. */
export function sabreCars({ http, pcc, live, memory, clock }: CarParts): VerticalSupplier<CarQuery, CarOffer> {
  const api = bookingApi(http, pcc);
  const quotes = createQuoteBook(memory, clock);
  const noteOf = (reference: string) => memory.get<OrderNote>("car note", reference);
  const post = (path: string, json: unknown) => ({ method: "POST" as const, path, route: path, json, timeoutMs: 30_000 });

  async function priceCheck(offer: CarOffer, call: SupplierCall): Promise<{ bookingKey: string; offer: CarOffer } | undefined> {
    const { rateKey, currency } = rateOf(offer.supplierRef);
    const reply = await http.read(post("v1.0.0/veh/pricecheck", { VehPriceCheckRQ: { VehRateInfoRef: { RateKey: rateKey } } }), call);
    return understand("sabre", "read", () => {
      const info = VehiclePriceCheck.parse(reply.body).VehPriceCheckRS.PriceCheckInfo;
      const rates = info?.VehRateInfo.VehAvailInfos.VehAvailInfo[0];
      const rate = rates && rateIn(rates, currency);
      const terms = rate && carTerms(rate, offer.pickUp.time.utc, clock.now());
      return info && terms ? { bookingKey: info.BookingKey, offer: { ...offer, ...terms } } : undefined;
    });
  }

  async function read(reference: string, call: SupplierCall): Promise<SupplierOrder> {
    const { booking } = await api.get(reference, call);
    const note = await noteOf(reference);
    return understand("sabre", "read", () => carOrder(booking, note));
  }

  const purchases = createPurchases({
    supplier: "sabre",
    memory,
    kind: "car",
    read: (reference, key) => read(reference, ownCall(key)),
    async lookUp(key) {
      const reference = await memory.get<string>("car locator", key);
      if (reference !== null) return reference;
      throw noLocator(key);
    },
  });

  async function create(request: BookRequest<CarOffer>, call: SupplierCall): Promise<SupplierOrder> {
    const { key, offer, maxTotal } = request;
    const checked = await priceCheck(offer, call);
    if (!checked) throw new TravelAgentError("SOLD_OUT", "the vendor has no such car left; search again");
    const { total } = checked.offer.price;
    withinLimit(total, maxTotal, offer.price.total);
    const known = (locator: string) => memory.put("car locator", key, locator);
    const { reference } = await api.create(carBooking(request, pcc, checked.bookingKey), call).catch(async (error: unknown) => {
      const details = TravelAgentError.is(error) ? (error.details as { reference?: string } | undefined) : undefined;
      if (details?.reference !== undefined) await known(details.reference);
      throw error;
    });
    await known(reference);
    await memory.put("car note", reference, { key, total } satisfies OrderNote);
    return afterWrite(reference, () => read(reference, call));
  }

  async function cancelTerms(reference: string, call: SupplierCall): Promise<{ penalty: Money; refund: Money; total: Money }> {
    const { booking } = await api.get(reference, call);
    const note = await noteOf(reference);
    return understand("sabre", "read", () => {
      const { status, total } = carOrder(booking, note);
      if (status === "cancelled") throw rejected("already_cancelled", "the order is cancelled already; nothing is left to do");
      const penalty = carPenalty(booking.cars[0]!.refundPenalties, total, clock.now());
      return { penalty, refund: subtract(total, penalty), total };
    });
  }

  return {
    async search(query, call) {
      if (query.driverAge < youngestDriver) return [];
      const [pickUpDate, pickUpTime] = query.pickUpAt.split("T");
      const [returnDate, returnTime] = query.dropOffAt.split("T");
      const body = {
        GetVehAvailRQ: {
          SearchCriteria: {
            PickUpDate: pickUpDate,
            PickUpTime: pickUpTime?.slice(0, 5),
            ReturnDate: returnDate,
            ReturnTime: returnTime?.slice(0, 5),
            SortBy: "Price",
            SortOrder: "ASC",
            AirportRef: { PickUpLocation: { LocationCode: query.pickUp }, ReturnLocation: { LocationCode: query.dropOff } },
            RatePrefs: { CurrencyCode: query.currency, ConvertedRateInfoOnly: false },
            LocPolicyRef: { Include: true },
          },
        },
      };
      const reply = await http.read(post("v2.0.0/get/vehavail", body), call);
      const infos = understand("sabre", "read", () => VehicleAvailability.parse(reply.body).GetVehAvailRS.VehAvailInfos?.VehAvailInfo ?? []);
      const context = { sandbox: !live, now: clock.now(), requestId: call.requestId, standsMs };
      return infos
        .flatMap((info) => {
          try {
            return carOffer(info, query, context) ?? [];
          } catch (error) {
            // A rate that cannot be understood is no offer.
            if (error instanceof RangeError) return [];
            throw error;
          }
        })
        .filter(({ vehicle }) => !query.automaticOnly || vehicle.transmission === "automatic")
        .filter(({ vehicle }) => query.category === undefined || vehicle.category === query.category || vehicle.acriss === query.category)
        .filter(({ price }) => !query.maxTotal || compare(price.total, query.maxTotal) <= 0)
        .slice(0, query.limit);
    },
    async reprice(given, call): Promise<Reprice<CarOffer>> {
      if (Date.parse(given.offerExpiresAt) <= clock.now()) return { status: "expired" };
      const checked = await priceCheck(given, call);
      if (!checked) return { status: "sold-out" };
      const was = given.price.total;
      return compare(was, checked.offer.price.total) === 0
        ? { status: "available", offer: checked.offer }
        : { status: "price-changed", offer: checked.offer, was };
    },
    async book(request, call) {
      if (Date.parse(request.offer.offerExpiresAt) <= clock.now() && !(await memory.get("car purchase", request.key))) throw offerTooOld();
      return purchases.buy(request.key, () => create(request, call));
    },
    find: (key) => purchases.find(key),
    read,
    async quoteCancel(reference, call) {
      const { penalty, refund, total } = await cancelTerms(reference, call);
      return quotes.issue({ action: "cancel", reference, penalty, refund, due: zero(total.currency), vendor: {} });
    },
    cancel: (reference, token, key, call) =>
      afterSaleOnce(
        memory,
        "car cancel",
        { reference, key },
        {
          async act() {
            const quote = await quotes.accept(token, "cancel", reference);
            const { penalty, total } = await cancelTerms(reference, call);
            if (compare(penalty, quote.penalty) !== 0) throw rejected("quote_outdated", "what cancelling costs has changed since the quote; ask for a new one");
            const note = (await noteOf(reference)) ?? { key: "", total };
            await memory.put("car note", reference, { ...note, total, cancelling: { penalty, refund: quote.refund } } satisfies OrderNote);
            await api.cancel(reference, undefined, call);
            const order = await afterWrite(reference, () => read(reference, call));
            if (order.status !== "cancelled")
              throw new TravelAgentError("OUTCOME_UNKNOWN", "Sabre took the cancellation and still shows the car; a person has to look at the booking", {
                details: { supplier: "sabre", reference, needsPerson: true },
              });
            return order;
          },
          async settled() {
            const order = await read(reference, call);
            return order.status === "cancelled" ? order : null;
          },
        },
      ),
  };
}
