import type { ReservationDocument } from "@travelagent/tools-booking/suppliers/airline-world";
import { type AirlineParams, backDate, outDate, people, prices, type Stage } from "./stage.ts";

/** A case as `policy replay --cases` takes it, and what must come of it. */
export interface AirlineCase {
  id: string;
  title: string;
  initial_state: { patches: { path: string; value?: unknown }[] };
  context: Record<string, unknown>;
  precalls: unknown[];
  attempt: { op: string; params: Record<string, unknown> };
  expected: { decision: "allow" | "deny" | "escalate" | "needs_confirmation" | "idempotent"; ruleId?: string };
}

export type Fields = Record<string, unknown>;
export type Expected = AirlineCase["expected"]["decision"];
type Patch = AirlineCase["initial_state"]["patches"][number];

export interface Draft {
  title: string;
  op: string;
  params: Fields;
  expect: Expected;
  rule?: string;
  membership?: string;
  patches?: Patch[];
  booked?: Partial<ReservationDocument>;
  context?: Fields;
  precalls?: unknown[];
}

export const now = "2024-05-15T15:00:00";
export const hours = (count: number): string => new Date(Date.parse(`${now}Z`) - count * 3_600_000).toISOString().slice(0, 19);

export interface Booking {
  membership?: string;
  cabin?: string;
  travellers?: number;
  bags?: { total: number; paid: number };
  insured?: boolean;
  round?: boolean;
  segments?: Fields[];
  payments?: Fields[];
  more?: Fields;
}

export function builder(stage: Stage, params: AirlineParams) {
  const { out, back, from, to, user } = stage;
  const free = (membership: string, cabin: string, travellers = 1): number => params.free_bags[membership]![cabin]! * travellers;

  const totalOf = ({ cabin = "economy", travellers = 1, bags = { total: 0, paid: 0 }, insured = false, round = false, segments }: Booking): number =>
    prices[cabin]! * travellers * (segments?.length ?? (round ? 2 : 1)) +
    bags.paid * params.extra_bag_fee +
    (insured ? params.insurance_per_passenger * travellers : 0);

  const book = (booking: Booking = {}): Fields => {
    const { cabin = "economy", travellers = 1, bags = { total: 0, paid: 0 }, insured = false, round = false } = booking;
    return {
      user_id: user,
      origin: from,
      destination: to,
      flight_type: round ? "round_trip" : "one_way",
      cabin,
      segments: booking.segments ?? [{ flight_number: out, date: outDate }, ...(round ? [{ flight_number: back, date: backDate }] : [])],
      passengers: people(travellers),
      payment_methods: booking.payments ?? [{ payment_id: "credit_card_1", amount: totalOf(booking) }],
      total_bags: bags.total,
      paid_bags: bags.paid,
      insurance: insured ? "yes" : "no",
      ...booking.more,
    };
  };
  return { free, totalOf, book };
}
