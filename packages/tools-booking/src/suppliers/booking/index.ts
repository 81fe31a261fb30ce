export { type BookingDemandOptions, bookingDemandSupplier } from "./booking.ts";
