import { airport, daysBetween } from "../../geography/index.ts";
import { minorUnits } from "../../money.ts";
import type { Cabin, Condition, FlightOffer, Journey, Segment } from "../../offer.ts";
import { exchange } from "../../suppliers/sandbox/world/currency.ts";

const cabinCodes: Readonly<Record<Cabin, string>> = { ECONOMY: "Y", PREMIUM_ECONOMY: "S", BUSINESS: "C", FIRST: "F" };
const wireTypes = { ADT: "ADT", CHD: "CNN", INF: "INF" } as const;

/** Fares are filed in the currency of the country where the travel begins. */
const filedIn: Readonly<Record<string, string>> = {
  US: "USD",
  GB: "GBP",
  CH: "CHF",
  BR: "BRL",
  JP: "JPY",
  MX: "MXN",
  CA: "CAD",
  AE: "AED",
  IN: "INR",
  TR: "TRY",
  SE: "SEK",
  NO: "NOK",
};

export const localCurrency = (country: string): string => filedIn[country] ?? "EUR";

export const brandCode = (name: string): string =>
  name
    .toUpperCase()
    .replace(/[^A-Z]/g, "")
    .slice(0, 10);

/** Each thing once, under a number; the same thing again gets the same number. */
function numbered<T extends object>() {
  const numbers = new Map<string, number>();
  const list: (T & { id: number })[] = [];
  return {
    list,
    ref(one: T): number {
      const sign = JSON.stringify(one);
      const known = numbers.get(sign);
      if (known !== undefined) return known;
      numbers.set(sign, list.length + 1);
      list.push({ id: list.length + 1, ...one });
      return list.length;
    },
  };
}

const dayOf = ({ local }: { local: string }): string => local.slice(0, 10);

