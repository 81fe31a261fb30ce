export { type ExpediaRapidOptions, expediaRapidSupplier } from "./expedia.ts";
