import type { Money, TravelTime } from "@travelagent/protocol";
import { compare, formatMoney, zero } from "./money.ts";
import type { Cabin, CancellationStep, CarOffer, Condition, Endpoint, FlightOffer, HotelOffer, Journey, Offer, PassengerType, Segment } from "./offer.ts";
import { freeUntil, isFreeToCancel } from "./offer-facts.ts";
import type { StoredOrder } from "./order-store.ts";

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `2027-03-12` as `Fri 12 Mar 2027`. */
export function sayDate(date: string): string {
  const [year, month, day] = date.slice(0, 10).split("-").map(Number) as [number, number, number];
  return `${days[new Date(Date.UTC(year, month - 1, day)).getUTCDay()]} ${day} ${months[month - 1]} ${year}`;
}

/** Wall clock at the place: `Fri 12 Mar 2027 10:15`. */
export const sayTime = ({ local }: TravelTime): string => `${sayDate(local)} ${local.slice(11, 16)}`;

/** An instant for people of any place: `Fri 12 Mar 2027 10:15 UTC`, or in `timeZone`. */
export function sayInstant(iso: string, timeZone = "UTC"): string {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(new Date(iso));
  return `${sayDate(parts)} ${parts.slice(11, 16)}${timeZone === "UTC" ? " UTC" : ""}`;
}

