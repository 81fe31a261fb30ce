import type { GatewayConfig } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import type { PaymentProvider } from "@travelagent/tools-booking";
import { databaseMemory } from "@travelagent/tools-booking/suppliers/http";
import type { Environment } from "./models.ts";

export interface PaymentSetOptions {
  config: GatewayConfig;
  env: Environment;
  /** Its supplier memory is migrated. */
  db: Database;
  clock: Clock;
  log: Logger;
  /** Where a provider's page sends the customer when done. */
  returnUrl: string;
}

export interface PaymentSet {
  /** The one the configuration chose comes first. */
  providers: PaymentProvider[];
  unusable: { id: string; reason: string }[];
}

type Settings = GatewayConfig["payments"]["providers"][string];

/** Setting → variable of the environment. */
const variables = {
  stripe: { baseUrl: "STRIPE_BASE_URL", apiKey: "STRIPE_API_KEY", webhookSecret: "STRIPE_WEBHOOK_SECRET", live: "STRIPE_LIVE" },
  paypal: {
    baseUrl: "PAYPAL_BASE_URL",
    clientId: "PAYPAL_CLIENT_ID",
    clientSecret: "PAYPAL_CLIENT_SECRET",
    webhookId: "PAYPAL_WEBHOOK_ID",
    live: "PAYPAL_LIVE",
  },
} as const;
type ProviderId = keyof typeof variables;
const required: Readonly<Record<ProviderId, readonly string[]>> = { stripe: ["baseUrl", "apiKey"], paypal: ["baseUrl", "clientId", "clientSecret"] };
const isKnown = (id: string): id is ProviderId => Object.hasOwn(variables, id);

/** The payment providers that configuration and environment name; one without all it needs is left out and says why. */
export async function openPayments({ config, env, db, clock, log, returnUrl }: PaymentSetOptions): Promise<PaymentSet> {
  const { provider: chosen, providers: configured } = config.payments;
  const providers: PaymentProvider[] = [];
  const unusable: PaymentSet["unusable"] = [];
  for (const id of Object.keys(configured)) {
    if (!isKnown(id)) unusable.push({ id, reason: `there is no payment provider ${id}; known are ${Object.keys(variables).join(", ")}` });
  }
  for (const id of Object.keys(variables) as ProviderId[]) {
    const own: Settings | undefined = configured[id];
    const value = (name: string): string | undefined => {
      const fromEnv = env[(variables[id] as Record<string, string>)[name] ?? ""];
      const given = fromEnv || (own as Record<string, unknown> | undefined)?.[name];
      return typeof given === "string" && given !== "" ? given : undefined;
    };
    if (!own && value("baseUrl") === undefined) continue;
    const missing = required[id].filter((name) => value(name) === undefined);
    if (missing.length > 0) {
      unusable.push({
        id,
        reason: `not configured: set ${missing.map((name) => `payments.providers.${id}.${name} (or ${(variables[id] as Record<string, string>)[name]})`).join(", ")}`,
      });
      continue;
    }
    const live = value("live") === undefined ? (own?.live ?? true) : value("live") !== "false";
    const parts = { baseUrl: value("baseUrl")!, returnUrl, live, memory: databaseMemory(db, `payments.${id}`), clock, log };
    try {
      providers.push(await make(id, parts, value));
    } catch (error) {
      unusable.push({ id, reason: TravelAgentError.from(error).message });
    }
  }
  for (const { id, reason } of unusable) log.warn("a payment provider cannot be used", { provider: id, reason });
  return { providers: providers.sort((a, b) => Number(b.id === chosen) - Number(a.id === chosen)), unusable };
}

type Parts = { baseUrl: string; returnUrl: string; live: boolean; memory: ReturnType<typeof databaseMemory>; clock: Clock; log: Logger };

/** Loaded when it is configured, and not before. */
async function make(id: ProviderId, parts: Parts, value: (name: string) => string | undefined): Promise<PaymentProvider> {
  if (id === "stripe") {
    const { stripePayments } = await import("@travelagent/tools-booking/payments/stripe");
    const secrets = value("webhookSecret")
      ?.split(/[\s,]+/)
      .filter(Boolean);
    return stripePayments({ ...parts, apiKey: value("apiKey")!, ...(secrets ? { webhookSecret: secrets } : {}) });
  }
  const { payPalPayments } = await import("@travelagent/tools-booking/payments/paypal");
  const webhookId = value("webhookId");
  return payPalPayments({ ...parts, clientId: value("clientId")!, clientSecret: value("clientSecret")!, ...(webhookId === undefined ? {} : { webhookId }) });
}
