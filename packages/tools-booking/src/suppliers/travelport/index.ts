export { type TravelportOptions, travelportSupplier } from "./travelport.ts";
