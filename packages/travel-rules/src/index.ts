export {
  airPassengerRights,
  type DisruptedFlight,
  eu261,
  type PassengerRights,
  type Regime,
  type RightsTable,
  regimeOf,
  uk261,
} from "./air-passenger-rights.ts";
export { ageOn, plusDays, plusMonths } from "./calendar.ts";
export { type ClockName, clockNames, type Deadline, deadline, usTwentyFourHours } from "./clocks.ts";
export { type Connection, type ConnectionAnswer, connectionDefaults, minimumConnection } from "./connections.ts";
export { type EmissionFactors, type Emissions, flightEmissions, ukFactors2019 } from "./emissions.ts";
export { type PackageAnswer, packageTravel, type SoldService } from "./package-travel.ts";
export { type PassportAnswer, type PassportRule, passportRules, passportValidity } from "./passport.ts";
export { type SchengenAnswer, type Stay, schengenStay } from "./schengen.ts";
export { type SecureFlightAnswer, secureFlight } from "./secure-flight.ts";
export type { Answer, Source } from "./source.ts";
export { type PartyProblem, partyProblems, passengerTypeOn } from "./travellers.ts";
