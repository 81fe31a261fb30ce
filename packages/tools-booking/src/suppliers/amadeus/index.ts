export { amadeusSupplier } from "./amadeus.ts";
export type { AmadeusOptions } from "./options.ts";
