export { type AirlineWorld, type AirlineWorldOptions, createAirlineWorld } from "./airline-world.ts";
export type { Patch, WorldChange } from "./books.ts";
export type { FlightDocument, ReservationDocument, UserDocument, WorldData } from "./record.ts";
export type { Fees } from "./trip.ts";
