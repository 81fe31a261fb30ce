export { type StripeOptions, stripePayments } from "./stripe.ts";
