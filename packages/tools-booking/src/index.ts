export { type Bookings, type BookingsOptions, type CustomerDirectory, createBookings, type SupplierStatus } from "./bookings.ts";
export { bookingHandlers } from "./handlers.ts";
export { add, compare, formatMoney, minorUnits, money, multiply, subtract, sum, zero } from "./money.ts";
export type { CarOffer, CarQuery, FlightOffer, FlightQuery, HotelOffer, HotelQuery, Offer } from "./offer.ts";
export { advance, type Order, type OrderEvent } from "./order.ts";
export type { PaymentProvider, PaymentState } from "./payment.ts";
export type { BookRequest, Contact, Quote, Reprice, Supplier, SupplierCall, SupplierOrder, Traveller, VerticalSupplier } from "./supplier.ts";
export { type BookingToolOptions, bookingTools } from "./tools/booking-tools.ts";