function offset({ local, utc }: { local: string; utc: string }): string {
  const minutes = (Date.parse(`${local}Z`) - Date.parse(utc)) / 60_000;
  const digits = (n: number) => String(Math.floor(Math.abs(n))).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${digits(minutes / 60)}:${digits(minutes % 60)}`;
}

const clock = (time: { local: string; utc: string }): string => `${time.local.slice(11, 19)}${offset(time)}`;

function scheduleOf({ departure, arrival, duration, ...flight }: Segment) {
  const days = daysBetween(dayOf(departure.time), dayOf(arrival.time));
  const stop = (end: Segment["departure"]) => ({
    airport: end.airport,
    city: airport(end.airport)?.city ?? end.airport,
    country: airport(end.airport)?.country ?? "",
    time: clock(end.time),
    ...(end.terminal === undefined ? {} : { terminal: end.terminal }),
  });
  return {
    frequency: "SMTWTFS",
    stopCount: 0,
    eTicketable: true,
    elapsedTime: duration,
    departure: stop(departure),
    arrival: { ...stop(arrival), ...(days === 0 ? {} : { dateAdjustment: days }) },
    carrier: {
      marketing: flight.marketingCarrier,
      marketingFlightNumber: Number(flight.flightNumber),
      operating: flight.operatingCarrier,
      operatingFlightNumber: Number(flight.flightNumber),
      equipment: { code: flight.equipment, typeForFirstLeg: "N", typeForLastLeg: "N" },
    },
  };
}

export interface GroupedOptions {
  now: number;
  /** How long an offer stands, in seconds. */
  timeToLive(offer: FlightOffer): number;
}

/** Offers of the world as Sabre tells them: everything once and by reference, dates beside the references, prices as numbers. */
export function groupedItineraries(offers: readonly FlightOffer[], { timeToLive }: GroupedOptions): object {
  const schedules = numbered<object>();
  const legs = numbered<object>();
  const fareComponents = numbered<object>();
  const allowances = numbered<object>();
  const taxes = numbered<object>();
  const summaries = numbered<object>();

  const legRef = (journey: Journey): number =>
    legs.ref({
      elapsedTime: journey.duration,
      schedules: journey.segments.map((segment) => {
        const later = daysBetween(dayOf(journey.segments[0]!.departure.time), dayOf(segment.departure.time));
        return { ref: schedules.ref(scheduleOf(segment)), ...(later === 0 ? {} : { departureDateAdjustment: later }) };
      }),
    });

  function pricing(offer: FlightOffer): object {
    const { price, conditions, journeys, passengers } = offer;
    const { currency } = price.total;
    const amount = (minor: bigint): number => Number(minor) / 10 ** (price.total.amount.split(".")[1]?.length ?? 0);
    const filed = localCurrency(airport(journeys[0]!.origin)?.country ?? "");
    const total = minorUnits(price.total);
    const taxTotal = minorUnits(price.taxes) + minorUnits(price.fees);
    const totals = (all: bigint, tax: bigint, name: "totalPrice" | "totalFare") => {
      const base = all - tax;
      const cents = Number(base) / (Number(exchange(currency).minor(1_000_000)) / 1_000_000);
      const filedMinor = filed === currency ? base : exchange(filed).minor(Math.round(cents));
      return {
        [name]: amount(all),
        totalTaxAmount: amount(tax),
        currency,
        baseFareAmount: Number(filedMinor) / (filed === "JPY" ? 1 : 100),
        baseFareCurrency: filed,
        equivalentAmount: amount(base),
        equivalentCurrency: currency,
        constructionAmount: Number(filedMinor) / 100,
        constructionCurrency: "NUC",
      };
    };
    const seats = BigInt(passengers.reduce((sum, { ptc, count }) => sum + (ptc === "INF" ? 0 : count), 0));
    const penalty = (type: "Refund" | "Exchange", condition: Condition, lap: boolean) => {
      const each = condition.penalty && minorUnits(condition.penalty) % seats === 0n ? minorUnits(condition.penalty) / seats : undefined;
      const allowed = condition.allowed === true;
      return {
        type,
        applicability: "Before",
        conditionsApply: true,
        ...(type === "Refund" ? { refundable: allowed } : { changeable: allowed }),
        ...(allowed && (lap || each !== undefined) ? { amount: amount(lap ? 0n : each!), currency } : {}),
      };
    };
    const components = journeys.map((journey, direction) => {
      const own = offer.fareComponents.filter(({ segmentId }) => segmentId.startsWith(`${direction + 1}.`));
      const first = own[0]!;
      return {
        ref: fareComponents.ref({
          governingCarrier: offer.validatingCarrier,
          fareAmount: amount(minorUnits(price.base)),
          fareCurrency: currency,
          fareBasisCode: first.fareBasisCode,
          farePassengerType: "ADT",
          cabinCode: cabinCodes[first.cabin],
          brand: { code: brandCode(first.fareBrand), brandName: first.fareBrand },
          segments: own.map(() => ({})),
        }),
        beginAirport: journey.origin,
        endAirport: journey.destination,
        segments: own.map((component) => ({
          segment: { bookingCode: component.bookingClass, cabinCode: cabinCodes[component.cabin], seatsAvailable: offer.seatsRemaining ?? 9, mealCode: "M" },
        })),
      };
    });
    const flights = journeys.flatMap(({ segments }) => segments);
    return {
      pricingSubsource: "MIP",
      offer: { offerId: offer.id, source: "ATPCO", timeToLive: timeToLive(offer) },
      fare: {
        validatingCarrierCode: offer.validatingCarrier,
        vita: true,
        eTicketable: true,
        // A fare that has to be bought at once has no last day of ticketing.
        ...(offer.paymentTimeLimit === undefined
          ? {}
          : { lastTicketDate: offer.paymentTimeLimit.slice(0, 10), lastTicketTime: offer.paymentTimeLimit.slice(11, 16) }),
        governingCarriers: offer.validatingCarrier,
        passengerInfoList: price.perPassenger.map(({ ptc, count, each }) => {
          const tax = (taxTotal * minorUnits(each)) / total;
          const line = {
            code: "YQI",
            amount: amount(tax),
            currency,
            description: "SERVICE FEE - CARRIER-IMPOSED",
            publishedAmount: amount(tax),
            publishedCurrency: currency,
          };
          return {
            passengerInfo: {
              passengerType: wireTypes[ptc],
              passengerNumber: count,
              nonRefundable: conditions.refund.allowed === false,
              fareComponents: components,
              taxes: [{ ref: taxes.ref(line) }],
              taxSummaries: [{ ref: summaries.ref(line) }],
              baggageInformation: offer.fareComponents.flatMap(({ baggage }, at) => [
                {
                  provisionType: "A",
                  airlineCode: offer.validatingCarrier,
                  segments: [{ id: at }],
                  allowance: { ref: allowances.ref({ pieceCount: baggage.checkedPieces ?? 0 }) },
                },
                { provisionType: "B", airlineCode: offer.validatingCarrier, segments: [{ id: at }], allowance: { ref: allowances.ref({ pieceCount: 1 }) } },
              ]),
              penaltiesInfo: { penalties: [penalty("Exchange", conditions.change, ptc === "INF"), penalty("Refund", conditions.refund, ptc === "INF")] },
              passengerTotalFare: totals(minorUnits(each), tax, "totalFare"),
            },
          };
        }),
        totalFare: totals(total, taxTotal, "totalPrice"),
      },
      segmentCount: flights.length,
    };
  }

  const groups = new Map<string, { legDescriptions: object[]; itineraries: Map<string, { legs: object[]; pricings: object[] }> }>();
  for (const offer of offers) {
    const legDescriptions = offer.journeys.map(({ origin, destination, segments }) => ({
      departureDate: dayOf(segments[0]!.departure.time),
      departureLocation: origin,
      arrivalLocation: destination,
    }));
    const sign = JSON.stringify(legDescriptions);
    const group = groups.get(sign) ?? { legDescriptions, itineraries: new Map() };
    groups.set(sign, group);
    const refs = offer.journeys.map((journey) => ({ ref: legRef(journey) }));
    const itinerary = group.itineraries.get(JSON.stringify(refs)) ?? { legs: refs, pricings: [] };
    group.itineraries.set(JSON.stringify(refs), itinerary);
    itinerary.pricings.push(pricing(offer));
  }
  let id = 0;
  const itineraryGroups = [...groups.values()].map(({ legDescriptions, itineraries }) => ({
    groupDescription: { legDescriptions },
    itineraries: [...itineraries.values()].map(({ legs: refs, pricings }) => ({ id: ++id, pricingSource: "ADVJR1", legs: refs, pricingInformation: pricings })),
  }));
  return {
    groupedItineraryResponse: {
      version: "5",
      messages: [
        { severity: "Info", type: "SERVER", code: "ASZHLDC", text: "27036" },
        { severity: "Info", type: "WORKERTHREAD", code: "TRANSACTIONID", text: "3141592653589793238" },
      ],
      statistics: { itineraryCount: id },
      scheduleDescs: schedules.list,
      taxDescs: taxes.list,
      taxSummaryDescs: summaries.list,
      fareComponentDescs: fareComponents.list,
      baggageAllowanceDescs: allowances.list,
      legDescs: legs.list,
      itineraryGroups,
    },
  };
}
