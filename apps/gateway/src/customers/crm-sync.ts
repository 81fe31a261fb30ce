import type { GatewayConfig } from "@travelagent/config";
import { type HttpRoute, json } from "@travelagent/gateway-core";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import type { Crm } from "@travelagent/tools-crm";
import type { CrmProvider } from "@travelagent/tools-crm/providers";
import { type CrmSync, createCrmSync, crmSyncHandlers, crmSyncMigrations, crmSyncPersonalData } from "@travelagent/tools-crm/sync";
import type { Environment } from "../answering/models.ts";

export interface CrmSyncParts {
  /** As it is at the start: a change of `channels.crm` restarts. */
  config: () => GatewayConfig;
  env: Environment;
  db: Database;
  crm: Crm;
  clock: Clock;
  log: Logger;
  publicUrl(): string;
}

export interface OpenedCrmSync {
  handlers: Handlers;
  routes: readonly HttpRoute[];
  personalData: PersonalDataStore;
  /** `crm:hubspot` while it is not well. */
  degraded(): string[];
  start(): void;
  close(): Promise<void>;
}

type Section = NonNullable<GatewayConfig["channels"]["crm"]>;

/** Setting → variable of the environment, which wins. */
const variables = {
  apiUrl: "CRM_BASE_URL",
  apiKey: "CRM_API_KEY",
  clientId: "CRM_CLIENT_ID",
  clientSecret: "CRM_CLIENT_SECRET",
  privateKey: "CRM_PRIVATE_KEY",
  username: "CRM_USERNAME",
  webhookSecret: "CRM_WEBHOOK_SECRET",
} as const;
type Setting = keyof typeof variables;

const onThisMachine = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Vendors give up after some seconds and send it again. */
const patienceMs = 5_000;
const maxBodyBytes = 256 * 1024;

/** The provider that the section names, loaded when it is needed. Raises `CONFIG_INVALID` with what is missing. */
async function openProvider(section: Section, { env, clock, log }: CrmSyncParts): Promise<CrmProvider> {
  const may = (name: Setting): string | undefined => env[variables[name]] || section[name];
  const need = (...names: Setting[]): string[] => {
    const missing = names.filter((name) => may(name) === undefined);
    if (missing.length > 0)
      throw new TravelAgentError("CONFIG_INVALID", `not configured: set ${missing.map((name) => `channels.crm.${name} (or ${variables[name]})`).join(", ")}`);
    return names.map((name) => may(name)!);
  };
  const optional = (...names: Setting[]): { [K in Setting]?: string } =>
    Object.fromEntries(names.flatMap((name) => (may(name) === undefined ? [] : [[name, may(name)]])));
  const [apiUrl = ""] = need("apiUrl");
  const address = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
  if (!address || (address.protocol !== "https:" && !(address.protocol === "http:" && onThisMachine.has(address.hostname))))
    throw new TravelAgentError("CONFIG_INVALID", "channels.crm.apiUrl must be an https address: customers' data goes there");
  const common = { apiUrl, clock, log };
  const stages = section.stages === undefined ? {} : { stages: section.stages };
  if (section.provider === "salesforce") {
    const [clientId = ""] = need("clientId");
    const { salesforceCrm } = await import("@travelagent/tools-crm/providers/salesforce");
    const version = section.apiVersion === undefined ? {} : { apiVersion: section.apiVersion };
    return salesforceCrm({ ...common, clientId, ...optional("clientSecret", "privateKey", "username"), ...version, ...stages });
  }
  const [apiKey = ""] = need("apiKey");
  if (section.provider === "hubspot") {
    const { hubspotCrm } = await import("@travelagent/tools-crm/providers/hubspot");
    return hubspotCrm({ ...common, apiKey, ...optional("webhookSecret"), leads: section.leads === true, ...stages });
  }
  const { restCrm } = await import("@travelagent/tools-crm/providers/rest");
  return restCrm({ ...common, apiKey, ...optional("webhookSecret") });
}

const webhookRoute = (sync: CrmSync, { log, publicUrl }: CrmSyncParts): HttpRoute => ({
  method: "POST",
  path: `/webhooks/crm/${sync.provider.id}`,
  auth: "none",
  async handle(request) {
    const body = await request.body(maxBodyBytes, patienceMs);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]));
    try {
      await sync.receive({ method: request.method, url: `${publicUrl()}${request.url.pathname}${request.url.search}`, headers, body: body.toString("utf8") });
      return json({ ok: true });
    } catch (error) {
      log.warn("a webhook was refused", { kind: "crm", id: sync.provider.id, code: TravelAgentError.from(error).code, requestId: request.requestId });
      throw error;
    }
  },
});

/** The exchange of customers with the CRM that `channels.crm` names. Without the section there are only the tables: somebody may be in them. */
export async function openCrmSync(parts: CrmSyncParts): Promise<OpenedCrmSync> {
  const { config, db, crm, clock, log } = parts;
  const section = config().channels.crm;
  const wanted = section !== undefined && section.enabled !== false ? section : undefined;
  await db.migrate("crm-sync", crmSyncMigrations);
  let sync: CrmSync | undefined;
  let reason: string | undefined;
  if (wanted)
    try {
      const { agency, fields, conflicts: rules, importNew, notes, leads, pollSeconds } = wanted;
      const given = { agency, fields, rules, importNew, notes, leads, pollMs: pollSeconds === undefined ? undefined : pollSeconds * 1000 };
      const chosen = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      sync = await createCrmSync({ db, crm, provider: await openProvider(wanted, parts), clock, log, ...chosen });
    } catch (error) {
      reason = TravelAgentError.from(error).message;
      log.warn("the crm cannot be used", { provider: wanted.provider, reason });
    }
  const current = sync;
  const personalData = crmSyncPersonalData({ db, sync: () => current, removeOutside: section?.removeErased !== false });
  const none = { routes: [], personalData, start() {}, close: async () => {} };
  if (!wanted) return { ...none, handlers: {}, degraded: () => [] };
  if (!current)
    return {
      ...none,
      handlers: { "crm.status": async () => ({ provider: wanted.provider, state: "unusable", ...(reason === undefined ? {} : { reason }) }) },
      degraded: () => [`crm:${wanted.provider}`],
    };
  return {
    handlers: crmSyncHandlers(current),
    routes: current.provider.webhooks ? [webhookRoute(current, parts)] : [],
    personalData,
    degraded: () => (current.isWell() ? [] : [`crm:${current.provider.id}`]),
    start: () => current.start(),
    close: () => current.stop(),
  };
}
