import { airport } from "../../geography/index.ts";
import { minorUnits, multiply, subtract } from "../../money.ts";
import type { HotelOffer } from "../../offer.ts";
import type { BookingDoc, StayResultDoc } from "./books.ts";

const boards = { RO: "room_only", BB: "breakfast", HB: "half_board", FB: "full_board", AI: "all_inclusive" } as const;

/** What comes back until when, as the world's penalties say it the other way round. */
function timelineOf({ cancellation, price, checkIn }: HotelOffer) {
  const { total } = price;
  return cancellation.flatMap(({ penalty }, i) => {
    const refund = subtract(total, penalty);
    if (minorUnits(refund) <= 0n) return [];
    return [{ refund_amount: refund.amount, currency: total.currency, before: cancellation[i + 1]?.from ?? new Date(checkIn.utc).toISOString() }];
  });
}

/** Stays in Duffel's words. */
export function stayBodies(currency: string) {
  const commissionOf = ({ price }: HotelOffer) => multiply(price.total, { numerator: 10n, denominator: 100n });

  const rateBody = (id: string, offer: HotelOffer, bookable: boolean) => ({
    id,
    total_amount: offer.price.total.amount,
    total_currency: currency,
    base_amount: offer.price.base.amount,
    base_currency: currency,
    tax_amount: offer.price.taxes.amount,
    tax_currency: currency,
    fee_amount: null,
    fee_currency: currency,
    due_at_accommodation_amount: offer.mandatoryFees?.amount ?? null,
    due_at_accommodation_currency: offer.mandatoryFees?.currency ?? currency,
    board_type: boards[offer.ratePlan.board],
    payment_type: bookable ? "pay_now" : "deposit",
    available_payment_methods: bookable ? ["balance"] : ["card"],
    loyalty_programme_required: false,
    supported_loyalty_programme: null,
    quantity_available: offer.seatsRemaining ?? null,
    cancellation_timeline: timelineOf(offer),
    conditions: [],
    estimated_commission_amount: commissionOf(offer).amount,
    estimated_commission_currency: currency,
    source: "duffel_hotel_group",
    expires_at: offer.offerExpiresAt,
    code: offer.ratePlan.code,
    name: offer.ratePlan.name,
    description: null,
    negotiated_rate_id: null,
  });

  function houseBody(offer: HotelOffer, rooms: unknown[]) {
    const { property } = offer;
    return {
      id: `acc_0000${property.id}`,
      name: property.name,
      description: null,
      rating: property.stars,
      ratings: null,
      review_score: null,
      review_count: null,
      email: null,
      phone_number: null,
      amenities: null,
      brand: null,
      chain: null,
      photos: [],
      key_collection: null,
      supported_loyalty_programme: null,
      check_in_information: { check_in_after_time: offer.checkIn.local.slice(11, 16), check_out_before_time: offer.checkOut.local.slice(11, 16) },
      location: {
        address: {
          line_one: property.address,
          city_name: property.city,
          postal_code: null,
          region: null,
          country_code: airport(property.city)?.country ?? "PT",
        },
        geographic_coordinates: { latitude: property.latitude, longitude: property.longitude },
      },
      rooms,
    };
  }

  function resultBody(doc: StayResultDoc, withRates: boolean) {
    const { offer } = doc.rates[0]!;
    const names = [...new Set(doc.rates.map((rate) => rate.offer.room.name))];
    const rooms = names.map((name) => ({
      name,
      beds: [{ type: "double", count: 1 }],
      photos: [],
      rates: doc.rates.filter((rate) => rate.offer.room.name === name).map((rate) => rateBody(rate.id, rate.offer, rate.bookable)),
    }));
    const cheapest = doc.rates.reduce((least, rate) => (minorUnits(rate.offer.price.total) < minorUnits(least.offer.price.total) ? rate : least));
    return {
      id: doc.id,
      check_in_date: doc.checkIn,
      check_out_date: doc.checkOut,
      rooms: doc.rooms,
      guests: doc.guests,
      accommodation: houseBody(offer, withRates ? rooms : []),
      cheapest_rate_total_amount: cheapest.offer.price.total.amount,
      cheapest_rate_currency: currency,
      cheapest_rate_base_amount: cheapest.offer.price.base.amount,
      cheapest_rate_base_currency: currency,
      cheapest_rate_public_amount: null,
      cheapest_rate_public_currency: currency,
      cheapest_rate_due_at_accommodation_amount: null,
      cheapest_rate_due_at_accommodation_currency: currency,
      expires_at: offer.offerExpiresAt,
    };
  }

  function bookingBody(doc: BookingDoc<HotelOffer>) {
    const { offer } = doc;
    const commission = commissionOf(offer);
    return {
      id: doc.id,
      live_mode: false,
      reference: doc.reference,
      status: doc.cancelledAt === undefined ? "confirmed" : "cancelled",
      confirmed_at: new Date(doc.createdAt).toISOString(),
      cancelled_at: doc.cancelledAt === undefined ? null : new Date(doc.cancelledAt).toISOString(),
      check_in_date: offer.checkIn.local.slice(0, 10),
      check_out_date: offer.checkOut.local.slice(0, 10),
      rooms: offer.rooms,
      guests: doc.given.guests,
      email: doc.given.email,
      phone_number: doc.given.phone_number,
      metadata: doc.metadata,
      key_collection: null,
      supported_loyalty_programme: null,
      loyalty_programme_account_number: null,
      accommodation: houseBody(offer, []),
      estimated_commission_amount: commission.amount,
      estimated_commission_currency: currency,
    };
  }

  function quoteBody({ id, offer, total }: { id: string; offer: HotelOffer; total: { amount: string } }) {
    return {
      id,
      check_in_date: offer.checkIn.local.slice(0, 10),
      check_out_date: offer.checkOut.local.slice(0, 10),
      accommodation: houseBody(offer, []),
      rooms: offer.rooms,
      guests: [],
      total_amount: total.amount,
      total_currency: currency,
      base_amount: offer.price.base.amount,
      base_currency: currency,
      tax_amount: offer.price.taxes.amount,
      tax_currency: currency,
      fee_amount: null,
      fee_currency: currency,
      deposit_amount: null,
      deposit_currency: currency,
      due_at_accommodation_amount: offer.mandatoryFees?.amount ?? null,
      due_at_accommodation_currency: offer.mandatoryFees?.currency ?? currency,
      supported_loyalty_programme: null,
    };
  }
  return { resultBody, bookingBody, quoteBody };
}
