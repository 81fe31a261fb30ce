export { type SabreOptions, sabreSupplier } from "./sabre.ts";
