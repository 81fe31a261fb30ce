import { createHash } from "node:crypto";
import { minorUnits, money } from "../../money.ts";
import type { FlightOffer, PassengerType } from "../../offer.ts";

/** A flight offer of the world, as the simulator keeps it for later. */
export interface KeptOffer {
  offer: FlightOffer;
  /** Per cent on its price, since somebody made the price change. */
  surcharge: number;
}

export interface WireTraveler {
  id: string;
  travelerType: string;
  associatedAdultId?: string;
}

/** What names the parts of an offer within one reply. */
export interface Labels {
  offerId: string;
  /** One for each flight, through all itineraries. */
  segmentIds: string[];
  travelers: WireTraveler[];
}

const ptcOf: Readonly<Record<string, PassengerType>> = { ADULT: "ADT", SENIOR: "ADT", YOUNG: "ADT", STUDENT: "ADT", CHILD: "CHD", HELD_INFANT: "INF" };
export const passengerTypeOf = (travelerType: string): PassengerType | undefined => ptcOf[travelerType];

const aircraftCodes: Readonly<Record<string, string>> = {
  "ATR 72": "AT7",
  "Embraer 190": "E90",
  "Airbus A320neo": "32N",
  "Boeing 737-800": "73H",
  "Airbus A321neo": "32Q",
  "Boeing 787-9": "789",
  "Airbus A350-900": "359",
  "Boeing 777-300ER": "77W",
};
const aircraftCode = (name: string): string => aircraftCodes[name] ?? "EQV";

function isoDuration(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return `PT${hours > 0 ? `${hours}H` : ""}${rest > 0 || hours === 0 ? `${rest}M` : ""}`;
}

/** The price in minor units for these travellers; fees stand on top of the travellers' own totals. */
function sumsOf({ offer, surcharge }: KeptOffer, travelers: readonly WireTraveler[]) {
  const { price } = offer;
  const raised = (minor: bigint) => (minor * BigInt(100 + surcharge)) / 100n;
  const fees = raised(minorUnits(price.fees));
  const paying = BigInt(travelers.filter(({ travelerType }) => travelerType !== "HELD_INFANT").length);
  const total = minorUnits(price.total);
  const share = total === 0n ? 0n : minorUnits(price.base);
  const each = travelers.map(({ travelerType }) => {
    const full = minorUnits(price.perPassenger.find(({ ptc }) => ptc === passengerTypeOf(travelerType))!.each);
    const fee = travelerType === "HELD_INFANT" ? 0n : fees / paying;
    return { total: raised(full) - fee, base: raised((full * share) / total) };
  });
  const sum = (part: "total" | "base") => each.reduce((all, one) => all + one[part], 0n);
  return { each, fees: (fees / paying) * paying, total: sum("total"), base: sum("base") };
}

/** `454.00` as `454.0`, now and then: amounts come with as many decimals as some system behind had. */
const carelessly = (amount: string): string => (/\.\d0$/.test(amount) ? amount.slice(0, -1) : amount);

export function grandTotalOf(kept: KeptOffer, travelers: readonly WireTraveler[]): string {
  const { total, fees } = sumsOf(kept, travelers);
  return money(total + fees, kept.offer.price.total.currency).amount;
}

export interface DocumentOptions extends Labels {
  /** A search, or the answer of pricing. */
  stage: "search" | "priced";
  fareRules?: boolean;
}