export const sayMinutes = (minutes: number): string => `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

const cabins: Record<Cabin, string> = { ECONOMY: "Economy", PREMIUM_ECONOMY: "Premium Economy", BUSINESS: "Business", FIRST: "First" };
export const sayCabin = (cabin: Cabin): string => cabins[cabin];
const boards: Record<HotelOffer["ratePlan"]["board"], string> = {
  RO: "room only",
  BB: "breakfast included",
  HB: "half board",
  FB: "full board",
  AI: "all inclusive",
};
const ptcs: Record<PassengerType, [string, string]> = { ADT: ["adult", "adults"], CHD: ["child", "children"], INF: ["infant", "infants"] };

export const sayPassengers = (passengers: readonly { ptc: PassengerType; count: number }[]): string =>
  passengers
    .filter((passenger) => passenger.count > 0)
    .map(({ ptc, count: n }) => count(n, ...ptcs[ptc]))
    .join(", ");

const place = (end: Endpoint): string => `${end.city} ${end.airport}`;
export const flightNumber = (segment: Segment): string => `${segment.marketingCarrier}${segment.flightNumber}`;
const stopsOf = (journey: Journey): string =>
  journey.segments.length === 1
    ? "direct"
    : `${count(journey.segments.length - 1, "stop")} (${journey.segments
        .slice(0, -1)
        .map((segment) => segment.arrival.airport)
        .join(", ")})`;
const dayShift = (segment: Segment): string => {
  const shift = Math.round((Date.parse(segment.arrival.time.local.slice(0, 10)) - Date.parse(segment.departure.time.local.slice(0, 10))) / 86_400_000);
  return shift === 0 ? "" : ` (${shift > 0 ? "+" : ""}${count(shift, "day")})`;
};

/** `LH1123 Barcelona BCN → Frankfurt FRA, Fri 12 Mar 2027 10:15`, journeys joined with `; `. */
function flightSummary(offer: FlightOffer): string {
  return offer.journeys
    .map((journey) => {
      const [first, last] = [journey.segments[0]!, journey.segments.at(-1)!];
      return `${journey.segments.map(flightNumber).join("/")} ${place(first.departure)} → ${place(last.arrival)}, ${sayTime(first.departure.time)}`;
    })
    .join("; ");
}

/** One line for a person. */
export function summaryOf(offer: Offer): string {
  if (offer.vertical === "flight") return flightSummary(offer);
  if (offer.vertical === "hotel")
    return `${offer.property.name}, ${offer.property.city}, ${offer.room.name}, ${sayDate(offer.checkIn.local)} to ${sayDate(offer.checkOut.local)}`;
  return `${offer.vendor.name} ${offer.vehicle.category} at ${offer.pickUp.locationCode}, ${sayTime(offer.pickUp.time)} to ${sayTime(offer.dropOff.time)}`;
}

/** Suppliers give the example with or without "or similar". */
const vehicle = ({ vehicle: { category, exampleModel } }: CarOffer): string =>
  `${category === "suv" ? "SUV" : `${category.charAt(0).toUpperCase()}${category.slice(1)}`} (${exampleModel.replace(/\s+or similar$/i, "")} or similar)`;

/** With its city once, whether or not the supplier's address ends with it. */
const address = ({ property }: HotelOffer): string => (property.address.endsWith(property.city) ? property.address : `${property.address}, ${property.city}`);

export function titleOf(offer: Offer): string {
  if (offer.vertical === "flight") {
    const first = offer.journeys[0]!;
    const carriers = [...new Set(offer.journeys.flatMap((journey) => journey.segments.map((segment) => segment.carrierName)))].join(" and ");
    return `${carriers}, ${place(first.segments[0]!.departure)} → ${place(first.segments.at(-1)!.arrival)}${offer.journeys.length > 1 ? " and back" : ""}`;
  }
  if (offer.vertical === "hotel") return `${offer.property.name} ${"★".repeat(Math.round(offer.property.stars))}`;
  return `${vehicle(offer)}, ${offer.vendor.name}`;
}

/** `worth`: the price, where a fee as high as it leaves nothing. */
function sayCondition(what: string, { allowed, penalty }: Condition, worth?: Money): string {
  if (allowed === null) return `${what}: the supplier does not say`;
  if (!allowed) return `${what}: not allowed`;
  if (penalty && worth && penalty.currency === worth.currency && compare(penalty, worth) >= 0) return `${what}: the fee takes the whole price`;
  return penalty && compare(penalty, zero(penalty.currency)) > 0 ? `${what}: allowed, for ${formatMoney(penalty)}` : `${what}: allowed, free of charge`;
}

function sayCancellation(steps: readonly CancellationStep[], zone: string): string[] {
  return steps.map(({ from, penalty }) => {
    const cost = compare(penalty, zero(penalty.currency)) === 0 ? "free of charge" : formatMoney(penalty);
    return `Cancelling ${from === "now" ? "from now on" : `from ${sayInstant(from, zone)} on`}: ${cost}`;
  });
}

function segmentLine(segment: Segment): string {
  const operated = segment.operatingCarrier === segment.marketingCarrier ? "" : `, operated by ${segment.operatingCarrier}`;
  const terminal = (end: Endpoint) => (end.terminal ? ` terminal ${end.terminal}` : "");
  return `${flightNumber(segment)} ${place(segment.departure)}${terminal(segment.departure)} ${sayTime(segment.departure.time)} → ${place(segment.arrival)}${terminal(segment.arrival)} ${segment.arrival.time.local.slice(11, 16)}${dayShift(segment)} (local times${operated})`;
}

const checkedBags = ({ checkedPieces, checkedKg }: FlightOffer["fareComponents"][number]["baggage"]): string => {
  if (checkedKg) return `${checkedKg} kg of checked baggage`;
  if (checkedPieces === null) return "checked baggage not stated by the supplier";
  return checkedPieces === 0 ? "no checked bag" : count(checkedPieces, "checked bag");
};

function fareLines(offer: FlightOffer): string[] {
  const brands = [...new Set(offer.fareComponents.map((component) => `${component.fareBrand}, ${cabins[component.cabin]}`))];
  const bags = [...new Set(offer.fareComponents.map(({ baggage }) => `${baggage.carryOn}, ${checkedBags(baggage)}`))];
  return [`Fare: ${brands.join(" / ")}`, `Baggage for each: ${bags.join(" / ")}`];
}

/** Facts to compare by, one a line. */
export function compareLines(offer: Offer, now: number): string[] {
  const seats = offer.seatsRemaining !== undefined && offer.seatsRemaining <= 5 ? [`Only ${offer.seatsRemaining} left at this price`] : [];
  const free = freeUntil(offer, now);
  const cancellation = isFreeToCancel(offer, now) ? `Free cancellation${free ? ` until ${sayInstant(free)}` : ""}` : undefined;
  if (offer.vertical === "flight") {
    const journeys = offer.journeys.map((journey) => {
      const [first, last] = [journey.segments[0]!, journey.segments.at(-1)!];
      const landed =
        last.arrival.time.local.slice(0, 10) === first.departure.time.local.slice(0, 10) ? last.arrival.time.local.slice(11, 16) : sayTime(last.arrival.time);
      return `${journey.segments.map(flightNumber).join("/")} ${first.departure.airport} ${sayTime(first.departure.time)} → ${last.arrival.airport} ${landed}, ${sayMinutes(journey.duration)}, ${stopsOf(journey)}`;
    });
    return [
      ...journeys,
      ...fareLines(offer),
      `${sayCondition("Refund", offer.conditions.refund, offer.price.total)}. ${sayCondition("Change", offer.conditions.change)}`,
      ...seats,
    ];
  }
  if (offer.vertical === "hotel") {
    return [
      `${offer.room.name}, ${offer.room.beds}, ${boards[offer.ratePlan.board]}`,
      `${count(offer.nights, "night")}, ${count(offer.rooms, "room")}, ${offer.property.distanceToCentreKm} km from the centre`,
      `${cancellation ?? "Cancelling costs money"}. ${offer.ratePlan.paymentType === "PREPAID" ? "Paid now" : "Paid at the property"}`,
      ...seats,
    ];
  }
  return [
    `${offer.vehicle.seats} seats, ${count(offer.vehicle.bags, "bag")}, ${offer.vehicle.transmission}, ${offer.mileage}, fuel: ${offer.fuelPolicy}`,
    `${offer.pickUp.address} ${sayTime(offer.pickUp.time)} to ${offer.dropOff.address} ${sayTime(offer.dropOff.time)}`,
    `${cancellation ?? "Cancelling costs money"}. ${offer.paymentType === "PREPAID" ? "Paid now" : "Paid at the counter"}`,
    ...seats,
  ];
}

/** Everything a yes to this offer covers, one fact a line. */
export function termLines(offer: Offer): string[] {
  if (offer.vertical === "flight") {
    return [
      ...offer.journeys.flatMap((journey) => journey.segments.map(segmentLine)),
      ...fareLines(offer),
      sayCondition("Refund", offer.conditions.refund, offer.price.total),
      sayCondition("Change", offer.conditions.change),
    ];
  }
  const conditions = offer.cancellation.length > 0 ? [] : [sayCondition("Refund", offer.conditions.refund, offer.price.total)];
  const change = sayCondition("Change", offer.conditions.change);
  if (offer.vertical === "hotel") {
    return [
      `${offer.property.name}, ${address(offer)}`,
      `${count(offer.rooms, "room")}: ${offer.room.name}, ${offer.room.beds}, ${boards[offer.ratePlan.board]} (${offer.ratePlan.name})`,
      `Check-in ${sayTime(offer.checkIn)}, check-out ${sayTime(offer.checkOut)}, ${count(offer.nights, "night")} (local times)`,
      ...(offer.mandatoryFees ? [`To be paid at the property on top: ${formatMoney(offer.mandatoryFees)}`] : []),
      offer.ratePlan.paymentType === "PREPAID" ? "Paid now" : "Paid at the property",
      ...sayCancellation(offer.cancellation, offer.property.timeZone),
      ...conditions,
      change,
    ];
  }
  return [
    `${vehicle(offer)}, ${offer.vehicle.transmission}, ${offer.vendor.name}`,
    `Pick-up ${offer.pickUp.address} ${sayTime(offer.pickUp.time)} (local time)`,
    `Drop-off ${offer.dropOff.address} ${sayTime(offer.dropOff.time)} (local time)`,
    `Mileage: ${offer.mileage}. Fuel: ${offer.fuelPolicy}`,
    ...(offer.deposit ? [`Deposit blocked at the counter: ${formatMoney(offer.deposit)}`] : []),
    offer.paymentType === "PREPAID" ? "Paid now" : "Paid at the counter",
    ...sayCancellation(offer.cancellation, offer.pickUp.time.timeZone),
    ...conditions,
    change,
  ];
}

/** Shown wherever anything of the sandbox is. */
export const sandboxLine = "Sandbox: no real travel";

/** What a change or cancellation costs, and what comes back, in words that do not need the sign of a sum. */
export const sayCost = (what: string, penalty: Money): string =>
  compare(penalty, zero(penalty.currency)) > 0 ? `${what} costs ${formatMoney(penalty)}` : `${what} is free of charge`;
export const sayRefund = (refund: Money): string =>
  compare(refund, zero(refund.currency)) > 0 ? `You get back ${formatMoney(refund)}` : "Nothing is paid back";

export const sayTotal = (total: Money): string => `Total: ${formatMoney(total)}`;

/** What a customer has to do before it goes on, and what happens otherwise. Undefined when nothing is awaited. */
export function sayPayment({ order }: Pick<StoredOrder, "order">): string | undefined {
  const { awaiting, planned, items } = order;
  if (!awaiting) return undefined;
  const until = `Pay here by ${sayInstant(awaiting.payUntil)}: ${awaiting.payUrl}`;
  if (planned) return `${until} The change is made as soon as it is paid; without a payment everything stays as it is.`;
  const held = items.filter(({ status }) => status === "held").length;
  const kept =
    held === 0
      ? "Nothing is held until then, and the price can still change."
      : held === items.length
        ? "Price and place are held until then."
        : "The flights are held until then.";
  return `${until} Nothing is bought before it is paid. ${kept}`;
}
