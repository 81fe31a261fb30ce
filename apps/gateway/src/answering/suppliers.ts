import type { GatewayConfig } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import type { Supplier } from "@travelagent/tools-booking";
import { databaseMemory, type SupplierMemory } from "@travelagent/tools-booking/suppliers/http";
import type { Environment } from "./models.ts";

type Settings = NonNullable<GatewayConfig["suppliers"][string]>;

/** What an adapter is made of, once everything it needs is there. */
interface Parts {
  /** A setting that is required: present, or the supplier is not made at all. */
  need(name: string): string;
  /** One that may be left out. */
  may(name: string): string | undefined;
  /** The supplier's section of the configuration, for what has no variable of the environment. */
  own: Partial<Settings>;
  live: boolean;
  memory: SupplierMemory;
  clock: Clock;
  log: Logger;
}

interface Known {
  /** Prefix of its environment variables: `DUFFEL` of `DUFFEL_BASE_URL`. */
  env: string;
  /** Setting → environment variable after the prefix. */
  required: Readonly<Record<string, string>>;
  optional: Readonly<Record<string, string>>;
  make(parts: Parts): Promise<Supplier>;
}

const optionals = (parts: Parts, names: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([option, setting]) => {
      const value = parts.may(setting);
      return value === undefined ? [] : [[option, value]];
    }),
  );

/** Of the section, what is there, under the adapter's own names. */
const chosen = <T extends Record<string, unknown>>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };

/** Settings as agencies write them beside their channels: `channels.booking.amadeus.apiKey`. */
const besideChannels: Readonly<Record<string, "apiKey" | "apiSecret" | "clientId" | "clientSecret" | "baseUrl">> = {
  baseUrl: "baseUrl",
  clientId: "apiKey",
  clientSecret: "apiSecret",
};

/** Suppliers by id. Each adapter is loaded when it is configured, and not before. */
const known: Readonly<Record<string, Known>> = {
  amadeus: {
    env: "AMADEUS",
    required: { baseUrl: "BASE_URL", clientId: "CLIENT_ID", clientSecret: "CLIENT_SECRET" },
    optional: { accountId: "QUEUING_OFFICE_ID" },
    async make(parts) {
      const { amadeusSupplier } = await import("@travelagent/tools-booking/suppliers/amadeus");
      const { need, own, live, memory, clock, log } = parts;
      const credentials = { baseUrl: need("baseUrl"), clientId: need("clientId"), clientSecret: need("clientSecret") };
      const office = chosen({ officeTimeZone: own.timeZone, agencyEmail: own.email });
      return amadeusSupplier({ ...credentials, ...optionals(parts, { queuingOfficeId: "accountId" }), ...office, live, memory, clock, log });
    },
  },
  avis: {
    env: "AVIS",
    required: { baseUrl: "BASE_URL", clientId: "CLIENT_ID", clientSecret: "CLIENT_SECRET" },
    optional: {},
    async make({ need, own, live, memory, clock, log }) {
      const { avisSupplier } = await import("@travelagent/tools-booking/suppliers/avis");
      const credentials = { baseUrl: need("baseUrl"), clientId: need("clientId"), clientSecret: need("clientSecret") };
      const brands = own.brands?.filter((brand) => brand === "Avis" || brand === "Budget");
      const agency = chosen({ pointOfSale: own.country, iataNumber: own.iataNumber, voucherNumber: own.voucherNumber });
      return avisSupplier({ ...credentials, ...agency, ...(brands?.length ? { brands } : {}), live, memory, clock, log });
    },
  },
  booking: {
    env: "BOOKING",
    required: { baseUrl: "BASE_URL", apiToken: "API_TOKEN", accountId: "AFFILIATE_ID" },
    optional: {},
    async make({ need, own, live, memory, clock, log }) {
      const { bookingDemandSupplier } = await import("@travelagent/tools-booking/suppliers/booking");
      const credentials = { baseUrl: need("baseUrl"), apiToken: need("apiToken"), affiliateId: need("accountId") };
      return bookingDemandSupplier({ ...credentials, ...chosen({ bookerCountry: own.country, wallet: own.wallet }), live, memory, clock, log });
    },
  },
  duffel: {
    env: "DUFFEL",
    required: { baseUrl: "BASE_URL", accessToken: "ACCESS_TOKEN" },
    optional: { webhookSecret: "WEBHOOK_SECRET" },
    async make(parts) {
      const { duffelSupplier } = await import("@travelagent/tools-booking/suppliers/duffel");
      const { need, own, live, memory, clock, log } = parts;
      return duffelSupplier({
        baseUrl: need("baseUrl"),
        accessToken: need("accessToken"),
        ...optionals(parts, { webhookSecret: "webhookSecret" }),
        ...chosen({ driverCountry: own.country }),
        live,
        memory,
        clock,
        log,
      });
    },
  },
  expedia: {
    env: "RAPID",
    required: { baseUrl: "BASE_URL", apiKey: "API_KEY", sharedSecret: "SHARED_SECRET" },
    optional: { customerIp: "CUSTOMER_IP" },
    async make(parts) {
      const { expediaRapidSupplier } = await import("@travelagent/tools-booking/suppliers/expedia");
      const { need, own, live, memory, clock, log } = parts;
      const credentials = { baseUrl: need("baseUrl"), apiKey: need("apiKey"), sharedSecret: need("sharedSecret") };
      const sale = chosen({ pointOfSale: own.country, holdMinutes: own.holdMinutes });
      return expediaRapidSupplier({ ...credentials, ...optionals(parts, { customerIp: "customerIp" }), ...sale, live, memory, clock, log });
    },
  },
  sabre: {
    env: "SABRE",
    required: { baseUrl: "BASE_URL", accountId: "PCC" },
    optional: { authVersion: "AUTH_VERSION", clientId: "CLIENT_ID", clientSecret: "CLIENT_SECRET", username: "EPR", password: "PASSWORD" },
    async make(parts) {
      const { sabreSupplier } = await import("@travelagent/tools-booking/suppliers/sabre");
      const { need, may, own, live, memory, clock, log } = parts;
      return sabreSupplier({
        ...chosen({ domain: own.domain, tier: own.tier, timeZone: own.timeZone }),
        baseUrl: need("baseUrl"),
        pcc: need("accountId"),
        authVersion: may("authVersion") === "v3" ? "v3" : "v2",
        ...optionals(parts, { clientId: "clientId", clientSecret: "clientSecret", epr: "username", password: "password" }),
        live,
        memory,
        clock,
        log,
      });
    },
  },
  travelport: {
    env: "TRAVELPORT",
    required: { baseUrl: "BASE_URL", authUrl: "AUTH_URL", clientId: "CLIENT_ID", clientSecret: "CLIENT_SECRET", username: "USERNAME", password: "PASSWORD" },
    optional: { accessGroup: "ACCESS_GROUP", accountId: "PCC" },
    async make(parts) {
      const { travelportSupplier } = await import("@travelagent/tools-booking/suppliers/travelport");
      const { need, live, memory, clock, log } = parts;
      return travelportSupplier({
        baseUrl: need("baseUrl"),
        authUrl: need("authUrl"),
        clientId: need("clientId"),
        clientSecret: need("clientSecret"),
        username: need("username"),
        password: need("password"),
        ...optionals(parts, { accessGroup: "accessGroup", pcc: "accountId" }),
        live,
        memory,
        clock,
        log,
      });
    },
  },
};

