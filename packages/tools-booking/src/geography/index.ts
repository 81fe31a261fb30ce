export { type Airport, airport, airports, airportsFor, airportsOfCity, cityCodes } from "./airport.ts";
export { type Coordinates, displaced, distanceKm } from "./distance.ts";
export { createGazetteer } from "./gazetteer.ts";
export { addDays, daysBetween, isDate, localToUtc, localTravelTime, offsetMinutes, travelTime, wallClock } from "./time.ts";
