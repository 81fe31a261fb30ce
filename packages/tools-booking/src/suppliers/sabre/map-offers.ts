import type { Money } from "@travelagent/protocol";
import { addDays, airport } from "../../geography/index.ts";
import { minorUnits, money } from "../../money.ts";
import type { Cabin, Condition, FareComponent, FlightOffer, Journey, Price, Segment } from "../../offer.ts";
import { moneyOf } from "../http/index.ts";
import { offerId } from "../offer-id.ts";
import { officeTime, timeAt } from "./local-time.ts";
import { type FlightTerms, passengerType, refOf } from "./terms.ts";
import type { FareTotal, PassengerInfo, Pricing, Schedule, ShopResponse } from "./wire-shop.ts";

export interface OfferContext {
  sandbox: boolean;
  now: number;
  /** IANA zone in which the office's ticketing dates are meant. */
  timeZone: string;
  requestId: string;
  currency: string;
}

const cabins: Readonly<Record<string, Cabin>> = {
  P: "FIRST",
  F: "FIRST",
  J: "BUSINESS",
  C: "BUSINESS",
  S: "PREMIUM_ECONOMY",
  Y: "ECONOMY",
};

const sum = (parts: readonly Money[], currency: string): Money =>
  money(
    parts.reduce((total, part) => total + minorUnits(part), 0n),
    currency,
  );

/** The base in the currency it is paid in. `baseFareAmount` is what the carrier filed, often in another one. */
function baseOf(fare: FareTotal): Money | undefined {
  const { currency } = fare;
  if (fare.equivalentAmount !== undefined && (fare.equivalentCurrency ?? currency) === currency) return moneyOf(fare.equivalentAmount, currency);
  if (fare.baseFareAmount !== undefined && (fare.baseFareCurrency ?? currency) === currency) return moneyOf(fare.baseFareAmount, currency);
  return undefined;
}

/**
 * Undefined where the sums do not agree. Taxes are the one total that stands beside the fare: the lists `taxDescs` and
 * `taxSummaryDescs` are the same money told twice.
 */
function priceOf(totalFare: FareTotal, passengers: readonly PassengerInfo[]): Price | undefined {
  const { currency } = totalFare;
  const total = moneyOf(totalFare.totalPrice ?? totalFare.totalFare ?? "", currency);
  const taxes = moneyOf(totalFare.totalTaxAmount, currency);
  const base = baseOf(totalFare);
  if (!base) return undefined;
  const fees = minorUnits(total) - minorUnits(base) - minorUnits(taxes);
  const perPassenger: Price["perPassenger"] = [];
  for (const { passengerType: code, passengerNumber, passengerTotalFare } of passengers) {
    const ptc = passengerType(code);
    if (ptc === undefined || passengerTotalFare.currency !== currency) return undefined;
    perPassenger.push({ ptc, count: passengerNumber, each: moneyOf(passengerTotalFare.totalFare ?? passengerTotalFare.totalPrice ?? "", currency) });
  }
  const shares = perPassenger.reduce((all, { count, each }) => all + minorUnits(each) * BigInt(count), 0n);
  if (fees < 0n || shares !== minorUnits(total)) return undefined;
  return { total, base, taxes, fees: money(fees, currency), perPassenger };
}

/** What refunding or changing costs before departure, for all travellers together. */
function condition(type: "Refund" | "Exchange", passengers: readonly PassengerInfo[], currency: string): Condition {
  const penalties: Money[] = [];
  for (const { nonRefundable, penaltiesInfo, passengerNumber } of passengers) {
    if (type === "Refund" && nonRefundable === true) return { allowed: false };
    const rule = penaltiesInfo?.penalties.find((one) => one.type === type && one.applicability === "Before");
    const allowed = type === "Refund" ? rule?.refundable : rule?.changeable;
    // Rules of category 16 are text for people; what a program read out of them is no promise.
    if (!rule || allowed === undefined || rule.cat16Info === true) return { allowed: null };
    if (!allowed) return { allowed: false };
    if (rule.amount === undefined || rule.currency !== currency) return { allowed: true };
    const each = moneyOf(rule.amount, currency);
    penalties.push(money(minorUnits(each) * BigInt(passengerNumber), currency));
  }
  return { allowed: true, penalty: sum(penalties, currency) };
}

