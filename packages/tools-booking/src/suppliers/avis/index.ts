export { type AvisOptions, avisSupplier } from "./avis.ts";
export type { Brand } from "./map-car.ts";
