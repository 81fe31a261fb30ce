import type { TravelTime } from "@travelagent/protocol";
import { minimumConnection } from "@travelagent/travel-rules";
import { airport } from "../geography/index.ts";
import type { Journey, Segment } from "../offer.ts";

/** One direction of travel as a customer compares it. */
export interface JourneyTimes {
  origin: string;
  destination: string;
  departure: TravelTime;
  arrival: TravelTime;
  /** `LH1123`, in the order they are flown. */
  flights: string[];
}

/** What became of one direction of travel. Minutes are positive where it is later. */
export interface JourneyChange {
  /** 1, 2, … */
  journey: number;
  /** Absent for one that was added. */
  was?: JourneyTimes;
  /** Absent for one that is gone. */
  now?: JourneyTimes;
  departureMinutes: number;
  arrivalMinutes: number;
  /** The largest move of any departure or arrival on the way, without its sign. */
  movedMinutes: number;
  /** Other flight numbers, or another number of flights. */
  flightsChanged: boolean;
  carrierChanged: boolean;
  /** Leaves from, lands at or connects in another airport. */
  airportsChanged: boolean;
  /** A connection became shorter than it needs to be. */
  connectionBroken: boolean;
}

/** Flights that are not what was agreed any more. Severe enough for a person to look at, or news that is told. */
export interface ScheduleChange {
  severity: "minor" | "major";
  journeys: JourneyChange[];
  /** What the supplier calls its change, where it waits for an answer. */
  reference?: string;
  /** The customer's, once it is known. */
  answer?: "accepted" | "refused";
}

const minute = 60_000;
const at = ({ utc }: TravelTime): number => Math.floor(Date.parse(utc) / minute);
const numberOf = ({ marketingCarrier, flightNumber }: Segment): string => `${marketingCarrier}${flightNumber.replace(/^0+(?=\d)/, "")}`;
const airportsOf = ({ segments }: Journey): string => segments.map(({ departure, arrival }) => `${departure.airport}-${arrival.airport}`).join();

const timesOf = ({ segments }: Journey): JourneyTimes => {
  const [first, last] = [segments[0]!, segments.at(-1)!];
  return {
    origin: first.departure.airport,
    destination: last.arrival.airport,
    departure: first.departure.time,
    arrival: last.arrival.time,
    flights: segments.map(numberOf),
  };
};

const waitOf = (segments: readonly Segment[], index: number): number | undefined => {
  const [into, onward] = [segments[index], segments[index + 1]];
  return into && onward ? at(onward.departure.time) - at(into.arrival.time) : undefined;
};

function isEnough(segments: readonly Segment[], index: number, minutes: number): boolean {
  const [into, onward] = [segments[index]!, segments[index + 1]!];
  const countries = [into.departure.airport, into.arrival.airport, onward.arrival.airport].map((code) => airport(code)?.country);
  const domestic = countries[0] !== undefined && countries.every((country) => country === countries[0]);
  return minimumConnection(minutes, { domestic, airportChange: into.arrival.airport !== onward.departure.airport }).enough;
}

/** A connection that was sold as short as it is now is the airline's to keep. */
const hasBrokenConnection = (was: readonly Segment[], now: readonly Segment[]): boolean =>
  now.some((_, index) => {
    const minutes = waitOf(now, index);
    if (minutes === undefined || isEnough(now, index, minutes)) return false;
    const before = was.length === now.length ? waitOf(was, index) : undefined;
    return before === undefined || minutes < before;
  });

function changeOf(journey: number, was: Journey, now: Journey): JourneyChange | undefined {
  const [before, after] = [timesOf(was), timesOf(now)];
  const moves = was.segments.flatMap((segment, index) => {
    const same = now.segments[index];
    return same ? [at(same.departure.time) - at(segment.departure.time), at(same.arrival.time) - at(segment.arrival.time)] : [];
  });
  const departureMinutes = at(after.departure) - at(before.departure);
  const arrivalMinutes = at(after.arrival) - at(before.arrival);
  const change = {
    journey,
    was: before,
    now: after,
    departureMinutes,
    arrivalMinutes,
    movedMinutes: Math.max(...[...moves, departureMinutes, arrivalMinutes].map(Math.abs)),
    flightsChanged: before.flights.join() !== after.flights.join(),
    carrierChanged: was.segments.map((one) => one.marketingCarrier).join() !== now.segments.map((one) => one.marketingCarrier).join(),
    airportsChanged: airportsOf(was) !== airportsOf(now),
    connectionBroken: hasBrokenConnection(was.segments, now.segments),
  };
  return change.movedMinutes > 0 || change.flightsChanged || change.airportsChanged ? change : undefined;
}

const alone = (journey: number, side: "was" | "now", times: JourneyTimes): JourneyChange => ({
  journey,
  [side]: times,
  departureMinutes: 0,
  arrivalMinutes: 0,
  movedMinutes: 0,
  flightsChanged: true,
  carrierChanged: false,
  airportsChanged: true,
  connectionBroken: false,
});

/** Direction by direction, in their order. Terminals, aircraft and who operates a flight are not compared: suppliers leave them out at will. */
export function journeyChanges(was: readonly Journey[], now: readonly Journey[]): JourneyChange[] {
  return Array.from({ length: Math.max(was.length, now.length) }, (_, index) => {
    const [before, after] = [was[index], now[index]];
    if (before && after) return changeOf(index + 1, before, after);
    return before ? alone(index + 1, "was", timesOf(before)) : alone(index + 1, "now", timesOf(after!));
  }).filter((change) => change !== undefined);
}

/** Moved by less than `minorMinutes`, with the same airports, carriers and number of flights, and every connection still long enough. */
export const severityOf = (changes: readonly JourneyChange[], minorMinutes: number): ScheduleChange["severity"] =>
  changes.every(
    ({ was, now, movedMinutes, carrierChanged, airportsChanged, connectionBroken }) =>
      was && now && was.flights.length === now.flights.length && movedMinutes < minorMinutes && !carrierChanged && !airportsChanged && !connectionBroken,
  )
    ? "minor"
    : "major";
