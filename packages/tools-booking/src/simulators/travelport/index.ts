export { type TravelportDialectOptions, travelportDialect } from "./travelport.ts";
