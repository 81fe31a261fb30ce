import type { Tool } from "@travelagent/agent-runtime";
import type { GatewayConfig, StatePaths } from "@travelagent/config";
import type { Gateway, HttpRoute, Publisher, Routing, SessionKeyOf } from "@travelagent/gateway-core";
import type { Handlers } from "@travelagent/protocol";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Clock, Database, Logger, Work } from "@travelagent/protocol/ports";
import type { Sessions } from "@travelagent/sessions";
import type { Bookings } from "@travelagent/tools-booking";
import type { Crm } from "@travelagent/tools-crm";
import type { Environment } from "../answering/models.ts";
import type { Papers } from "../papers/papers.ts";
import { type OpenedConsent, openConsent } from "./consent.ts";
import { type OpenedCrmSync, openCrmSync } from "./crm-sync.ts";
import { openErasure } from "./erasure.ts";
import type { OpenedMedia } from "./media.ts";
import { type OpenedPortal, openPortal } from "./portal.ts";
import { type OpenedRecords, openRecords } from "./records.ts";
import { openRetention } from "./retention.ts";
import { type OpenedSales, openSales } from "./sales.ts";
import { type OpenedTemplates, openTemplates } from "./templates.ts";
import { type OpenedVault, openVault } from "./vault.ts";

export interface CustomersOptions {
  /** As it is now: a reload gives another one. */
  config: () => GatewayConfig;
  env: Environment;
  paths: StatePaths;
  /** What channels keep in tables and files of their own. */
  channelData: readonly PersonalDataStore[];
  /** Files that came with messages and went out with them. */
  media: OpenedMedia;
  db: Database;
  work: Work;
  sessions: Sessions;
  clock: Clock;
  log: Logger;
  /** Where customers reach this gateway, without a slash at the end. */
  publicUrl(): string;
  /** Not before everything is wired. */
  bookings: () => Bookings;
  papers: () => Papers;
  /** Who answers, as it is now. */
  routing: () => Routing;
  sessionKeyOf: SessionKeyOf;
  /** Not before everything is wired. */
  gateway: () => Pick<Gateway, "tell" | "note" | "bindCustomer" | "correspondence">;
  /** IANA zone of the agency. */
  timeZone: string;
  publish: Publisher["publish"];
}

/** Who the customers are and what is kept about them. */
export interface Customers {
  crm: Crm;
  /** Which brand an account belongs to, what is done around turns, and who hears of bookings. */
  records: Pick<OpenedRecords, "agencyOf" | "around" | "onBooking" | "vouch">;
  tools: readonly Tool[];
  handlers: Handlers;
  /** What customers and vendors of CRM systems reach by HTTP. */
  routes: readonly HttpRoute[];
  /** What customers want to hear, and what they are told. */
  contact: OpenedConsent["contact"];
  /** The page each customer has; absent where it is switched off. */
  portal?: OpenedPortal;
  /** For whoever writes to customers unasked: by template, and at an hour that suits them. */
  templates: OpenedTemplates["sender"];
  /** Hears of what is sent, quoted and booked; keeps what is to be done. */
  sales: Pick<OpenedSales, "onSent" | "onQuote" | "onBooking" | "obligations">;
  /** Papers and files of customers. */
  vault: OpenedVault;
  /** The exchange with another CRM: parts that are not well, and its end before the engine's. */
  crmSync: Pick<OpenedCrmSync, "degraded" | "close">;
  /** Every store here that knows something about a person. */
  personalData: readonly PersonalDataStore[];
  /** After the engine and the gateway started: takes up what the last process left. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

export async function openCustomers(options: CustomersOptions): Promise<Customers> {
  const { config } = options;
  const records = await openRecords(options, () => opened.personalData);
  const { crm } = records;
  const consent = await openConsent({ ...options, crm });
  const vault = await openVault({ ...options, crm });
  const retention = openRetention(options, [consent.retention]);
  const portal = config().channels.portal?.enabled === false ? undefined : await openPortal({ ...options, crm, agencyOf: records.agencyOf });
  const sales = openSales({ ...options, crm, agencyOf: records.agencyOf });
  const templates = await openTemplates({ ...options, crm, consents: consent.consents, agencyOf: records.agencyOf });
  const crmSync = await openCrmSync({ ...options, crm });
  // Whoever opens a store of its own above adds it here.
  const others = [
    sales.personalData,
    crmSync.personalData,
    templates.personalData,
    consent.personalData,
    vault.personalData,
    ...(portal ? [portal.personalData] : []),
    ...options.channelData,
    options.media.personalData,
  ];
  const erasure = await openErasure({ ...options, crm, others });
  const opened: Customers = {
    crm,
    records,
    sales,
    templates: templates.sender,
    contact: consent.contact,
    vault,
    crmSync,
    ...(portal ? { portal } : {}),
    tools: [...records.tools, ...sales.tools, ...consent.tools, ...vault.tools, ...(portal?.tools ?? [])],
    handlers: {
      ...records.handlers,
      ...sales.handlers,
      ...templates.handlers,
      ...consent.handlers,
      ...retention.handlers,
      ...vault.handlers,
      ...portal?.handlers,
      ...crmSync.handlers,
      ...erasure.handlers,
    },
    routes: [...vault.routes, ...crmSync.routes, ...(portal?.routes ?? [])],
    personalData: erasure.stores,
    async resume() {
      await records.resume();
      await vault.resume();
      await sales.resume();
      await templates.resume();
      await retention.resume();
      await erasure.resume();
      crmSync.start();
      // Looks at every file there is: the gateway is ready before that.
      void options.media.media.sweep().catch((error: unknown) => options.log.warn("leftover files could not be removed", { error }));
    },
    async close() {
      await crmSync.close();
      retention.close();
      records.close();
      await sales.close();
      await erasure.close();
    },
  };
  return opened;
}
