import { minorUnits, money } from "../../money.ts";
import type { HotelOffer } from "../../offer.ts";
import type { Answer, LedgerEntry, Route, SimulatedRequest, World } from "../kit/index.ts";
import { worldCall } from "./counter.ts";
import { hotelDocument, type KeptRate, rateDocument } from "./hotel-shopping.ts";
import { faulty, malformed, mediaType, missing } from "./refusals.ts";

interface OrderBody {
  data?: {
    type?: string;
    guests?: { tid?: number; title?: string; firstName?: string; lastName?: string; phone?: string; email?: string }[];
    travelAgent?: { contact?: { email?: string } };
    roomAssociations?: { hotelOfferId?: string; guestReferences?: { guestReference?: string }[] }[];
    payment?: { paymentCard?: unknown };
  };
}

interface KeptOrder {
  id: string;
  status: "confirmed" | "pending";
  total: { amount: string; currency: string };
  email: string;
}

const call = () => ({ signal: new AbortController().signal, requestId: "simulator" });
const pointer = "/data/roomAssociations/hotelOfferId";

/** Creates orders. Nothing reads or cancels them: for that one rings the hotel. */
export function hotelOrders(world: World, vendor: string) {
  const hotels = world.counter(vendor).supplier.hotels!;
  const rates = world.shelf<KeptRate>(vendor, "hotel-rate");
  const orders = world.shelf<KeptOrder>(vendor, "hotel-order");

  async function create(request: SimulatedRequest): Promise<Answer> {
    const { data } = (request.json ?? {}) as OrderBody;
    if (data?.type !== "hotel-order") return faulty({ status: 400, code: 8612, title: "INVALID TYPE", source: { pointer: "/data/type" } });
    const [room, ...others] = data.roomAssociations ?? [];
    if (!room?.hotelOfferId) return missing("/data/roomAssociations");
    if (!data.travelAgent?.contact?.email) return missing("/data/travelAgent/contact/email");
    const guest = data.guests?.find(({ tid }) => String(tid) === room.guestReferences?.[0]?.guestReference);
    if (!guest) return faulty({ status: 400, code: 4725, title: "INVALID PASSENGER ASSOCIATION", source: { pointer: "/data/roomAssociations" } });
    if (!/^[A-Za-z -]+$/.test(`${guest.firstName ?? ""} ${guest.lastName ?? ""}`) || !guest.firstName || !guest.lastName) return malformed("/data/guests");
    const kept = await rates.get(room.hotelOfferId);
    if (!kept) return faulty({ status: 400, code: 38420, title: "OFFER NOT FOUND", source: { pointer } });
    if (others.length + 1 !== kept.offer.rooms)
      return faulty({
        status: 400,
        code: 33555,
        title: "NUMBER OF ROOMS MISMATCH BETWEEN SHOPPING AND BOOKING",
        source: { pointer: "/data/roomAssociations" },
      });
    const methods = Object.values(rateDocument(kept, "").policies).flatMap(
      (policy) => (policy as { acceptedPayments?: { methods: string[] } }).acceptedPayments?.methods ?? [],
    );
    if (!methods.includes("TRAVEL_AGENT_ID") && !data.payment?.paymentCard)
      return faulty({ status: 400, code: 3659, title: "CREDIT CARD DEPOSIT REQUIRED", source: { pointer: "/data/payment/paymentCard" } });
    if (request.has("price_changed")) return faulty({ status: 400, code: 37200, title: "PRICE DISCREPANCY" });
    if (request.has("sold_out")) return faulty({ status: 400, code: 3664, title: "NO ROOMS AVAILABLE AT REQUESTED PROPERTY" });
    const { currency } = kept.offer.price.total;
    const bought = await worldCall(() =>
      hotels.book(
        {
          offer: kept.offer,
          travellers: [{ id: "1", givenName: guest.firstName!, familyName: guest.lastName!, ptc: "ADT" }],
          contact: { email: guest.email ?? "" },
          key: world.newId("am-", 20),
          maxTotal: money(minorUnits(kept.offer.price.total) * 2n, currency),
        },
        call(),
      ),
    );
    if ("refused" in bought)
      return bought.refused.code === "OFFER_EXPIRED"
        ? faulty({ status: 400, code: 38420, title: "OFFER NOT FOUND", source: { pointer } })
        : faulty({ status: 400, code: 3664, title: "NO ROOMS AVAILABLE AT REQUESTED PROPERTY" });
    // A hotel may take an order without confirming it yet; the status is 201 all the same.
    const pending = request.has("pending_then_webhook");
    const id = `${world.newId("V0g2", 15, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")}=`;
    await orders.put(id, { id, status: pending ? "pending" : "confirmed", total: bought.done.total, email: data.travelAgent.contact.email });
    return { status: 201, contentType: mediaType, body: { data: document(id, kept.offer, kept.id, bought.done, data, pending ? "PENDING" : "CONFIRMED") } };
  }

  function document(
    id: string,
    offer: HotelOffer,
    rateId: string,
    { locators, reference }: { locators: string[]; reference: string },
    { guests = [], roomAssociations }: NonNullable<OrderBody["data"]>,
    bookingStatus: string,
  ) {
    // An order says less about a rate than a search.
    const { price, boardType: _, room, self: __, ...rate } = rateDocument({ id: rateId, offer }, "");
    const { variations } = price;
    const { hotelId, chainCode, name } = hotelDocument(offer);
    return {
      type: "hotel-order",
      id,
      hotelBookings: [
        {
          type: "hotel-booking",
          id: world.newId("MS84", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
          bookingStatus,
          hotelProviderInformation: [{ hotelProviderCode: chainCode, confirmationNumber: reference }],
          roomAssociations,
          hotelOffer: {
            ...rate,
            type: "hotel-offer",
            room: { type: room.type, description: room.description },
            price: { ...price, sellingTotal: price.total, variations: { changes: variations.changes } },
            roomQuantity: offer.rooms,
          },
          hotel: { hotelId, chainCode, name },
          travelAgentId: "00000000",
        },
      ],
      guests: guests.map((guest, i) => ({ ...guest, id: i + 1 })),
      associatedRecords: [{ reference: locators[0]!, originSystemCode: "GDS" }],
      self: `/v2/booking/hotel-orders/${id}`,
    };
  }

  const routes: Route[] = [{ method: "POST", path: "/v2/booking/hotel-orders", name: "create-hotel-order", handle: create }];
  return {
    routes,
    ledger: async (): Promise<LedgerEntry[]> => (await orders.all()).map(({ id, status, total }) => ({ kind: "hotel", reference: id, status, total })),
  };
}
