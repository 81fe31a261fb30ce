import type { FlightDocument, ReservationDocument, UserDocument, WorldData } from "@travelagent/tools-booking/suppliers/airline-world";

/** The numbers of the airline pack, as `--params` takes them. */
export interface AirlineParams {
  max_passengers: number;
  max_certificates: number;
  max_credit_cards: number;
  max_gift_cards: number;
  extra_bag_fee: number;
  insurance_per_passenger: number;
  free_bags: Record<string, Record<string, number>>;
  cancel_window_hours: number;
  insurance_reasons: string[];
  compensation_per_passenger: { cancelled: number; delayed: number };
  bookable_statuses: string[];
}

export const memberships = ["regular", "silver", "gold"] as const;
export const cabins = ["basic_economy", "economy", "business"] as const;
export const outDate = "2024-05-20";
export const backDate = "2024-05-25";
export const prices: Record<string, number> = { basic_economy: 60, economy: 110, business: 300 };

/** Flights between three places, on the two dates: A to B, back, and by way of C. */
export interface Stage {
  out: string;
  back: string;
  first: string;
  second: string;
  elsewhere: string;
  from: string;
  to: string;
  user: string;
  stranger: string;
}

interface Patch {
  path: string;
  value: unknown;
}

/** Finds people and flights to play with in any world. */
export function findStage({ flights, users }: WorldData): Stage {
  const all = Object.values(flights);
  const [user, stranger] = Object.keys(users);
  for (const out of all) {
    const back = all.find((other) => other.origin === out.destination && other.destination === out.origin);
    const first = all.find(
      (other) => other.origin === out.origin && all.some((next) => next.origin === other.destination && next.destination === out.destination),
    );
    const second = first && all.find((next) => next.origin === first.destination && next.destination === out.destination);
    const places = [out.origin, out.destination, first?.destination];
    const elsewhere = all.find((other) => !places.includes(other.origin) && !places.includes(other.destination));
    if (back && first && second && elsewhere && first.destination !== out.destination)
      return {
        out: out.flight_number,
        back: back.flight_number,
        first: first.flight_number,
        second: second.flight_number,
        elsewhere: elsewhere.flight_number,
        from: out.origin,
        to: out.destination,
        user: user!,
        stranger: stranger!,
      };
  }
  throw new Error("this world has too few flights");
}

const open = (status = "available"): FlightDocument["dates"][string] => ({
  status,
  available_seats: { basic_economy: 9, economy: 9, business: 9 },
  prices: { ...prices },
});

/** The world in a known state: every flight of the stage open on both dates, one customer with all kinds of means of payment. */
export function stagePatches(stage: Stage, membership: string, status: string): Patch[] {
  const methods: UserDocument["payment_methods"] = Object.fromEntries(
    [
      { id: "credit_card_1", source: "credit_card" },
      { id: "credit_card_2", source: "credit_card" },
      { id: "credit_card_3", source: "credit_card" },
      { id: "gift_card_1", source: "gift_card", amount: 500 },
      { id: "gift_card_2", source: "gift_card", amount: 50 },
      { id: "gift_card_3", source: "gift_card", amount: 30 },
      { id: "gift_card_4", source: "gift_card", amount: 20 },
      { id: "gift_card_5", source: "gift_card", amount: 10 },
      { id: "certificate_1", source: "certificate", amount: 200 },
      { id: "certificate_2", source: "certificate", amount: 50 },
      { id: "certificate_3", source: "certificate", amount: 50 },
    ].map((method) => [method.id, method]),
  );
  return [
    ...[stage.out, stage.back, stage.first, stage.second, stage.elsewhere].flatMap((flight) =>
      [outDate, backDate].map((date) => ({ path: `/flights/${flight}/dates/${date}`, value: open(status) })),
    ),
    { path: `/users/${stage.user}/membership`, value: membership },
    { path: `/users/${stage.user}/payment_methods`, value: methods },
  ];
}

export const people = (count: number): ReservationDocument["passengers"] =>
  Array.from({ length: count }, (_, index) => ({
    first_name: ["Ana", "Rui", "Eva", "Tom", "Ida", "Leo", "Mia", "Jon", "Kim"][index % 9]!,
    last_name: "Silva",
    dob: `19${70 + index}-04-12`,
  }));

/** A booking that stands in the world, as an economy round trip of two that was booked long ago and paid with a card. */
export function reservation(stage: Stage, changes: Partial<ReservationDocument> = {}): ReservationDocument {
  const cabin = changes.cabin ?? "economy";
  const passengers = changes.passengers ?? people(2);
  const way = (flight: string, origin: string, destination: string, date: string) => ({
    flight_number: flight,
    origin,
    destination,
    date,
    price: prices[cabin]! - 10,
  });
  const round = (changes.flight_type ?? "round_trip") === "round_trip";
  const flights = changes.flights ?? [way(stage.out, stage.from, stage.to, outDate), ...(round ? [way(stage.back, stage.to, stage.from, backDate)] : [])];
  return {
    reservation_id: "ZZTEST",
    user_id: stage.user,
    origin: stage.from,
    destination: stage.to,
    flight_type: "round_trip",
    cabin,
    flights,
    passengers,
    payment_history: [{ payment_id: "credit_card_1", amount: flights.reduce((sum, { price }) => sum + price, 0) * passengers.length }],
    created_at: "2024-05-02T10:00:00",
    total_baggages: 1,
    nonfree_baggages: 0,
    insurance: "no",
    ...changes,
  };
}

/** A small world of its own: five places, two customers. */
export function sampleWorld(): WorldData {
  const flight = (flight_number: string, origin: string, destination: string, departs: string, arrives: string): FlightDocument => ({
    flight_number,
    origin,
    destination,
    scheduled_departure_time_est: departs,
    scheduled_arrival_time_est: arrives,
    dates: { "2024-05-14": { status: "landed" }, "2024-05-15": { status: "on time" }, [outDate]: open(), [backDate]: open() },
  });
  const user = (user_id: string, first_name: string): UserDocument => ({
    user_id,
    name: { first_name, last_name: "Silva" },
    email: `${user_id}@example.com`,
    payment_methods: { [`credit_card_of_${user_id}`]: { source: "credit_card", id: `credit_card_of_${user_id}` } },
    membership: "regular",
    reservations: [],
  });
  return {
    flights: Object.fromEntries(
      [
        flight("TA101", "LIS", "MAD", "08:00:00", "10:00:00"),
        flight("TA102", "MAD", "LIS", "18:00:00", "20:00:00"),
        flight("TA103", "LIS", "OPO", "07:00:00", "08:00:00"),
        flight("TA104", "OPO", "MAD", "09:00:00", "11:00:00"),
        flight("TA105", "FRA", "VIE", "23:30:00", "00:55:00+1"),
      ].map((one) => [one.flight_number, one]),
    ),
    users: { ana: user("ana", "Ana"), rui: user("rui", "Rui") },
    reservations: {},
  };
}
