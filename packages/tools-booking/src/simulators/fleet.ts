import { amadeusDialect } from "./amadeus/index.ts";
import { avisDialect } from "./avis/index.ts";
import { bookingDialect } from "./booking/index.ts";
import { duffelDialect } from "./duffel/index.ts";
import { expediaDialect } from "./expedia/index.ts";
import { type Dialect, type Simulator, startSimulator, type World } from "./kit/index.ts";
import { payPalDialect } from "./paypal/index.ts";
import { sabreDialect } from "./sabre/index.ts";
import { snsDialect } from "./sns/index.ts";
import { stripeDialect } from "./stripe/index.ts";
import { travelportDialect } from "./travelport/index.ts";
import { twilioDialect } from "./twilio/index.ts";

/** Settings of a gateway, as they stand in its configuration. */
export type FleetSettings = Readonly<Record<string, string | boolean>>;

interface Ship {
  /** Section of the configuration it belongs to. */
  section: "suppliers" | "payments" | "messages";
  dialect(world: World, webhook: (path: string) => string | undefined): Dialect;
  /** What a gateway needs to talk to it. */
  settings(url: string): FleetSettings;
}

/** Secrets of nothing: they open simulators and are printed on purpose. */
const secrets = { duffel: "duffel-simulator-webhook", stripe: "whsec_simulator" };

const ships: Readonly<Record<string, Ship>> = {
  amadeus: {
    section: "suppliers",
    dialect: (world) => amadeusDialect(world),
    settings: (baseUrl) => ({ baseUrl, clientId: "agency", clientSecret: "secret", live: false }),
  },
  avis: {
    section: "suppliers",
    dialect: (world) => avisDialect(world),
    settings: (baseUrl) => ({ baseUrl, clientId: "avis-client", clientSecret: "avis-secret", live: false }),
  },
  booking: {
    section: "suppliers",
    dialect: (world) => bookingDialect(world),
    settings: (url) => ({ baseUrl: `${url}/3.2`, apiToken: "demand-token", accountId: "111111", live: false }),
  },
  duffel: {
    section: "suppliers",
    dialect: (world, webhook) => {
      const url = webhook("duffel");
      return duffelDialect(world, { webhook: { ...(url ? { url } : {}), secret: secrets.duffel } });
    },
    settings: (baseUrl) => ({ baseUrl, accessToken: "duffel_test_simulator", webhookSecret: secrets.duffel, live: false }),
  },
  expedia: {
    section: "suppliers",
    dialect: (world) => expediaDialect(world),
    settings: (url) => ({ baseUrl: `${url}/v3`, apiKey: "rapid-key", sharedSecret: "rapid-secret", live: false }),
  },
  sabre: {
    section: "suppliers",
    dialect: (world) => sabreDialect(world),
    settings: (baseUrl) => ({ baseUrl, accountId: "G7HE", username: "1234", password: "secret", live: false }),
  },
  travelport: {
    section: "suppliers",
    dialect: (world) => travelportDialect(world),
    settings: (url) => ({
      baseUrl: url,
      authUrl: url,
      clientId: "client",
      clientSecret: "secret",
      username: "agency",
      password: "secret",
      accountId: "7JAB",
      live: false,
    }),
  },
  stripe: {
    section: "payments",
    dialect: (world, webhook) => {
      const url = webhook("stripe");
      return stripeDialect(world, { webhook: { ...(url ? { url } : {}), secret: secrets.stripe } });
    },
    settings: (baseUrl) => ({ baseUrl, apiKey: "sk_test_simulator", webhookSecret: secrets.stripe, live: false }),
  },
  paypal: {
    section: "payments",
    dialect: (world, webhook) => {
      const url = webhook("paypal");
      return payPalDialect(world, { webhook: { ...(url ? { url } : {}), id: "WH-SIMULATOR" } });
    },
    settings: (baseUrl) => ({ baseUrl, clientId: "client", clientSecret: "secret", webhookId: "WH-SIMULATOR", live: false }),
  },
  twilio: {
    section: "messages",
    dialect: (world) => twilioDialect(world),
    settings: (baseUrl) => ({ baseUrl, accountSid: `AC${"0".repeat(32)}`, authToken: "token" }),
  },
  sns: { section: "messages", dialect: (world) => snsDialect(world), settings: (baseUrl) => ({ baseUrl, region: "eu-west-1" }) },
};

/** All dialects there are, in the order they are started. */
export const fleetVendors: readonly string[] = Object.keys(ships);

export interface FleetOptions {
  world: World;
  /** Which of `fleetVendors`; default all. */
  vendors?: readonly string[];
  /** The first one's port, the others follow; default any free ones. */
  firstPort?: number;
  /** A gateway's address: what happens is told to its `/webhooks/<vendor>`. */
  gatewayUrl?: string;
  /** Requests a second each lets through before 429. Default no limit. */
  perSecond?: number;
}

export interface Fleet {
  simulators: readonly Simulator[];
  /** For the gateway's configuration: `suppliers` and `payments.providers`, without what no section exists for. */
  config: { suppliers: Record<string, FleetSettings>; payments: { providers: Record<string, FleetSettings> } };
  close(): Promise<void>;
}

/** Starts simulators over one world: a seat sold by one is gone in the others. Raises what the first port that is taken raises. */
export async function startFleet({ world, vendors = fleetVendors, firstPort, gatewayUrl, perSecond }: FleetOptions): Promise<Fleet> {
  const simulators: Simulator[] = [];
  const config: Fleet["config"] = { suppliers: {}, payments: { providers: {} } };
  const close = async () => {
    await Promise.all(simulators.map((simulator) => simulator.close()));
  };
  try {
    for (const [index, vendor] of vendors.entries()) {
      const ship = ships[vendor];
      if (!ship) throw new RangeError(`there is no simulator "${vendor}"; there are ${fleetVendors.join(", ")}`);
      const dialect = ship.dialect(world, (path) => (gatewayUrl === undefined ? undefined : `${gatewayUrl.replace(/\/$/, "")}/webhooks/${path}`));
      const simulator = await startSimulator(dialect, {
        clock: world.clock,
        ...(firstPort === undefined ? {} : { port: firstPort + index }),
        ...(perSecond === undefined ? {} : { perSecond }),
      });
      simulators.push(simulator);
      if (ship.section === "suppliers") config.suppliers[vendor] = ship.settings(simulator.url);
      if (ship.section === "payments") config.payments.providers[vendor] = ship.settings(simulator.url);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { simulators, config, close };
}
