export { type PayPalOptions, payPalPayments } from "./paypal.ts";