interface Flown {
  segment: Segment;
  schedule: Schedule;
}

/** The flights of one leg, whose date of departure is told by its position in the group and nowhere else. */
function flightsOf(
  response: ShopResponse,
  legRef: number,
  departureDate: string,
  direction: number,
): { flown: Flown[]; elapsed: number | undefined } | undefined {
  const leg = response.legDescs.find(({ id }) => id === legRef);
  if (!leg) return undefined;
  const flown: Flown[] = [];
  for (const [i, { ref, departureDateAdjustment = 0 }] of leg.schedules.entries()) {
    const schedule = response.scheduleDescs.find(({ id }) => id === ref);
    if (!schedule) return undefined;
    const { departure, arrival, carrier, elapsedTime } = schedule;
    const date = addDays(departureDate, departureDateAdjustment);
    const departs = timeAt(departure.airport, date, departure.time);
    const arrives = timeAt(arrival.airport, addDays(date, arrival.dateAdjustment ?? 0), arrival.time);
    if (!departs || !arrives) return undefined;
    const end = (stop: Schedule["departure"], time: Segment["departure"]["time"]): Segment["departure"] => ({
      airport: stop.airport,
      city: airport(stop.airport)?.cityName ?? stop.city ?? stop.airport,
      ...(stop.terminal === undefined ? {} : { terminal: stop.terminal }),
      time,
    });
    flown.push({
      schedule,
      segment: {
        id: `${direction + 1}.${i + 1}`,
        marketingCarrier: carrier.marketing,
        // Replies carry codes alone.
        carrierName: carrier.marketing,
        flightNumber: String(carrier.marketingFlightNumber),
        operatingCarrier: carrier.operating ?? carrier.marketing,
        departure: end(departure, departs),
        arrival: end(arrival, arrives),
        duration: elapsedTime,
        equipment: carrier.equipment?.code ?? "",
      },
    });
  }
  return flown.length === 0 ? undefined : { flown, elapsed: leg.elapsedTime };
}

/** Booking class, cabin and brand of each flight, by position over all legs. */
function soldAs(response: ShopResponse, { fareComponents }: PassengerInfo) {
  return fareComponents.flatMap(({ ref, segments }) => {
    const desc = response.fareComponentDescs.find(({ id }) => id === ref);
    return segments.flatMap(({ segment }) => (segment ? [{ desc, segment }] : []));
  });
}

function baggage(response: ShopResponse, { baggageInformation }: PassengerInfo, index: number): FareComponent["baggage"] {
  const allowance = (provision: string) => {
    // Segments are counted from 0 in this reply, unlike everywhere else at Sabre.
    const row = baggageInformation.find(
      ({ provisionType, segments }) => provisionType === provision && (segments === undefined || segments.some(({ id }) => id === index)),
    );
    return response.baggageAllowanceDescs.find(({ id }) => id === row?.allowance?.ref);
  };
  const checked = allowance("A");
  const carryOn = allowance("B");
  const kilos = checked?.weight === undefined ? undefined : checked.unit === "lb" ? Math.floor(checked.weight * 0.4536) : checked.weight;
  return {
    carryOn: carryOn?.pieceCount === undefined ? "not stated" : carryOn.pieceCount === 1 ? "1 piece" : `${carryOn.pieceCount} pieces`,
    checkedPieces: checked?.pieceCount ?? null,
    ...(kilos === undefined ? {} : { checkedKg: kilos }),
  };
}

