// One line for each dialect, in the order of their names.
export { type AmadeusDialectOptions, amadeusDialect } from "./amadeus/index.ts";
export { type AvisDialectOptions, avisDialect } from "./avis/index.ts";
export { type BookingDialectOptions, bookingDialect } from "./booking/index.ts";
export { type DuffelSimulatorOptions, duffelDialect } from "./duffel/index.ts";
export { type ExpediaDialectOptions, expediaDialect } from "./expedia/index.ts";
export { type Fleet, type FleetOptions, fleetVendors, startFleet } from "./fleet.ts";
export {
  type Dialect,
  type LedgerEntry,
  openWorld,
  type Scenario,
  type Simulator,
  type SimulatorOptions,
  scenarios,
  startSimulator,
  type World,
  type WorldOptions,
} from "./kit/index.ts";
export { type PayPalSimulatorOptions, payPalDialect } from "./paypal/index.ts";
export { type SabreDialectOptions, sabreDialect } from "./sabre/index.ts";
export { type SnsSimulatorOptions, snsDialect } from "./sns/index.ts";
export { type StripeSimulatorOptions, stripeDialect } from "./stripe/index.ts";
export { type TravelportDialectOptions, travelportDialect } from "./travelport/index.ts";
export { type TwilioSimulatorOptions, twilioDialect } from "./twilio/index.ts";
