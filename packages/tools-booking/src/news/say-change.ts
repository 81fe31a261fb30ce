import type { Money } from "@travelagent/protocol";
import type { PassengerRights } from "@travelagent/travel-rules";
import { formatMoney } from "../money.ts";
import { sayMinutes, sayTime } from "../wording.ts";
import type { JourneyChange, JourneyTimes, ScheduleChange } from "./journey-changes.ts";

const later = (minutes: number): string => (minutes === 0 ? "on time" : `${sayMinutes(Math.abs(minutes))} ${minutes > 0 ? "later" : "earlier"}`);

/** In a few words for people of the agency. */
export function sayMoved({ journeys }: ScheduleChange): string {
  return journeys
    .map(({ was, now, departureMinutes, arrivalMinutes, connectionBroken, airportsChanged, carrierChanged }) => {
      const route = `${(was ?? now)!.origin}-${(was ?? now)!.destination}`;
      if (!now) return `${route} is gone`;
      if (!was) return `${route} was added`;
      return [
        `${route} leaves ${later(departureMinutes)}, arrives ${later(arrivalMinutes)}`,
        ...(connectionBroken ? ["connection too short"] : []),
        ...(airportsChanged ? ["other airports"] : []),
        ...(carrierChanged ? ["other airline"] : []),
      ].join(", ");
    })
    .join("; ");
}

const line = ({ flights, origin, destination, departure, arrival }: JourneyTimes): string =>
  `${flights.join("/")} ${origin} ${sayTime(departure)} → ${destination} ${sayTime(arrival)}`;

/** Before and after, one fact a line, in local times. */
export const changeLines = (journeys: readonly JourneyChange[]): string[] =>
  journeys.flatMap(({ was, now, connectionBroken }) => [
    ...(was ? [`Was: ${line(was)}`] : []),
    ...(now ? [`Now: ${line(now)}`] : ["Now: this flight is no longer operated"]),
    ...(connectionBroken ? ["The connection on the way is too short now."] : []),
  ]);

/** Another flight that is on sale. */
export interface OtherFlight {
  title: string;
  offerId: string;
}

export interface Choices {
  reference: string;
  others: readonly OtherFlight[];
  /** By journey, where rules give something. */
  rights: readonly { route: string; rights: PassengerRights }[];
}

function rightsLines(rights: Choices["rights"]): string[] {
  return rights.flatMap(({ route, rights: { regime, compensation, refundOrRerouting, sources, note } }) => {
    if (!regime || (!compensation && !refundOrRerouting)) return [];
    const [source] = sources;
    return [
      `${route}, by ${regime} (${source!.name}; as of ${source!.asOf}):`,
      ...(refundOrRerouting ? ["- you may choose between your money back and another flight"] : []),
      ...(compensation ? [`- compensation of ${formatMoney(compensation)} for each traveller may be due from the airline`] : []),
      `- ${note}`,
    ];
  });
}

const othersLines = (others: readonly OtherFlight[], number: number): string[] =>
  others.length === 0
    ? []
    : [`${number}. Other flights. These are on sale now; we ask the airline what the exchange costs:`, ...others.map(({ title }) => `   - ${title}`)];

/** Asks the customer about a schedule change. A person approves these words before they go out. */
export function sayMajorChange({ journeys }: ScheduleChange, { reference, others, rights }: Choices): string {
  const rules = rightsLines(rights);
  const refund = others.length > 0 ? 3 : 2;
  return [
    `The airline changed the flights of your booking ${reference} (local times):`,
    ...changeLines(journeys),
    "",
    "Please tell us what you prefer. Nothing is changed before you answer:",
    "1. Keep the booking with the new times.",
    ...othersLines(others, 2),
    `${refund}. Refuse the new times: we ask the airline for other flights or your money back.`,
    ...(rules.length === 0 ? [] : ["", "What the rules say:", ...rules]),
  ].join("\n");
}

/** Tells of a small schedule change. */
export const sayMinorChange = ({ journeys }: ScheduleChange, reference: string): string =>
  [
    `A small change of times in your booking ${reference} (local times):`,
    ...changeLines(journeys),
    "Your booking stays valid and you need not do anything. If the new times do not suit you, write to us here.",
  ].join("\n");

export const sayRestored = (reference: string): string =>
  `The flights of your booking ${reference} are back to the times that were agreed. You need not do anything.`;

export const sayTicketed = (reference: string, numbers: readonly string[]): string =>
  `The tickets of your booking ${reference} are issued${numbers.length > 0 ? `: ${numbers.join(", ")}` : ""}.`;

/** Tells that the supplier cancelled. A person approves these words before they go out. */
export function sayCancelled(summary: string, refund: Money | undefined, { reference, others, rights }: Choices): string {
  const rules = rightsLines(rights);
  return [
    `We are sorry: the supplier cancelled a part of your booking ${reference}:`,
    summary,
    ...(refund ? [`It pays back ${formatMoney(refund)}.`] : []),
    "",
    "Please tell us what you prefer:",
    `1. Your money back.`,
    ...othersLines(others, 2),
    ...(rules.length === 0 ? [] : ["", "What the rules say:", ...rules]),
  ].join("\n");
}