/** An offer in Amadeus' words. */
export function flightDocument(kept: KeptOffer, { offerId, segmentIds, travelers, stage, fareRules = false }: DocumentOptions) {
  const { offer } = kept;
  const { currency } = offer.price.total;
  const write = (minor: bigint) => money(minor, currency).amount;
  const sums = sumsOf(kept, travelers);
  const priced = stage === "priced";
  const written = priced ? (minor: bigint) => carelessly(write(minor)) : write;
  let at = 0;
  const itineraries = offer.journeys.map((journey) => ({
    ...(priced ? {} : { duration: isoDuration(journey.duration) }),
    segments: journey.segments.map((segment, place) => ({
      departure: { iataCode: segment.departure.airport, at: segment.departure.time.local },
      arrival: { iataCode: segment.arrival.airport, at: segment.arrival.time.local },
      carrierCode: segment.marketingCarrier,
      number: segment.flightNumber,
      aircraft: { code: aircraftCode(segment.equipment) },
      // Later flights of a journey leave it out, as real ones often do where marketing and operating carrier are the same.
      ...(place === 0 ? { operating: { carrierCode: segment.operatingCarrier } } : {}),
      duration: isoDuration(segment.duration),
      id: segmentIds[at++]!,
      numberOfStops: 0,
      blacklistedInEU: false,
    })),
  }));
  const bookable = Math.min(9, offer.seatsRemaining ?? 9);
  const extras = !priced && offer.fareComponents[0]!.baggage.checkedPieces === 1 ? { additionalServices: [{ amount: write(3500n) }] } : {};
  return {
    type: "flight-offer",
    id: offerId,
    source: "GDS",
    instantTicketingRequired: offer.paymentTimeLimit === undefined,
    nonHomogeneous: false,
    ...(priced ? { paymentCardRequired: false } : { oneWay: false }),
    ...(offer.paymentTimeLimit === undefined
      ? {}
      : { lastTicketingDate: offer.paymentTimeLimit.slice(0, 10), ...(priced ? {} : { lastTicketingDateTime: offer.paymentTimeLimit.slice(0, 10) }) }),
    ...(priced ? {} : { numberOfBookableSeats: bookable }),
    itineraries,
    price: {
      currency,
      total: written(sums.total),
      base: write(sums.base),
      fees: [
        { amount: write(sums.fees), type: "SUPPLIER" },
        { amount: write(0n), type: "TICKETING" },
      ],
      grandTotal: written(sums.total + sums.fees),
      ...(priced ? { billingCurrency: currency } : {}),
      ...extras,
    },
    pricingOptions: { fareType: ["PUBLISHED"], includedCheckedBagsOnly: (offer.fareComponents[0]!.baggage.checkedPieces ?? 0) > 0 },
    validatingAirlineCodes: [offer.validatingCarrier],
    travelerPricings: travelers.map(({ id, travelerType, associatedAdultId }, i) => ({
      travelerId: id,
      fareOption: "STANDARD",
      travelerType,
      ...(associatedAdultId === undefined ? {} : { associatedAdultId }),
      price: {
        currency,
        total: write(sums.each[i]!.total),
        base: write(sums.each[i]!.base),
        ...(priced ? { taxes: [{ amount: write(sums.each[i]!.total - sums.each[i]!.base), code: "YQ" }] } : {}),
      },
      fareDetailsBySegment: offer.fareComponents.map((fare, place) => ({
        segmentId: segmentIds[place]!,
        cabin: fare.cabin,
        fareBasis: fare.fareBasisCode,
        brandedFare: fare.fareBrand.toUpperCase(),
        class: fare.bookingClass,
        includedCheckedBags: { quantity: fare.baggage.checkedPieces ?? 0 },
      })),
    })),
    ...(fareRules ? { fareRules: { rules: rulesOf(kept, travelers) } } : {}),
  };
}

/** Penalties are for one traveller with a seat. */
function rulesOf({ offer }: KeptOffer, travelers: readonly WireTraveler[]) {
  const seats = BigInt(travelers.filter(({ travelerType }) => travelerType !== "HELD_INFANT").length);
  const rule = (category: string, { allowed, penalty }: FlightOffer["conditions"]["refund"]) =>
    allowed
      ? { category, maxPenaltyAmount: money(penalty ? minorUnits(penalty) / seats : 0n, offer.price.total.currency).amount }
      : { category, notApplicable: true };
  return [rule("EXCHANGE", offer.conditions.change), rule("REFUND", offer.conditions.refund), { category: "REVALIDATION", notApplicable: true }];
}

/** Names of what the documents call by code. */
export function dictionariesOf(offers: readonly FlightOffer[], cityOf: (airport: string) => { city: string; country: string }, currency: string) {
  const segments = offers.flatMap(({ journeys }) => journeys.flatMap((journey) => journey.segments));
  const airports = [...new Set(segments.flatMap(({ departure, arrival }) => [departure.airport, arrival.airport]))].sort();
  return {
    locations: Object.fromEntries(airports.map((code) => [code, { cityCode: cityOf(code).city, countryCode: cityOf(code).country }])),
    aircraft: Object.fromEntries(segments.map(({ equipment }) => [aircraftCode(equipment), equipment.toUpperCase()])),
    currencies: { [currency]: currency },
    carriers: Object.fromEntries(segments.map(({ marketingCarrier, carrierName }) => [marketingCarrier, carrierName.toUpperCase()])),
  };
}

/** An offer as clients send it back. */
export interface GivenOffer {
  id: string;
  itineraries: { segments: { id: string; carrierCode: string; number: string; departure: { iataCode: string; at: string }; arrival: { at: string } }[] }[];
  travelerPricings: { travelerId: string; travelerType: string; associatedAdultId?: string; fareDetailsBySegment: { fareBasis: string; class: string }[] }[];
  price: { currency: string; grandTotal: string; additionalServices?: { type?: string }[] };
}

type Recognised = {
  itineraries: readonly { segments: readonly { carrierCode: string; number: string; departure: { iataCode: string; at: string } }[] }[];
  travelerPricings: readonly { travelerType: string; fareDetailsBySegment: readonly { fareBasis: string; class: string }[] }[];
  price: { currency: string };
};

/** By this the same flights at the same fare for the same party are known again; ids say nothing. */
export function fingerprint({ itineraries, travelerPricings, price }: Recognised): string {
  const flights = itineraries.map(({ segments }) =>
    segments.map(({ carrierCode, number, departure }) => `${carrierCode}${number} ${departure.iataCode} ${departure.at}`),
  );
  const fares = travelerPricings.map(({ travelerType, fareDetailsBySegment }) => [
    travelerType,
    fareDetailsBySegment.map((fare) => `${fare.fareBasis}/${fare.class}`),
  ]);
  return createHash("sha256")
    .update(JSON.stringify([flights, fares, price.currency]))
    .digest("hex");
}
