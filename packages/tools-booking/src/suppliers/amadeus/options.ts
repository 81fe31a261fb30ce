import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { SupplierMemory } from "../http/index.ts";

export interface AmadeusOptions {
  /** Origin alone, such as `https://travel.api.example`; the versions (`/v1`, `/v2`, `/v3`) differ by endpoint and are added here. */
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  /** The office that issues the tickets, usually a consolidator's. Without it orders stay in the office of the credentials. */
  queuingOfficeId?: string;
  /** IANA zone of the office: Amadeus gives dates without one. Default `UTC`. */
  officeTimeZone?: string;
  /** Where hotels write to; the guest's own address when it is absent. */
  agencyEmail?: string;
  /** False: no real travel behind `baseUrl`. Default true. */
  live?: boolean;
  memory: SupplierMemory;
  clock?: Clock;
  log?: Logger;
  timeouts?: { readMs?: number; writeMs?: number };
}
