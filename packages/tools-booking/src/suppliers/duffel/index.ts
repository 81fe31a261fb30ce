export { type DuffelOptions, type DuffelTimeouts, duffelSupplier } from "./duffel.ts";