/** A supplier somebody meant to have and that cannot be used yet. */
export interface UnusableSupplier {
  id: string;
  /** What to do about it, for a person. */
  reason: string;
}

export interface SupplierSet {
  suppliers: Supplier[];
  unusable: UnusableSupplier[];
}

export interface SupplierSetOptions {
  config: GatewayConfig;
  env: Environment;
  /** Adapters keep notes in it that must outlive the process. Its supplier memory is migrated. */
  db: Database;
  clock: Clock;
  log: Logger;
}

/** Where each setting of a supplier is looked for: the environment, then the configuration. */
function settingsOf(id: string, { env: prefix, required, optional }: Known, config: GatewayConfig, env: Environment): Map<string, string> {
  const own: Partial<Settings> = config.suppliers[id] ?? {};
  const beside = config.channels.booking?.[id];
  const found = new Map<string, string>();
  for (const [setting, suffix] of Object.entries({ ...required, ...optional })) {
    const named = besideChannels[setting];
    const value = env[`${prefix}_${suffix}`] || (own[setting as keyof Settings] ?? beside?.[setting as "clientId"] ?? (named && beside?.[named]));
    if (typeof value === "string" && value !== "") found.set(setting, value);
  }
  return found;
}

/**
 * The real suppliers that configuration and environment name. One without all it needs is left out and says why, so that the
 * others work. Without an address a supplier is never called: no adapter knows a live host by heart.
 */
export async function openSuppliers({ config, env, db, clock, log }: SupplierSetOptions): Promise<SupplierSet> {
  const suppliers: Supplier[] = [];
  const unusable: UnusableSupplier[] = [];
  for (const [id, settings] of Object.entries(config.suppliers)) {
    if (id === "sandbox" || id === "hertz" || settings.enabled === false || Object.hasOwn(known, id)) continue;
    unusable.push({ id, reason: `there is no adapter ${id}; known are ${[...Object.keys(known), "hertz", "sandbox"].sort().join(", ")}` });
  }
  for (const [id, adapter] of Object.entries(known)) {
    const own = config.suppliers[id];
    if (own?.enabled === false) continue;
    const found = settingsOf(id, adapter, config, env);
    if (!own && !config.channels.booking?.[id] && !found.has("baseUrl")) continue;
    const missing = Object.entries(adapter.required).filter(([setting]) => !found.has(setting));
    if (missing.length > 0) {
      const names = missing.map(([setting, suffix]) => `suppliers.${id}.${setting} (or ${adapter.env}_${suffix})`);
      unusable.push({ id, reason: `not configured: set ${names.join(", ")}` });
      continue;
    }
    try {
      suppliers.push(
        await adapter.make({
          need: (name) => found.get(name)!,
          may: (name) => found.get(name),
          own: own ?? {},
          live: env[`${adapter.env}_LIVE`] ? env[`${adapter.env}_LIVE`] !== "false" : (own?.live ?? true),
          memory: databaseMemory(db, id),
          clock,
          log,
        }),
      );
    } catch (error) {
      unusable.push({ id, reason: TravelAgentError.from(error).message });
    }
  }
  const hertz = config.suppliers.hertz;
  if (hertz && hertz.enabled !== false) {
    const { hertzSupplier } = await import("@travelagent/tools-booking/suppliers/hertz");
    suppliers.push(hertzSupplier());
  }
  for (const { id, reason } of unusable) log.warn("a supplier cannot be used", { supplier: id, reason });
  return { suppliers, unusable };
}
