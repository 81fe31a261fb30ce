import type { Clock } from "@travelagent/protocol/ports";
import type { PaymentProvider } from "../payment.ts";
import { payPalPayments } from "../payments/paypal/index.ts";
import { stripePayments } from "../payments/stripe/index.ts";
import { amadeusDialect } from "../simulators/amadeus/index.ts";
import { avisDialect } from "../simulators/avis/index.ts";
import { bookingDialect } from "../simulators/booking/index.ts";
import { duffelDialect } from "../simulators/duffel/index.ts";
import { expediaDialect } from "../simulators/expedia/index.ts";
import type { Dialect, World } from "../simulators/kit/index.ts";
import { payPalDialect } from "../simulators/paypal/index.ts";
import { sabreDialect } from "../simulators/sabre/index.ts";
import { stripeDialect } from "../simulators/stripe/index.ts";
import { travelportDialect } from "../simulators/travelport/index.ts";
import type { Supplier } from "../supplier.ts";
import { amadeusSupplier } from "../suppliers/amadeus/index.ts";
import { avisSupplier } from "../suppliers/avis/index.ts";
import { bookingDemandSupplier } from "../suppliers/booking/index.ts";
import { duffelSupplier } from "../suppliers/duffel/index.ts";
import { expediaRapidSupplier } from "../suppliers/expedia/index.ts";
import type { SupplierMemory } from "../suppliers/http/index.ts";
import { sabreSupplier } from "../suppliers/sabre/index.ts";
import { travelportSupplier } from "../suppliers/travelport/index.ts";

interface Parts {
  memory: SupplierMemory;
  clock: Clock;
}

interface SupplierVendor {
  dialect(world: World, webhookUrl: string): Dialect;
  adapter(url: string, parts: Parts): Supplier;
}

const live = false;

export const duffelSecret = "whsec_duffel_runs";

/** Every supplier with a simulator, as an agency would set it up. */
export const supplierVendors: Readonly<Record<string, SupplierVendor>> = {
  amadeus: {
    dialect: (world) => amadeusDialect(world),
    adapter: (baseUrl, parts) => amadeusSupplier({ baseUrl, clientId: "agency", clientSecret: "secret", live, ...parts }),
  },
  avis: {
    dialect: (world) => avisDialect(world, { currency: "EUR" }),
    adapter: (baseUrl, parts) => avisSupplier({ baseUrl, clientId: "avis-client", clientSecret: "avis-secret", live, ...parts }),
  },
  booking: {
    dialect: (world) => bookingDialect(world),
    adapter: (url, parts) => bookingDemandSupplier({ baseUrl: `${url}/3.2`, apiToken: "demand-token", affiliateId: "111111", wallet: true, live, ...parts }),
  },
  duffel: {
    dialect: (world, url) => duffelDialect(world, { webhook: { url, secret: duffelSecret } }),
    adapter: (baseUrl, parts) => duffelSupplier({ baseUrl, accessToken: "duffel_test_runs", webhookSecret: duffelSecret, live, ...parts }),
  },
  expedia: {
    dialect: (world) => expediaDialect(world),
    adapter: (url, parts) => expediaRapidSupplier({ baseUrl: `${url}/v3`, apiKey: "rapid-key", sharedSecret: "rapid-secret", holdMinutes: 30, live, ...parts }),
  },
  sabre: {
    dialect: (world) => sabreDialect(world),
    adapter: (baseUrl, parts) => sabreSupplier({ baseUrl, pcc: "G7HE", authVersion: "v2", epr: "1234", password: "secret", live, ...parts }),
  },
  travelport: {
    dialect: (world) => travelportDialect(world),
    adapter: (url, parts) =>
      travelportSupplier({
        baseUrl: url,
        authUrl: url,
        clientId: "client",
        clientSecret: "secret",
        username: "agency",
        password: "secret",
        pcc: "7JAB",
        live,
        ...parts,
      }),
  },
};

interface PaymentVendor {
  dialect(world: World, webhookUrl: string): Dialect;
  adapter(url: string, parts: Parts): PaymentProvider;
}

const returnUrl = "https://agency.example/back";

export const stripeSecret = "whsec_runs";

/** Every payment provider with a simulator. */
export const paymentVendors: Readonly<Record<string, PaymentVendor>> = {
  stripe: {
    dialect: (world, url) => stripeDialect(world, { webhook: { url, secret: stripeSecret } }),
    adapter: (baseUrl, parts) => stripePayments({ baseUrl, apiKey: "sk_test_runs", webhookSecret: stripeSecret, returnUrl, live, ...parts }),
  },
  paypal: {
    dialect: (world, url) => payPalDialect(world, { webhook: { url, id: "WH-RUNS" } }),
    adapter: (baseUrl, parts) => payPalPayments({ baseUrl, clientId: "client", clientSecret: "secret", webhookId: "WH-RUNS", returnUrl, live, ...parts }),
  },
};
