import type { HotelOffer } from "../../offer.ts";
import type { Answer } from "../kit/index.ts";
import { toNumber } from "./ids.ts";
import { invalid } from "./refusals.ts";
import { isRefundable, penaltiesOf, type RapidPricing } from "./words.ts";

export interface Room {
  id: string;
  /** The world's order of this room. */
  world: string;
  offer: HotelOffer;
  pricing: RapidPricing;
  given: string;
  family: string;
  cancelled: boolean;
  refund?: string;
}

export interface Document {
  id: string;
  affiliate: string;
  email: string;
  phone: object;
  rooms: Room[];
  token: string;
  createdAt: number;
  heldUntil?: number;
  /** The property has not answered yet. */
  asked?: boolean;
}

export interface CreateBody {
  affiliate_reference_id?: string;
  hold?: boolean;
  email?: string;
  phone?: { country_code?: string; number?: string };
  rooms?: { given_name?: string; family_name?: string }[];
  payments?: { type?: string; number?: string; billing_contact?: { given_name?: string; family_name?: string; address?: { country_code?: string } } }[];
}

export const required = (name: string): Answer => invalid(`${name}.required`, `${name} is required.`);

/** The first thing wrong with a booking; undefined when there is none. */
export function problemWith(body: CreateBody, rooms: number): Answer | undefined {
  const { affiliate_reference_id: reference, email, phone, payments } = body;
  if (reference !== undefined && (reference.length < 3 || reference.length > 28))
    return invalid("affiliate_reference_id.invalid_length", "The affiliate reference id must be 3 to 28 characters long.");
  if (!email?.includes("@")) return required("email");
  if (!/^\d{1,3}$/.test(phone?.country_code ?? "")) return required("phone.country_code");
  if (!/^\d+$/.test(phone?.number ?? "")) return required("phone.number");
  if (body.rooms?.length !== rooms) return invalid("number_of_rooms.invalid", "The number of rooms must match the price check.");
  if (body.rooms.some(({ given_name: given, family_name: family }) => !given || !family)) return required("rooms.given_name");
  const payment = payments?.[0];
  if (!payment) return required("payments");
  const { given_name: given, family_name: family, address } = payment.billing_contact ?? {};
  if (!given || !family || !/^[A-Z]{2}$/.test(address?.country_code ?? "")) return required("payments.billing_contact");
  return payment.type === "affiliate_collect" || payment.number !== undefined ? undefined : required("payments.number");
}

export const linkTo = (method: string, path: string, token: string) => ({ method, href: `/v3/itineraries/${path}?token=${token}` });

/** An itinerary as Rapid shows it at `now`; one too new is no more than its id. */
export function shown({ id, rooms, token, email, phone, affiliate, createdAt, heldUntil, asked }: Document, now: number, lagMs: number) {
  const age = now - createdAt;
  const created = { creation_date_time: new Date(createdAt).toISOString() };
  if (age < lagMs) return { itinerary_id: id, ...created };
  const gone = rooms.every(({ cancelled }) => cancelled);
  const held = heldUntil !== undefined && !gone;
  return {
    itinerary_id: id,
    property_id: toNumber(rooms[0]!.offer.property.id),
    links: held ? { resume: linkTo("PUT", id, token), cancel: linkTo("DELETE", id, token) } : {},
    email,
    phone,
    rooms: rooms.map((room) => {
      const { offer, pricing } = room;
      const { guests, price } = offer;
      const own = linkTo("PUT", `${id}/rooms/${room.id}`, token);
      return {
        id: room.id,
        ...(held ? {} : { confirmation_id: { expedia: `${room.id}7`, property: `H${room.id}` } }),
        bed_group_id: toNumber(offer.room.name.slice(0, 2)),
        checkin: offer.checkIn.local.slice(0, 10),
        checkout: offer.checkOut.local.slice(0, 10),
        number_of_adults: guests.adults,
        ...(guests.childrenAges.length > 0 ? { child_ages: guests.childrenAges } : {}),
        given_name: room.given,
        family_name: room.family,
        status: room.cancelled ? "canceled" : held || asked ? "pending" : "booked",
        smoking: false,
        rate: {
          id: toNumber(offer.ratePlan.code),
          merchant_of_record: "expedia",
          refundable: isRefundable(offer),
          ...(room.refund === undefined ? {} : { cancel_refund: { amount: -Number(room.refund), currency: price.total.currency } }),
          ...(isRefundable(offer) ? { cancel_penalties: penaltiesOf(offer) } : {}),
          pricing,
        },
        ...(room.cancelled || held ? {} : { links: { cancel: { ...own, method: "DELETE" }, change: own } }),
      };
    }),
    ...created,
    affiliate_reference_id: affiliate,
  };
}