function offerOf(
  response: ShopResponse,
  legs: readonly { flown: Flown[]; elapsed: number | undefined }[],
  pricing: Pricing,
  context: OfferContext,
): FlightOffer | undefined {
  const { offer, fare } = pricing;
  if (!fare || offer?.timeToLive === undefined || offer.source === "NDC" || offer.source === "LCC") return undefined;
  const passengers = fare.passengerInfoList.map(({ passengerInfo }) => passengerInfo);
  const { currency } = fare.totalFare;
  if (currency !== context.currency) return undefined;
  const price = priceOf(fare.totalFare, passengers);
  const flown = legs.flatMap((leg) => leg.flown);
  const sold = soldAs(response, passengers[0]!);
  if (!price || sold.length !== flown.length) return undefined;
  const seats = sold.flatMap(({ segment }) => (segment.seatsAvailable === undefined ? [] : [segment.seatsAvailable]));
  const party = price.perPassenger.map(({ ptc, count }) => ({ ptc, count }));
  let at = 0;
  const terms: FlightTerms = {
    legs: legs.map((leg) =>
      leg.flown.map(({ segment }) => {
        const { desc, segment: as } = sold[at++]!;
        return {
          carrier: segment.marketingCarrier,
          number: Number(segment.flightNumber),
          operating: segment.operatingCarrier,
          from: segment.departure.airport,
          to: segment.arrival.airport,
          departs: segment.departure.time.local,
          arrives: segment.arrival.time.local,
          bookingClass: as.bookingCode,
          brand: desc?.brand?.code ?? "",
        };
      }),
    ),
    passengers: party,
    currency,
    validatingCarrier: fare.validatingCarrierCode,
  };
  const supplierRef = refOf(terms);
  const limit = fare.lastTicketDate === undefined ? undefined : officeTime(fare.lastTicketDate, fare.lastTicketTime, context.timeZone);
  return {
    vertical: "flight",
    id: offerId("sa", supplierRef, price.total.amount, context.requestId, String(context.now)),
    supplier: "sabre",
    sandbox: context.sandbox,
    supplierRef,
    price,
    offerExpiresAt: new Date(context.now + offer.timeToLive * 1000).toISOString(),
    ...(limit !== undefined && Date.parse(limit) > context.now ? { paymentTimeLimit: limit } : {}),
    ...(seats.length > 0 ? { seatsRemaining: Math.min(...seats) } : {}),
    conditions: { refund: condition("Refund", passengers, currency), change: condition("Exchange", passengers, currency) },
    journeys: legs.map((leg): Journey => {
      const segments = leg.flown.map(({ segment }) => segment);
      const first = segments[0]!.departure;
      const last = segments.at(-1)!.arrival;
      return {
        origin: first.airport,
        destination: last.airport,
        duration: leg.elapsed ?? (Date.parse(last.time.utc) - Date.parse(first.time.utc)) / 60_000,
        segments,
      };
    }),
    fareComponents: flown.map(({ segment }, i): FareComponent => {
      const { desc, segment: as } = sold[i]!;
      return {
        segmentId: segment.id,
        cabin: cabins[as.cabinCode ?? desc?.cabinCode ?? "Y"] ?? "ECONOMY",
        bookingClass: as.bookingCode,
        fareBasisCode: desc?.fareBasisCode ?? "",
        fareBrand: desc?.brand?.brandName ?? desc?.brand?.code ?? "",
        baggage: baggage(response, passengers[0]!, i),
      };
    }),
    validatingCarrier: fare.validatingCarrierCode,
    passengers: party,
  };
}

/** The bookable offers of a reply, in its order. What cannot be understood in full is left out and counted, never guessed. */
export function offersIn(response: ShopResponse, context: OfferContext): { offers: FlightOffer[]; leftOut: number } {
  const offers: FlightOffer[] = [];
  let leftOut = 0;
  for (const { groupDescription, itineraries } of response.itineraryGroups) {
    for (const { legs: refs, pricingInformation } of itineraries) {
      for (const pricing of pricingInformation) {
        try {
          const legs = refs.map(({ ref }, position) => {
            const date = groupDescription.legDescriptions[position]?.departureDate;
            return date === undefined ? undefined : flightsOf(response, ref, date, position);
          });
          const complete = legs.filter((leg) => leg !== undefined);
          const offer = complete.length === refs.length ? offerOf(response, complete, pricing, context) : undefined;
          if (offer) offers.push(offer);
          else leftOut += 1;
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          leftOut += 1;
        }
      }
    }
  }
  return { offers, leftOut };
}
