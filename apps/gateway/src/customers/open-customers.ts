import type { Tool } from "@travelagent/agent-runtime";
import type { GatewayConfig, StatePaths } from "@travelagent/config";
import type { Gateway, HttpRoute } from "@travelagent/gateway-core";
import type { Handlers } from "@travelagent/protocol";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Clock, Database, Logger, Work } from "@travelagent/protocol/ports";
import type { Sessions } from "@travelagent/sessions";
import type { Bookings } from "@travelagent/tools-booking";
import { type Crm, customerHandlers, databaseCrm } from "@travelagent/tools-crm";
import type { Environment } from "../answering/models.ts";

export interface CustomersOptions {
  /** As it is now: a reload gives another one. */
  config: () => GatewayConfig;
  env: Environment;
  paths: StatePaths;
  db: Database;
  work: Work;
  sessions: Sessions;
  clock: Clock;
  log: Logger;
  /** Where customers reach this gateway, without a slash at the end. */
  publicUrl(): string;
  /** Not before everything is wired. */
  bookings: () => Bookings;
  /** Not before everything is wired. */
  gateway: () => Pick<Gateway, "tell" | "note" | "bindCustomer">;
}

/** Who the customers are and what is kept about them. */
export interface Customers {
  crm: Crm;
  tools: readonly Tool[];
  handlers: Handlers;
  /** What customers and vendors of CRM systems reach by HTTP. */
  routes: readonly HttpRoute[];
  /** Every store here that knows something about a person. */
  personalData: readonly PersonalDataStore[];
  /** After the engine and the gateway started: takes up what the last process left. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

export async function openCustomers({ db, clock }: CustomersOptions): Promise<Customers> {
  const crm = await databaseCrm({ db, clock });
  return {
    crm,
    tools: [],
    handlers: { ...customerHandlers(crm) },
    routes: [],
    personalData: [],
    async resume() {},
    async close() {},
  };
}
