export { type FakePayments, fakePayments } from "./fake-payments.ts";
export { type FakeSupplier, type FakeSupplierOptions, fakeSupplier } from "./fake-supplier.ts";
export type { Fault, Faults } from "./faults.ts";
export { type PaymentBench, paymentContract } from "./payment-contract.ts";
export { sampleCar, sampleFlight, sampleHotel } from "./sample-offers.ts";
export { type SupplierBench, supplierContract } from "./supplier-contract.ts";
