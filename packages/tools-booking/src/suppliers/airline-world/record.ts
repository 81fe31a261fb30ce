/** The world's documents, as its JSON has them. Amounts are whole or decimal US dollars, times are Eastern Standard Time. */

export interface FlightDate {
  status: string;
  available_seats?: Record<string, number>;
  prices?: Record<string, number>;
}

export interface FlightDocument {
  flight_number: string;
  origin: string;
  destination: string;
  /** `HH:MM:SS`, followed by `+1` on the next day. */
  scheduled_departure_time_est: string;
  scheduled_arrival_time_est: string;
  dates: Record<string, FlightDate>;
}

export interface Person {
  first_name: string;
  last_name: string;
  dob: string;
}

export interface PaymentMethod {
  source: string;
  id: string;
  /** Of a gift card or certificate. */
  amount?: number;
}

export interface UserDocument {
  user_id: string;
  name: { first_name: string; last_name: string };
  email: string;
  payment_methods: Record<string, PaymentMethod>;
  membership: string;
  reservations: string[];
}

export interface ReservedFlight {
  flight_number: string;
  origin: string;
  destination: string;
  date: string;
  price: number;
}

export interface ReservationDocument {
  reservation_id: string;
  user_id: string;
  origin: string;
  destination: string;
  flight_type: string;
  cabin: string;
  flights: ReservedFlight[];
  passengers: Person[];
  payment_history: { payment_id: string; amount: number }[];
  created_at: string;
  total_baggages: number;
  nonfree_baggages: number;
  insurance: string;
  status?: string | null;
}

export interface WorldData {
  flights: Record<string, FlightDocument>;
  users: Record<string, UserDocument>;
  reservations: Record<string, ReservationDocument>;
}

export type Kind = keyof WorldData;
